"""Words that pods say to one another: notices, and what to read, see and hear."""

from collections.abc import Callable, Mapping
from typing import Final, TypeVar

from aiohttp import web

from node.aid.items import Item, ItemQuery, Items
from node.pod import Pod
from node.web.pages.board import audience_of, audiences
from node.web.pages.shown import pod_names
from node.web.site import Route, Visit
from protocol.aid.body import Body
from protocol.aid.house.rights import Right
from protocol.aid.notice import Notice
from protocol.aid.reading import Reading
from protocol.aid.sentences import WrongFields

B = TypeVar("B", bound=Body)
PAGE: Final = 30
TOPICS: Final = ("idea", "request", "alert", "thanks-to-all")


def _notices_board(pod: Pod) -> Items[Notice]:
    return pod.notices_board


def _readings(pod: Pod) -> Items[Reading]:
    return pod.readings


def _page_of(
    pod: Pod, door: Callable[[Pod], Items[B]], query: ItemQuery
) -> tuple[list[Item[B]], dict[bytes, str]]:
    found = door(pod).page(query)
    return found, pod_names(pod, (it.author for it in found))


async def show_notices(visit: Visit) -> web.StreamResponse:
    """Notices of pods, the newest first."""
    query = ItemQuery(open_at_s=visit.viewer.now_s, limit=PAGE)
    found, names = await visit.do(_page_of, _notices_board, query)
    return _notices_page(visit, found, names, {"audience": "near", "topic": "idea"}, {})


async def add_notice(visit: Visit) -> web.StreamResponse:
    """Write a notice."""
    given = visit.form.texts(("title", "text", "topic", "audience"))
    fields = {name: given[name] for name in ("title", "text", "topic")}
    try:
        body = Notice.write({**fields, "lang": visit.words.tag})
    except WrongFields as wrong:
        query = ItemQuery(open_at_s=visit.viewer.now_s, limit=PAGE)
        found, names = await visit.do(_page_of, _notices_board, query)
        return _notices_page(visit, found, names, given, visit.faults(wrong), 422)
    audience = audience_of(visit.form)
    await visit.do(lambda pod: pod.notices_board.publish(body, audience=audience))
    return visit.go("/notices")


def _notices_page(
    visit: Visit,
    found: list[Item[Notice]],
    names: Mapping[bytes, str],
    given: Mapping[str, str],
    faults: Mapping[str, str],
    status: int = 200,
) -> web.Response:
    return visit.page(
        "notices.html",
        status=status,
        found=found,
        names=names,
        given=given,
        faults=faults,
        audiences=audiences(visit.say),
        topics=TOPICS,
    )


async def show_readings(visit: Visit) -> web.StreamResponse:
    """What pods recommend to read, see or hear."""
    found, names = await visit.do(_page_of, _readings, ItemQuery(limit=PAGE))
    return visit.page(
        "readings.html",
        found=found,
        names=names,
        given={"audience": "network"},
        faults={},
        audiences=audiences(visit.say),
    )


async def add_reading(visit: Visit) -> web.StreamResponse:
    """Recommend something."""
    given = visit.form.texts(
        ("title", "made_by", "medium", "link", "paper_copy", "note", "audience")
    )
    fields = {name: value or None for name, value in given.items() if name != "audience"}
    try:
        body = Reading.write({**fields, "lang": visit.words.tag})
    except WrongFields as wrong:
        found, names = await visit.do(_page_of, _readings, ItemQuery(limit=PAGE))
        return visit.page(
            "readings.html",
            status=422,
            found=found,
            names=names,
            given=given,
            faults=visit.faults(wrong),
            audiences=audiences(visit.say),
        )
    audience = audience_of(visit.form)
    await visit.do(lambda pod: pod.readings.publish(body, audience=audience))
    return visit.go("/readings")


ROUTES = (
    Route("GET", "/notices", show_notices, Right.SEE_POD),
    Route("POST", "/notices", add_notice, Right.POST),
    Route("GET", "/readings", show_readings, Right.SEE_POD),
    Route("POST", "/readings", add_reading, Right.POST),
)
