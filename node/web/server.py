"""The members' listener: a bounded number of connections, each bounded in time and bytes.

Plain HTTP on the LAN unless the pod asks for HTTPS (docs/threat-model.md says what that means).
aiohttp by itself takes any number of connections and keeps silent ones for an hour.
"""

import asyncio
import logging
import os
import socket
import ssl
from collections import Counter
from collections.abc import Awaitable, Callable, Coroutine, Sequence
from typing import Final

from aiohttp import web

from node.sockets import accept, listen
from node.web.guard import HEADERS
from protocol.errors import ConfigError

log = logging.getLogger(__name__)

MAX_CONNECTIONS: Final = 128
"""Twenty phones, some with six connections each: a browser's usual number for one host."""
MAX_PER_ADDRESS: Final = 32
"""A household behind one router is one address."""
IDLE_S: Final = 15
HEAD_S: Final = 15
"""From a connection to its first whole head; aiohttp itself waits for that without end."""
MAX_HEADER_BYTES: Final = 4096
MAX_HEADERS: Final = 64
TLS_S: Final = 10
STOP_S: Final = 2

# aiohttp writes some lines for each odd request; strangers shall not fill the SD card.
_unheard = logging.getLogger(f"{__name__}.http")
_unheard.disabled = True


class WebServer:
    """Serves an application on all of hosts, until stopped."""

    def __init__(self, app: web.Application, tls: ssl.SSLContext | None = None) -> None:
        self._tls = tls
        self._runner = web.AppRunner(app, access_log=None, shutdown_timeout=STOP_S)
        self._sockets: list[socket.socket] = []
        self._tasks: set[asyncio.Task[None]] = set()
        self._connections: dict[_Connection, None] = {}  # the oldest first
        self._is_empty = asyncio.Event()
        self._is_empty.set()
        self._by_handler: dict[object, _Connection] = {}
        app.middlewares.insert(0, self._hear)

    async def start(self, hosts: Sequence[str], port: int) -> int:
        """Listen and return the port in use. hosts: IP addresses; none = all interfaces.

        port: 0 = any free one. Raises ConfigError (bad_config) where that cannot be.
        """
        await self._runner.setup()
        try:
            for host in hosts or ("",):
                listening = listen(host, port)
                port = listening.getsockname()[1]
                self._sockets.append(listening)
                self._keep(accept(listening, self._admit))
        except OSError as err:
            await self.stop()
            raise ConfigError(
                "bad_config",
                "The members' pages cannot listen on port {port}: {why}.",
                "Does another pod run here? Then: pod config set web_port {other}",
                port=str(port),
                other=str(port + 1),
                why=os.strerror(err.errno or 0),
            ) from err
        return port

    async def stop(self) -> None:
        """Let nobody in any more, and end every connection that is left."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        for listening in self._sockets:
            listening.close()
        await self._runner.cleanup()
        for connection in list(self._connections):
            connection.drop()
        await self._is_empty.wait()

    @web.middleware
    async def _hear(
        self, request: web.Request, handler: Callable[[web.Request], Awaitable[web.StreamResponse]]
    ) -> web.StreamResponse:
        """Note that a connection has said something whole."""
        if (connection := self._by_handler.get(request.protocol)) is not None:
            connection.heard()
        return await handler(request)

    def _keep(self, work: Coroutine[None, None, None]) -> None:
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    def _admit(self, tcp: socket.socket, address: str) -> None:
        """Take a new connection in, or end it where there is no room for it."""
        alike = sum(it.address == address for it in self._connections)
        if alike < MAX_PER_ADDRESS and self._has_room(alike):
            self._keep(self._begin(tcp, address))
        else:
            tcp.close()

    def _has_room(self, alike: int) -> bool:
        """Tell whether there is room for one more of an address that has `alike`, or make it.

        Anybody on the Wi-Fi can have addresses enough to take every place. So the oldest that has
        said nothing whole gives way, or else the oldest of the address that holds most.
        """
        if len(self._connections) < MAX_CONNECTIONS:
            return True
        gives_way = next((it for it in self._connections if it.is_silent), None)
        if gives_way is None:
            [(busiest, held)] = Counter(it.address for it in self._connections).most_common(1)
            if held > alike:
                gives_way = next(it for it in self._connections if it.address == busiest)
        if gives_way is None:
            return False
        self.forget(gives_way)
        gives_way.drop()
        return True

    async def _begin(self, tcp: socket.socket, address: str) -> None:
        """Take a connection through TLS, if the pod has that; then aiohttp has it."""
        server = self._runner.server
        assert server is not None  # noqa: S101  # after setup
        connection = _Connection(_Handler(server), address, self.forget, asyncio.current_task())
        self._connections[connection] = None
        self._by_handler[connection.handler] = connection
        self._is_empty.clear()
        try:
            await asyncio.get_running_loop().connect_accepted_socket(
                lambda: connection,
                tcp,
                ssl=self._tls,
                ssl_handshake_timeout=TLS_S if self._tls else None,
                ssl_shutdown_timeout=STOP_S if self._tls else None,
            )
        except (OSError, asyncio.CancelledError) as err:
            log.debug("tls failed=%s", type(err).__name__)
            self.forget(connection)
            tcp.close()

    def forget(self, connection: "_Connection") -> None:
        """Give the place of an ended connection to the next."""
        self._connections.pop(connection, None)
        self._by_handler.pop(connection.handler, None)
        if not self._connections:
            self._is_empty.set()


class _Handler(web.RequestHandler):
    """aiohttp's side of a connection."""

    def __init__(self, server: web.Server) -> None:
        super().__init__(
            server,
            loop=asyncio.get_running_loop(),
            keepalive_timeout=IDLE_S,
            logger=_unheard,
            access_log=None,  # type: ignore[arg-type]  # aiohttp's own default application too
            max_line_size=MAX_HEADER_BYTES,
            max_field_size=MAX_HEADER_BYTES,
            max_headers=MAX_HEADERS,
        )

    def handle_error(
        self,
        request: web.BaseRequest,  # noqa: ARG002  # aiohttp's signature
        status: int = 500,
        exc: BaseException | None = None,  # noqa: ARG002
        message: str | None = None,  # noqa: ARG002
    ) -> web.StreamResponse:
        """Answer what is no HTTP request, without its own bytes and the names of our parts."""
        response = web.Response(status=status, headers=HEADERS)
        response.force_close()
        return response


class _Connection(asyncio.Protocol):
    """A connection that there is room for. It is aiohttp's, but may not be silent for long."""

    def __init__(
        self,
        handler: web.RequestHandler,
        address: str,
        on_end: Callable[["_Connection"], None],
        beginning: asyncio.Task[None] | None,
    ) -> None:
        self.handler = handler
        self.address = address
        self.is_silent = True
        self._beginning = beginning
        self._on_end = on_end
        self._transport: asyncio.Transport | None = None
        self._late: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)  # noqa: S101  # all that sockets make are
        self._transport = transport
        self._late = asyncio.get_running_loop().call_later(HEAD_S, transport.abort)
        self.handler.connection_made(transport)

    def heard(self) -> None:
        """Let a connection be that has said something whole."""
        self.is_silent = False
        if self._late is not None:
            self._late.cancel()

    def drop(self) -> None:
        """End it now."""
        if self._transport is not None:
            self._transport.abort()
        elif self._beginning is not None:  # within TLS still
            self._beginning.cancel()

    def data_received(self, data: bytes) -> None:
        self.handler.data_received(data)

    def eof_received(self) -> None:
        self.handler.eof_received()

    def pause_writing(self) -> None:
        self.handler.pause_writing()

    def resume_writing(self) -> None:
        self.handler.resume_writing()

    def connection_lost(self, exc: Exception | None) -> None:
        self.heard()
        self._on_end(self)
        self.handler.connection_lost(exc)
