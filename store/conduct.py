"""Neighbours that broke the protocol: how often in a row, how, and when last.

Spec: docs/protocol.md §7.6. The node writes it, and keeps the waiting itself; commands show it.
"""

import sqlite3
from typing import NamedTuple

from protocol.identity import PodId
from store.database import Tx


class Fault(NamedTuple):
    """faults: sessions in a row that ended by it.  code: of the last.  at_ms, until_ms: Unix time
    of the last, and until when the neighbour is not met; for people, nothing is decided by them."""

    neighbour: PodId
    faults: int
    code: str
    at_ms: int
    until_ms: int


def note_fault(tx: Tx, fault: Fault) -> None:
    """Note a fault of a neighbour in place of the last one; of a pod that is none, nothing."""
    tx.connection.execute(
        "INSERT OR REPLACE INTO conduct SELECT ?, ?, ?, ?, ?"
        " WHERE EXISTS (SELECT 1 FROM neighbour WHERE pod_id = ?)",
        (*fault, fault.neighbour),
    )


def forget_faults(tx: Tx, neighbour: PodId) -> None:
    """The neighbour has behaved for long enough, or people have spoken with its people."""
    tx.connection.execute("DELETE FROM conduct WHERE neighbour = ?", (neighbour,))


def faults(connection: sqlite3.Connection) -> dict[PodId, Fault]:
    """Return the neighbours that have faults."""
    rows = connection.execute("SELECT neighbour, faults, code, at_ms, until_ms FROM conduct")
    return {row[0]: Fault(*row) for row in rows}
