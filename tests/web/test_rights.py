"""Every route with every role: what the table of rights does not give is refused."""

import re
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path
from typing import Final

import pytest

from node.web.api.table import OPERATIONS
from node.web.app import all_routes
from node.web.live import Live
from node.web.site import Door, Route
from protocol.aid.house.rights import FOR_STRANGERS, RIGHTS, Right, Role
from tests.web.visiting import House, Visitor, at_address, house

ROUTES: Final = all_routes(Live(), "AAAA-AAAA")
FROM_ONE_ADDRESS: Final = 50
"""Routes asked for from one address: below the changes that one address has in a minute."""
REFUSED: Final = "That is not for everybody|This is for members of the pod"
REFUSED_BY_TABLE: Final = "There is no good token|The member whose token this is may not"
"""What programs are told; a door behind the table says its own."""
PAGES: Final = [route for route in ROUTES if route.door in (Door.PAGE, Door.EITHER)]
TOOLS: Final = [route for route in ROUTES if route.door in (Door.TOOL, Door.EITHER)]
EXAMPLES: Final = {
    "rid": "0" * 32,
    "id": "0" * 32,
    "other": "1" * 32,
    "number": "999999999",
    "pairing": "999999999",
    "mode": "7",
    "why": "ended",
    "pod": "a" * 56,
    "code": "AAAA-AAAA",
    "token": "A" * 43,
    "tag": "es",
    "type": "need",
    "category": "food",
    "turn": "promise",
    "act": "pause",
    "sheet": "board",
    "letter": "1-00000000",
    "reference": "0" * 32,
    "pod_id": "a" * 56,
    "ref": "999999999-00000000",
}
"""A value for each part of a path, so that a route is met: nothing is found under most."""


UUID = "00000000-0000-0000-0000-000000000000"


def example(route: Route) -> str:
    if "{36}" in route.path:
        return re.sub(r"{.*}", UUID, route.path)
    return re.sub(r"{(\w+)[^/]*?(}}|(?<!\d)})", lambda found: EXAMPLES[found[1]], route.path)


@pytest.fixture(name="elm")
async def elm_(tmp_path: Path) -> AsyncIterator[House]:
    async with house(tmp_path / "elm") as it:
        yield it


def visitors_of(elm: House) -> dict[Role | None, Visitor]:
    return {
        Role.STEWARD: elm.somebody("Ana"),
        Role.MEMBER: elm.somebody("Bo"),
        Role.GUEST: elm.somebody("Gil", Role.GUEST),
        None: elm.stranger,
    }


@pytest.mark.parametrize("role", [Role.STEWARD, Role.MEMBER, Role.GUEST, None])
async def test_every_route_lets_in_whom_the_table_lets_in(elm: House, role: Role | None) -> None:
    somebody = visitors_of(elm)[role]
    for number in range(0, len(PAGES), FROM_ONE_ADDRESS):
        async with at_address(somebody, 1 + number // FROM_ONE_ADDRESS) as visitor:
            for route in PAGES[number : number + FROM_ONE_ADDRESS]:
                await check_route(visitor, route, role)


async def check_route(visitor: Visitor, route: Route, role: Role | None) -> None:
    if route.path in ("/live", "/devices/sign-out"):
        return  # one never ends, the other ends the visitor
    ask = visitor.get if route.method == "GET" else visitor.post
    answer = await ask(example(route))
    is_in = role in RIGHTS[route.may] if role else route.may in FOR_STRANGERS
    if role is None and route.method != "GET" and not route.is_open:
        is_in = False
    is_refused = answer.status == 403 and bool(re.search(REFUSED, answer.text))
    assert answer.status not in (429, 500), route
    assert is_in != is_refused, (role, route.method, route.path, answer.status)


@pytest.mark.parametrize("role", [Role.STEWARD, Role.MEMBER, Role.GUEST, None])
async def test_every_route_of_programs_lets_in_whom_the_table_lets_in(
    elm: House, role: Role | None
) -> None:
    tools = {
        Role.STEWARD: elm.tool_of("Ana"),
        Role.MEMBER: elm.tool_of("Bo"),
        Role.GUEST: elm.tool_of("Gil", Role.GUEST),
        None: replace(elm.stranger, token="a" * 43),
    }
    assert len(TOOLS) > len(OPERATIONS)
    for number in range(0, len(TOOLS), FROM_ONE_ADDRESS):
        async with at_address(tools[role], 1 + number // FROM_ONE_ADDRESS) as tool:
            for route in TOOLS[number : number + FROM_ONE_ADDRESS]:
                await check_route_of_programs(tool, route, role)


async def check_route_of_programs(tool: Visitor, route: Route, role: Role | None) -> None:
    if route.path in ("/api/live", "/api/me/sign-out", "/api/devices/sign-out"):
        return  # one never ends, the others end the visitor
    answer = await tool.call(route.method, example(route))
    is_in = role in RIGHTS[route.may] if role else route.may in FOR_STRANGERS
    is_refused = answer.status == (403 if role else 401) and bool(
        re.search(REFUSED_BY_TABLE, answer.text)
    )
    assert answer.status not in (429, 500), route
    assert is_in != is_refused, (role, route.method, route.path, answer.status)


def test_routes_that_strangers_may_post_to_are_few_and_known() -> None:
    assert {route.path.partition("{")[0] for route in ROUTES if route.is_open} == {
        "/ask-to-join",
        "/join",
        "/join/",
        "/phone/",
        "/setup/",
    }


def test_what_an_address_alone_opens_is_the_calendar() -> None:
    """Each role's own is asked for in tests/web/test_calendar.py."""
    found = {route.path: route.may for route in ROUTES if route.door is Door.CALENDAR}
    assert found == {"/calendar/{token:[A-Za-z0-9_-]{43}}.ics": Right.SEE_POD}
    assert len(PAGES) + len(TOOLS) - len([it for it in PAGES if it in TOOLS]) == len(ROUTES) - 1


def test_routes_for_everybody_show_what_is_public() -> None:
    public = {route.path.partition("{")[0] for route in ROUTES if route.may is Right.SEE_PUBLIC}
    pages = {"/", "/join", "/join/", "/phone/", "/setup/", "/language/", "/healthz"}
    assert public == pages | {"/api/", "/api/public", "/api/openapi.json"}
