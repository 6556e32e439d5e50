"""Neighbours and what is remembered of them: addresses, tables told, certificates, refusals.

Spec: docs/protocol.md §6 (R2, R3, R8, R10).
"""

import sqlite3
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final, NamedTuple

from protocol.identity import Certificate, PodId, open_certificate
from protocol.limits import CERTIFICATES_PER_AUTHOR, REFUSED_PER_NEIGHBOUR
from protocol.trust import Entry
from store.database import Tx
from store.records.leave import delete_near_of
from store.records.shape import author_number, number_of

ADDRESSES_KEPT: Final = 8
"""Hints where a neighbour may be; each is tried in turn."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Neighbour:
    """A pod that we are federated with.

    name: what people here call it, which is how it calls itself (own_name) unless they chose
    otherwise.  addresses: where to look for it, the best first.
    last_contact_ms: None before the first.  near_allowed: near records are exchanged.
    seen_by_steward: its name was seen (R16).
    """

    pod_id: PodId
    name: str
    since_ms: int
    addresses: tuple[str, ...]
    last_contact_ms: int | None
    near_allowed: bool
    seen_by_steward: bool
    own_name: str


# --- Neighbours ---


def add_neighbour(
    tx: Tx,
    pod_id: PodId,
    name: str,
    addresses: Sequence[str] = (),
    *,
    near_allowed: bool = True,
    seen_by_steward: bool = True,
) -> None:
    """Add a neighbour since the time of this act; or change what is kept of one, whose tables
    and date stay."""
    tx.connection.execute(
        "INSERT INTO neighbour (pod_id, name, since_ms, near_allowed, seen_by_steward)"
        " VALUES (?, ?, ?, ?, ?) ON CONFLICT DO UPDATE SET name = excluded.name,"
        " near_allowed = excluded.near_allowed, seen_by_steward = excluded.seen_by_steward",
        (pod_id, name, tx.now_ms, near_allowed, seen_by_steward),
    )
    set_addresses(tx, pod_id, addresses)


def set_called(tx: Tx, pod_id: PodId, called: str | None) -> None:
    """Note what our people call a neighbour; None: as it calls itself."""
    tx.connection.execute("UPDATE neighbour SET called = ? WHERE pod_id = ?", (called, pod_id))


def note_seen(tx: Tx, pod_ids: Iterable[PodId]) -> None:
    """Note that a steward has seen these neighbours: near records may be exchanged (R16)."""
    tx.connection.executemany(
        "UPDATE neighbour SET near_allowed = 1, seen_by_steward = 1 WHERE pod_id = ?",
        [(it,) for it in pod_ids],
    )


def remove_neighbour(tx: Tx, pod_id: PodId) -> bool:
    """End a federation: its tables, addresses and near records go (R2, R9); False if there was
    none. What it sent us of others stays: it may reach us another way."""
    cursor = tx.connection.execute("DELETE FROM neighbour WHERE pod_id = ?", (pod_id,))
    if cursor.rowcount == 0:
        return False
    delete_near_of(tx, pod_id)
    return True


def neighbours(connection: sqlite3.Connection) -> list[Neighbour]:
    """Return all neighbours, the oldest first."""
    addresses: dict[PodId, list[str]] = {}
    for pod_id, address in connection.execute(
        "SELECT neighbour, address FROM address ORDER BY neighbour, place"
    ):
        addresses.setdefault(pod_id, []).append(address)
    rows = connection.execute(
        "SELECT pod_id, ifnull(called, name), since_ms, last_contact_ms, near_allowed,"
        " seen_by_steward, name"
        " FROM neighbour ORDER BY since_ms, pod_id"
    )
    return [
        Neighbour(
            pod_id=row[0],
            name=row[1],
            since_ms=row[2],
            addresses=tuple(addresses.get(row[0], ())),
            last_contact_ms=row[3],
            near_allowed=bool(row[4]),
            seen_by_steward=bool(row[5]),
            own_name=row[6],
        )
        for row in rows
    ]


def set_addresses(tx: Tx, pod_id: PodId, addresses: Sequence[str]) -> None:
    """Replace the addresses of a neighbour; the first ADDRESSES_KEPT are kept."""
    kept = list(dict.fromkeys(addresses))[:ADDRESSES_KEPT]
    tx.connection.execute("DELETE FROM address WHERE neighbour = ?", (pod_id,))
    tx.connection.executemany(
        "INSERT INTO address VALUES (?, ?, ?)",
        [(pod_id, place, address) for place, address in enumerate(kept)],
    )


def note_contact(tx: Tx, pod_id: PodId, at_ms: int) -> None:
    """Remember that the neighbour was there at at_ms, Unix ms."""
    tx.connection.execute(
        "UPDATE neighbour SET last_contact_ms = ? WHERE pod_id = ?", (at_ms, pod_id)
    )


# --- Tables of distances (R2) ---


def save_told_by(tx: Tx, neighbour: PodId, entries: Iterable[Entry], table_hash: bytes) -> None:
    """Save the table that neighbour told us, in place of the last one."""
    _save_table(tx, neighbour, entries, table_hash, by_us=False)


def save_told_to(tx: Tx, neighbour: PodId, entries: Iterable[Entry], table_hash: bytes) -> None:
    """Save the table that we told neighbour, in place of the last one."""
    _save_table(tx, neighbour, entries, table_hash, by_us=True)


def told_by(connection: sqlite3.Connection) -> dict[PodId, list[Entry]]:
    """Return the last table of each neighbour that told us one."""
    return _tables(connection, by_us=False)


def told_hashes(connection: sqlite3.Connection) -> list[tuple[PodId, bytes]]:
    """Return the hash of the last table of each neighbour that told us one."""
    rows = connection.execute("SELECT pod_id, told_hash FROM neighbour WHERE told_hash IS NOT NULL")
    return [(PodId(pod_id), told_hash) for pod_id, told_hash in rows]


def told_to(connection: sqlite3.Connection) -> dict[PodId, list[Entry]]:
    """Return the last table that we told, for each neighbour that has one from us."""
    return _tables(connection, by_us=True)


def _tables(connection: sqlite3.Connection, *, by_us: bool) -> dict[PodId, list[Entry]]:
    tables: dict[PodId, list[Entry]] = {}
    for neighbour, *row in connection.execute(
        "SELECT neighbour, pod_id, epoch, tag, distance, carried FROM table_entry WHERE by_us = ?",
        (by_us,),
    ):
        tables.setdefault(neighbour, []).append(_entry(*row))
    return tables


def _save_table(
    tx: Tx, neighbour: PodId, entries: Iterable[Entry], table_hash: bytes, *, by_us: bool
) -> None:
    """Write what differs: a table has a thousand entries, and mostly one of them changes."""
    (saved_hash,) = tx.connection.execute(
        "SELECT iif(?, heard_hash, told_hash) FROM neighbour WHERE pod_id = ?", (by_us, neighbour)
    ).fetchone() or (table_hash,)
    if saved_hash == table_hash:  # as saved, or no longer a neighbour
        return
    key = (neighbour, by_us)
    rows = tx.connection.execute(
        "SELECT pod_id, epoch, tag, distance, carried FROM table_entry"
        " WHERE neighbour = ? AND by_us = ?",
        key,
    )
    saved = [_entry(*row) for row in rows]
    now = {entry.pod_id: entry for entry in entries}
    tx.connection.executemany(
        "DELETE FROM table_entry WHERE neighbour = ? AND by_us = ? AND pod_id = ?",
        [(*key, entry.pod_id) for entry in saved if entry.pod_id not in now],
    )
    tx.connection.executemany(
        "INSERT OR REPLACE INTO table_entry VALUES (?, ?, ?, ?, ?, ?, ?)",
        [(*key, *entry) for entry in set(now.values()) - set(saved)],
    )
    tx.connection.execute(
        "UPDATE neighbour SET heard_hash = iif(?, ?, heard_hash), told_hash = iif(?, told_hash, ?)"
        " WHERE pod_id = ?",
        (by_us, table_hash, by_us, table_hash, neighbour),
    )


def _entry(pod_id: PodId, epoch: int, tag: bytes, distance: int, carried: int) -> Entry:
    return Entry(pod_id, epoch, tag, distance, bool(carried))


# --- Certificates (R3) ---


def put_certificate(tx: Tx, certificate: Certificate) -> bool:
    """Keep certificate; tell whether it is now the greatest of its pod.

    The greatest CERTIFICATES_PER_AUTHOR of a pod are kept: its shelf needs the lower ones.
    """
    author = author_number(tx, certificate.pod_id)
    row = tx.connection.execute(
        "SELECT epoch, hash FROM certificate WHERE author = ? ORDER BY epoch DESC, hash DESC",
        (author,),
    ).fetchone()
    tx.connection.execute(
        "INSERT OR IGNORE INTO certificate VALUES (?, ?, ?, ?)",
        (author, certificate.epoch, certificate.hash, certificate.wire),
    )
    tx.connection.execute(
        "DELETE FROM certificate WHERE author = ? AND (epoch, hash) < (SELECT epoch, hash"
        " FROM certificate WHERE author = ? ORDER BY epoch DESC, hash DESC LIMIT 1 OFFSET ?)",
        (author, author, CERTIFICATES_PER_AUTHOR - 1),
    )
    return row is None or tuple(row) < certificate.rank


def certificate_of(connection: sqlite3.Connection, pod_id: PodId) -> Certificate | None:
    """Return the greatest certificate of pod_id, or None."""
    row = connection.execute(
        "SELECT wire FROM certificate WHERE author = ? ORDER BY epoch DESC, hash DESC",
        (number_of(connection, pod_id),),
    ).fetchone()
    return None if row is None else open_certificate(row[0])


def certificate_wires(connection: sqlite3.Connection) -> list[bytes]:
    """Return every certificate that is kept, for each pod the least first.

    Not opened: that verifies a signature each, and the caller may know most of them.
    """
    return [
        row[0] for row in connection.execute("SELECT wire FROM certificate ORDER BY epoch, hash")
    ]


# --- Refusals that last (R10) ---


def remember_refused(tx: Tx, neighbour: PodId, ids: Iterable[bytes], until_ms: int) -> None:
    """Remember ids that neighbour offered and we refuse until the end of their lifetime."""
    tx.connection.executemany(
        "INSERT INTO refused (neighbour, id, until_ms) VALUES (?, ?, ?)"
        " ON CONFLICT DO UPDATE SET until_ms = max(until_ms, excluded.until_ms)",
        [(neighbour, record_id, until_ms) for record_id in ids],
    )
    tx.connection.execute(
        "DELETE FROM refused WHERE neighbour = ? AND number <= (SELECT number FROM refused"
        " WHERE neighbour = ? ORDER BY number DESC LIMIT 1 OFFSET ?)",
        (neighbour, neighbour, REFUSED_PER_NEIGHBOUR),
    )


def refused(connection: sqlite3.Connection, neighbour: PodId) -> set[bytes]:
    """Return the ids that need not be asked of neighbour."""
    rows = connection.execute("SELECT id FROM refused WHERE neighbour = ?", (neighbour,))
    return {row[0] for row in rows}


def forget_refused(tx: Tx, before_ms: int) -> None:
    """Forget refusals of records whose lifetime ended before before_ms."""
    tx.connection.execute("DELETE FROM refused WHERE until_ms < ?", (before_ms,))


# --- Authors ---


class Author(NamedTuple):
    """What is kept of a pod that signed something. number: the local one, given for ever.

    branch: of one over budget, the neighbour that brought more than fits.
    """

    number: int
    pod_id: PodId
    carried: bool
    not_carried_why: str | None
    hidden: bool
    not_carried_since_ms: int | None
    branch: PodId | None


def authors(connection: sqlite3.Connection) -> list[Author]:
    """Return every pod that has a local number."""
    rows = connection.execute(
        "SELECT number, pod_id, carried, not_carried_why, hidden, not_carried_since_ms,"
        " not_carried_branch FROM author ORDER BY number"
    )
    return [Author(row[0], row[1], bool(row[2]), row[3], bool(row[4]), *row[5:]) for row in rows]


def set_carried(
    tx: Tx, author: PodId, *, carried: bool, why: str | None = None, branch: PodId | None = None
) -> None:
    """Carry the records of author, or no longer.

    why, branch: for our steward alone, never told. branch: see Author.
    """
    said = (None, None, None) if carried else (why, tx.now_ms, branch)
    tx.connection.execute(
        "UPDATE author SET carried = ?, not_carried_why = ?, not_carried_since_ms = ?,"
        " not_carried_branch = ? WHERE number = ?",
        (carried, *said, author_number(tx, author)),
    )


def set_hidden(tx: Tx, author: PodId, *, hidden: bool) -> None:
    """Show what author writes on our board, or no longer; it is carried all the same."""
    tx.connection.execute(
        "UPDATE author SET hidden = ? WHERE number = ?", (hidden, author_number(tx, author))
    )
