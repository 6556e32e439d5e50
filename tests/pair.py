"""Two sessions in memory: real directories and indexes, no store, no engine, no channel.

A Side does what a node does with the events of a session, as plainly as it can be done.
"""

from collections.abc import Iterable, Sequence
from typing import Final

from protocol.clock import ClockState, Now
from protocol.directory import Directory
from protocol.errors import PeerError
from protocol.events import (
    BodiesLacked,
    BodiesWanted,
    Body,
    CertificatesTold,
    Event,
    RecordsTold,
)
from protocol.frame_bytes import decode_frame
from protocol.frames import Frame
from protocol.identity import Certificate, open_certificate
from protocol.index import RecordIndex
from protocol.limits import BODIES_PER_SHORT_ID, SHORT_ID_BYTES
from protocol.recent import RecentIds
from protocol.record import Record, Scope, read_record
from protocol.round import InFlight
from protocol.session import Session
from protocol.sets import Indexes
from protocol.trust import Table
from protocol.turns import Role, State
from tests.street.guest import EPOCH, Keys

NOON: Final = Now(mono_ms=0, wall_ms=(EPOCH + 86_400) * 1000, state=ClockState.SYNCED)
STAMP_MS: Final = (EPOCH + 3_600) * 1000
FRAMES_END: Final = 2_000
"""More frames than any test here needs: two sessions that talk on and on are at fault."""


class Side(Keys):
    """One pod: what it knows, what it holds, and its session."""

    session: Session

    def __init__(self, name: str, *, near: bool = True, floor_s: int = 0) -> None:
        super().__init__(name)
        self.near = near
        self.floor_s = floor_s
        self.directory = Directory(self.certificate)
        self.directory.name_author(self.pod_id, 0)
        self.indexes = Indexes(RecordIndex(), RecordIndex(), RecordIndex())
        self.bodies: dict[bytes, Body] = {}
        self.without_certificate: list[Record] = []
        self.never = RecentIds(100)
        self.events: list[Event] = []

    def hold(self, record: Record, certificate: Certificate) -> Body:
        """Take a record in, as the store of a node would."""
        numbers = self.directory.numbers
        if record.author not in numbers:
            self.directory.name_author(record.author, len(numbers))
        index = self.indexes.near if record.scope == Scope.NEAR else self.indexes.network
        index.add(record.stamp_ms // 1000, record.id, numbers[record.author])
        self.directory.learn(certificate)
        body = Body(
            record.id, record.author, record.scope, record.stamp_ms, False, record.wire, certificate
        )
        self.bodies[record.id] = body
        return body

    def write(self, *texts: str, scope: Scope = Scope.NETWORK) -> list[Body]:
        records = [self.record(text, STAMP_MS, scope=scope) for text in texts]
        return [self.hold(record, self.certificate) for record in records]

    def carry(self, author: Keys, *texts: str) -> list[Body]:
        """Hold notes of another pod."""
        return [self.hold(author.record(text, STAMP_MS), author.certificate) for text in texts]

    def renew(self) -> None:
        self.directory.renew_own_table(self.indexes.held_authors())

    def know(self, peer: Keys) -> None:
        self.directory.add_neighbour(peer.pod_id)
        self.directory.learn(peer.certificate)
        self.renew()

    def know_near(self, far: Keys) -> None:
        """Be the neighbour of far, which has told of itself and nobody else."""
        self.know(far)
        self.directory.told_by[far.pod_id] = Table([far.entry(0)])
        self.renew()

    def open(self, peer: Keys, now: Now, *, we_call: bool) -> Session:
        self.session = Session(
            peer=peer.pod_id,
            we_call=we_call,
            directory=self.directory,
            indexes=self.indexes,
            in_flight=InFlight(),
            never=self.never,
            near=self.near,
            floor_s=self.floor_s,
            chance=lambda: 0.5,
            now=now,
        )
        return self.session

    def act(self, events: Iterable[Event], now: Now) -> None:
        for event in events:
            self.events.append(event)
            if self.session.state is State.CLOSED:
                return
            match event:
                case RecordsTold(wires):
                    self.act(self._take_in(wires, now), now)
                case CertificatesTold(wires):
                    for wire in wires:
                        self.directory.learn(open_certificate(wire))
                case BodiesWanted(short_ids):
                    self.act(self._serve(short_ids, now), now)
                case BodiesLacked(ids):
                    bodies = [self.bodies[i] for i in ids if i in self.bodies]
                    self.act(self.session.send_bodies(bodies, (), now), now)
            self.renew()

    def _take_in(self, wires: Iterable[tuple[bytes, bytes]], now: Now) -> list[Event]:
        records = [read_record(*wire) for wire in wires]
        for record in filter(self.session.terms.may_take, records):
            certificate = self.directory.certificates.get(record.author)
            if certificate is None:
                self.without_certificate.append(record)
            else:
                self.hold(record, certificate)
        return self.session.settled([record.id for record in records], (), now)

    def _serve(self, short_ids: Sequence[bytes], now: Now) -> list[Event]:
        found: list[Body] = []
        gone: list[bytes] = []
        for short_id in short_ids:
            bodies = [
                body
                for body in self.bodies.values()
                if body.id[:SHORT_ID_BYTES] == short_id and self.session.rounds.may_serve(body)
            ]
            found += bodies[:BODIES_PER_SHORT_ID]
            gone += [] if bodies else [short_id]
        return self.session.send_bodies(found, gone, now)


class Pair:
    """A caller and an answerer, and all that they said. Frames arrive at once, in order."""

    def __init__(self, caller: Side, answerer: Side, now: Now = NOON) -> None:
        self.caller, self.answerer, self.now = caller, answerer, now
        caller.know(answerer)
        answerer.know(caller)
        caller.open(answerer, now, we_call=True)
        answerer.open(caller, now, we_call=False)
        self.said: list[tuple[Role, Frame]] = []
        self.bytes = 0

    def go_on(self) -> list[tuple[Role, Frame]]:
        """Let both talk until neither has anything to say; return what was said."""
        begin = len(self.said)
        while self._turn(self.caller, self.answerer) or self._turn(self.answerer, self.caller):
            assert len(self.said) - begin < FRAMES_END
        return self.said[begin:]

    def _turn(self, side: Side, other: Side) -> bool:
        side.act(side.session.drained(self.now), self.now)
        frames = side.session.outgoing(self.now)
        for data in frames:
            self.bytes += len(data)
            frame = decode_frame(data)
            self.said.append((side.session.role, frame))
            other.act(other.session.receive(frame, self.now), self.now)
        return bool(frames)

    def wait_ms(self, ms: int) -> list[tuple[Role, Frame]]:
        """Let time pass, then both go on."""
        now = self.now
        self.now = now._replace(mono_ms=now.mono_ms + ms, wall_ms=now.wall_ms + ms)
        for side in (self.caller, self.answerer):
            side.act(side.session.tick(self.now), self.now)
        return self.go_on()


def kinds(said: Iterable[tuple[Role, Frame]]) -> list[str]:
    return [type(frame).__name__ for _, frame in said]


def refusal(side: Side, frame: Frame, now: Now = NOON) -> str:
    """Return the code with which side refuses frame, "" if it takes it."""
    try:
        side.session.receive(frame, now)
    except PeerError as err:
        return err.code
    return ""
