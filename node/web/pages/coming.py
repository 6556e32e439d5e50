"""Who of this pod comes to a meetup: said in full, for oneself or for somebody without a phone."""

from collections.abc import Mapping
from typing import Final

from aiohttp import web

from node.aid.meetups import Meeting
from node.pod import Pod
from node.web.pages.persons import others_of, whose_in
from node.web.pages.things import RID
from node.web.site import Route, Visit
from node.web.viewer import Viewer
from protocol.aid.house.limits import MAX_COMING_ALONG, MAX_RSVP_WISHES
from protocol.aid.house.member import Member
from protocol.aid.house.rights import Right
from protocol.aid.house.rsvp import COMING, Rsvp
from protocol.aid.sentences import WrongFields
from protocol.errors import UserError

_FIELDS: Final = ("coming", "along", "wishes", "whose")
Asked = tuple[Meeting, Rsvp | None, list[Member]]


async def coming_form(visit: Visit) -> web.StreamResponse:
    """Whether one comes, with whom, and what one needs there."""
    day = visit.asked("day")
    _, mine, _ = await visit.do(_asked, visit.viewer, visit.path["rid"], day)
    along, wishes = (str(mine.along or ""), mine.wishes or "") if mine else ("", "")
    given = {"coming": mine.coming if mine else "yes", "along": along, "wishes": wishes}
    return await _form(visit, day, given, {})


async def say_coming(visit: Visit) -> web.StreamResponse:
    """Note it, for the visitor or for whom they say it."""
    given, day = {name: visit.form.text(name) for name in _FIELDS}, visit.form.text("day")
    if given["coming"] not in COMING:
        raise UserError("invalid", "Choose one of the answers.")
    whose = await visit.do(whose_in, visit)
    try:
        await visit.do(_say, visit.viewer, visit.path["rid"], day, whose, given)
    except WrongFields as wrong:
        return await _form(visit, day, given, visit.faults(wrong), 422)
    return visit.go(f"/meetups/{visit.path['rid']}")


def _say(
    pod: Pod, viewer: Viewer, reference: str, day: str, whose: Member, given: Mapping[str, str]
) -> None:
    meeting = pod.meetups.meeting_on(pod.meetups.find(reference), day)
    coming = next(it for it in COMING if it == given["coming"])
    along = given["along"] or "0"
    pod.meetups.rsvp(
        viewer.looking,
        whose.id,
        meeting,
        coming,
        along=int(along) if along.isdecimal() and len(along) < 4 else -1,
        wishes=given["wishes"] or None,
    )


async def _form(
    visit: Visit, day: str, given: Mapping[str, str], faults: Mapping[str, str], status: int = 200
) -> web.StreamResponse:
    meeting, _, others = await visit.do(_asked, visit.viewer, visit.path["rid"], day)
    return visit.page(
        "coming.html",
        status=status,
        meeting=meeting,
        others=others,
        answers=[(it, visit.say.coming_self(it)) for it in COMING],
        given=given,
        faults=faults,
        most_along=MAX_COMING_ALONG,
        most_wishes=MAX_RSVP_WISHES,
    )


def _asked(pod: Pod, viewer: Viewer, reference: str, day: str) -> Asked:
    meeting = pod.meetups.meeting_on(pod.meetups.find(reference), day)
    said = [it for _, it in pod.meetups.coming(viewer.looking, meeting)]
    mine = next((it for it in said if viewer.looking.is_self(it.member)), None)
    return meeting, mine, others_of(pod, viewer)


ROUTES = (
    Route("GET", f"/meetups/{RID}/coming", coming_form, Right.COME),
    Route("POST", f"/meetups/{RID}/coming", say_coming, Right.COME),
)
