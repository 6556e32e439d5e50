"""`pod backup`, `restore`, `recover`, `rotate`: a pod outlives its card, machine and thief."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Final

import click

from cli import words
from cli.desk import Desk, command, pass_desk
from cli.recovery import ask_words
from node import backup as backups
from node import first_start, recovery
from node.clock import first_now
from node.pod import Pod
from node.pod_name import checked_name, default_name
from node.rekey import Theft
from protocol.clock import ClockState, Now
from protocol.errors import UserError
from protocol.identity import Certificate, PodId, PodKey, parse_pod_id, pod_id_text
from protocol.introduction import read_address

_OLD_KEY_ENDS: Final = (
    "From its next connection on every neighbour knows this key and refuses the old one. What the "
    "pod shared is signed again bit by bit, once a neighbour has been heard."
)

_since: Final = click.option(
    "--since",
    metavar="DAY",
    help="What was signed on this day or later may be a thief's: `pod doubt` asks about each.",
)


@command("backup")
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
@pass_desk
def backup(desk: Desk, *, file: Path) -> None:
    """Write this whole pod to FILE, sealed: only its 24 words open it.

    The node may run meanwhile. Keep the file on another disk, best in another house. The stock
    age tool opens it too.
    """
    with desk.pod() as pod, desk.out.progress("Sealing"):
        size = backups.back_up(pod, desk.data_dir, file)
    desk.out.answer(
        {"file": str(file), "bytes": size},
        f"{file} holds this whole pod ({size / 1e6:.1f} MB). Only the 24 words open it.",
    )


@command("restore")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@_since
@pass_desk
def restore(desk: Desk, *, file: Path, since: str | None) -> None:
    """Put the pod of a backup on this machine, with a fresh key.

    A pod that is here already is moved into a folder of its own first. The machine that the
    backup came from can no longer speak for the pod, if it still runs somewhere. The 24 words are
    asked for at a terminal, or read from stdin.
    """
    since_ms = _since_ms(since)
    _put_back(desk, file, PodKey.from_seed(_seed(desk)), since_ms)


def _put_back(desk: Desk, file: Path, pod_key: PodKey, since_ms: int | None) -> None:
    name = backups.restore(file, desk.data_dir, pod_key)
    theft = None if since_ms is None else Theft(since_ms, since_ms)
    _rekey(desk, pod_key, theft, first_now())
    desk.out.answer(
        {"name": name, "pod_id": pod_id_text(pod_key.pod_id), "data_dir": str(desk.data_dir)},
        f"{name} is back, in {desk.data_dir}.",
        _OLD_KEY_ENDS,
        "What it shared since the backup comes home from its neighbours. Start it: pod up",
    )


@command("recover")
@click.option(
    "--neighbor",
    "--neighbour",
    "neighbours",
    multiple=True,
    metavar="POD-ID[@HOST:PORT]",
    help="A pod that was a neighbour, as the recovery sheet names it. May be given again.",
)
@click.option(
    "--sheet",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    metavar="FILE",
    help="A file with such lines in it, as `pod recovery sheet` prints them.",
)
@click.option(
    "--backup",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    metavar="FILE",
    help="A backup, for what never left the pod: as `pod restore FILE`.",
)
@click.option("--name", help="What neighbours call this pod.")
@_since
@pass_desk
def recover(
    desk: Desk,
    *,
    neighbours: tuple[str, ...],
    sheet: Path | None,
    backup: Path | None,
    name: str | None,
    since: str | None,
) -> None:
    """Make this pod again from its 24 words, on an empty machine.

    What it shared comes home from the first neighbour that it reaches; what never left it is
    gone, unless there is a backup. The 24 words are asked for at a terminal, or read from stdin.
    """
    if first_start.has_pod(desk.data_dir):
        raise UserError(
            "conflict",
            f"There is a pod in {desk.data_dir} already.",
            "A stolen key is replaced by: pod rotate. Another folder: --data DIR",
        )
    said = [*neighbours, *(recovery.neighbours_on(sheet) if sheet else ())]
    known = dict(map(_neighbour, said))
    since_ms, seed = _since_ms(since), _seed(desk)
    if backup is not None:
        _put_back(desk, backup, PodKey.from_seed(seed), since_ms)
        with desk.pod() as pod:
            _meet_again(pod, known)
        return
    named = checked_name(name) if name else default_name(PodKey.from_seed(seed).pod_id)
    with first_start.create_known(desk.data_dir, name=named, seed=seed) as pod:
        _meet_again(pod, known)
        if since_ms is not None:
            pod.doubts.begin(since_ms)
        desk.out.answer(
            {"name": pod.name, "pod_id": pod_id_text(pod.pod_id), "neighbours": len(known)},
            f"{pod.name} is made again, in {desk.data_dir}.",
            _OLD_KEY_ENDS,
            "Start it: pod up",
        )


def _meet_again(pod: Pod, known: Mapping[PodId, Sequence[str]]) -> None:
    """Take up federations that neighbours still keep."""
    kept = {neighbour.pod_id for neighbour in pod.neighbours.all()}
    for pod_id, addresses in known.items():
        if pod_id not in kept:
            pod.neighbours.add_known(pod_id, addresses)


@command("rotate")
@_since
@pass_desk
def rotate(desk: Desk, *, since: str | None) -> None:
    """Give this pod a fresh working key: after a theft, or when somebody had the machine.

    Needs the 24 words, nothing else: asked for at a terminal, or read from stdin. A running node
    takes the new key up by itself. With --since nothing that was signed, or came home, on that
    day or later is shared again before people have said that it is theirs.
    """
    since_ms = _since_ms(since)
    with desk.pod() as pod:
        now = pod.now()
    theft = None if since_ms is None else Theft(since_ms, home_since_ms=0)
    certificate = _rekey(desk, PodKey.from_seed(_seed(desk)), theft, now)
    with desk.pod() as pod:
        waiting = len(pod.doubts.waiting())
    desk.out.answer(
        {
            "pod_id": pod_id_text(certificate.pod_id),
            "epoch": certificate.epoch,
            "waiting": waiting,
        },
        "This pod has a fresh working key.",
        _OLD_KEY_ENDS,
        *_waiting_said(waiting),
    )


def _waiting_said(waiting: int) -> list[str]:
    if not waiting:
        return []
    wait = "waits" if waiting == 1 else "wait"
    return [f"{words.counted(waiting, 'thing')} {wait} for your word: pod doubt list"]


def _since_ms(day: str | None) -> int | None:
    return None if day is None else words.start_of_day_s(day, first_now().wall_ms / 1000) * 1000


def _rekey(desk: Desk, pod_key: PodKey, theft: Theft | None, now: Now) -> Certificate:
    """Make the new key. Its epoch is the time (R3), so people are told which time was taken."""
    today = words.local(now.wall_ms / 1000).date()
    if now.state is ClockState.UNSET:
        desk.out.insist(f"The clock of this machine is not set. Is today {today.isoformat()}?")
    elif now.state is ClockState.GUESS:
        desk.out.note(
            f"Nobody confirms the clock; the date is taken to be {today.isoformat()}.",
            "if that is wrong: pod clock confirm TIME, and then: pod rotate",
        )
    return Pod.rekey(desk.data_dir, pod_key, now, theft)


def _seed(desk: Desk) -> bytes:
    return recovery.seed_from(ask_words(desk))


def _neighbour(text: str) -> tuple[PodId, list[str]]:
    """Return who is meant, and where; with no address it is looked for on the LAN."""
    pod_id, found, address = text.partition("@")
    return parse_pod_id(pod_id), [str(read_address(address))] if found else []
