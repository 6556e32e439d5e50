"""By which names this pod's pages may be asked for: a page of the world outside has none.

A name of somebody else's that is made to point at the pod (DNS rebinding) would let a page from
the internet read the board with the member's own browser. An address cannot be pointed elsewhere.
"""

import socket
from collections.abc import Iterable
from ipaddress import ip_address
from typing import Final

from aiohttp import web

MAX_HOST: Final = 255
"""Characters of a Host header: as long as a name can be (RFC 1035 §2.3.4)."""


def own_names(more: Iterable[str] = ()) -> frozenset[str]:
    """Return the names that lead here, folded: this machine's, with and without .local."""
    name = socket.gethostname().split(".")[0].lower()
    return frozenset({"localhost", name, f"{name}.local", *(it.lower() for it in more)})


def is_ours(host: str, names: frozenset[str]) -> bool:
    """Tell whether a Host header, port or not, is an address of a LAN or one of names."""
    if not 0 < len(host) <= MAX_HOST:
        return False
    name = host if host.endswith("]") else host.rsplit(":", 1)[0]
    try:
        address = ip_address(name.removeprefix("[").removesuffix("]"))
    except ValueError:
        return name.lower().rstrip(".") in names
    return address.is_private or address.is_loopback or address.is_link_local


def address_of(request: web.BaseRequest) -> str:
    """Return where this pod's pages are, as a request reached them: digits need no DNS."""
    host, port = request.get_extra_info("sockname", ("", 0))[:2]
    shown = f"[{host}]" if ":" in host else host
    usual = 443 if request.secure else 80
    return f"{request.scheme}://{shown}" + ("" if port == usual else f":{port}")
