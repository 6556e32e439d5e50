"""A need or an offer as a form: three screens and two answers to post one, and one to change it."""

from collections.abc import Mapping
from typing import Any, Final

from aiohttp import web

from node.aid.listings import BoardItem
from node.pod import Pod
from node.web.guard import Form
from node.web.pages.board import TYPES, audience_of, audiences, categories
from node.web.pages.fields import (
    Given,
    apart,
    bounds_of,
    end_of_day_s,
    fault_beside,
    fields_of,
    given_of,
    joined,
    last_day,
    typed_in,
)
from node.web.pages.persons import others_of, whose_in
from node.web.pages.squares import SQUARE, cell_meant, home_of, square_shown
from node.web.pages.things import RID
from node.web.site import Route, Visit
from protocol.aid.audience import Audience
from protocol.aid.categories import CATEGORIES
from protocol.aid.house.member import Member
from protocol.aid.house.rights import Right
from protocol.aid.limits import UNTIL_I_SAY
from protocol.aid.listing import Listing
from protocol.aid.sentences import WrongFields
from protocol.errors import UserError

FIRST: Final = ("title", "details", "category")
MORE: Final = (
    *("qty", "unit", "left", "plenty", "when", "date_from", "date_to", "repeats", "repeats_words"),
    *("place", "access", "urgency", "mode", "tags", "lang", "reply_via"),
)
"""Fields that may stay closed; a form opens them where one of them was used."""
ASIDE: Final = (
    *("audience", "whose", "named", "time_from", "time_to", "until", "no_end"),
    *SQUARE,
)
"""What is asked besides the fields of a listing."""
USUAL: Final[Given] = {
    "audience": Audience.POD.value,
    "repeats": "none",
    "reply_via": ["sealed"],
}


async def choose_category(visit: Visit) -> web.StreamResponse:
    """First screen: a picture and a word for each category."""
    type_ = _type_of(visit)
    return visit.page("post_category.html", type=type_, categories=categories(visit.say))


async def fill_in(visit: Visit) -> web.StreamResponse:
    """Second screen: a title is all that is needed."""
    nothing = typed_in(Form({}), (*FIRST, *MORE, *ASIDE))
    return await _form(visit, {**nothing, **USUAL, "lang": visit.words.tag}, {})


async def post(visit: Visit) -> web.StreamResponse:
    """Put it on the board, or show the form again with what was typed and what to mend."""
    given = {**_typed(visit), "type": _type_of(visit), "category": _category_of(visit)}
    try:
        rid = await visit.do(_publish, visit, given)
    except UserError as err:
        return await _form(visit, given, _faults(visit, given, err), status=422)
    return visit.go(f"/board/{rid.hex()}?new=1")


def _publish(pod: Pod, visit: Visit, given: Given) -> bytes:
    whose = whose_in(pod, visit)
    cell = cell_meant(given, home_of(pod))
    listing = Listing.write({**_fields(given, whose), "cell": cell})
    item = pod.listings.publish(
        listing, audience=audience_of(visit.form), valid_until_s=_end_s(given)
    )
    pod.people.note_whose(visit.viewer.looking, item.rid, whose.id)
    return item.rid


async def edit_form(visit: Visit) -> web.StreamResponse:
    """A listing as a form."""
    item = await visit.do(_to_change, visit)
    listing, home = item.listing, await visit.do(home_of)
    (date_from, time_from), (date_to, time_to) = apart(listing.date_from), apart(listing.date_to)
    given = given_of(listing, (*FIRST, *MORE)) | square_shown(listing.cell, home)
    given |= {
        "date_from": date_from,
        "time_from": time_from,
        "date_to": date_to,
        "time_to": time_to,
        "audience": item.audience.value,
        "named": listing.by or "",
        "until": last_day(item.valid_until_s),
        "no_end": "yes" if item.valid_until_s == UNTIL_I_SAY else "",
    }
    return await _form(visit, given, {}, item)


async def edit(visit: Visit) -> web.StreamResponse:
    """Save a changed listing."""
    item, given = await visit.do(_to_change, visit), _typed(visit)
    try:
        await visit.do(_edit, visit, item, given)
    except UserError as err:
        return await _form(visit, given, _faults(visit, given, err), item, 422)
    return visit.go(f"/board/{visit.path['rid']}")


def _edit(pod: Pod, visit: Visit, item: BoardItem, given: Given) -> None:
    whose = pod.people.whose(visit.viewer.looking, item.rid)
    kept = item.listing.model_dump()
    fields = _fields(given, whose.member if whose else visit.viewer.member, kept)
    fields["cell"] = cell_meant(given, home_of(pod), item.listing.cell)
    if fields["left"] == kept["left"]:  # nobody said: it follows from what is promised
        fields["left"] = None
    listing = Listing.write({**kept, **fields})
    is_same_end = given["until"] == last_day(item.valid_until_s) and not given["no_end"]
    pod.people.begin_change(visit.viewer.looking, item.rid)
    pod.listings.edit(
        item.rid,
        listing,
        audience=audience_of(visit.form),
        valid_until_s=None if is_same_end else _end_s(given),
    )


def _to_change(pod: Pod, visit: Visit) -> BoardItem:
    item = pod.listings.own(pod.listings.find(visit.path["rid"]).rid)
    if not pod.people.may_change(visit.viewer.looking, item.rid):
        raise UserError(
            "not_allowed",
            "Somebody else of the pod wrote that.",
            "Ask them, or a steward of this pod.",
        )
    return item


# --- Between form and listing ---


def _typed(visit: Visit) -> Given:
    return typed_in(visit.form, (*FIRST, *MORE, *ASIDE))


def _fields(
    given: Given, whose: Member | None, kept: Mapping[str, Any] | None = None
) -> dict[str, object]:
    """Return the fields of a listing. whose: None for the pod's.  kept: of the one so far."""
    by = (kept or {}).get("by") or (whose.name if whose else None)
    return {
        **fields_of(Listing, given),
        "date_from": joined(given["date_from"], given["time_from"]),
        "date_to": joined(given["date_to"], given["time_to"]),
        "by": by if given["named"] else None,
    }


def _end_s(given: Given) -> int | None:
    """Return until when it is open: None for what is usual of its type."""
    return UNTIL_I_SAY if given["no_end"] else end_of_day_s(given["until"])


def _faults(visit: Visit, given: Given, err: UserError) -> dict[str, str]:
    """Return what to mend beside the fields of the form. Raises err if no field is meant."""
    if isinstance(err, WrongFields):
        return fault_beside(visit.faults(err), {"by": "named", "cell": "square_typed"})
    if err.code == "invalid" and given["until"]:
        return {"until": err.sentence_in(visit.words)}
    raise err


async def _form(
    visit: Visit,
    given: Given,
    faults: Mapping[str, str],
    item: BoardItem | None = None,
    status: int = 200,
) -> web.Response:
    if item is None:
        type_, category = _type_of(visit), _category_of(visit)
        heading = visit.say.wish(type_)
    else:
        category, heading = "", visit.words.gettext("Change it")
    usual = {**USUAL, "lang": visit.words.tag}
    home = await visit.do(home_of)
    return visit.page(
        "post.html",
        status=status,
        heading=heading,
        category=category,
        action=visit.request.path,
        audiences=audiences(visit.say),
        categories=categories(visit.say),
        given=given,
        faults=faults,
        most=bounds_of(Listing),
        others=[] if item else await visit.do(others_of, visit.viewer),
        is_edit=item is not None,
        home=home,
        has_left=item is not None and (item.listing.qty or 0) > 1,
        is_open=item is not None
        or any(
            given[name] and given[name] != usual.get(name) for name in (*MORE, "until", *SQUARE)
        ),
    )


def _type_of(visit: Visit) -> str:
    type_ = visit.path["type"]
    if type_ not in TYPES:
        raise UserError("not_found", "There is no such page.", "Go to the first page.")
    return type_


def _category_of(visit: Visit) -> str:
    category = visit.path["category"]
    if category not in CATEGORIES:
        raise UserError("not_found", "There is no such category.", "Choose one of the list.")
    return category


ROUTES = (
    Route("GET", "/post/{type}", choose_category, Right.POST),
    Route("GET", "/post/{type}/{category}", fill_in, Right.POST),
    Route("POST", "/post/{type}/{category}", post, Right.POST),
    Route("GET", f"/board/{RID}/edit", edit_form, Right.POST),
    Route("POST", f"/board/{RID}/edit", edit, Right.POST),
)
