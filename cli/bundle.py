"""`pod bundle`: what pods share, carried from one to the other on a stick."""

from collections import Counter
from pathlib import Path
from typing import Final

import click

from cli import words
from cli.desk import Desk, Group, pass_desk
from cli.out import Block, Pairs, Table
from node import bundle_intake
from node.bundle_files import Seen
from node.bundle_intake import Imported
from node.shapes.names import Names
from node.shapes.plain import Json
from protocol.aid import KINDS
from protocol.bundle_head import Head
from protocol.clock import ClockState
from protocol.errors import ERRORS, EXIT_NO
from protocol.identity import pod_id_text
from protocol.limits import CEILING_AHEAD_S
from protocol.sealed import MailKey

_FILE: Final = click.Path(dir_okay=False, path_type=Path)
_OURS: Final = {
    bundle_intake.UNCERTIFIED: "The certificate of its author is not known here.",
    bundle_intake.NEAR: "It is for the neighbours of its author, who alone may hand it on, sealed.",
    bundle_intake.UNSEEN: "No steward has seen that neighbour's name yet: pod neighbor list",
}
_KINDS: Final = {kind.code: kind.name.replace("_", " ") for kind in KINDS}
_TAKE_OUT: Final = "Take the stick out only after the system says that it may be taken out."


@click.group("bundle", cls=Group)
def bundle() -> None:
    """Carry what pods share to a neighbour on a USB stick, where no network does.

    A bundle holds what goes to all pods; whoever finds the stick can read that, as any pod that it
    would reach. With --for it also holds what is for one neighbour alone, sealed: nobody else can
    read that part.
    """


@bundle.command("export")
@click.argument("file", type=_FILE)
@click.option(
    "--for",
    "for_whom",
    metavar="NEIGHBOUR",
    help="Put in what is for this neighbour alone too, sealed to it.",
)
@click.option(
    "--since-their-summary",
    "theirs",
    type=_FILE,
    metavar="FILE",
    help="A summary or bundle of theirs: leave out what it says that they have.",
)
@pass_desk
def export(desk: Desk, *, file: Path, for_whom: str | None, theirs: Path | None) -> None:
    """Write a bundle to FILE: all that this pod would tell a neighbour of.

    The node may run meanwhile. Two walks make two pods equal: bring theirs, `pod bundle import`
    it, and carry back one with --since-their-summary. FILE gets its name when it is whole and on
    the stick; one of that name is replaced.
    """
    with desk.pod() as pod, desk.out.progress("Writing") as advance:
        neighbour = None if for_whom is None else pod.neighbours.find(for_whom)
        done = pod.bundles.export(file, neighbour=neighbour, theirs=theirs, progress=advance)
        name = "" if neighbour is None else Names(pod).of(neighbour.pod_id)
    said: Json = {
        "file": str(file),
        "records": done.records,
        "alone": done.alone,
        "mail": done.mail,
        "left_out": done.known,
        "authors": done.authors,
        "bytes": done.size_bytes,
    }
    has = f" They have {done.known:,} more already." if theirs is not None else ""
    alone = f" {_alone_said(done.alone, done.mail)} for {name} alone, sealed." if name else ""
    desk.out.answer(
        said,
        f"{file} holds {words.counted(done.records, 'record')} of "
        f"{words.counted(done.authors, 'pod')} ({done.size_bytes / 1e6:.1f} MB).{has}{alone}",
        _TAKE_OUT,
    )


@bundle.command("summary")
@click.argument("file", type=_FILE)
@pass_desk
def summary(desk: Desk, *, file: Path) -> None:
    """Write to FILE what this pod has, and no record: a small file to carry the other way.

    Who gets it writes a bundle with --since-their-summary FILE, and carries only what is lacking
    here. It says which pods' records are here, and nothing of what is in them.
    """
    with desk.pod() as pod, desk.out.progress("Writing") as advance:
        done = pod.bundles.summarize(file, advance)
    desk.out.answer(
        {"file": str(file), "held": done.held, "authors": done.authors, "bytes": done.size_bytes},
        f"{file} names {words.counted(done.held, 'record')} of "
        f"{words.counted(done.authors, 'pod')} ({done.size_bytes / 1e6:.1f} MB).",
        _TAKE_OUT,
    )


@bundle.command("import")
@click.argument("file", type=_FILE)
@click.option(
    "--carry",
    is_flag=True,
    help="It is no neighbour, but your people know it: let its bundles in for 90 days.",
)
@pass_desk
def import_(desk: Desk, *, file: Path, carry: bool) -> None:
    """Take in the bundle in FILE, which has to be from a neighbour of this pod.

    With --carry a bundle of any other pod is let in too, and what is for all in it goes on to your
    neighbours, as if that pod were a neighbour. See them: pod bundle carried

    Every record is checked by itself: what is torn, damaged or forged is left out and told, the
    rest is used; the exit status is then 1. Taking the same bundle in twice changes nothing. A
    running node passes on what came.
    """
    with desk.pod() as pod:
        with desk.out.progress("Checking and saving") as advance:
            done = pod.bundles.take_in(file, advance, carry=carry)
        name, mail_key = Names(pod).of(done.head.certificate.pod_id), pod.keeper.mail_key
    desk.out.answer(
        {
            **_data(done, mail_key),
            "table_taken": done.table_taken,
            "taken": done.taken,
            "had": done.had,
            "held": done.held,
            "left_out": dict(done.left_out),
        },
        *_said(done, name, mail_key),
    )
    if not done.is_whole:
        raise click.exceptions.Exit(EXIT_NO)


@bundle.command("show")
@click.argument("file", type=_FILE)
@pass_desk
def show(desk: Desk, *, file: Path) -> None:
    """Tell what is in FILE, and whether it is whole; take nothing in.

    Of a torn file it tells what came before the tear. Exit status 1 if it is not whole.
    """
    with desk.pod() as pod:
        with desk.out.progress("Reading") as advance:
            seen = pod.bundles.look_into(file, advance)
        names, now_s = Names(pod), pod.now().wall_ms / 1000
        mail_key = pod.keeper.mail_key
    by_author = [(names.of(author), number) for author, number in seen.by_author.most_common()]
    kinds = [(_kind(kind), number) for kind, number in seen.by_kind.most_common()]
    desk.out.answer(
        {
            **_data(seen, mail_key),
            "by_kind": [{"kind": kind, "records": number} for kind, number in kinds],
            "by_author": [
                {"pod_id": pod_id_text(author), "name": names.of(author), "records": number}
                for author, number in seen.by_author.most_common()
            ],
        },
        Pairs(
            [
                ("From", names.of(seen.head.certificate.pod_id)),
                ("Written", _when(seen.head, now_s)),
                ("Pods", f"{len(seen.head.table.entries):,}"),
                ("Records", f"{seen.records:,} of {seen.head.records:,}"),
                ("Sealed", _sealed_said(seen, mail_key)),
                ("Of kind", ", ".join(f"{number:,} {kind}" for kind, number in kinds) or "none"),
                ("Of pod", ", ".join(f"{number:,} {name}" for name, number in by_author) or "none"),
                ("Says it has", words.counted(seen.head.ids, "record")),
                ("File", _how_whole(seen)),
            ]
        ),
    )
    if not seen.is_whole:
        raise click.exceptions.Exit(EXIT_NO)


@bundle.command("carried")
@pass_desk
def carried(desk: Desk) -> None:
    """List the pods that are no neighbours, and whose bundles are let in."""
    with desk.pod() as pod:
        found, names, now_s = pod.bundles.carried(), Names(pod), pod.now().wall_ms / 1000
    rows = [(names.of(it.pod_id), words.day(it.until_ms / 1000, now_s)) for it in found]
    desk.out.answer(
        [{"pod_id": pod_id_text(it.pod_id), "until_ms": it.until_ms} for it in found],
        Table(("Pod", "Until"), rows) if rows else "Only bundles of neighbours are let in.",
    )


@bundle.command("forget")
@click.argument("pod_name", metavar="POD")
@pass_desk
def forget(desk: Desk, *, pod_name: str) -> None:
    """Let in no more bundles of POD, which is no neighbour. What came stays for its time."""
    with desk.pod() as pod:
        found = pod.authors.find(pod_name)
        pod.bundles.forget(found)
    desk.out.answer({"pod_id": pod_id_text(found)}, "Its bundles are not let in any more.")


def _kind(code: int) -> str:
    return _KINDS.get(code, f"kind {code}")


def _sealed_said(seen: Seen, mail_key: MailKey) -> str:
    if not seen.head.sealed:
        return "nothing"
    if not seen.is_for(mail_key):
        return "something that this pod cannot open: it is for another one, or for an older key"
    return f"{_alone_said(seen.alone, seen.mail)} for this pod alone"


def _alone_said(records: int, mail: int) -> str:
    said = words.counted(records, "record")
    return f"{said} and {words.counted(mail, 'letter')}" if mail else said


def _data(seen: Seen, mail_key: MailKey) -> dict[str, Json]:
    head = seen.head
    return {
        "from": pod_id_text(head.certificate.pod_id),
        "created_ms": head.created_ms,
        "clock": head.clock.value,
        "authors": len(head.table.entries),
        "records": seen.records,
        "records_said": head.records,
        "sealed": head.sealed,
        "for_us": seen.is_for(mail_key),
        "alone": seen.alone,
        "mail": seen.mail,
        "ids": seen.ids,
        "whole": seen.is_whole,
        "fault": seen.fault,
    }


def _said(done: Imported, name: str, mail_key: MailKey) -> list[Block]:
    blocks: list[Block] = [
        f"From {name}: {words.counted(done.taken, 'new record')}; {done.had:,} were here already."
    ]
    if done.is_for(mail_key):
        blocks.append(f"{_alone_said(done.alone, done.mail)} in it for this pod alone.")
    elif done.head.sealed:
        blocks.append("What is sealed in it is for another pod, or to an older key of this one.")
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
