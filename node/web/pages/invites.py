"""Invites: how a neighbour joins, with a code from a card or by a picture."""

from aiohttp import web

from node.web.qr import qr_data
from node.web.site import Route, Visit
from protocol.aid.house.limits import INVITE_S
from protocol.aid.house.rights import Right


async def show_invites(visit: Visit) -> web.StreamResponse:
    """Invites that are still good."""
    found = await visit.do(lambda pod: pod.invites.good(visit.viewer.looking))
    return visit.page("invites.html", invites=found, code=None)


async def make_invite(visit: Visit) -> web.StreamResponse:
    """Make an invite, and show its code once."""
    uses = visit.form.text("uses")
    made, found = await visit.do(
        lambda pod: (
            pod.invites.make(
                visit.viewer.looking, uses=int(uses) if uses.isdecimal() else 1, valid_s=INVITE_S
            ),
            pod.invites.good(visit.viewer.looking),
        )
    )
    address = f"{visit.request.scheme}://{visit.request.host}/join/{made.code}"
    return visit.page(
        "invites.html",
        invites=found,
        code=made.code,
        address=address,
        picture=qr_data(address),
    )


async def take_back_invite(visit: Visit) -> web.StreamResponse:
    """End an invite."""
    number = int(visit.path["number"])
    await visit.do(lambda pod: pod.invites.take_back(visit.viewer.looking, number))
    return visit.go("/invites")


ROUTES = (
    Route("GET", "/invites", show_invites, Right.INVITE),
    Route("POST", "/invites", make_invite, Right.INVITE),
    Route("POST", "/invites/{number:[0-9]{1,9}}/take-back", take_back_invite, Right.INVITE),
)
