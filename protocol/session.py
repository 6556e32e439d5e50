"""One sync session: two federated pods on one authenticated channel, without the channel.

Spec: docs/protocol.md §7. Frames and times come in, frames and events go out; the same class
serves caller and answerer. It reads the directory and the indexes of its node, and asks for
everything else by events.

A driver calls `receive` for each frame, does what the events say, sends `outgoing()`, calls
`drained` when all of it is sent, and `tick` when `deadline_ms` has come. A PeerError ends the
session: `say_bye` with its code, and close.
"""

from collections.abc import Callable, Iterable, Sequence

from protocol.clock import ClockState, Now, pair_ceiling_s, pair_floor_s
from protocol.directory import Directory
from protocol.errors import LocalError, PeerError
from protocol.events import (
    BodiesLacked,
    BodiesWanted,
    Body,
    CertificatesTold,
    Event,
    IdsRefused,
    PeerLeft,
    RecordsTold,
    RoundOver,
    TableTold,
)
from protocol.frames import (
    BOUNDS_CHANGED,
    COMPARED,
    SETS,
    TABLES_STALE,
    Bye,
    Certificates,
    Frame,
    Gone,
    Hello,
    MailBatch,
    MailOffers,
    MailTokens,
    MailWant,
    Ping,
    Pong,
    Ranges,
    Records,
    Refused,
    RoundDone,
    RoundWanted,
    Sets,
    SetsReply,
    TableFrame,
    Want,
    WantCertificates,
    encode_frame,
)
from protocol.identity import PodId
from protocol.limits import (
    CEILING_TOLERANCE_S,
    HEARTBEAT_MS,
    IDS_PER_FRAME,
    RANGES_FRAME_BYTES,
    RANGES_PER_ROUND,
    RECORDS_FRAME_BYTES,
    RECORDS_PER_FRAME,
    ROUND_EVERY_MS,
    ROUND_SOON_MS,
    ROUNDS_IN_A_ROW,
    SHORT_ID_BYTES,
    SILENCE_MS,
)
from protocol.mailing import Mailing
from protocol.pushes import Pushes
from protocol.recent import RecentIds
from protocol.reconcile import answer, compare, initiate
from protocol.record import RECORD_VERSION, Record, Scope
from protocol.round import CallerRound, InFlight
from protocol.sets import Indexes, Line, PairSets
from protocol.telling import Telling, in_parts
from protocol.turns import Role, State, next_state


class Session:
    """See the module; `now` is the moment of the call.

    never: ids refused for good between us and this peer (R10), shared with the driver.
    near: whether our side lets near records pass yet (R16).  floor_s: our floor; set it anew
    when it moves.  chance: numbers in [0, 1) for jitter.
    """

    def __init__(
        self,
        *,
        peer: PodId,
        we_call: bool,
        directory: Directory,
        indexes: Indexes,
        in_flight: InFlight,
        never: RecentIds,
        near: bool,
        floor_s: int,
        chance: Callable[[], float],
        now: Now,
    ) -> None:
        self.peer = peer
        self.role = Role.CALLER if we_call else Role.ANSWERER
        self.state = State.GREETING
        self.floor_s = floor_s
        self.peer_now: tuple[int, int] | None = None
        """What the peer last said of the time: its synced Unix seconds, our mono_ms then."""
        self.mark = 0
        """How far our own records stood in the indexes, as the node counts: told back by a round
        that ends equal, for then the peer holds them up to there."""
        self._round_mark = 0
        self._directory = directory
        self._indexes = indexes
        self._in_flight = in_flight
        self._never = never
        self._near = near
        self._chance = chance
        self._now = now
        self._outbox: list[bytes] = []
        self._unsent = False
        self._peer_floor_s = 0
        self._heard_ms = now.mono_ms
        self._pinged_ms: int | None = None
        self._pushes = Pushes()
        self._telling = Telling(directory, peer, self._send)
        self.mailing = Mailing(self._send)
        self._sets: PairSets | None = None
        self._round: CallerRound | None = None
        self._round_number = 0
        self._round_due_ms = now.mono_ms
        self._again_soon = False
        self._retries = 0
        self._ranges_left = 0
        self._rounds_left = float(ROUNDS_IN_A_ROW)
        self._rounds_counted_ms = now.mono_ms
        greeting = Hello(
            RECORD_VERSION, near, floor_s, self._synced_now_s, *self._telling.greeting_hashes
        )
        self._outbox.append(encode_frame(greeting))

    # --- What the driver calls ---

    def receive(self, frame: Frame, now: Now) -> list[Event]:
        """Take one frame of the peer. Raises PeerError and nothing else."""
        self._now = now
        state = next_state(self.state, self.role.other, frame)
        if state is None:
            raise PeerError("out_of_turn", f"{type(frame).__name__} in {self.state.value}")
        self.state = state
        self._heard_ms, self._pinged_ms = now.mono_ms, None
        return [*self._take(frame), *self._advance()]

    def outgoing(self, now: Now) -> list[bytes]:
        """Return the frames to send now, in order: news of tables before live changes."""
        self._now = now
        if self.state not in (State.GREETING, State.CLOSED):
            if self._telling.tell_news():
                self.want_round(now)
            if self._pushes.are_due(now.mono_ms, unsent=self._unsent or bool(self._outbox)):
                self._send_records(self._pushes.take())
        frames, self._outbox = self._outbox, []
        self._unsent |= bool(frames)
        return frames

    def drained(self, now: Now) -> list[Event]:
        """Note that everything handed out is sent."""
        self._now, self._unsent = now, False
        return self._advance()

    def tick(self, now: Now) -> list[Event]:
        """Do what is due. Raises PeerError (silent) when the peer gives no sign of life."""
        self._now = now
        if self.state is State.CLOSED:
            return []
        if self._pinged_ms is None:
            if now.mono_ms - self._heard_ms >= HEARTBEAT_MS:
                self._pinged_ms = now.mono_ms
                if self.state is not State.GREETING:
                    self._send(Ping(self.floor_s, self._synced_now_s))
        elif now.mono_ms - self._pinged_ms >= SILENCE_MS:
            raise PeerError("silent", f"{now.mono_ms - self._heard_ms} ms")
        if self._round is not None:
            self._round.give_up(self._in_flight, now.mono_ms)
        return self._advance()

    @property
    def deadline_ms(self) -> int:
        """Monotonic time at which tick, or outgoing, has something to do."""
        heartbeat_ms = self._heard_ms + HEARTBEAT_MS
        due = [heartbeat_ms if self._pinged_ms is None else self._pinged_ms + SILENCE_MS]
        if self.role is Role.CALLER and self.state is State.IDLE and self._telling.is_current:
            due.append(self._round_due_ms)
        late_ms = None if self._round is None else self._round.next_due_ms
        return min([*due, *(at for at in (late_ms, self._pushes.due_ms) if at is not None)])

    def push(self, body: Body, now: Now) -> None:
        """Send a live change, if the pair's sets have a place for it and it is news there."""
        self._now = now
        if self.state in (State.GREETING, State.CLOSED) or not self._telling.is_current:
            return  # the first round will find it
        if body.id in self._never or not self._may_push(body):
            return
        if not self._pushes.add(body, now.mono_ms):
            self.want_round(now)

    @property
    def may_offer_mail(self) -> bool:
        """Whether an offer of mail can go now: tables are told, and nothing is being sent."""
        is_free = not self._unsent and not self._outbox and self.mailing.under_way is None
        is_open = self.state not in (State.GREETING, State.CLOSED)
        return is_open and is_free and self._telling.is_current

    def unseen(self, ids: Iterable[bytes]) -> list[bytes]:
        """Return those of ids that the peer has neither shown nor been sent lately."""
        return self._pushes.unseen(ids)

    @property
    def heard_ms(self) -> int:
        """Monotonic time of the last sign of life."""
        return self._heard_ms

    def holds_ours(self, scope: Scope) -> bool:
        """Tell whether the sets of the last round held our own records of this scope."""
        if self._sets is None:
            return False
        line, us = self._sets.line, self._directory.us
        return line.near and us in line.pair if scope == Scope.NEAR else us in line.authors

    def serves(self, body: Body) -> bool:
        """Tell whether a body is in the sets agreed for this round (R9)."""
        return self._sets is not None and self._sets.line.holds(
            body.author, body.scope, body.stamp_ms, on_shelf=body.on_shelf
        )

    def accepts(self, record: Record) -> bool:
        """Tell whether the peer may send us this record (R9): it is in the pair's sets."""
        if record.author == self._directory.us:
            return True
        if record.scope == Scope.NEAR:
            return self._near and record.author == self.peer
        return record.author == self.peer or record.author in self._telling.network_authors

    def send_bodies(self, bodies: Sequence[Body], gone: Sequence[bytes], now: Now) -> list[Event]:
        """Send what BodiesWanted or BodiesLacked was about. gone: short ids not to be had."""
        self._now = now
        self._send_records(bodies)
        if gone:
            self._send(Gone(tuple(gone)))
        if self._round is not None:
            self._round.sending = False
        return self._advance()

    def settled(self, ids: Iterable[bytes], refused: Sequence[bytes], now: Now) -> list[Event]:
        """Note that these records came and were dealt with; refused: those refused for good."""
        self._now = now
        ids = list(ids)
        self._pushes.note_seen(ids)
        self._never.update(refused)
        for some in in_parts(refused, IDS_PER_FRAME):
            self._send(Refused(some))
        if self._round is not None:
            self._round.settle(ids, self._in_flight)
        return self._advance()

    def ask_for_certificates(self, authors: Iterable[PodId]) -> None:
        """Ask the peer for the greatest certificates that it knows of authors."""
        self._telling.ask_for(authors)

    def want_round(self, now: Now) -> None:
        """See to it that the sets are compared soon, whoever calls the rounds."""
        if self.role is Role.CALLER:
            self._round_due_ms = min(self._round_due_ms, now.mono_ms + ROUND_SOON_MS)
            # What a round under way began without is left for the next one.
            self._again_soon = self.state is not State.IDLE
        elif self.state is not State.GREETING:
            self._send(RoundWanted())

    def say_bye(self, code: str, certificate: bytes | None = None) -> None:
        """End the session; the bye is the last thing that outgoing returns."""
        if self.state is not State.CLOSED:
            self._outbox.append(encode_frame(Bye(code, certificate)))
        self.close()

    def close(self) -> None:
        """The channel is gone, or about to be."""
        self.state = State.CLOSED
        self._pushes.take()
        if self._round is not None:
            self._round.settle(list(self._round.asked), self._in_flight)
            self._round = None

    # --- Frames ---

    def _send(self, frame: Frame) -> None:
        state = next_state(self.state, self.role, frame)
        if state is None:
            raise LocalError("out_of_turn", f"{type(frame).__name__} in {self.state.value}")
        self.state = state
        self._outbox.append(encode_frame(frame))

    def _take(self, frame: Frame) -> Iterable[Event]:
        match frame:
            case Hello():
                self._take_hello(frame)
            case TableFrame():
                if self._telling.take_table(frame) and self.role is Role.CALLER:
                    self.want_round(self._now)
                return [TableTold()]
            case WantCertificates(authors):
                self._telling.give_certificates(authors)
            case Certificates(wires):
                return [CertificatesTold(wires)]
            case Sets():
                return self._answer_sets(frame)
            case SetsReply():
                return self._take_reply(frame)
            case Ranges():
                self._take_ranges(frame)
            case Want(short_ids):
                return [BodiesWanted(short_ids)]
            case Records(wires):
                in_round = self.state in (State.COMPARING, State.ANSWERING)
                return [RecordsTold(wires, in_round)]
            case Gone(short_ids):
                if self._round is not None:
                    self._round.settle_gone(short_ids, self._in_flight)
            case Refused(ids):
                self._never.update(ids)
                return [IdsRefused(ids)]
            case RoundDone():
                return [RoundOver(equal=False)]
            case RoundWanted():
                self.want_round(self._now)
            case Ping(floor_s, now_s):
                self._take_time(floor_s, now_s)
                self._send(Pong(self.floor_s, self._synced_now_s))
            case Pong(floor_s, now_s):
                self._take_time(floor_s, now_s)
            case MailOffers() | MailWant() | MailBatch() | MailTokens():
                return self.mailing.take(frame)
            case Bye(code, certificate):
                self.close()
                return [PeerLeft(code, certificate)]
        return []

    def _take_hello(self, hello: Hello) -> None:
        if hello.version < RECORD_VERSION:
            raise PeerError("unknown_version", f"records of version {hello.version}")
        self._near = self._near and hello.near
        self._note_time(hello.floor_s, hello.now_s)
        self._telling.take_hello(hello)

    # --- Time ---

    def _note_time(self, floor_s: int, now_s: int | None) -> None:
        self._peer_floor_s = max(self._peer_floor_s, floor_s)
        self.peer_now = None if now_s is None else (now_s, self._now.mono_ms)

    def _take_time(self, floor_s: int, now_s: int | None) -> None:
        """Note what the peer says of the time; where that moves the ceiling, sets may differ."""
        before_s = self.ceiling_s
        self._note_time(floor_s, now_s)
        if _differ(before_s, self.ceiling_s):
            self.want_round(self._now)

    @property
    def _synced_now_s(self) -> int | None:
        return self._now.wall_ms // 1000 if self._now.state is ClockState.SYNCED else None

    @property
    def _pair_floor_s(self) -> int:
        return pair_floor_s(self.floor_s, self._peer_floor_s)

    @property
    def ceiling_s(self) -> int | None:
        """Stamp in seconds above which a record is in no set of the pair now; None: no end."""
        theirs_s = None
        if self.peer_now is not None:
            now_s, heard_ms = self.peer_now
            theirs_s = now_s + (self._now.mono_ms - heard_ms) // 1000
        return pair_ceiling_s(self._synced_now_s, theirs_s)

    # --- Rounds: the caller's side ---

    def _advance(self) -> list[Event]:
        """Go on with the round as far as it goes now. Only the caller has one."""
        if self.role is Role.CALLER and self.state is State.IDLE:
            if self._telling.is_current and self._round_due_ms <= self._now.mono_ms:
                self._open_round()
        elif self._round is not None:
            return self._go_on(self._round)
        return []

    def _open_round(self) -> None:
        self._telling.tell_news()
        line = self._line(self._pair_floor_s, self.ceiling_s)
        self._sets = PairSets(line, self._indexes, self._directory.numbers)
        self._ranges_left = RANGES_PER_ROUND
        self._round_mark = self.mark
        self._round_number += 1
        self._send(
            Sets(
                self._round_number,
                line.floor_s,
                line.ceiling_s,
                *self._telling.hashes,
                self._sets.summaries(),
            )
        )

    def _take_reply(self, reply: SetsReply) -> Iterable[Event]:
        if reply.round != self._round_number or self._sets is None:
            raise PeerError("out_of_turn", f"reply to round {reply.round}")
        self._take_time(reply.floor_s, reply.now_s)
        if reply.status != COMPARED:
            # What we lacked, table or time, has come by now. More than a few times in a row it
            # is the peer that cannot agree with itself.
            self._retries += 1
            self._end_round(again_in_ms=0 if self._retries <= 3 else ROUND_SOON_MS)
            return []
        self._retries = 0
        if all(reply.equal):
            self._end_round()
            return [RoundOver(equal=True, mark=self._round_mark)]
        differing = [number for number in range(SETS) if not reply.equal[number]]
        self._round = CallerRound(reply.round, self._sets, differing)
        return []

    def _go_on(self, round_: CallerRound) -> list[Event]:
        if self.state is State.COMPARING and round_.differing:
            number = round_.next_set()
            message = initiate(round_.sets.views[number])
            self._send(Ranges(round_.number, number, message))
        while ids := round_.to_ask(self._in_flight, self._now.mono_ms):
            self._send(Want(tuple([record_id[:SHORT_ID_BYTES] for record_id in ids])))
        if self.state is not State.COMPARING or not round_.fetched or round_.sending:
            return []
        if round_.haves:
            if self._unsent or self._outbox:
                return []  # on when drained: bodies are not piled up in memory
            round_.sending = True
            return [BodiesLacked(round_.to_send())]
        self._send(RoundDone(round_.number))
        self._end_round(again_in_ms=round_.again_in_ms)
        return [RoundOver(equal=False)]

    def _end_round(self, again_in_ms: int | None = None) -> None:
        self.state, self._round = State.IDLE, None
        if again_in_ms is None:
            again_in_ms = int(ROUND_EVERY_MS * (0.8 + 0.4 * self._chance()))
        if self._again_soon:
            self._again_soon = False
            again_in_ms = min(again_in_ms, ROUND_SOON_MS)
        self._round_due_ms = self._now.mono_ms + again_in_ms

    # --- Rounds: both sides ---

    def _take_ranges(self, ranges: Ranges) -> None:
        if ranges.round != self._round_number or self._sets is None:
            raise PeerError("out_of_turn", f"ranges of round {ranges.round}")
        self._ranges_left -= 1
        if self._ranges_left < 0:
            raise PeerError("too_fast", "ranges")
        view, limit = self._sets.views[ranges.set], RANGES_FRAME_BYTES
        if self._round is None:
            reply = answer(view, ranges.message, frame_limit=limit)
            self._send(Ranges(ranges.round, ranges.set, reply))
            return
        if ranges.set != self._round.comparing:
            raise PeerError("out_of_turn", f"ranges of set {ranges.set}")
        found = compare(view, ranges.message, frame_limit=limit)
        self._round.note(found.have, found.need, self._never)
        if found.reply is not None:
            self._send(Ranges(ranges.round, ranges.set, found.reply))

    def _answer_sets(self, sets: Sets) -> Iterable[Event]:
        self._count_round()
        if sets.round <= self._round_number:
            raise PeerError("out_of_turn", f"round {sets.round} again")
        self._round_number = sets.round
        self._peer_floor_s = max(self._peer_floor_s, sets.floor_s)
        status = self._status_of(sets)
        equal: tuple[bool, ...] = (False,) * SETS
        if status == COMPARED:
            line = self._line(sets.floor_s, sets.ceiling_s)
            self._sets = PairSets(line, self._indexes, self._directory.numbers)
            self._ranges_left = RANGES_PER_ROUND
            pairs = zip(self._sets.summaries(), sets.summaries, strict=True)
            equal = tuple(ours == theirs for ours, theirs in pairs)
        self._send(SetsReply(sets.round, status, self.floor_s, self._synced_now_s, equal))
        if status != COMPARED or all(equal):
            self.state = State.IDLE
        return [RoundOver(equal=True, mark=self.mark)] if all(equal) else []

    def _status_of(self, sets: Sets) -> int:
        if (sets.answerer_table, sets.caller_table) != self._telling.hashes:
            return TABLES_STALE
        ceiling_s = pair_ceiling_s(self._synced_now_s, None)
        # A caller that reckons our time on from an earlier word of ours may be a little off.
        is_late = ceiling_s is not None and (
            sets.ceiling_s is None or sets.ceiling_s > ceiling_s + CEILING_TOLERANCE_S
        )
        return BOUNDS_CHANGED if is_late or sets.floor_s < self.floor_s else COMPARED

    def _count_round(self) -> None:
        earned = (self._now.mono_ms - self._rounds_counted_ms) / ROUND_SOON_MS
        self._rounds_left = min(ROUNDS_IN_A_ROW, self._rounds_left + earned) - 1
        self._rounds_counted_ms = self._now.mono_ms
        if self._rounds_left < 0:
            raise PeerError("too_fast", "rounds")

    def _line(self, floor_s: int, ceiling_s: int | None) -> Line:
        us, peer = self._directory.us, self.peer
        caller, answerer = (us, peer) if self.role is Role.CALLER else (peer, us)
        telling = self._telling
        return Line(
            caller,
            answerer,
            self._near,
            telling.pair,
            telling.network_authors,
            floor_s,
            ceiling_s,
        )

    # --- Records ---

    def _may_push(self, body: Body) -> bool:
        """Near records are pushed by their author alone (R9); the rest is the pair's line."""
        if body.scope == Scope.NEAR and body.author != self._directory.us:
            return False
        line = self._line(self._pair_floor_s, self.ceiling_s)
        line = line._replace(authors=self._telling.coming_authors)
        return line.holds(body.author, body.scope, body.stamp_ms, on_shelf=body.on_shelf)

    def _send_records(self, bodies: Sequence[Body]) -> None:
        """Send bodies in frames of about RECORDS_FRAME_BYTES, certificates before them."""
        self._telling.give_before({body.certificate for body in bodies})
        self._pushes.note_seen(body.id for body in bodies)
        batch: list[tuple[bytes, bytes]] = []
        size = 0
        for body in bodies:
            batch.append(body.wire)
            size += len(body.wire[0])
            if size >= RECORDS_FRAME_BYTES or len(batch) >= RECORDS_PER_FRAME:
                self._send(Records(tuple(batch)))
                batch, size = [], 0
        if batch:
            self._send(Records(tuple(batch)))


def _differ(one_s: int | None, other_s: int | None) -> bool:
    """Tell whether two ceilings differ by more than clocks do that run on by themselves."""
    if one_s is None or other_s is None:
        return one_s is not other_s
    return abs(one_s - other_s) > CEILING_TOLERANCE_S
