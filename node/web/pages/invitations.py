"""Invitations between pods: made here for another pod, or taken that another one made (R16)."""

from typing import Final

from aiohttp import web

from node.federation import Joined, joined, prepare, take_in
from node.invitation import read_invitation
from node.pod import Pod
from node.web.machine import Machine
from node.web.qr import qr_data
from node.web.site import Route, Visit
from node.web.viewer import Viewer
from node.words.steps import next_step
from protocol.aid.house.rights import Right
from protocol.errors import UserError
from protocol.identity import pod_id_text
from protocol.introduction import read_address
from protocol.limits import MAX_ADDRESSES, MAX_INVITATION_CHARS

DAY_S: Final = 86_400
DAYS: Final = ("1", "7", "30")
"""How long an invitation may be good, in days of the node's running time."""


async def show_invite(visit: Visit) -> web.StreamResponse:
    """The form for an invitation."""
    return _invite(visit)


def _invite(visit: Visit, text: str = "", days: str = "7") -> web.Response:
    return visit.page(
        "pod_invite.html",
        text=text,
        # In upper case it needs a smaller picture; it means the same.
        picture=qr_data(text.upper()) if text else "",
        places=visit.machine.around().places,
        days=days,
        choices=[(it, _days(visit, int(it))) for it in DAYS],
    )


def _days(visit: Visit, count: int) -> str:
    return visit.words.ngettext("%(count)s day", "%(count)s days", count) % {"count": count}


async def make_invitation(visit: Visit) -> web.StreamResponse:
    """Make an invitation, and show it once."""
    places = reached_at(visit.machine)
    days = visit.form.text("days")
    days = days if days in DAYS else "7"
    valid_s = int(days) * DAY_S
    text = await visit.do(lambda pod: pod.federation.invite(visit.viewer.looking, places, valid_s))
    return _invite(visit, text, days)


def reached_at(machine: Machine) -> tuple[str, ...]:
    """Return what an invitation says of where this pod is. Raises UserError for nowhere."""
    places = machine.around().places[:MAX_ADDRESSES]
    if not places:
        raise UserError(
            "invalid",
            "This machine has no address that others could reach.",
            "Connect it to a network.",
        )
    return places


async def show_accept(visit: Visit) -> web.StreamResponse:
    """The form for an invitation that another pod made."""
    return visit.page("pod_accept.html", given={}, faults={}, invitation=None)


async def accept(visit: Visit) -> web.StreamResponse:
    """Show whose invitation it is; use it once people have said yes."""
    text = visit.form.text("text")[: MAX_INVITATION_CHARS + 1]
    given = {"text": text, "address": visit.form.text("address")}
    try:
        invitation = read_invitation(text)
        if "yes" not in visit.form:
            return visit.page("pod_accept.html", given=given, faults={}, invitation=invitation)
        also = [str(read_address(it)) for it in (given["address"],) if it]
        return await _use(visit, text, also)
    except UserError as err:
        field = "address" if err.code in ("invalid", "unreachable") else "text"
        faults = {field: f"{err.sentence_in(visit.words)} {next_step(visit.words, err)}"}
        return visit.page(
            "pod_accept.html", status=422, given=given, faults=faults, invitation=None
        )


async def _use(visit: Visit, text: str, also: list[str]) -> web.StreamResponse:
    places = visit.machine.around().places
    joining = await visit.do(
        lambda pod: prepare(pod, text, our_addresses=places[:MAX_ADDRESSES], also=also)
    )
    async with joined(joining) as found:
        pod_id = await visit.do(_take_in, found, visit.viewer)
    return visit.go(f"/pods/{pod_id}")


def _take_in(pod: Pod, found: Joined, viewer: Viewer) -> str:
    neighbour = take_in(pod, found)
    pod.federation.joined(viewer.looking, neighbour.pod_id)
    return pod_id_text(neighbour.pod_id)


ROUTES = (
    Route("GET", "/neighbours/invite", show_invite, Right.RUN_MACHINE),
    Route("POST", "/neighbours/invite", make_invitation, Right.RUN_MACHINE),
    Route("GET", "/neighbours/accept", show_accept, Right.RUN_MACHINE),
    Route("POST", "/neighbours/accept", accept, Right.RUN_MACHINE),
)
