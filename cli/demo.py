"""`pod demo`: three pods share listings on this machine, in front of your eyes."""

import signal
import statistics
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from types import FrameType
from typing import NoReturn

import click

from cli.desk import Desk, command, pass_desk
from cli.out import Block, Styled, Table
from node.demo import Outcome, Travel, play
from node.shapes.plain import Json
from protocol.errors import EXIT_NO, UserError

EXIT_TERMINATED = 143  # 128 + SIGTERM


@command("demo")
@click.option("--check", is_flag=True, help="Show nothing on the way; only what came out.")
@click.option(
    "--keep",
    type=click.Path(file_okay=False, path_type=Path),
    metavar="DIR",
    help="Make the three pods in this new folder, and leave them there.",
)
@pass_desk
def demo(desk: Desk, *, check: bool, keep: Path | None) -> None:
    """Watch three pods share listings, get cut apart, and agree again; then an outage.

    In the outage a fourth pod is seen and becomes a neighbour by six words, a sealed reply crosses
    two hops, a bundle goes to an island, and a stolen machine is refused. Takes some seconds, needs
    no network and no pod of yours, and leaves nothing behind. Exit status 1 if anything that had to
    hold did not.
    """

    def say(line: str) -> None:
        if not check and not desk.out.json:
            desk.out.answer(None, line)

    with _folder(keep) as folder, _ended_cleanly():
        outcome = play(folder, say, desk.out.progress)
    desk.out.answer(_data(outcome), *_said(outcome))
    if not outcome.agreed:
        raise click.exceptions.Exit(EXIT_NO)


@contextmanager
def _folder(keep: Path | None) -> Iterator[Path]:
    if keep is None:
        with tempfile.TemporaryDirectory(prefix="mutualpod-demo-") as name:
            yield Path(name)
        return
    try:
        keep.mkdir(mode=0o700, parents=True)
    except OSError as err:
        raise UserError(
            "conflict",
            f"{keep} cannot be made: {err.strerror}.",
            "Name a folder that is not there.",
        ) from err
    yield keep.absolute()


@contextmanager
def _ended_cleanly() -> Iterator[None]:
    """Let a request to end take the way of an exception, so that no node is left behind."""

    def end(_signal: int, _frame: FrameType | None) -> NoReturn:
        sys.exit(EXIT_TERMINATED)

    before = {it: signal.signal(it, end) for it in (signal.SIGTERM, signal.SIGHUP)}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def _data(outcome: Outcome) -> Json:
    checks: list[Json] = [
        {"name": it.name, "ok": it.ok, "sentence": it.sentence} for it in outcome.checks
    ]
    live: list[Json] = [
        {"title": it.title, "to_mill_ms": _ms(it.to_mill_ms), "to_river_ms": _ms(it.to_river_ms)}
        for it in outcome.live
    ]
    return {
        "agreed": outcome.agreed,
        "checks": checks,
        "imported": _spread(outcome.imported),
        "live": live,
        "heal_ms": _ms(outcome.heal_ms),
        "network_records": {**outcome.network_records},
        "took_s": round(outcome.took_s, 3),
    }


def _spread(travels: Sequence[Travel]) -> Json:
    said: dict[str, Json] = {"listings": len(travels)}
    for name, times in (
        ("to_mill_ms", [it.to_mill_ms for it in travels]),
        ("to_river_ms", [it.to_river_ms for it in travels]),
    ):
        said[name] = {
            "min": _ms(min(times, default=0.0)),
            "median": _ms(statistics.median(times or [0.0])),
            "max": _ms(max(times, default=0.0)),
        }
    return said


def _ms(value: float) -> float:
    return round(value, 1)


def _said(outcome: Outcome) -> list[Block]:
    verdict = "All agree." if outcome.agreed else "They do not agree."
    return [
        "",
        Table(
            ("Check", "What the databases say"),
            [
                (Styled("ok", "green") if it.ok else Styled("not ok", "red"), it.sentence)
                for it in outcome.checks
            ],
        ),
        f"{verdict} It took {outcome.took_s:.1f} s.",
        *["With --keep DIR each node's log stays, as DIR/mill-lane/node.log."]
        * (not outcome.agreed),
    ]
