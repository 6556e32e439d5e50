"""`pod bench`: how fast pods are on this machine, beside the raw limit of the same minutes."""

from collections.abc import Mapping, Sequence

import click

from cli import words
from cli.desk import Desk, command, pass_desk
from cli.out import Block, Pairs, Styled, Table
from node.bench.figures import Measured
from node.bench.lab import Lab
from node.bench.measures import MEASURES
from node.shapes.plain import Json
from protocol.identity import VERIFIER

_VERIFIERS = ("cryptography", "PyNaCl")
_ALL = "all"


@command("bench")
@click.argument("measures", nargs=-1, type=click.Choice([*MEASURES, _ALL]), metavar="[MEASURE]...")
@click.option(
    "--records",
    type=click.IntRange(100, 1_000_000),
    default=10_000,
    show_default=True,
    help="How many records the pods hold.",
)
@click.option("--one-core", is_flag=True, help="Pin what is measured to one core.")
@click.option(
    "--verifier",
    type=click.Choice(_VERIFIERS),
    default=VERIFIER,
    help="Library of signatures; without it, the one that this pod uses.",
)
@pass_desk
def bench(
    desk: Desk, *, measures: tuple[str, ...], records: int, one_core: bool, verifier: str
) -> None:
    """Measure this machine with real nodes: ingest, first-sync, delta-sync, live,
    search, pages, footprint.

    Without a MEASURE, or with `all`, every one of them, and first-sync on one core too; that
    takes minutes. Uses temporary pods of its own, and leaves nothing behind. Beside each figure
    stands what the bare libraries reach.
    """
    found: list[Measured] = []
    for name, pinned in _plan(measures, one_core=one_core):
        with Lab.opened(verifier, one_core=pinned) as lab, desk.out.progress(f"{name} …"):
            found.append(MEASURES[name](lab, records))
    data: list[Json] = [_data(it) for it in found]
    desk.out.answer({"verifier": verifier, "measures": data}, *_said(found, verifier))


def _plan(measures: Sequence[str], *, one_core: bool) -> list[tuple[str, bool]]:
    """Return what to measure, each with whether on one core."""
    if measures and _ALL not in measures:
        return [(name, one_core) for name in dict.fromkeys(measures)]
    plan = [(name, one_core) for name in MEASURES]
    return plan if one_core else [*plan, ("first-sync", True)]


def _data(found: Measured) -> Json:
    goals: list[Json] = [{**it._asdict(), "reached": it.is_reached} for it in found.goals]
    return {
        "measure": found.measure,
        "records": found.records,
        "one_core": found.one_core,
        "figures": {**found.figures},
        "goals": goals,
        "parts": {name: {**part} for name, part in found.parts.items()},
        "misses": [*found.misses],
    }


def _said(found: Sequence[Measured], verifier: str) -> list[Block]:
    blocks: list[Block] = [f"Signatures are verified by {verifier}."]
    for it in found:
        pinned = ", on one core" if it.one_core else ""
        blocks += ["", f"{it.measure}, {words.counted(it.records, 'record')}{pinned}"]
        blocks.append(
            Table(
                ("Goal", "Reached", "", ""),
                [
                    (
                        goal.what,
                        _number(goal.value),
                        f"{'at most' if goal.at_most else 'at least'} {_number(goal.target)}",
                        Styled("ok", "green") if goal.is_reached else Styled("not ok", "red"),
                    )
                    for goal in it.goals
                ],
            )
        )
        blocks.append(Pairs([(name, _number(value)) for name, value in it.figures.items()]))
        blocks += _parts(it)
        blocks += ["", "What misses a goal:", *it.misses] if it.misses else []
    return blocks


def _parts(found: Measured) -> list[Block]:
    """Return the figures of each part, the one with the greatest last figure first."""
    if not found.parts:
        return []
    names = [name.replace("_", " ") for name in next(iter(found.parts.values()))]
    rows = [(part, *map(_number, it.values())) for part, it in _slowest_first(found)]
    return [Table(("", *names), rows)]


def _slowest_first(found: Measured) -> list[tuple[str, Mapping[str, float]]]:
    return sorted(found.parts.items(), key=lambda part: [*part[1].values()][-1], reverse=True)


def _number(value: float) -> str:
    """Return a figure with four digits that count, or all before the point."""
    return f"{value:,.0f}" if abs(value) >= 1000 else f"{value:.4g}"
