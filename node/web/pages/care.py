"""What would help somebody in an emergency, and who here can help with what."""

from collections.abc import Mapping

from aiohttp import web

from node.web.drawing import draw_grid
from node.web.pages.board import categories
from node.web.pages.persons import id_or_none
from node.web.site import Route, Visit
from protocol.aid.categories import CATEGORIES
from protocol.aid.house.rights import Right
from protocol.aid.sentences import WrongFields

# --- Care notes ---


async def show_care(visit: Visit) -> web.StreamResponse:
    """The visitor's own care note as a form, and those that others let them read."""
    return await _care_page(visit, None, {})


async def write_care(visit: Visit) -> web.StreamResponse:
    """Save the visitor's care note."""
    form, me = visit.form, visit.viewer.member_id
    viewers = tuple(filter(None, map(id_or_none, form.all("viewers"))))
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
    Route("POST", "/care/delete", delete_care, Right.POST),
    Route("GET", "/map", show_map, Right.SEE_POD),
)
