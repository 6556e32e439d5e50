"""What a bundle is made of, read one row at a time; and how old the last one of a neighbour was.

Spec: docs/protocol.md §14 (R13). Only network records that stand in the set: near ones are
looked up nowhere here, so none can end in a file by mistake.
"""

import sqlite3
from collections.abc import Iterable, Iterator

from protocol.frames import Wire
from protocol.identity import PodId
from protocol.limits import SHORT_ID_BYTES
from store import meta
from store.database import Tx
from store.records.shape import number_of

# By the index record_by_age, an author at a time: nothing is sorted, nothing is held.
_OF_AUTHOR = "FROM record WHERE author = ? AND place = 1 AND scope = 2 AND stamp_ms >= ?"


def network_records(
    connection: sqlite3.Connection, authors: Iterable[PodId], floor_s: int
) -> Iterator[tuple[bytes, Wire]]:
    """Yield (beginning of the id, wire) of each network record of authors from floor_s on."""
    for author in authors:
        rows = connection.execute(
            f"SELECT id, body, signature {_OF_AUTHOR}",
            (number_of(connection, author), floor_s * 1000),
        )
        for record_id, body, signature in rows:
            yield record_id[:SHORT_ID_BYTES], (body, signature)


def network_ids(
    connection: sqlite3.Connection, authors: Iterable[PodId], floor_s: int
) -> Iterator[bytes]:
    """Yield the beginnings of the ids of the same records, in the same order."""
    for author in authors:
        rows = connection.execute(
            f"SELECT id {_OF_AUTHOR}",
            (number_of(connection, author), floor_s * 1000),
        )
        for (record_id,) in rows:
            yield record_id[:SHORT_ID_BYTES]


def told_at_ms(connection: sqlite3.Connection, neighbour: PodId) -> int | None:
    """Return the date of the bundle whose table was taken last of neighbour's, Unix ms."""
    return meta.get(connection, _told_at(neighbour))


def note_told(tx: Tx, neighbour: PodId, created_ms: int) -> None:
    """Note the date of the bundle whose table has been taken; one value for each neighbour."""
    meta.put(tx, _told_at(neighbour), created_ms)


def _told_at(neighbour: PodId) -> meta.Setting[int]:
    return meta.Setting(f"bundle_of_{neighbour.hex()}", int)
