"""`pod.meetups`: when people meet next, and who of this pod comes. docs/kinds.md §6."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from heapq import merge
from itertools import chain, islice
from typing import Final, NamedTuple

from node.aid.items import Items
from node.aid.letters import Letter, Letters
from node.aid.zones import Window, zone_of
from node.keeper import Keeper
from protocol.aid import limits
from protocol.aid.event import Event, when_in
from protocol.aid.fields import fold
from protocol.aid.form import fill
from protocol.aid.house.limits import MAX_RSVPS
from protocol.aid.house.rights import MemberId, Right, Viewer, require, require_own
from protocol.aid.house.rsvp import Coming, Rsvp
from protocol.aid.letter import Rsvp as LetterRsvp
from protocol.aid.reference import refer
from protocol.clock import ClockState
from protocol.errors import UserError
from protocol.identity import PodId
from protocol.saying import N_
from store.aid import Item, ItemQuery, items
from store.house import members, rsvps

KEEP_RSVPS: Final = timedelta(days=30)
"""How long after a meeting it is kept who came."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Meeting:
    """One meeting of an event, or of a row of them.

    begins, ends: by the clock where it takes place, with its zone.  zone_known: whether this
    machine knows that zone; if not, they are shown as they are written.
    """

    item: Item[Event]
    begins: datetime
    ends: datetime
    zone_known: bool

    @property
    def day(self) -> str:
        """The day by which people name it."""
        return self.begins.date().isoformat()


class Meetups(Items[Event]):
    """The meetups that this pod knows, its own and those of others."""

    BODY = Event
    WORD = N_("event")
    LIST = "pod event list"

    def __init__(self, keeper: Keeper, letters: Letters) -> None:
        super().__init__(keeper)
        self._letters = letters

    def upcoming(
        self,
        *,
        query: ItemQuery | None = None,
        after_s: int | None = None,
        ahead_s: int = limits.MEETUP_AHEAD_S,
        once: bool = False,
        limit: int = 50,
    ) -> list[Meeting]:
        """Return the meetings of a time, the soonest first; the cancelled ones too.

        after_s: Unix time, None for now.  ahead_s: at most MAX_MEETUP_WINDOW_S.  once: of each
        event the next one alone.
        """
        after_s = self.now_s if after_s is None else after_s
        window = Window(after_s, after_s + min(ahead_s, limits.MAX_MEETUP_WINDOW_S))
        narrowed = replace(
            query or ItemQuery(), open_at_s=window.after_s, begins_before_s=window.before_s
        )
        most = 1 if once else limits.MAX_MEETINGS_OF_ONE
        with self.keeper.store.reading() as connection:
            # Hundreds of events are looked at for some dozens of meetings: of each row no more is
            # worked out than is shown, and of each event no more read.
            rows = [islice(_ahead(it, window), most) for it in self._rows(narrowed)]
            soonest = list(islice(merge(*rows), limit))
            shown = items.numbered(connection, Event, {it.number for it in soonest})
        return [_meeting(shown[it.number], it.begins) for it in soonest]

    def _rows(self, query: ItemQuery) -> list[items.Row]:
        connection, most = self.keeper.store.connection, limits.MAX_MEETUPS_READ
        parts = [
            items.rows(connection, Event, replace(it, limit=most)) for it in self._fairly(query)
        ]
        return list(chain(*parts))[:most]

    def _fairly(self, query: ItemQuery) -> list[ItemQuery]:
        """Return what to ask for: our own events, then so many of each other pod."""
        us = self.keeper.pod_id
        if query.author is not None:
            return [query]
        share = limits.MAX_MEETUPS_READ // max(1, self.count_pods())
        of_each = max(1, min(share, limits.MAX_EVENTS_OF_EACH))
        return [replace(query, author=us), replace(query, not_author=us, of_each=of_each)]

    def for_calendar(self) -> list[Item[Event]]:
        """Return the events for a calendar: ours, a share of each other pod's; none long over."""
        most = limits.MAX_IN_CALENDAR
        query = ItemQuery(open_at_s=self.now_s - limits.KEPT_IN_CALENDAR_S, limit=most)
        return list(chain(*map(self.page, self._fairly(query))))[:most]

    def of(self, author: PodId, rid: bytes) -> Item[Event] | None:
        """Return the event of one pod under rid, None if it is not here (any more)."""
        found = self._found(rid.hex(), author=author)
        return found[0] if found else None

    def next_of(self, item: Item[Event], number: int = 1) -> list[Meeting]:
        """Return the next meetings of one event within a year, none if it is over."""
        return list(islice(self._of_year(item), number))

    def meeting_on(self, item: Item[Event], day: str) -> Meeting:
        """Return the meeting on that day. Raises UserError (not_found)."""
        for meeting in self._of_year(item):
            if meeting.day == day:
                return meeting
        raise UserError(
            "not_found",
            "Nobody meets on {day}.",
            "See the days: pod event show {digits}",
            day=day,
            digits=item.rid.hex()[:8],
        )

    def _of_year(self, item: Item[Event]) -> Iterator[Meeting]:
        window = Window(self.now_s, self.now_s + limits.MAX_MEETUP_WINDOW_S)
        days = islice(window.days(item.body.rule, item.body.tz), limits.MAX_MEETINGS_OF_ONE)
        return (_meeting(item, begins) for begins in days)

    def cancel(self, rid: bytes) -> Item[Event]:
        """Say that it does not take place; it stays to be seen as cancelled."""
        return self.edit(rid, self.own(rid).body.model_copy(update={"status": "cancelled"}))

    def plan_again(self, rid: bytes) -> Item[Event]:
        """Say that it takes place after all."""
        return self.edit(rid, self.own(rid).body.model_copy(update={"status": "planned"}))

    def cancel_on(self, rid: bytes, day: str) -> Item[Event]:
        """Leave one meeting out of a row. Raises UserError (invalid, not_found)."""
        item = self.own(rid)
        self.meeting_on(item, day)
        if item.body.repeats == "none":
            return self.cancel(rid)
        said = item.body.model_dump()
        ahead = [it for it in item.body.not_on if it >= self._today]
        return self.edit(rid, Event.write(said | {"not_on": sorted({*ahead, day})}))

    # --- Who comes ---

    def rsvp(
        self,
        viewer: Viewer,
        member: MemberId,
        meeting: Meeting,
        coming: Coming,
        *,
        along: int = 0,
        wishes: str | None = None,
    ) -> Rsvp:
        """Note whether somebody comes, in place of their last word. It stays in this pod.

        Raises UserError (not_allowed, not_found, over_quota, invalid).
        """
        require_own(viewer, member, Right.COME, Right.COME_FOR_OTHERS)
        said = fill(
            Rsvp,
            {
                "event": _reference(meeting),
                "day": meeting.day,
                "member": member,
                "coming": coming,
                "along": along,
                "wishes": wishes,
            },
        )
        with self.keeper.store.atomic(self.keeper.now().wall_ms) as tx:
            if members.member(tx.connection, member) is None:
                raise UserError("not_found", "That person is not in this pod.", "pod member list")
            known = rsvps.of_meeting(tx.connection, said.event, said.day)
            is_new = all(it.member != member for it in known)
            if is_new and rsvps.count_of(tx.connection, member) >= MAX_RSVPS:
                raise UserError(
                    "over_quota",
                    "That person has a word on more meetings than are kept.",
                    "Say it for the meetings that come next.",
                )
            rsvps.put(tx, said)
        return said

    def coming(self, viewer: Viewer, meeting: Meeting) -> list[tuple[str, Rsvp]]:
        """Return who of this pod comes, by name."""
        require(viewer, Right.SEE_POD)
        with self.keeper.store.reading() as connection:
            said = rsvps.of_meeting(connection, _reference(meeting), meeting.day)
            names = {it.id: it.name for it in members.members(connection)}
        return sorted(
            [(names[it.member], it) for it in said if it.member in names],
            key=lambda found: fold(found[0]),
        )

    def tell(
        self, meeting: Meeting, people: int, *, member: MemberId | None = None, **fields: object
    ) -> Letter:
        """Tell the pod that invites how many come from here; 0 takes it back.

        member: who writes.  fields: message, from_label; names travel only if somebody writes
        them there. Raises UserError (invalid for an event of our own, over_quota).
        """
        item = meeting.item
        if item.author == self.keeper.pod_id:
            raise UserError(
                "invalid",
                "This pod invites to it itself.",
                "Say who comes: pod event rsvp {digits} NAME",
                digits=item.rid.hex()[:8],
            )
        said = {"people": people, "on": self.day_told(meeting), **fields}
        return self._letters.rsvp(item.author, item.rid, member=member, **said)

    @staticmethod
    def day_told(meeting: Meeting) -> str | None:
        """Return the day that a letter about a meeting names: only where it repeats."""
        return None if meeting.item.body.repeats == "none" else meeting.day

    def told(self, meeting: Meeting) -> list[tuple[Letter, LetterRsvp]]:
        """Return what other pods told of this meeting, the newest word of each who wrote."""
        newest: dict[tuple[PodId, str | None], tuple[Letter, LetterRsvp]] = {}
        # By when they were written: letters may come in another order.
        about = self._letters.of_nobody(about=meeting.item.rid)
        written = sorted(about, key=_order, reverse=True)
        for letter in written:
            body = letter.body
            if letter.kept.is_ours or not isinstance(body, LetterRsvp):
                continue
            if body.re == meeting.item.rid.hex() and body.on in (None, meeting.day):
                newest.setdefault((letter.kept.pod_id, body.from_label), (letter, body))
        return [(letter, body) for letter, body in newest.values() if body.people]

    def forget_old(self) -> None:
        """Forget who came, a month after."""
        now = self.keeper.now()
        if now.state is not ClockState.UNSET:
            day = datetime.fromtimestamp(now.wall_ms / 1000, UTC).date() - KEEP_RSVPS
            with self.keeper.store.atomic(now.wall_ms) as tx:
                rsvps.forget_before(tx, day.isoformat())

    @property
    def _today(self) -> str:
        return datetime.fromtimestamp(self.now_s - limits.EVENT_AROUND_S, UTC).date().isoformat()


def _order(letter: Letter) -> tuple[int, int]:
    return letter.kept.written_s, letter.kept.number


class _Ahead(NamedTuple):
    """A meeting of an event of which nothing else is read yet. number: of its row."""

    begins: datetime
    rid: bytes
    number: int


def _ahead(row: items.Row, window: Window) -> Iterator[_Ahead]:
    rule, zone = when_in(row.payload)
    return (_Ahead(begins, row.rid, row.number) for begins in window.days(rule, zone))


def _meeting(item: Item[Event], begins: datetime) -> Meeting:
    return Meeting(
        item=item,
        begins=begins,
        ends=begins + item.body.rule.lasts,
        zone_known=zone_of(item.body.tz) is not None,
    )


def _reference(meeting: Meeting) -> str:
    return refer(meeting.item.author, meeting.item.rid)
