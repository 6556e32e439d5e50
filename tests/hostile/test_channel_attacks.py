"""What strangers, thieves, men in the middle and hostile neighbours do to a channel.

Real TLS, real sockets; the attackers speak only the wire protocol. docs/threat-model.md names
each of these. tests/mutants/channel.py takes the guards away one by one.
"""

import asyncio
import contextlib
import os
import socket
import ssl
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Any, cast

import aiohttp
import pytest
from aiohttp import WSMsgType, web

from node.channel import PATH, Bounds, Channel, LinkError, dial
from node.tls import make_client_tls, make_server_tls
from protocol.codec import Value, decode, encode
from protocol.errors import PeerError
from protocol.handshake import Answering, Calling, Identity, Join, Purpose, Refused, Sync
from protocol.identity import Certificate
from protocol.introduction import Address
from protocol.limits import (
    MAX_FRAME_BYTES,
    MAX_HANDSHAKE_BYTES,
    MAX_STRANGERS,
    MAX_STRANGERS_PER_ADDRESS,
)
from tests.channels import (
    EPOCH,
    SHORT,
    SHORT_TLS,
    Door,
    Stranger,
    identity,
    open_door,
    stranger_at,
)
from tests.patience import PATIENCE_S

ANN, BEN, EVE = identity("ann"), identity("ben"), identity("eve")
JOIN = Join(b"secret token 16B", "Elm Street", ())


def opening(us: Identity = ANN, purpose: Purpose | None = None) -> Calling:
    return Calling(
        us, purpose or Sync(), expect=BEN.certificate.pod_id, known=None, nonce=os.urandom(32)
    )


async def dial_ben(address: Address, purpose: Purpose | None = None, **more: Any) -> None:
    """Dial an address that must not turn out to be Ben's."""
    channel = await dial(address, ANN, purpose or Sync(), expect=BEN.certificate.pod_id, **more)
    await channel.close("stopping")


Handler = Callable[[web.BaseRequest], Awaitable[web.StreamResponse]]


@asynccontextmanager
async def hostile_server(handler: Handler) -> AsyncIterator[Address]:
    """Serve HTTP in TLS 1.3 with a certificate of its own, whatever handler does."""
    http = web.ServerRunner(web.Server(handler))
    await http.setup()
    site = web.TCPSite(http, "127.0.0.1", 0, ssl_context=make_server_tls().context)
    await site.start()
    try:
        async with asyncio.timeout(PATIENCE_S):
            yield Address("127.0.0.1", http.addresses[0][1])
    finally:
        await http.cleanup()


def hostile_socket(
    talk: Callable[[web.WebSocketResponse], Awaitable[None]], **options: Any
) -> contextlib.AbstractAsyncContextManager[Address]:
    """Serve a WebSocket whose side of the conversation is talk."""

    async def handler(request: web.BaseRequest) -> web.StreamResponse:
        ws = web.WebSocketResponse(**options)
        await ws.prepare(request)
        with contextlib.suppress(ConnectionError, TypeError):
            await talk(ws)
        return ws

    return hostile_server(handler)


# --- Who answers is not who should ---


async def test_wrong_server_hears_a_nonce_and_nothing_else() -> None:
    heard: list[bytes] = []
    tls = make_server_tls()

    async def prove_to_be_eve(ws: web.WebSocketResponse) -> None:
        heard.append(await ws.receive_bytes())
        answerer = Answering(EVE, tls.certificate_hash, nonce=os.urandom(32))
        await ws.send_bytes(answerer.answer(heard[0]))
        heard.extend([message.data async for message in ws])

    async with hostile_socket(prove_to_be_eve) as address:
        with pytest.raises(PeerError) as caught:
            await dial_ben(address, JOIN)
    assert caught.value.code == "wrong_pod"
    [first] = heard
    version, nonce = cast("tuple[int, bytes]", decode(first, max_bytes=64))
    assert (version, len(nonce)) == (1, 32)


async def test_man_in_the_middle_hears_a_nonce_and_nothing_else() -> None:
    """He ends TLS on both sides, with his own certificate, and forwards every message."""
    from_caller: list[bytes] = []
    async with open_door(BEN) as door:

        async def forward(ws: web.WebSocketResponse) -> None:
            async with stranger_at(door.address) as up:

                async def back() -> None:
                    while True:
                        await ws.send_bytes(await up.hear())

                returning = asyncio.create_task(back())
                async for message in ws:
                    from_caller.append(message.data)
                    await up.say(message.data)
                returning.cancel()

        async with hostile_socket(forward) as address:
            with pytest.raises(PeerError) as caught:
                await dial_ben(address, JOIN)
        assert caught.value.code == "bad_signature"
        assert len(from_caller) == 1
        assert JOIN.token not in from_caller[0]
        assert bytes(ANN.certificate.pod_id) not in from_caller[0]
        assert door.callers == []


async def test_thief_with_the_expected_pods_certificate_but_not_its_key() -> None:
    heard: list[bytes] = []

    async def prove(ws: web.WebSocketResponse) -> None:
        thief = Identity(BEN.certificate, EVE.key, EVE.run_id)
        heard.append(await ws.receive_bytes())
        await ws.send_bytes(Answering(thief, b"?" * 32, nonce=b"n" * 32).answer(heard[0]))
        heard.extend([message.data async for message in ws])

    async with hostile_socket(prove) as address:
        with pytest.raises(PeerError) as caught:
            await dial_ben(address, JOIN)
    assert caught.value.code == "bad_signature"
    assert len(heard) == 1


async def test_thief_with_a_superseded_key_learns_only_that_it_is_superseded() -> None:
    newer = identity("ben", epoch=EPOCH + 1).certificate
    async with open_door(BEN) as door:
        with pytest.raises(PeerError) as caught:
            await dial_ben(door.address, JOIN, known=newer)
        assert caught.value.code == "epoch_superseded"
        assert await door.superseded_by.get() == newer
        assert door.callers == []


async def test_relay_by_a_hostile_pod_that_the_caller_trusts() -> None:
    """Ann dials Eve, who answers with Ben's nonce and uses Ann's proof to be Ann at Ben's."""
    tls = make_server_tls()
    last_word: list[str] = []
    async with open_door(BEN) as door:

        async def relay(request: web.BaseRequest) -> web.StreamResponse:
            ws = web.WebSocketResponse()
            await ws.prepare(request)
            async with stranger_at(door.address) as up:
                first = await ws.receive_bytes()
                await up.say(first)
                nonce = cast("tuple[bytes, ...]", decode(await up.hear(), max_bytes=1024))[2]
                eve = Answering(EVE, tls.certificate_hash, nonce=nonce)
                await ws.send_bytes(eve.answer(first))
                await up.say(await ws.receive_bytes())
                last_word.append(await up.last_word())
            return ws

        http = web.ServerRunner(web.Server(relay))
        await http.setup()
        site = web.TCPSite(http, "127.0.0.1", 0, ssl_context=tls.context)
        await site.start()
        address = Address("127.0.0.1", http.addresses[0][1])
        with pytest.raises(LinkError):
            await dial(address, ANN, Sync(), expect=EVE.certificate.pod_id)
        await http.cleanup()
        assert last_word == ["bad_signature"]
        assert door.callers == []


# --- Who calls is not who it says ---


async def refused_proof(door: Door, alter: Callable[[list[Value]], None]) -> str:
    """Make a right proof, alter its fields, and return the answerer's last word."""
    async with stranger_at(door.address) as stranger:
        caller = opening()
        await stranger.say(caller.open())
        proof = caller.prove(await stranger.hear(), stranger.tls_hash)
        fields = list(cast("tuple[Value, ...]", decode(proof, max_bytes=1024)))
        alter(fields)
        await stranger.say(encode(tuple(fields)))
        return await stranger.last_word()


@pytest.mark.parametrize(
    ("position", "value"),
    [
        (0, EVE.certificate.wire),
        (0, identity("ann", epoch=EPOCH - 1).certificate.wire),
        (1, b"another run id.."),
        (2, bytes(64)),
        (3, ("join", b"t" * 16, "Elm Street", ())),
    ],
    ids=["another pod's certificate", "a lower epoch's", "run id", "signature", "purpose"],
)
async def test_altered_proof_is_refused(position: int, value: Value) -> None:
    async with open_door(BEN) as door:
        word = await refused_proof(door, lambda fields: fields.__setitem__(position, value))
        assert word == "bad_signature"
        assert door.callers == []


async def test_thief_with_anothers_certificate_but_not_its_key() -> None:
    thief = Identity(ANN.certificate, EVE.key, EVE.run_id)
    async with open_door(BEN) as door:
        with pytest.raises(LinkError):
            await dial(door.address, thief, Sync(), expect=door.pod_id)
        assert door.callers == []


async def test_caller_with_a_superseded_key_is_told_so() -> None:
    newer = identity("ann", epoch=EPOCH + 1).certificate
    async with open_door(BEN, refusal=Refused("epoch_superseded", newer.wire)) as door:
        with pytest.raises(LinkError) as caught:
            await dial_ben(door.address)
    assert caught.value.code == "epoch_superseded"
    assert caught.value.certificate == newer.wire


@pytest.mark.parametrize(
    "certificate",
    [BEN.certificate, identity("ben", epoch=EPOCH - 1).certificate, EVE.certificate],
    ids=["its own", "a lower one", "another pod's"],
)
async def test_nobody_can_make_a_pod_believe_that_it_is_superseded(
    certificate: Certificate,
) -> None:
    async with open_door(BEN) as door, stranger_at(door.address) as stranger:
        await stranger.say(opening().open())
        await stranger.hear()
        await stranger.say(encode(("superseded", certificate.wire)))
        assert await stranger.last_word() == "malformed"
        assert door.superseded_by.empty()


@pytest.mark.parametrize("purpose", [Sync(), JOIN], ids=["sync", "join"])
async def test_recorded_proof_is_worth_nothing_the_second_time(purpose: Purpose) -> None:
    async with open_door(BEN) as door:
        async with stranger_at(door.address) as stranger:
            caller = opening(purpose=purpose)
            await stranger.say(caller.open())
            proof = caller.prove(await stranger.hear(), stranger.tls_hash)
            await stranger.say(proof)
            await stranger.hear()
        async with stranger_at(door.address) as again:
            await again.say(caller.open())
            await again.hear()
            await again.say(proof)
            assert await again.last_word() == "bad_signature"
        assert len(door.callers) == 1


async def test_reflected_signature_of_the_answerer() -> None:
    async with open_door(BEN) as door, stranger_at(door.address) as stranger:
        await stranger.say(opening().open())
        answer = cast("tuple[Value, ...]", decode(await stranger.hear(), max_bytes=1024))
        await stranger.say(encode((answer[0], answer[1], answer[3], ("sync",))))
        assert await stranger.last_word() == "bad_signature"
        assert door.callers == []


# --- What is said is not what should be said ---

GARBAGE = {
    "empty": b"",
    "one byte": b"\x00",
    "four billion items": b"\xdd\xff\xff\xff\xff",
    "nested 900 deep": b"\x91" * 900,
    "one byte too long": b"\xc5\x04\x00" + bytes(MAX_HANDSHAKE_BYTES - 2),
    "long form": b"\x92\xcd\x00\x01\xc4\x20" + bytes(32),
    "text for a nonce": encode((1, "x" * 32)),
    "short nonce": encode((1, b"x" * 31)),
    "a map": encode({"version": 1}),
    "another version": encode((2, b"x" * 32)),
}


@pytest.mark.parametrize("message", GARBAGE.values(), ids=GARBAGE.keys())
@pytest.mark.parametrize("step", ["opening", "proof"])
async def test_garbage_is_refused_with_its_code(message: bytes, step: str) -> None:
    async with open_door(BEN) as door, stranger_at(door.address) as stranger:
        if step == "proof":
            await stranger.say(opening().open())
            await stranger.hear()
        await stranger.say(message)
        codes = {"malformed", "not_canonical", "too_large", "unknown_version"}
        assert await stranger.last_word() in codes
        assert door.callers == []


async def test_second_opening_in_place_of_a_proof() -> None:
    async with open_door(BEN) as door, stranger_at(door.address) as stranger:
        await stranger.say(opening().open())
        await stranger.hear()
        await stranger.say(opening().open())
        assert await stranger.last_word() == "malformed"


async def test_text_in_place_of_the_opening() -> None:
    async with open_door(BEN) as door, stranger_at(door.address) as stranger:
        await stranger.ws.send_str("hello")
        assert await stranger.last_word() == "malformed"


async def test_message_longer_than_any_frame() -> None:
    async with open_door(BEN) as door, stranger_at(door.address) as stranger:
        await stranger.say(bytes(MAX_FRAME_BYTES + 1))
        message = await stranger.ws.receive()
        assert message.type is not WSMsgType.BINARY
        assert door.callers == []


async def proved(stranger: Stranger) -> None:
    caller = opening()
    await stranger.say(caller.open())
    await stranger.say(caller.prove(await stranger.hear(), stranger.tls_hash))
    caller.conclude(await stranger.hear())


async def test_text_after_the_proof_breaks_the_protocol() -> None:
    async with open_door(BEN) as door, stranger_at(door.address) as stranger:
        await proved(stranger)
        await stranger.ws.send_str("hello")
        error = await door.ended.get()
        assert isinstance(error, PeerError)
        assert error.code == "malformed"


@pytest.mark.parametrize("parts", [1, 3], ids=["whole", "in fragments"])
async def test_frame_one_byte_too_long_breaks_the_protocol(parts: int) -> None:
    async with open_door(BEN) as door, stranger_at(door.address) as stranger:
        await proved(stranger)
        await say_raw(stranger, websocket_frames(bytes(MAX_FRAME_BYTES + 1), parts))
        error = await door.ended.get()
        assert isinstance(error, PeerError)
        assert error.code == "too_large"


async def test_frame_of_the_greatest_length_in_fragments_is_a_frame() -> None:
    async with open_door(BEN) as door, stranger_at(door.address) as stranger:
        await proved(stranger)
        await say_raw(stranger, websocket_frames(bytes(MAX_FRAME_BYTES), 3))
        assert await stranger.hear() == bytes(MAX_FRAME_BYTES)


async def test_compressed_frame_from_a_caller() -> None:
    async with open_door(BEN) as door, stranger_at(door.address) as stranger:
        await proved(stranger)
        await say_raw(stranger, websocket_frames(b"\x4a\x4c\x4a\x06\x00", 1, rsv1=True))
        error = await door.ended.get()
        assert isinstance(error, PeerError)
        assert error.code == "malformed"


async def test_compression_is_not_agreed_to() -> None:
    async with (
        open_door(BEN) as door,
        aiohttp.ClientSession() as session,
        session.ws_connect(f"wss://{door.address}{PATH}", ssl=make_client_tls(), compress=15) as ws,
    ):
        assert not ws.compress


def websocket_frames(payload: bytes, parts: int, *, rsv1: bool = False) -> bytes:
    """Return a binary message in so many masked fragments (RFC 6455 §5.2)."""
    size = -(-len(payload) // parts)
    pieces = [payload[at : at + size] for at in range(0, len(payload), size)]
    wire = b""
    for number, piece in enumerate(pieces):
        is_last = number == len(pieces) - 1
        head = (0x80 if is_last else 0) | (0x40 if rsv1 else 0) | (0x02 if number == 0 else 0)
        # A mask of zeros leaves the payload as it is.
        wire += bytes([head, 0x80 | 127]) + len(piece).to_bytes(8, "big") + bytes(4) + piece
    return wire


async def say_raw(stranger: Stranger, wire: bytes) -> None:
    """Write bytes below aiohttp's WebSocket, as its own client never would."""
    cast(Any, stranger.ws)._writer.transport.write(wire)


# --- Nothing is said, or slowly, or too often ---


@pytest.mark.parametrize("step", ["opening", "proof"])
async def test_silent_stranger_is_let_go(step: str) -> None:
    async with open_door(BEN, bounds=SHORT) as door, stranger_at(door.address) as stranger:
        if step == "proof":
            await stranger.say(opening().open())
            await stranger.hear()
        assert await stranger.last_word() == "silent"
        assert door.callers == []


async def read_to_the_end(reader: asyncio.StreamReader) -> bytes:
    with contextlib.suppress(ConnectionError, ssl.SSLError):
        return await asyncio.wait_for(reader.read(), PATIENCE_S)
    return b""


REQUEST = b"GET /sync HTTP/1.1\r\nHost: pod\r\n"


@pytest.mark.parametrize("tls", [False, True], ids=["tcp", "tls"])
@pytest.mark.parametrize("said", [b"", REQUEST], ids=["nothing", "half a request"])
async def test_connection_that_goes_silent_is_ended(tls: bool, said: bytes) -> None:
    async with open_door(BEN, bounds=SHORT if tls else SHORT_TLS) as door:
        context = make_client_tls() if tls else None
        reader, writer = await asyncio.open_connection(*door.address, ssl=context)
        writer.write(said)
        await read_to_the_end(reader)
        writer.close()
        assert door.listener.strangers == []


@pytest.mark.parametrize("tls", [False, True], ids=["tcp", "tls"])
async def test_a_byte_at_a_time_is_not_a_sign_of_life(tls: bool) -> None:
    async with open_door(BEN, bounds=SHORT if tls else SHORT_TLS) as door:
        context = make_client_tls() if tls else None
        reader, writer = await asyncio.open_connection(*door.address, ssl=context)
        with contextlib.suppress(ConnectionError):
            for byte in REQUEST * 10:
                writer.write(bytes([byte]))
                with contextlib.suppress(TimeoutError):
                    await asyncio.wait_for(reader.read(1), SHORT.step_s / 10)
                    break
            else:
                pytest.fail("the door heard us out")
        writer.close()
        assert door.listener.strangers == []


@pytest.mark.parametrize("path", ["/", "/syn", "/sync/", "/sync/../x", "/favicon.ico"])
async def test_other_path_gets_a_404_and_is_let_go(path: str) -> None:
    async with open_door(BEN) as door:
        reader, writer = await asyncio.open_connection(*door.address, ssl=make_client_tls())
        writer.write(f"GET {path} HTTP/1.1\r\nHost: pod\r\n\r\n".encode())
        answer = await read_to_the_end(reader)
        assert answer.startswith(b"HTTP/1.1 404 ")
        writer.close()


async def test_sync_path_without_a_websocket_gets_a_400_and_is_let_go() -> None:
    async with open_door(BEN) as door:
        reader, writer = await asyncio.open_connection(*door.address, ssl=make_client_tls())
        writer.write(REQUEST + b"\r\n")
        assert (await read_to_the_end(reader)).startswith(b"HTTP/1.1 400 ")
        writer.close()


@pytest.mark.parametrize(
    "request_bytes",
    [
        b"\x16\x03\x01 nonsense\r\n\r\n",
        b"GET /sync HTTP/1.1\r\n" + b"X: " + b"x" * 5000 + b"\r\n\r\n",
        b"GET /" + b"x" * 5000 + b" HTTP/1.1\r\n\r\n",
        b"GET /sync HTTP/1.1\r\n" + b"X: x\r\n" * 100 + b"\r\n",
        b"POST /sync HTTP/1.1\r\nContent-Length: 100000000000\r\n\r\n" + bytes(70_000),
    ],
    ids=["no HTTP", "long header", "long path", "many headers", "endless body"],
)
async def test_hostile_request_is_let_go_in_time(request_bytes: bytes) -> None:
    async with open_door(BEN, bounds=SHORT) as door:
        reader, writer = await asyncio.open_connection(*door.address, ssl=make_client_tls())
        writer.write(request_bytes)
        answer = await read_to_the_end(reader)
        assert not answer or answer.startswith((b"HTTP/1.0 400 ", b"HTTP/1.1 400 "))
        assert b"aiohttp" not in answer
        assert b"xxxx" not in answer
        writer.close()


async def test_tls_1_2_is_refused() -> None:
    old = make_client_tls()
    old.minimum_version = old.maximum_version = ssl.TLSVersion.TLSv1_2
    async with open_door(BEN) as door:
        with pytest.raises((ssl.SSLError, ConnectionError)):
            await asyncio.open_connection(*door.address, ssl=old)


async def test_plain_http_is_not_answered() -> None:
    async with open_door(BEN) as door:
        reader, writer = await asyncio.open_connection(*door.address)
        writer.write(REQUEST + b"\r\n")
        assert b"HTTP" not in await read_to_the_end(reader)
        writer.close()


class Flood(contextlib.ExitStack):
    """Bare TCP connections from any of the many loopback addresses."""

    async def connect(self, source: str, address: Address) -> socket.socket:
        tcp = self.enter_context(socket.socket())
        tcp.setblocking(False)
        tcp.bind((source, 0))
        await asyncio.get_running_loop().sock_connect(tcp, address)
        return tcp


async def ends(tcp: socket.socket) -> bool:
    """Wait until the other side has ended the connection."""
    with contextlib.suppress(ConnectionResetError):
        return await asyncio.get_running_loop().sock_recv(tcp, 1) == b""
    return True


def is_open(tcp: socket.socket) -> bool:
    try:
        return tcp.recv(1) != b""
    except BlockingIOError:
        return True
    except ConnectionResetError:
        return False


FOREVER = Bounds(tls_s=86_400, step_s=86_400)
"""Bounds of a test in which nobody may be let go for being slow."""


async def test_flood_of_half_open_connections_leaves_room_for_a_neighbour() -> None:
    async with open_door(BEN, bounds=FOREVER) as door:
        with Flood() as flood:
            sources = [f"127.0.{number}.1" for number in range(1, 4 * MAX_STRANGERS)]
            strangers = [await flood.connect(source, door.address) for source in sources]
            await dial_ben(door.address)
            assert len(door.callers) == 1
            # The oldest went, the last of them for our own dial.
            for tcp in strangers[: 1 - MAX_STRANGERS]:
                assert await ends(tcp)
            assert all(map(is_open, strangers[1 - MAX_STRANGERS :]))
            assert len(door.listener.strangers) == MAX_STRANGERS - 1


async def test_one_address_has_four_places_and_the_oldest_of_them_goes() -> None:
    async with open_door(BEN, bounds=FOREVER) as door:
        with Flood() as flood:
            others = [await flood.connect(f"127.0.1.{n}", door.address) for n in range(1, 9)]
            places = MAX_STRANGERS_PER_ADDRESS
            greedy = [await flood.connect("127.0.0.9", door.address) for _ in range(places + 3)]
            for tcp in greedy[:3]:
                assert await ends(tcp)
            assert all(map(is_open, greedy[3:] + others))


async def test_flood_of_tls_connections_that_say_nothing() -> None:
    async with open_door(BEN) as door:
        writers = []
        for number in range(1, 2 * MAX_STRANGERS):
            _, writer = await asyncio.open_connection(
                *door.address, ssl=make_client_tls(), local_addr=(f"127.0.{number}.1", 0)
            )
            writers.append(writer)
            assert len(door.listener.strangers) <= MAX_STRANGERS
        await dial_ben(door.address)
        assert len(door.callers) == 1
        for writer in writers:
            writer.close()


async def test_peer_that_never_reads_is_ended() -> None:
    async with (
        open_door(BEN, bounds=Bounds(stall_s=0.2, close_s=0.2)) as door,
        stranger_at(door.address) as stranger,
    ):
        await proved(stranger)
        cast(Any, stranger.ws)._writer.transport.pause_reading()
        channel = await door.channels.get()
        with pytest.raises(ConnectionError):
            await send_without_end(channel)
        assert channel._transport.is_closing()


async def send_without_end(channel: Channel) -> None:
    while True:
        await channel.send(bytes(MAX_FRAME_BYTES))


# --- The caller is attacked by what it dials ---


async def test_redirect_is_not_followed() -> None:
    elsewhere: list[str] = []

    async def handler(request: web.BaseRequest) -> web.StreamResponse:
        elsewhere.append(request.path)
        # Its body is still under way when a careless client has read enough to go on.
        return web.Response(status=302, headers={"Location": "/stolen"}, body=bytes(1 << 20))

    async with hostile_server(handler) as address:
        with pytest.raises(LinkError) as caught:
            await dial_ben(address)
    assert caught.value.code == "unreachable"
    assert elsewhere == ["/sync"]


async def test_caller_tells_no_program_and_keeps_no_cookie() -> None:
    seen: list[dict[str, str]] = []

    async def handler(request: web.BaseRequest) -> web.StreamResponse:
        seen.append(dict(request.headers))
        return web.Response(status=200, headers={"Set-Cookie": "tracked=1"})

    async with hostile_server(handler) as address:
        for _ in range(2):
            with pytest.raises(LinkError):
                await dial_ben(address)
    for headers in seen:
        assert set(headers) == {
            *("Host", "Upgrade", "Connection"),
            *("Sec-WebSocket-Version", "Sec-WebSocket-Key"),
        }


async def test_proxy_of_the_surroundings_is_not_used(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("http_proxy", "https_proxy", "ws_proxy", "wss_proxy", "all_proxy"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")
    async with open_door(BEN) as door:
        await dial_ben(door.address)
        assert len(door.callers) == 1


ANSWERS: dict[str, tuple[bytes, str]] = {
    "empty": (b"", "malformed"),
    "one byte too long": (bytes(MAX_HANDSHAKE_BYTES + 1), "too_large"),
    "longer than any frame": (bytes(MAX_FRAME_BYTES + 1), "too_large"),
    "a verdict too soon": (encode(("ok", "Oak Street")), "malformed"),
}


@pytest.mark.parametrize(("answer", "code"), ANSWERS.values(), ids=ANSWERS.keys())
async def test_garbage_in_place_of_the_answer(answer: bytes, code: str) -> None:
    async def talk(ws: web.WebSocketResponse) -> None:
        await ws.receive_bytes()
        await ws.send_bytes(answer)
        await ws.receive()

    async with hostile_socket(talk) as address:
        with pytest.raises(PeerError) as caught:
            await dial_ben(address)
    assert caught.value.code == code


async def test_compressed_frame_that_nobody_agreed_to() -> None:
    async def talk(ws: web.WebSocketResponse) -> None:
        await ws.receive_bytes()
        transport = cast(Any, ws)._writer.transport
        transport.write(b"\xc2\x05\x4a\x4c\x4a\x06\x00")
        await ws.receive()

    async with hostile_socket(talk) as address:
        with pytest.raises(PeerError) as caught:
            await dial_ben(address)
    assert caught.value.code == "malformed"


@pytest.mark.parametrize("said", ["nothing", "pings"])
async def test_answerer_that_keeps_us_waiting_is_given_up(said: str) -> None:
    async def talk(ws: web.WebSocketResponse) -> None:
        while said == "pings" and not ws.closed:
            await ws.ping()
            with contextlib.suppress(TimeoutError):
                await ws.receive(timeout=SHORT.step_s / 10)
        await ws.receive()
        await ws.receive()

    async with hostile_socket(talk) as address:
        with pytest.raises(LinkError) as caught:
            await dial_ben(address, bounds=SHORT)
    assert caught.value.code == "silent"


async def test_endless_response_header_is_given_up() -> None:
    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(b"HTTP/1.1 101 Switching Protocols\r\n")
        with contextlib.suppress(ConnectionError):
            while True:
                writer.write(b"X-More: " + b"x" * 1000 + b"\r\n")
                await writer.drain()
        writer.close()

    tls = make_server_tls()
    server = await asyncio.start_server(serve, "127.0.0.1", 0, ssl=tls.context)
    address = Address("127.0.0.1", server.sockets[0].getsockname()[1])
    with pytest.raises(LinkError) as caught:
        await dial_ben(address, bounds=SHORT)
    assert caught.value.code in {"unreachable", "silent"}
    server.close()
    await server.wait_closed()
