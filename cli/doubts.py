"""`pod doubt`: after a theft, people say of each thing whether it is theirs."""

from collections.abc import Sequence
from typing import Final

import click

from cli import words
from cli.desk import Desk, Group, pass_desk
from cli.out import Table
from node.doubts import DoubtDesk, Doubtful
from node.shapes.plain import Json
from protocol.aid import KINDS
from protocol.codec import decode
from protocol.errors import PeerError, UserError
from protocol.limits import MAX_BODY_BYTES
from protocol.record import Record

REFERENCE_DIGITS: Final = 8
_TITLES: Final = ("title", "name", "text")
"""What the kinds call the words by which people know one of theirs."""
_KIND_NAMES: Final = {kind.code: kind.name.replace("_", " ") for kind in KINDS}
_references = click.argument("references", nargs=-1, metavar="[REF]...")
_all = click.option("--all", "every", is_flag=True, help="All that wait.")


@click.group("doubt", cls=Group)
def doubt() -> None:
    """After a theft: what may be the thief's waits until you have said whose it is.

    `pod rotate`, `restore` and `recover` begin it with --since DAY. What waits is shown to nobody
    and shared with nobody. It is forgotten 90 days after it was signed.
    """


@doubt.command("list")
@pass_desk
def list_doubtful(desk: Desk) -> None:
    """List what waits for your word."""
    with desk.pod() as pod:
        waiting, now_s = pod.doubts.waiting(), pod.now().wall_ms / 1000
    rows = [(_reference(it.record), *_what(it), _when(it, now_s)) for it in waiting]
    desk.out.answer(
        [_data(it) for it in waiting],
        Table(("Ref", "What", "Title", "Signed"), rows, fold=frozenset(("Title",)))
        if rows
        else "Nothing waits for your word.",
        *(["Yours: pod doubt keep REF. Not yours: pod doubt drop REF."] if rows else []),
    )


@doubt.command("keep")
@_references
@_all
@pass_desk
def keep(desk: Desk, *, references: tuple[str, ...], every: bool) -> None:
    """These are ours: share them again, under the new key."""
    with desk.pod() as pod:
        chosen = _chosen(pod.doubts, references, every=every)
        pod.doubts.keep(chosen)
    desk.out.answer(
        {"kept": [_data(it) for it in chosen]},
        f"{words.counted(len(chosen), 'thing')} signed again, as yours.",
    )


@doubt.command("drop")
@_references
@_all
@pass_desk
def drop(desk: Desk, *, references: tuple[str, ...], every: bool) -> None:
    """These are the thief's: they are never shared again.

    Where a thief changed or withdrew something of yours, it is back as it was before, if this
    machine still has it.
    """
    with desk.pod() as pod:
        chosen = _chosen(pod.doubts, references, every=every)
        back = pod.doubts.drop(chosen)
    said = f"{words.counted(len(chosen), 'thing')} marked as the thief's."
    desk.out.answer(
        {"dropped": [_data(it) for it in chosen], "back": len(back)},
        f"{said} {len(back)} of yours are back as they were." if back else said,
    )


def _chosen(doubts: DoubtDesk, references: Sequence[str], *, every: bool) -> Sequence[Doubtful]:
    if every == bool(references):
        raise UserError(
            "invalid", "Which ones?", "Give references, or --all. See them: pod doubt list"
        )
    return doubts.waiting() if every else doubts.find(references)


def _reference(record: Record) -> str:
    return record.id.hex()[:REFERENCE_DIGITS]


def _what(doubtful: Doubtful) -> tuple[str, str]:
    """Return what it is, and how people know it; of a withdrawal what was withdrawn."""
    record, before = doubtful
    kind = _KIND_NAMES.get(record.kind, f"kind {record.kind}")
    if record.payload is None:
        return f"{kind}, withdrawn", _title(before.payload if before else None)
    return f"{kind}, changed" if before and before.payload else kind, _title(record.payload)


def _title(payload: bytes | None) -> str:
    try:
        fields = decode(payload or b"", max_bytes=MAX_BODY_BYTES)
    except PeerError:
        return "(not known any more)"
    found = [fields[name] for name in _TITLES if name in fields] if isinstance(fields, dict) else []
    return str(found[0]) if found else "(without a title)"


def _when(doubtful: Doubtful, now_s: float) -> str:
    return words.minute(doubtful.record.stamp_ms / 1000, now_s)


def _data(doubtful: Doubtful) -> Json:
    record, before = doubtful
    what, title = _what(doubtful)
    return {
        "reference": _reference(record),
        "id": record.id.hex(),
        "kind": record.kind,
        "what": what,
        "title": title,
        "withdrawn": record.payload is None,
        "replaces": before is not None,
        "stamp_ms": record.stamp_ms,
    }
