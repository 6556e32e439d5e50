"""The door: whoever connects here is a stranger until it has proved who it is.

Spec: docs/protocol.md §7.1. Strangers are bounded in number, bytes and time at every step: the
bare TCP connection, the TLS handshake, the HTTP request, each message. One more than there is
room for, and the oldest goes: who holds places by silence loses them, and a neighbour that
needs 20 ms gets in. What a caller that has proved itself may do, on_caller decides.
"""

import asyncio
import logging
import os
import socket
from collections.abc import Awaitable, Callable, Coroutine, Sequence
from typing import Final, cast

from aiohttp import web

from node.channel import (
    BOUNDS,
    MAX_MESSAGE_BYTES,
    PATH,
    Bounds,
    Channel,
    end,
    hang_up,
    receive_step,
)
from node.sockets import accept, listen
from node.tls import make_server_tls
from protocol.errors import ConfigError, PeerError
from protocol.handshake import (
    NONCE_BYTES,
    Answering,
    Identity,
    Peer,
    Refused,
    Superseded,
    refusal,
    welcome,
)
from protocol.identity import Certificate

log = logging.getLogger(__name__)

_MAX_HEADER_BYTES: Final = 1024
_MAX_HEADERS: Final = 16

_SERVER: Final = "pod"
"""In place of the versions of Python and aiohttp, which are nobody's business."""

# aiohttp writes some lines for each odd request; strangers shall not fill the SD card.
_unheard = logging.getLogger(f"{__name__}.http")
_unheard.disabled = True


class Caller:
    """One that has proved who it is, and waits to hear whether it may stay.

    peer: who it is and what it wants. Answer by welcome or refuse, once.
    """

    def __init__(
        self, peer: Peer, ws: web.WebSocketResponse, connection: "_Connection", bounds: Bounds
    ) -> None:
        self.peer = peer
        self._ws = ws
        self._connection = connection
        self._bounds = bounds

    async def welcome(self, name: str) -> Channel:
        """Let it stay. name: of our pod. Raises ConnectionError if it has gone meanwhile."""
        self._connection.is_proved = True
        await self._ws.send_bytes(welcome(name))
        return Channel(self._ws, self._connection.open_transport(), self.peer, self._bounds)

    async def refuse(self, refused: Refused) -> None:
        """Tell it why it may not. Raises ConnectionError if it has gone meanwhile."""
        await self._ws.send_bytes(refusal(refused))
        transport = self._connection.open_transport()
        await hang_up(self._ws, transport, refused.code, self._bounds)


OnCaller = Callable[[Caller], Awaitable[None]]
"""Decides about a caller, and serves its channel: the connection ends when this returns."""


class Listener:
    """Listens, lets strangers prove themselves, and hands callers on."""

    def __init__(
        self,
        us: Callable[[], Identity],
        on_caller: OnCaller,
        on_superseded: Callable[[Certificate], Awaitable[None]],
        bounds: Bounds = BOUNDS,
    ) -> None:
        """us: who we are now; the key may be replaced while we run.

        on_superseded: hears of a greater certificate of our own pod that a caller showed us.
        """
        self._us = us
        self._on_caller = on_caller
        self._on_superseded = on_superseded
        self._bounds = bounds
        self._tls = make_server_tls()
        self._http = web.Server(self._serve)
        self._connections: dict[_Connection, None] = {}  # the oldest first
        self._tasks: set[asyncio.Task[None]] = set()
        self._sockets: list[socket.socket] = []

    @property
    def strangers(self) -> "list[_Connection]":
        """Connections that have proved nothing yet, the oldest first; at most bounds.strangers."""
        return [connection for connection in self._connections if not connection.is_proved]

    async def start(self, hosts: Sequence[str], port: int) -> int:
        """Listen and return the port in use.

        hosts: IP addresses; none = all interfaces, IPv4 and IPv6.  port: 0 = any free one.
        Raises ConfigError (bad_config) where that cannot be.
        """
        for host in hosts or ("",):
            listening = _listen(host, port)
            port = listening.getsockname()[1]
            self._sockets.append(listening)
            self._keep(accept(listening, self._admit))
        return port

    async def stop(self) -> None:
        """Let nobody in any more, and end every connection that is left."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        for listening in self._sockets:
            listening.close()
        for connection in list(self._connections):
            connection.drop()
        await self._http.shutdown(self._bounds.close_s)

    def _keep(self, work: Coroutine[None, None, None]) -> None:
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    def _admit(self, tcp: socket.socket, address: str) -> None:
        self._make_room(address)
        self._keep(self._begin(tcp, address))

    def _make_room(self, address: str) -> None:
        strangers = self.strangers
        alike = [connection for connection in strangers if connection.address == address]
        if len(alike) >= self._bounds.strangers_per_address:
            alike[0].drop()
        elif len(strangers) >= self._bounds.strangers:
            strangers[0].drop()

    async def _begin(self, tcp: socket.socket, address: str) -> None:
        """Take one TCP connection through the TLS handshake; then aiohttp has it."""
        connection = _Connection(self._http, address, self._bounds.step_s, self._forget)
        self._connections[connection] = None
        try:
            await asyncio.get_running_loop().connect_accepted_socket(
                lambda: connection,
                tcp,
                ssl=self._tls.context,
                ssl_handshake_timeout=self._bounds.tls_s,
                ssl_shutdown_timeout=self._bounds.close_s,
            )
        except (OSError, asyncio.CancelledError) as err:
            log.debug("tls failed=%s", type(err).__name__)
            self._forget(connection)
            tcp.close()

    def _forget(self, connection: "_Connection") -> None:
        self._connections.pop(connection, None)

    async def _serve(self, request: web.BaseRequest) -> web.StreamResponse:
        """Answer one HTTP request. aiohttp ends the connection when this returns."""
        connection = cast(_Connection, request.protocol)
        if request.path != PATH:
            return _nothing(404)
        ws = web.WebSocketResponse(
            compress=False, max_msg_size=MAX_MESSAGE_BYTES, timeout=self._bounds.close_s
        )
        ws.headers["Server"] = _SERVER
        if not ws.can_prepare(request):
            return _nothing(400)
        await ws.prepare(request)
        connection.clock.cancel()
        try:
            await self._meet(ws, connection)
        except (OSError, PeerError) as err:
            code = err.code if isinstance(err, PeerError) else "silent"
            log.debug("refuse stranger code=%s", code)
            if connection.transport is not None:
                await hang_up(ws, connection.transport, code, self._bounds)
        except Exception:  # this is the task's outermost loop; aiohttp's own log is not heard
            log.exception("serve failed")
            connection.drop()
        return ws

    async def _meet(self, ws: web.WebSocketResponse, connection: "_Connection") -> None:
        answering = Answering(self._us(), self._tls.certificate_hash, nonce=os.urandom(NONCE_BYTES))
        await ws.send_bytes(answering.answer(await receive_step(ws, self._bounds)))
        try:
            peer = answering.admit(await receive_step(ws, self._bounds))
        except Superseded as err:
            await self._on_superseded(err.certificate)
            raise
        caller = Caller(peer, ws, connection, self._bounds)
        if len(self._connections) - len(self.strangers) >= self._bounds.connections:
            await caller.refuse(Refused("too_many"))
        else:
            await self._on_caller(caller)


class _Connection(web.RequestHandler):
    """One TCP connection: aiohttp's side of it, the stranger's clock, and how to end it."""

    def __init__(
        self,
        http: web.Server,
        address: str,
        step_s: float,
        on_end: Callable[["_Connection"], None],
    ) -> None:
        loop = asyncio.get_running_loop()
        super().__init__(
            http,
            loop=loop,
            keepalive_timeout=0,
            lingering_time=0,
            logger=_unheard,
            access_log=None,  # type: ignore[arg-type]  # aiohttp's own default application too
            max_line_size=_MAX_HEADER_BYTES,
            max_field_size=_MAX_HEADER_BYTES,
            max_headers=_MAX_HEADERS,
        )
        self.address = address
        self.is_proved = False
        self.clock: asyncio.Handle
        self._step_s = step_s
        self._on_end = on_end
        self._beginning = asyncio.current_task()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        super().connection_made(transport)
        # One byte a second is a request too, in a way; it has this long in all.
        self.clock = asyncio.get_running_loop().call_later(self._step_s, self.drop)

    def connection_lost(self, exc: BaseException | None) -> None:
        self.clock.cancel()
        self._on_end(self)
        super().connection_lost(exc)

    def handle_error(
        self,
        request: web.BaseRequest,  # noqa: ARG002  # aiohttp's signature
        status: int = 500,
        exc: BaseException | None = None,  # noqa: ARG002
        message: str | None = None,  # noqa: ARG002
    ) -> web.StreamResponse:
        """Answer what is no HTTP request, without the hints that aiohttp gives developers."""
        return _nothing(status)

    def open_transport(self) -> asyncio.Transport:
        """Return the transport. Raises ConnectionResetError when the connection has ended."""
        if self.transport is None:
            raise ConnectionResetError("gone")
        return self.transport

    def drop(self) -> None:
        """End the connection at once, in whatever state it is."""
        self._on_end(self)
        if self.transport is not None:
            end(self.transport)
        elif self._beginning is not None:
            self._beginning.cancel()


def _nothing(status: int) -> web.Response:
    response = web.Response(status=status, headers={"Server": _SERVER})
    response.force_close()
    return response


def _listen(host: str, port: int) -> socket.socket:
    try:
        return listen(host, port)
    except OSError as err:
        raise ConfigError(
            "bad_config",
            "Cannot listen on {where}, port {port}: {why}.",
            "Does another pod run here? Then give this one another port: pod up --port {other}",
            where=host or "all interfaces",
            port=str(port),
            other=str(port + 1),
            why=os.strerror(err.errno or 0),  # asyncio adds its own words to strerror
        ) from err
