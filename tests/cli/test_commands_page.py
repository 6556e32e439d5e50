"""docs/commands.md names every command, every option and every key, each in its section."""

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import click
import pytest
from click.testing import CliRunner

from cli.main import main
from protocol import errors

PAGE = (Path(__file__).parent.parent.parent / "docs" / "commands.md").read_text("utf-8")
PARTS = re.split(r"^### ", PAGE, flags=re.MULTILINE)
SHARED = PARTS[0]
SECTIONS = {part.splitlines()[0]: part for part in PARTS[1:]}


def commands_below(command: click.Command, name: str) -> Iterator[tuple[str, click.Command]]:
    if isinstance(command, click.Group):
        context = click.Context(command)
        for below in command.list_commands(context):
            found = command.get_command(context, below)
            assert found
            yield f"{name} {below}", found
            yield from commands_below(found, f"{name} {below}")


COMMANDS = dict(commands_below(main, "pod"))


def options_of(command: click.Command) -> set[str]:
    """Return what a command takes and its help shows."""
    shown = (it for it in command.params if isinstance(it, click.Option) and not it.hidden)
    return {name for it in shown for name in (*it.opts, *it.secondary_opts)}


def test_each_command_has_its_section_and_no_other_has() -> None:
    assert SECTIONS.keys() == COMMANDS.keys()


@pytest.mark.parametrize("name", COMMANDS)
def test_section_names_the_options_that_there_are(name: str) -> None:
    named = set(re.findall(r"`(--[a-z-]+)", SECTIONS[name]))
    assert named == options_of(COMMANDS[name])


def test_options_of_every_command_are_named_once_for_all() -> None:
    assert options_of(main) | {"--help"} == set(re.findall(r"`(--[a-z-]+)", SHARED))


def keys_in(value: Any) -> set[str]:
    match value:
        case dict():
            return set(value).union(*(keys_in(it) for it in value.values()))
        case list():
            return set().union(*(keys_in(it) for it in value))
    return set()


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A pod with an offer and a spreadsheet beside it."""
    say(tmp_path, "init", "--name", "Maple Street")
    say(tmp_path, "offer", "Soup", "--category", "food")
    (tmp_path / "more.csv").write_text("title,type,category,phone\nBread,offer,food,1\nx,y,z,1\n")
    return tmp_path


def say(folder: Path, *words: str) -> Any:
    done = CliRunner().invoke(main, [*words, "--json", "--data", str(folder / "pod")])
    assert done.exit_code in (0, 1), done.stderr
    return json.loads(done.stdout)


HOUSE = (
    ["member", "list"],
    ["member", "show", "Rosa"],
    ["member", "can", "Rosa", "food", "--note", "soup"],
    ["member", "leave", "Ben"],
    ["invite", "make"],
    ["invite", "list"],
    ["tree"],
    ["map"],
    ["rollcall", "check-in", "Ben", "ok"],
    ["rollcall", "board"],
    ["care", "write", "Ben", "Insulin"],
    ["care", "list"],
    ["buddy", "list"],
    ["way", "list"],
    ["proposal", "list"],
    ["agreement", "list"],
    ["rules", "show"],
    ["log"],
)
"""What `house` below is asked."""


@pytest.fixture
def house(folder: Path) -> Path:
    """The same with people, and something of everything about them."""
    for words in (
        ["member", "add", "Rosa"],
        ["member", "add", "Ben"],
        ["member", "contact", "Rosa", "phone", "1"],
        ["member", "can", "Rosa", "food"],
        ["invite", "make"],
        ["rollcall", "open", "Storm"],
        ["rollcall", "check-in", "Rosa", "ok"],
        ["care", "write", "Rosa", "Insulin", "--stewards"],
        ["way", "add", "Knock"],
        ["proposal", "add", "Open door"],
        ["agreement", "add", "Quiet"],
    ):
        say(folder, *words)
    return folder


@pytest.mark.parametrize(
    "words",
    [
        ["board"],
        ["answers"],
        ["waiting"],
        ["match"],
        ["status"],
        ["doctor"],
        ["neighbor", "list"],
        ["neighbor", "invite", "--address", "192.0.2.1:4781"],
        ["config", "path"],
        ["config", "set", "sync_port", "4790"],
        ["recovery", "confirm", "--all-words"],
    ],
    ids=" ".join,
)
def test_keys_of_json_are_named_in_the_section(folder: Path, words: list[str]) -> None:
    if words[0] == "recovery":
        (folder / "pod" / "recovery-sheet.txt").unlink()
    said = keys_in(say(folder, *words))
    name = next(
        it
        for it in sorted(SECTIONS, key=len, reverse=True)
        if " ".join(["pod", *words]).startswith(it)
    )
    audiences = {"pod", "near", "network"} if name == "pod status" else set()
    assert said - names_in(SECTIONS[name]) <= audiences


@pytest.mark.parametrize("words", HOUSE, ids=" ".join)
def test_keys_about_people_are_named_in_the_section(house: Path, words: list[str]) -> None:
    said = keys_in(say(house, *words))
    sections = " ".join(part for name, part in SECTIONS.items() if name.split()[1] == words[0])
    assert said - names_in(sections) == set()
    assert said or words[0] == "buddy"


def names_in(section: str) -> set[str]:
    return set(re.findall(r"[`\"]([\w-]+)[`\"]", section))


def test_keys_of_an_import_are_named(folder: Path) -> None:
    said = say(folder, "import", str(folder / "more.csv"), "--dry-run")
    assert keys_in(said) - names_in(SECTIONS["pod import"]) == set()


def test_keys_of_a_printed_sheet_are_named(folder: Path) -> None:
    said = say(folder, "print", "board", "--out", str(folder / "board.html"))
    assert keys_in(said) - names_in(SECTIONS["pod print"]) == set()


def test_exit_statuses_are_those_of_the_table() -> None:
    told = {int(it) for it in re.findall(r"^\| (\d+)", SHARED, re.MULTILINE)}
    assert {errors.EXIT_OK, errors.EXIT_NO, *errors.EXIT_CODE.values()} <= told
