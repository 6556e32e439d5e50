"""A town of many pods on the simulator: what one listing costs, and how soon all have it.

    python -m tests.street.town --pods 1000 --graph geometric+5 --json

Every pod is a real engine over a real store; channels take 50 ms one way or so. Each pod has
shared one listing before the count begins, so all are known as far as tables go. Then some pods
share one more each, and after that nobody does anything for a while.
"""

import argparse
import json
import os
import random
import resource
import sys
import time
from collections import Counter
from dataclasses import asdict, dataclass
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from typing import Final

from node.arrivals import take_in
from protocol.frame_bytes import encode_frame
from protocol.frames import Frame, Records
from protocol.limits import REACH_HOPS
from protocol.record import Record
from protocol.trust import Entry, Table
from tests.conftest import MEMORY
from tests.neighbourhood import House, Neighbourhood
from tests.street.graphs import GRAPHS, Edges, hops_from, met_by
from tests.street.house import draft, rid_of

DELAY_MS: Final = 50
"""One way, on average: a home line and the Wi-Fi in front of it."""
CHANNEL_BYTES: Final = 90
"""Beside each frame on the line: WebSocket 4, TLS 22, TCP and IP 52, its part of the
acknowledgements that come back."""
LISTING: Final = "Spare tomatoes, a crate a week until the frost; bring a bag. " * 5
"""With header and signature some 470 bytes, as listings that people write."""
QUIET_S: Final = 1200
SPREAD_S: Final = 10
SETTLE_S: Final = 30
"""Steps in which a town comes to rest."""


@dataclass(frozen=True)
class Figures:
    """What was seen. within_reach: of each origin, the pods within REACH_HOPS, itself left out.

    copies: bodies that came for each pod that has the listing; theory: what flooding sends where
    nobody knows what its neighbours have: each pod to all its neighbours but the one it came from.
    seconds: until the last pod within reach has it, of the middle origin and of the slowest.
    bytes_a_day_quiet: what a pod sends in a town where nothing happens; bytes_a_listing: what is
    sent to carry one listing, for each pod that gets it.
    """

    graph: str
    pods: int
    seed: int
    mean_degree: float
    within_reach: tuple[int, float, int]
    missed: int
    beyond: int
    copies: float
    theory: float
    seconds_median: float
    seconds_most: float
    bytes_a_day_quiet: int
    bytes_a_listing: int
    took_s: float
    memory_mb: int


class Town:
    """A street with one house a pod of the graph, and what crossed its channels."""

    def __init__(self, folder: Path, graph: str, pods: int, seed: int) -> None:
        self.street = Neighbourhood(folder, seed)
        self.street.wires.keeps_frames = False
        self.edges: Edges = GRAPHS[graph](pods, random.Random(seed))
        self.met = met_by(pods, self.edges)
        self.houses: list[House] = []
        self.records_bytes = 0
        self.bodies: Counter[bytes] = Counter()
        self.arrived_ms: dict[bytes, dict[House, int]] = {}
        self.street.watch = self._count

    def build(self, *, is_known: bool) -> None:
        """Make the pods, each with one listing. is_known: they have met long ago."""
        self.houses = self.street.build([f"pod {number}" for number in range(len(self.met))])
        first = [house.sign([draft(LISTING, rid_of("first"))])[0] for house in self.houses]
        for a, b in sorted(self.edges):
            self.street.federate(self.houses[a], self.houses[b], delay_ms=DELAY_MS)
        if is_known:
            self._make_known(first)

    def _make_known(self, first: list[Record]) -> None:
        """Put into each pod what it has once the town is at rest, without a thousand first syncs.

        From the shape of the town alone: if it were not what the protocol comes to, the first
        rounds would find it, and `settle` would count bodies.
        """
        tables = {house.pod_id: self.told(number) for number, house in enumerate(self.houses)}
        certificates = [house.keeper.certificate for house in self.houses]
        for number, house in enumerate(self.houses):
            others = [it for it in self.within(number) if it != number]
            keeper, now = house.keeper, house.now()
            keeper.directory.told_by.update({n: tables[n] for n in keeper.directory.told_by})
            keeper.roster.certificates.learn([certificates[it] for it in others], now)
            take_in(keeper, [first[it] for it in others], house.pod_id, now, frozenset())
            keeper.catch_up()
            keeper.renew_table()
            assert keeper.directory.own_table.hash == tables[house.pod_id].hash, house
            told_to, ours = keeper.directory.told_to, tables[house.pod_id]
            told_to.update(dict.fromkeys(told_to, ours))
            keeper.roster.save_tables(now)

    def within(self, number: int) -> list[int]:
        """Return the pods whose listings number has: all within REACH_HOPS, itself with them."""
        return [it for it, far in hops_from(number, self.met).items() if far <= REACH_HOPS]

    def told(self, number: int) -> Table:
        """Return what number tells its neighbours at rest."""
        hops = hops_from(number, self.met)
        return Table(
            Entry(it.pod_id, it.epoch, it.tag16, hops[other], True)
            for other in self.within(number)
            for it in [self.houses[other].keeper.certificate]
        )

    def settle(self, least_s: int = 0) -> float:
        """Let time pass until no listing crosses a channel any more; return how long it took."""
        began_ms = self.street.mono_ms
        while True:
            before = self.bodies.total()
            self.street.run_s(SETTLE_S)
            passed_s = (self.street.mono_ms - began_ms) / 1000
            if self.bodies.total() == before and passed_s >= least_s:
                return passed_s - SETTLE_S

    @property
    def bytes_sent(self) -> int:
        """Bytes on the line so far, each counted once."""
        wires = self.street.wires
        return wires.bytes_sent + wires.frames_sent * CHANNEL_BYTES

    def _count(self, _: House, receiver: House, frame: Frame) -> None:
        if isinstance(frame, Records):
            self.records_bytes += len(encode_frame(frame)) + CHANNEL_BYTES
            self.bodies.update(body for body, _ in frame.wires)
            for body, _ in frame.wires:
                if (arrived := self.arrived_ms.get(body)) is not None:
                    arrived.setdefault(receiver, self.street.mono_ms)


def measure(folder: Path, graph: str, pods: int, seed: int, origins: int) -> Figures:
    """Return what was seen in one town."""
    began_s = time.monotonic()
    town = Town(folder, graph, pods, seed)
    town.build(is_known=True)
    _tell("built", began_s, town)
    town.settle()
    assert not town.bodies, "they did not know what they have"
    _tell("met", began_s, town)
    quiet = _quiet_bytes_a_s(town)
    _tell("quiet", began_s, town)
    spread = _spread(town, origins)
    _tell("spread", began_s, town)
    seconds = [found.seconds for found in spread]
    got = sum(found.got for found in spread)
    reached = [found.within for found in spread]
    return Figures(
        graph=graph,
        pods=pods,
        seed=seed,
        mean_degree=round(2 * len(town.edges) / pods, 2),
        within_reach=(min(reached), round(sum(reached) / len(reached), 1), max(reached)),
        missed=sum(found.missed for found in spread),
        beyond=sum(found.beyond for found in spread),
        copies=round(sum(found.bodies for found in spread) / got, 2),
        theory=round(sum(found.theory for found in spread) / got, 2),
        seconds_median=round(median(seconds), 2),
        seconds_most=round(max(seconds), 2),
        bytes_a_day_quiet=int(quiet * 86_400 / pods),
        bytes_a_listing=int(sum(found.bytes for found in spread) / got),
        took_s=round(time.monotonic() - began_s, 1),
        memory_mb=resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024,
    )


@dataclass(frozen=True)
class Spread:
    """How one listing went. got: pods that have it; within: those that should."""

    within: int
    got: int
    missed: int
    beyond: int
    bodies: int
    theory: int
    seconds: float
    bytes: int


def _spread(town: Town, origins: int) -> list[Spread]:
    chance = random.Random(town.street.random.random())
    chosen = chance.sample(range(len(town.houses)), origins)
    return [_one(town, origin) for origin in chosen]


def _one(town: Town, origin: int) -> Spread:
    """Have one pod share a listing, and watch it go."""
    house = town.houses[origin]
    (record,) = house.sign([draft(f"new {LISTING}", rid_of(f"new {origin}"))])
    arrived = town.arrived_ms[record.body] = {}
    before, began_ms = town.records_bytes, town.street.mono_ms
    town.street.run_s(SPREAD_S)
    arrived.pop(house, None)  # a way round may be faster than the one next door
    hops = hops_from(origin, town.met)
    within = {town.houses[pod] for pod, far in hops.items() if 0 < far <= REACH_HOPS}
    # Each pair with a pod inside the rim, both ways, but not back to where it came from.
    pairs = sum(min(hops[a], hops[b]) < REACH_HOPS for a, b in town.edges)
    return Spread(
        within=len(within),
        got=len(arrived),
        missed=len(within - arrived.keys()),
        beyond=len(arrived.keys() - within),
        bodies=town.bodies[record.body],
        theory=2 * pairs - len(within),
        seconds=(max(arrived.values()) - began_ms) / 1000,
        bytes=town.records_bytes - before,
    )


def _quiet_bytes_a_s(town: Town) -> float:
    """Return what all pods together send in a second of two rounds in which nothing happens."""
    before = town.bytes_sent
    town.street.run_s(QUIET_S)
    return (town.bytes_sent - before) / QUIET_S


def _tell(what: str, began_s: float, town: Town) -> None:
    took_s, bodies = time.monotonic() - began_s, town.bodies.total()
    print(f"{what}: {took_s:.0f} s, {bodies} bodies", file=sys.stderr, flush=True)


def main() -> None:
    """Print the figures of one town."""
    parser = argparse.ArgumentParser(prog="python -m tests.street.town", description=__doc__)
    parser.add_argument("--pods", type=int, default=1000)
    parser.add_argument("--graph", choices=sorted(GRAPHS), default="geometric+5")
    parser.add_argument("--origins", type=int, default=40, help="listings that are watched")
    parser.add_argument("--seed", type=int, default=7)
    parser.add_argument("--json", action="store_true")
    asked = parser.parse_args()
    memory = MEMORY if os.access(MEMORY, os.W_OK) else None
    with TemporaryDirectory(dir=memory) as folder:
        found = measure(Path(folder), asked.graph, asked.pods, asked.seed, asked.origins)
    if asked.json:
        print(json.dumps(asdict(found)))
    else:
        for name, value in asdict(found).items():
            print(f"{name:20} {value}")


if __name__ == "__main__":
    main()
