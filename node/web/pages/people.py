"""The people of the pod: who they are, and what stewards do about who is in it."""

from typing import NamedTuple

from aiohttp import web

from node.pod import Pod
from node.web.pages.persons import ID, id_in
from node.web.qr import qr_data
from node.web.site import Route, Visit
from node.web.viewer import Viewer
from protocol.aid.house.care import Ability
from protocol.aid.house.member import Member
from protocol.aid.house.rights import MemberId, Right, Role
from protocol.errors import UserError


class Person(NamedTuple):
    """One person as a page shows them."""

    member: Member
    abilities: list[Ability]
    buddies: list[Member]


# --- Looking ---


async def show_people(visit: Visit) -> web.StreamResponse:
    """All people, by name: no other order of people exists here."""
    looking = visit.viewer.looking
    found, may_invite = await visit.do(
        lambda pod: (pod.people.members(looking), pod.invites.may_make(looking))
    )
    is_removed = bool(visit.asked("removed"))
    return visit.page("people.html", people=found, may_invite=may_invite, is_removed=is_removed)


async def show_person(visit: Visit) -> web.StreamResponse:
    """One person, as the visitor may see them."""
    person = await visit.do(_person, visit.viewer, id_in(visit))
    return visit.page("person.html", person=person, roles=list(Role))


def _person(pod: Pod, viewer: Viewer, id_: MemberId) -> Person:
    looking = viewer.looking
    everybody = {it.id: it for it in pod.people.members(looking)}
    if id_ not in everybody:
        raise UserError("not_found", "That person is not in this pod (any more).")
    abilities = pod.care.abilities(looking).get(id_, [])
    buddies = [everybody[it] for it in pod.care.buddies(looking).get(id_, ()) if it in everybody]
    return Person(everybody[id_], abilities, buddies)


# --- Of stewards ---


async def set_role(visit: Visit) -> web.StreamResponse:
    """Make somebody a guest, a member or a steward."""
    said, id_ = visit.form.text("role"), id_in(visit)
    if said not in set(Role):
        raise UserError("invalid", "There is no such role.")
    await visit.do(lambda pod: pod.people.set_role(visit.viewer.looking, id_, Role(said)))
    return visit.go(f"/people/{id_.hex()}")


async def suspend(visit: Visit) -> web.StreamResponse:
    """Keep somebody out for 72 hours, where all can read of it; or let them in again."""
    id_, lift = id_in(visit), "lift" in visit.form
    looking = visit.viewer.looking
    await visit.do(
        lambda pod: (
            pod.people.lift_suspension(looking, id_) if lift else pod.people.suspend(looking, id_)
        )
    )
    return visit.go(f"/people/{id_.hex()}")


async def give_code(visit: Visit) -> web.StreamResponse:
    """Make a code by which somebody who lost their phone signs in again, and show it once."""
    id_ = id_in(visit)
    person = await visit.do(_person, visit.viewer, id_)
    code = await visit.do(lambda pod: pod.devices.make_code(visit.viewer.looking, id_))
    address = f"{visit.request.scheme}://{visit.request.host}/phone/{code}"
    return visit.page("code.html", person=person.member, address=address, picture=qr_data(address))


ROUTES = (
    Route("GET", "/people", show_people, Right.SEE_POD),
    Route("GET", f"/people/{ID}", show_person, Right.SEE_POD),
    Route("POST", f"/people/{ID}/role", set_role, Right.SET_ROLE),
    Route("POST", f"/people/{ID}/suspend", suspend, Right.SUSPEND),
    Route("POST", f"/people/{ID}/code", give_code, Right.ADD_MEMBER),
)
