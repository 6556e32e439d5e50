"""Versions of our own that a thief may have signed: which wait for people, and what they say.

Spec: docs/protocol.md §6.4 (R4). People name the day since when somebody else may have had the
key. What was signed or adopted after it is never signed again by itself.
"""

import sqlite3
from collections.abc import Iterable, Iterator
from typing import Final

from protocol.identity import PodId
from protocol.record import Slot
from store import meta
from store.database import Tx
from store.records.ledger import ledger
from store.records.read import past_versions, shelf_of, slot_version, versions_where
from store.records.shape import Doubt, Doubts, OwnVersion, Place, number_of

_SUSPECTS: Final = (
    "UPDATE own_version SET doubt = 1 WHERE doubt = 0 AND record IN"
    " (SELECT number FROM record WHERE author = ? AND place IN (3, 4)"
    "  AND (stamp_ms >= ? OR (origin = 2 AND at_ms >= ?)))"
)
_WAITING: Final = (
    "number IN (SELECT record FROM own_version WHERE doubt = 1) AND (place = 3 OR place = 4)"
)
_DECIDE: Final = (
    "UPDATE own_version SET doubt = ? WHERE record IN"
    " (SELECT number FROM record WHERE substr(id, 1, 8) = substr(?, 1, 8) AND id = ?)"
)


def begin_doubt(tx: Tx, us: PodId, doubts: Doubts, *, since_ms: int) -> None:
    """Have people decide about what was signed or adopted since since_ms and has left the set.

    doubts: about what comes home from now on.
    """
    tx.connection.execute(_SUSPECTS, (number_of(tx.connection, us), since_ms, since_ms))
    with ledger(tx) as book:  # what may be a thief's is not shown before people have said so
        for version in versions_where(tx.connection, _WAITING):
            if slot_version(tx.connection, version.record.slot) is None:
                book.hides(version.record.slot)
    meta.put(tx, meta.DOUBT_BELOW_EPOCH, doubts.below_epoch)
    meta.put(tx, meta.DOUBT_SINCE_MS, doubts.since_ms)


def doubts(connection: sqlite3.Connection) -> Doubts | None:
    """Return what begin_doubt said last of what comes home; None if it never did."""
    below_epoch = meta.get(connection, meta.DOUBT_BELOW_EPOCH)
    since_ms = meta.get(connection, meta.DOUBT_SINCE_MS)
    return None if below_epoch is None else Doubts(below_epoch, since_ms or 0)


def decide(tx: Tx, ids: Iterable[bytes], doubt: Doubt) -> None:
    """Note what people said of our versions with these ids."""
    tx.connection.executemany(_DECIDE, [(doubt, it, it) for it in ids])


def waiting(connection: sqlite3.Connection) -> list[OwnVersion]:
    """Return what people have to say something about, one version a slot, the newest first."""
    slots = {version.record.slot for version in versions_where(connection, _WAITING)}
    left = [version for slot in slots for version in undisputed(connection, slot)[:1]]
    doubtful = [version for version in left if version.doubt is Doubt.WAITS]
    return sorted(doubtful, key=lambda version: version.record.rank, reverse=True)


def shelf_to_sign(connection: sqlite3.Connection, us: PodId) -> Iterator[OwnVersion]:
    """Yield what stands on our shelf and nobody doubts; in place of a thief's what was before."""
    for version in shelf_of(connection, us):
        is_thiefs = version.doubt is Doubt.THIEFS
        left = undisputed(connection, version.record.slot)[:1] if is_thiefs else [version]
        yield from (it for it in left if it.doubt is Doubt.NONE)


def undisputed(connection: sqlite3.Connection, slot: Slot) -> list[OwnVersion]:
    """Return the versions of a slot of ours that are not the thief's, the greatest first.

    The one in the set is not among them.
    """
    shelved = slot_version(connection, slot, Place.SHELF)
    every = [*([shelved] if shelved else []), *past_versions(connection, slot)]
    left = [version for version in every if version.doubt is not Doubt.THIEFS]
    return sorted(left, key=lambda version: version.record.rank, reverse=True)
