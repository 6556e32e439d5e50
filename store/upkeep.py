"""What the file needs now and then: checks in steps, space, and a way out of a full disk.

Spec: docs/architecture.md, Storage. A full disk cannot be cleaned by SQL: even DELETE needs
room for its log. So writing stops before the disk is full, and a ballast file is there to be
let go.
"""

import os
import shutil
import sqlite3
from collections.abc import Iterator
from pathlib import Path
from typing import Final, NamedTuple

from protocol.identity import PodId
from store.backup import sync
from store.database import Store, Tx
from store.faults import store_error
from store.records.shape import number_of

FOREIGN_FREE_BYTES: Final = 200 << 20
"""Below it, or below 5 % of the disk, no record of others is taken in."""
FOREIGN_FREE_PERCENT: Final = 5
OWN_FREE_BYTES: Final = 50 << 20
"""Below it our own people cannot save either: what is left is for cleaning up."""
BALLAST_BYTES: Final = 32 << 20
"""More than the log ever takes (16 MB), or cleaning up would fail as it began."""
FOREIGN_BUDGET_BYTES: Final = 1 << 30
"""What records of others may take; our own are never counted nor evicted."""
BALLAST_NAME: Final = "ballast"

CERTIFICATE_KEPT_MS: Final = 400 * 86_400_000
"""How long the certificate of a pod that nobody tells of is kept (R3)."""


# --- Space ---


class Space(NamedTuple):
    """Room on the disk, in bytes."""

    free_bytes: int
    total_bytes: int

    @property
    def lets_foreign_in(self) -> bool:
        """Whether records of others may still be taken in."""
        percent = self.total_bytes * FOREIGN_FREE_PERCENT // 100
        return self.free_bytes >= max(FOREIGN_FREE_BYTES, percent)

    @property
    def lets_own_in(self) -> bool:
        """Whether our own people may still save."""
        return self.free_bytes >= OWN_FREE_BYTES


def space_at(folder: Path) -> Space:
    """Return the room on the disk that holds folder."""
    usage = shutil.disk_usage(folder)
    return Space(usage.free, usage.total)


def disk_use_bytes(store: Store) -> int:
    """Return what the database takes, its log and index of the log included."""
    beside = (store.path.with_name(store.path.name + end) for end in ("", "-wal", "-shm"))
    return sum(path.stat().st_size for path in beside if path.exists())


def foreign_bytes(connection: sqlite3.Connection, us: PodId) -> int:
    """Return the bytes of bodies and signatures of others: what the budget counts."""
    (size,) = connection.execute(
        "SELECT coalesce(sum(bytes), 0) FROM tally WHERE author IS NOT ?",
        (number_of(connection, us),),
    ).fetchone()
    return int(size)


def keep_ballast(folder: Path, size_bytes: int = BALLAST_BYTES) -> None:
    """Make sure that there is a ballast file, on the disk, of real bytes. Raises StoreError."""
    path = folder / BALLAST_NAME
    if path.exists() and path.stat().st_size >= size_bytes:
        return
    try:
        with path.open("wb") as file:
            # Random, since a disk that compresses would keep no room for zeros.
            for start in range(0, size_bytes, 1 << 20):
                file.write(os.urandom(min(1 << 20, size_bytes - start)))
        sync(path)
    except OSError as error:
        path.unlink(missing_ok=True)
        raise store_error("full", path, str(error)) from error


def free_ballast(folder: Path) -> bool:
    """Let the ballast go, to have room for deleting; False if there was none."""
    path = folder / BALLAST_NAME
    was_there = path.exists()
    path.unlink(missing_ok=True)
    return was_there


# --- Checks ---


def check_in_steps(store: Store) -> Iterator[tuple[str, list[str]]]:
    """Check the whole file, one table with its indexes a step: yield (table, what is wrong).

    More than quick_check: index and table are compared. The caller may do other work, and
    write, between two steps.
    """
    tables = store.connection.execute(
        "SELECT name FROM sqlite_master WHERE type = 'table' ORDER BY name"
    ).fetchall()
    for (table,) in tables:
        yield table, _lines(store.connection, _INTEGRITY, table)
    yield "references", _lines(store.connection, _BROKEN_REFERENCES)
    yield "tally", _lines(store.connection, _WRONG_TALLIES)


_INTEGRITY: Final = (
    "SELECT integrity_check FROM pragma_integrity_check(?) WHERE integrity_check <> 'ok'"
)
_BROKEN_REFERENCES: Final = (
    "SELECT \"table\" || ' row ' || ifnull(rowid, '?') || ' refers to no ' || parent"
    " FROM pragma_foreign_key_check"
)
_WRONG_TALLIES: Final = (
    "SELECT 'author ' || author || ' place ' || place || ' scope ' || scope FROM ("
    " SELECT author, place, scope, records, bytes FROM tally WHERE records <> 0 EXCEPT"
    " SELECT author, place, scope, count(*), sum(length(body) + length(signature))"
    " FROM record GROUP BY author, place, scope)"
)


def _lines(connection: sqlite3.Connection, query: str, *values: str) -> list[str]:
    try:
        return [row[0] for row in connection.execute(query, values)]
    except sqlite3.DatabaseError as error:
        # So damaged that the check itself cannot read it.
        return [str(error)]


# --- What nobody needs any more ---


def forget_strangers(tx: Tx) -> int:
    """Delete certificates and numbers of pods that nobody has told of for 400 days and of
    which no record is here (R3); return how many pods were forgotten.

    Only at start, before anything in memory holds numbers.
    """
    connection = tx.connection
    unneeded = {row[0] for row in connection.execute(_UNNEEDED)}
    noted = dict(
        connection.execute(
            "SELECT number, unneeded_since_ms FROM author WHERE unneeded_since_ms IS NOT NULL"
        ).fetchall()
    )
    connection.executemany(
        "UPDATE author SET unneeded_since_ms = ? WHERE number = ?",
        [(None, number) for number in noted.keys() - unneeded]
        + [(tx.now_ms, number) for number in unneeded - noted.keys()],
    )
    before_ms = tx.now_ms - CERTIFICATE_KEPT_MS
    strangers = [(n,) for n, since_ms in noted.items() if n in unneeded and since_ms < before_ms]
    connection.executemany("DELETE FROM tally WHERE author = ?", strangers)
    connection.executemany("DELETE FROM certificate WHERE author = ?", strangers)
    connection.executemany("DELETE FROM author WHERE number = ?", strangers)
    tx.numbers.clear()
    return len(strangers)


_UNNEEDED: Final = (
    "SELECT number FROM author WHERE carried AND NOT hidden"
    " AND NOT EXISTS (SELECT 1 FROM record WHERE record.author = author.number)"
    " AND pod_id NOT IN (SELECT pod_id FROM table_entry)"
    " AND pod_id NOT IN (SELECT pod_id FROM neighbour)"
    " AND pod_id NOT IN (SELECT value FROM meta WHERE key = 'pod_id')"
)
