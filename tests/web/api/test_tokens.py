"""Tokens: made on one's own page, shown once, worth what their member may, and over at once."""

import asyncio
import re
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from node.aid.devices import MAX_OF_MEMBER, MAX_TOOLS_OF_MEMBER, Use
from node.web.guard import COOKIE
from protocol.aid.house.rights import MACHINE, Role
from protocol.errors import UserError
from tests.patience import PATIENCE_S
from tests.web.visiting import House, Visitor, house


@pytest.fixture(name="elm")
async def elm_(tmp_path: Path) -> AsyncIterator[House]:
    async with house(tmp_path / "elm") as it:
        yield it


def token_in(page: str) -> str:
    found = re.search(r'<code class="code token">([\w-]+)</code>', page)
    return found[1] if found else ""


async def test_token_is_made_on_ones_own_page_and_shown_once(elm: House) -> None:
    ana = elm.somebody("Ana")
    page = (await ana.post("/devices/tools", {"label": "Door screen"})).text
    tool = Visitor(ana.http, ana.base, token_in(page))
    assert (await tool.call("GET", "/api/listings")).status == 200
    later = (await ana.get("/devices")).text
    assert "Door screen" in later
    assert tool.token not in later


async def test_the_file_holds_no_token(elm: House) -> None:
    tool = elm.tool_of("Ana")
    folder = elm.pod.keeper.store.path.parent
    written = b"".join(it.read_bytes() for it in folder.iterdir() if it.is_file())
    assert tool.token.encode() not in written


async def test_tool_needs_a_name(elm: House) -> None:
    answer = await elm.somebody("Ana").post("/devices/tools", {"label": " "})
    assert answer.status == 422
    assert "is needed" in answer.text


async def test_cookie_counts_for_nothing_on_the_api_and_a_token_for_nothing_on_pages(
    elm: House,
) -> None:
    ana = elm.somebody("Ana")
    assert (await ana.get("/api/listings")).status == 401
    tool = elm.tool_of("Bo")
    for path in ("/board", "/devices", "/live"):
        assert (await tool.call("GET", path)).status == 403
    # Nor does either pass for the other.
    assert (await tool.get("/board")).status == 403
    phone_as_tool = await ana.call("GET", "/api/listings")
    assert phone_as_tool.status == 401
    both = await ana.call("GET", "/api/listings", Cookie=f"{COOKIE}={ana.token}")
    assert both.status == 401


async def test_token_in_the_address_counts_for_nothing(elm: House) -> None:
    tool = elm.tool_of("Ana")
    for name in ("token", "access_token", "Authorization"):
        path = f"/api/listings?{name}={tool.token}"
        assert (await elm.stranger.call("GET", path)).status == 401


async def test_what_is_no_token_is_refused(elm: House) -> None:
    tool = elm.tool_of("Ana")
    for said in ("", "Bearer", "Bearer ", "Basic {}", "{}", "Bearer {}x", "Bearer a b"):
        answer = await elm.stranger.call(
            "GET", "/api/listings", Authorization=said.format(tool.token)
        )
        assert answer.status == 401
        assert answer.said["error"]["code"] == "no_token"
        assert answer.headers["www-authenticate"] == "Bearer"


async def test_token_that_was_signed_out_is_worth_nothing(elm: House) -> None:
    ana = elm.somebody("Ana")
    page = (await ana.post("/devices/tools", {"label": "Screen"})).text
    tool = Visitor(ana.http, ana.base, token_in(page))
    number = elm.pod.devices.of_token(tool.token, Use.PROGRAM)
    assert number is not None
    assert (await ana.post(f"/devices/{number.number}/sign-out")).status == 303
    assert (await tool.call("GET", "/api/listings")).status == 401


async def test_token_ends_with_its_member(elm: House) -> None:
    elm.tool_of("Ana")
    tool = elm.tool_of("Bo")
    bo = elm.pod.people.find(MACHINE, "Bo")
    elm.pod.people.leave(MACHINE, bo.id, withdraw=True)
    assert (await tool.call("GET", "/api/listings")).status == 401


async def test_token_of_somebody_who_is_kept_out_may_what_guests_may(elm: House) -> None:
    elm.tool_of("Ana")
    tool = elm.tool_of("Bo")
    elm.pod.people.suspend(MACHINE, elm.pod.people.find(MACHINE, "Bo").id)
    refused = await tool.call("GET", "/api/listings")
    assert (refused.status, refused.said["error"]["code"]) == (403, "not_allowed")


async def test_tools_are_bounded_and_push_no_phone_out(elm: House) -> None:
    member = elm.pod.people.add(MACHINE, "Ana").id
    phones = [elm.pod.devices.sign_in(member, "phone") for _ in range(MAX_OF_MEMBER)]
    tools = [
        elm.pod.devices.add_tool(MACHINE, member, f"tool {n}") for n in range(MAX_TOOLS_OF_MEMBER)
    ]
    with pytest.raises(UserError, match="over_quota"):
        elm.pod.devices.add_tool(MACHINE, member, "one more")
    elm.pod.devices.sign_in(member, "one more phone")
    good = [elm.pod.devices.of_token(it.token) is not None for it in phones]
    assert good == [False, *[True] * (MAX_OF_MEMBER - 1)]
    assert all(elm.pod.devices.of_token(it.token, Use.PROGRAM) for it in tools)


async def test_code_for_another_is_of_stewards_alone(elm: House) -> None:
    ana, bo = (elm.pod.people.add(MACHINE, name) for name in ("Ana", "Bo"))
    with pytest.raises(UserError, match="not_allowed"):
        elm.pod.devices.make_code(elm.pod.people.viewer(bo.id), ana.id)
    code = elm.pod.devices.make_code(elm.pod.people.viewer(ana.id), bo.id)
    assert elm.pod.devices.use_code(code, "phone").device.member == bo.id


@pytest.mark.parametrize("how", ["sign out", "suspend"])
async def test_open_stream_ends_with_its_token(elm: House, how: str) -> None:
    elm.tool_of("Ana")
    tool = elm.tool_of("Bo", Role.MEMBER)
    headers = {"Authorization": f"Bearer {tool.token}"}
    async with tool.http.get(tool.base + "/api/live", headers=headers) as answer:
        assert answer.status == 200
        assert await answer.content.readline() == b"retry: 3000\n"
        member = elm.pod.people.find(MACHINE, "Bo").id
        if how == "suspend":
            elm.pod.people.suspend(MACHINE, member)
        else:
            elm.pod.devices.sign_out(member)
        async with asyncio.timeout(PATIENCE_S):
            rest = await answer.content.read()
    assert b"event" not in rest
