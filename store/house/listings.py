"""Listings for this pod's own members alone.

Spec: docs/kinds.md §2.5. A withdrawn one keeps its rid for a while, so that a spreadsheet
imported again does not bring it back.
"""

import sqlite3
from typing import Final, NamedTuple

from store.database import Tx

TABLES: Final = (
    """
-- Listings of this pod for this pod only. payload: null once withdrawn.
CREATE TABLE IF NOT EXISTS house_listing (
  rid BLOB PRIMARY KEY CHECK (length(rid) = 16),
  stamp_ms INTEGER NOT NULL,        -- Unix time of the last change
  valid_until_s INTEGER NOT NULL,   -- Unix time at which it closes, 0 for no end
  payload BLOB
) STRICT, WITHOUT ROWID
""",
)


class HouseListing(NamedTuple):
    """One listing for this pod only. payload: canonical, None if withdrawn."""

    rid: bytes
    stamp_ms: int
    valid_until_s: int
    payload: bytes | None


def put_listing(tx: Tx, listing: HouseListing) -> None:
    """Save a listing in place of what its rid had."""
    tx.connection.execute("INSERT OR REPLACE INTO house_listing VALUES (?, ?, ?, ?)", listing)


def listing(connection: sqlite3.Connection, rid: bytes) -> HouseListing | None:
    """Return what is kept under rid, a withdrawn one too."""
    row = connection.execute("SELECT * FROM house_listing WHERE rid = ?", (rid,)).fetchone()
    return None if row is None else HouseListing(*row)


def listings(connection: sqlite3.Connection) -> list[HouseListing]:
    """Return all that are not withdrawn."""
    rows = connection.execute("SELECT * FROM house_listing WHERE payload IS NOT NULL")
    return [HouseListing(*row) for row in rows]


def forget_withdrawn(tx: Tx, before_ms: int) -> None:
    """Forget what was withdrawn before before_ms."""
    tx.connection.execute(
        "DELETE FROM house_listing WHERE payload IS NULL AND stamp_ms < ?", (before_ms,)
    )
