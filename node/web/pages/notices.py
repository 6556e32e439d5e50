"""Words that pods say to one another: notices with what pods came to, and what to read."""

from collections.abc import Callable, Mapping
from typing import Any, Final, get_args

from aiohttp import web

from node.aid.items import Item, ItemQuery, Items
from node.aid.words import NoticesBoard, Readings
from node.pod import Pod
from node.web.pages.board import categories
from node.web.pages.fields import Given, apart, bounds_of, fields_of, given_of, joined, typed_in
from node.web.pages.narrow import (
    PAGE,
    asked_in,
    category_in,
    is_narrowed,
    items_asked,
    next_path,
    pods_to_choose,
)
from node.web.pages.shown import may_change, pod_names
from node.web.pages.speakers import foreign
from node.web.pages.things import RID, Thing
from node.web.site import Route, Visit
from node.web.viewer import Viewer
from node.words import Words
from protocol.aid.house.rights import Right
from protocol.aid.notice import Notice, Topic
from protocol.aid.outcome import Outcome
from protocol.aid.reading import Reading
from protocol.aid.sentences import WrongFields

STANDS: Final = 30
"""Pods whose word on one question is shown, the newest first."""
STAND: Final = ("position", "text", "decided_on")


def _notices_board(pod: Pod) -> NoticesBoard:
    return pod.notices_board


def _readings(pod: Pod) -> Readings:
    return pod.readings


class _Reading(Thing[Reading]):
    """Something to read, see or hear."""

    __slots__ = ()

    def told(self, item: Item[Reading]) -> Given:
        day, time = apart(item.body.talk_on)
        return super().told(item) | {"talk_on": day, "talk_at": time}

    def read(self, visit: Visit, given: Given, kept: Mapping[str, Any]) -> dict[str, object]:  # noqa: ARG002  # as for all kinds
        talk_on = joined(given["talk_on"], given["talk_at"])
        return {**fields_of(Reading, given), "talk_on": talk_on}


NOTICE: Final = Thing(
    path="/notices",
    door=_notices_board,
    body=Notice,
    template="notice_form.html",
    names=("title", "text", "topic"),
    first={"audience": "near", "topic": "idea"},
    ends=True,
)
READING: Final = _Reading(
    path="/readings",
    door=_readings,
    body=Reading,
    template="reading_form.html",
    names=(
        *("title", "made_by", "medium", "category", "link", "paper_copy", "note"),
        *("talk_on", "talk_at"),
    ),
    first={"audience": "network", "medium": "text"},
)


# --- Notices, and where pods stand on what they ask ---


async def show_notices(visit: Visit) -> web.StreamResponse:
    """Notices of pods, the newest first."""
    asked = asked_in(visit, "topic")
    topic = asked["topic"] if asked["topic"] in get_args(Topic) else ""
    return await _list(visit, "notices.html", _notices_board, asked, topic)


async def _list(
    visit: Visit,
    template: str,
    door: Callable[[Pod], Items[Any]],
    asked: Mapping[str, str],
    filed_under: str,
) -> web.Response:
    query = items_asked(visit, asked, filed_under)
    found, names, pods = await visit.do(_found, door, query, visit.words)
    return visit.page(
        template,
        found=found[:PAGE],
        next=next_path(visit.request.path, asked, found),
        names=names,
        asked=asked,
        is_narrowed=is_narrowed(asked),
        pods=pods,
        categories=categories(visit.say),
    )


def _found(
    pod: Pod, door: Callable[[Pod], Items[Any]], query: ItemQuery, words: Words
) -> tuple[list[Item[Any]], dict[bytes, str], list[tuple[str, str]]]:
    found = door(pod).page(query)
    names = pod_names(pod, (it.author for it in found))
    return found, names, pods_to_choose(pod, words.gettext("this pod"))


async def show_notice(visit: Visit) -> web.StreamResponse:
    """One notice, and where pods stand on it, side by side and not counted."""
    return await _notice_page(visit, None, {})


async def _notice_page(
    visit: Visit, given: Given | None, faults: Mapping[str, str], status: int = 200
) -> web.Response:
    item, stands, ours, names, may = await visit.do(_notice, visit.viewer, visit.path["rid"])
    shown = given or (given_of(ours.body, STAND) if ours else {})
    return visit.page(
        "notice.html",
        status=status,
        foreign=await foreign(visit, item.body.lang),
        item=item,
        stands=stands,
        ours=ours,
        names=names,
        may_change=may,
        given=shown,
        faults=faults,
        most=bounds_of(Outcome),
    )


def _notice(
    pod: Pod, viewer: Viewer, reference: str
) -> tuple[Item[Notice], list[Item[Outcome]], Item[Outcome] | None, dict[bytes, str], bool]:
    item = pod.notices_board.find(reference)
    stands = pod.outcomes.on(item)[:STANDS]
    ours = pod.outcomes.ours_on(item)
    names = pod_names(pod, [item.author, *(it.author for it in stands)])
    return item, stands, ours, names, may_change(pod, viewer, item.author, item.rid)


async def stand(visit: Visit) -> web.StreamResponse:
    """Say where this pod stands, in place of what it said before."""
    given = typed_in(visit.form, STAND)
    fields = {**fields_of(Outcome, given), "lang": visit.words.tag}
    try:
        await visit.do(_stand, visit.path["rid"], fields)
    except WrongFields as wrong:
        return await _notice_page(visit, given, visit.faults(wrong), 422)
    return visit.go(f"/notices/{visit.path['rid']}#stands")


def _stand(pod: Pod, reference: str, fields: dict[str, object]) -> None:
    pod.outcomes.say(pod.notices_board.find(reference), fields)


async def unstand(visit: Visit) -> web.StreamResponse:
    """Take back what this pod said."""
    await visit.do(_unstand, visit.path["rid"])
    return visit.go(f"/notices/{visit.path['rid']}#stands")


def _unstand(pod: Pod, reference: str) -> None:
    ours = pod.outcomes.ours_on(pod.notices_board.find(reference))
    if ours is not None:
        pod.outcomes.withdraw(ours.rid)


# --- To read, see and hear ---


async def show_readings(visit: Visit) -> web.StreamResponse:
    """What pods recommend to read, see or hear."""
    asked = asked_in(visit, "category")
    return await _list(visit, "readings.html", _readings, asked, category_in(asked))


async def show_reading(visit: Visit) -> web.StreamResponse:
    """One of them."""
    item, names, may = await visit.do(_reading, visit.viewer, visit.path["rid"])
    return visit.page("reading.html", item=item, names=names, may_change=may)


def _reading(
    pod: Pod, viewer: Viewer, reference: str
) -> tuple[Item[Reading], dict[bytes, str], bool]:
    item = pod.readings.find(reference)
    may = may_change(pod, viewer, item.author, item.rid)
    return item, pod_names(pod, [item.author]), may


ROUTES = (
    Route("GET", "/notices", show_notices, Right.SEE_POD),
    *NOTICE.routes(),
    Route("GET", f"/notices/{RID}", show_notice, Right.SEE_POD),
    Route("POST", f"/notices/{RID}/renew", NOTICE.renew, Right.POST),
    Route("POST", f"/notices/{RID}/stand", stand, Right.EDIT_AGREEMENTS),
    Route("POST", f"/notices/{RID}/unstand", unstand, Right.EDIT_AGREEMENTS),
    Route("GET", "/readings", show_readings, Right.SEE_POD),
    *READING.routes(),
    Route("GET", f"/readings/{RID}", show_reading, Right.SEE_POD),
)
