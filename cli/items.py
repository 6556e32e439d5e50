"""A listing as commands show it: a row of the board, a page, a JSON object."""

from collections.abc import Sequence

from cli import words
from cli.naming import Names
from cli.out import Block, Json, Pairs, Styled, Table
from node.aid.reach import Reach
from protocol.aid.categories import CATEGORIES
from protocol.aid.listing import Listing, State, state
from protocol.identity import pod_id_text
from store.aid import BoardItem

REFERENCE_DIGITS = 8
"""Of the hexadecimal rid: no pod has so many listings that two begin alike by chance."""


def reference(rid: bytes) -> str:
    """Return what people type to name a listing."""
    return rid.hex()[:REFERENCE_DIGITS]


def data(item: BoardItem, names: Names, now_s: int) -> dict[str, Json]:
    """Return a listing for programs. docs/commands.md lists the keys."""
    said: dict[str, Json] = item.listing.model_dump(mode="json", exclude={"posted_s"})
    return {
        "reference": reference(item.rid),
        "rid": item.rid.hex(),
        "from": names.of(item.author),
        "pod_id": pod_id_text(item.author),
        "state": state(item.listing, item.valid_until_s, now_s).value,
        "audience": item.audience.value,
        "posted_s": item.posted_s,
        "valid_until_s": item.valid_until_s,
        **said,
    }


def detail(item: BoardItem, names: Names, now_s: int, reach: Reach | None) -> dict[str, Json]:
    """Return one listing for programs, with how many pods it reaches."""
    return {**data(item, names, now_s), "reach": reach.pods if reach else None}


def table(items: Sequence[BoardItem], names: Names, now_s: int) -> Table:
    """Return the board: one row a listing, in the order given."""
    return Table(
        ("Ref", "What", "Title", "Category", "From", "Open", "Seen by"),
        [
            (
                reference(item.rid),
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
