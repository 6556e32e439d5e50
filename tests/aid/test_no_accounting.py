"""Nothing counts what people give: no balance, points, hours, rating, price, receipt, last seen.

Read are the tables of mutual aid, its models, its pages and sheets, and the words of commands. A
word that is harmless in its place is excused there, with the reason. What would slip through is
planted at the end, and must be found.
"""

import ast
import inspect
import pkgutil
import re
import sqlite3
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path
from typing import Final

import click
import pytest
from pydantic import BaseModel

import protocol.aid
from cli.main import main
from tests.nodes import make_pod

ROOT: Final = Path(__file__).parents[2]

FORBIDDEN: Final = re.compile(
    r"(?<![a-z])("
    r"balances?|credits?|debits?|debts?|owe[sd]?|owing|karma"
    r"|(?<!exact )points?(?! (?:at|to|out|back))|scores?|scoring|ratings?|rated"
    r"|stars?|rank(?:s|ed|ing|ings)?|leaderboards?|badges?|trophy|reputation|trust score"
    r"|reciprocity|reciprocal|reciprocate|in return|quid pro quo|timebank|time bank"
    r"|(?:hours?|minutes) (?:given|worked|helped|volunteered|earned|spent|owed)"
    r"|price[sd]?|prices|payments?|pay|paid|currency|fees?|barter|swap"
    r"|read receipts?|read at|seen at|last seen|last active|last login|last visit|inactive"
    r"|times asked|times given|gives count|given count|taken count|helped count|total given"
    r"|total taken|most helpful|top helpers?|freeloaders?"
    r")(?![a-z])",
    re.IGNORECASE,
)
"""Words of accounts, and shapes of counters. Underscores and dashes count as blanks."""

EXCUSED: Final = {
    # Where: what, and why it is no account of a person.
    "resource": ("hours", "paid", "point"),  # when a place is open, if it costs, where it is
}
"""Words that a subject may use."""

NO_ACCOUNT: Final = "nothing is ranked and nobody is counted"
"""What `pod board` says of itself."""


def words_of(text: str) -> set[str]:
    """Return the forbidden words in a text or an identifier."""
    plain = re.sub(r"[_\s-]+", " ", text).replace(NO_ACCOUNT, "")
    return {found[0].lower() for found in FORBIDDEN.finditer(plain)}


def words_of_name(name: str) -> set[str]:
    """Return the same for the name of a column or a field, where hours would be an account."""
    return words_of(name) | ({"hours"} & set(name.split("_")))


# --- Tables ---


def columns(connection: sqlite3.Connection) -> Iterator[tuple[str, str]]:
    tables = connection.execute("SELECT name FROM sqlite_schema WHERE type = 'table'").fetchall()
    for (table,) in tables:
        if table.startswith(("house_", "aid_")):
            for _, column, *_ in connection.execute(f"PRAGMA table_info({table})"):
                yield table, column


def accounts_in_tables(connection: sqlite3.Connection) -> set[str]:
    found = set()
    for table, column in columns(connection):
        excused = {word for place, words in EXCUSED.items() if place in table for word in words}
        found |= {f"{table}.{column}: {word}" for word in words_of_name(column) - excused}
        found |= {f"{table}: {word}" for word in words_of_name(table) - excused}
    return found


def test_no_table_keeps_an_account(tmp_path: Path) -> None:
    with make_pod(tmp_path / "a") as pod:
        connection = pod.keeper.store.connection
        assert len({table for table, _ in columns(connection)}) > 20
        assert accounts_in_tables(connection) == set()


def statements(source: str) -> Iterator[str]:
    """Yield the string constants of a module that are SQL, or part of one."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            yield node.value


COUNTS_BY_PERSON: Final = re.compile(
    r"GROUP BY[^;]*\b(member|by|author|viewer|person|name|folded)\b"
    r"|\b(?:sum|avg|total)\s*\("
    r"|ORDER BY[^;]*\b(?:count|sum|total|joined_s|since_ms|until_ms)\b",
    re.IGNORECASE,
)


OF_ONE_LISTING: Final = "FROM house_answer WHERE rid = ?"
"""How many of the things of one listing are promised: a count of things, whoever asked."""


def counts_in(source: str) -> list[str]:
    return [
        it for it in statements(source) if COUNTS_BY_PERSON.search(it) and OF_ONE_LISTING not in it
    ]


@pytest.mark.parametrize(
    "path",
    sorted([*(ROOT / "store" / "house").glob("*.py"), *(ROOT / "store" / "aid").glob("*.py")]),
    ids=lambda path: path.name,
)
def test_no_query_sums_or_orders_people_by_what_they_did(path: Path) -> None:
    assert counts_in(path.read_text("utf-8")) == []


# --- Models ---


def models() -> set[type[BaseModel]]:
    """Return every model of mutual aid: what travels, and what never leaves."""
    found: set[type[BaseModel]] = set()
    for info in pkgutil.walk_packages(protocol.aid.__path__, "protocol.aid."):
        for _, value in inspect.getmembers(import_module(info.name), inspect.isclass):
            if issubclass(value, BaseModel) and value.__module__.startswith("protocol.aid"):
                found.add(value)
    return found


def accounts_in_model(model: type[BaseModel]) -> set[str]:
    subject = model.__module__.rpartition(".")[2]
    excused = set(EXCUSED.get(subject, ()))
    return {
        f"{model.__name__}.{name}: {word}"
        for name in model.model_fields
        for word in words_of_name(name) - excused
    }


def test_no_model_has_a_field_for_an_account() -> None:
    assert len(models()) > 15
    assert {fault for model in models() for fault in accounts_in_model(model)} == set()


# --- Pages, sheets, commands ---

PAGES: Final = sorted((ROOT / "node").rglob("*.html"))


def accounts_in_page(text: str, name: str) -> set[str]:
    excused = {word for place, words in EXCUSED.items() if place in name for word in words}
    shown = re.sub(r"\{#.*?#\}|<style.*?</style>|<svg.*?</svg>", " ", text, flags=re.DOTALL)
    return words_of(shown) - excused


@pytest.mark.parametrize("path", PAGES, ids=lambda path: path.relative_to(ROOT).as_posix())
def test_no_page_and_no_sheet_speaks_of_accounts(path: Path) -> None:
    assert accounts_in_page(path.read_text("utf-8"), path.name) == set()


def helps(command: click.Command, name: str) -> Iterator[tuple[str, str]]:
    """Yield the name of each command with all that its help says."""
    said = [name, command.help or "", command.short_help or ""]
    for parameter in command.params:
        said += [parameter.name or "", *parameter.opts, getattr(parameter, "help", "") or ""]
    yield name, "\n".join(said)
    if isinstance(command, click.Group):
        context = click.Context(command)
        for below in command.list_commands(context):
            found = command.get_command(context, below)
            assert found is not None
            yield from helps(found, f"{name} {below}")


MACHINERY: Final = re.compile(r"pod (bench|demo)\b")
"""They measure machines."""


def accounts_in_help(name: str, said: str) -> set[str]:
    excused = {word for place, words in EXCUSED.items() if place in name for word in words}
    return words_of(said) - excused


def test_no_command_speaks_of_accounts() -> None:
    found = {
        name: accounts_in_help(name, said)
        for name, said in helps(main, "pod")
        if not MACHINERY.match(name)
    }
    assert len(found) > 60
    assert {name: words for name, words in found.items() if words} == {}


# --- What would slip through ---


@pytest.mark.parametrize(
    "name",
    [
        "hours_given",
        "balance",
        "karma",
        "points",
        "star_rating",
        "rank",
        "last_seen_ms",
        "read_at_s",
        "price",
        "owed",
        "helped_count",
        "reputation",
    ],
)
def test_a_planted_account_is_found_in_tables_models_pages_and_help(name: str) -> None:
    connection = sqlite3.connect(":memory:")
    connection.execute(f"CREATE TABLE house_planted (member BLOB, {name} INTEGER)")
    assert accounts_in_tables(connection)
    connection.close()
    model = type("Planted", (BaseModel,), {"__annotations__": {name: int}})
    assert accounts_in_model(model)
    assert accounts_in_page(f"<p>{{{{ member.{name} }}}}</p>", "person.html")
    assert accounts_in_help("pod planted", f"--{name.replace('_', '-')}")


@pytest.mark.parametrize(
    "query",
    [
        "SELECT member, count(*) FROM house_answer GROUP BY member",
        "SELECT sum(qty) FROM house_answer",
        "SELECT * FROM house_member ORDER BY joined_s",
        "SELECT name FROM house_member ORDER BY (SELECT count(*) FROM house_answer)",
    ],
)
def test_a_planted_count_of_people_is_found(query: str) -> None:
    assert counts_in(f'def most_helpful(connection):\n    return connection.execute("""{query}""")')


@pytest.mark.parametrize(
    "text",
    [
        "Open until ten, 72 hours at most",
        "appointment, starting, account, ranked? no: franked",
        "three hours a week",
        "payload, paid-up? no: said",
    ],
)
def test_harmless_words_are_left_alone(text: str) -> None:
    assert words_of(text) <= {"ranked", "paid"}
