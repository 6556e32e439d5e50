"""A neighbourhood in one process: real sessions and real stores on a virtual clock.

One seed decides everything: delays, jitter, ids, who dials first. Nothing waits for real time.
Channels behave as TLS does: what arrives arrives in order and once, and a cut loses what is
under way. `replay` adds what a channel may not do but a neighbour may: old records frames
again, late and out of order.

    street = Neighbourhood(tmp_path, seed=7)
    a, b, c = street.build("abc")
    street.federate(a, b); street.federate(b, c)
    a.write("soup"); street.run_s(60); assert c.notes() == {"soup"}
"""

import heapq
import random
import shutil
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path

from node.engine import Engine
from node.engine import Refused as NotGreeted
from node.keeper import Draft, Keeper, Surroundings
from protocol.clock import ClockState, Now
from protocol.errors import PeerError
from protocol.frames import Frame, Hello, Ping, Pong, Records, decode_frame
from protocol.identity import PodId, PodKey
from protocol.intake import open_batch
from protocol.kinds import KindTable
from protocol.record import Record, Scope
from protocol.sets import Line, PairSets
from store.records import each_in_set
from protocol.codec import decode
from tests.toy import TOY_NOTE, TOY_NOTE_CODE, note

DAY_S = 86_400
START_MS = 1_800_000_000_000
"""The true time at which every neighbourhood begins: January 2027."""


class HouseClock:
    """The clock of a house, for its keeper."""

    def __init__(self, house: "House") -> None:
        self._house = house

    def now(self) -> Now:
        return self._house.now()

    def confirm(self) -> None:
        self._house.state = ClockState.SYNCED

    def hear(self, told_ms: int, mono_ms: int) -> bool:
        """Houses keep the clock that the test gave them."""
        return False


@dataclass(eq=False)
class House:
    """One pod with its clock: skew_ms from the true time, and what it believes of it."""

    street: "Neighbourhood"
    name: str
    seed: bytes
    folder: Path
    skew_ms: int = 0
    state: ClockState = ClockState.SYNCED
    is_on: bool = False
    starts: int = 0
    keeper: Keeper = field(init=False)
    engine: Engine = field(init=False)
    wake_ms: int = 0

    @property
    def pod_id(self) -> PodId:
        return PodKey.from_seed(self.seed).pod_id

    def now(self) -> Now:
        mono_ms = self.street.mono_ms
        return Now(mono_ms, START_MS + mono_ms + self.skew_ms, self.state)

    # --- Power ---

    def start(self) -> "House":
        """Open the store as a new process does: another run id, nothing in memory."""
        self.starts += 1
        around = Surroundings(
            kinds=KindTable([TOY_NOTE]),
            clock=HouseClock(self),
            random_bytes=self.street.random.randbytes,
        )
        self.keeper = Keeper.open(self.folder, around)
        chance = self.street.random.random
        self.engine = Engine(self.keeper, chance, self.now(), poll_ms=10 * DAY_S * 1000)
        self.is_on = True
        self.street.wake(self)
        return self

    def stop(self) -> None:
        """A clean end."""
        self.street.cut_all(self)
        self.is_on = False
        self.keeper.close()

    def crash(self) -> None:
        """The power goes: memory and what was under way are lost, the disk is not."""
        self.street.cut_all(self)
        self.is_on = False
        self.keeper.store.connection.close()

    def restart(self) -> None:
        if self.is_on:
            self.crash()
        self.start()

    def copy_disk(self, to: str) -> Path:
        """Return a backup of the folder as it is on disk now (the house must be off)."""
        backup = self.folder.with_name(f"{self.name}-{to}")
        shutil.copytree(self.folder, backup)
        return backup

    def restore_disk(self, backup: Path) -> None:
        """Put an old copy in place of what there is (the house must be off)."""
        shutil.rmtree(self.folder)
        shutil.copytree(backup, self.folder)

    # --- What people do ---

    def write(self, text: str, *, scope: Scope = Scope.NETWORK, rid: bytes | None = None) -> bytes:
        """Sign a note; return its rid. The same text has the same rid."""
        rid = rid if rid is not None else text.encode().ljust(16, b".")[:16]
        self._sign(Draft(TOY_NOTE_CODE, rid, scope, note(text)))
        return rid

    def withdraw(self, rid: bytes, *, scope: Scope = Scope.NETWORK) -> None:
        self._sign(Draft(TOY_NOTE_CODE, rid, scope, None))

    def _sign(self, draft: Draft) -> None:
        signed = self.keeper.sign([draft], self.now())
        self.engine.published(signed, self.now())
        self.street.flush(self)

    def records(self) -> list[Record]:
        """Return all records in the sets here, tombstones too."""
        return list(each_in_set(self.keeper.store.connection, fit=False))

    def notes(self, scope: Scope | None = None) -> set[str]:
        """Return the texts of all live notes in the sets here."""
        return {
            decode(record.payload, max_bytes=2000)["text"]
            for record in self.records()
            if record.payload is not None and scope in (None, record.scope)
        }

    def ids(self) -> set[bytes]:
        """Return the ids of all records in the sets here, tombstones too."""
        return {record.id for record in self.records()}


@dataclass(eq=False)
class Wire:
    """One open channel between two houses. ends: house -> its session number."""

    ends: dict[House, int]
    is_open: bool = True
    arrives_ms: dict[House, int] = field(default_factory=dict)


@dataclass
class Street:
    """How a pair of houses is connected: one-way delay in ms, chance that a frame cuts it."""

    delay_ms: int = 20
    cut_chance: float = 0.0
    replay_chance: float = 0.0
    is_up: bool = True


class Neighbourhood:
    """Houses, the links between them, and the time."""

    def __init__(self, folder: Path, seed: int) -> None:
        self.folder = folder
        self.random = random.Random(seed)
        self.mono_ms = 0
        self.houses: list[House] = []
        self.links: dict[frozenset[House], Street] = {}
        self.wires: list[Wire] = []
        self.frames: list[tuple[int, House, House, Frame]] = []
        self.watch: Callable[[House, House, Frame], None] | None = None
        self._events: list[tuple[int, int, Callable[[], None]]] = []
        self._order = count()
        self._dialling: set[frozenset[House]] = set()

    # --- Building ---

    def build(self, names: Iterable[str]) -> list[House]:
        """Make a pod for each name, and start it."""
        made = []
        for name in names:
            seed = self.random.randbytes(32)
            house = House(self, name, seed, self.folder / name)
            house.folder.mkdir()
            Keeper.create(
                house.folder,
                name=name,
                pod_key=PodKey.from_seed(seed),
                working_seed=self.random.randbytes(32),
                now=house.now(),
            )
            self.houses.append(house)
            made.append(house.start())
        return made

    def federate(self, a: House, b: House, **how: object) -> Street:
        """Make a and b neighbours, with a link between them."""
        a.keeper.roster.add_neighbour(b.keeper.certificate, b.name, (), a.now())
        b.keeper.roster.add_neighbour(a.keeper.certificate, a.name, (), b.now())
        link = self.links[frozenset((a, b))] = Street(**how)  # type: ignore[arg-type]
        for house in (a, b):
            house.engine.neighbours_changed(house.now())
            self.wake(house)
        return link

    def line(self, houses: list[House], **how: object) -> None:
        """Federate houses in a row."""
        for a, b in zip(houses, houses[1:], strict=False):
            self.federate(a, b, **how)

    # --- Faults ---

    def split(self, a: House, b: House) -> None:
        """Cut the link of a and b until `heal`."""
        self.links[frozenset((a, b))].is_up = False
        for wire in [w for w in self.wires if set(w.ends) == {a, b}]:
            self._cut(wire)

    def heal(self, a: House, b: House) -> None:
        self.links[frozenset((a, b))].is_up = True
        self.wake(a)
        self.wake(b)

    def cut_all(self, house: House) -> None:
        """Lose all channels of one house, without a word to it."""
        for wire in [w for w in self.wires if house in w.ends]:
            self._cut(wire, silent_to=house)

    def _cut(self, wire: Wire, silent_to: House | None = None) -> None:
        wire.is_open = False
        self.wires.remove(wire)
        for house, number in wire.ends.items():
            if house is not silent_to and house.is_on:
                house.engine.hang_up(number, house.now())
                self.wake(house)

    # --- Time ---

    def run_s(self, seconds: float) -> None:
        """Let this much time pass, and do all that is due in it."""
        end_ms = self.mono_ms + int(seconds * 1000)
        while self._events and self._events[0][0] <= end_ms:
            at_ms, _, act = heapq.heappop(self._events)
            self.mono_ms = max(self.mono_ms, at_ms)
            act()
        self.mono_ms = end_ms

    def settle(self, seconds: float = 120) -> None:
        """Let what is under way come to rest: enough for every round, patience and repeat."""
        self.run_s(seconds)

    def sleep_days(self, days: float) -> None:
        """Let days pass with every channel cut and every house on; then links work again."""
        for wire in list(self.wires):
            self._cut(wire)
        self._events.clear()
        self._dialling.clear()
        self.mono_ms += int(days * DAY_S * 1000)
        for house in self.houses:
            if house.is_on:
                house.wake_ms = 0
                self.wake(house)

    def at(self, delay_ms: int, act: Callable[[], None]) -> None:
        heapq.heappush(self._events, (self.mono_ms + delay_ms, next(self._order), act))

    def wake(self, house: House) -> None:
        """Have house do what is due now."""
        self.at(0, lambda: self._step(house))

    def _step(self, house: House) -> None:
        if not house.is_on:
            return
        house.engine.tick(house.now())
        for dial in house.engine.to_dial():
            self._dial(house, dial.pod_id)
        self.flush(house)

    def flush(self, house: House) -> None:
        """Send what house has to send, and see that it wakes when something is due."""
        for output in house.engine.collect(house.now()):
            wire = next((w for w in self.wires if w.ends.get(house) == output.session), None)
            if wire is not None:
                self._send(wire, house, output.frames, output.close)
        due_ms = house.engine.deadline_ms
        if house.wake_ms <= self.mono_ms or due_ms < house.wake_ms:
            house.wake_ms = max(due_ms, self.mono_ms + 1)
            self.at(house.wake_ms - self.mono_ms, lambda: self._step(house))

    # --- Channels ---

    def _dial(self, house: House, peer: PodId) -> None:
        other = next((h for h in self.houses if h.pod_id == peer and h.is_on), None)
        link = self.links.get(frozenset((house, other))) if other else None
        if other is None or link is None or not link.is_up:
            return
        pair = frozenset((house, other))
        if pair not in self._dialling:
            self._dialling.add(pair)
            self.at(link.delay_ms, lambda: self._connect(house, other, link))

    def _connect(self, caller: House, answerer: House, link: Street) -> None:
        self._dialling.discard(frozenset((caller, answerer)))
        if not (caller.is_on and answerer.is_on and link.is_up):
            return
        a, b = caller.keeper, answerer.keeper
        there = answerer.engine.greet(
            a.certificate, a.run_id, we_called=False, now=answerer.now()
        )
        if isinstance(there, NotGreeted):
            caller.engine.not_greeted(b.pod_id, there, caller.now())
            return
        here = caller.engine.greet(b.certificate, b.run_id, we_called=True, now=caller.now())
        if isinstance(here, NotGreeted):
            answerer.engine.hang_up(there, answerer.now())
            return
        self.wires.append(Wire({caller: here, answerer: there}))
        self.flush(caller)
        self.flush(answerer)

    def _send(self, wire: Wire, sender: House, frames: list[bytes], close: str | None) -> None:
        receiver = next(house for house in wire.ends if house is not sender)
        link = self.links[frozenset(wire.ends)]
        delay_ms = max(1, int(link.delay_ms * (0.5 + self.random.random())))
        at_ms = max(wire.arrives_ms.get(receiver, 0), self.mono_ms + delay_ms)
        for data in frames:
            wire.arrives_ms[receiver] = at_ms
            self.at(at_ms - self.mono_ms, lambda it=data: self._deliver(wire, sender, receiver, it))
        if frames:
            self.at(at_ms - self.mono_ms, lambda: self._drained(wire, sender))
        if close is not None:
            self.at(at_ms - self.mono_ms, lambda: self._closed(wire))

    def _deliver(self, wire: Wire, sender: House, receiver: House, data: bytes) -> None:
        link = self.links[frozenset(wire.ends)]
        if not wire.is_open or not link.is_up or not receiver.is_on:
            return
        if self.random.random() < link.cut_chance:
            self._cut(wire)
            return
        frame = decode_frame(data)
        self.frames.append((self.mono_ms, sender, receiver, frame))
        if self.watch is not None:
            self.watch(sender, receiver, frame)
        self._hand_over(wire, receiver, frame)
        if isinstance(frame, Records) and self.random.random() < link.replay_chance:
            later_ms = self.random.randrange(1, 120_000)
            self.at(later_ms, lambda: self._replay(sender, receiver, frame))

    def _hand_over(self, wire: Wire, receiver: House, frame: Frame) -> None:
        number = wire.ends[receiver]
        try:
            opened = None
            if isinstance(frame, Records):
                opened = open_batch(frame.wires, receiver.keeper.roster.keys_of)
            receiver.engine.receive(number, frame, opened, receiver.now())
        except PeerError as err:
            raise AssertionError("engine let a PeerError out") from err
        self.flush(receiver)

    def _replay(self, sender: House, receiver: House, frame: Records) -> None:
        for wire in self.wires:
            if set(wire.ends) == {sender, receiver} and receiver.is_on:
                self._hand_over(wire, receiver, frame)
                return

    def _drained(self, wire: Wire, sender: House) -> None:
        if wire.is_open and sender.is_on:
            sender.engine.drained(wire.ends[sender], sender.now())
            self.flush(sender)

    def _closed(self, wire: Wire) -> None:
        if wire.is_open:
            self._cut(wire)

    # --- What must hold ---

    def bodies_sent_in(self, seconds: float) -> int:
        """Let this much time pass, and return how many bodies crossed any channel in it."""
        before = len(self.frames)
        self.run_s(seconds)
        late = [frame for *_, frame in self.frames[before:]]
        return sum(len(frame.wires) for frame in late if isinstance(frame, Records))

    def busy_frames_in(self, seconds: float) -> list[Frame]:
        """Let this much time pass; return the frames in it that are no heartbeats."""
        before = len(self.frames)
        self.run_s(seconds)
        return [f for *_, f in self.frames[before:] if not isinstance(f, Ping | Pong | Hello)]

    def assert_agreement(self) -> None:
        """Every federated pair that is on and linked holds equal sets under the pair rule."""
        for pair, link in self.links.items():
            a, b = sorted(pair, key=lambda house: house.name)
            if link.is_up and a.is_on and b.is_on:
                assert self.pair_sets(a, b) == self.pair_sets(b, a), (a.name, b.name)

    def pair_sets(self, house: House, other: House) -> list[set[bytes]]:
        """Return the four sets of the pair as house holds them, caller: the smaller pod id."""
        caller, answerer = sorted((house.pod_id, other.pod_id))
        mine, theirs = house.keeper.directory, other.keeper.directory
        assert mine.told_to[other.pod_id].hash == theirs.told_by[house.pod_id].hash
        line = Line(
            caller,
            answerer,
            True,
            frozenset((caller, answerer)),
            house.keeper.roster.network_authors_with(other.pod_id),
            max(house.keeper.floor_s, other.keeper.floor_s),
            self._ceiling_s(house, other),
        )
        sets = PairSets(line, house.keeper.indexes, mine.numbers)
        return [{item[1] for item in view.items(0, len(view))} for view in sets.views]

    def _ceiling_s(self, a: House, b: House) -> int | None:
        synced = [h.now().wall_ms // 1000 for h in (a, b) if h.state is ClockState.SYNCED]
        return min(synced) + 600 if synced else None
