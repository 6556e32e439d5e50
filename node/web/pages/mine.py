"""The visitor's own: what they put on the board or asked for, for themselves and for others."""

from collections import Counter
from typing import NamedTuple

from aiohttp import web

from node.aid.answers import Answer
from node.pod import Pod
from node.web.pages.shown import Shown, listings_of, typed_by
from node.web.site import Route, Visit
from node.web.viewer import Viewer
from protocol.aid.house.rights import Right
from protocol.aid.life import Standing


class Own(NamedTuple):
    """One listing that the visitor looks after. waiting: answers. whose: a name, if another's."""

    it: Shown
    waiting: int
    whose: str


class Mine(NamedTuple):
    """All that a page of one's own shows. names: of whoever asked, where it was typed for them."""

    mine: list[Own]
    asked: list[Answer]
    names: dict[bytes, str]


async def show_mine(visit: Visit) -> web.StreamResponse:
    """What the visitor looks after, and what they asked for."""
    found = await visit.do(_mine, visit.viewer)
    return visit.page("mine.html", **found._asdict())


def _mine(pod: Pod, viewer: Viewer) -> Mine:
    answers = pod.answers.all()
    waiting = Counter(it.rid for it in answers if it.standing is Standing.WAITING)
    own = [Own(it, waiting[it.rid], "") for it in listings_of(pod, viewer)]
    for it in typed_by(pod, viewer):
        whose = pod.people.whose(viewer.looking, it.rid)
        if whose is not None:
            own.append(Own(it, waiting[it.rid], whose.member.name))
    return Mine(own, pod.behalf.given(viewer.looking), pod.people.names())


ROUTES = (Route("GET", "/mine", show_mine, Right.SEE_POD),)
