"""The channels of a simulated neighbourhood: dialled by either side, delayed, cut, replayed.

They behave as TLS does: what arrives arrives in order and once, and a cut loses what is under
way. `replay_chance` adds what a channel may not do but a neighbour may: frames of records again,
late and out of order.
"""

from dataclasses import dataclass, field
from functools import partial
from typing import TYPE_CHECKING

from protocol.frame_bytes import decode_frame
from protocol.frames import Frame, Hello, Records
from protocol.frames import Wire as RecordWire
from protocol.handshake import Refused
from protocol.identity import Certificate, PodId
from protocol.intake import KeysOf, Opened, check_again, open_batch
from tests.street.house import House

if TYPE_CHECKING:
    from tests.neighbourhood import Neighbourhood

LATER_VERSION = 2
LATER_BEGINNING = bytes((0x99, LATER_VERSION))
"""How a record of a later version begins: nobody here can read more of it."""
LATEST_REPLAY_MS = 120_000
DIAL_AGAIN_MS = 2_000


@dataclass(eq=False)
class Link:
    """How a pair of houses is connected.

    delay_ms: one way, on average.  cut_chance: of each frame, to end its channel.
    replay_chance: of each frame of records, to come once more, later.
    """

    delay_ms: int = 20
    cut_chance: float = 0.0
    replay_chance: float = 0.0
    is_up: bool = True


@dataclass(eq=False)
class Wire:
    """One open channel. sessions: the number of its session in each house that greeted.

    greeted: the houses to which the other's hello has come.  is_broken: nothing arrives any more,
    and neither side has been told.
    """

    link: Link
    starts: dict[House, int]
    sessions: dict[House, int] = field(default_factory=dict)
    greeted: set[House] = field(default_factory=set)
    is_broken: bool = False
    arrives_ms: dict[House, int] = field(default_factory=dict)

    def reaches(self, house: House) -> bool:
        """Tell whether the process that opened this channel in house is still there."""
        return house.is_on and house.starts == self.starts[house]

    def other(self, house: House) -> House:
        return next(it for it in self.starts if it is not house)


class Wires:
    """All open channels, and what went over them.

    frames: every one that was delivered, (when, sender, receiver, frame), unless keeps_frames was
    taken back: a town sends millions.  has_later_programs: houses that are up to date greet with a
    later version, and among their records send some of it, even to those that speak only the first.
    """

    def __init__(self, street: "Neighbourhood") -> None:
        self._street = street
        self.open: dict[Wire, None] = {}
        self.frames: list[tuple[int, House, House, Frame]] = []
        self.keeps_frames = True
        self.has_later_programs = False
        self.bytes_sent = 0
        self.frames_sent = 0
        self._of_session: dict[tuple[House, int], Wire] = {}
        self._opened: dict[RecordWire, Opened] = {}
        self._dialling: dict[tuple[House, PodId], int] = {}

    # --- Dialling: either side, whenever its engine wants a session ---

    def dial(self, caller: House) -> None:
        """Dial whom caller's engine has no session with, unless a try is under way or just was."""
        for wanted in caller.engine.to_dial():
            answerer = self._street.house_of(wanted.pod_id)
            if answerer is None:
                continue  # a guest: it comes when the test says so
            link = self._street.link(caller, answerer)
            key = (caller, wanted.pod_id)
            if self._dialling.get(key, 0) <= self._street.mono_ms and link.is_up:
                delay_ms = self._delay_ms(link) * 2
                self._dialling[key] = self._street.mono_ms + delay_ms + DIAL_AGAIN_MS
                self._street.at(delay_ms, partial(self._knock, caller, answerer, link))
                # Whatever comes of it, another try may be due then.
                self._street.at(delay_ms + DIAL_AGAIN_MS, partial(self._street.wake, caller))

    def dial_anew(self) -> None:
        """Forget which tries were under way."""
        self._dialling.clear()

    def _knock(self, caller: House, answerer: House, link: Link) -> None:
        """The caller has said who it is: the answerer's engine decides."""
        if not (caller.is_on and answerer.is_on and link.is_up):
            return
        known = caller.keeper.directory.certificates[answerer.pod_id]
        if known.rank > answerer.certificate.rank:
            told = Refused("epoch_superseded", known.wire)
            answerer.engine.not_greeted(answerer.pod_id, told, answerer.now())
            self._street.flush(answerer)
            return
        run_id = caller.keeper.run_id
        certificate, there = caller.certificate, answerer.certificate
        answer = answerer.engine.greet(certificate, run_id, we_called=False, now=answerer.now())
        delay_ms = self._delay_ms(link)
        if isinstance(answer, Refused):
            self._street.at(delay_ms, partial(self._refused, caller, answerer.pod_id, answer))
            return
        wire = Wire(link, {caller: caller.starts, answerer: answerer.starts})
        self._join(wire, answerer, answer)
        wire.arrives_ms[caller] = self._street.mono_ms + delay_ms
        self.open[wire] = None
        enter = partial(self._enter, wire, caller, there, answerer.keeper.run_id)
        self._street.at(delay_ms, enter)
        self._street.flush(answerer)

    def _refused(self, caller: House, peer: PodId, answer: Refused) -> None:
        if caller.is_on and (answer.certificate is not None or answer.code == "not_federated"):
            caller.engine.not_greeted(peer, answer, caller.now())
            self._street.flush(caller)

    def _enter(self, wire: Wire, caller: House, there: Certificate, run_id: bytes) -> None:
        """The answerer's welcome has come: the caller's engine decides too."""
        if wire not in self.open or not wire.reaches(caller) or not wire.link.is_up:
            wire.is_broken = True
            return
        answer = caller.engine.greet(there, run_id, we_called=True, now=caller.now())
        if isinstance(answer, Refused):
            self.close(wire)
            return
        self._join(wire, caller, answer)
        self._street.flush(caller)

    def _join(self, wire: Wire, house: House, number: int) -> None:
        wire.sessions[house] = number
        self._of_session[house, number] = wire

    # --- Frames ---

    def flush(self, house: House) -> None:
        """Send what house has to send."""
        for output in house.engine.collect(house.now()):
            if output.session in house.guests:
                house.guests[output.session].take(output)
            wire = self._of_session.get((house, output.session))
            if wire is not None and wire in self.open and wire.reaches(house):
                self._send(wire, house, output.frames, is_last=output.close is not None)

    def _send(self, wire: Wire, sender: House, frames: list[bytes], *, is_last: bool) -> None:
        receiver = wire.other(sender)
        soonest_ms = self._street.mono_ms + self._delay_ms(wire.link)
        at_ms = wire.arrives_ms[receiver] = max(wire.arrives_ms.get(receiver, 0), soonest_ms)
        wait_ms = at_ms - self._street.mono_ms
        self.frames_sent += len(frames)
        self.bytes_sent += sum(map(len, frames))
        for data in frames:
            frame = self._as_its_program_says(sender, decode_frame(data))
            opened = self._open_ahead(wire, receiver, frame)
            self._street.at(wait_ms, partial(self._deliver, wire, sender, frame, opened))
        if frames:
            self._street.at(wait_ms, partial(self._drained, wire, sender))
        if is_last:
            self._street.at(wait_ms, partial(self.close, wire, by=sender))

    def _as_its_program_says(self, sender: House, frame: Frame) -> Frame:
        if self.has_later_programs and sender.is_up_to_date:
            if isinstance(frame, Hello):
                return frame._replace(version=LATER_VERSION)
            if isinstance(frame, Records):
                body, signature = frame.wires[0]
                return Records(((LATER_BEGINNING + body[2:], signature), *frame.wires))
        return frame

    def _open_ahead(self, wire: Wire, receiver: House, frame: Frame) -> list[Opened] | None:
        """Verify with the keys known when the frame is sent: no thread could be earlier."""
        if isinstance(frame, Records) and wire.reaches(receiver):
            return [self._open_once(it, receiver.engine.keys_of) for it in frame.wires]
        return None

    def _open_once(self, record: RecordWire, keys_of: KeysOf) -> Opened:
        """Verify what is the same in every house once: a town has the same record a thousand times.

        What a signature says depends on the keys that a house knows, and on nothing else of it.
        """
        known = self._opened.get(record)
        if known is None or known.record is None:
            (known,) = open_batch([record], keys_of)
        elif known.key not in keys_of(known.record.author, known.record.epoch):
            return check_again(known.record, keys_of)
        if known.key is not None:
            self._opened[record] = known
        return known

    def _deliver(
        self, wire: Wire, sender: House, frame: Frame, opened: list[Opened] | None
    ) -> None:
        receiver = wire.other(sender)
        if not wire.link.is_up or not wire.reaches(receiver):
            wire.is_broken = True
        if wire.is_broken or wire not in self.open or receiver not in wire.sessions:
            return
        if self._street.chance() < wire.link.cut_chance:
            self._fail(wire)
            return
        if self.keeps_frames:
            self.frames.append((self._street.mono_ms, sender, receiver, frame))
        if self._street.watch is not None:
            self._street.watch(sender, receiver, frame)
            if wire not in self.open or receiver not in wire.sessions:
                return
        wire.greeted.add(receiver)  # a hello is the first that comes
        self.hand_over(wire, receiver, frame, opened)
        if isinstance(frame, Records) and self._street.chance() < wire.link.replay_chance:
            later_ms = int(self._street.chance() * LATEST_REPLAY_MS)
            self._street.at(later_ms, partial(self._replay, sender, receiver, frame))

    def hand_over(
        self, wire: Wire, receiver: House, frame: Frame, opened: list[Opened] | None = None
    ) -> None:
        """Have the engine of receiver take a frame, whoever it is from."""
        receiver.engine.receive(wire.sessions[receiver], frame, opened, receiver.now())
        self._street.flush(receiver)

    def _replay(self, sender: House, receiver: House, frame: Records) -> None:
        wire = self.between(sender, receiver)
        if wire is None or not wire.reaches(receiver) or receiver not in wire.sessions:
            return
        if receiver in wire.greeted:  # no neighbour has sent anything before its hello
            self.hand_over(wire, receiver, frame)

    def _drained(self, wire: Wire, sender: House) -> None:
        if wire in self.open and wire.reaches(sender) and sender in wire.sessions:
            sender.engine.drained(wire.sessions[sender], sender.now())
            self._street.flush(sender)

    # --- Ends ---

    def between(self, a: House, b: House) -> Wire | None:
        """Return the open channel of a pair, if there is one."""
        return next((it for it in self.open if {a, b} == set(it.starts)), None)

    def close(self, wire: Wire, by: House | None = None) -> None:
        """End a channel. Both sides are told; of a broken one only the side that gave it up."""
        told = [by] if wire.is_broken and by is not None else list(wire.sessions)
        for house in told:
            number = wire.sessions.pop(house, None)
            if number is None:
                continue
            self._of_session.pop((house, number), None)
            if wire.reaches(house):
                house.engine.hang_up(number, house.now())
                self._street.wake(house)
        if not any(map(wire.reaches, wire.sessions)) and wire in self.open:
            del self.open[wire]

    def _fail(self, wire: Wire) -> None:
        """Lose a channel: half of the time at once, else in silence."""
        if self._street.chance() < 0.5:
            self.close(wire)
        else:
            wire.is_broken = True

    def _delay_ms(self, link: Link) -> int:
        return max(1, int(link.delay_ms * (0.5 + self._street.chance())))
