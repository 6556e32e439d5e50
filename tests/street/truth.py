"""What must be true of a neighbourhood at rest, read from its database files alone.

Written from docs/protocol.md §6.3, not from the code: which records belong to a pair follows from
the tables told, and both files must hold just those.
"""

import sqlite3
from collections import deque
from contextlib import closing
from typing import TYPE_CHECKING, NamedTuple

from protocol.clock import ClockState
from protocol.identity import PodId
from protocol.record import Scope
from protocol.sets import Line, PairSets
from protocol.trust import network_authors
from store import conduct
from tests.street.house import House, text_of
from tests.toy import RIDDLE_CODE, TOY_NOTE_CODE

if TYPE_CHECKING:
    from tests.neighbourhood import Neighbourhood

HOPS = 6
IN_SET, ON_SHELF = 1, 3


class Told(NamedTuple):
    """A row of a told table."""

    tag: bytes
    distance: int
    carried: bool


class Item(NamedTuple):
    """A record as far as the rules of sets look at it."""

    id: bytes
    author: bytes
    scope: int
    stamp_s: int
    on_shelf: bool


class File:
    """What one database file says."""

    def __init__(self, house: House) -> None:
        path = house.folder / "pod.db"
        with closing(sqlite3.connect(f"file:{path}?mode=ro", uri=True)) as connection:
            rows = connection.execute(
                "SELECT id, pod_id, scope, stamp_ms / 1000, place = 3 FROM record"
                " JOIN author ON author.number = author WHERE place IN (1, 3)"
            )
            self.items = [Item(row[0], row[1], row[2], row[3], bool(row[4])) for row in rows]
            self.told: dict[tuple[bytes, bool], dict[bytes, Told]] = {}
            for neighbour, by_us, pod_id, tag, distance, carried in connection.execute(
                "SELECT neighbour, by_us, pod_id, tag, distance, carried FROM table_entry"
            ):
                table = self.told.setdefault((neighbour, bool(by_us)), {})
                table[pod_id] = Told(tag, distance, bool(carried))
            (self.floor_s,) = connection.execute(
                "SELECT value FROM meta WHERE key = 'floor_s'"
            ).fetchone()


def assert_agreement(street: "Neighbourhood") -> None:
    """Every pair that is on and linked holds equal sets under the pair rule."""
    files = {house: File(house) for house in street.houses if house.is_on}
    for house in files:
        assert_indexes_are_records(house, files[house])
    for pair, link in street.links.items():
        a, b = sorted(pair, key=lambda house: house.pod_id)
        if link.is_up and a in files and b in files and are_federated(a, b):
            sets_a, sets_b = sets_of_pair(files, a, b, a), sets_of_pair(files, a, b, b)
            assert sets_a == sets_b, (a.name, b.name)
            assert _sets_in_memory(a, b, a) == sets_a, (a.name, b.name)
            assert _sets_in_memory(a, b, b) == sets_b, (b.name, a.name)


def are_federated(a: House, b: House) -> bool:
    return b.pod_id in a.keeper.directory.told_by and a.pod_id in b.keeper.directory.told_by


def sets_of_pair(files: dict[House, File], a: House, b: House, holder: House) -> list[set[bytes]]:
    """Return the four sets of a pair as holder's file has them; a is taken for the caller."""
    by_a = files[a].told.get((b.pod_id, True), {})
    by_b = files[b].told.get((a.pod_id, True), {})
    assert by_a == files[b].told.get((a.pod_id, False), {}), "told and heard differ"
    assert by_b == files[a].told.get((b.pod_id, False), {}), "told and heard differ"
    authors = {x for x in by_a.keys() | by_b.keys() if _is_network_author(x, a, by_a, b, by_b)}
    pair = {
        x.pod_id
        for x in (a, b)
        if all(table[x.pod_id].carried for table in (by_a, by_b) if x.pod_id in table)
    }
    floor_s = max(files[a].floor_s, files[b].floor_s)
    ceiling_s = _ceiling_s(a, b)
    sets: list[set[bytes]] = [set(), set(), set(), set()]
    for item in files[holder].items:
        if item.stamp_s < floor_s or (item.stamp_s > ceiling_s and not item.on_shelf):
            continue
        if item.on_shelf:
            if item.author in pair:
                sets[item.author == b.pod_id].add(item.id)
        elif item.scope == Scope.NEAR:
            if item.author in pair:
                sets[2].add(item.id)
        elif item.author in authors:
            sets[3].add(item.id)
    return sets


def _is_network_author(
    author: bytes, a: House, by_a: dict[bytes, Told], b: House, by_b: dict[bytes, Told]
) -> bool:
    entries = [(a, by_a.get(author)), (b, by_b.get(author))]
    told = [(teller, entry) for teller, entry in entries if entry is not None]
    if not all(entry.carried for _, entry in told):
        return False
    if len({entry.tag for _, entry in told}) > 1:
        return False
    hops = [HOPS]
    for teller, entry in told:
        if entry.distance > 0 or author == teller.pod_id:
            hops.append(entry.distance)
    return min(hops) < HOPS


def _ceiling_s(a: House, b: House) -> int:
    synced = [h.now().wall_ms // 1000 for h in (a, b) if h.state is ClockState.SYNCED]
    return min(synced) + 600 if synced else 1 << 60


def _sets_in_memory(a: House, b: House, holder: House) -> list[set[bytes]]:
    """Return the four sets as holder's sessions draw them."""
    directory = holder.keeper.directory
    other = b if holder is a else a
    ours, theirs = directory.told_to[other.pod_id], directory.told_by[other.pod_id]
    pair = frozenset(
        x
        for x in (a.pod_id, b.pod_id)
        if all(t.entries[x].carried for t in (ours, theirs) if x in t.entries)
    )
    line = Line(
        a.pod_id,
        b.pod_id,
        True,
        pair,
        network_authors(holder.pod_id, ours, other.pod_id, theirs),
        max(a.keeper.floor_s, b.keeper.floor_s),
        _ceiling_s(a, b),
    )
    sets = PairSets(line, holder.keeper.indexes, directory.numbers)
    return [{item[1] for item in view.items(0, len(view))} for view in sets.views]


def assert_indexes_are_records(house: House, file: File | None = None) -> None:
    """What is in memory is what is on the disk."""
    file = file or File(house)
    near, network, shelf = (
        {item[1] for item in view.items(0, len(view))}
        for view in (index.view() for index in house.keeper.indexes)
    )
    assert shelf == {item.id for item in file.items if item.on_shelf}
    in_set = [item for item in file.items if not item.on_shelf]
    assert near == {item.id for item in in_set if item.scope == Scope.NEAR}
    assert network == {item.id for item in in_set if item.scope == Scope.NETWORK}


def assert_nobody_is_charged(street: "Neighbourhood") -> None:
    """Among honest pods no session ends by what was sent, whatever accidents there were."""
    for house in street.houses:
        if house.is_on:
            assert not conduct.faults(house.store.connection), house


# --- What was promised to people ---


def letters_missing(street: "Neighbourhood") -> list[str]:
    """Return the letters that should have arrived by now and have not; none came twice.

    Both can sign, so nobody's people have to be asked, and a way of at most six hops leads there. A
    pod that is carried somewhere seems nearer than it is: its mail may wait there for a stick.
    """
    missing: list[str] = []
    carried = {it for house in street.houses for it in house.keeper.directory.carried}
    for sender, recipient, text, may_be_lost in street.letters:
        came = recipient.letters().count(text)
        assert came <= 1, (sender.name, recipient.name, text)
        can_both = sender.keeper.may_sign and recipient.keeper.may_sign
        near = hops(street, sender).get(recipient, HOPS + 1) <= HOPS
        if recipient.pod_id in carried:
            continue
        if not came and not may_be_lost and can_both and near:
            missing.append(f"{text} from {sender.name} to {recipient.name}")
    return missing


def hops(street: "Neighbourhood", of: House) -> dict[House, int]:
    """Return how far every house that can be reached is, over federations that have a link."""
    distance = {of: 0}
    queue = deque([of])
    while queue:
        here = queue.popleft()
        for pair, link in street.links.items():
            if here in pair and link.is_up:
                (there,) = pair - {here}
                if there not in distance and there.is_on and are_federated(here, there):
                    distance[there] = distance[here] + 1
                    queue.append(there)
    return distance


def assert_promises_are_kept(street: "Neighbourhood") -> None:
    """What each house said last stands wherever it should, and near records nowhere else."""
    houses = [house for house in street.houses if house.is_on]
    here = {house: _texts(house) for house in houses}
    for author in houses:
        distance = hops(street, author)
        for (scope, rid), text in author.said.items():
            reach = HOPS if scope is Scope.NETWORK else 1
            for house in houses:
                has = here[house].get((author.pod_id, scope, rid))
                if distance.get(house, HOPS + 1) <= reach:
                    assert has == text, (author.name, house.name, scope, rid)
                elif scope is Scope.NEAR:
                    assert has is None, (author.name, house.name, "near", rid)


def _texts(house: House) -> dict[tuple[PodId, int, bytes], str | None]:
    """Return what stands in the sets of a house, by author, scope and rid."""
    notes = [it for it in house.records() if it.kind in (TOY_NOTE_CODE, RIDDLE_CODE)]
    return {(r.author, r.scope, r.rid): text_of(r) for r in notes}
