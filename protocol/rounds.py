"""The rounds of one session, one after another, on either side.

Spec: docs/protocol.md §7.4. The caller opens them: at once, soon after somebody wants one, and
every ROUND_EVERY_MS. The answerer says whether it sees the same terms, and what differs.
"""

from collections.abc import Callable, Collection, Iterable

from protocol.clock import Now
from protocol.directory import Directory
from protocol.errors import PeerError
from protocol.events import BodiesLacked, Body, Event, RoundOver
from protocol.frames import (
    COMPARED,
    SETS,
    Ranges,
    RoundDone,
    RoundWanted,
    Sets,
    SetsReply,
    Want,
)
from protocol.limits import (
    RANGES_FRAME_BYTES,
    RANGES_PER_ROUND,
    ROUND_EVERY_MS,
    ROUND_SOON_MS,
    ROUNDS_IN_A_ROW,
    SHORT_ID_BYTES,
)
from protocol.recent import RecentIds
from protocol.reconcile import answer, compare, initiate
from protocol.record import Scope
from protocol.round import CallerRound, InFlight
from protocol.sets import Indexes, Line, PairSets
from protocol.talk import Talk
from protocol.telling import Telling
from protocol.terms import Terms
from protocol.turns import Role, State

RETRIES = 3
"""Rounds opened anew at once when the answerer sees other terms: what was lacking has come by
then. More in a row, and it is the peer that cannot agree with itself."""


class Rounds:
    """Those between us and one peer; `now` is the moment of the call.

    never: ids refused for good between us (R10).  chance: numbers in [0, 1) for jitter.
    """

    def __init__(
        self,
        talk: Talk,
        telling: Telling,
        terms: Terms,
        *,
        directory: Directory,
        indexes: Indexes,
        in_flight: InFlight,
        never: RecentIds,
        chance: Callable[[], float],
        now: Now,
    ) -> None:
        self.mark = 0
        """How far our own records stood in the indexes, as the node counts: told back by a round
        that ends equal, for then the peer holds them up to there."""
        self._talk = talk
        self._telling = telling
        self._terms = terms
        self._directory = directory
        self._indexes = indexes
        self._in_flight = in_flight
        self._never = never
        self._chance = chance
        self._number = 0
        self._sets: PairSets | None = None
        self._ranges_left = 0
        # The caller's side.
        self._under_way: CallerRound | None = None
        self._began_at_mark = 0
        self._due_ms = now.mono_ms
        self._again_soon = False
        self._retries = 0
        # The answerer's side.
        self._left = float(ROUNDS_IN_A_ROW)
        self._counted_ms = now.mono_ms

    # --- Both sides ---

    def want(self, now: Now) -> None:
        """See to it that the sets are compared soon, whoever calls the rounds."""
        if self._talk.role is Role.CALLER:
            self._due_ms = min(self._due_ms, now.mono_ms + ROUND_SOON_MS)
            # What a round under way began without is left for the next one.
            self._again_soon = self._talk.state is not State.IDLE
        elif self._talk.is_open:
            self._talk.send(RoundWanted())

    def held_ours(self, scope: Scope) -> bool:
        """Tell whether the sets of the last round held our own records of this scope."""
        if self._sets is None:
            return False
        line, us = self._sets.line, self._directory.us
        return line.near and us in line.pair if scope == Scope.NEAR else us in line.authors

    def may_serve(self, body: Body) -> bool:
        """Tell whether a body is in the sets agreed for this round (R9)."""
        return self._sets is not None and self._sets.line.holds(
            body.author, body.scope, body.stamp_ms, on_shelf=body.on_shelf
        )

    def take_ranges(self, ranges: Ranges) -> None:
        """Go on comparing. Raises PeerError (out_of_turn, too_fast, and of the message)."""
        if ranges.round != self._number or self._sets is None:
            raise PeerError("out_of_turn", f"ranges of round {ranges.round}")
        self._ranges_left -= 1
        if self._ranges_left < 0:
            raise PeerError("too_fast", "ranges")
        view, limit = self._sets.views[ranges.set], RANGES_FRAME_BYTES
        if self._under_way is None:
            reply = answer(view, ranges.message, frame_limit=limit)
            self._talk.send(Ranges(ranges.round, ranges.set, reply))
            return
        if ranges.set != self._under_way.comparing:
            raise PeerError("out_of_turn", f"ranges of set {ranges.set}")
        found = compare(view, ranges.message, frame_limit=limit)
        self._under_way.note(found.have, found.need, self._never)
        if found.reply is not None:
            self._talk.send(Ranges(ranges.round, ranges.set, found.reply))

    def _begin(self, number: int, line: Line) -> PairSets:
        self._number = number
        self._sets = PairSets(line, self._indexes, self._directory.numbers)
        self._ranges_left = RANGES_PER_ROUND
        return self._sets

    # --- The caller's side ---

    def advance(self, now: Now) -> list[Event]:
        """Open the round that is due, or go on with it as far as it goes now."""
        if self._under_way is not None:
            return self._go_on(self._under_way, now)
        if self._may_open and self._due_ms <= now.mono_ms:
            self._open(now)
        return []

    @property
    def _may_open(self) -> bool:
        is_turn = self._talk.role is Role.CALLER and self._talk.state is State.IDLE
        return is_turn and self._telling.is_current

    @property
    def deadlines_ms(self) -> list[int]:
        """Monotonic times at which a round is due, or a body asked for is late."""
        late_ms = None if self._under_way is None else self._under_way.next_due_ms
        due = [self._due_ms] if self._may_open else []
        return due if late_ms is None else [*due, late_ms]

    def _open(self, now: Now) -> None:
        self._telling.tell_news()
        line = self._terms.line(now)
        sets = self._begin(self._number + 1, line)
        self._began_at_mark = self.mark
        tables = self._telling.hashes
        self._talk.send(Sets(self._number, line.floor_s, line.ceiling_s, *tables, sets.summaries()))

    def take_reply(self, reply: SetsReply, now: Now) -> list[Event]:
        """Take the answerer's judgement of our sets. Raises PeerError (out_of_turn)."""
        if reply.round != self._number or self._sets is None:
            raise PeerError("out_of_turn", f"reply to round {reply.round}")
        if self._terms.take_time(reply.floor_s, reply.now_s, now):
            self._again_soon = True
        if reply.status != COMPARED:
            self._retries += 1
            self._end(now, again_in_ms=0 if self._retries <= RETRIES else ROUND_SOON_MS)
            return []
        self._retries = 0
        if all(reply.equal):
            self._end(now)
            return [RoundOver(equal=True, mark=self._began_at_mark)]
        differing = [number for number in range(SETS) if not reply.equal[number]]
        self._under_way = CallerRound(reply.round, self._sets, differing)
        return []

    def _go_on(self, round_: CallerRound, now: Now) -> list[Event]:
        if self._talk.state is State.COMPARING and round_.differing:
            number = round_.next_set()
            message = initiate(round_.sets.views[number])
            self._talk.send(Ranges(round_.number, number, message))
        while ids := round_.to_ask(self._in_flight, now.mono_ms):
            self._talk.send(Want(tuple([record_id[:SHORT_ID_BYTES] for record_id in ids])))
        if self._talk.state is not State.COMPARING or not round_.fetched or round_.sending:
            return []
        if round_.haves:
            if self._talk.is_unsent:
                return []  # on when drained: bodies are not piled up in memory
            round_.sending = True
            return [BodiesLacked(round_.to_send())]
        self._talk.send(RoundDone(round_.number))
        self._end(now, again_in_ms=round_.again_in_ms)
        return [RoundOver(equal=False)]

    def _end(self, now: Now, again_in_ms: int | None = None) -> None:
        self._under_way = None
        if again_in_ms is None:
            again_in_ms = int(ROUND_EVERY_MS * (0.8 + 0.4 * self._chance()))
        if self._again_soon:
            self._again_soon = False
            again_in_ms = min(again_in_ms, ROUND_SOON_MS)
        self._due_ms = now.mono_ms + again_in_ms

    def settle(self, ids: Collection[bytes]) -> None:
        """Note that these records came and were dealt with."""
        if self._under_way is not None:
            self._under_way.settle(ids, self._in_flight)

    def settle_gone(self, short_ids: Collection[bytes]) -> None:
        """Note that the peer has no records whose ids begin so."""
        if self._under_way is not None:
            self._under_way.settle_gone(short_ids, self._in_flight)

    def note_sent(self) -> None:
        """Note that the bodies which the peer lacked were handed over."""
        if self._under_way is not None:
            self._under_way.sending = False

    def give_up_late(self, now: Now) -> None:
        """Stop waiting for what has not come within its time."""
        if self._under_way is not None:
            self._under_way.give_up(self._in_flight, now.mono_ms)

    def close(self) -> None:
        """Leave what was asked for to other sessions."""
        if self._under_way is not None:
            self._under_way.settle(list(self._under_way.asked), self._in_flight)
            self._under_way = None

    # --- The answerer's side ---

    def answer_sets(self, sets: Sets, now: Now) -> Iterable[Event]:
        """Answer a round that the peer opens. Raises PeerError (out_of_turn, too_fast)."""
        self._count(now)
        if sets.round <= self._number:
            raise PeerError("out_of_turn", f"round {sets.round} again")
        self._number = sets.round
        self._terms.take_floor(sets.floor_s)
        status = self._terms.status_of(sets, now)
        equal: tuple[bool, ...] = (False,) * SETS
        if status == COMPARED:
            ours = self._begin(sets.round, self._terms.line_at(sets.floor_s, sets.ceiling_s))
            pairs = zip(ours.summaries(), sets.summaries, strict=True)
            equal = tuple(mine == theirs for mine, theirs in pairs)
        self._talk.send(SetsReply(sets.round, status, self._terms.floor_s, now.synced_s, equal))
        return [RoundOver(equal=True, mark=self.mark)] if all(equal) else []

    def _count(self, now: Now) -> None:
        earned = (now.mono_ms - self._counted_ms) / ROUND_SOON_MS
        self._left = min(ROUNDS_IN_A_ROW, self._left + earned) - 1
        self._counted_ms = now.mono_ms
        if self._left < 0:
            raise PeerError("too_fast", "rounds")
