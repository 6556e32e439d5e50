"""How pods are doing in a crisis: what each said, how long ago, and what this one says."""

from collections.abc import Mapping
from typing import Any, Final

from aiohttp import web

from node.aid.items import Item
from node.pod import Pod
from node.web.guard import Form
from node.web.pages.board import audience_of, audiences, categories
from node.web.pages.fields import Given, bounds_of, fields_of, given_of, typed_in
from node.web.pages.shown import pod_names
from node.web.site import Route, Visit
from protocol.aid.audience import Audience
from protocol.aid.crisis_status import CrisisStatus
from protocol.aid.house.rights import Right
from protocol.aid.notice import Notice
from protocol.aid.sentences import WrongFields

PAGE: Final = 50
NAMES: Final = ("level", "what", "we_need", "we_can_help", "safe_places", "heard_from")


async def show_crisis(visit: Visit) -> web.StreamResponse:
    """How pods are, the newest word first, and the warnings that are on."""
    return await _page(visit, None, {})


async def _page(
    visit: Visit, given: Given | None, faults: Mapping[str, str], status: int = 200
) -> web.Response:
    found, alerts, ours, names = await visit.do(_found)
    said = {**typed_in(Form({}), NAMES), "level": "active", "audience": Audience.NEAR.value}
    if ours is not None:
        said = {**given_of(ours.body, NAMES), "audience": ours.audience.value}
    return visit.page(
        "crisis.html",
        status=status,
        found=found,
        alerts=alerts,
        ours=ours,
        names=names,
        given=given or said,
        faults=faults,
        most=bounds_of(CrisisStatus),
        categories=categories(visit.say),
        audiences=audiences(visit.say),
    )


def _found(
    pod: Pod,
) -> tuple[
    list[Item[CrisisStatus]], list[Item[Notice]], Item[CrisisStatus] | None, dict[bytes, str]
]:
    found, alerts = pod.crisis.statuses(PAGE), pod.notices_board.alerts(PAGE)
    names = pod_names(pod, [*(it.author for it in found), *(it.author for it in alerts)])
    return found, alerts, pod.crisis.get(), names


async def say(visit: Visit) -> web.StreamResponse:
    """Tell how this pod is, now, in place of what it said before."""
    given = typed_in(visit.form, (*NAMES, "audience"))
    fields: dict[str, Any] = {**fields_of(CrisisStatus, given), "lang": visit.words.tag}
    try:
        status = CrisisStatus.write(fields)
    except WrongFields as wrong:
        return await _page(visit, given, visit.faults(wrong), 422)
    audience = audience_of(visit.form)
    await visit.do(lambda pod: pod.crisis.say(status, audience))
    return visit.go("/crisis")


async def take_back(visit: Visit) -> web.StreamResponse:
    """Say nothing any more."""
    await visit.do(lambda pod: pod.crisis.take_back())
    return visit.go("/crisis")


ROUTES = (
    Route("GET", "/crisis", show_crisis, Right.SEE_POD),
    Route("POST", "/crisis", say, Right.POST),
    Route("POST", "/crisis/take-back", take_back, Right.POST),
)
