"""Meetups: when people meet, and who comes."""

from collections.abc import Mapping
from typing import Final, NamedTuple

from aiohttp import web

from node.aid.items import Item
from node.aid.meetups import Meeting, local_zone_name
from node.pod import Pod
from node.web.pages.board import audience_of, audiences
from node.web.pages.shown import pod_names
from node.web.site import Route, Visit
from node.web.viewer import Viewer
from protocol.aid.event import Event
from protocol.aid.house.rights import Right
from protocol.aid.house.rsvp import COMING, Coming, Rsvp
from protocol.aid.sentences import WrongFields
from protocol.errors import UserError

PAGE: Final = 30
_EVENT_FIELDS: Final = (
    *("title", "day", "time", "until", "place", "about", "gathering", "repeats"),
    *("last_day", "access", "online", "audience"),
)
PROVIDES: Final = ("childcare", "food", "step-free", "interpreting")


class Meet(NamedTuple):
    """One meeting for a page. coming: names of this pod, with their words."""

    meeting: Meeting
    coming: list[tuple[str, Rsvp]]
    mine: Rsvp | None


async def show_meetups(visit: Visit) -> web.StreamResponse:
    """When people meet next."""
    meetings, names = await visit.do(_meetings)
    return visit.page("meetups.html", meetings=meetings, names=names)


def _meetings(pod: Pod) -> tuple[list[Meeting], dict[bytes, str]]:
    meetings = pod.meetups.upcoming(limit=PAGE)
    return meetings, pod_names(pod, (it.item.author for it in meetings))


async def show_meetup(visit: Visit) -> web.StreamResponse:
    """One event, its next meetings, and who of this pod comes."""
    item, meets, names, our_id = await visit.do(_meetup, visit.viewer, visit.path["rid"])
    return visit.page(
        "meetup.html", item=item, meets=meets, names=names, is_ours=item.author == our_id
    )


def _meetup(
    pod: Pod, viewer: Viewer, reference: str
) -> tuple[Item[Event], list[Meet], dict[bytes, str], bytes]:
    item = pod.meetups.find(reference)
    meets = []
    for meeting in pod.meetups.next_of(item, 6):
        coming = pod.meetups.coming(viewer.looking, meeting)
        mine = next((it for _, it in coming if it.member == viewer.member_id), None)
        meets.append(Meet(meeting, coming, mine))
    return item, meets, pod_names(pod, [item.author]), pod.pod_id


async def rsvp(visit: Visit) -> web.StreamResponse:
    """Say whether one comes. It stays in this pod."""
    said, day, wishes = (visit.form.text(name) for name in ("coming", "day", "wishes"))
    if said not in COMING:
        raise UserError("invalid", "Choose one of the answers.")
    await visit.do(_rsvp, visit.viewer, visit.path["rid"], day, said, wishes or None)
    return visit.go(f"/meetups/{visit.path['rid']}")


def _rsvp(
    pod: Pod, viewer: Viewer, reference: str, day: str, said: Coming, wishes: str | None
) -> None:
    meeting = pod.meetups.meeting_on(pod.meetups.find(reference), day)
    pod.meetups.rsvp(viewer.looking, viewer.member_id, meeting, said, wishes=wishes)


async def new_meetup(visit: Visit) -> web.StreamResponse:
    """A form for a meetup."""
    return _meetup_form(visit, {"audience": "near", "repeats": "none", "gathering": "social"}, {})


async def add_meetup(visit: Visit) -> web.StreamResponse:
    """Put a meetup on the calendar."""
    given = visit.form.texts(_EVENT_FIELDS)
    zone = local_zone_name()
    start = f"{given['day']}T{given['time']}" if given["day"] and given["time"] else ""
    fields: dict[str, object] = {
        "title": given["title"],
        "start": start,
        "end": f"{given['day']}T{given['until']}" if given["day"] and given["until"] else None,
        "tz": zone,
        "gathering": given["gathering"],
        "repeats": given["repeats"],
        "last_day": given["last_day"] or None,
        "place": given["place"],
        "about": given["about"],
        "access": given["access"],
        "online": given["online"] or None,
        "provides": tuple(it for it in PROVIDES if it in visit.form.all("provides")),
        "lang": visit.words.tag,
    }
    try:
        body = Event.write(fields)
    except WrongFields as wrong:
        faults = visit.faults(wrong)
        wrong_time = [faults[name] for name in ("start", "end", "tz") if name in faults]
        moved = {"day": wrong_time[0]} if wrong_time else {}
        return _meetup_form(visit, given, faults | moved, 422)
    audience = audience_of(visit.form)
    item = await visit.do(lambda pod: pod.meetups.publish(body, audience=audience))
    return visit.go(f"/meetups/{item.rid.hex()}")


def _meetup_form(
    visit: Visit, given: Mapping[str, str], faults: Mapping[str, str], status: int = 200
) -> web.Response:
    return visit.page(
        "meetup_form.html",
        status=status,
        given=given,
        faults={name: said for name, said in faults.items() if name in _EVENT_FIELDS},
        audiences=audiences(visit.say),
        provides=PROVIDES,
    )


async def cancel_meetup(visit: Visit) -> web.StreamResponse:
    """Say that it does not take place."""
    await visit.do(lambda pod: pod.meetups.cancel(pod.meetups.find(visit.path["rid"]).rid))
    return visit.go(f"/meetups/{visit.path['rid']}")


_RID = "{rid:[0-9a-f]{32}}"
ROUTES = (
    Route("GET", "/meetups", show_meetups, Right.SEE_POD),
    Route("GET", "/meetups/new", new_meetup, Right.POST),
    Route("POST", "/meetups/new", add_meetup, Right.POST),
    Route("GET", f"/meetups/{_RID}", show_meetup, Right.SEE_POD),
    Route("POST", f"/meetups/{_RID}/rsvp", rsvp, Right.COME),
    Route("POST", f"/meetups/{_RID}/cancel", cancel_meetup, Right.EDIT_OTHERS_LISTINGS),
)
