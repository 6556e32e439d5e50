"""Whoever hoards, drips, floods or smuggles: an honest visitor is answered meanwhile."""

import asyncio
import logging
import ssl
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, suppress
from dataclasses import replace
from pathlib import Path
from typing import Final
from urllib.parse import urlsplit

import pytest

from node.web import server
from node.web.live import MAX_OF_DEVICE
from node.web.server import MAX_PER_ADDRESS
from tests.patience import PATIENCE_S
from tests.web.test_attacks import _connected, _head
from tests.web.visiting import CONFIG, House, cookie_of, form_token_in, house

ELSEWHERE: Final = ("127.0.0.9", 0)


@pytest.fixture(name="elm")
async def elm_(tmp_path: Path) -> AsyncIterator[House]:
    async with house(tmp_path / "elm") as it:
        yield it


async def ask(elm: House, sent: bytes) -> bytes:
    """Send bytes as they are; return all that comes back until the other side ends."""
    async with _connected(elm) as (reader, writer):
        writer.write(sent)
        with suppress(ConnectionError):
            return await reader.read()
    return b""


def last_head(elm: House, method: str, path: str, **said: object) -> bytes:
    """Return a head after whose answer the connection ends."""
    return _head(elm, method, path, **said)[:-2] + b"Connection: close\r\n\r\n"  # type: ignore[arg-type]


async def honest_visit(elm: House) -> None:
    """Somebody at another address is answered, while all of this goes on."""
    host, port = elm.base.removeprefix("http://").split(":")
    async with asyncio.timeout(PATIENCE_S):
        reader, writer = await asyncio.open_connection(host, int(port), local_addr=ELSEWHERE)
        writer.write(_head(elm, "GET", "/"))
        assert (await reader.readline()).startswith(b"HTTP/1.1 200")
        writer.close()


# --- Slow, silent, greedy ---


async def test_head_that_drips_is_ended(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(server, "HEAD_S", 0.3)
    monkeypatch.setattr(server, "IDLE_S", 86_400)  # not because aiohttp ends what is silent
    async with house(tmp_path / "ash") as ash, _connected(ash) as (reader, writer):
        writer.write(b"GET / HTTP/1.1\r\nHost: ")
        assert b"200" not in await reader.read()


async def test_whoever_hoards_all_places_of_an_address_keeps_nobody_else_out(elm: House) -> None:
    async with AsyncExitStack() as held:
        for _ in range(MAX_PER_ADDRESS + 5):
            _, writer = await held.enter_async_context(_connected(elm))
            writer.write(b"POST /join HTTP/1.1\r\nContent-Length: 9")  # as one that drips
        await honest_visit(elm)


async def test_whoever_asks_and_never_reads_keeps_nobody_waiting(elm: House) -> None:
    ana = elm.somebody("Ana")
    async with AsyncExitStack() as held:
        for _ in range(4):
            _, writer = await held.enter_async_context(_connected(elm))
            writer.write(_head(elm, "GET", "/people", cookie=ana.token) * 200)
        await honest_visit(elm)
        assert (await ana.get("/board")).status == 200


async def test_one_phone_opens_few_streams_and_its_pages_go_on(elm: House) -> None:
    ana, bo = elm.somebody("Ana"), elm.somebody("Bo")
    async with AsyncExitStack() as held:
        for number in range(MAX_OF_DEVICE + 2):
            reader, writer = await held.enter_async_context(_connected(elm))
            writer.write(_head(elm, "GET", "/live", cookie=ana.token))
            status = (await reader.readline()).split()[1]
            assert status == (b"200" if number < MAX_OF_DEVICE else b"429")
        reader, writer = await held.enter_async_context(_connected(elm))
        writer.write(_head(elm, "GET", "/live", cookie=bo.token))
        assert (await reader.readline()).split()[1] == b"200"
        assert (await ana.get("/board")).status == 200
        await honest_visit(elm)


# --- Requests that two readers could read in two ways ---


@pytest.mark.parametrize(
    "lines",
    [
        "Content-Length: 5\r\nContent-Length: 60",
        "Content-Length: 5\r\nTransfer-Encoding: chunked",
        "Transfer-Encoding: chunked, identity",
        "Transfer-Encoding : chunked",
        "Content-Length: +5",
        "Content-Length: 5\r\n X: folded",
        "Host: evil.example",
        "A: b\x00c",
    ],
)
async def test_nothing_is_smuggled_behind_a_doubtful_head(elm: House, lines: str) -> None:
    ana = elm.somebody("Ana")
    within = f"form_token={ana.form_token}&title=Smuggled"
    inner = last_head(elm, "POST", "/post/need/food", length=len(within), cookie=ana.token)
    host = elm.base.removeprefix("http://")
    outer = f"POST /join HTTP/1.1\r\nHost: {host}\r\nOrigin: {elm.base}\r\n{lines}\r\n\r\n0\r\n\r\n"
    answer = await ask(elm, outer.encode() + inner + within.encode())
    assert b"303" not in answer
    assert "Smuggled" not in (await ana.get("/board")).text
    await honest_visit(elm)


@pytest.mark.parametrize(
    "path",
    [
        *("/static/../../pod.db", "/static/%2e%2e/%2e%2e/pod.db", "//etc/passwd", "/..%2fpod.db"),
        *("/static/style.css%00.js", "/print/..%2f..%2fkeys", "/static/\\..\\pod.db"),
    ],
)
async def test_no_path_leads_out_of_the_table_of_routes(elm: House, path: str) -> None:
    cookie = elm.somebody("Ana").token
    answer = await ask(elm, last_head(elm, "GET", path, cookie=cookie))
    assert answer.split(b" ", 2)[1] in (b"400", b"404"), answer[:80]
    assert b"SQLite format" not in answer


@pytest.mark.parametrize("method", ["TRACE", "OPTIONS", "PUT", "DELETE", "PATCH", "QUERY"])
async def test_method_that_no_route_has_changes_nothing_and_echoes_nothing(
    elm: House, method: str
) -> None:
    ana = elm.somebody("Ana")
    answer = await ask(elm, last_head(elm, method, "/board", cookie=ana.token))
    assert answer.split(b" ", 2)[1] in (b"400", b"403", b"404", b"405"), answer[:80]
    assert ana.token.encode() not in answer


async def test_head_with_too_much_is_refused(elm: House) -> None:
    for much in ("X: " + "a" * 9000, "\r\n".join(f"X{n}: a" for n in range(200))):
        head = last_head(elm, "GET", "/")[:-2] + much.encode() + b"\r\n\r\n"
        assert (await ask(elm, head)).split(b" ", 2)[1:2] != [b"200"]
    await honest_visit(elm)


# --- Sessions ---


async def test_cookie_that_somebody_else_chose_is_not_taken_up(elm: House) -> None:
    """Session fixation: a planted token is worth nothing, and joining gives another."""
    planted = "A" * 43
    member = elm.somebody("Ana")
    code = (await member.post("/devices/add")).text.partition("/phone/")[2][:9]
    visitor = elm.stranger.__class__(elm.stranger.http, elm.base, planted)
    page = await visitor.get(f"/phone/{code}")
    said = {"form_token": form_token_in(page.text)}
    joined = await visitor.post(f"/phone/{code}", said)
    assert joined.status == 303
    assert cookie_of(joined) not in ("", planted)
    assert "Ana" not in (await visitor.get("/people")).text


async def test_cookie_of_a_device_that_was_signed_out_opens_nothing(elm: House) -> None:
    ana = elm.somebody("Ana")
    await ana.post("/devices/sign-out")
    for path in ("/board", "/people", "/live", "/meetups.ics", "/hsds/services"):
        assert (await ana.get(path)).status == 403
    assert (await ana.post("/post/need/food", {"title": "Soup"})).status == 403


# --- Floods ---


async def test_guessing_codes_is_slowed_and_members_go_on(elm: House) -> None:
    ana = elm.somebody("Ana")
    answers = [await elm.stranger.post(f"/join/AAAA{n:04}", {"name": "Eve"}) for n in range(9)]
    assert answers[-1].status == 429
    assert (await ana.post("/post/need/food", {"title": "Soup"})).status == 303
    await honest_visit(elm)


async def test_what_strangers_send_writes_no_line_of_theirs_into_the_log(
    elm: House, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    forged = "%0aINFO%20pod%20everything=fine"
    await elm.stranger.get(f"/board/{forged}")
    await elm.stranger.get("/", User_Agent="forged line", Cookie="pod=forged", Referer="forged")
    await elm.stranger.post("/join", {"code": "forged\r\nINFO forged"})
    await ask(elm, b"GET /forged HTTP/9\r\n\r\n")
    assert "forged" not in caplog.text
    assert "everything=fine" not in caplog.text


async def test_connections_in_the_tls_handshake_count_too(tmp_path: Path) -> None:
    """Whoever says nothing at all never gets as far as HTTP."""
    async with house(tmp_path / "ash", replace(CONFIG, web_https=True)) as ash:
        at = urlsplit(ash.base)
        async with AsyncExitStack() as held, asyncio.timeout(PATIENCE_S):
            for _ in range(MAX_PER_ADDRESS + 1):
                reader, writer = await asyncio.open_connection(at.hostname, at.port)
                held.callback(writer.close)
            with suppress(ConnectionError):
                assert await reader.read() == b""


@pytest.mark.parametrize("web_https", [False, True])
@pytest.mark.parametrize("is_silent", [True, False])
async def test_whoever_takes_all_places_from_many_addresses_keeps_nobody_out(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, *, is_silent: bool, web_https: bool
) -> None:
    """Anybody has as many addresses as they like, where there is IPv6."""
    monkeypatch.setattr(server, "MAX_CONNECTIONS", 6)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    async with house(tmp_path / "ash", replace(CONFIG, web_https=web_https)) as ash:
        at = urlsplit(ash.base)
        tls = context if web_https and not is_silent else None
        async with AsyncExitStack() as held, asyncio.timeout(PATIENCE_S):
            for number in range(server.MAX_CONNECTIONS):
                reader, writer = await asyncio.open_connection(
                    at.hostname, at.port, ssl=tls, local_addr=(f"127.0.2.{1 + number // 2}", 0)
                )
                held.callback(writer.close)
                if not is_silent:
                    writer.write(f"GET /healthz HTTP/1.1\r\nHost: {at.netloc}\r\n\r\n".encode())
                    await reader.readuntil(b"ok\n")
            for _ in range(3):
                assert (await ash.stranger.get("/healthz", Connection="close")).status == 200


async def test_who_has_spoken_keeps_a_place_before_who_is_silent(
    elm: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(server, "MAX_CONNECTIONS", 4)
    at = urlsplit(elm.base)
    async with AsyncExitStack() as held, asyncio.timeout(PATIENCE_S):
        phone = []
        for number in (1, 1, 2, 3):
            reader, writer = await asyncio.open_connection(
                at.hostname, at.port, local_addr=(f"127.0.2.{number}", 0)
            )
            held.callback(writer.close)
            if number == 1:
                phone.append((reader, writer))
                writer.write(_head(elm, "GET", "/healthz"))
                await reader.readuntil(b"ok\n")
        assert (await elm.stranger.get("/healthz", Connection="close")).status == 200
        for reader, writer in phone:
            writer.write(_head(elm, "GET", "/healthz"))
            await reader.readuntil(b"ok\n")
