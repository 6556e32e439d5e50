"""The board: what is offered and needed, and how it gets there in three screens."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Final
from urllib.parse import urlencode

from aiohttp import web

from node.aid.listings import BoardQuery, Position
from node.pod import Pod
from node.web.guard import Form
from node.web.pages.persons import others_of, whose_in
from node.web.pages.shown import Shown, shown
from node.web.says import Says
from node.web.site import Route, Visit
from node.web.viewer import Viewer
from protocol.aid.audience import Audience
from protocol.aid.categories import CATEGORIES
from protocol.aid.house.member import Member
from protocol.aid.house.rights import Right
from protocol.aid.listing import Listing, write_listing
from protocol.aid.sentences import WrongFields
from protocol.errors import UserError

PAGE: Final = 30
"""Listings on one page: some two screens of a phone ten times over, and far below 50 kB."""
MANY: Final = 100
"""Listings are counted so far and no farther: nobody reads on, and each costs time."""
TEXTS: Final = ("title", "details", "unit", "when", "date_from", "date_to", "place", "access")
CHOICES: Final = ("urgency", "mode", "category")
OTHERS: Final = ("qty", "tags", "audience", "named", "whose")
TYPES: Final = ("need", "offer")


async def show_board(visit: Visit) -> web.StreamResponse:
    """A page of the board, narrowed by what was asked."""
    query = _query(visit)
    found, count = await visit.do(_page_of, query)
    asked = {name: visit.asked(name) for name in ("words", "type", "category")}
    return visit.page(
        "board.html",
        found=found[:PAGE],
        count=count,
        many=MANY,
        next=_next_path(asked, found),
        asked=asked,
        is_narrowed=any(asked.values()),
        categories=categories(visit.say),
    )


def _page_of(pod: Pod, query: BoardQuery) -> tuple[list[Shown], int]:
    found = pod.listings.board(replace(query, limit=PAGE + 1))
    return shown(pod, found), pod.listings.count(replace(query, after=None), most=MANY + 1)


def _query(visit: Visit) -> BoardQuery:
    """Return what the address asks for; what it asks wrongly is not asked."""
    type_, category = visit.asked("type"), visit.asked("category")
    return BoardQuery(
        type=type_ if type_ in TYPES else None,
        category=category if category in CATEGORIES else None,
        words=visit.asked("words")[:80],
        after=_position(visit.asked("after")),
    )


def _position(text: str) -> Position | None:
    first, _, second = text.partition("-")
    if not (first.isdecimal() and second.isdecimal() and len(text) < 40):
        return None
    return Position(int(first), int(second))


def _next_path(asked: Mapping[str, str], found: Sequence[Shown]) -> str:
    if len(found) <= PAGE:
        return ""
    posted_s, number = found[PAGE - 1].item.position
    narrowed = {name: value for name, value in asked.items() if value}
    return "/board?" + urlencode({**narrowed, "after": f"{posted_s}-{number}"})


# --- Posting: what it is about, then the thing itself ---


async def choose_category(visit: Visit) -> web.StreamResponse:
    """First screen: a picture and a word for each category."""
    type_ = _type_of(visit)
    return visit.page("post_category.html", type=type_, categories=categories(visit.say))


async def fill_in(visit: Visit) -> web.StreamResponse:
    """Second screen: a title is all that is needed."""
    return await _form(
        visit, _type_of(visit), _category_of(visit), {"audience": Audience.POD.value}, {}
    )


async def post(visit: Visit) -> web.StreamResponse:
    """Put it on the board, or show the form again with what was typed and what to mend."""
    type_, category = _type_of(visit), _category_of(visit)
    whose = await visit.do(whose_in, visit)
    try:
        listing = read_listing_form(visit, type_, category, whose)
        audience = audience_of(visit.form)
    except WrongFields as wrong:
        return await _form(visit, type_, category, given_in(visit.form), visit.faults(wrong), 422)
    rid = await visit.do(_publish, listing, audience, visit.viewer, whose)
    return visit.go(f"/board/{rid.hex()}?new=1")


def _publish(
    pod: Pod, listing: Listing, audience: Audience, viewer: Viewer, whose: Member
) -> bytes:
    item = pod.listings.publish(listing, audience=audience)
    pod.people.note_whose(viewer.looking, item.rid, whose.id)
    return item.rid


async def _form(
    visit: Visit,
    type_: str,
    category: str,
    given: Mapping[str, str],
    faults: Mapping[str, str],
    status: int = 200,
) -> web.Response:
    label = visit.say.category(category)
    others = await visit.do(others_of, visit.viewer)
    return visit.page(
        "post.html",
        status=status,
        heading=f"{visit.say.wish(type_)}: {label}",
        action=f"/post/{type_}/{category}",
        audiences=audiences(visit.say),
        categories=categories(visit.say),
        given=given,
        faults=faults,
        others=others,
        is_edit=False,
        is_open=any(given.get(name) for name in (*TEXTS[2:], *CHOICES)),
    )


def read_listing_form(visit: Visit, type_: str, category: str, whose: Member | None) -> Listing:
    """Return the listing that a form means. whose: None for the pod's. Raises WrongFields."""
    form = visit.form
    fields: dict[str, object] = {"type": type_, "category": category}
    fields |= {name: form.text(name) for name in TEXTS}
    fields |= {name: form.text(name) or None for name in ("urgency", "mode")}
    fields["tags"] = tuple(part.strip() for part in form.text("tags").split(",") if part.strip())
    fields["lang"] = visit.words.tag
    if qty := form.text("qty"):
        fields["qty"] = fields["left"] = int(qty) if qty.isdecimal() else qty
    if "named" in form and whose is not None:
        fields["by"] = whose.name
    return write_listing(fields)


def given_in(form: Form) -> dict[str, str]:
    """Return what was typed, to be shown again."""
    return form.texts((*TEXTS, *CHOICES, *OTHERS))


def categories(say: Says) -> list[tuple[str, str]]:
    """Return the categories with what people call them, in the order of lists and forms."""
    return [(id_, say.category(id_)) for id_ in CATEGORIES]


def audiences(say: Says) -> list[tuple[str, str]]:
    """Return who may see a thing, the fewest first, with what each means."""
    return [(it.value, f"{say.audience(it)}. {say.audience_means(it)}") for it in Audience]


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]


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


def audience_of(form: Form) -> Audience:
    said = form.text("audience")
    return Audience(said) if said in set(Audience) else Audience.POD


ROUTES = (
    Route("GET", "/board", show_board, Right.SEE_POD),
    Route("GET", "/post/{type}", choose_category, Right.POST),
    Route("GET", "/post/{type}/{category}", fill_in, Right.POST),
    Route("POST", "/post/{type}/{category}", post, Right.POST),
)
