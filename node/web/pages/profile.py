"""What the pod keeps about one person: changed by themselves, or by a steward as they dictate it.

The same pages for both, under /me and /people/<id>; the doors behind them say who may.
"""

from collections.abc import Mapping
from typing import Final, NamedTuple

from aiohttp import web

from node.pod import Pod
from node.web.pages.board import categories
from node.web.pages.persons import ID, id_in
from node.web.pages.shown import listings_of
from node.web.site import Handler, Route, Visit
from node.web.viewer import Viewer
from protocol.aid.categories import CATEGORIES
from protocol.aid.house.care import Ability
from protocol.aid.house.limits import MAX_CONTACTS
from protocol.aid.house.member import Contact, Member
from protocol.aid.house.rights import MemberId, Right, Role
from protocol.aid.listing import Listing
from protocol.aid.sentences import WrongFields
from protocol.errors import UserError

_PROFILE: Final = ("name", "pronouns", "languages", "how_best", "presence")
_CONTACT: Final = ("type", "value", "on_screen", "on_paper")


class About(NamedTuple):
    """One person as forms about them show them. listings: what they have put up."""

    member: Member
    abilities: list[Ability]
    listings: list[Listing]


def whose_page(visit: Visit) -> tuple[MemberId, str]:
    """Return whose the page is, and the path of it: the visitor's own, or another's."""
    if "id" in visit.path:
        return id_in(visit), f"/people/{visit.path['id']}"
    return visit.viewer.member_id, "/me"


def _about(pod: Pod, viewer: Viewer, id_: MemberId) -> About:
    looking = viewer.looking
    member = pod.people.member(looking, id_)
    listings = [it.listing for it in listings_of(pod, viewer, id_)]
    return About(member, pod.care.abilities(looking).get(id_, []), listings)


# --- The profile ---


async def show(visit: Visit) -> web.StreamResponse:
    """The profile as a form, with what can be changed beside it."""
    return await _page(visit, None, {})


async def change(visit: Visit) -> web.StreamResponse:
    """Save the profile."""
    id_, path = whose_page(visit)
    given = {name: visit.form.text(name) for name in _PROFILE}
    try:
        await visit.do(
            lambda pod: pod.people.edit(visit.viewer.looking, id_, profile_fields(given))
        )
    except WrongFields as wrong:
        return await _page(visit, given, visit.faults(wrong), 422)
    except UserError as err:
        if err.code != "conflict":
            raise
        return await _page(visit, given, {"name": err.sentence_in(visit.words)}, 422)
    return visit.go(f"{_edit(path)}?saved=1")


def profile_fields(given: Mapping[str, str]) -> dict[str, object]:
    """Return the fields of PROFILE that a form means."""
    languages = tuple(it.strip() for it in given["languages"].split(",") if it.strip())
    return {**{name: given[name] for name in _PROFILE}, "languages": languages}


async def _page(
    visit: Visit, given: Mapping[str, str] | None, faults: Mapping[str, str], status: int = 200
) -> web.StreamResponse:
    id_, path = whose_page(visit)
    about = await visit.do(_about, visit.viewer, id_)
    return visit.page(
        "profile.html",
        status=status,
        about=about,
        path=path,
        is_self=path == "/me",
        given=given if given is not None else _given_of(about.member),
        faults=faults,
        categories=categories(visit.say),
        has_room=len(about.member.contacts) < MAX_CONTACTS,
        is_saved=bool(visit.asked("saved")),
    )


def _given_of(member: Member) -> dict[str, str]:
    return {
        "name": member.name,
        "pronouns": member.pronouns or "",
        "languages": ", ".join(member.languages),
        "how_best": member.how_best or "",
        "presence": member.presence,
    }


# --- Ways to be reached, one at a time ---


async def contact_form(visit: Visit) -> web.StreamResponse:
    """One way to be reached: a new one, or one of those that are there."""
    id_, _ = whose_page(visit)
    about = await visit.do(_about, visit.viewer, id_)
    given = {"type": "phone", "on_screen": "stewards"}
    if "number" in visit.path:
        contact = _nth(about.member, visit)
        given = {"was": contact.value, "was_type": contact.type, "value": contact.value}
        given |= {"type": contact.type, "on_screen": contact.on_screen}
        given["on_paper"] = "yes" if contact.on_paper else ""
    return _contact_page(visit, about, given, {})


def _nth(member: Member, visit: Visit) -> Contact:
    number = int(visit.path["number"])
    if number >= len(member.contacts):
        raise UserError("not_found", "There is no such way to be reached (any more).")
    return member.contacts[number]


async def save_contact(visit: Visit) -> web.StreamResponse:
    """Save a way to be reached, in place of the one that the form was made for."""
    id_, path = whose_page(visit)
    given = {name: visit.form.text(name) for name in (*_CONTACT, "was", "was_type")}
    try:
        await visit.do(_save_contact, visit.viewer, id_, given)
    except WrongFields as wrong:
        about = await visit.do(_about, visit.viewer, id_)
        return _contact_page(visit, about, given, visit.faults(wrong), 422)
    return visit.go(f"{_edit(path)}?saved=1#contacts")


def _save_contact(pod: Pod, viewer: Viewer, id_: MemberId, given: Mapping[str, str]) -> None:
    said: dict[str, object] = {**{name: given[name] for name in _CONTACT}}
    said["on_paper"] = bool(given["on_paper"])
    kept = [it.model_dump() for it in pod.people.member(viewer.looking, id_).contacts]
    at = _place_of(kept, given)
    kept[at : at + 1] = [said]
    pod.people.set_contacts(viewer.looking, id_, kept)


async def remove_contact(visit: Visit) -> web.StreamResponse:
    """Take a way to be reached off."""
    id_, path = whose_page(visit)
    given = {name: visit.form.text(name) for name in ("was", "was_type")}
    await visit.do(_remove_contact, visit.viewer, id_, given)
    return visit.go(f"{_edit(path)}?saved=1#contacts")


def _remove_contact(pod: Pod, viewer: Viewer, id_: MemberId, given: Mapping[str, str]) -> None:
    kept = [it.model_dump() for it in pod.people.member(viewer.looking, id_).contacts]
    at = _place_of(kept, given)
    pod.people.set_contacts(viewer.looking, id_, kept[:at] + kept[at + 1 :])


def _place_of(kept: list[dict[str, object]], given: Mapping[str, str]) -> int:
    """Return where the contact stands that a form was made for; the end if for none (any more)."""
    was = (given["was_type"], given["was"])
    return next((at for at, it in enumerate(kept) if (it["type"], it["value"]) == was), len(kept))


def _contact_page(
    visit: Visit,
    about: About,
    given: Mapping[str, str],
    faults: Mapping[str, str],
    status: int = 200,
) -> web.Response:
    _, path = whose_page(visit)
    return visit.page(
        "contact.html",
        status=status,
        about=about,
        path=path,
        back=_edit(path),
        is_self=path == "/me",
        given=given,
        faults=faults,
    )


# --- What they can help with ---


async def add_ability(visit: Visit) -> web.StreamResponse:
    """Say that they can help with something."""
    id_, path = whose_page(visit)
    fields = {name: visit.form.text(name) for name in ("category", "note", "bounds")}
    if fields["category"] not in CATEGORIES:
        raise UserError("invalid", "Choose a category of the list.")
    await visit.do(lambda pod: pod.care.set_ability(visit.viewer.looking, id_, fields))
    return visit.go(f"{_edit(path)}#abilities")


async def remove_ability(visit: Visit) -> web.StreamResponse:
    """Say so no longer."""
    (id_, path), category = whose_page(visit), visit.path["category"]
    await visit.do(lambda pod: pod.care.delete_ability(visit.viewer.looking, id_, category))
    return visit.go(f"{_edit(path)}#abilities")


# --- Coming and going ---


async def new_person(visit: Visit) -> web.StreamResponse:
    """A form for somebody without a phone, or who is taken in by hand."""
    return _new_page(visit, {"presence": "here"}, {})


async def add_person(visit: Visit) -> web.StreamResponse:
    """Take somebody in."""
    given = {name: visit.form.text(name) for name in (*_PROFILE, "guest")}
    fields = profile_fields(given | {"presence": "here"})
    name = str(fields.pop("name"))
    role = Role.GUEST if given["guest"] else Role.MEMBER
    looking = visit.viewer.looking
    try:
        added = await visit.do(lambda pod: pod.people.add(looking, name, role=role, **fields))
    except WrongFields as wrong:
        return _new_page(visit, given, visit.faults(wrong), 422)
    except UserError as err:
        if err.code != "conflict":
            raise
        return _new_page(visit, given, {"name": err.sentence_in(visit.words)}, 422)
    return visit.go(f"/people/{added.id.hex()}/edit?saved=1")


def _new_page(
    visit: Visit, given: Mapping[str, str], faults: Mapping[str, str], status: int = 200
) -> web.Response:
    return visit.page("person_new.html", status=status, given=given, faults=faults)


async def leave_form(visit: Visit) -> web.StreamResponse:
    """What is deleted if they leave, and what may stay."""
    id_, path = whose_page(visit)
    about = await visit.do(_about, visit.viewer, id_)
    return visit.page("leave.html", about=about, path=path, is_self=path == "/me")


async def leave(visit: Visit) -> web.StreamResponse:
    """Leave the pod: all that is kept of them is deleted."""
    (id_, path), withdraw = whose_page(visit), visit.form.text("listings") != "keep"
    if "sure" not in visit.form:
        raise UserError("invalid", "Tick that you are sure: this cannot be undone.")
    await visit.do(lambda pod: pod.people.leave(visit.viewer.looking, id_, withdraw=withdraw))
    return visit.go("/" if path == "/me" else "/people?removed=1")


def _edit(path: str) -> str:
    """Return where the form of a profile stands: a person's own page is the form."""
    return path if path == "/me" else f"{path}/edit"


def _for_both(method: str, rest: str, handler: Handler, own: Right) -> tuple[Route, Route]:
    """Return a page about oneself, and the same about somebody else: for stewards."""
    return (
        Route(method, f"/me{rest}", handler, own),
        Route(method, f"/people/{ID}{rest}", handler, Right.EDIT_OTHERS),
    )


_NUMBER: Final = "{number:[0-9]{1,9}}"
ROUTES = (
    Route("GET", "/me", show, Right.SEE_POD),
    Route("POST", "/me", change, Right.POST),
    Route("GET", "/people/new", new_person, Right.ADD_MEMBER),
    Route("POST", "/people/new", add_person, Right.ADD_MEMBER),
    Route("GET", f"/people/{ID}/edit", show, Right.EDIT_OTHERS),
    Route("POST", f"/people/{ID}/edit", change, Right.EDIT_OTHERS),
    *_for_both("GET", "/contacts/new", contact_form, Right.POST),
    *_for_both("GET", f"/contacts/{_NUMBER}", contact_form, Right.POST),
    *_for_both("POST", "/contacts", save_contact, Right.POST),
    *_for_both("POST", "/contacts/remove", remove_contact, Right.POST),
    *_for_both("POST", "/abilities", add_ability, Right.POST),
    *_for_both("POST", "/abilities/{category}/remove", remove_ability, Right.POST),
    *_for_both("GET", "/leave", leave_form, Right.SEE_POD),
    *_for_both("POST", "/leave", leave, Right.EDIT_SELF),
)
