"""What pods tell of themselves before they know each other: a name and addresses.

Spec: docs/protocol.md §7.1. Both come from strangers and end on screens, in logs and in dials,
so one rule for each stands here: invitations, joins and settings are held to it.
"""

import ipaddress
import re
from typing import Final, NamedTuple

from protocol.errors import UserError
from protocol.limits import MAX_ADDRESS_CHARS, MAX_NAME_CHARS

# Joiners that several scripts need inside words; str.isprintable() refuses them, as it refuses
# every control character and the marks that turn the direction of what follows.
_JOINERS: Final = str.maketrans("", "", "\u200c\u200d")
_LABEL: Final = re.compile(r"[a-z0-9_]([a-z0-9_-]{0,61}[a-z0-9_])?")


def is_pod_name(text: str) -> bool:
    """Tell whether text can be a pod's name: 1 to 60 printable characters on one line."""
    visible = text.translate(_JOINERS)
    return (
        len(text) <= MAX_NAME_CHARS and visible == visible.strip() != "" and visible.isprintable()
    )


class Address(NamedTuple):
    """Where a pod may be reached: an IP address or a host name, and a TCP port."""

    host: str
    port: int

    def __str__(self) -> str:
        return f"[{self.host}]:{self.port}" if ":" in self.host else f"{self.host}:{self.port}"


def read_address(text: str, *, default_port: int | None = None) -> Address:
    """Return the address in text: `192.168.1.4:4781`, `[2001:db8::1]:4781`, `pod.local:4781`.

    default_port: what a text without a port means; None where a port must be given.
    Raises UserError (invalid). The answer's own text is read back as the same address.
    """
    host, port = _parts(text.strip().lower(), default_port)
    if len(text) > MAX_ADDRESS_CHARS or not (_is_ip(host) or _is_host_name(host)):
        raise _not_an_address(text)
    return Address(host, port)


def is_address(text: str) -> bool:
    """Tell whether text is an address exactly as we write it."""
    try:
        return str(read_address(text)) == text
    except UserError:
        return False


def _parts(text: str, default_port: int | None) -> tuple[str, int]:
    if text.startswith("["):
        host, _, rest = text[1:].partition("]")
        host = host if ":" in host else ""
    elif text.count(":") > 1:
        host, rest = text, ""  # an IPv6 address without a port needs no brackets
    else:
        host, colon, rest = text.partition(":")
        rest = colon + rest
    if not rest and default_port is not None:
        return host, default_port
    port = rest.removeprefix(":")
    if not (rest.startswith(":") and port.isascii() and port.isdigit() and len(port) <= 5):
        raise _not_an_address(text)
    if not 0 < int(port) < 65536:
        raise _not_an_address(text)
    return host, int(port)


def _is_ip(host: str) -> bool:
    try:
        # A zone (fe80::1%eth0) names an interface of the reader's machine: it means nothing here.
        return "%" not in host and bool(ipaddress.ip_address(host))
    except ValueError:
        return False


def _is_host_name(host: str) -> bool:
    labels = host.split(".")
    # The system reads "10.1" as 10.0.0.1: what ends in digits is an IP address or a mistake.
    return all(map(_LABEL.fullmatch, labels)) and not labels[-1].isdigit()


def _not_an_address(text: str) -> UserError:
    return UserError(
        "invalid",
        "'{given}' is not an address.",
        "Give a host and a port, like 192.168.1.4:4781 or pod.local:4781.",
        given=text[:MAX_ADDRESS_CHARS],
    )
