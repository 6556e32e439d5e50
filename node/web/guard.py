"""What every request passes before a page is made: whose it is, and whether it may be.

Spec: docs/pages.md. A page of the internet, open in a member's browser, can send requests here
with the member's cookie. So the Host must be ours (hosts.py), and whatever changes something must
come from a page of this very origin and bring that page's own token. Browsers send no
Sec-Fetch headers over plain HTTP, so nothing rests on them.
"""

import asyncio
import hmac
import logging
from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from typing import Final, TypeVar

from aiohttp import web

from node.web.hosts import is_ours

log = logging.getLogger(__name__)

MAX_BODY_BYTES: Final = 64 * 1024
BODY_S: Final = 10
MAX_FIELDS: Final = 200
COOKIE: Final = "pod"
FORM_TOKEN: Final = "form_token"  # noqa: S105  # a field's name

CSP: Final = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; "
    "connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
HEADERS: Final[Mapping[str, str]] = {
    "Content-Security-Policy": CSP,
    "Cross-Origin-Resource-Policy": "same-origin",
    # Not no-referrer: under that, browsers send "Origin: null" with forms (Fetch, 3.2).
    "Referrer-Policy": "same-origin",
    "Server": "pod",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
}
SAFE: Final = ("GET", "HEAD")
T = TypeVar("T")


class Form:
    """What was typed into a form: text alone, each name once or several times."""

    def __init__(self, fields: Mapping[str, Sequence[str]]) -> None:
        self._fields = fields

    def text(self, name: str) -> str:
        """Return the first value of name, without blanks at its ends; empty if not given."""
        return (self.all(name) or [""])[0].strip()

    def all(self, name: str) -> Sequence[str]:
        """Return all values of name, as they came."""
        return self._fields.get(name, ())

    def texts(self, names: Iterable[str]) -> dict[str, str]:
        """Return the first value of each of these names: what was typed, to be shown again."""
        return {name: self.text(name) for name in names}

    def __contains__(self, name: str) -> bool:
        return name in self._fields


class Denied(Exception):
    """A request that goes no further. status: of HTTP; word: which page says why."""

    def __init__(self, status: int, word: str) -> None:
        super().__init__(word)
        self.status = status
        self.word = word


def check_host(request: web.BaseRequest, names: frozenset[str]) -> None:
    """Let only requests for this pod's own names and addresses pass. Raises Denied (421)."""
    hosts = request.headers.getall("Host", [])
    if len(hosts) != 1 or not is_ours(hosts[0], names):
        raise Denied(421, "host")


def check_origin(request: web.BaseRequest) -> None:
    """Let a change pass only from a page of this origin. Raises Denied (403)."""
    origins = request.headers.getall("Origin", [])
    if origins != [f"{request.scheme}://{request.headers['Host']}"]:
        raise Denied(403, "origin")


def check_token(form: Form, expected: str) -> None:
    """Let a form pass only with the token of the device it was made for. Raises Denied (403)."""
    given = form.all(FORM_TOKEN)
    if len(given) != 1 or not hmac.compare_digest(given[0].encode(), expected.encode()):
        raise Denied(403, "form")


async def read_form(request: web.Request) -> Form:
    """Return the fields of a form. Raises Denied (400, 408, 413, 415)."""
    if request.content_type not in ("application/x-www-form-urlencoded", "multipart/form-data"):
        raise Denied(415, "form")
    posted = await within_time(request, request.post)
    fields: dict[str, list[str]] = {}
    for count, (name, value) in enumerate(posted.items()):
        if not isinstance(value, str) or count >= MAX_FIELDS:
            raise Denied(400, "form")
        fields.setdefault(name, []).append(value)
    return Form(fields)


async def within_time(request: web.Request, read: Callable[[], Awaitable[T]]) -> T:
    """Return what read makes of the body. Raises Denied: too long, too slow, or broken off."""
    try:
        async with asyncio.timeout(BODY_S):
            return await read()
    except TimeoutError:
        # The rest of a body that drips would keep the connection for as long as it likes.
        if request.transport is not None:
            request.transport.abort()
        raise Denied(408, "slow") from None
    except web.HTTPRequestEntityTooLarge:
        raise Denied(413, "long") from None
    except (ValueError, LookupError, UnicodeError) as err:
        raise Denied(400, "form") from err
