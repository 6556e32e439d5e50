"""What every request passes before a page is made: whose it is, and whether it may be.

Spec: docs/pages.md. A page of the internet, open in a member's browser, can send requests here
with the member's cookie. So the Host must be ours (hosts.py), and whatever changes something must
come from a page of this very origin and bring that page's own token. Browsers send no
Sec-Fetch headers over plain HTTP, so nothing rests on them.
"""

import asyncio
import hmac
import json
import logging
import re
from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from typing import Any, Final, NamedTuple, NoReturn, TypeVar

from aiohttp import web
from aiohttp.http_exceptions import HttpProcessingError

from node.web.hosts import is_ours

log = logging.getLogger(__name__)

MAX_BODY_BYTES: Final = 64 * 1024
BODY_S: Final = 10
MAX_FIELDS: Final = 200
_FORM: Final = "application/x-www-form-urlencoded"
_FORM_WITH_FILE: Final = "multipart/form-data"
COOKIE: Final = "pod"
SECRET_COOKIE: Final = "__Host-pod"  # noqa: S105  # a cookie's name
"""The same, where pages come by HTTPS; see cookies.py."""
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
MAX_DEPTH: Final = 5
"""Objects and lists in one another, in a program's body; ours have three."""
_MAX_DIGITS: Final = 16
"""Of a whole number: what every program reads alike, 2^53 (RFC 8259 §6), has as many."""
_STRING: Final = re.compile(rb'"(?:[^"\\]|\\.)*"', re.DOTALL)
_MARKS: Final = re.compile(rb"[\[\]{}]")
T = TypeVar("T")


class File(NamedTuple):
    """A file that came with a form. name: as the browser says it, for people's eyes."""

    name: str
    content: bytes


class Form:
    """What was typed into a form, each name once or several times; a file, where one may come."""

    def __init__(self, fields: Mapping[str, Sequence[str]], file: File | None = None) -> None:
        self._fields = fields
        self.file = file

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


def check_no_other_origin(request: web.BaseRequest) -> None:
    """Refuse a program's request that a page of another site sends. Raises Denied (403)."""
    if "Origin" in request.headers:
        check_origin(request)


def check_token(form: Form, expected: str) -> None:
    """Let a form pass only with the token of the device it was made for. Raises Denied (403)."""
    given = form.all(FORM_TOKEN)
    if len(given) != 1 or not hmac.compare_digest(given[0].encode(), expected.encode()):
        raise Denied(403, "form")


def check_plain(request: web.Request, types: Sequence[str], word: str) -> None:
    """Let only bodies pass that are what they seem, in UTF-8. Raises Denied (415).

    No browser sends a form that is packed, or in another code, to a page in UTF-8. Both are work
    that a stranger would have this machine do: half a second for 64 KiB of Punycode.
    """
    is_utf8 = (request.charset or "utf-8").lower() == "utf-8"
    if request.content_type not in types or not is_utf8 or "Content-Encoding" in request.headers:
        raise Denied(415, word)


async def read_form(request: web.Request, file_bytes: int = 0) -> Form:
    """Return the fields of a form. Raises Denied (400, 408, 413, 415).

    file_bytes: how long a file may be that comes with it; 0: none may.
    """
    check_plain(request, (_FORM, _FORM_WITH_FILE) if file_bytes else (_FORM,), "form")
    if file_bytes:
        request = request.clone(client_max_size=file_bytes + MAX_BODY_BYTES)
    posted = await within_time(request, request.post)
    try:
        return _form_of(posted, file_bytes)
    finally:
        for value in posted.values():
            if isinstance(value, web.FileField):
                value.file.close()


def _form_of(posted: Mapping[str, object], file_bytes: int) -> Form:
    fields: dict[str, list[str]] = {}
    file: File | None = None
    for count, (name, value) in enumerate(posted.items()):
        if count >= MAX_FIELDS:
            raise Denied(400, "form")
        if isinstance(value, str):
            fields.setdefault(name, []).append(value)
        elif isinstance(value, web.FileField) and file is None:
            file = File(value.filename, value.file.read(file_bytes + 1))
        elif value:  # a field for a file that nobody chose is empty
            raise Denied(400, "form")
    if file is not None and len(file.content) > file_bytes:
        raise Denied(413, "long")
    return Form(fields, file)


async def read_json(request: web.Request, most_bytes: int = MAX_BODY_BYTES) -> dict[str, Any]:
    """Return the JSON object of a body. Raises Denied (400, 408, 413, 415).

    Stricter than JSON allows: no name twice, no number that a program could read otherwise than
    we do, and no deeper than any body is that we know.
    """
    check_plain(request, ("application/json",), "media")
    if most_bytes != MAX_BODY_BYTES:
        request = request.clone(client_max_size=most_bytes)
    try:
        return object_in(await within_time(request, request.read))
    except (ValueError, RecursionError) as err:
        raise Denied(400, "json") from err


def object_in(body: bytes) -> dict[str, Any]:
    """Return the object that a body is. Raises ValueError, which quotes nothing of it."""
    depth = 0
    for mark in _MARKS.findall(_STRING.sub(b"", body)):
        depth += 1 if mark in b"{[" else -1
        if depth > MAX_DEPTH:
            raise ValueError("too deep")
    found = json.loads(
        body.decode("utf-8"),
        object_pairs_hook=_pairs,
        parse_int=_whole,
        parse_float=_refused,
        parse_constant=_refused,
    )
    if not isinstance(found, dict):
        raise ValueError("no object")  # a body's fault, like the others
    json.dumps(found, ensure_ascii=False).encode()  # half a character pair cannot be stored
    return found


def _pairs(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        raise ValueError("a name twice")
    return found


def _whole(digits: str) -> int:
    if len(digits.removeprefix("-")) > _MAX_DIGITS:
        raise ValueError("a huge number")
    return int(digits)


def _refused(_: str) -> NoReturn:
    raise ValueError("no whole number")


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
    except (ValueError, LookupError, RuntimeError, HttpProcessingError) as err:
        raise Denied(400, "form") from err
