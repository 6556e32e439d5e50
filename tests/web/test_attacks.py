"""What hostile pages, phones and pods try on the members' pages: nothing of it works."""

import asyncio
import re
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from pathlib import Path
from typing import Final

import aiohttp
import pytest

from node.web import guard
from node.web.guard import FORM_TOKEN, MAX_BODY_BYTES
from node.web.server import MAX_PER_ADDRESS
from protocol.aid.audience import Audience
from protocol.aid.listing import write_listing
from tests.patience import PATIENCE_S
from tests.web.visiting import House, house

Streams = tuple[asyncio.StreamReader, asyncio.StreamWriter]
SCRIPTS: Final = (
    "<script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "'; alert(1); '",
    "</title><svg/onload=alert(1)>",
    "{{ 7 * 7 }}",
    "javascript:alert(1)",
)


@pytest.fixture(name="elm")
async def elm_(tmp_path: Path) -> AsyncIterator[House]:
    async with house(tmp_path / "elm") as it:
        yield it


# --- Other sites in a member's browser ---


@pytest.mark.parametrize("host", ["evil.example", "evil.example:8080", "127.0.0.1.evil.example"])
async def test_name_that_was_pointed_here_gets_nothing(elm: House, host: str) -> None:
    """DNS rebinding: the page of evil.example would read the board with the member's browser."""
    ana = elm.somebody("Ana")
    answer = await ana.get("/board", Host=host)
    assert answer.status == 421
    assert "Board" not in answer.text


@pytest.mark.parametrize(
    "origin", ["", "null", "http://evil.example", "https://127.0.0.1", "http://127.0.0.1:1"]
)
async def test_form_from_another_site_changes_nothing(elm: House, origin: str) -> None:
    ana = elm.somebody("Ana")
    answer = await ana.post("/post/need/food", {"title": "Soup"}, Origin=origin)
    assert answer.status == 403
    assert "Soup" not in (await ana.get("/board")).text


async def test_form_without_the_devices_own_token_changes_nothing(elm: House) -> None:
    ana, bo = elm.somebody("Ana"), elm.somebody("Bo")
    for token in ("", "guessed", bo.form_token):
        answer = await ana.post("/post/need/food", {"title": "Soup", FORM_TOKEN: token})
        assert answer.status == 403
    assert "Soup" not in (await ana.get("/board")).text
    assert (await ana.post("/post/need/food", {"title": "Soup"})).status == 303


async def test_page_may_load_nothing_from_elsewhere_and_stand_in_no_frame(elm: House) -> None:
    headers = (await elm.stranger.get("/")).headers
    policy = dict(
        part.strip().split(" ", 1) for part in headers["content-security-policy"].split(";")
    )
    assert policy["default-src"] == "'none'"
    assert policy["script-src"] == "'self'"
    assert policy["frame-ancestors"] == "'none'"
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["cache-control"] == "no-store"


# --- What other pods and members write ---


@pytest.mark.parametrize("script", SCRIPTS)
async def test_script_in_any_field_is_shown_and_not_run(elm: House, script: str) -> None:
    ana = elm.somebody("Ana")
    written = dict.fromkeys(("title", "details", "when", "place", "access", "by"), script)
    listing = write_listing(
        {"type": "need", "category": "food", **written, "tags": (script.replace(";", "")[:30],)}
    )
    item = elm.pod.listings.publish(listing, audience=Audience.NETWORK)
    for path in ("/", "/board", f"/board/{item.rid.hex()}", f"/board?words={script[:9]}"):
        page = (await ana.get(path)).text
        assert not re.search(r"<(script>|img|svg/)", page)
        assert "onerror=alert" not in page.replace("onerror=alert(1)&gt;", "")
        assert str(1337 * 1337) not in page


async def test_name_of_a_member_is_text(elm: House) -> None:
    ana = elm.somebody("<b onclick=x>Ana")
    page = (await ana.get("/")).text
    assert "&lt;b onclick=x&gt;Ana" in page


async def test_no_header_can_be_written_through_an_address(elm: House) -> None:
    answer = await elm.stranger.get("/language/es?back=/board%0d%0aSet-Cookie:%20pod=x")
    assert "pod=x" not in answer.headers.get("set-cookie", "")
    assert answer.location == "/"


# --- Bytes, slowness, floods ---


async def test_body_over_the_bound_is_refused(elm: House) -> None:
    ana = elm.somebody("Ana")
    answer = await ana.post("/post/need/food", {"title": "a", "details": "x" * MAX_BODY_BYTES})
    assert answer.status == 413


async def test_field_over_the_bound_is_a_sentence_beside_it(elm: House) -> None:
    ana = elm.somebody("Ana")
    answer = await ana.post("/post/need/food", {"title": "x" * 81})
    assert answer.status == 422
    assert "80 fit" in answer.text


@pytest.mark.parametrize(
    "query", ["after=9-9-9", "after=%F0%9F%98%80-1", "type=x&category=y", "words=%00%01", "after=-"]
)
async def test_board_takes_any_question(elm: House, query: str) -> None:
    assert (await elm.somebody("Ana").get(f"/board?{query}")).status == 200


async def test_body_that_drips_is_ended(elm: House, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(guard, "BODY_S", 0.2)
    async with _connected(elm) as (reader, writer):
        writer.write(_head(elm, "POST", "/join", length=1000) + b"code=")
        answer = await reader.read()
    assert not answer.startswith(b"HTTP/1.1 303")


async def test_silent_connections_leave_room_for_others(elm: House) -> None:
    async with AsyncExitStack() as silent:
        for _ in range(MAX_PER_ADDRESS - 1):
            await silent.enter_async_context(_connected(elm))
        assert (await elm.stranger.get("/")).status == 200


async def test_more_connections_than_there_is_room_for_are_refused_before_a_byte(
    elm: House,
) -> None:
    async with AsyncExitStack() as held:
        for _ in range(MAX_PER_ADDRESS):
            _, writer = await held.enter_async_context(_connected(elm))
            writer.write(b"GET / HTTP/1.1\r\n")
        reader, writer = await held.enter_async_context(_connected(elm))
        with suppress(ConnectionError):
            writer.write(_head(elm, "GET", "/"))
            assert await reader.read() == b""
    async with asyncio.timeout(PATIENCE_S):
        while (await _status(elm)) != 200:  # the places are given back as the ends are noticed
            pass


async def test_changes_from_one_address_are_bounded_in_time(elm: House) -> None:
    ana = elm.somebody("Ana")
    answers = [await ana.post("/post/need/food", {"title": ""}) for _ in range(70)]
    assert {it.status for it in answers} == {422, 429}
    assert (await ana.get("/board")).status == 200


@pytest.mark.parametrize(
    "garbage",
    [b"\x00" * 100, b"GET / HTTP/9.9\r\n\r\n", b"A" * 5000, b"\x16\x03\x01\x02"],
    ids=["zeros", "HTTP of tomorrow", "no end of a line", "TLS"],
)
async def test_garbage_is_answered_with_nothing_of_ours(elm: House, garbage: bytes) -> None:
    async with _connected(elm) as (reader, writer):
        writer.write(garbage)  # and no end of it: what was answered after that would be lost
        answer = await reader.read()
    head, _, body = answer.partition(b"\r\n\r\n")
    assert head.startswith(b"HTTP/1.0 400 ")
    assert b"Server: pod\r\n" in head
    assert body == b""
    assert (await elm.stranger.get("/healthz")).text == "ok\n"


async def test_revoked_device_gets_no_more_of_an_open_stream(elm: House) -> None:
    ana = elm.somebody("Ana")
    async with _connected(elm) as (reader, writer):
        writer.write(_head(elm, "GET", "/live", cookie=ana.token))
        await reader.readuntil(b"retry: 3000\n\n")
        await ana.post("/devices/sign-out")
        assert b"event" not in await reader.read()


async def test_open_page_hears_of_a_change_by_another_process(elm: House) -> None:
    ana = elm.somebody("Ana")
    async with _connected(elm) as (reader, writer):
        writer.write(_head(elm, "GET", "/live", cookie=ana.token))
        await reader.readuntil(b"retry: 3000\n\n")
        listing = write_listing({"type": "need", "category": "food", "title": "Soup"})
        elm.pod.listings.publish(listing, audience=Audience.POD)
        await reader.readuntil(b"event: changed")


async def _status(elm: House) -> int:
    with suppress(aiohttp.ClientError):
        return (await elm.stranger.get("/healthz")).status
    return 0


@asynccontextmanager
async def _connected(
    elm: House,
) -> AsyncIterator[tuple[asyncio.StreamReader, asyncio.StreamWriter]]:
    """Connect; whatever is awaited in the block has an end."""
    host, port = elm.base.removeprefix("http://").split(":")
    reader, writer = await asyncio.open_connection(host, int(port))
    try:
        async with asyncio.timeout(PATIENCE_S):
            yield reader, writer
    finally:
        writer.close()
        with suppress(ConnectionError):
            await writer.wait_closed()


def _head(elm: House, method: str, path: str, *, length: int = 0, cookie: str = "") -> bytes:
    lines = [
        f"{method} {path} HTTP/1.1",
        f"Host: {elm.base.removeprefix('http://')}",
        f"Origin: {elm.base}",
        "Content-Type: application/x-www-form-urlencoded",
        f"Content-Length: {length}",
        *([f"Cookie: pod={cookie}"] if cookie else []),
    ]
    return "\r\n".join([*lines, "", ""]).encode()
