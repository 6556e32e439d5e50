"""Answers that a program holds already and need not get again (RFC 9110 §13.1.2): calendars poll.

The tag is made of the answer, and the answer with the rights of whoever asks, each time anew. So
nobody is told of an old one that it still holds, nor learns by it what another one holds.
"""

from hashlib import sha256
from typing import Final

from aiohttp import ETag, web

from node.aid.devices import Use
from node.web.viewer import Shown

_TAG_DIGITS: Final = 32
KEPT: Final = {
    # A program may keep what its member may see, nobody between may; and it asks each time.
    "Cache-Control": "private, no-cache",
    "Vary": "Authorization, Accept-Language",
}
"""For programs: what a phone is sent is kept nowhere, as somebody else may pick it up."""


def tag_of(body: bytes) -> str:
    """Return the tag of an answer. It is strong: of equal tags, each byte is equal."""
    return sha256(body).hexdigest()[:_TAG_DIGITS]


def unless_held(request: web.Request, answer: web.StreamResponse, by: Shown) -> web.StreamResponse:
    """Return answer with its tag; the tag alone (304) if the program says that it holds it."""
    if request.method != "GET" or not isinstance(answer, web.Response) or answer.status != 200:
        return answer
    tag = tag_of(answer.body if isinstance(answer.body, bytes) else b"")
    if any(it.value in (tag, "*") for it in request.if_none_match or ()):
        answer = web.Response(status=304)
    answer.etag = tag
    if by.use is not Use.PHONE:
        answer.headers.update(KEPT)
    return answer


def is_named(tag: str, said: tuple[ETag, ...]) -> bool:
    """Tell whether If-Match names this tag: as strong as it is (RFC 9110 §13.1.1), or any."""
    return any(it.value == "*" or (it.value == tag and not it.is_weak) for it in said)
