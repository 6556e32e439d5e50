"""What would help somebody in an emergency, and who here can help with what."""

from collections.abc import Mapping

from aiohttp import web

from node.web.drawing import draw_grid
from node.web.pages.board import categories
from node.web.pages.persons import ID, id_or_none
from node.web.pages.profile import whose_page
from node.web.site import Route, Visit
from protocol.aid.categories import CATEGORIES
from protocol.aid.house.rights import Right
from protocol.aid.sentences import WrongFields

# --- Care notes ---


async def show_care(visit: Visit) -> web.StreamResponse:
    """A care note as a form; with one's own, those that others let the visitor read."""
    return await _care_page(visit, None, {})


async def write_care(visit: Visit) -> web.StreamResponse:
    """Save a care note: the visitor's, or somebody's who dictates it."""
    form, (whose, path) = visit.form, whose_page(visit)
    viewers = tuple(filter(None, map(id_or_none, form.all("viewers"))))
    fields: dict[str, object] = {
        "words": form.text("words"),
        "needs": tuple(it for it in form.all("needs") if it in CATEGORIES),
        "viewers": viewers,
        "stewards": "stewards" in form,
    }
    try:
        await visit.do(lambda pod: pod.care.write_note(visit.viewer.looking, whose, fields))
    except WrongFields as wrong:
        return await _care_page(visit, fields, visit.faults(wrong), 422)
    return visit.go(f"{_page_of(path)}?saved=1")


async def confirm_care(visit: Visit) -> web.StreamResponse:
    """Say that the visitor's own note still holds."""
    await visit.do(lambda pod: pod.care.confirm_note(visit.viewer.looking))
    return visit.go("/care?saved=1")


async def delete_care(visit: Visit) -> web.StreamResponse:
    """Delete a care note, if there is one; whether there was is not told."""
    whose, path = whose_page(visit)
    await visit.do(lambda pod: pod.care.delete_note(visit.viewer.looking, whose))
    return visit.go(_page_of(path))


def _page_of(path: str) -> str:
    return "/care" if path == "/me" else f"{path}/care"


async def _care_page(
    visit: Visit,
    typed: Mapping[str, object] | None,
    faults: Mapping[str, str],
    status: int = 200,
) -> web.StreamResponse:
    whose, path = whose_page(visit)
    looking = visit.viewer.looking
    person, notes, people = await visit.do(
        lambda pod: (
            pod.people.member(looking, whose),
            pod.care.notes(looking),
            pod.people.members(looking),
        )
    )
    noted = next((it for it in notes if it.member.id == whose), None)
    kept = noted.note.model_dump() if noted else {}
    is_self = looking.is_self(whose)
    return visit.page(
        "care.html",
        status=status,
        person=person,
        is_self=is_self,
        action=_page_of(path),
        path=path,
        given=typed if typed is not None else kept,
        has_note=noted is not None,
        is_due=noted is not None and noted.is_due,
        others=[it for it in notes if is_self and it.member.id != whose],
        people=[it for it in people if it.id != whose],
        categories=categories(visit.say),
        faults=faults,
        is_saved=bool(visit.asked("saved")),
    )


# --- The pod map ---


async def show_map(visit: Visit) -> web.StreamResponse:
    """What people here can do, and where there are gaps."""
    rows = await visit.do(lambda pod: pod.care.map(visit.viewer.looking))
    say = visit.say
    grid = draw_grid(
        (it.category, say.category(it.category), len(it.can), len(it.may_need)) for it in rows
    )
    return visit.page("map.html", rows=rows, grid=grid)


ROUTES = (
    Route("GET", "/care", show_care, Right.SEE_POD),
    Route("POST", "/care", write_care, Right.POST),
    Route("POST", "/care/confirm", confirm_care, Right.POST),
    Route("POST", "/care/delete", delete_care, Right.POST),
    Route("GET", f"/people/{ID}/care", show_care, Right.WRITE_CARE_FOR_OTHERS),
    Route("POST", f"/people/{ID}/care", write_care, Right.WRITE_CARE_FOR_OTHERS),
    Route("POST", f"/people/{ID}/care/delete", delete_care, Right.WRITE_CARE_FOR_OTHERS),
    Route("GET", "/map", show_map, Right.SEE_POD),
)
