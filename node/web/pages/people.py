"""The people of the pod: who they are, what they can do, how they reach each other."""

from collections.abc import Mapping
from typing import Final, NamedTuple

from aiohttp import web

from node.pod import Pod
from node.web.pages.board import categories
from node.web.qr import qr_data
from node.web.site import Route, Visit
from node.web.viewer import Viewer
from protocol.aid.categories import CATEGORIES
from protocol.aid.house.care import Ability
from protocol.aid.house.limits import INVITE_S
from protocol.aid.house.member import Contact, Member
from protocol.aid.house.phone_tree import Step
from protocol.aid.house.rights import MEMBER_ID_BYTES, MemberId, Right, Role
from protocol.aid.house.steward_log import sentence
from protocol.aid.sentences import WrongFields
from protocol.errors import UserError

CONTACT_ROWS: Final = 4
"""Ways to be reached on the form; who has more keeps them, and says so to a steward."""


class Person(NamedTuple):
    """One person as a page shows them."""

    member: Member
    abilities: list[Ability]
    buddies: list[Member]


# --- Looking ---


async def show_people(visit: Visit) -> web.StreamResponse:
    """All people, by name: no other order of people exists here."""
    found = await visit.do(lambda pod: pod.people.members(visit.viewer.looking))
    return visit.page("people.html", people=found)


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


async def show_map(visit: Visit) -> web.StreamResponse:
    """What people here can do, and where there are gaps."""
    rows = await visit.do(lambda pod: pod.care.map(visit.viewer.looking))
    return visit.page("map.html", rows=rows)


async def show_tree(visit: Visit) -> web.StreamResponse:
    """Who rings whom."""
    view = await visit.do(lambda pod: pod.phone_trees.tree(visit.viewer.looking))
    calls: dict[MemberId, list[Step]] = {}  # in the order of the tree, whoever begins first
    for step in view.tree.steps:
        calls.setdefault(step.caller, []).append(step)
    return visit.page("tree.html", view=view, calls=calls)


async def show_ways(visit: Visit) -> web.StreamResponse:
    """In which ways the pod keeps in touch."""
    found = await visit.do(lambda pod: pod.ways.ways(visit.viewer.looking))
    return visit.page("ways.html", ways=found)


async def show_log(visit: Visit) -> web.StreamResponse:
    """What stewards did to things of others, for all to read."""
    entries, names = await visit.do(
        lambda pod: (pod.steward_log.entries(visit.viewer.looking), pod.people.names())
    )
    return visit.page(
        "log.html", entries=[(it.at_ms // 1000, sentence(it, names)) for it in entries]
    )


# --- About oneself ---


async def show_me(visit: Visit) -> web.StreamResponse:
    """What the pod keeps about the visitor, as a form."""
    me = visit.viewer.member
    given = {} if me is None else _given_of(me)
    return await _me_page(visit, given, {})


async def change_me(visit: Visit) -> web.StreamResponse:
    """Save what was typed about oneself."""
    form = visit.form
    given = {name: form.text(name) for name in _ME_FIELDS}
    try:
        await visit.do(_change_me, visit.viewer, given)
    except WrongFields as wrong:
        return await _me_page(visit, given, visit.faults(wrong), 422)
    except UserError as err:
        return await _me_page(visit, given, {"name": visit.words.gettext(err.sentence)}, 422)
    return visit.go("/me?saved=1")


def _change_me(pod: Pod, viewer: Viewer, given: Mapping[str, str]) -> None:
    languages = tuple(it.strip() for it in given["languages"].split(",") if it.strip())
    changes: dict[str, object] = {
        **{name: given[name] for name in ("name", "pronouns", "how_best", "presence")},
        "languages": languages,
    }
    pod.people.edit(viewer.looking, viewer.member_id, changes)
    contacts = [
        {
            "type": given[f"type{row}"],
            "value": given[f"value{row}"],
            "on_screen": given[f"show{row}"],
            "on_paper": bool(given[f"print{row}"]),
        }
        for row in range(CONTACT_ROWS)
        if given[f"value{row}"]
    ]
    kept = viewer.member.contacts[CONTACT_ROWS:] if viewer.member else ()
    more = [it.model_dump() for it in kept]
    pod.people.set_contacts(viewer.looking, viewer.member_id, [*contacts, *more])


_CONTACT_FIELDS: Final = tuple(
    f"{name}{row}" for row in range(CONTACT_ROWS) for name in ("type", "value", "show", "print")
)
_ME_FIELDS: Final = ("name", "pronouns", "languages", "how_best", "presence", *_CONTACT_FIELDS)


def _given_of(me: Member) -> dict[str, str]:
    given = {
        "name": me.name,
        "pronouns": me.pronouns or "",
        "languages": ", ".join(me.languages),
        "how_best": me.how_best or "",
        "presence": me.presence,
    }
    empty = Contact.model_construct(type="phone", value="", on_screen="stewards", on_paper=False)
    for row in range(CONTACT_ROWS):
        contact = me.contacts[row] if row < len(me.contacts) else empty
        given |= {
            f"type{row}": contact.type,
            f"value{row}": contact.value,
            f"show{row}": contact.on_screen,
            f"print{row}": "yes" if contact.on_paper else "",
        }
    return given


async def _me_page(
    visit: Visit, given: Mapping[str, str], faults: Mapping[str, str], status: int = 200
) -> web.StreamResponse:
    abilities = await visit.do(_abilities_of, visit.viewer)
    return visit.page(
        "me.html",
        status=status,
        given=given,
        faults=faults,
        rows=range(CONTACT_ROWS),
        abilities=abilities,
        categories=categories(visit.say),
        is_saved=bool(visit.asked("saved")),
    )


def _abilities_of(pod: Pod, viewer: Viewer) -> list[Ability]:
    return pod.care.abilities(viewer.looking).get(viewer.member_id, [])


async def add_ability(visit: Visit) -> web.StreamResponse:
    """Say that one can help with something."""
    category = visit.form.text("category")
    if category not in CATEGORIES:
        raise UserError("invalid", "Choose a category of the list.")
    fields = {"category": category, "note": visit.form.text("note")}
    me = visit.viewer.member_id
    await visit.do(lambda pod: pod.care.set_ability(visit.viewer.looking, me, fields))
    return visit.go("/me#abilities")


async def remove_ability(visit: Visit) -> web.StreamResponse:
    """Say so no longer."""
    me, category = visit.viewer.member_id, visit.path["category"]
    await visit.do(lambda pod: pod.care.delete_ability(visit.viewer.looking, me, category))
    return visit.go("/me#abilities")


async def leave(visit: Visit) -> web.StreamResponse:
    """Leave the pod: all that is kept of the visitor is deleted."""
    me, withdraw = visit.viewer.member_id, "withdraw" in visit.form
    if "sure" not in visit.form:
        raise UserError("invalid", "Tick that you are sure: this cannot be undone.")
    await visit.do(lambda pod: pod.people.leave(visit.viewer.looking, me, withdraw=withdraw))
    return visit.go("/")


# --- Care notes ---


async def show_care(visit: Visit) -> web.StreamResponse:
    """The visitor's own care note as a form, and those that others let them read."""
    return await _care_page(visit, None, {})


async def write_care(visit: Visit) -> web.StreamResponse:
    """Save the visitor's care note."""
    form, me = visit.form, visit.viewer.member_id
    viewers = tuple(filter(None, map(_id_or_none, form.all("viewers"))))
    fields: dict[str, object] = {
        "words": form.text("words"),
        "needs": tuple(it for it in form.all("needs") if it in CATEGORIES),
        "viewers": viewers,
        "stewards": "stewards" in form,
    }
    try:
        await visit.do(lambda pod: pod.care.write_note(visit.viewer.looking, me, fields))
    except WrongFields as wrong:
        return await _care_page(visit, fields, visit.faults(wrong), 422)
    return visit.go("/care?saved=1")


async def delete_care(visit: Visit) -> web.StreamResponse:
    """Delete the visitor's care note."""
    me = visit.viewer.member_id
    await visit.do(lambda pod: pod.care.delete_note(visit.viewer.looking, me))
    return visit.go("/care")


async def _care_page(
    visit: Visit,
    typed: Mapping[str, object] | None,
    faults: Mapping[str, str],
    status: int = 200,
) -> web.StreamResponse:
    notes, people = await visit.do(
        lambda pod: (
            pod.care.notes(visit.viewer.looking),
            pod.people.members(visit.viewer.looking),
        )
    )
    me = visit.viewer.member_id
    own = next((it.note for it in notes if it.member.id == me), None)
    kept = own.model_dump() if own else {}
    return visit.page(
        "care.html",
        status=status,
        given=typed if typed is not None else kept,
        has_note=own is not None,
        others=[it for it in notes if it.member.id != me],
        people=[it for it in people if it.id != me],
        categories=categories(visit.say),
        faults=faults,
        is_saved=bool(visit.asked("saved")),
    )


# --- Of stewards ---


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
    code = await visit.do(lambda pod: pod.devices.make_code(id_))
    address = f"{visit.request.scheme}://{visit.request.host}/phone/{code}"
    return visit.page("code.html", person=person.member, address=address, picture=qr_data(address))


def id_in(visit: Visit) -> MemberId:
    """Return the member that the path names."""
    return bytes.fromhex(visit.path["id"])


def _id_or_none(text: str) -> MemberId | None:
    try:
        found = bytes.fromhex(text)
    except ValueError:
        return None
    return found if len(found) == MEMBER_ID_BYTES else None


_ID = "{id:[0-9a-f]{32}}"
ROUTES = (
    Route("GET", "/people", show_people, Right.SEE_POD),
    Route("GET", f"/people/{_ID}", show_person, Right.SEE_POD),
    Route("POST", f"/people/{_ID}/role", set_role, Right.SET_ROLE),
    Route("POST", f"/people/{_ID}/suspend", suspend, Right.SUSPEND),
    Route("POST", f"/people/{_ID}/code", give_code, Right.ADD_MEMBER),
    Route("GET", "/map", show_map, Right.SEE_POD),
    Route("GET", "/tree", show_tree, Right.SEE_POD),
    Route("GET", "/ways", show_ways, Right.SEE_POD),
    Route("GET", "/log", show_log, Right.SEE_LOG),
    Route("GET", "/me", show_me, Right.SEE_POD),
    Route("POST", "/me", change_me, Right.POST),
    Route("POST", "/me/abilities", add_ability, Right.POST),
    Route("POST", "/me/abilities/{category}/remove", remove_ability, Right.POST),
    Route("POST", "/me/leave", leave, Right.EDIT_SELF),
    Route("GET", "/care", show_care, Right.SEE_POD),
    Route("POST", "/care", write_care, Right.POST),
    Route("POST", "/care/delete", delete_care, Right.POST),
    Route("GET", "/invites", show_invites, Right.INVITE),
    Route("POST", "/invites", make_invite, Right.INVITE),
    Route("POST", "/invites/{number:[0-9]{1,9}}/take-back", take_back_invite, Right.INVITE),
)
