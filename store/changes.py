"""The three indexes in memory, kept equal to the records by the log of changes.

Spec: docs/architecture.md, Storage (R14). At start they come from a saved blob and the changes
since; after that from the log alone, whichever process wrote it. The records are the truth:
where blob and log do not lead to them without a gap, the indexes are made anew from the
records.
"""

import sqlite3
from dataclasses import dataclass
from typing import Final, NamedTuple

from protocol.index import RecordIndex
from protocol.record import Scope
from protocol.sets import Indexes
from store import meta
from store.database import Store
from store.records.ledger import ITEM, SHELF_LOG

SAVE_AFTER_CHANGES: Final = 20_000
"""Items in the log after which saving is due: under 1 MB of log, read in some 20 ms."""


class Change(NamedTuple):
    """One record that entered or left an index.

    log: 1 near, 2 network, 3 shelf.  author: local number, 0 where it is no longer known (of
    one that left, after a gap in the log).  stamp_s: Unix seconds.
    """

    log: int
    entered: bool
    stamp_s: int
    author: int
    id: bytes


@dataclass(slots=True)
class LoadedIndexes:
    """The indexes of one process, and how far they have followed the log.

    seq: the last change they know.  since_saved: items that have changed since the blob.
    """

    indexes: Indexes
    seq: int = 0
    since_saved: int = 0

    @property
    def is_save_due(self) -> bool:
        return self.since_saved >= SAVE_AFTER_CHANGES

    def of(self, log: int) -> RecordIndex:
        """Return the index with this number in the log."""
        return self.indexes[log - 1]


def load_indexes(store: Store) -> LoadedIndexes:
    """Return the indexes as the records are now."""
    with store.reading() as connection:
        loaded = _from_blobs(connection)
        if loaded is not None and not _has_gap(connection, loaded):
            _follow(connection, loaded)
            if [len(index) for index in loaded.indexes] == _tallied(connection):
                return loaded
        loaded = LoadedIndexes(empty_indexes())
        compare(connection, loaded)
        return loaded


def catch_up(store: Store, loaded: LoadedIndexes) -> list[Change]:
    """Bring indexes up to the log and return what changed, ours and other processes' alike.

    The indexes stay the same objects: open sessions look into them.
    """
    with store.reading() as connection:
        if _has_gap(connection, loaded):
            return compare(connection, loaded)
        return _follow(connection, loaded)


def save_indexes(store: Store, loaded: LoadedIndexes) -> None:
    """Save the indexes as they are and shorten the log up to there.

    For the node alone, which holds the lock: what it takes from the log, another process that
    keeps indexes would have to make up for by reading all records.
    """
    blobs = [(log, loaded.seq, loaded.of(log).to_blob()) for log in _LOGS]
    with store.atomic(now_ms=0) as tx:  # nothing in this act has a time
        if _has_gap(tx.connection, loaded):
            return  # what another process saved is newer, and the log begins after it
        tx.connection.executemany("INSERT OR REPLACE INTO index_blob VALUES (?, ?, ?)", blobs)
        tx.connection.execute("DELETE FROM change WHERE seq <= ?", (loaded.seq,))
        meta.put(tx, meta.PRUNED_SEQ, loaded.seq)
    loaded.since_saved = 0


def empty_indexes() -> Indexes:
    """Return indexes of nothing."""
    return Indexes(RecordIndex(), RecordIndex(), RecordIndex())


def compare(connection: sqlite3.Connection, loaded: LoadedIndexes) -> list[Change]:
    """Make the indexes equal to the records by reading all of them; return what changed.

    The slow way, for when blob and log do not do. Within store.reading().
    """
    there: dict[int, dict[tuple[int, bytes], int]] = {log: {} for log in _LOGS}
    for log, stamp_ms, record_id, author in connection.execute(_STANDING):
        there[log][stamp_ms // 1000, record_id] = author
    changes: list[Change] = []
    for log in _LOGS:
        view = loaded.of(log).view()
        here = set(view.items(0, len(view)))
        gone = [Change(log, False, stamp_s, 0, i) for stamp_s, i in here - there[log].keys()]
        new = [
            Change(log, True, stamp_s, author, record_id)
            for (stamp_s, record_id), author in sorted(there[log].items())
            if (stamp_s, record_id) not in here
        ]
        _apply(loaded, gone)
        _apply(loaded, new)
        changes += gone + new
    loaded.seq = _last_seq(connection)
    loaded.since_saved = SAVE_AFTER_CHANGES
    return changes


_LOGS: Final = (Scope.NEAR, Scope.NETWORK, SHELF_LOG)


def _from_blobs(connection: sqlite3.Connection) -> LoadedIndexes | None:
    """Return the saved indexes, or None if they are not all there, of one time and whole."""
    rows = connection.execute("SELECT what, seq, blob FROM index_blob ORDER BY what").fetchall()
    if [row[0] for row in rows] != list(_LOGS) or len({row[1] for row in rows}) != 1:
        return None
    try:
        indexes = Indexes(*[RecordIndex.from_blob(blob) for _, _, blob in rows])
    except ValueError:
        return None
    return LoadedIndexes(indexes, seq=rows[0][1])


def _has_gap(connection: sqlite3.Connection, loaded: LoadedIndexes) -> bool:
    return loaded.seq < (meta.get(connection, meta.PRUNED_SEQ) or 0)


def _follow(connection: sqlite3.Connection, loaded: LoadedIndexes) -> list[Change]:
    """Apply the changes after loaded.seq, in their order."""
    rows = connection.execute(
        "SELECT seq, what, items FROM change WHERE seq > ? ORDER BY seq", (loaded.seq,)
    )
    changes: list[Change] = []
    for seq, what, blob in rows:
        items = [Change(abs(what), what > 0, *item) for item in ITEM.iter_unpack(blob)]
        _apply(loaded, items)
        changes += items
        loaded.seq = seq
    loaded.since_saved += len(changes)
    return changes


def _apply(loaded: LoadedIndexes, changes: list[Change]) -> None:
    """Apply changes of one index and one direction."""
    if not changes:
        return
    index = loaded.of(changes[0].log)
    if changes[0].entered:
        index.add_many([(change.stamp_s, change.id, change.author) for change in changes])
        return
    for change in changes:
        index.remove(change.stamp_s, change.id)


_STANDING: Final = (
    "SELECT iif(place = 3, 3, scope), stamp_ms, id, author FROM record WHERE place = 1 OR place = 3"
)


def _last_seq(connection: sqlite3.Connection) -> int:
    """Return the greatest number ever given in the log; rows may be gone, numbers never are."""
    row = connection.execute("SELECT seq FROM sqlite_sequence WHERE name = 'change'").fetchone()
    return 0 if row is None else int(row[0])


def _tallied(connection: sqlite3.Connection) -> list[int]:
    """Return how many records each index should hold."""
    rows = connection.execute(
        "SELECT iif(place = 3, 3, scope), sum(records) FROM tally"
        " WHERE place = 1 OR place = 3 GROUP BY 1"
    )
    by_log = dict(rows.fetchall())
    return [by_log.get(log, 0) for log in _LOGS]
