"""What a bundle is made of, read one row at a time; and how old the last one of a neighbour was.

Spec: docs/protocol.md §14 (R13). What is for all and what is for one neighbour alone are read by
different functions, so that a near record cannot end among the network ones by mistake.
"""

import sqlite3
from collections.abc import Iterable, Iterator
from typing import Final, NamedTuple

from protocol.frames import Wire
from protocol.identity import PodId
from protocol.limits import RELEASED_PER_NEIGHBOUR, SHORT_ID_BYTES
from store import mail, meta
from store.database import Tx
from store.records.read import counts
from store.records.shape import Place, number_of

# By the index record_by_age, an author at a time: nothing is sorted, nothing is held.
_NETWORK: Final = "FROM record WHERE author = ? AND place = 1 AND scope = 2 AND stamp_ms >= ?"
_NEAR: Final = "FROM record WHERE author = ? AND place = 1 AND scope = 1 AND stamp_ms >= ?"
_SHELF: Final = "FROM record WHERE author = ? AND place = 3 AND stamp_ms >= ?"


class Contents:
    """What the store has for a bundle, in one view of it. floor_s: nothing stamped below it."""

    def __init__(self, connection: sqlite3.Connection, floor_s: int) -> None:
        self._connection = connection
        self._floor_ms = floor_s * 1000

    def authors(self) -> set[PodId]:
        """Return the authors of whom anything stands in a set or on a shelf."""
        tallies = counts(self._connection)
        return {it.author for it in tallies if it.place in (Place.SET, Place.SHELF)}

    def network_records(self, authors: Iterable[PodId]) -> Iterator[tuple[bytes, Wire]]:
        """Yield (beginning of the id, wire) of each network record of authors."""
        return self._records(_NETWORK, authors)

    def network_ids(self, authors: Iterable[PodId]) -> Iterator[bytes]:
        """Yield the beginnings of the ids of the same records, in the same order."""
        for author in authors:
            values = (number_of(self._connection, author), self._floor_ms)
            for (record_id,) in self._connection.execute(f"SELECT id {_NETWORK}", values):
                yield record_id[:SHORT_ID_BYTES]

    def near_records(self, authors: Iterable[PodId]) -> Iterator[tuple[bytes, Wire]]:
        """Yield (beginning of the id, wire) of each near record of authors."""
        return self._records(_NEAR, authors)

    def shelf(self, author: PodId) -> Iterator[tuple[bytes, Wire]]:
        """Yield the same of what stands on author's shelf, both scopes: for author alone (R4)."""
        return self._records(_SHELF, [author])

    def mail(self, ids: Iterable[bytes]) -> list[bytes]:
        """Return mail under way, by its ids."""
        return mail.mail_wires(self._connection, ids)

    def tokens(self) -> list[bytes]:
        """Return the tokens released last, as many as are told of one neighbour's mail."""
        return mail.released_tokens(self._connection, RELEASED_PER_NEIGHBOUR)

    def _records(self, text: str, authors: Iterable[PodId]) -> Iterator[tuple[bytes, Wire]]:
        for author in authors:
            values = (number_of(self._connection, author), self._floor_ms)
            rows = self._connection.execute(f"SELECT id, body, signature {text}", values)
            for record_id, body, signature in rows:
                yield record_id[:SHORT_ID_BYTES], (body, signature)


class CarriedNeighbour(NamedTuple):
    """A pod that is no neighbour, but counts as near by its bundle. told: its table, encoded."""

    pod_id: PodId
    until_ms: int
    told: bytes


def carried_neighbours(connection: sqlite3.Connection) -> list[CarriedNeighbour]:
    """Return the pods whose bundles people let in."""
    rows = connection.execute("SELECT pod_id, until_ms, told FROM carried_neighbour ORDER BY 2, 1")
    return [CarriedNeighbour(*row) for row in rows]


def put_carried(tx: Tx, pod_id: PodId, told: bytes, until_ms: int | None) -> None:
    """Note what a bundle told. until_ms: None for one that is carried already, and as long."""
    if until_ms is None:
        values = (told, pod_id)
        tx.connection.execute("UPDATE carried_neighbour SET told = ? WHERE pod_id = ?", values)
    else:
        row = (pod_id, until_ms, told)
        tx.connection.execute("INSERT OR REPLACE INTO carried_neighbour VALUES (?, ?, ?)", row)


def drop_carried(tx: Tx, pod_id: PodId) -> None:
    """Forget a pod whose bundles were let in, if it is one."""
    tx.connection.execute("DELETE FROM carried_neighbour WHERE pod_id = ?", (pod_id,))


def told_at_ms(connection: sqlite3.Connection, neighbour: PodId) -> int | None:
    """Return the date of the bundle whose table was taken last of neighbour's, Unix ms."""
    return meta.get(connection, _told_at(neighbour))


def note_told(tx: Tx, neighbour: PodId, created_ms: int) -> None:
    """Note the date of the bundle whose table has been taken; one value for each neighbour."""
    meta.put(tx, _told_at(neighbour), created_ms)


def _told_at(neighbour: PodId) -> meta.Setting[int]:
    return meta.Setting(f"bundle_of_{neighbour.hex()}", int)
