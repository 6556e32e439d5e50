"""Invitations given out, each for one pod that uses it.

Spec: docs/protocol.md §10.2 (R16). The token itself is never kept, only its hash: who reads the
file cannot use it. Expiry counts the time that the node runs, which no wrong clock can change.
"""

import sqlite3
from enum import StrEnum
from typing import Final, NamedTuple

from protocol.identity import PodId
from store.database import Tx

KEPT: Final = 64
"""Invitations remembered; the oldest goes when one more is made."""


class Outcome(StrEnum):
    """What using an invitation came to."""

    OK = "ok"
    AGAIN = "again"  # the same pod, once more: its first answer may have been lost
    USED_BY_OTHER = "used_by_other"
    EXPIRED = "expired"
    UNKNOWN = "unknown"


class Invitation(NamedTuple):
    """One invitation. expires_running_ms: in the node's running time.  used_by: None so far."""

    token_hash: bytes
    made_ms: int
    expires_running_ms: int
    used_by: PodId | None


def add_invitation(tx: Tx, token_hash: bytes, *, expires_running_ms: int) -> None:
    """Remember an invitation made at the time of this act."""
    tx.connection.execute(
        "INSERT INTO invitation (token_hash, made_ms, expires_running_ms) VALUES (?, ?, ?)",
        (token_hash, tx.now_ms, expires_running_ms),
    )
    tx.connection.execute(
        "DELETE FROM invitation WHERE token_hash IN (SELECT token_hash FROM invitation"
        " ORDER BY made_ms DESC, token_hash LIMIT -1 OFFSET ?)",
        (KEPT,),
    )


def use_invitation(tx: Tx, token_hash: bytes, pod_id: PodId, *, running_ms: int) -> Outcome:
    """Bind the invitation to pod_id, the first that comes with it; call it in the act that
    federates. Only OK and AGAIN let the pod in."""
    row = tx.connection.execute(
        "SELECT expires_running_ms, used_by FROM invitation WHERE token_hash = ?", (token_hash,)
    ).fetchone()
    if row is None:
        return Outcome.UNKNOWN
    expires_running_ms, used_by = row
    if used_by is not None and used_by != pod_id:
        return Outcome.USED_BY_OTHER
    if running_ms >= expires_running_ms:
        return Outcome.EXPIRED
    if used_by == pod_id:
        return Outcome.AGAIN
    tx.connection.execute(
        "UPDATE invitation SET used_by = ? WHERE token_hash = ?", (pod_id, token_hash)
    )
    return Outcome.OK


def invitations(connection: sqlite3.Connection) -> list[Invitation]:
    """Return all invitations remembered, the newest first."""
    rows = connection.execute(
        "SELECT token_hash, made_ms, expires_running_ms, used_by FROM invitation"
        " ORDER BY made_ms DESC, token_hash"
    )
    return [Invitation(*row) for row in rows]
