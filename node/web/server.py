"""The members' listener: a bounded number of connections, each bounded in time and bytes.

Plain HTTP on the LAN unless the pod asks for HTTPS (docs/threat-model.md says what that means).
aiohttp by itself takes any number of connections and keeps silent ones for an hour.
"""

import asyncio
import logging
import ssl
from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress
from typing import Final

from aiohttp import web

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
        self._runner = web.AppRunner(
            app,
            access_log=None,
            logger=_unheard,
            keepalive_timeout=IDLE_S,
            max_line_size=MAX_HEADER_BYTES,
            max_field_size=MAX_HEADER_BYTES,
            max_headers=MAX_HEADERS,
            shutdown_timeout=STOP_S,
        )
        self._servers: list[asyncio.Server] = []
        self._connections: dict[_Connection, None] = {}  # the oldest first
        self._by_handler: dict[object, _Connection] = {}
        app.middlewares.insert(0, self._hear)

    async def start(self, hosts: Sequence[str], port: int) -> int:
        """Listen and return the port in use. hosts: IP addresses; none = all interfaces.

        port: 0 = any free one. Raises ConfigError (bad_config) where that cannot be.
        """
        await self._runner.setup()
        loop = asyncio.get_running_loop()
        try:
            for host in hosts or (None,):
                server = await loop.create_server(
                    self._connection,
                    host,
                    port,
                    ssl=self._tls,
                    ssl_handshake_timeout=TLS_S if self._tls else None,
                )
                self._servers.append(server)
                port = server.sockets[0].getsockname()[1]
        except OSError as err:
            await self.stop()
            raise ConfigError(
                "bad_config",
                "The members' pages cannot listen on port {port}: {why}.",
                "Is another program there? Else set another web_port in config.toml.",
                port=str(port),
                why=err.strerror,
            ) from err
        return port

    async def stop(self) -> None:
        """Let nobody in any more, and end every connection that is left."""
        for server in self._servers:
            server.close()
        self._servers.clear()
        await self._runner.cleanup()
        # Over TLS a connection that we have closed stays until the phone says goodbye, or for ever.
        for connection in [*self._connections]:
            connection.abort()
        await asyncio.sleep(0)

    @web.middleware
    async def _hear(
        self, request: web.Request, handler: Callable[[web.Request], Awaitable[web.StreamResponse]]
    ) -> web.StreamResponse:
        """Note that a connection has said something whole."""
        if (connection := self._by_handler.get(request.protocol)) is not None:
            connection.heard()
        return await handler(request)

    def _connection(self) -> asyncio.Protocol:
        server = self._runner.server
        assert server is not None  # noqa: S101  # after setup
        return _Connection(self, server)

    def admits(self, connection: "_Connection") -> bool:
        """Take a new connection in, or say that there is no room for it."""
        alike = sum(it.address == connection.address for it in self._connections)
        if len(self._connections) >= MAX_CONNECTIONS or alike >= MAX_PER_ADDRESS:
            return False
        self._connections[connection] = None
        self._by_handler[connection.handler] = connection
        return True

    def forget(self, connection: "_Connection") -> None:
        """Give the place of an ended connection to the next."""
        self._connections.pop(connection, None)
        self._by_handler.pop(connection.handler, None)


class _Connection(asyncio.Protocol):
    """Decides before a byte is read whether there is room; then aiohttp has the connection."""

    def __init__(self, gate: WebServer, server: web.Server) -> None:
        self._gate = gate
        self.handler = server()
        self._is_admitted = False
        self._transport: asyncio.BaseTransport | None = None
        self._late: asyncio.TimerHandle | None = None
        self.address = ""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = transport
        self.address = (transport.get_extra_info("peername") or ("",))[0]
        self._is_admitted = self._gate.admits(self)
        if self._is_admitted:
            self._late = asyncio.get_running_loop().call_later(HEAD_S, self.abort)
            self.handler.connection_made(transport)
        else:
            self.abort()

    def abort(self) -> None:
        """End the connection now, without a word."""
        with suppress(AttributeError):  # all that sockets make have it
            self._transport.abort()  # type: ignore[union-attr]

    def heard(self) -> None:
        """Let a connection be that has said something whole."""
        if self._late is not None:
            self._late.cancel()

    def data_received(self, data: bytes) -> None:
        if self._is_admitted:
            self.handler.data_received(data)

    def eof_received(self) -> None:
        if self._is_admitted:
            self.handler.eof_received()

    def pause_writing(self) -> None:
        if self._is_admitted:
            self.handler.pause_writing()

    def resume_writing(self) -> None:
        if self._is_admitted:
            self.handler.resume_writing()

    def connection_lost(self, exc: Exception | None) -> None:
        if self._is_admitted:
            self.heard()
            self._gate.forget(self)
            self.handler.connection_lost(exc)
