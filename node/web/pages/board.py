"""The board: what is offered and needed."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Final
from urllib.parse import urlencode

from aiohttp import web

from node.aid.listings import BoardQuery, Position
from node.pod import Pod
from node.web.guard import Form
from node.web.pages.shown import Shown, shown
from node.web.says import Says
from node.web.site import Route, Visit
from protocol.aid.audience import Audience
from protocol.aid.categories import CATEGORIES
from protocol.aid.house.rights import Right

PAGE: Final = 30
"""Listings on one page: some two screens of a phone ten times over, and far below 50 kB."""
MANY: Final = 100
"""Listings are counted so far and no farther: nobody reads on, and each costs time."""
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


def categories(say: Says) -> list[tuple[str, str]]:
    """Return the categories with what people call them, in the order of lists and forms."""
    return [(id_, say.category(id_)) for id_ in CATEGORIES]


def audiences(say: Says) -> list[tuple[str, str]]:
    """Return who may see a thing, the fewest first, with what each means."""
    return [(it.value, f"{say.audience(it)}. {say.audience_means(it)}") for it in Audience]


def audience_of(form: Form) -> Audience:
    """Return who may see what was typed; this pod alone if nobody said."""
    said = form.text("audience")
    return Audience(said) if said in set(Audience) else Audience.POD


ROUTES = (Route("GET", "/board", show_board, Right.SEE_POD),)
