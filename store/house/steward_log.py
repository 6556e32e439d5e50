"""What stewards did to the things of others. Pages: docs/house.md §5."""

import sqlite3
from typing import Final

from protocol.aid.house.limits import MAX_LOG, MAX_LOG_NOTE
from protocol.aid.house.rights import MemberId
from protocol.aid.house.steward_log import Entry
from store.database import Tx
from store.house import rows

TABLES: Final = (
    """
-- What stewards did to the things of others; who leaves is no longer named.
CREATE TABLE IF NOT EXISTS house_steward_log (
  number INTEGER PRIMARY KEY,
  at_ms INTEGER NOT NULL,           -- Unix time
  what TEXT NOT NULL,               -- protocol/aid/house/steward_log.py has the sentence
  "by" BLOB REFERENCES house_member ON DELETE SET NULL,
  about BLOB REFERENCES house_member ON DELETE SET NULL,
  note TEXT NOT NULL
) STRICT
""",
)


def note(tx: Tx, what: str, *, by: MemberId | None, about: MemberId | None, note: str = "") -> None:
    """Add an entry; the oldest goes if there are too many."""
    row = {"at_ms": tx.now_ms, "what": what, "by": by, "about": about, "note": note[:MAX_LOG_NOTE]}
    rows.add(tx, "house_steward_log", row)
    tx.connection.execute(
        "DELETE FROM house_steward_log WHERE number <="
        " (SELECT max(number) FROM house_steward_log) - ?",
        (MAX_LOG,),
    )


def entries(connection: sqlite3.Connection, limit: int) -> list[Entry]:
    """Return the newest entries, the newest first."""
    found = rows.select(
        connection, "house_steward_log", "ORDER BY number DESC LIMIT ?", (min(limit, MAX_LOG),)
    )
    return [Entry(**row) for row in found]
