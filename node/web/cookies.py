"""The cookie by which a phone is known: no script reads it, no other site sends it.

Spec: docs/pages.md. What came by plain HTTP, others may have read along. So HTTPS has a cookie of
another name, which browsers send by HTTPS alone and take from nobody else (RFC 6265bis §4.1.3); a
phone that has the old one only gets a new one for it, once, and the old one ends.
"""

from typing import Final, NamedTuple

from aiohttp import web

from node.aid.devices import LIFE_MS, Device, is_to_extend
from node.web.guard import COOKIE, SECRET_COOKIE

LIFE_S: Final = LIFE_MS // 1000


class Cookie(NamedTuple):
    """What a phone showed. was_open: it came by HTTPS, and has been sent by plain HTTP before."""

    token: str
    was_open: bool = False


def cookie_in(request: web.BaseRequest) -> Cookie:
    """Return the cookie of a request; an empty one if there is none."""
    cookies = request.cookies
    if request.secure and SECRET_COOKIE in cookies:
        return Cookie(cookies[SECRET_COOKIE])
    return Cookie(cookies.get(COOKIE, ""), was_open=request.secure)


def give_cookie(response: web.StreamResponse, request: web.BaseRequest, token: str) -> None:
    """Have a phone remember a token, in place of any that it had."""
    response.set_cookie(
        SECRET_COOKIE if request.secure else COOKIE,
        token,
        max_age=LIFE_S,
        httponly=True,
        samesite="Strict",
        secure=request.secure,
    )


def take_cookie(response: web.StreamResponse, request: web.BaseRequest) -> None:
    """Have a phone forget whose it is."""
    response.del_cookie(COOKIE)
    if request.secure:
        response.del_cookie(SECRET_COOKIE, secure=True, httponly=True)


def has_one(response: web.StreamResponse) -> bool:
    """Tell whether an answer gives a phone a cookie, or takes it."""
    return COOKIE in response.cookies or SECRET_COOKIE in response.cookies


def is_stale(device: Device, now_s: int) -> bool:
    """Tell whether a phone's cookie would end before its device, which was kept for longer now."""
    return is_to_extend(device, now_s * 1000)
