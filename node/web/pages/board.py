"""The board: what is offered and needed."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Final
from urllib.parse import urlencode

from aiohttp import web

from node.aid.listings import BoardQuery
from node.pod import Pod
from node.web.guard import Form
from node.web.pages.narrow import (
    PAGE,
    asked_in,
    author_in,
    category_in,
    is_narrowed,
    next_path,
    pods_to_choose,
    position_in,
)
from node.web.pages.shown import Shown, shown
from node.web.says import Says
from node.web.site import Route, Visit
from node.words import Words
from protocol.aid.audience import Audience
from protocol.aid.categories import CATEGORIES
from protocol.aid.house.rights import Right

MANY: Final = 100
"""Listings are counted so far and no farther: nobody reads on, and each costs time."""
TYPES: Final = ("need", "offer")


async def show_board(visit: Visit) -> web.StreamResponse:
    """A page of the board, narrowed by what was asked."""
    asked = asked_in(visit, "type", "category")
    found, count, pods = await visit.do(_page_of, _query(visit, asked), visit.words)
    return visit.page(
        "board.html",
        found=found[:PAGE],
        count=count,
        many=MANY,
        next=next_path("/board", asked, found),
        asked=asked,
        tabs=[_tab(asked, type_) for type_ in ("", *TYPES)],
        is_narrowed=is_narrowed(asked),
        pods=pods,
        categories=categories(visit.say),
    )


def _page_of(
    pod: Pod, query: BoardQuery, words: Words
) -> tuple[list[Shown], int, list[tuple[str, str]]]:
    found = pod.listings.board(query)
    count = pod.listings.count(replace(query, after=None), most=MANY + 1)
    return shown(pod, found), count, pods_to_choose(pod, words.gettext("this pod"))


def _tab(asked: Mapping[str, str], type_: str) -> str:
    """Return the address of the same list with offers or needs alone, or with both."""
    narrowed = {name: value for name, value in {**asked, "type": type_}.items() if value}
    return "/board" + (f"?{urlencode(narrowed)}" if narrowed else "")


def _query(visit: Visit, asked: Mapping[str, str]) -> BoardQuery:
    """Return what the address asks for; what it asks wrongly is not asked."""
    return BoardQuery(
        type=asked["type"] if asked["type"] in TYPES else None,
        category=category_in(asked) or None,
        author=author_in(asked),
        words=asked["words"],
        open_only=not asked["all"],
        after=position_in(visit),
        limit=PAGE + 1,
    )


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
