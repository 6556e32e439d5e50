"""What the pod keeps about the visitor: profile, ways to be reached, what they can help with."""

from collections.abc import Mapping
from typing import Final

from aiohttp import web

from node.pod import Pod
from node.web.pages.board import categories
from node.web.site import Route, Visit
from node.web.viewer import Viewer
from protocol.aid.categories import CATEGORIES
from protocol.aid.house.care import Ability
from protocol.aid.house.member import Contact, Member
from protocol.aid.house.rights import Right
from protocol.aid.sentences import WrongFields
from protocol.errors import UserError

CONTACT_ROWS: Final = 4
"""Ways to be reached on the form; who has more keeps them, and says so to a steward."""


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
        return await _me_page(visit, given, {"name": err.sentence_in(visit.words)}, 422)
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


ROUTES = (
    Route("GET", "/me", show_me, Right.SEE_POD),
    Route("POST", "/me", change_me, Right.POST),
    Route("POST", "/me/abilities", add_ability, Right.POST),
    Route("POST", "/me/abilities/{category}/remove", remove_ability, Right.POST),
    Route("POST", "/me/leave", leave, Right.EDIT_SELF),
)
