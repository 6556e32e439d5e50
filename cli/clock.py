"""`pod clock`: what the time of this pod is worth, and how people confirm it."""

import click

from cli import words
from cli.desk import Desk, Group, pass_desk
from cli.out import Pairs
from node import health
from node.clock import BUILD_MS, machine_ms, system_is_synced
from node.shapes.plain import Json
from protocol.clock import ClockState, Now
from protocol.errors import UserError
from protocol.limits import GUESS_AHEAD_S
from store import meta


@click.group("clock", cls=Group)
def clock() -> None:
    """What the time of this pod is worth, and how to confirm it.

    A Raspberry Pi has no battery for its clock: after a power cut it begins where it stopped.
    With internet the time comes by itself; without, somebody holds a watch beside it.
    """


@clock.command("show")
@pass_desk
def show(desk: Desk) -> None:
    """Say what time it is for this pod, how sure that is, and what follows."""
    with desk.pod() as pod:
        now, is_confirmed = pod.now(), pod.keeper.time.date_is_confirmed
    by_system, machine = system_is_synced(), machine_ms()
    desk.out.answer(
        _data(now, by_system, is_confirmed),
        Pairs(
            [
                ("This pod", f"{health.time_said(now)}, {health.CLOCK_WORDS[now.state]}"),
                ("This machine", health.time_said(now._replace(wall_ms=machine))),
                ("Kept right by", _keeper_said(by_system, is_confirmed)),
            ]
        ),
        health.CLOCK_MEANS[now.state],
        *[] if now.state is ClockState.SYNCED else [_HOW],
    )


_HOW = (
    "Hold a watch beside it. If the machine is right: pod clock confirm. If not, name the time: "
    'pod clock confirm "2026-11-24 14:05". An hour on the internet does it too.'
)


def _keeper_said(by_system: bool, is_confirmed: bool) -> str:  # noqa: FBT001
    if by_system:
        return "a time server"
    return "a person, since the machine was started" if is_confirmed else "nobody yet"


def _data(now: Now, by_system: bool, is_confirmed: bool) -> Json:  # noqa: FBT001
    return {
        "state": now.state.value,
        "now_ms": now.wall_ms,
        "machine_ms": machine_ms(),
        "by_time_server": by_system,
        "confirmed": is_confirmed,
    }


@clock.command("confirm")
@click.argument("moment", metavar="[TIME]", required=False)
@click.option("--yes", is_flag=True, help="Do not ask.")
@pass_desk
def confirm(desk: Desk, *, moment: str | None, yes: bool) -> None:
    """Say that the time is right; a running node hears of it at once.

    Without TIME, that of this machine. With it, this pod's clock is set; the machine's is not
    touched. It holds until the machine is started anew.

    \b
      pod clock confirm
      pod clock confirm "2026-11-24 14:05"
    """
    with desk.pod() as pod:
        saved_ms = meta.get(pod.keeper.store.connection, meta.CLOCK_SAVED_MS)
        known_ms = max(saved_ms or 0, BUILD_MS)
        now_ms = _machines(known_ms) if moment is None else words.moment_ms(moment)
        if now_ms < BUILD_MS:
            raise UserError(
                "invalid", "It is later than that: this program is younger.", "Name the time anew."
            )
        if moment is not None and system_is_synced():
            raise UserError(
                "conflict",
                "A time server keeps the clock of this machine: this pod follows it.",
                "If it is wrong, set the clock of the machine.",
            )
        said = health.time_said(pod.now()._replace(wall_ms=now_ms))
        if not yes:
            desk.out.insist(f"{_danger(now_ms, known_ms)}Is it {said}?")
        pod.keeper.time.confirm(now_ms)
        now = pod.now()
    desk.out.answer(
        _data(now, system_is_synced(), is_confirmed=True),
        f"It is {said}: this pod goes by that until this machine is started anew.",
    )


def _machines(known_ms: int) -> int:
    """Return the machine's time, if it may be right without anybody naming it."""
    now_ms = machine_ms()
    if known_ms <= now_ms <= known_ms + GUESS_AHEAD_S * 1000:
        return now_ms
    raise UserError(
        "invalid",
        "The machine's clock is far from what this pod has seen.",
        'Name the time: pod clock confirm "2026-11-24 14:05"',
    )


def _danger(now_ms: int, known_ms: int) -> str:
    """Return what a leap of months does, before somebody says yes to a slip of the finger."""
    days = (now_ms - known_ms) // 86_400_000
    if days < words.LONG_DAYS:
        return ""
    return f"That is {days:,} days on: what others shared more than 90 days before is deleted. "
