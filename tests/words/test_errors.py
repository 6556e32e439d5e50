"""Each error that can reach a page is a template with its values beside, and is said in Spanish."""

import ast
import tomllib
from collections.abc import Iterator
from fnmatch import fnmatch
from functools import cache
from pathlib import Path
from typing import Final, NamedTuple

import pytest

from node.channel import REFUSALS, LinkError
from node.words import beside_field, next_step, words_in
from node.words.faults import BESIDE_FIELDS
from protocol.aid.house.rights import STRANGER, Right, may, require
from protocol.aid.life import promise
from protocol.aid.listing import write_listing
from protocol.aid.sentences import SENTENCES, WrongFields
from protocol.errors import ExplainedError, UserError, is_command
from protocol.saying import GAP
from store.faults import WORDS, store_error
from tests.pages import ROOT
from tests.words.extract import ERRORS, said_by

SPANISH: Final = words_in("es")
OWN: Final = frozenset({"code", "sentence", "next_step", "detail", "on_page", "certificate"})
FROM_TABLES: Final = frozenset({"node/channel.py", "store/faults.py"})
"""Where texts come from tables that tests/words/extract.py reads."""


def at_the_machine() -> list[str]:
    """Return the patterns of modules whose errors are read at the machine alone."""
    rules = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["tool"]["babel"]["mappings"]
    found: list[str] = rules[0]["pattern"]
    return [it.replace("**", "*") for it in found]


class Raised(NamedTuple):
    """A call that makes an error. where: file and line."""

    where: str
    path: str
    call: ast.Call

    @property
    def texts(self) -> list[ast.expr]:
        on_page = [it.value for it in self.call.keywords if it.arg == "on_page"]
        return [*self.call.args[1:3], *on_page]

    @property
    def values(self) -> set[str]:
        return {it.arg for it in self.call.keywords if it.arg} - OWN


@cache
def raised() -> tuple[Raised, ...]:
    return tuple(_raised())


def _raised() -> Iterator[Raised]:
    machine = at_the_machine()
    for layer in ("protocol", "store", "node"):
        for file in sorted((ROOT / layer).rglob("*.py")):
            path = file.relative_to(ROOT).as_posix()
            if any(fnmatch(path, it) for it in machine):
                continue
            for node in ast.walk(ast.parse(file.read_bytes())):
                if isinstance(node, ast.Call) and _name(node.func) in ERRORS:
                    yield Raised(f"{path}:{node.lineno}", path, node)


def _name(function: ast.expr) -> str:
    return function.id if isinstance(function, ast.Name) else ""


def _is_template(text: ast.expr) -> bool:
    if isinstance(text, ast.IfExp):
        return _is_template(text.body) and _is_template(text.orelse)
    if isinstance(text, ast.Call) and _name(text.func) == "Plural":
        return all(isinstance(form, ast.Constant) for form in text.args[:2])
    return isinstance(text, ast.Constant) or ast.unparse(text).startswith("NOTICES[")


def test_every_error_for_people_is_among_those_that_catalogues_are_made_from() -> None:
    found = {ExplainedError, *_below(ExplainedError)} - {WrongFields}  # its parts are in tables
    assert {it.__name__ for it in found} == set(ERRORS)


def _below(family: type) -> Iterator[type]:
    for each in family.__subclasses__():
        yield each
        yield from _below(each)


def test_no_value_stands_in_a_sentence_before_it_is_said() -> None:
    assert len(raised()) > 150
    mixed = [
        it.where
        for it in raised()
        if it.path not in FROM_TABLES and not all(map(_is_template, it.texts))
    ]
    assert mixed == [], 'give values beside: UserError("not_found", "No {name}.", name=name)'


def test_every_gap_has_its_value_and_no_value_is_left_over() -> None:
    assert {it.where: _odd(it) for it in raised() if _odd(it)} == {}


def _odd(found: Raised) -> set[str]:
    if found.path in FROM_TABLES:
        return set()
    gaps = {gap for text in found.texts for gap in GAP.findall(ast.unparse(text))} - {"count"}
    return gaps ^ found.values


def test_every_sentence_and_step_is_said_in_spanish() -> None:
    found = {text: it.where for it in raised() for text in said_by(it.call)}
    assert len(found) > 200
    assert {it: found[it] for it in found if SPANISH.gettext(it) == it} == {}


# --- What is made from tables ---


@pytest.mark.parametrize("code", WORDS)
def test_what_the_disk_does_is_said_in_spanish(code: str, tmp_path: Path) -> None:
    error = store_error(code, tmp_path / "pod.db")
    said = error.sentence_in(SPANISH)
    assert said != error.sentence
    assert "{" not in said + next_step(SPANISH, error)


@pytest.mark.parametrize("code", REFUSALS)
def test_what_another_pod_refuses_is_said_in_spanish(code: str) -> None:
    error = LinkError(code, *REFUSALS[code])
    assert error.sentence_in(SPANISH) != error.sentence
    assert next_step(SPANISH, error) not in ("", error.next_step)


@pytest.mark.parametrize("right", sorted(it for it in Right if not may(STRANGER, it)))
def test_what_somebody_may_not_do_is_said_whole_in_spanish(right: Right) -> None:
    with pytest.raises(UserError) as caught:
        require(STRANGER, right)
    said = caught.value.sentence_in(SPANISH)
    assert SPANISH.gettext(right) != right
    assert said == f"No puedes {SPANISH.gettext(right)} (tu función aquí: de visita)."
    assert next_step(SPANISH, caught.value) == "Pregunta a quien cuida de este pod."


def test_a_count_has_its_plural() -> None:
    listing = write_listing({"type": "offer", "title": "Soup", "category": "food", "qty": 1})
    with pytest.raises(UserError) as one:
        promise(listing, 2)
    assert one.value.sentence_in(SPANISH) == "Solo se puede prometer 1 más."
    with pytest.raises(UserError) as many:
        promise(listing.model_copy(update={"qty": 2}), 3)
    assert many.value.sentence_in(SPANISH) == "Solo se pueden prometer 2 más."


def test_faults_of_fields_are_said_in_spanish_with_their_numbers() -> None:
    with pytest.raises(WrongFields) as wrong:
        write_listing({"type": "offer", "title": "x" * 1081, "category": "food"})
    assert wrong.value.sentence_in(SPANISH) == "El título: tiene 1.081 caracteres; caben 80."


def test_a_step_on_a_page_is_never_a_command() -> None:
    for code in ("not_found", "conflict", "invalid", "damaged"):
        error = UserError(code, "No.", "See: pod board")
        assert next_step(SPANISH, error)
        assert not is_command(next_step(SPANISH, error))


# --- Beside fields ---


def test_a_page_has_a_sentence_for_each_rule_with_the_same_values() -> None:
    assert BESIDE_FIELDS.keys() == SENTENCES.keys()
    for rule, sentence in BESIDE_FIELDS.items():
        assert "field" in GAP.findall(sentence)
        assert set(GAP.findall(sentence)) <= set(GAP.findall(SENTENCES[rule]))


def test_a_page_names_no_id_and_fits_fields_of_one_and_of_many() -> None:
    with pytest.raises(WrongFields) as wrong:
        write_listing({"type": "gift", "title": "", "category": "soup", "qty": "x"})
    english = words_in("en")
    assert {it.field: beside_field(english, it) for it in wrong.value.faults} == {
        "type": "The sort: choose one of those that are there.",
        "title": "The title: this is needed.",
        "category": "The category: choose one of the list; “Something else” fits anything.",
        "qty": "The quantity: write a whole number.",
    }
