"""What people of this pod must hear of, until they say that they have.

Spec: docs/protocol.md §7.7 (R5, R12). The node notes it, a command or a page shows it: they are
different processes.
"""

import sqlite3
from typing import NamedTuple

from protocol.identity import PodId
from store.database import Tx


class Notice(NamedTuple):
    """code: what happened.  pod_id: to or by whom.  at_ms: Unix time of the first time."""

    code: str
    pod_id: PodId
    at_ms: int


def note(tx: Tx, code: str, pod_id: PodId) -> None:
    """Note something at the time of this act; the same thing stands once."""
    tx.connection.execute(
        "INSERT INTO notice VALUES (?, ?, ?) ON CONFLICT DO NOTHING", (code, pod_id, tx.now_ms)
    )


def notices(connection: sqlite3.Connection) -> list[Notice]:
    """Return what is to be told, the oldest first."""
    rows = connection.execute("SELECT code, pod_id, at_ms FROM notice ORDER BY at_ms")
    return [Notice(*row) for row in rows]


def forget(tx: Tx, code: str, pod_id: PodId) -> None:
    """People know."""
    tx.connection.execute("DELETE FROM notice WHERE code = ? AND pod_id = ?", (code, pod_id))
