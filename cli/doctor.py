"""`pod doctor`: everything that can be checked, one sentence each."""

from typing import Final

import click

from cli.desk import Desk, command, pass_desk
from cli.out import Cell, Styled, Table
from node import health
from protocol.errors import EXIT_NO

_VERDICTS: Final[dict[bool | None, Cell]] = {
    True: Styled("ok", "green"),
    False: Styled("not ok", "red"),
    None: Styled("unknown", "yellow"),
}


@command("doctor")
@pass_desk
def doctor(desk: Desk) -> None:
    """Check that everything is in order; exit status 1 if something is not.

    Looks at the database, the disk, the keys, the clock, the recovery sheet and the neighbours.
    It changes nothing.
    """
    with desk.pod() as pod:
        checks = health.checks(pod, desk.data_dir)
    fine = all(check.ok is not False for check in checks)
    desk.out.answer(
        {
            "ok": fine,
            "checks": [
                {
                    "name": check.name,
                    "ok": check.ok,
                    "sentence": check.sentence,
                    "next_step": check.next_step,
                }
                for check in checks
            ],
        },
        Table(
            ("Check", "", "What was found"),
            [(check.name, _VERDICTS[check.ok], check.sentence) for check in checks],
            fold=frozenset({"What was found"}),
        ),
        *[f"next: {check.next_step}" for check in checks if not check.ok and check.next_step],
    )
    if not fine:
        raise click.exceptions.Exit(EXIT_NO)
