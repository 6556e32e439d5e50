"""Where other machines may reach this one: the addresses that an invitation can name.

Addresses are hints, never trust (docs/protocol.md §7.1): a wrong one costs the other side a
failed try. Nothing is sent and no name is looked up, so this works on a LAN without a router.
"""

import contextlib
import fcntl
import ipaddress
import socket
import struct
from collections.abc import Iterator, Sequence
from typing import Final

from protocol.introduction import Address
from protocol.limits import MAX_ADDRESSES

_SIOCGIFADDR: Final = 0x8915  # Linux, <linux/sockios.h>: the IPv4 address of an interface
_IFNAMSIZ: Final = 16
# What containers and virtual machines on this host use among themselves; nobody outside
# reaches it, and each takes one of four places.
_INNER: Final = ("lo", "docker", "br-", "veth", "virbr", "podman", "cni", "lxc", "lxd")
# Documentation networks (RFC 5737, RFC 3849): routed by the default route, used by nobody.
_ELSEWHERE: Final = (
    (socket.AF_INET, "192.0.2.1"),
    (socket.AF_INET6, "2001:db8::1"),
)


def own_addresses(port: int) -> list[str]:
    """Return this machine's LAN addresses as `host:port`, the likeliest first, at most 4."""
    return [str(Address(host, port)) for host in own_hosts()]


def own_hosts() -> list[str]:
    """Return this machine's LAN addresses, the likeliest first, at most 4.

    Empty when there is no network at all. IPv6 only where there is a route for it: an
    fe80:: address means nothing without the reader's interface. 169.254.x.x comes last: it is
    what two machines on one cable give themselves.
    """
    found = map(ipaddress.ip_address, dict.fromkeys([*_by_route(), *_by_interface()]))
    usable = sorted(filter(_may_be_reached, found), key=lambda address: address.is_link_local)
    return [str(address) for address in usable[:MAX_ADDRESSES]]


def lan_hosts(listen: Sequence[str]) -> list[str]:
    """Return the IPv4 addresses at which others reach what listens so; none = all interfaces."""
    is_everywhere = all(ipaddress.ip_address(host).is_unspecified for host in listen)
    return [host for host in (own_hosts() if is_everywhere else listen) if ":" not in host]


def _may_be_reached(address: ipaddress.IPv4Address | ipaddress.IPv6Address) -> bool:
    needs_interface = address.version == 6 and address.is_link_local
    return not (address.is_loopback or address.is_unspecified or needs_interface)


def _by_route() -> Iterator[str]:
    for family, elsewhere in _ELSEWHERE:
        # Connecting a UDP socket sends nothing: it only asks the system which of our
        # addresses it would use. No route or no IPv6 at all: OSError.
        with contextlib.suppress(OSError), socket.socket(family, socket.SOCK_DGRAM) as probe:
            probe.connect((elsewhere, 9))
            yield str(probe.getsockname()[0])


def _by_interface() -> Iterator[str]:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        for _, name in socket.if_nameindex():
            if not name.startswith(_INNER):
                request = struct.pack(f"{_IFNAMSIZ}s240x", name.encode()[: _IFNAMSIZ - 1])
                # An interface without IPv4, or another system than Linux: the route must do.
                with contextlib.suppress(OSError):
                    yield socket.inet_ntoa(fcntl.ioctl(probe, _SIOCGIFADDR, request)[20:24])
