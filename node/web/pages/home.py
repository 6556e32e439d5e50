"""The first page: for strangers what is public, for members what is new and what waits for them."""

from typing import Final, NamedTuple

from aiohttp import web

from node.aid.for_you import Waits
from node.aid.items import Item
from node.aid.listings import BoardQuery
from node.aid.setting_up import Step
from node.pod import Pod
from node.web.pages.public import show_public
from node.web.pages.shown import Shown, listings_of, shown
from node.web.site import Route, Visit
from node.web.viewer import Viewer
from protocol.aid.house.rights import Right
from protocol.aid.notice import Notice

NEWEST: Final = 8
ALERTS: Final = 3
EXPIRING_S: Final = 3 * 86_400


class Home(NamedTuple):
    """What a member's first page shows."""

    alerts: list[Item[Notice]]
    is_crisis: bool
    waiting: list[Waits]
    mine: list[Shown]
    newest: list[Shown]
    letters: int
    first_steps: list[Step]


async def show_home(visit: Visit) -> web.StreamResponse:
    """The first page, for whoever comes."""
    if not visit.viewer.may(Right.SEE_POD):
        return await show_public(visit, {}, {})
    home = await visit.do(home_of, visit.viewer)
    return visit.page("home.html", **home._asdict())


def home_of(pod: Pod, viewer: Viewer) -> Home:
    """Return what the first page of a member shows."""
    soon_s = viewer.now_s + EXPIRING_S
    ending = [it for it in listings_of(pod, viewer) if it.ends_before(soon_s)]
    found = pod.listings.board(BoardQuery(limit=NEWEST))
    alerts, is_crisis = pod.notices_board.alerts(limit=ALERTS), pod.crisis.is_on()
    letters = pod.letterbox.news(viewer.looking)
    steps = pod.setting_up.steps(viewer.looking)
    waiting = pod.for_you.waiting(viewer.looking)
    return Home(alerts, is_crisis, waiting, ending, shown(pod, found), letters, steps)


ROUTES = (Route("GET", "/", show_home, Right.SEE_PUBLIC),)
