"""Sentences with gaps: said in another language, values and all; no value is ever a template."""

import re
from enum import StrEnum

import pytest

from protocol.errors import UserError, is_command
from protocol.saying import ENGLISH, Plural, Word, say


class Colour(StrEnum):
    RED = "red"


class Shouting:
    """A language for tests: English in capitals, its numbers in words."""

    def gettext(self, message: str) -> str:
        return "".join(part if part.startswith("{") else part.upper() for part in _parts(message))

    def ngettext(self, one: str, many: str, number: int) -> str:
        return self.gettext(one if number == 1 else many)

    def number(self, number: int) -> str:
        return {1: "one", 3: "three"}[number]


def _parts(message: str) -> list[str]:
    return re.split(r"(\{\w+\})", message)


def refused(**values: object) -> UserError:
    return UserError("not_allowed", "A {role} may not {act}.", "Ask {whom}.", **values)


def test_english_stands_on_the_error_itself() -> None:
    error = refused(role="guest", act="post", whom="Ana")
    assert (error.sentence, error.next_step) == ("A guest may not post.", "Ask Ana.")
    assert str(error) == "not_allowed: A guest may not post."


def test_our_own_words_are_said_in_the_language_and_what_people_wrote_is_not() -> None:
    error = refused(role=Colour.RED, act=Word("post"), whom="Ana")
    assert error.sentence_in(Shouting()) == "A RED MAY NOT POST."
    assert error.step_in(Shouting()) == "ASK Ana."


@pytest.mark.parametrize(
    "hostile", ["{role}", "{__class__}", "%(role)s %s", "{role.__init__}", "{"]
)
def test_a_value_is_never_a_template(hostile: str) -> None:
    error = refused(role=hostile, act="post", whom=hostile)
    assert error.sentence == f"A {hostile} may not post."
    assert error.sentence_in(Shouting()) == f"A {hostile} MAY NOT post."


def test_a_template_that_reaches_into_values_reaches_nothing() -> None:
    assert say("{role.__class__} {0} {role!r} {}", {"role": "x"}, ENGLISH) == (
        "{role.__class__} {0} {role!r} {}"
    )


@pytest.mark.parametrize(
    ("count", "plain", "loud"), [(1, "1 row.", "one ROW."), (3, "3 rows.", "three ROWS.")]
)
def test_a_plural_fits_its_number(count: int, plain: str, loud: str) -> None:
    error = UserError("too_large", Plural("{count} row.", "{count} rows.", count))
    assert (error.sentence, error.sentence_in(Shouting())) == (plain, loud)


def test_errors_stand_in_errors() -> None:
    inner = (refused(role="a", act="b", whom=""), refused(role="c", act="d", whom=""))
    error = UserError("unreachable", "Tried: {failures}", failures=inner)
    assert error.sentence == "Tried: A a may not b. A c may not d."
    assert error.sentence_in(Shouting()) == "TRIED: A a MAY NOT b. A c MAY NOT d."


def test_large_numbers_are_written_so_that_they_can_be_read() -> None:
    assert say("{given} rows, line {line}", {"given": 5000, "line": "5000"}, ENGLISH) == (
        "5,000 rows, line 5000"
    )


@pytest.mark.parametrize(
    "step",
    [
        "See: pod board",
        "pod map",
        "Or run `pod recover`.",
        "--address HOST",
        "Say which: --on 2026-12-31",
        "Run: chmod 600 x",
    ],
)
def test_a_command_is_no_step_for_somebody_with_a_phone(step: str) -> None:
    error = UserError("invalid", "No.", step)
    assert is_command(step)
    assert (error.next_step, error.step_in(ENGLISH)) == (step, "")


def test_a_page_has_a_step_of_its_own() -> None:
    error = UserError("invalid", "No.", "See: pod map", on_page="Open the {thing}.", thing="map")
    assert (error.next_step, error.step_in(ENGLISH)) == ("See: pod map", "Open the map.")


@pytest.mark.parametrize(
    "step", ["Ask a steward of this pod.", "Give the other pod its name: Oak."]
)
def test_other_steps_are_for_everybody(step: str) -> None:
    assert UserError("invalid", "No.", step).step_in(ENGLISH) == step
