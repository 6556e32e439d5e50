"""Invites: how a neighbour joins, with a code from a card or by a picture."""

from collections.abc import Mapping
from typing import Any, Final

from aiohttp import web

from node.pod import Pod
from node.web.qr import qr_data
from node.web.site import Route, Visit
from protocol.aid.house.invite import Invite
from protocol.aid.house.join_request import JoinRequest
from protocol.aid.house.limits import DAY_S, INVITE_S, MAX_INVITE_S
from protocol.aid.house.rights import Right, may
from protocol.aid.house.rights import Viewer as Looking
from protocol.errors import UserError

DAYS: Final = (1, INVITE_S // DAY_S, MAX_INVITE_S // DAY_S)
"""For how long an invite may be good."""


FRESH: Final[Mapping[str, str]] = {"uses": "1", "days": str(DAYS[1])}
"""What the form says at first."""


async def show_invites(visit: Visit) -> web.StreamResponse:
    """Invites that are still good: all for a steward, one's own where members may invite."""
    return await _page(visit, FRESH, {})


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
    return await _page(visit, given, {}, **_shown(visit, made.code))


def _shown(visit: Visit, code: str) -> dict[str, Any]:
    address = f"{visit.request.scheme}://{visit.request.host}/join/{code}"
    return {"code": code, "address": address, "picture": qr_data(address)}


async def _page(
    visit: Visit,
    given: Mapping[str, str],
    faults: Mapping[str, str],
    *,
    status: int = 200,
    **shown: Any,
) -> web.StreamResponse:
    found, asking = await visit.do(_found, visit.viewer.looking)
    say = visit.words.ngettext
    return visit.page(
        "invites.html",
        status=status,
        invites=found,
        asking=asking,
        given=given,
        faults=faults,
        days=[(str(it), say("%(count)s day", "%(count)s days", it) % {"count": it}) for it in DAYS],
        **{"code": None, "asked": None, **shown},
    )


def _found(pod: Pod, looking: Looking) -> tuple[list[Invite], list[JoinRequest]]:
    asking = pod.join_requests.waiting(looking) if may(looking, Right.ADD_MEMBER) else []
    return pod.invites.good(looking), asking


async def accept(visit: Visit) -> web.StreamResponse:
    """Make an invite for somebody who asked to join; show its code beside how to reach them."""
    looking, number = visit.viewer.looking, int(visit.path["number"])
    asked, made = await visit.do(lambda pod: pod.join_requests.accept(looking, number))
    return await _page(visit, FRESH, {}, asked=asked, **_shown(visit, made.code))


async def decline(visit: Visit) -> web.StreamResponse:
    """Forget that somebody asked."""
    looking, number = visit.viewer.looking, int(visit.path["number"])
    await visit.do(lambda pod: pod.join_requests.decline(looking, number))
    return visit.go("/invites")


async def take_back_invite(visit: Visit) -> web.StreamResponse:
    """End an invite."""
    number = int(visit.path["number"])
    await visit.do(lambda pod: pod.invites.take_back(visit.viewer.looking, number))
    return visit.go("/invites")


_NUMBER: Final = "{number:[0-9]{1,9}}"
ROUTES = (
    Route("GET", "/invites", show_invites, Right.INVITE_IF_ALLOWED),
    Route("POST", "/invites", make_invite, Right.INVITE_IF_ALLOWED),
    Route("POST", f"/invites/requests/{_NUMBER}/accept", accept, Right.ADD_MEMBER),
    Route("POST", f"/invites/requests/{_NUMBER}/decline", decline, Right.ADD_MEMBER),
    Route(
        "POST", "/invites/{number:[0-9]{1,9}}/take-back", take_back_invite, Right.INVITE_IF_ALLOWED
    ),
)
