"""Pods, this one and others, and what waits: as programs are told of it."""

from node.aid.digest import Digest
from node.aid.directory import Entry
from node.aid.items import Item
from node.aid.matching import Match
from node.aid.waiting import Waits, Why
from node.health import Status
from node.shapes.board import LISTING, AnswerShape, answer_data, listing_data
from node.shapes.names import Names
from node.shapes.plain import Json
from node.shapes.shape import Shape
from node.shapes.things import MEETING, NOTICE, RESOURCE, item_data, meeting_data
from node.standing import Share, Standing
from protocol.aid.matching import Reason
from protocol.aid.notice import Notice
from protocol.clock import ClockState
from protocol.identity import pod_id_text
from store.peers import Author, Neighbour

# --- Other pods ---


class NeighbourShape(Shape):
    """A pod that this one is federated with. near_allowed: it gets what is for neighbours.

    name: what people here call it.  own_name: how it calls itself.
    """

    name: str
    own_name: str
    pod_id: str
    since_ms: int
    addresses: tuple[str, ...]
    last_contact_ms: int | None
    near_allowed: bool
    seen_by_steward: bool


def neighbour_shape(found: Neighbour) -> NeighbourShape:
    """Return a neighbour."""
    return NeighbourShape(
        name=found.name,
        own_name=found.own_name,
        pod_id=pod_id_text(found.pod_id),
        since_ms=found.since_ms,
        addresses=tuple(found.addresses),
        last_contact_ms=found.last_contact_ms,
        near_allowed=found.near_allowed,
        seen_by_steward=found.seen_by_steward,
    )


class ShareShape(Shape):
    """What is used of a limit."""

    used: int
    limit: int


class NotCarried(Shape):
    """A pod whose things are not carried here. Why is told to this pod's people alone."""

    pod_id: str
    why: str | None
    since_ms: int | None


class FaultShape(Shape):
    """How often in a row a neighbour broke the protocol, and until when it is not met."""

    count: int
    code: str
    until_ms: int


class StandingShape(Shape):
    """How things stand with a neighbour."""

    hidden: bool
    not_carried: NotCarried | None
    branch_not_carried: tuple[NotCarried, ...]
    carries_us: bool
    carries_not: int
    authors: ShareShape
    brings_bytes: int
    held: ShareShape
    refused: ShareShape
    slots: int
    shelf: int
    faults: FaultShape | None


class NeighbourDetail(NeighbourShape, StandingShape):
    """A neighbour, and how things stand with it."""


def standing_shape(stands: Standing) -> StandingShape:
    """Return how things stand with a neighbour."""
    fault = stands.fault
    return StandingShape(
        hidden=stands.is_hidden,
        not_carried=_not_carried(stands.not_carried) if stands.not_carried else None,
        branch_not_carried=tuple(_not_carried(it) for it in stands.branch_not_carried),
        carries_us=not stands.does_not_carry_us,
        carries_not=stands.does_not_carry,
        authors=_share(stands.authors),
        brings_bytes=stands.brings_bytes,
        held=_share(stands.held),
        refused=_share(stands.refused),
        slots=stands.slots,
        shelf=stands.shelf,
        faults=FaultShape(count=fault.faults, code=fault.code, until_ms=fault.until_ms)
        if fault
        else None,
    )


def _not_carried(author: Author) -> NotCarried:
    return NotCarried(
        pod_id=pod_id_text(author.pod_id),
        why=author.not_carried_why,
        since_ms=author.not_carried_since_ms,
    )


def _share(share: Share) -> ShareShape:
    return ShareShape(used=share.used, limit=share.limit)


# --- This pod ---


class Listings(Shape):
    """How many listings are open. ours: by audience."""

    ours: dict[str, int]
    others: int


class WaitsToLeave(Shape):
    """What waits for a neighbour to be there."""

    things: int
    letters: int


class NoticeToPeople(Shape):
    """Something that people of this pod must hear of."""

    code: str
    pod_id: str
    at_ms: int


class StatusShape(Shape):
    """How this pod is, on one screen. in_touch: so many neighbours are there now."""

    name: str
    pod_id: str
    epoch: int
    running: bool
    clock: ClockState
    now_ms: int
    listings: Listings
    neighbours: tuple[NeighbourShape, ...]
    reach: int
    in_touch: int
    waits_to_leave: WaitsToLeave
    people: int
    advice: tuple[str, ...]
    recovery_sheet: str | None
    notices: tuple[NoticeToPeople, ...]
    doubtful: int
    letters_unseen: int
    waiting: int
    disk_use_bytes: int
    disk_free_bytes: int


def status_data(found: Status) -> dict[str, Json]:
    """Return how this pod is; see StatusShape."""
    ours = {audience.value: count for audience, count in found.ours.items()}
    said = StatusShape(
        name=found.name,
        pod_id=pod_id_text(found.pod_id),
        epoch=found.epoch,
        running=found.is_running,
        clock=found.now.state,
        now_ms=found.now.wall_ms,
        listings=Listings(ours=ours, others=found.others),
        neighbours=tuple(neighbour_shape(it) for it in found.neighbours),
        reach=found.reach,
        in_touch=found.touch.present if found.is_running else 0,
        waits_to_leave=WaitsToLeave(things=found.touch.changes, letters=found.touch.letters),
        people=found.people,
        advice=found.advice,
        recovery_sheet=str(found.sheet) if found.sheet else None,
        notices=tuple(
            NoticeToPeople(code=it.code, pod_id=pod_id_text(it.pod_id), at_ms=it.at_ms)
            for it in found.notices
        ),
        doubtful=found.doubtful,
        letters_unseen=found.letters_unseen,
        waiting=found.waiting,
        disk_use_bytes=found.disk_use_bytes,
        disk_free_bytes=found.space.free_bytes,
    )
    return said.to_json()


# --- What waits, and the week ---


class WaitsShape(Shape):
    """One thing that waits for somebody of this pod. answer: null where it is the listing."""

    why: Why
    item: LISTING  # type: ignore[valid-type]
    answer: AnswerShape | None


class WaitingShape(Shape):
    """All that waits: listings and answers, places to look at again, notices that end."""

    waiting: tuple[WaitsShape, ...]
    resources: tuple[RESOURCE, ...]  # type: ignore[valid-type]
    notices: tuple[NOTICE, ...]  # type: ignore[valid-type]


def waiting_data(
    found: list[Waits], old: list[Entry], ending: list[Item[Notice]], names: Names, now_s: int
) -> dict[str, Json]:
    """Return what waits; see WaitingShape."""
    waiting: list[Json] = [
        {
            "why": it.why.value,
            "item": listing_data(it.item, names, now_s),
            "answer": answer_data(it.answer, names) if it.answer else None,
        }
        for it in found
    ]
    return {
        "waiting": waiting,
        "resources": [item_data(it.item, names) for it in old],
        "notices": [item_data(it, names) for it in ending],
    }


class DigestShape(Shape):
    """What a week brings: no part of it says who gave how much."""

    since_s: int
    until_s: int
    new: tuple[LISTING, ...]  # type: ignore[valid-type]
    ending: tuple[LISTING, ...]  # type: ignore[valid-type]
    unanswered: tuple[LISTING, ...]  # type: ignore[valid-type]
    meetings: tuple[MEETING, ...]  # type: ignore[valid-type]


def digest_data(found: Digest, names: Names, now_s: int) -> dict[str, Json]:
    """Return the week; see DigestShape."""
    return {
        "since_s": found.since_s,
        "until_s": found.until_s,
        "new": [listing_data(it, names, now_s) for it in found.new],
        "ending": [listing_data(it, names, now_s) for it in found.ending],
        "unanswered": [listing_data(it, names, now_s) for it in found.unanswered],
        "meetings": [meeting_data(it, names) for it in found.meetings],
    }


class CommonShape(Shape):
    """One thing that a need and an offer have in common."""

    reason: Reason
    of: tuple[str, ...]


class MatchShape(Shape):
    """A listing that may fit another. why: in words."""

    item: LISTING  # type: ignore[valid-type]
    common: tuple[CommonShape, ...]
    why: str


def match_data(found: Match, names: Names, now_s: int, why: str) -> dict[str, Json]:
    """Return what may fit, and why; see MatchShape."""
    common: list[Json] = [CommonShape(reason=it.reason, of=it.of).to_json() for it in found.common]
    return {"item": listing_data(found.item, names, now_s), "common": common, "why": why}
