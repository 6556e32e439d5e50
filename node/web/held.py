"""Answers that a program holds already and need not get again (RFC 9110 §13.1.2): calendars poll.

The tag is made of the answer, and the answer with the rights of whoever asks, each time anew. So
nobody is told of an old one that it still holds, nor learns by it what another one holds.
"""

from hashlib import sha256
from typing import Final

from aiohttp import web

_TAG_DIGITS: Final = 32


def unless_held(request: web.Request, answer: web.StreamResponse) -> web.StreamResponse:
    """Return answer with its tag; the tag alone (304) if the program says that it holds it."""
    if request.method != "GET" or not isinstance(answer, web.Response) or answer.status != 200:
        return answer
    tag = sha256(answer.body if isinstance(answer.body, bytes) else b"").hexdigest()[:_TAG_DIGITS]
    if any(it.value in (tag, "*") for it in request.if_none_match or ()):
        answer = web.Response(status=304)
    answer.etag = tag
    return answer
