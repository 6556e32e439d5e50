"""One proved connection between two pods, and how to dial one: whole frames in and out.

Spec: docs/protocol.md §7.1. A WebSocket in TLS 1.3 on path /sync; who is at the other end is
decided by the four messages of protocol/handshake.py before a Channel exists. The other end of
a dial, and whoever dials us (node/listener.py), is hostile until then and may be so after.
"""

import asyncio
import contextlib
import functools
import os
from asyncio.trsock import TransportSocket
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Final, TypeAlias

import aiohttp
from aiohttp import WSCloseCode, WSMsgType, web

from node.tls import make_client_tls, peer_certificate_hash
from protocol.errors import PeerError, PodError, UserError
from protocol.handshake import (
    NONCE_BYTES,
    Calling,
    Identity,
    Peer,
    Purpose,
    Refused,
    Superseded,
    farewell,
)
from protocol.identity import Certificate, PodId
from protocol.introduction import Address
from protocol.limits import (
    CLOSE_WAIT_S,
    COMPARING_S,
    HANDSHAKE_STEP_S,
    MAX_CONNECTIONS,
    MAX_FRAME_BYTES,
    MAX_STRANGERS,
    MAX_STRANGERS_PER_ADDRESS,
    PAIRING_S,
    TLS_HANDSHAKE_S,
    WRITE_STALL_S,
)

PATH: Final = "/sync"
MAX_MESSAGE_BYTES: Final = MAX_FRAME_BYTES + 1
"""aiohttp takes messages below its bound, not at it."""
FAREWELL_CODE: Final = 4000
"""WebSocket close code of every farewell of ours; the reason is one of ERRORS."""

Socket: TypeAlias = aiohttp.ClientWebSocketResponse | web.WebSocketResponse


@dataclass(frozen=True, slots=True, kw_only=True)
class Bounds:
    """What strangers and slow peers are held to; protocol/limits.py says why.

    Seconds: of one handshake message, of the TLS handshake, without taking a byte, for answering
    a farewell; of pairing mode, and for comparing the words of one attempt. Counts: strangers, of
    one address, and proved connections.
    """

    step_s: float = HANDSHAKE_STEP_S
    tls_s: float = TLS_HANDSHAKE_S
    stall_s: float = WRITE_STALL_S
    close_s: float = CLOSE_WAIT_S
    pairing_s: float = PAIRING_S
    comparing_s: float = COMPARING_S
    strangers: int = MAX_STRANGERS
    strangers_per_address: int = MAX_STRANGERS_PER_ADDRESS
    connections: int = MAX_CONNECTIONS


BOUNDS: Final = Bounds()

_client_tls: Final = functools.cache(make_client_tls)  # a tenth of a dial's time to make anew


class LinkError(UserError):
    """No connection came about: nothing answered, or what answered refused us.

    certificate: with code epoch_superseded, the greater certificate of our own pod, checked.
    """

    def __init__(
        self,
        code: str,
        sentence: str,
        next_step: str,
        detail: str = "",
        *,
        certificate: bytes | None = None,
        on_page: str = "",
        **values: object,
    ) -> None:
        super().__init__(code, sentence, next_step, detail, on_page=on_page, **values)
        self.certificate = certificate


class Channel:
    """One proved connection.

    peer: who is at the other end.  sent_bytes, received_bytes: of frames, without TLS.
    farewell: the reason that the other side gave for closing, "" if it gave none.
    """

    def __init__(
        self,
        socket: Socket,
        transport: asyncio.Transport,
        peer: Peer,
        bounds: Bounds = BOUNDS,
        release: Callable[[], Awaitable[None]] | None = None,
    ) -> None:
        """release: called when the connection has ended by us."""
        self.peer = peer
        self.sent_bytes = 0
        self.received_bytes = 0
        self.farewell = ""
        self._socket = socket
        self._transport = transport
        self._bounds = bounds
        self._release = release
        self._gone_bytes = 0
        self._watch = asyncio.get_running_loop().call_later(bounds.stall_s, self._look)

    @property
    def socket(self) -> TransportSocket:
        """The TCP socket: for what the system counts on it, not for sending."""
        found: TransportSocket = self._transport.get_extra_info("socket")
        return found

    async def send(self, frame: bytes) -> None:
        """Hand over one frame; waits while the other side is slow. ConnectionError when closed."""
        self.sent_bytes += len(frame)
        await self._socket.send_bytes(frame)

    async def receive(self) -> bytes | None:
        """Return the next frame, or None when the connection has ended.

        Raises PeerError (too_large, malformed) for what no frame can be.
        """
        message = await self._socket.receive()
        if message.type is WSMsgType.BINARY:
            self.received_bytes += len(message.data)
            return bytes(message.data)
        self._end(message)
        return None

    async def close(self, code: str) -> None:
        """Say farewell with this reason and end the connection; bounded in time, never fails."""
        self._watch.cancel()
        try:
            await hang_up(self._socket, self._transport, code, self._bounds)
        finally:
            if self._release is not None:
                await self._release()

    def abort(self) -> None:
        """End the connection at once, unsent frames and all."""
        end(self._transport)

    def _end(self, message: aiohttp.WSMessage) -> None:
        if message.type is WSMsgType.CLOSE:
            self.farewell = str(message.extra or "")
        self._watch.cancel()
        _refuse_unframed(message)

    def _look(self) -> None:
        """End the connection if something waits to be sent and nothing has gone out lately."""
        if self._transport.is_closing():
            return
        unsent = self._transport.get_write_buffer_size()
        gone = self.sent_bytes - unsent
        if unsent and gone == self._gone_bytes:
            self.abort()
            return
        self._gone_bytes = gone
        loop = asyncio.get_running_loop()
        self._watch = loop.call_later(self._bounds.stall_s, self._look)


async def dial(
    address: Address,
    us: Identity,
    purpose: Purpose,
    *,
    expect: PodId | None,
    known: Certificate | None = None,
    bounds: Bounds = BOUNDS,
) -> Channel:
    """Return a channel to the pod expected at address; None, only to pair: whoever answers.

    known: its greatest certificate that we have; a lower one proved there is refused.
    Raises LinkError (unreachable, silent, or the code of a refusal), and PeerError if what
    answers is another pod (wrong_pod), is superseded (Superseded), or breaks the protocol.
    """
    link = _Link()
    try:
        async with asyncio.timeout(bounds.tls_s):
            socket = await link.connect(address, bounds)
        calling = Calling(us, purpose, expect=expect, known=known, nonce=os.urandom(NONCE_BYTES))
        peer = await _prove(calling, socket, link, bounds)
    except (aiohttp.ClientError, OSError) as err:
        await link.close()
        raise _unreachable(address, err) from err
    except BaseException:
        await link.close()
        raise
    return Channel(socket, link.transport, peer, bounds, link.close)


class _Link:
    """aiohttp's side of one dialled connection.

    transport, tls_hash: of the connection, and SHA-256 of the certificate it showed us.
    """

    transport: asyncio.Transport
    tls_hash: bytes

    def __init__(self) -> None:
        self._session = aiohttp.ClientSession(
            connector=aiohttp.TCPConnector(ssl=_client_tls(), limit=1, force_close=True),
            # What a browser would remember or take from its surroundings, we do not.
            cookie_jar=aiohttp.DummyCookieJar(),
            trust_env=False,
            skip_auto_headers=("User-Agent", "Accept", "Accept-Encoding"),
            middlewares=(self._only_an_upgrade,),
            timeout=aiohttp.ClientTimeout(total=None),
        )

    async def connect(self, address: Address, bounds: Bounds) -> aiohttp.ClientWebSocketResponse:
        return await self._session.ws_connect(
            f"wss://{address}{PATH}",
            compress=0,
            max_msg_size=MAX_MESSAGE_BYTES,
            timeout=aiohttp.ClientWSTimeout(ws_close=bounds.close_s),
        )

    async def close(self) -> None:
        await self._session.close()

    async def _only_an_upgrade(
        self, request: aiohttp.ClientRequest, handler: aiohttp.ClientHandlerType
    ) -> aiohttp.ClientResponse:
        """Stop before aiohttp follows a redirect: no pod sends us to another address."""
        response = await handler(request)
        transport = response.connection.transport if response.connection else None
        if response.status != 101 or transport is None:
            response.close()
            raise ConnectionResetError(f"status {response.status}")
        self.transport = transport
        self.tls_hash = peer_certificate_hash(transport.get_extra_info("ssl_object"))
        return response


async def _prove(
    calling: Calling, socket: aiohttp.ClientWebSocketResponse, link: _Link, bounds: Bounds
) -> Peer:
    try:
        await socket.send_bytes(calling.open())
        answer = await receive_step(socket, bounds)
        await socket.send_bytes(calling.prove(answer, link.tls_hash))
        verdict = calling.conclude(await receive_step(socket, bounds))
        if isinstance(verdict, Refused):
            raise _refused(verdict)
        return verdict
    except BaseException as err:
        if isinstance(err, Superseded):
            with contextlib.suppress(ConnectionError):
                await socket.send_bytes(farewell(err.certificate))
        reason = err.code if isinstance(err, PodError) else "stopping"
        await hang_up(socket, link.transport, reason, bounds)
        raise


async def receive_step(socket: Socket, bounds: Bounds) -> bytes:
    """Return the next handshake message.

    Raises TimeoutError after bounds.step_s, ConnectionError, and PeerError for what is none.
    """
    async with asyncio.timeout(bounds.step_s):
        message = await socket.receive()
    if message.type is WSMsgType.BINARY:
        return bytes(message.data)
    _refuse_unframed(message)
    raise ConnectionResetError("closed during the handshake")


def _refuse_unframed(message: aiohttp.WSMessage) -> None:
    """Raise PeerError (malformed, too_large) for text, and for what is no WebSocket frame."""
    if message.type is WSMsgType.TEXT:
        raise PeerError("malformed", "text message")
    if message.type is WSMsgType.ERROR and isinstance(message.data, aiohttp.WebSocketError):
        too_big = message.data.code == WSCloseCode.MESSAGE_TOO_BIG
        raise PeerError("too_large" if too_big else "malformed", f"close {message.data.code}")


async def hang_up(socket: Socket, transport: asyncio.Transport, code: str, bounds: Bounds) -> None:
    """Say farewell with this reason, wait for the answer at most bounds.close_s, and end it."""
    try:
        async with asyncio.timeout(bounds.close_s):
            await socket.close(code=FAREWELL_CODE, message=code.encode("ascii"))
    except (TimeoutError, ConnectionError):
        pass  # it does not listen any more: nothing is owed to it
    finally:
        # close() would flush to a peer that may never read, and wait for its TLS farewell.
        end(transport)


def end(transport: asyncio.Transport) -> None:
    """End a connection at once, unsent bytes and all."""
    # CPython 3.11's TLS transport loses its inside when closed twice, as aiohttp does. It is
    # ending by itself then.
    with contextlib.suppress(AttributeError):
        transport.abort()


def _unreachable(address: Address, err: Exception) -> LinkError:
    if isinstance(err, TimeoutError):
        return LinkError(
            "silent",
            "{address} does not answer in time.",
            "Is the other pod on, and on this network? Try again in a minute.",
            address=address,
        )
    return LinkError(
        "unreachable",
        "No pod answers at {address}.",
        "Is the other pod on, is `pod up` running there, and is it on this network?",
        address=address,
    )


# What a refusal means to the person who asked for the connection: sentence and next step.
REFUSALS: Final[dict[str, tuple[str, str]]] = {
    "not_federated": (
        "The other pod does not know us as a neighbour.",
        "Ask its people for a new invitation.",
    ),
    "epoch_superseded": (
        "This pod's key was replaced by a newer one elsewhere.",
        "Bring this pod back with its recovery words: pod recover",
    ),
    "invitation_unknown": (
        "The other pod made no such invitation, or took it back.",
        "Ask its people for a new one.",
    ),
    "invitation_used": (
        "Another pod has used this invitation.",
        "Tell the other pod's people, and ask them for a new one.",
    ),
    "invitation_expired": (
        "The invitation's time has run out.",
        "Ask the other pod's people for a new one.",
    ),
    "already_connected": ("There is a connection to that pod already.", ""),
    "not_pairing": (
        "The other pod is not in pairing mode, or compares words with another pod.",
        "Have its people run there: pod neighbor pair",
    ),
    "wrong_pod": ("That is this very pod.", "Give the address of the other one."),
    "too_many": ("The other pod has as many connections as it serves.", "Try again later."),
    "stopping": ("The other pod is stopping.", "Try again in a minute."),
}


def _refused(refused: Refused) -> LinkError:
    sentence, next_step = REFUSALS.get(
        refused.code, ("The other pod refused.", "Ask its people why; its log says more.")
    )
    code = refused.code if refused.code in REFUSALS else "refused"
    return LinkError(code, sentence, next_step, certificate=refused.certificate)
