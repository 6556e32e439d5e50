"""Which neighbours are there now, and what of ours each is known to hold.

Spec: docs/protocol.md §7.4. A round that ends equal tells it; nothing else does: what was pushed
may have been lost on the way. For people (docs/pages.md); nothing is decided by it.
"""

import sqlite3
from collections.abc import Collection
from typing import NamedTuple

from protocol.identity import PodId
from protocol.record import Scope
from store.database import Tx
from store.records.shape import number_of


class Holds(NamedTuple):
    """Up to which record of ours, by number, a neighbour holds those of each scope."""

    near: int = 0
    network: int = 0


def note_present(tx: Tx, neighbours: Collection[PodId]) -> None:
    """Note that sessions are open with these neighbours and with no others."""
    tx.connection.execute("UPDATE in_touch SET is_open = 0 WHERE is_open")
    tx.connection.executemany(
        # A neighbour that is removed at this moment may still have a session to be closed.
        "INSERT INTO in_touch SELECT pod_id, 1, 0, 0 FROM neighbour WHERE pod_id = ?"
        " ON CONFLICT DO UPDATE SET is_open = 1",
        [(it,) for it in neighbours],
    )


def note_holds(tx: Tx, neighbour: PodId, holds: Holds) -> None:
    """Note what of ours a neighbour holds, as a round has shown."""
    tx.connection.execute(
        "INSERT INTO in_touch SELECT pod_id, 0, ?, ? FROM neighbour WHERE pod_id = ?"
        " ON CONFLICT DO UPDATE SET holds_near = max(holds_near, excluded.holds_near),"
        " holds_network = max(holds_network, excluded.holds_network)",
        (*holds, neighbour),
    )


def present(connection: sqlite3.Connection) -> set[PodId]:
    """Return the neighbours with which a session is open."""
    rows = connection.execute("SELECT neighbour FROM in_touch WHERE is_open")
    return {PodId(pod_id) for (pod_id,) in rows}


def holds(connection: sqlite3.Connection) -> dict[PodId, Holds]:
    """Return what of ours each neighbour is known to hold."""
    rows = connection.execute("SELECT neighbour, holds_near, holds_network FROM in_touch")
    return {PodId(pod_id): Holds(near, network) for pod_id, near, network in rows}


def last_number(connection: sqlite3.Connection) -> int:
    """Return the number of the record that came last."""
    return int(connection.execute("SELECT ifnull(max(number), 0) FROM record").fetchone()[0])


def newest_number(connection: sqlite3.Connection, author: PodId) -> int:
    """Return the number of the newest record of author's in the set, 0 if there is none."""
    row = connection.execute(
        "SELECT ifnull(max(number), 0) FROM record WHERE author = ? AND place = 1",
        (number_of(connection, author),),
    ).fetchone()
    return int(row[0])


def not_held(
    connection: sqlite3.Connection, author: PodId, held: Holds, *, near: bool, but: int
) -> int:
    """Return how many of author's records in the set came after what is held.

    near: those for neighbours alone count too.  but: a kind that does not count.
    """
    number = number_of(connection, author)
    scopes = ((Scope.NEAR, held.near), (Scope.NETWORK, held.network))
    counts = [
        connection.execute(  # of the index of slots alone: no row is read
            "SELECT count(*) FROM record"
            " WHERE author = ? AND scope = ? AND kind <> ? AND place = 1 AND number > ?",
            (number, int(scope), but, above),
        ).fetchone()[0]
        for scope, above in (scopes if near else scopes[1:])
    ]
    return sum(counts)
