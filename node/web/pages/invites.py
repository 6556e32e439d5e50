"""Invites: how a neighbour joins, with a code from a card or by a picture."""

from collections.abc import Mapping
from typing import Any, Final

from aiohttp import web

from node.web.qr import qr_data
from node.web.site import Route, Visit
from protocol.aid.house.limits import DAY_S, INVITE_S, MAX_INVITE_S
from protocol.aid.house.rights import Right
from protocol.errors import UserError

DAYS: Final = (1, INVITE_S // DAY_S, MAX_INVITE_S // DAY_S)
"""For how long an invite may be good."""


async def show_invites(visit: Visit) -> web.StreamResponse:
    """Invites that are still good: all for a steward, one's own where members may invite."""
    return await _page(visit, {"uses": "1", "days": str(DAYS[1])}, {})


async def make_invite(visit: Visit) -> web.StreamResponse:
    """Make an invite, and show its code once."""
    given = {name: visit.form.text(name) for name in ("uses", "days", "guest")}
    uses = int(given["uses"]) if given["uses"].isdecimal() and len(given["uses"]) < 4 else 0
    valid_s = {str(it): it * DAY_S for it in DAYS}.get(given["days"], INVITE_S)
    looking = visit.viewer.looking
    joins_as: Any = "guest" if given["guest"] else "member"
    try:
        made = await visit.do(
            lambda pod: pod.invites.make(looking, uses=uses, valid_s=valid_s, joins_as=joins_as)
        )
    except UserError as err:
        if err.code != "invalid":
            raise
        return await _page(visit, given, {"uses": err.sentence_in(visit.words)}, status=422)
    address = f"{visit.request.scheme}://{visit.request.host}/join/{made.code}"
    shown = {"code": made.code, "address": address, "picture": qr_data(address)}
    return await _page(visit, given, {}, **shown)


async def _page(
    visit: Visit,
    given: Mapping[str, str],
    faults: Mapping[str, str],
    *,
    status: int = 200,
    **shown: Any,
) -> web.StreamResponse:
    found = await visit.do(lambda pod: pod.invites.good(visit.viewer.looking))
    say = visit.words.ngettext
    return visit.page(
        "invites.html",
        status=status,
        invites=found,
        given=given,
        faults=faults,
        days=[(str(it), say("%(count)s day", "%(count)s days", it) % {"count": it}) for it in DAYS],
        **{"code": None, **shown},
    )


async def take_back_invite(visit: Visit) -> web.StreamResponse:
    """End an invite."""
    number = int(visit.path["number"])
    await visit.do(lambda pod: pod.invites.take_back(visit.viewer.looking, number))
    return visit.go("/invites")


_NUMBER: Final = "{number:[0-9]{1,9}}"
ROUTES = (
    Route("GET", "/invites", show_invites, Right.INVITE_IF_ALLOWED),
    Route("POST", "/invites", make_invite, Right.INVITE_IF_ALLOWED),
    Route(
        "POST", "/invites/{number:[0-9]{1,9}}/take-back", take_back_invite, Right.INVITE_IF_ALLOWED
    ),
)
