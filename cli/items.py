"""A listing as commands show it: a row of the board, a page, a JSON object."""

from collections.abc import Sequence

from cli import words
from cli.out import Block, Pairs, Styled, Table
from node.aid.reach import Reach
from node.shapes.names import Names
from node.shapes.plain import reference_of
from protocol.aid.categories import CATEGORIES
from protocol.aid.listing import Listing, State, state
from store.aid import BoardItem


def table(items: Sequence[BoardItem], names: Names, now_s: int) -> Table:
    """Return the board: one row a listing, in the order given."""
    return Table(
        ("Ref", "What", "Title", "Category", "From", "Open", "Seen by"),
        [
            (
                reference_of(item.rid),
                item.listing.type,
                item.listing.title,
                item.listing.category,
                names.of(item.author),
                _openness(item, now_s),
                words.SHARED_SHORT[item.audience],
            )
            for item in items
        ],
        fold=frozenset(("Title", "Category", "From")),
    )


def page(item: BoardItem, names: Names, now_s: int, reach: Reach | None) -> list[Block]:
    """Return everything that a listing says."""
    listing = item.listing
    return [
        f"{listing.type.capitalize()}: {listing.title}",
        "",
        Pairs(
            [
                ("Reference", item.rid.hex()),
                ("From", f"{listing.by or 'someone'} in {names.of(item.author)}"),
                ("State", state(listing, item.valid_until_s, now_s).value),
                ("Open", words.until(item.valid_until_s, now_s)),
                ("Posted", words.day(item.posted_s, now_s)),
                ("Seen by", words.seen_by(item.audience, reach)),
                *_said(listing),
            ]
        ),
    ]


def _openness(item: BoardItem, now_s: int) -> str | Styled:
    found = state(item.listing, item.valid_until_s, now_s)
    if found is State.OPEN:
        return words.open_for(item.valid_until_s, now_s)
    ended = words.until(item.valid_until_s, now_s) if found is State.EXPIRED else found.value
    return Styled(ended, "dim")


def _said(listing: Listing) -> list[tuple[str, str]]:
    return [
        ("Category", CATEGORIES[listing.category]),
        ("Details", listing.details or ""),
        ("Tags", ", ".join(listing.tags)),
        ("Way", listing.mode or ""),
        ("How much", _quantity(listing)),
        ("When", _when(listing)),
        ("Repeats", listing.repeats_words or listing.repeats.replace("none", "")),
        ("Urgency", listing.urgency or ""),
        ("Place", listing.place or ""),
        ("Cell", listing.cell or ""),
        ("Access", listing.access or ""),
        ("Language", listing.lang or ""),
        ("Answer", ", ".join(way.replace("-", " ") for way in listing.reply_via)),
    ]


def _quantity(listing: Listing) -> str:
    if listing.plenty:
        return "plenty"
    if listing.qty is None:
        return ""
    amount = " ".join(filter(None, (str(listing.qty), listing.unit)))
    return amount if listing.left is None else f"{amount}, {listing.left} left"


def _when(listing: Listing) -> str:
    span = " to ".join(day.replace("T", " ") for day in (listing.date_from, listing.date_to) if day)
    return ", ".join(filter(None, (listing.when, span)))
