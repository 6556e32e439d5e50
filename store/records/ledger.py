"""Every change of a set, written down in the act that makes it: log, tally, projections.

Spec: docs/architecture.md, Storage (R14). Whoever moves a record tells the ledger; what it
writes at the end of the act is all that other processes, the indexes in memory and the pages
ever learn of it.
"""

import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from struct import Struct
from typing import Final

from protocol.record import Record, Scope, Slot
from store.database import Tx
from store.records.shape import Place

ITEM: Final = Struct("<QI32s")
"""One item of a change: stamp_s, author number, id."""
SHELF_LOG: Final = 3
"""Number of the shelf's index in the log; near and network have the number of their scope."""
_LOGS: Final = (Scope.NEAR, Scope.NETWORK, SHELF_LOG)

Item = tuple[int, int, bytes]
"""(stamp_s, author number, id)."""


def has_row(connection: sqlite3.Connection, slot: Slot, places: Sequence[Place]) -> bool:
    """Tell whether a version of slot stands in one of places."""
    author, *rest = slot
    marks = ", ".join(str(int(place)) for place in places)
    text = (
        "SELECT 1 FROM record WHERE author = (SELECT number FROM author WHERE pod_id = ?)"  # noqa: S608
        f" AND scope = ? AND kind = ? AND rid = ? AND place IN ({marks}) LIMIT 1"
    )
    return connection.execute(text, (author, *rest)).fetchone() is not None


def log_number(place: int, scope: int) -> int | None:
    """Return which index holds records of this place and scope, or None."""
    if place == Place.SET:
        return scope
    return SHELF_LOG if place == Place.SHELF else None


class Ledger:
    """What one act has changed so far."""

    def __init__(self, tx: Tx) -> None:
        self._tx = tx
        self._entered: dict[int, dict[bytes, Item]] = {log: {} for log in _LOGS}
        self._left: dict[int, list[Item]] = {log: [] for log in _LOGS}
        self._tally: dict[tuple[int, int, int], list[int]] = {}
        self._shown: dict[Slot, Record] = {}
        self._gone: dict[Slot, None] = {}
        self._off_shelf: dict[Slot, None] = {}

    def count(self, author: int, place: int, scope: int, records: int, size: int) -> None:
        """Note that records more (fewer, if negative) of size bytes in all are here."""
        entry = self._tally.setdefault((author, place, scope), [0, 0])
        entry[0] += records
        entry[1] += size

    def records(self, author: int, place: int, scope: int) -> int:
        """Return how many records of author stand there now, this act's changes included."""
        key = (author, place, scope)
        row = self._tx.connection.execute(
            "SELECT records FROM tally WHERE author = ? AND place = ? AND scope = ?", key
        ).fetchone()
        saved = 0 if row is None else int(row[0])
        return saved + self._tally.get(key, [0])[0]

    def enters(self, place: int, scope: int, items: list[Item]) -> None:
        """Note items now in an index."""
        log = log_number(place, scope)
        if log is not None:
            self._entered[log].update({item[2]: item for item in items})

    def leaves(self, place: int, scope: int, item: Item) -> None:
        """Note an item no longer in an index."""
        log = log_number(place, scope)
        if log is not None and self._entered[log].pop(item[2], None) is None:
            self._left[log].append(item)

    @property
    def removed(self) -> int:
        """How many items that were in an index before this act no longer are."""
        return sum(map(len, self._left.values()))

    def shows(self, record: Record) -> None:
        """Note a record now in the set and fit to be shown."""
        self._shown[record.slot] = record
        self._gone.pop(record.slot, None)

    def hides(self, slot: Slot) -> None:
        """Note a slot whose version left the set, or is not fit to be shown."""
        self._shown.pop(slot, None)
        self._gone[slot] = None

    def takes_off_shelf(self, slot: Slot) -> None:
        """Note a slot whose version left the shelf: our own was shown while it stood there."""
        self._off_shelf[slot] = None

    def write(self) -> None:
        """Write it all down, once, at the end."""
        connection = self._tx.connection
        for slot in self._off_shelf.keys() - self._shown.keys():
            if not has_row(connection, slot, (Place.SET, Place.SHELF)):
                self._gone[slot] = None
        for sign, by_log in ((-1, self._left), (1, self._entered)):
            for log, items in by_log.items():
                if items:
                    rows = items.values() if isinstance(items, dict) else items
                    blob = b"".join([ITEM.pack(*item) for item in rows])
                    connection.execute(
                        "INSERT INTO change (what, items) VALUES (?, ?)", (sign * log, blob)
                    )
        connection.executemany(
            "INSERT INTO tally VALUES (?, ?, ?, ?, ?) ON CONFLICT DO UPDATE"
            " SET records = records + excluded.records, bytes = bytes + excluded.bytes",
            [(*key, records, size) for key, (records, size) in self._tally.items()],
        )
        if self._shown or self._gone:
            for projection in self._tx.projections:
                projection.apply(connection, list(self._shown.values()), list(self._gone))


@contextmanager
def ledger(tx: Tx) -> Iterator[Ledger]:
    """Open a ledger; written when the block ends, not if it raises: the act is undone then."""
    book = Ledger(tx)
    yield book
    book.write()
