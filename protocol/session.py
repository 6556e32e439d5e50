"""One sync session: two federated pods on one authenticated channel, without the channel.

Spec: docs/protocol.md §7. Frames and times come in, frames and events go out; the same class
serves caller and answerer. It reads the directory and the indexes of its node, and asks for
everything else by events.

A driver calls `receive` for each frame, does what the events say, sends `outgoing()`, calls
`drained` when all of it is sent, and `tick` when `deadline_ms` has come. A PeerError ends the
session: `say_bye` with its code, and close.
"""

from collections.abc import Callable, Iterable, Sequence

from protocol.clock import Now
from protocol.directory import Directory
from protocol.errors import PeerError
from protocol.events import (
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
)
from protocol.identity import PodId
from protocol.limits import (
    HEARTBEAT_MS,
    IDS_PER_FRAME,
    RECORDS_FRAME_BYTES,
    SILENCE_MS,
)
from protocol.mailing import Mailing
from protocol.parts import in_batches, in_parts
from protocol.pushes import Pushes
from protocol.recent import RecentIds
from protocol.record import RECORD_VERSION
from protocol.round import InFlight
from protocol.rounds import Rounds
from protocol.sets import Indexes
from protocol.talk import Talk
from protocol.telling import Telling
from protocol.terms import Terms
from protocol.turns import Role, State


class Session:
    """See the module; `now` is the moment of the call.

    never: ids refused for good between us and this peer (R10), shared with the driver.
    near: whether our side lets near records pass yet (R16).  floor_s: our floor.
    chance: numbers in [0, 1) for jitter.
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
        self.heard_ms = now.mono_ms
        """Monotonic time of the last sign of life."""
        self._pinged_ms: int | None = None
        self._never = never
        self.talk = Talk(self.role)
        self._telling = Telling(directory, peer, self.talk.send)
        self.terms = Terms(directory.us, peer, self.role, self._telling, near=near, floor_s=floor_s)
        self.rounds = Rounds(
            self.talk,
            self._telling,
            self.terms,
            directory=directory,
            indexes=indexes,
            in_flight=in_flight,
            never=never,
            chance=chance,
            now=now,
        )
        self._pushes = Pushes()
        self.mailing = Mailing(self.talk.send)
        tables = self._telling.greeting_hashes
        self.talk.greet(Hello(RECORD_VERSION, near, floor_s, now.synced_s, *tables))

    @property
    def state(self) -> State:
        return self.talk.state

    # --- What the driver calls ---

    def receive(self, frame: Frame, now: Now) -> list[Event]:
        """Take one frame of the peer. Raises PeerError and nothing else."""
        self.talk.take(frame)
        self.heard_ms, self._pinged_ms = now.mono_ms, None
        return [*self._take(frame, now), *self.rounds.advance(now)]

    def outgoing(self, now: Now) -> list[bytes]:
        """Return the frames to send now, in order: news of tables before live changes."""
        if self.talk.is_open:
            if self._telling.tell_news():
                self.rounds.want(now)
            if self._pushes.are_due(now.mono_ms, unsent=self.talk.is_unsent):
                self._send_records(self._pushes.take())
        return self.talk.outgoing()

    def drained(self, now: Now) -> list[Event]:
        """Note that everything handed out is sent."""
        self.talk.drained()
        return self.rounds.advance(now)

    def tick(self, now: Now) -> list[Event]:
        """Do what is due. Raises PeerError (silent) when the peer gives no sign of life."""
        if self.state is State.CLOSED:
            return []
        if self._pinged_ms is None:
            if now.mono_ms - self.heard_ms >= HEARTBEAT_MS:
                self._pinged_ms = now.mono_ms
                if self.state is not State.GREETING:
                    self.talk.send(Ping(self.terms.floor_s, now.synced_s))
        elif now.mono_ms - self._pinged_ms >= SILENCE_MS:
            raise PeerError("silent", f"{now.mono_ms - self.heard_ms} ms")
        self.rounds.give_up_late(now)
        return self.rounds.advance(now)

    @property
    def deadline_ms(self) -> int:
        """Monotonic time at which tick, or outgoing, has something to do."""
        heartbeat_ms = self.heard_ms + HEARTBEAT_MS
        life_ms = heartbeat_ms if self._pinged_ms is None else self._pinged_ms + SILENCE_MS
        pushes_ms = self._pushes.due_ms
        due = [life_ms, *self.rounds.deadlines_ms]
        return min(due if pushes_ms is None else [*due, pushes_ms])

    def push(self, body: Body, now: Now) -> None:
        """Send a live change, if the pair's sets have a place for it and it is news there."""
        if not self.talk.is_open or not self._telling.is_current:
            return  # the first round will find it
        if body.id in self._never or not self.terms.may_push(body, now):
            return
        if not self._pushes.add(body, now.mono_ms):
            self.rounds.want(now)

    @property
    def may_offer_mail(self) -> bool:
        """Whether an offer of mail can go now: tables are told, and nothing is being sent."""
        is_free = not self.talk.is_unsent and self.mailing.under_way is None
        return self.talk.is_open and is_free and self._telling.is_current

    def unseen(self, ids: Iterable[bytes]) -> list[bytes]:
        """Return those of ids that the peer has neither shown nor been sent lately."""
        return self._pushes.unseen(ids)

    def send_bodies(self, bodies: Sequence[Body], gone: Sequence[bytes], now: Now) -> list[Event]:
        """Send what BodiesWanted or BodiesLacked was about. gone: short ids not to be had."""
        self._send_records(bodies)
        if gone:
            self.talk.send(Gone(tuple(gone)))
        self.rounds.note_sent()
        return self.rounds.advance(now)

    def settled(self, ids: Iterable[bytes], refused: Sequence[bytes], now: Now) -> list[Event]:
        """Note that these records came and were dealt with; refused: those refused for good."""
        ids = list(ids)
        self._pushes.note_seen(ids)
        self._never.update(refused)
        for some in in_parts(refused, IDS_PER_FRAME):
            self.talk.send(Refused(some))
        self.rounds.settle(ids)
        return self.rounds.advance(now)

    def ask_for_certificates(self, authors: Iterable[PodId]) -> None:
        """Ask the peer for the greatest certificates that it knows of authors."""
        self._telling.ask_for(authors)

    def say_bye(self, code: str, certificate: bytes | None = None) -> None:
        """End the session; the bye is the last thing that outgoing returns."""
        if self.state is not State.CLOSED:
            self.talk.send(Bye(code, certificate))
        self.close()

    def close(self) -> None:
        """The channel is gone, or about to be."""
        self.talk.close()
        self._pushes.take()
        self.rounds.close()

    # --- Frames ---

    def _take(self, frame: Frame, now: Now) -> Iterable[Event]:  # noqa: C901  # one case a frame
        match frame:
            case Hello():
                self.terms.take_hello(frame, now)
            case TableFrame():
                if self._telling.take_table(frame) and self.role is Role.CALLER:
                    self.rounds.want(now)
                return [TableTold()]
            case WantCertificates(authors):
                self._telling.give_certificates(authors)
            case Certificates(wires):
                return [CertificatesTold(wires)]
            case Sets():
                return self.rounds.answer_sets(frame, now)
            case SetsReply():
                return self.rounds.take_reply(frame, now)
            case Ranges():
                self.rounds.take_ranges(frame)
            case Want(short_ids):
                return [BodiesWanted(short_ids)]
            case Records(wires):
                in_round = self.state in (State.COMPARING, State.ANSWERING)
                return [RecordsTold(wires, in_round)]
            case Gone(short_ids):
                self.rounds.settle_gone(short_ids)
            case Refused(ids):
                self._never.update(ids)
                return [IdsRefused(ids)]
            case RoundDone():
                return [RoundOver(equal=False)]
            case RoundWanted():
                self.rounds.want(now)
            case Ping(floor_s, now_s):
                self._take_time(floor_s, now_s, now)
                self.talk.send(Pong(self.terms.floor_s, now.synced_s))
            case Pong(floor_s, now_s):
                self._take_time(floor_s, now_s, now)
            case MailOffers() | MailWant() | MailBatch() | MailTokens():
                return self.mailing.take(frame)
            case Bye(code, certificate):
                self.close()
                return [PeerLeft(code, certificate)]
        return []

    def _take_time(self, floor_s: int, now_s: int | None, now: Now) -> None:
        if self.terms.take_time(floor_s, now_s, now):
            self.rounds.want(now)

    def _send_records(self, bodies: Sequence[Body]) -> None:
        """Send bodies in frames of about RECORDS_FRAME_BYTES, certificates before them."""
        self._telling.give_before({body.certificate for body in bodies})
        self._pushes.note_seen(body.id for body in bodies)
        for batch in in_batches((body.wire for body in bodies), RECORDS_FRAME_BYTES):
            self.talk.send(Records(batch))
