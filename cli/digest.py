"""`pod match` and `pod digest`: what may fit, and the week on one page."""

from collections.abc import Sequence

import click

from cli import items, words
from cli.desk import Desk, command, pass_desk
from cli.meetups import said_of
from cli.out import Block, Table
from node.aid.digest import Digest, digest
from node.aid.matching import Match
from node.shapes.board import listing_data
from node.shapes.names import Names
from node.shapes.plain import Json, reference_of
from node.shapes.pods import digest_data, match_data
from node.words import ENGLISH, labels, words_in
from store.aid import BoardItem

# --- Matching ---


@command("match")
@click.argument("reference", required=False)
@pass_desk
def match(desk: Desk, *, reference: str | None) -> None:
    """Show which offers may fit which needs, and why.

    Without REFERENCE: for all open listings of this pod. With it: for that one, ours or not.
    Nothing is claimed by it: people ask with `pod reply`.
    """
    with desk.pod() as pod:
        names, now_s = Names(pod), pod.now().wall_ms // 1000
        if reference is None:
            found = pod.matching.for_pod()
        else:
            item = pod.listings.find(reference)
            found = [(item, pod.matching.for_listing(item))]
        pairs: list[Json] = [
            {
                "item": listing_data(item, names, now_s),
                "matches": [match_data(it, names, now_s, why_said(it)) for it in matches],
            }
            for item, matches in found
        ]
        desk.out.answer({"for": pairs}, *(_matches(found, names) or ["Nothing fits yet."]))


def why_said(found: Match) -> str:
    """Return in words why a listing may fit: same category, a few streets away, ..."""
    return labels.why_it_fits(words_in(ENGLISH), found.common)


def _matches(found: Sequence[tuple[BoardItem, list[Match]]], names: Names) -> list[Block]:
    blocks: list[Block] = []
    for item, matches in found:
        if not matches:
            continue
        said = f"{item.listing.type.capitalize()}: {item.listing.title}"
        blocks += [*[""] * bool(blocks), f"{said} ({reference_of(item.rid)})"]
        rows = [
            (
                reference_of(it.item.rid),
                it.item.listing.title,
                names.of(it.item.author),
                why_said(it),
            )
            for it in matches
        ]
        fold = frozenset(("Title", "From", "Why"))
        blocks.append(Table(("Ref", "Title", "From", "Why"), rows, fold=fold))
    return blocks


# --- The week ---


@command("digest")
@pass_desk
def week(desk: Desk) -> None:
    """Show the week on one page: what is new, what ends, who meets, what nobody has answered."""
    with desk.pod() as pod:
        found, names = digest(pod), Names(pod)
        now_s = pod.now().wall_ms // 1000
        shown = _parts(found, names, now_s)
        name = pod.name
    days = f"{words.day(found.since_s, now_s)} to {words.day(found.until_s, now_s)}"
    desk.out.answer(
        digest_data(found, names, now_s),
        f"{name}, {days}",
        *(shown or ["", "Nothing is new, nothing ends, and nobody meets."]),
    )


def _parts(found: Digest, names: Names, now_s: int) -> list[Block]:
    parts: list[Block] = []
    for title, part in (
        ("New this week", found.new),
        ("Ends within a week", found.ending),
        ("Needs that nobody has answered", found.unanswered),
    ):
        if part:
            parts += ["", title, items.table(part, names, now_s)]
    if found.meetings:
        parts += ["", "Meetups"]
        parts += [f"  {said_of(meeting)}" for meeting in found.meetings]
    return parts
