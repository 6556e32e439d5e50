"""Ways in which the pod keeps in touch, in their order. Pages: docs/house.md §2.4."""

import sqlite3
from typing import Final

from protocol.aid.fields import fold
from protocol.aid.house.way import Way
from store.database import Tx
from store.house import rows

TABLES: Final = (
    """
-- A way in which the pod keeps in touch.
CREATE TABLE IF NOT EXISTS house_way (
  folded TEXT PRIMARY KEY,          -- the name without case and accents
  place INTEGER NOT NULL,           -- the lowest is tried first
  name TEXT NOT NULL,
  sort TEXT NOT NULL CHECK (sort IN ('digital', 'analog')),
  how TEXT,
  without_internet INTEGER NOT NULL CHECK (without_internet IN (0, 1)),
  without_power INTEGER NOT NULL CHECK (without_power IN (0, 1)),
  public INTEGER NOT NULL CHECK (public IN (0, 1))
) STRICT, WITHOUT ROWID
""",
)


def put_ways(tx: Tx, ways: list[Way]) -> None:
    """Save these ways, in this order, in place of all."""
    rows.delete(tx, "house_way", "1", ())
    for place, way in enumerate(ways):
        rows.add(tx, "house_way", {"folded": fold(way.name), "place": place, **way.model_dump()})


def ways(connection: sqlite3.Connection) -> list[Way]:
    """Return all, the one to try first first."""
    found = []
    for row in rows.select(connection, "house_way", "ORDER BY place"):
        flags = {name: bool(row[name]) for name in ("without_internet", "without_power", "public")}
        found.append(Way(name=row["name"], sort=row["sort"], how=row["how"], **flags))
    return found
