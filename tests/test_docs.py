"""The documents name what the code has, and nothing that it has not.

A new command, kind, setting or error code fails here until docs/ names it; so does a citation
of a section, a rule or a file that is not there. Values and examples of docs/protocol.md are
compared in test_docs_protocol.py.
"""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import click
import pytest

from cli import main
from node.config import settings
from protocol import errors
from protocol.aid import KINDS
from tests.pages import (
    PAGES,
    ROOT,
    headings,
    is_broken,
    links,
    section,
    section_numbers,
)

SOURCES = sorted(
    path
    for layer in ("protocol", "store", "node", "cli")
    for pattern in ("*.py", "*.sql")
    for path in (ROOT / layer).rglob(pattern)
)
MODULES = [path for path in SOURCES if path.suffix == ".py"]
TESTS = sorted((ROOT / "tests").rglob("*.py"))
ADRS = sorted((ROOT / "docs" / "adr").glob("*.md"))
ALL_DOCS = "\n".join(path.read_text("utf-8") for path in PAGES)


def name_of(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


# --- What must be named ---


def test_every_kind_is_described() -> None:
    page = (ROOT / "docs" / "kinds.md").read_text("utf-8")
    for kind in KINDS:
        assert re.search(rf"\b{kind.code}\b", page), kind.name
        assert re.search(rf"\b{kind.name}\b", page), kind.code


def command_names(command: click.Command, name: str) -> Iterator[str]:
    """Yield `pod x y` for command and all below it."""
    yield name
    if isinstance(command, click.Group):
        context = click.Context(command)
        for below in command.list_commands(context):
            found = command.get_command(context, below)
            assert found is not None
            yield from command_names(found, f"{name} {below}")


def test_every_command_is_named() -> None:
    assert [name for name in command_names(main.main, "pod") if name not in ALL_DOCS] == []


def test_every_setting_is_named() -> None:
    assert [setting.name for setting in settings() if f"`{setting.name}`" not in ALL_DOCS] == []


def codes_made(path: Path) -> Iterator[str]:
    """Yield the codes of all errors of ours that path makes with a code written out."""
    families = {
        name
        for name, value in vars(errors).items()
        if isinstance(value, type) and issubclass(value, errors.PodError)
    }
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.Call) and ast.unparse(node.func) in families - {"UnfitBody"}:
            match node.args:
                case [ast.Constant(value=str() as code), *_]:
                    yield code


def test_errors_are_made_with_codes_that_have_a_meaning() -> None:
    made = {code: name_of(path) for path in MODULES for code in codes_made(path)}
    assert made.keys() - errors.ERRORS.keys() == set()
    assert made


# --- What is cited must exist ---


def citations(path: Path, page: str) -> set[str]:
    """Return the sections of docs/<page> that a source file cites."""
    text = " ".join(path.read_text("utf-8").split())
    number = r"§\d+(?:\.\d+)?"
    groups = re.findall(rf"{page} ({number}(?:(?:, | and | to | or ){number})*)", text)
    return {cited for group in groups for cited in re.findall(r"§([\d.]*\d)", group)}


@pytest.mark.parametrize("page", ["protocol.md", "kinds.md", "house.md"])
def test_every_section_that_code_cites_exists(page: str) -> None:
    there = section_numbers((ROOT / "docs" / page).read_text("utf-8"))
    cited = {name_of(path): citations(path, page) for path in [*SOURCES, *TESTS]}
    assert any(cited.values())
    assert {path: found - there for path, found in cited.items() if found - there} == {}


def test_every_rule_that_code_names_is_in_section_1_4() -> None:
    told = set(re.findall(r"\bR\d+\b", section("1.4")))
    for path in SOURCES:
        named = set(re.findall(r"\bR1?\d\b", path.read_text("utf-8")))
        assert named - told == set(), name_of(path)


@pytest.mark.parametrize("path", SOURCES, ids=name_of)
def test_pages_that_code_names_exist(path: Path) -> None:
    named = set(re.findall(r"\bdocs/[\w./-]*\w\.md", path.read_text("utf-8")))
    assert [page for page in named if not (ROOT / page).is_file()] == []


@pytest.mark.parametrize("path", SOURCES, ids=name_of)
def test_reasons_are_given_where_a_reader_can_follow_them(path: Path) -> None:
    """What is not in this repository cannot be cited as a source of its rules."""
    assert "DESIGN" not in path.read_text("utf-8")


@pytest.mark.parametrize("page", PAGES, ids=name_of)
def test_internal_links_resolve(page: Path) -> None:
    internal = [link for link in links(page) if not link.startswith("https://")]
    assert [link for link in internal if is_broken(page, link)] == []


@pytest.mark.parametrize("page", PAGES, ids=name_of)
def test_paths_that_a_page_names_exist(page: Path) -> None:
    folders = "protocol|store|node|cli|tests|docs"
    named = re.findall(rf"`((?:{folders})/[\w./*-]*)`", page.read_text("utf-8"))
    assert [path for path in named if not any(ROOT.glob(path.rstrip("/")))] == []


LINKED_OUTSIDE = ("github.com/hoytech/negentropy",)


@pytest.mark.parametrize("page", PAGES, ids=name_of)
def test_no_page_names_a_machine(page: Path) -> None:
    text = page.read_text("utf-8")
    assert re.findall(r"(?<![\w.`/])/(?:work|home|root|tmp|Users|mnt)\b[\w/.-]*", text) == []
    hosts = re.findall(r"https?://([^\s)>\"`]+)", text)
    assert [host for host in hosts if not host.startswith(LINKED_OUTSIDE)] == []


# --- The map of the code, and the decisions ---


def defined_names() -> set[str]:
    """Return every name that the four packages define: functions, classes, values, fields."""
    found: set[str] = set()
    for path in MODULES:
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
                found.add(node.name)
            elif isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
                found.add(node.id)
    return found


def test_names_in_the_map_of_the_code_exist() -> None:
    page = (ROOT / "docs" / "architecture.md").read_text("utf-8")
    called = re.findall(r"([a-z_]\w*)\([a-z]*\)", page)  # Session.receive(), open_batch()
    classes = re.findall(r"`([A-Z][a-z]\w*)`|\b([A-Z]\w*)\.\w+\(", page)
    assert len(called) > 40
    assert {*called, *map("".join, classes)} - defined_names() == set()


@pytest.mark.parametrize("path", ADRS, ids=lambda path: path.stem)
def test_decision_has_its_shape(path: Path) -> None:
    text = path.read_text("utf-8")
    number = path.name[:4]
    assert text.startswith(f"# {number}: ")
    assert {"Context", "Outcome"} <= set(headings(text))
    assert [other for other in ADRS if other.name.startswith(number)] == [path]
