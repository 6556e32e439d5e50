"""Listening sockets, and the one way in which this node accepts connections on them."""

import asyncio
import logging
import socket
from collections.abc import Callable
from typing import Final

log = logging.getLogger(__name__)

_BACKLOG: Final = 64
_ACCEPT_AGAIN_S: Final = 1
"""After a failed accept (no file descriptors left): long enough for some to be closed."""


def listen(host: str, port: int) -> socket.socket:
    """Return a socket that listens. host: an IP address; "" = all interfaces, IPv4 and IPv6.

    port: 0 = any free one. Raises OSError where that cannot be.
    """
    dual = not host and socket.has_dualstack_ipv6()
    family = socket.AF_INET6 if dual or ":" in host else socket.AF_INET
    listening = socket.create_server(
        (host, port), family=family, backlog=_BACKLOG, dualstack_ipv6=dual
    )
    listening.setblocking(False)
    return listening


def hold_port(host: str) -> socket.socket:
    """Return a socket that keeps a free port, until it is closed, for a program that is to start.

    The system gives the port to nobody else meanwhile, and who dials it is refused: a port that
    was only looked up may be another's by then, and who dials it over and over can meet himself.
    """
    held = socket.socket()
    held.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)  # as that of who will listen
    held.bind((host, 0))
    return held


async def accept(
    listening: socket.socket, on_connection: Callable[[socket.socket, str], None]
) -> None:
    """Call on_connection(socket, address) for each connection, for ever: before TLS, and so
    before a stranger has cost anything but a file descriptor."""
    loop = asyncio.get_running_loop()
    while True:
        try:
            tcp, address = await loop.sock_accept(listening)
        except OSError as err:
            log.warning("accept failed=%s", err.strerror)
            await asyncio.sleep(_ACCEPT_AGAIN_S)
            continue
        on_connection(tcp, address[0])
