"""`pod versions`: earlier versions of what this pod shared, and taking one back."""

import click

from cli import words
from cli.desk import Desk, command, pass_desk
from cli.out import Block, Table
from node.aid.versions import Earlier
from node.shapes.plain import reference_of
from node.shapes.versions import taken_back_data, versions_data
from protocol.aid.house.rights import MACHINE
from protocol.aid.sentences import FIELD_WORDS
from protocol.errors import UserError


@command("versions")
@click.argument("reference")
@click.option(
    "--take-back", "number", type=int, metavar="NUMBER", help="Say again what that one says."
)
@pass_desk
def versions(desk: Desk, *, reference: str, number: int | None) -> None:
    """Show what a listing, place, meetup, notice, ... of this pod said before.

    For 90 days, the last ten texts, of what was shared with others; also of what was withdrawn.
    Taking one back is one step, and makes a new version: the one that it replaces is kept too.
    Who sees it stays as it is.

    \b
      pod versions 3f9a12bc
      pod versions 3f9a12bc --take-back 1
    """
    with desk.pod() as pod:
        thing = pod.versions.find(reference)
        found = pod.versions.of(thing)
        if number is not None:
            was = _numbered(found, number, reference)
            pod.versions.take_back(thing, was.record)
            pod.people.note_listing_change(MACHINE, thing.rid)
            desk.out.answer(
                taken_back_data(thing, was),
                f"Taken back: {was.body.headline()}",
            )
            return
        now_s = pod.now().wall_ms // 1000
        head = thing.now.headline() if thing.now else "withdrawn"
        data = versions_data(thing, found)
        desk.out.answer(data, f"Now: {head} ({reference_of(thing.rid)})", *_table(found, now_s))


def _numbered(found: list[Earlier], number: int, reference: str) -> Earlier:
    for was in found:
        if was.number == number:
            return was
    raise UserError(
        "not_found", "There is no such version.", "See: pod versions {ref}", ref=reference
    )


def _table(found: list[Earlier], now_s: int) -> list[Block]:
    if not found:
        return ["It never said anything else, as far as is kept."]
    rows = [
        (
            str(it.number),
            words.ago(it.signed_s, now_s),
            it.body.headline(),
            ", ".join(FIELD_WORDS[name] for name in it.changed),
            "by a neighbour" if it.came_home else "",
        )
        for it in found
    ]
    heads = ("No.", "Signed", "Said", "Otherwise in", "Brought")
    return [Table(heads, rows, fold=frozenset(("Said", "Otherwise in")))]
