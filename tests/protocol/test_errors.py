"""The table of codes and the classes that carry them."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from protocol.errors import (
    ERRORS,
    EXIT_CODE,
    EXIT_NO,
    EXIT_OK,
    ConfigError,
    LocalError,
    PeerError,
    PodError,
    Refusal,
    StoreError,
    UnfitBody,
    UserError,
    exit_code,
)

ROOT = Path(__file__).parents[2]
CODED = {"PeerError", "LocalError", "UserError", "StoreError", "ConfigError"}


def literals(node: ast.expr) -> Iterator[str]:
    """Yield the codes that an expression can be: a literal, or either arm of a condition."""
    if isinstance(node, ast.IfExp):
        yield from literals(node.body)
        yield from literals(node.orelse)
    elif isinstance(node, ast.Constant):
        yield str(node.value)


def raised_codes() -> Iterator[tuple[str, str]]:
    """Yield (file, code) for every error that our code makes with a literal code."""
    for folder in ("protocol", "store", "node", "cli"):
        for path in (ROOT / folder).rglob("*.py"):
            for node in ast.walk(ast.parse(path.read_text("utf-8"))):
                if not isinstance(node, ast.Call) or not node.args:
                    continue
                name = node.func.id if isinstance(node.func, ast.Name) else ""
                if name in CODED:
                    for code in literals(node.args[0]):
                        yield str(path.relative_to(ROOT)), code


def test_every_code_that_is_raised_is_in_the_table() -> None:
    raised = list(raised_codes())
    assert len({code for _, code in raised}) > 5
    assert [(file, code) for file, code in raised if code not in ERRORS] == []


def test_every_refusal_is_in_the_table() -> None:
    assert {str(refusal) for refusal in Refusal} <= set(ERRORS)


@pytest.mark.parametrize(("code", "meaning"), ERRORS.items())
def test_a_code_is_short_lower_snake_and_means_one_sentence(code: str, meaning: str) -> None:
    assert re.fullmatch(r"[a-z0-9]+(_[a-z0-9]+)*", code)
    assert len(code) <= 32
    assert re.fullmatch(r"[A-Z][^\n]+\.", meaning)


@pytest.mark.parametrize(
    ("error", "status"),
    [
        (UserError("not_found", "There is no such thing."), 2),
        (UnfitBody("title", "81 of 80"), 2),
        (StoreError("full", "The disk is full."), 3),
        (ConfigError("bad_config", "No such key."), 4),
        (PeerError("malformed"), 5),
        (LocalError("malformed"), 5),
    ],
)
def test_each_family_ends_a_command_with_its_own_status(error: PodError, status: int) -> None:
    assert exit_code(error) == status


def test_no_failure_looks_like_success_or_like_an_answer() -> None:
    assert not {EXIT_OK, EXIT_NO} & set(EXIT_CODE.values())


def test_an_error_for_people_carries_sentence_and_next_step() -> None:
    error = UserError("not_found", "No item begins with ab12.", "Look at the board for its number.")
    assert error.sentence == "No item begins with ab12."
    assert error.next_step == "Look at the board for its number."
    assert str(error) == "not_found: No item begins with ab12."


def test_a_body_at_fault_names_its_field() -> None:
    unfit = UnfitBody("title", "81 characters, limit 80")
    assert (unfit.code, unfit.field) == ("unfit", "title")
    assert unfit.detail == "title: 81 characters, limit 80"
    assert str(PeerError("malformed")) == "malformed"
