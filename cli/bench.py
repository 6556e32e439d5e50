"""`pod bench`: how fast pods are on this machine, beside the raw limit of the same minutes."""

from collections.abc import Sequence

import click

from cli import words
from cli.desk import Desk, command, pass_desk
from cli.out import Block, Json, Pairs, Styled, Table
from node.bench.lab import Lab
from node.bench.measures import MEASURES, Measured
from protocol.identity import VERIFIER

_VERIFIERS = ("cryptography", "PyNaCl")


@command("bench")
@click.argument("measures", nargs=-1, type=click.Choice(list(MEASURES)), metavar="[MEASURE]...")
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
    """Measure this machine with real nodes: ingest, first-sync, delta-sync, live, footprint.

    Without a MEASURE all of them, which takes minutes. Uses temporary pods of its own, and
    leaves nothing behind. Beside each figure stands what the bare libraries reach.
    """
    found: list[Measured] = []
    for name in dict.fromkeys(measures or MEASURES):
        with Lab.opened(verifier, one_core=one_core) as lab, desk.out.progress(f"{name} …"):
            found.append(MEASURES[name](lab, records))
    data: list[Json] = [_data(it) for it in found]
    desk.out.answer(
        {"verifier": verifier, "one_core": one_core, "measures": data}, *_said(found, verifier)
    )


def _data(found: Measured) -> Json:
    goals: list[Json] = [{**it._asdict(), "reached": it.is_reached} for it in found.goals]
    return {
        "measure": found.measure,
        "records": found.records,
        "figures": {**found.figures},
        "goals": goals,
    }


def _said(found: Sequence[Measured], verifier: str) -> list[Block]:
    blocks: list[Block] = [f"Signatures are verified by {verifier}."]
    for it in found:
        blocks += ["", f"{it.measure}, {words.counted(it.records, 'record')}"]
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
    return blocks


def _number(value: float) -> str:
    """Return a figure with four digits that count, or all before the point."""
    return f"{value:,.0f}" if abs(value) >= 1000 else f"{value:.4g}"
