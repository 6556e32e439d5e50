"""Whose rights end while a request of theirs is under way: nothing is done by it any more."""

import asyncio
import json
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Final
from urllib.parse import urlencode

import pytest

from node.web.guard import FORM_TOKEN
from protocol.aid.house.member import Member
from protocol.aid.house.rights import MACHINE, Role
from store.aid import BoardQuery
from tests.web.visiting import House, house

PATIENCE_S: Final = 20
SOUP: Final = {"type": "need", "category": "food", "title": "Soup"}


@pytest.fixture(name="elm")
async def elm_(tmp_path: Path) -> AsyncIterator[House]:
    async with house(tmp_path / "elm") as it:
        it.somebody("Ana")
        yield it


def ends(elm: House, bo: Member) -> list[Callable[[], object]]:
    """Return the ways in which Bo may not post any more, the last one for good."""
    people = elm.pod.people
    return [
        lambda: people.suspend(MACHINE, bo.id),
        lambda: people.set_role(MACHINE, bo.id, Role.GUEST),
        lambda: elm.pod.devices.sign_out(bo.id),
        lambda: people.leave(MACHINE, bo.id, withdraw=True),
    ]


def again(elm: House, bo: Member) -> None:
    elm.pod.people.lift_suspension(MACHINE, bo.id)
    elm.pod.people.set_role(MACHINE, bo.id, Role.MEMBER)


@pytest.mark.parametrize("is_tool", [False, True])
async def test_what_was_half_sent_when_rights_ended_changes_nothing(
    elm: House, *, is_tool: bool
) -> None:
    bo = elm.pod.people.add(MACHINE, "Bo")
    for end in ends(elm, bo):
        again(elm, bo)
        path, head, body = _as_tool(elm, bo) if is_tool else _as_page(elm, bo)
        async with _half_sent(elm, path, head, body) as (reader, writer):
            end()
            writer.write(body[-1:])
            status = (await reader.readline()).split()[1]
        assert status in {b"401", b"403"}
        assert elm.pod.listings.board(BoardQuery()) == []


def _as_page(elm: House, bo: Member) -> tuple[str, list[str], bytes]:
    phone = elm.stranger.signed_in(elm.pod.devices.sign_in(bo.id, "phone"))
    body = urlencode({FORM_TOKEN: phone.form_token, **SOUP}).encode()
    kind = "Content-Type: application/x-www-form-urlencoded"
    return "/post/need/food", [f"Cookie: pod={phone.token}", kind], body


def _as_tool(elm: House, bo: Member) -> tuple[str, list[str], bytes]:
    tool = elm.stranger.signed_in(elm.pod.devices.add_tool(MACHINE, bo.id, "tool"))
    head = [f"Authorization: Bearer {tool.token}", "Content-Type: application/json"]
    return "/api/listings", head, json.dumps(SOUP).encode()


@asynccontextmanager
async def _half_sent(
    elm: House, path: str, head: list[str], body: bytes
) -> AsyncIterator[tuple[asyncio.StreamReader, asyncio.StreamWriter]]:
    """Send all but the last byte of a request, once the pod has let it in."""
    host, port = elm.base.removeprefix("http://").split(":")
    reader, writer = await asyncio.open_connection(host, int(port))
    said = [f"POST {path} HTTP/1.1", f"Host: {host}:{port}", f"Origin: {elm.base}", *head]
    # The pod says 100 when it reads the head; whoever it is has been looked up a moment later.
    said += [f"Content-Length: {len(body)}", "Expect: 100-continue", "Connection: close", "", ""]
    writer.write("\r\n".join(said).encode())
    try:
        async with asyncio.timeout(PATIENCE_S):
            await reader.readuntil(b"100 Continue\r\n\r\n")
            writer.write(body[:-1])
            await elm.stranger.get("/healthz")  # on the same thread, after that look-up
            yield reader, writer
    finally:
        writer.close()
