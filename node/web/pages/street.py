"""What pods tell one another besides listings: places and services, meetups, notices, reading."""

from collections.abc import Callable, Mapping
from datetime import UTC, date, datetime
from typing import Any, Final, NamedTuple, TypeVar

from aiohttp import web

from node.aid.directory import Entry
from node.aid.items import Item, ItemQuery, Items
from node.aid.meetups import Meeting, local_zone_name
from node.pod import Pod
from node.web.pages.board import audience_of, audiences, categories
from node.web.pages.shown import pod_names
from node.web.site import Route, Visit
from node.web.viewer import Viewer
from protocol.aid.body import Body
from protocol.aid.event import Event
from protocol.aid.house.rights import Right
from protocol.aid.house.rsvp import COMING, Coming, Rsvp
from protocol.aid.notice import Notice
from protocol.aid.reading import Reading
from protocol.aid.resource import Resource
from protocol.aid.sentences import WrongFields
from protocol.errors import UserError

B = TypeVar("B", bound=Body)
PAGE: Final = 30
FINDINGS: Final = ("still-true", "changed", "closed")
TOPICS: Final = ("idea", "request", "alert", "thanks-to-all")


def _given(visit: Visit, names: tuple[str, ...]) -> dict[str, str]:
    return {name: visit.form.text(name) for name in names}


def _lines(text: str) -> tuple[str, ...]:
    return tuple(it.strip() for it in text.replace(";", ",").split(",") if it.strip())


# --- The directory ---

_RESOURCE_FIELDS: Final = (
    *("name", "org", "about", "phones", "url", "email", "address", "hours_words"),
    *("eligibility", "access", "category", "cost", "works_without_power", "audience"),
)


async def show_directory(visit: Visit) -> web.StreamResponse:
    """Places and services, with how long ago somebody knew them to be true."""
    asked = {name: visit.asked(name)[:80] for name in ("words", "category")}
    query = ItemQuery(words=asked["words"], filed_under=asked["category"] or None, limit=PAGE)
    entries, names = await visit.do(_entries, query)
    return visit.page(
        "directory.html",
        entries=entries,
        names=names,
        asked=asked,
        categories=categories(visit.say),
    )


def _entries(pod: Pod, query: ItemQuery) -> tuple[list[Entry], dict[bytes, str]]:
    entries = list(pod.directory.entries(query))
    return entries, pod_names(pod, (it.item.author for it in entries))


async def show_resource(visit: Visit) -> web.StreamResponse:
    """One place or service, and what pods found, side by side."""
    entry, names, our_id = await visit.do(_entry, visit.path["rid"])
    return visit.page(
        "resource.html", entry=entry, names=names, is_ours=entry.item.author == our_id
    )


def _entry(pod: Pod, reference: str) -> tuple[Entry, dict[bytes, str], bytes]:
    entry = pod.directory.entry(pod.directory.find(reference))
    authors = [entry.item.author, *(it.author for it in entry.found)]
    return entry, pod_names(pod, authors), pod.pod_id


async def new_resource(visit: Visit) -> web.StreamResponse:
    """A form: a name and one way to reach it are enough."""
    return _resource_form(visit, {"audience": "network", "category": "other"}, {})


async def add_resource(visit: Visit) -> web.StreamResponse:
    """Put a place or service into the directory."""
    given = _given(visit, _RESOURCE_FIELDS)
    fields: dict[str, object] = {
        **{name: given[name] for name in _RESOURCE_FIELDS[:8] if name != "phones"},
        "eligibility": given["eligibility"],
        "access": given["access"],
        "phones": _lines(given["phones"]),
        "categories": (given["category"],),
        "cost": given["cost"] or None,
        "works_without_power": given["works_without_power"] or None,
        "public_place": bool(given["address"]),
        "last_checked": _today(visit),
        "lang": visit.words.tag,
    }
    try:
        body = Resource.write(fields)
    except WrongFields as wrong:
        return _resource_form(visit, given, visit.faults(wrong), 422)
    audience = audience_of(visit.form)
    item = await visit.do(lambda pod: pod.directory.publish(body, audience=audience))
    return visit.go(f"/directory/{item.rid.hex()}")


def _resource_form(
    visit: Visit, given: Mapping[str, str], faults: Mapping[str, str], status: int = 200
) -> web.Response:
    return visit.page(
        "resource_form.html",
        status=status,
        given=given,
        faults=faults,
        categories=categories(visit.say),
        audiences=audiences(visit.say),
    )


async def confirm_resource(visit: Visit) -> web.StreamResponse:
    """Say what one found: still true, changed, closed."""
    says = visit.form.text("says")
    if says not in FINDINGS:
        raise UserError("invalid", "Choose what you found.")
    note = visit.form.text("note") or None
    await visit.do(_confirm, visit.path["rid"], says, note, date.fromisoformat(_today(visit)))
    return visit.go(f"/directory/{visit.path['rid']}")


def _confirm(pod: Pod, reference: str, says: Any, note: str | None, today: date) -> None:
    item = pod.directory.find(reference)
    if item.author == pod.pod_id and says == "still-true":
        pod.directory.checked(item.rid, today)
    else:
        pod.directory.confirm(item, says, on=today, note=note)


async def remove_resource(visit: Visit) -> web.StreamResponse:
    """Take one of this pod's own out of the directory."""
    await visit.do(lambda pod: pod.directory.remove(pod.directory.find(visit.path["rid"]).rid))
    return visit.go("/directory")


# --- Meetups ---

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
    given = _given(visit, _EVENT_FIELDS)
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


# --- Notices and reading ---


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
    given = _given(visit, ("title", "text", "topic", "audience"))
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
    given = _given(visit, ("title", "made_by", "medium", "link", "paper_copy", "note", "audience"))
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


def _today(visit: Visit) -> str:
    return datetime.fromtimestamp(visit.viewer.now_s, UTC).astimezone().date().isoformat()


_RID = "{rid:[0-9a-f]{32}}"
ROUTES = (
    Route("GET", "/directory", show_directory, Right.SEE_POD),
    Route("GET", "/directory/new", new_resource, Right.POST),
    Route("POST", "/directory/new", add_resource, Right.POST),
    Route("GET", f"/directory/{_RID}", show_resource, Right.SEE_POD),
    Route("POST", f"/directory/{_RID}/confirm", confirm_resource, Right.POST),
    Route("POST", f"/directory/{_RID}/remove", remove_resource, Right.EDIT_OTHERS_LISTINGS),
    Route("GET", "/meetups", show_meetups, Right.SEE_POD),
    Route("GET", "/meetups/new", new_meetup, Right.POST),
    Route("POST", "/meetups/new", add_meetup, Right.POST),
    Route("GET", f"/meetups/{_RID}", show_meetup, Right.SEE_POD),
    Route("POST", f"/meetups/{_RID}/rsvp", rsvp, Right.COME),
    Route("POST", f"/meetups/{_RID}/cancel", cancel_meetup, Right.EDIT_OTHERS_LISTINGS),
    Route("GET", "/notices", show_notices, Right.SEE_POD),
    Route("POST", "/notices", add_notice, Right.POST),
    Route("GET", "/readings", show_readings, Right.SEE_POD),
    Route("POST", "/readings", add_reading, Right.POST),
)
