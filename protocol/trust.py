"""Who reaches whom: tables of distances, and what of them follows for a pair of pods.

Spec: docs/protocol.md §6 (rules R2 and R3). A table is what one pod tells a neighbour about
authors: how far each is, under which certificate, and whether its records are carried. Both
sides of a pair hold both tables, so both draw the same line around the network set; nothing
here looks at one side's private view.
"""

import hashlib
from collections.abc import Iterable, Mapping
from typing import Final, NamedTuple

from protocol.codec import Value, encode
from protocol.errors import PeerError
from protocol.identity import TAG_TABLE, PodId
from protocol.limits import MAX_TABLE_ENTRIES, REACH_HOPS

CERTIFICATE_TAG_BYTES: Final = 16
NO_CERTIFICATE: Final = bytes(CERTIFICATE_TAG_BYTES)


class Entry(NamedTuple):
    """What a table says of one author.

    tag: the first 16 bytes of the hash of its greatest certificate known to the teller. The
    epoch alone would not tell two certificates of one epoch apart.
    distance: hops from the teller, 0 (the teller itself) to REACH_HOPS (out of reach).
    """

    pod_id: PodId
    epoch: int
    tag: bytes
    distance: int
    carried: bool

    @property
    def rank(self) -> tuple[int, bytes]:
        """The order of certificates as far as a table tells it."""
        return self.epoch, self.tag


class Table:
    """One pod's entries, at most MAX_TABLE_ENTRIES, with the hash that names them."""

    __slots__ = ("entries", "hash")

    def __init__(self, entries: Iterable[Entry] = ()) -> None:
        self.entries: Mapping[PodId, Entry] = {entry.pod_id: entry for entry in entries}
        if len(self.entries) > MAX_TABLE_ENTRIES:
            raise PeerError("too_large", f"table of {len(self.entries)} entries")
        rows: Value = tuple(tuple(self.entries[pod_id]) for pod_id in sorted(self.entries))
        self.hash: bytes = hashlib.sha256(TAG_TABLE + encode(rows)).digest()

    def changed_by(
        self, changed: Iterable[Entry], removed: Iterable[PodId], *, to_hash: bytes
    ) -> "Table":
        """Return the table after a delta; PeerError if it is not the one that to_hash names."""
        entries = dict(self.entries)
        for pod_id in removed:
            entries.pop(pod_id, None)
        entries.update({entry.pod_id: entry for entry in changed})
        table = Table(entries.values())
        if table.hash != to_hash:
            raise PeerError("table_mismatch", f"{len(table.entries)} entries")
        return table

    def delta_to(self, later: "Table") -> tuple[list[Entry], list[PodId]]:
        """Return (changed or new entries, removed authors) that lead from here to later."""
        changed = [e for p, e in later.entries.items() if self.entries.get(p) != e]
        return changed, [pod_id for pod_id in self.entries if pod_id not in later.entries]


EMPTY_TABLE: Final = Table()


def told_distance(table: Table, teller: PodId, author: PodId) -> int:
    """Return how far table puts author from teller; REACH_HOPS for "out of reach".

    Distance 0 is believed only from the author itself: anyone could claim it of a pod that
    it would like to speak for.
    """
    entry = table.entries.get(author)
    if entry is None or entry.distance > REACH_HOPS:
        return REACH_HOPS
    if entry.distance == 0 and author != teller:
        return REACH_HOPS
    return entry.distance


def network_authors(a: PodId, told_by_a: Table, b: PodId, told_by_b: Table) -> frozenset[PodId]:
    """Return the authors whose network records are in the set of the pair a, b (R2, R3).

    The same for both sides, whichever is called a: least told distance under REACH_HOPS,
    neither side says "not carried", and where both tell of it, under one certificate.
    """
    return frozenset(
        author
        for author in told_by_a.entries.keys() | told_by_b.entries.keys()
        if _agreed(told_by_a.entries.get(author), told_by_b.entries.get(author))
        and min(told_distance(told_by_a, a, author), told_distance(told_by_b, b, author))
        < REACH_HOPS
    )


def carried_of_pair(a: PodId, told_by_a: Table, b: PodId, told_by_b: Table) -> frozenset[PodId]:
    """Return which of a and b are carried by both: whose shelves and near records count."""
    tables = (told_by_a, told_by_b)
    return frozenset(
        author
        for author in (a, b)
        if all(entry.carried for table in tables if (entry := table.entries.get(author)))
    )


def _agreed(ours: Entry | None, theirs: Entry | None) -> bool:
    if ours is None or theirs is None:
        entry = ours or theirs
        return entry is not None and entry.carried
    return ours.carried and theirs.carried and ours.tag == theirs.tag


def own_distance(us: PodId, told_to_us: Mapping[PodId, Table], author: PodId) -> int:
    """Return our distance of author: 0 for ourselves, else 1 + the least told one, at most H.

    told_to_us: the last table of each federated neighbour, by neighbour. Entries about the
    receiver, and of authors that the teller does not carry, do not count.
    """
    if author == us:
        return 0
    told = (
        told_distance(table, teller, author)
        for teller, table in told_to_us.items()
        if (entry := table.entries.get(author)) is not None and entry.carried
    )
    return min(REACH_HOPS, 1 + min(told, default=REACH_HOPS))


def reached_pods(us: PodId, told_to_us: Mapping[PodId, Table], author: PodId) -> frozenset[PodId]:
    """Return the pods, author left out, that its network records reach as far as we know.

    Known are ways that lead through us or one of our neighbours: what we share ourselves goes no
    other. Of another author there may be more pods, which nobody tells us of.
    """
    rings = [_ring(table, teller, us) for teller, table in told_to_us.items()]
    ours = {us: 0}
    for ring in rings:
        for pod_id, distance in ring.items():
            ours[pod_id] = min(ours.get(pod_id, REACH_HOPS), distance + 1)
    ours[us] = 0
    return frozenset(
        pod_id
        for ring in (ours, *rings)
        if author in ring
        for pod_id, distance in ring.items()
        if ring[author] + distance <= REACH_HOPS
    ) - {author}


def _ring(table: Table, teller: PodId, us: PodId) -> dict[PodId, int]:
    """Return how far teller says that the pods are which it carries; and us, its neighbour."""
    far = {
        entry.pod_id: distance
        for entry in table.entries.values()
        if entry.carried and (distance := told_distance(table, teller, entry.pod_id)) < REACH_HOPS
    }
    return {**far, us: 1} if far else {}


def branch_of(told_to_us: Mapping[PodId, Table], author: PodId) -> PodId | None:
    """Return the neighbour that author is nearest through, the smaller id of two; None if none."""
    told = [(told_distance(table, teller, author), teller) for teller, table in told_to_us.items()]
    distance, teller = min(told, default=(REACH_HOPS, None))
    return teller if distance < REACH_HOPS else None


def choose_entries(
    own: Iterable[Entry], by_branch: Mapping[PodId | None, list[Entry]], held: frozenset[PodId]
) -> Table:
    """Return the table to tell: own entries first, then the branches in fair turns (R8).

    own: ourselves and our neighbours, never left out.  by_branch: the other authors, by the
    neighbour that each is nearest through.  held: authors that the last table told; they keep
    their place. A flood behind one branch fills at most the turns that the others leave.
    """
    chosen = list(own)
    queues = [
        sorted(entries, key=lambda e: (e.pod_id in held, -e.distance, e.pod_id))
        for _, entries in sorted(by_branch.items(), key=lambda item: item[0] or b"")
    ]
    while any(queues) and len(chosen) < MAX_TABLE_ENTRIES:
        for queue in queues:
            if queue and len(chosen) < MAX_TABLE_ENTRIES:
                chosen.append(queue.pop())
    return Table(chosen)
