"""`pod bundle`: what pods share, carried from one to the other on a stick."""

from collections import Counter
from pathlib import Path
from typing import Final

import click

from cli import words
from cli.desk import Desk, Group, pass_desk
from cli.naming import Names
from cli.out import Block, Json, Pairs, Table
from node import bundle_intake, bundles
from node.bundle_intake import Imported
from node.bundles import Seen
from protocol.bundle import Head
from protocol.clock import ClockState
from protocol.errors import ERRORS, EXIT_NO, UserError
from protocol.identity import pod_id_text
from protocol.limits import CEILING_AHEAD_S

_FILE: Final = click.Path(dir_okay=False, path_type=Path)
_OURS: Final = {
    bundle_intake.UNCERTIFIED: "The certificate of its author is not known here.",
    bundle_intake.NEAR: "It is for the neighbours of its author; no bundle carries such yet.",
}


@click.group("bundle", cls=Group)
def bundle() -> None:
    """Carry what pods share to a neighbour on a USB stick, where no network does.

    A bundle holds what goes to all pods, never what is shared with neighbouring pods alone: that
    waits for a connection. Whoever finds the stick can read it, as any pod that it would reach.
    """


@bundle.command("export")
@click.argument("file", type=_FILE)
@click.option(
    "--since-their-summary",
    "theirs",
    type=_FILE,
    metavar="FILE",
    help="A bundle of theirs: leave out what it says that they have.",
)
@pass_desk
def export(desk: Desk, *, file: Path, theirs: Path | None) -> None:
    """Write a bundle to FILE: all that this pod would tell a neighbour of, for all pods.

    The node may run meanwhile. Two walks make two pods equal: bring theirs, `pod bundle import`
    it, and carry back one with --since-their-summary. FILE gets its name when it is whole and on
    the stick; one of that name is replaced.
    """
    if theirs is not None and theirs.exists() and file.exists() and theirs.samefile(file):
        raise UserError(
            "conflict",
            f"{file} is the bundle of theirs: it would be overwritten.",
            "Give the new one another name.",
        )
    with desk.pod() as pod, desk.out.progress("Writing") as advance:
        known = None if theirs is None else bundles.summary_of(theirs)
        done = bundles.export(pod.keeper, file, known=known, progress=advance)
    said: Json = {
        "file": str(file),
        "records": done.records,
        "left_out": done.known,
        "authors": done.authors,
        "bytes": done.size_bytes,
    }
    has = f" They have {done.known:,} more already." if theirs is not None else ""
    desk.out.answer(
        said,
        f"{file} holds {words.counted(done.records, 'record')} of "
        f"{words.counted(done.authors, 'pod')} ({done.size_bytes / 1e6:.1f} MB).{has}",
        "Take the stick out only after the system says that it may be taken out.",
    )


@bundle.command("import")
@click.argument("file", type=_FILE)
@pass_desk
def import_(desk: Desk, *, file: Path) -> None:
    """Take in the bundle in FILE, which has to be from a neighbour of this pod.

    Every record is checked by itself: what is torn, damaged or forged is left out and told, the
    rest is used; the exit status is then 1. Taking the same bundle in twice changes nothing. A
    running node passes on what came.
    """
    with desk.pod() as pod:
        with desk.out.progress("Checking and saving") as advance:
            done = bundle_intake.take_from(pod.keeper, file, advance)
        name = Names(pod).of(done.head.certificate.pod_id)
    desk.out.answer(
        {
            **_data(done),
            "table_taken": done.table_taken,
            "taken": done.taken,
            "had": done.had,
            "held": done.held,
            "left_out": dict(done.left_out),
        },
        *_said(done, name),
    )
    if not done.is_whole:
        raise click.exceptions.Exit(EXIT_NO)


@bundle.command("show")
@click.argument("file", type=_FILE)
@pass_desk
def show(desk: Desk, *, file: Path) -> None:
    """Tell what is in FILE, and whether it is whole; take nothing in.

    Exit status 1 if it is not whole.
    """
    with desk.pod() as pod:
        with desk.out.progress("Reading") as advance:
            seen = bundles.look_into(file, advance)
        name, now_s = Names(pod).of(seen.head.certificate.pod_id), pod.now().wall_ms / 1000
    desk.out.answer(
        _data(seen),
        Pairs(
            [
                ("From", name),
                ("Written", _when(seen.head, now_s)),
                ("Pods", f"{len(seen.head.table.entries):,}"),
                ("Records", f"{seen.records:,} of {seen.head.records:,}"),
                ("Says it has", words.counted(seen.head.ids, "record")),
                ("File", _how_whole(seen)),
            ]
        ),
    )
    if not seen.is_whole:
        raise click.exceptions.Exit(EXIT_NO)


def _data(seen: Seen) -> dict[str, Json]:
    head = seen.head
    return {
        "from": pod_id_text(head.certificate.pod_id),
        "created_ms": head.created_ms,
        "clock": head.clock.value,
        "authors": len(head.table.entries),
        "records": seen.records,
        "records_said": head.records,
        "ids": seen.ids,
        "whole": seen.is_whole,
        "fault": seen.fault,
    }


def _said(done: Imported, name: str) -> list[Block]:
    blocks: list[Block] = [
        f"From {name}: {words.counted(done.taken, 'new record')}; {done.had:,} were here already."
    ]
    if done.held:
        blocks.append(f"{done.held:,} wait for their time: a clock there is ahead of ours.")
    if done.left_out:
        blocks.append(_reasons(done.left_out))
    if not done.is_whole:
        blocks.append(f"The file is {_how_whole(done)}. What came before is used.")
    return blocks


def _reasons(left_out: Counter[str]) -> Table:
    rows = [
        (f"{number:,}", ERRORS.get(code) or _OURS[code]) for code, number in left_out.most_common()
    ]
    return Table(("Left out", "Why"), rows, fold=frozenset({"Why"}))


def _when(head: Head, now_s: float) -> str:
    created_s = head.created_ms / 1000
    if created_s > now_s + CEILING_AHEAD_S:
        return "at a time that has not come yet: one of the two clocks is wrong"
    said = words.minute(created_s, now_s)
    return said if head.clock is ClockState.SYNCED else f"{said}, by a clock that may be wrong"


def _how_whole(seen: Seen) -> str:
    if seen.is_whole:
        return "whole"
    if seen.fault is None:
        return f"torn after {words.counted(seen.records, 'record')}"
    return f"damaged after {words.counted(seen.records, 'record')} ({seen.fault})"
