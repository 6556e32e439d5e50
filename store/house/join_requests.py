"""Who asks to join, until a steward has answered. Pages: docs/house.md §1.5."""

import sqlite3
from typing import Final

from protocol.aid.house.join_request import JoinRequest
from store.database import Tx
from store.house import rows

TABLES: Final = (
    """
-- Written by strangers, so bounded, and forgotten in time. AUTOINCREMENT: no number comes twice.
CREATE TABLE IF NOT EXISTS house_join_request (
  number INTEGER PRIMARY KEY AUTOINCREMENT,
  name TEXT NOT NULL,
  contact TEXT NOT NULL,
  words TEXT,
  asked_s INTEGER NOT NULL
) STRICT
""",
)


def add(tx: Tx, request: JoinRequest) -> None:
    """Save a new request, under a number of its own."""
    rows.add(tx, "house_join_request", request.model_dump(exclude={"number"}))


def waiting(connection: sqlite3.Connection) -> list[JoinRequest]:
    """Return all, the oldest first."""
    found = rows.select(connection, "house_join_request", "ORDER BY number")
    return [JoinRequest(**row) for row in found]


def delete(tx: Tx, number: int) -> bool:
    """Delete one; tell whether there was one."""
    return rows.delete(tx, "house_join_request", "number = ?", (number,)) > 0


def forget_old(tx: Tx, before_s: int) -> None:
    """Forget what was asked before this moment."""
    rows.delete(tx, "house_join_request", "asked_s < ?", (before_s,))
