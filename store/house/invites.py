"""Invites by which people join, stored hashed. Pages: docs/house.md §1.3."""

import sqlite3
from typing import Any, Final

from protocol.aid.house.invite import Invite
from store.database import Tx
from store.house import rows

TABLES: Final = (
    """
-- An invite that is still good, or was until lately. AUTOINCREMENT: a number is never used again.
CREATE TABLE IF NOT EXISTS house_invite (
  number INTEGER PRIMARY KEY AUTOINCREMENT,
  hash BLOB NOT NULL UNIQUE CHECK (length(hash) = 32),  -- the code itself is kept nowhere
  joins_as TEXT NOT NULL CHECK (joins_as IN ('guest', 'member')),
  made_by BLOB REFERENCES house_member ON DELETE SET NULL,
  made_ms INTEGER NOT NULL,
  expires_running_ms INTEGER NOT NULL,  -- by the time that the node ran, not by a clock
  uses_left INTEGER NOT NULL CHECK (uses_left >= 0)
) STRICT
""",
)


def add_invite(tx: Tx, code_hash: bytes, invite: Invite) -> Invite:
    """Save a new invite; return it with its number."""
    row = {**invite._asdict(), "hash": code_hash}
    del row["number"]
    return invite._replace(number=rows.add(tx, "house_invite", row))


def invites(connection: sqlite3.Connection, running_ms: int) -> list[Invite]:
    """Return all that are still good, the oldest first."""
    found = rows.select(
        connection,
        "house_invite",
        "WHERE uses_left > 0 AND expires_running_ms > ? ORDER BY number",
        (running_ms,),
    )
    return [_invite(row) for row in found]


def invite(connection: sqlite3.Connection, code_hash: bytes, running_ms: int) -> Invite | None:
    """Return the invite of a code if it is still good."""
    rest = "WHERE hash = ? AND uses_left > 0 AND expires_running_ms > ?"
    for row in rows.select(connection, "house_invite", rest, (code_hash, running_ms)):
        return _invite(row)
    return None


def use(tx: Tx, number: int) -> None:
    """Take one from what is left of an invite."""
    tx.connection.execute(
        "UPDATE house_invite SET uses_left = uses_left - 1 WHERE number = ?", (number,)
    )


def delete_invite(tx: Tx, number: int) -> bool:
    """Take an invite back; tell whether there was one."""
    return rows.delete(tx, "house_invite", "number = ?", (number,)) > 0


def forget_used(tx: Tx, running_ms: int) -> None:
    """Forget what is used up or has run out."""
    rows.delete(tx, "house_invite", "uses_left = 0 OR expires_running_ms <= ?", (running_ms,))


def _invite(row: dict[str, Any]) -> Invite:
    del row["hash"]
    return Invite(**row)
