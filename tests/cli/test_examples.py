"""The help of every command shows it as it is typed; a slip is told what was perhaps meant."""

import re
import shlex

import click
import pytest
from click.testing import CliRunner

from cli.examples import EXAMPLES, example_of
from cli.main import main
from tests.cli.test_commands_page import COMMANDS

SINGLE = {name: it for name, it in COMMANDS.items() if not isinstance(it, click.Group)}


def context_of(name: str) -> click.Context:
    return click.Context(
        SINGLE[name], parent=click.Context(main, info_name="pod"), info_name=name[4:]
    )


def examples_of(name: str) -> list[str]:
    """Return each line of a help text that begins with a command of this program."""
    own = [it.strip() for it in (SINGLE[name].help or "").splitlines()]
    return [it for it in [*own, example_of(context_of(name)) or ""] if it.startswith(f"{name} ")]


@pytest.mark.parametrize("name", SINGLE)
def test_the_help_of_every_command_shows_it_as_it_is_typed(name: str) -> None:
    example = example_of(context_of(name))
    assert example, f"cli/examples.py has no line for {name}"
    help_ = CliRunner().invoke(main, [*name.split()[1:], "--help"], prog_name="pod").output
    assert example in help_


@pytest.mark.parametrize("name", SINGLE)
def test_every_example_can_be_typed_so(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    for line in examples_of(name):
        words = shlex.split(line.partition("  ")[0].partition(" # ")[0])[len(name.split()) :]
        for each in SINGLE[name].params:
            if isinstance(each.type, click.Path):  # none of the files is here
                monkeypatch.setattr(each.type, "exists", False)
        SINGLE[name].make_context(name, words)


def test_no_example_is_of_a_command_that_is_gone() -> None:
    known = tuple(f"{name} " for name in SINGLE)
    assert [it for it in EXAMPLES if not f"{it} ".startswith(known)] == []


@pytest.mark.parametrize(
    ("typed", "told"),
    [
        ("ofer", "Did you mean offer?"),
        ("neighbor lst", "Did you mean list?"),
        ("Bord", "Did you mean board?"),
        ("init Elm Street", "pod init --name 'Elm Street'"),
        ("board soup", "pod board --search soup"),
        ("offer Spare tomatoes", "'Spare tomatoes'"),
        ("member role", "pod member role Rosa steward"),
        ("board --categry food", "--category"),
    ],
)
def test_a_slip_is_told_what_was_perhaps_meant(typed: str, told: str) -> None:
    result = CliRunner().invoke(main, typed.split(), prog_name="pod")
    assert result.exit_code == 2
    assert told in result.stderr
    assert re.match(r"pod: .*\nnext: .*\n$", result.stderr)
