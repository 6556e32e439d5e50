"""Who looks after whom: pairs of people, made by themselves or by a steward who asked both."""

from typing import NamedTuple

from aiohttp import web

from node.pod import Pod
from node.web.pages.persons import id_or_none
from node.web.site import Route, Visit
from node.web.viewer import Viewer
from protocol.aid.house.limits import MAX_BUDDIES
from protocol.aid.house.member import Member
from protocol.aid.house.rights import MemberId, Right
from protocol.errors import UserError


class Pairs(NamedTuple):
    """Everybody with their buddies, by name. mine: the visitor's. free: who has room for one."""

    people: list[tuple[Member, list[Member]]]
    mine: list[Member]
    free: list[Member]


async def show_buddies(visit: Visit) -> web.StreamResponse:
    """Everybody with their buddies, the visitor's own first."""
    pairs = await visit.do(_pairs, visit.viewer)
    return visit.page("buddies.html", **pairs._asdict(), most=MAX_BUDDIES)


def _pairs(pod: Pod, viewer: Viewer) -> Pairs:
    everybody = {it.id: it for it in pod.people.members(viewer.looking)}
    found = pod.care.buddies(viewer.looking)
    people = [
        (it, [everybody[other] for other in found.get(id_, ())]) for id_, it in everybody.items()
    ]
    mine = [everybody[it] for it in found.get(viewer.member_id, ())]
    taken = {viewer.member_id, *(it.id for it in mine)}
    free = [it for it, buddies in people if it.id not in taken and len(buddies) < MAX_BUDDIES]
    return Pairs(people, mine, free)


async def pair(visit: Visit) -> web.StreamResponse:
    """Make two people buddies: oneself and another, or two others as a steward."""
    one, other = _two(visit)
    await visit.do(lambda pod: pod.care.pair(visit.viewer.looking, one, other))
    return visit.go("/buddies")


async def part(visit: Visit) -> web.StreamResponse:
    """Part two buddies."""
    one, other = _two(visit)
    await visit.do(lambda pod: pod.care.part(visit.viewer.looking, one, other))
    return visit.go("/buddies")


def _two(visit: Visit) -> tuple[MemberId, MemberId]:
    """Return whom a form names; the visitor for one who is not named."""
    said = visit.form.text("one")
    one = id_or_none(said) if said else visit.viewer.member_id
    other = id_or_none(visit.form.text("other"))
    if one is None or other is None:
        raise UserError("not_found", "That person is not in this pod.")
    return one, other


ROUTES = (
    Route("GET", "/buddies", show_buddies, Right.SEE_POD),
    Route("POST", "/buddies", pair, Right.PAIR_BUDDIES),
    Route("POST", "/buddies/part", part, Right.PAIR_BUDDIES),
)
