"""Operations on meetups: when people meet next, and who comes."""

from collections.abc import Mapping
from typing import Annotated, Final

from pydantic import Field

from node.aid.items import Item, ItemQuery
from node.aid.meetups import Meeting, Meetups
from node.aid.zones import local_zone_name
from node.pod import Pod
from node.shapes.plain import Json, reference_of
from node.shapes.shape import Shape, listed
from node.shapes.things import (
    EVENT,
    EVENT_DETAIL,
    MEETING,
    EventDay,
    RsvpShape,
    item_data,
    meeting_data,
    meeting_more,
    rsvp_shape,
)
from node.web.api.board import MAX_WORDS
from node.web.api.me import PersonId
from node.web.api.operation import Call, Given, get, post
from node.web.api.paging import MOST, USUAL
from node.web.api.things import Kind
from protocol.aid.event import Event
from protocol.aid.fields import WholeDay
from protocol.aid.house.limits import MAX_COMING_ALONG, MAX_RSVP_WISHES
from protocol.aid.house.rights import Right
from protocol.aid.house.rsvp import Coming
from protocol.aid.letter import Rsvp as LetterRsvp
from protocol.aid.limits import MAX_BY, MAX_PEOPLE
from protocol.errors import UserError
from protocol.identity import parse_pod_id

DAYS: Final = 6
"""Next days of one event."""


def _meetups(pod: Pod) -> Meetups:
    return pod.meetups


EVENTS: Final = Kind(
    path="/api/events",
    one="an event",
    door=_meetups,
    body=Event,
    shape=EVENT,
    usual={"tz": lambda _: local_zone_name()},
)


class MeetingsAsked(Given):
    """Which meetings, the soonest first. days: so many ahead.  pod_id: of one pod."""

    words: Annotated[str, Field(max_length=MAX_WORDS)] = ""
    pod_id: Annotated[str, Field(max_length=MAX_WORDS)] | None = None
    days: Annotated[int, Field(ge=1, le=366, strict=False)] = 62
    limit: Annotated[int, Field(ge=1, le=MOST, strict=False)] = USUAL


class RsvpGiven(Given):
    """Whether one comes. day: of a row; the next without it.  along: how many come with one.

    member: the id of whom one says it for.
    """

    coming: Coming = "yes"
    day: WholeDay | None = None
    along: Annotated[int, Field(ge=0, le=MAX_COMING_ALONG)] = 0
    wishes: Annotated[str, Field(max_length=MAX_RSVP_WISHES)] | None = None
    member: PersonId | None = None


class Telling(Given):
    """How many come from here, for the pod that invites; 0: nobody. from_label: a name to show."""

    people: Annotated[int, Field(ge=0, le=MAX_PEOPLE)] = 1
    day: WholeDay | None = None
    from_label: Annotated[str, Field(max_length=MAX_BY)] | None = None
    message: str | None = None


class HowManyTold(Shape):
    """What the pod that invites is told, and how far that letter is."""

    reference: str
    day: str
    people: int
    state: str


class Cancelling(Given):
    """day: only this one of a row."""

    day: WholeDay | None = None


class RsvpNoted(RsvpShape):
    """A word on one day of one event."""

    reference: str
    day: str


def _meetings(call: Call) -> Mapping[str, Json]:
    asked: MeetingsAsked = call.asked
    author = parse_pod_id(asked.pod_id) if asked.pod_id else None
    found = call.pod.meetups.upcoming(
        query=ItemQuery(author=author, words=asked.words),
        ahead_s=asked.days * 86_400,
        limit=asked.limit,
    )
    return {"items": [meeting_data(it, call.names) for it in found]}


def _show_event(call: Call) -> Mapping[str, Json]:
    return _told_event(call, call.pod.meetups.find(call.path["rid"]))


def _told_event(call: Call, item: Item[Event]) -> Mapping[str, Json]:
    ahead = call.pod.meetups.next_of(item, DAYS)
    days: list[Json] = [_day(call, it).to_json() for it in ahead]
    return item_data(item, call.names) | {"days": days}


def _day(call: Call, meeting: Meeting) -> EventDay:
    said = call.pod.meetups.coming(call.viewer.looking, meeting)
    coming = tuple(rsvp_shape(name, it) for name, it in said)
    return EventDay(**meeting_more(meeting).model_dump(), coming=coming)


def _rsvp(call: Call) -> Mapping[str, Json]:
    door, said = call.pod.meetups, call.said
    member = bytes.fromhex(said.member) if said.member else call.me
    meeting = _meeting(call)
    noted = door.rsvp(
        call.viewer.looking,
        member,
        meeting,
        said.coming,
        along=said.along,
        wishes=said.wishes,
    )
    shape = rsvp_shape(call.pod.people.names()[member], noted).model_dump()
    ref = reference_of(meeting.item.rid)
    return RsvpNoted(reference=ref, day=meeting.day, **shape).to_json()


def _meeting(call: Call) -> Meeting:
    """Return the meeting of an event that is meant: on that day, or the next."""
    door, day = call.pod.meetups, call.said.day
    item = door.find(call.path["rid"])
    ahead = [door.meeting_on(item, day)] if day else door.next_of(item)
    if not ahead:
        raise UserError("not_found", "That meetup is over.", "See what comes: pod event list")
    return ahead[0]


def _tell(call: Call) -> Mapping[str, Json]:
    said, meeting = call.said, _meeting(call)
    name = call.viewer.member.name if call.viewer.member else ""
    label = said.from_label or name
    # Judged as a whole before the last word is taken back.
    fields = {"people": said.people, "from_label": label, "message": said.message}
    LetterRsvp.write({"re": "0" * 32, **fields})
    looking, people = call.viewer.looking, said.people
    sent = call.pod.letterbox.tell(looking, meeting, people, label=label, message=said.message)
    return HowManyTold(
        reference=reference_of(meeting.item.rid),
        day=meeting.day,
        people=people,
        state=sent.state.name.lower(),
    ).to_json()


def _cancel(call: Call) -> Mapping[str, Json]:
    rid, day = EVENTS.own(call).rid, call.said.day
    door = call.pod.meetups
    return _told_event(call, door.cancel_on(rid, day) if day else door.cancel(rid))


def _plan_again(call: Call) -> Mapping[str, Json]:
    rid = EVENTS.own(call).rid
    call.pod.meetups.plan_again(rid)
    return _told_event(call, call.pod.meetups.own(rid))


OPERATIONS: Final = (
    get(
        "/api/events",
        "When people meet next, the soonest first; a row with each of its days.",
        _meetings,
        listed("Meetings", MEETING),
        asks=MeetingsAsked,
    ),
    get("/api/events/{rid}", "An event, its next days, and who comes.", _show_event, EVENT_DETAIL),
    *EVENTS.writing,
    post(
        "/api/events/{rid}/rsvp",
        "Say whether one comes; it stays in this pod.",
        _rsvp,
        RsvpNoted,
        takes=RsvpGiven,
        may=Right.COME,
    ),
    post(
        "/api/events/{rid}/tell",
        "Tell the pod that invites how many come, by sealed letter.",
        _tell,
        HowManyTold,
        takes=Telling,
        may=Right.WRITE_LETTERS,
    ),
    post(
        "/api/events/{rid}/cancel",
        "Say that it does not take place, or one day of it.",
        _cancel,
        EVENT_DETAIL,
        takes=Cancelling,
    ),
    post(
        "/api/events/{rid}/plan-again",
        "Say that it takes place after all.",
        _plan_again,
        EVENT_DETAIL,
    ),
)
