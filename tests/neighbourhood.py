"""A neighbourhood in one process: real sessions and real stores on a virtual clock.

One seed decides everything: delays, jitter, ids, who dials first. Nothing waits for real time.

    street = Neighbourhood(folder, seed=7)
    a, b, c = street.build("abc")
    street.line([a, b, c])
    a.write("soup")
    street.settle()
    assert c.notes() == {"soup"}
    street.assert_all_is_well()

Houses and their clocks are in tests/street/house.py, channels and their faults in wires.py, and
what must be true of the whole, read from the files alone, in truth.py.
"""

import heapq
import random
from collections.abc import Callable, Iterable, Sequence
from functools import partial
from itertools import count, pairwise
from pathlib import Path
from typing import Any, Final

from protocol.frames import Frame, MailOffers, MailWant, Ping, Pong, Records, Sets, SetsReply
from protocol.identity import PodId
from tests.street import truth
from tests.street.house import DAY_S, START_MS, House
from tests.street.post import Written
from tests.street.wires import Link, Wires

__all__ = ["DAY_S", "START_MS", "House", "Link", "Neighbourhood"]

ROUND_TAKES_S: Final = 30
"""More than a comparison, its bodies, and the pause before one that is due takes."""
LIVELOCK_EVENTS: Final = 20_000
"""Events at one moment, beyond which the street will never come to rest."""


class Neighbourhood:
    """Houses, the links between them, and the time. folder: where their disks are."""

    def __init__(self, folder: Path, seed: int) -> None:
        self.folder = folder
        self.random = random.Random(seed)
        self.chance = self.random.random
        self.mono_ms = 0
        self.houses: list[House] = []
        self.links: dict[frozenset[House], Link] = {}
        self.letters: list[Written] = []
        self.wires = Wires(self)
        self.watch: Callable[[House, House, Frame], None] | None = None
        """Called with (sender, receiver, frame) before each frame is taken."""
        self._events: list[tuple[int, int, Callable[[], object]]] = []
        self._order = count()

    def close(self) -> None:
        """Turn every machine off, however a test left it."""
        for house in self.houses:
            if house.is_on:
                house.crash()

    # --- Building ---

    def build(self, names: Iterable[str]) -> list[House]:
        """Make a pod for each name, and start it."""
        made = [self._make(name) for name in names]
        self.houses += made
        return [house.start() for house in made]

    def _make(self, name: str) -> House:
        house = House(self, name, self.random.randbytes(32), self.folder / name)
        house.make()
        return house

    def double(self, house: House, name: str) -> House:
        """Add a second machine with a copy of house's disk; it is off, and linked alike."""
        clone = House(self, name, house.seed, house.copy_disk(name))
        for pair, link in list(self.links.items()):
            if house in pair:
                self.links[pair - {house} | {clone}] = Link(delay_ms=link.delay_ms)
        self.houses.append(clone)
        return clone

    def federate(self, a: House, b: House, **how: Any) -> Link:
        """Make a and b neighbours, with a link between them."""
        self.befriend(a, b)
        link = self.links[frozenset((a, b))] = Link(**how)
        return link

    def befriend(self, a: House, b: House) -> None:
        """The same, where there is a link already."""
        for house, other in ((a, b), (b, a)):
            house.keeper.roster.add_neighbour(other.certificate, other.name, (), house.now())
            house.engine.neighbours_changed(house.now())
            self.wake(house)

    def unfederate(self, a: House, b: House) -> None:
        """a's people remove b; b hears of it when they next meet."""
        a.keeper.roster.remove_neighbour(b.pod_id, a.now())
        a.engine.neighbours_changed(a.now())
        self.flush(a)
        self.wake(a)

    def line(self, houses: Sequence[House], **how: Any) -> None:
        """Federate houses in a row."""
        for a, b in pairwise(houses):
            self.federate(a, b, **how)

    # --- Looking up ---

    def house_of(self, pod_id: PodId) -> House | None:
        """Return the house of a pod; of two machines with one key, one that is on."""
        found = [house for house in self.houses if house.pod_id == pod_id]
        return next((house for house in found if house.is_on), next(iter(found), None))

    def link(self, a: House, b: House) -> Link:
        """Return the link of a pair; one that is down, if they have none."""
        return self.links.get(frozenset((a, b))) or Link(is_up=False)

    def are_federated(self, a: House, b: House) -> bool:
        """Tell whether each is a neighbour of the other."""
        return truth.are_federated(a, b)

    # --- Faults ---

    def split(self, a: House, b: House) -> None:
        """Pull the cable between a and b until `heal`; neither is told."""
        self.link(a, b).is_up = False
        wire = self.wires.between(a, b)
        if wire is not None:
            wire.is_broken = True

    def heal(self, a: House, b: House) -> None:
        self.link(a, b).is_up = True
        self.wake(a)
        self.wake(b)

    def part(self, house: House) -> None:
        """End all channels of house; both sides are told."""
        for wire in [it for it in self.wires.open if house in it.starts]:
            self.wires.close(wire)

    def heal_all(self) -> None:
        """No more faults: every house on, every clock right, every link good."""
        for link in self.links.values():
            link.is_up, link.cut_chance, link.replay_chance = True, 0.0, 0.0
        for house in self.houses:
            house.set_clock(None, house.state.SYNCED)
            if not house.is_on:
                house.start()
            self.wake(house)

    # --- Time ---

    def run_s(self, seconds: float) -> None:
        """Let this much time pass, and do all that is due in it."""
        end_ms = self.mono_ms + int(seconds * 1000)
        at_once = 0
        while self._events and self._events[0][0] <= end_ms:
            at_ms, _, act = heapq.heappop(self._events)
            at_once = at_once + 1 if at_ms <= self.mono_ms else 0
            assert at_once < LIVELOCK_EVENTS, "the street does not come to rest"
            self.mono_ms = max(self.mono_ms, at_ms)
            act()
        self.mono_ms = end_ms

    def settle(self, seconds: float = 120) -> None:
        """Let what is under way come to rest: enough for silence, patience and repeat."""
        self.run_s(seconds)

    def sleep_days(self, days: float) -> None:
        """Let days pass with every channel closed, in which nobody does anything."""
        for house in self.houses:
            self.part(house)
        self._events.clear()
        self.wires.dial_anew()
        self.mono_ms += int(days * DAY_S * 1000)
        for house in self.houses:
            self.wake(house)

    def at(self, delay_ms: int, act: Callable[[], object]) -> None:
        heapq.heappush(self._events, (self.mono_ms + delay_ms, next(self._order), act))

    def wake(self, house: House) -> None:
        """Have house do what is due now."""
        self.at(0, partial(self._step, house, house.starts))

    def _step(self, house: House, starts: int) -> None:
        if house.is_on and house.starts == starts:
            house.engine.tick(house.now())
            self.wires.dial(house)
            self.flush(house)

    def flush(self, house: House) -> None:
        """Send what house has to send, and wake it when something is due."""
        self.wires.flush(house)
        due_ms = max(house.engine.deadline_ms, self.mono_ms + 1)
        if house.wake_ms <= self.mono_ms or due_ms < house.wake_ms:
            house.wake_ms = due_ms
            self.at(due_ms - self.mono_ms, partial(self._step, house, house.starts))

    # --- What must hold ---

    def assert_all_is_well(self) -> None:
        """After healing: all that tests/street/truth.py says, and then nothing more to send."""
        truth.assert_agreement(self)
        truth.assert_promises_are_kept(self)
        truth.assert_nobody_is_charged(self)
        assert self.bodies_sent_in_rounds(5) == 0
        assert self.busy_frames() == []

    def assert_agreement(self) -> None:
        """Every pair holds equal sets, by the files and by the indexes in memory."""
        truth.assert_agreement(self)

    def bodies_sent_in_rounds(self, rounds: int) -> int:
        """Have every pair compare its sets so often; return how many bodies crossed a channel."""
        before = len(self.wires.frames)
        for _ in range(rounds):
            for house in self.houses:
                if house.is_on:
                    self._want_rounds(house)
            self.run_s(ROUND_TAKES_S)
        sent = [frame for *_, frame in self.wires.frames[before:]]
        return sum(len(frame.wires) for frame in sent if isinstance(frame, Records))

    def _want_rounds(self, house: House) -> None:
        for live in house.engine.lives:
            if live.we_called:
                live.session.rounds.want(house.now())
        self.flush(house)

    def busy_frames(self, seconds: float = 60) -> list[Frame]:
        """Let time pass; return the frames in it but heartbeats and rounds without a find."""
        before = len(self.wires.frames)
        self.run_s(seconds)
        return [frame for *_, frame in self.wires.frames[before:] if not _is_quiet(frame)]

    def bodies_sent_in(self, seconds: float) -> int:
        """Let this much time pass, and return how many bodies crossed any channel in it."""
        before = len(self.wires.frames)
        self.run_s(seconds)
        sent = [frame for *_, frame in self.wires.frames[before:]]
        return sum(len(frame.wires) for frame in sent if isinstance(frame, Records))


def _is_quiet(frame: Frame) -> bool:
    if isinstance(frame, SetsReply):
        return all(frame.equal)
    if isinstance(frame, MailWant):
        return not frame.ids  # mail that stays under way is offered again now and then
    return isinstance(frame, Ping | Pong | Sets | MailOffers)
