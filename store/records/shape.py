"""The words of this folder: places of a record, facts that intake goes by, what it answers.

Spec: docs/protocol.md §4.4 (R1, R4 to R8).
"""

import sqlite3
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import IntEnum
from typing import NamedTuple

from protocol.errors import Refusal
from protocol.identity import PodId
from protocol.kinds import KindTable
from protocol.record import Record
from store.database import Tx


class Place(IntEnum):
    """Where a record stands. SET and SHELF take part in reconciliation."""

    SET = 1
    HELD = 2  # stamped ahead of a synced clock: waits until it is due (R7)
    SHELF = 3  # of a lower epoch: the greatest version of its slot, for its author alone (R4)
    PAST = 4  # an earlier version of our own (R5)


class Origin(IntEnum):
    """How a version of our own came here."""

    SIGNED_HERE = 1
    ADOPTED = 2  # signed by us, but brought by a neighbour


class Doubt(IntEnum):
    """What people say of a version of our own, after a theft (R4)."""

    NONE = 0
    WAITS = 1  # for their word
    THIEFS = 2


class Doubts(NamedTuple):
    """Which of our own versions wait for people when they come home (R4).

    Those of an epoch below below_epoch that are stamped at since_ms or later.
    """

    below_epoch: int
    since_ms: int


class OwnVersion(NamedTuple):
    """A version of a slot, most often our own, and what only we know of it.

    origin: ADOPTED for another pod's too.  run: of the node, in which it was signed or
    adopted.  made_from: of a re-signed version, the (epoch, stamp_ms) that it repeats (R4).
    """

    record: Record
    origin: Origin
    run: int
    clock_unset: bool
    made_from: tuple[int, int] | None
    doubt: Doubt = Doubt.NONE


@dataclass(frozen=True, slots=True, kw_only=True)
class IntakeFacts:
    """What intake must know and does not find in the database. One for a batch.

    us, peer: our id, and whose session or bundle brought the records (None: nobody's).
    epochs: the greatest known epoch of every author in the batch.
    floor_s: of the pair; nothing stamped below is taken.  ceiling_s: of the pair, in whole
    seconds; given only when a clock is synced: what is stamped after it is held.
    run: number of this run of the node, below 2^63.  signed_here: we signed these just now;
    clock_unset: with a clock that was not set.  made_from: for those that repeat an earlier
    version, its (epoch, stamp_ms) by the new id.
    under_lesser: ids whose signature is by a lesser certificate of the greatest epoch; they
    are treated as of a lower epoch.
    doubts: which versions of our own wait for people.
    """

    us: PodId
    peer: PodId | None
    epochs: Mapping[PodId, int]
    floor_s: int
    ceiling_s: int | None
    run: int
    kinds: KindTable
    signed_here: bool = False
    clock_unset: bool = False
    made_from: Mapping[bytes, tuple[int, int]] = field(default_factory=dict)
    under_lesser: frozenset[bytes] = frozenset()
    doubts: Doubts | None = None


class Adopted(NamedTuple):
    """A record of ours that a neighbour brought; loser: the version that it replaced."""

    record: Record
    loser: OwnVersion | None


@dataclass(slots=True)
class Intake:
    """What became of a batch. Every record is in exactly one of the first five.

    taken: now in the set.  duplicates: how many were here already.
    refused: with the reason.  held, shelved: kept, but in no set of the greatest epoch.
    adopted: those of taken that are ours and were not signed here now (R5).
    removed: how many records left a set or a shelf to make place.
    """

    taken: list[Record] = field(default_factory=list)
    duplicates: int = 0
    refused: list[tuple[bytes, Refusal]] = field(default_factory=list)
    held: list[Record] = field(default_factory=list)
    shelved: list[Record] = field(default_factory=list)
    adopted: list[Adopted] = field(default_factory=list)
    removed: int = 0


def author_number(tx: Tx, pod_id: PodId) -> int:
    """Return the local number of pod_id, given now if it has none."""
    number = tx.numbers.get(pod_id)
    if number is None:
        number = number_of(tx.connection, pod_id)
        if number is None:
            cursor = tx.connection.execute("INSERT INTO author (pod_id) VALUES (?)", (pod_id,))
            number = int(cursor.lastrowid or 0)
        tx.numbers[pod_id] = number
    return number


def number_of(connection: sqlite3.Connection, pod_id: PodId) -> int | None:
    """Return the local number of pod_id, or None if it has none yet."""
    row = connection.execute("SELECT number FROM author WHERE pod_id = ?", (pod_id,)).fetchone()
    return None if row is None else int(row[0])
