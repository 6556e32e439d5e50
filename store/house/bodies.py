"""What people of this pod wrote for its own members alone, of any kind that could travel.

Spec: docs/kinds.md §1.5. A withdrawn one keeps its rid for a while, so that a spreadsheet
imported again does not bring it back.
"""

import sqlite3
from typing import Final, NamedTuple

from store.database import Tx

TABLES: Final = (
    """
-- Bodies of this pod for this pod only. payload: null once withdrawn.
CREATE TABLE IF NOT EXISTS house_body (
  kind INTEGER NOT NULL,
  rid BLOB NOT NULL CHECK (length(rid) = 16),
  stamp_ms INTEGER NOT NULL,        -- Unix time of the last change
  valid_until_s INTEGER NOT NULL,   -- Unix time at which it closes, 0 for no end
  payload BLOB,
  PRIMARY KEY (kind, rid)
) STRICT, WITHOUT ROWID
""",
)


class HouseBody(NamedTuple):
    """One body for this pod only. payload: canonical, None if withdrawn."""

    kind: int
    rid: bytes
    stamp_ms: int
    valid_until_s: int
    payload: bytes | None


def put(tx: Tx, body: HouseBody) -> None:
    """Save a body in place of what its rid had."""
    tx.connection.execute("INSERT OR REPLACE INTO house_body VALUES (?, ?, ?, ?, ?)", body)


def get(connection: sqlite3.Connection, kind: int, rid: bytes) -> HouseBody | None:
    """Return what is kept under rid, a withdrawn one too."""
    row = connection.execute(
        "SELECT * FROM house_body WHERE kind = ? AND rid = ?", (kind, rid)
    ).fetchone()
    return None if row is None else HouseBody(*row)


def shown(connection: sqlite3.Connection) -> list[HouseBody]:
    """Return all that are not withdrawn."""
    rows = connection.execute("SELECT * FROM house_body WHERE payload IS NOT NULL")
    return [HouseBody(*row) for row in rows]


def forget_withdrawn(tx: Tx, before_ms: int) -> None:
    """Forget what was withdrawn before before_ms."""
    tx.connection.execute(
        "DELETE FROM house_body WHERE payload IS NULL AND stamp_ms < ?", (before_ms,)
    )


def take_over_listings(tx: Tx) -> None:
    """Bring along what a version that knew only listings kept, in a table for them alone."""
    old = "SELECT 1 FROM sqlite_schema WHERE name = 'house_listing'"
    if tx.connection.execute(old).fetchone():
        tx.connection.execute(
            "INSERT OR IGNORE INTO house_body"
            " SELECT 1, rid, stamp_ms, valid_until_s, payload FROM house_listing"
        )
        tx.connection.execute("DROP TABLE house_listing")
