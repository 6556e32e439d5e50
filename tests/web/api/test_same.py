"""The API has the abilities of the pages: all of them, for the same people, and so it stays."""

from typing import Final

import pytest

from node.web.api.operation import Operation
from node.web.api.table import OPERATIONS
from node.web.app import all_routes
from node.web.live import Live
from node.web.site import Door, Route
from protocol.aid.house.rights import RIGHTS
from tests.web.api.same import DOES, FORMS, NOT_FOR_PROGRAMS, SHOWS, plain

PAGES: Final = [it for it in all_routes(Live(), "AAAA-AAAA") if it.door is Door.PAGE]
POSTED: Final = {plain(it): it for it in PAGES if it.method == "POST"}
SHOWN: Final = {plain(it): it for it in PAGES if it.method == "GET"}
LINES: Final = {f"{it.method} {it.path}": it for it in OPERATIONS}


def test_whatever_a_page_does_an_operation_does_or_there_is_a_reason() -> None:
    assert {it.method for it in PAGES} == {"GET", "POST"}
    assert POSTED.keys() - NOT_FOR_PROGRAMS.keys() == DOES.keys()
    assert NOT_FOR_PROGRAMS.keys() <= POSTED.keys()


def test_whatever_a_page_shows_an_operation_tells() -> None:
    assert SHOWN.keys() - FORMS == SHOWS.keys()
    assert SHOWN.keys() >= FORMS


def test_every_operation_does_what_some_page_does() -> None:
    done = {name for table in (DOES, SHOWS) for names in table.values() for name in names}
    assert LINES.keys() - done == {"GET /api/"}


def wrong_rights(pages: dict[str, Route], table: dict[str, list[Operation]]) -> list[str]:
    """Return the pages whose people may not do the same by a program, or others may."""
    found = []
    for path, lines in table.items():
        of_page = RIGHTS[pages[path].may]
        by_program = [RIGHTS[it.may] for it in lines]
        if not all(it <= of_page for it in by_program) or frozenset().union(*by_program) != of_page:
            found.append(path)
    return found


@pytest.mark.parametrize(("pages", "table"), [(POSTED, DOES), (SHOWN, SHOWS)])
def test_by_a_program_people_may_what_they_may_on_pages(
    pages: dict[str, Route], table: dict[str, tuple[str, ...]]
) -> None:
    lines = {path: [LINES[name] for name in names] for path, names in table.items()}
    assert wrong_rights(pages, lines) == []
    [first] = (path for path in lines if path == "/invites")
    others = {first: [LINES["POST /api/imports"]]}
    assert wrong_rights(pages, others) == [first]
