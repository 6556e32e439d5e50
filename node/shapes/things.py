"""What pods tell one another besides listings, as programs are told of it."""

from typing import Annotated, Any, Final

from pydantic import Field

from node.aid.directory import Entry
from node.aid.items import Item
from node.aid.meetups import Meeting
from node.shapes.board import UNTOLD
from node.shapes.names import Names
from node.shapes.plain import Json, reference_of
from node.shapes.shape import Shape, flat
from protocol.aid.audience import Audience
from protocol.aid.confirmation import Confirmation
from protocol.aid.crisis_status import CrisisStatus
from protocol.aid.event import Event
from protocol.aid.house.rsvp import Coming, Rsvp
from protocol.aid.notice import Notice
from protocol.aid.outcome import Outcome
from protocol.aid.pod_card import PodCard
from protocol.aid.reading import Reading
from protocol.aid.resource import Resource
from protocol.identity import pod_id_text


class ItemHead(Shape):
    """One thing that a pod says. closes_s: when readers take it off; 0 for no end."""

    reference: str
    rid: str
    from_: Annotated[str, Field(serialization_alias="from")]
    pod_id: str
    audience: Audience
    posted_s: int
    valid_until_s: int
    closes_s: int


RESOURCE: Final = flat("Resource", ItemHead, Resource, without=UNTOLD)
CONFIRMATION: Final = flat("Confirmation", ItemHead, Confirmation, without=UNTOLD)
EVENT: Final = flat("Event", ItemHead, Event, without=UNTOLD)
NOTICE: Final = flat("Notice", ItemHead, Notice, without=UNTOLD)
READING: Final = flat("Reading", ItemHead, Reading, without=UNTOLD)
OUTCOME: Final = flat("Outcome", ItemHead, Outcome, without=UNTOLD)
CRISIS: Final = flat("CrisisStatus", ItemHead, CrisisStatus, without=UNTOLD)
CARD: Final = flat("PodCard", ItemHead, PodCard, without=UNTOLD)


def item_data(item: Item[Any], names: Names) -> dict[str, Json]:
    """Return one thing of any of these kinds; see the shape of its kind."""
    head = ItemHead(
        reference=reference_of(item.rid),
        rid=item.rid.hex(),
        from_=names.of(item.author),
        pod_id=pod_id_text(item.author),
        audience=item.audience,
        posted_s=item.posted_s,
        valid_until_s=item.valid_until_s,
        closes_s=item.closes_s,
    )
    said: dict[str, Json] = item.body.model_dump(mode="json", exclude=set(UNTOLD))
    return head.to_json() | said


# --- The directory ---


class EntryMore(Shape):
    """What is known of whether a place is as it says: what pods found, the newest first.

    old: the last day on which anybody knew it to be true is long ago.  doubted: somebody found
    otherwise after it.
    """

    last_true: str
    old: bool
    doubted: bool
    found: tuple[CONFIRMATION, ...]  # type: ignore[valid-type]


ENTRY: Final = flat("ResourceEntry", ItemHead, Resource, EntryMore, without=UNTOLD)


def entry_data(entry: Entry, names: Names) -> dict[str, Json]:
    """Return a resource with what pods found; see ENTRY."""
    return item_data(entry.item, names) | {
        "last_true": entry.last_true.isoformat(),
        "old": entry.is_old,
        "doubted": entry.is_doubted,
        "found": [item_data(it, names) for it in entry.found],
    }


# --- Meetups ---


class MeetingMore(Shape):
    """One day of an event. begins, ends: ISO 8601, by the clock where it takes place.

    zone_known: whether the pod's machine knows that clock's zone; if not, read them as written.
    """

    day: str
    begins: str
    ends: str
    zone_known: bool


MEETING: Final = flat("Meeting", ItemHead, Event, MeetingMore, without=UNTOLD)


class RsvpShape(Shape):
    """Whether somebody of this pod comes on one day. along: how many come with them."""

    name: str
    coming: Coming
    along: int
    wishes: str | None


class EventDay(MeetingMore):
    """One day of an event, with who of this pod comes."""

    coming: tuple[RsvpShape, ...]


class EventMore(Shape):
    """The next days of an event."""

    days: tuple[EventDay, ...]


EVENT_DETAIL: Final = flat("EventDetail", ItemHead, Event, EventMore, without=UNTOLD)


def meeting_more(meeting: Meeting) -> MeetingMore:
    """Return when one meeting takes place."""
    return MeetingMore(
        day=meeting.day,
        begins=meeting.begins.isoformat(),
        ends=meeting.ends.isoformat(),
        zone_known=meeting.zone_known,
    )


def meeting_data(meeting: Meeting, names: Names) -> dict[str, Json]:
    """Return one meeting with its event; see MEETING."""
    return item_data(meeting.item, names) | meeting_more(meeting).to_json()


def rsvp_shape(name: str, said: Rsvp) -> RsvpShape:
    """Return somebody's word."""
    return RsvpShape(name=name, coming=said.coming, along=said.along, wishes=said.wishes)
