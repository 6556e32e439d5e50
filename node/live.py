"""The bookkeeping of one open session beside the protocol's own.

Spec: docs/protocol.md §7.6 (R3, R12).
"""

from collections.abc import Collection
from dataclasses import dataclass, field
from typing import NamedTuple

from protocol.clock import Now
from protocol.errors import PeerError
from protocol.frame_bytes import encode_frame
from protocol.frames import Bye, Frame, Ping, Pong
from protocol.identity import Certificate, PodId
from protocol.limits import ROUNDS_FOR_WORD, SILENCE_MS, STRIKES, WAITING_RECORDS
from protocol.record import Record
from protocol.session import Session
from protocol.turns import Role


class Output(NamedTuple):
    """Frames for one channel. close: send them, then close; why."""

    session: int
    frames: list[bytes]
    close: str | None


@dataclass(slots=True)
class Live:
    """An open session: who is there, what it did wrong, what waits for a certificate.

    near: whether our hello let near records pass.  since_ms: monotonic.  mark: number of the last
    record that was here when a round showed that the peer holds all of ours.
    """

    number: int
    session: Session
    certificate: Certificate
    run_id: bytes
    near: bool
    since_ms: int
    strikes: int = 0
    closing: str | None = None
    mark: int = 0
    _asked: tuple[int, int] = (0, 0)
    _waiting: dict[bytes, Record] = field(default_factory=dict)

    @property
    def peer(self) -> PodId:
        return self.certificate.pod_id

    @property
    def we_called(self) -> bool:
        return self.session.role is Role.CALLER

    def end(self, code: str, certificate: bytes | None = None) -> None:
        """Say bye, then have the channel closed. certificate: a greater one of the peer."""
        self.session.say_bye(code, certificate)
        self.closing = code

    def strike(self) -> None:
        """Charge the peer for a frame that no honest neighbour sends; the third ends it (R10)."""
        self.strikes += 1
        if self.strikes >= STRIKES:
            raise PeerError("bad_signature", f"{self.strikes} frames")

    def lacks_word(self, newest: int) -> bool:
        """Tell whether a round is wanted, to hear that the peer holds our newest record.

        One finds what a push has lost, a second that nothing is lost; more of them would not help.
        """
        asked_for, asked = self._asked
        asked = asked + 1 if asked_for == newest else 1
        self._asked = newest, asked
        return newest > self.mark and asked <= ROUNDS_FOR_WORD

    def let_wait(self, record: Record) -> bool:
        """Keep a record until its certificate comes; False if too many wait already.

        What is dropped here comes again in a round.
        """
        if len(self._waiting) >= WAITING_RECORDS:
            return False
        self._waiting[record.id] = record
        return True

    def take_waiting(self, authors: Collection[PodId]) -> list[Record]:
        """Return the records of authors that waited, and wait no more."""
        ready = [record for record in self._waiting.values() if record.author in authors]
        for record in ready:
            del self._waiting[record.id]
        return ready


class Probe:
    """An older connection of a pod that came back under another run id (R12).

    It is asked for one sign of life. If it answers, two live processes hold one key: a clone,
    and people on both sides are told; if not, a cable was pulled. Either way the newer one
    stays, and the older is ended.
    """

    def __init__(self, number: int, peer: PodId, now: Now) -> None:
        self.number = number
        self.peer = peer
        self.answered = False
        self.is_ended = False
        self.due_ms = now.mono_ms + SILENCE_MS
        self._asked = False

    def take(self, frame: Frame) -> None:
        """Take a frame: what was on its way before the question is no answer to it."""
        self.answered |= isinstance(frame, Pong)

    def is_over(self, now: Now) -> bool:
        return self.answered or now.mono_ms >= self.due_ms

    @property
    def has_output(self) -> bool:
        return self.is_ended or not self._asked

    def output(self) -> Output:
        if self.is_ended:
            code = "clone" if self.answered else "replaced"
            return Output(self.number, [encode_frame(Bye(code, None))], code)
        self._asked = True
        return Output(self.number, [encode_frame(Ping(0, None))], None)
