"""Who typed a thing for somebody else: they look after it too, as nobody else could.

Pages: docs/house.md §1.4. Whose it is stands in house_listing_of and house_answer; with a row
there goes the one here.
"""

import sqlite3
from typing import Final

from protocol.aid.house.rights import MemberId
from store.database import Tx
from store.house import rows

TABLES: Final = (
    """
-- Who typed a thing of this pod for somebody else.
CREATE TABLE IF NOT EXISTS house_typed_thing (
  rid BLOB PRIMARY KEY REFERENCES house_listing_of ON DELETE CASCADE,
  member BLOB NOT NULL REFERENCES house_member ON DELETE CASCADE
) STRICT, WITHOUT ROWID
""",
    "CREATE INDEX IF NOT EXISTS house_typed_thing_member ON house_typed_thing (member)",
    """
-- Who typed an answer to a listing for somebody else.
CREATE TABLE IF NOT EXISTS house_typed_answer (
  rid BLOB NOT NULL,
  number INTEGER NOT NULL,
  member BLOB NOT NULL REFERENCES house_member ON DELETE CASCADE,
  PRIMARY KEY (rid, number),
  FOREIGN KEY (rid, number) REFERENCES house_answer ON DELETE CASCADE
) STRICT, WITHOUT ROWID
""",
    "CREATE INDEX IF NOT EXISTS house_typed_answer_member ON house_typed_answer (member)",
)


def note_thing(tx: Tx, rid: bytes, member: MemberId) -> None:
    """Note who typed a thing."""
    rows.save(tx, "house_typed_thing", {"rid": rid, "member": member}, key=("rid",))


def note_answer(tx: Tx, rid: bytes, number: int, member: MemberId) -> None:
    """Note who typed an answer."""
    row = {"rid": rid, "number": number, "member": member}
    rows.save(tx, "house_typed_answer", row, key=("rid", "number"))


def typist(connection: sqlite3.Connection, rid: bytes) -> MemberId | None:
    """Return who typed a thing for somebody else, None if nobody did, or they have left."""
    for row in rows.select(connection, "house_typed_thing", "WHERE rid = ?", (rid,)):
        return bytes(row["member"])
    return None


def things_of(connection: sqlite3.Connection, member: MemberId) -> list[bytes]:
    """Return the rids of what somebody typed for others."""
    found = rows.select(connection, "house_typed_thing", "WHERE member = ? ORDER BY rid", (member,))
    return [row["rid"] for row in found]


def answers_of(connection: sqlite3.Connection, member: MemberId) -> set[tuple[bytes, int]]:
    """Return the answers that somebody typed for others: rid of the listing, and number."""
    found = rows.select(connection, "house_typed_answer", "WHERE member = ?", (member,))
    return {(row["rid"], row["number"]) for row in found}
