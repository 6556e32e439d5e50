"""What files brought, and what stood there before: so that an import can be taken back.

Spec: docs/formats.md §6. The last MAX_IMPORTS of them; older ones are as good as typed by hand.
"""

import sqlite3
from typing import Final, NamedTuple

from protocol.aid.house.rights import MemberId
from store.database import Tx
from store.house import rows

TABLES: Final = (
    """
-- An import of a file that can still be taken back. AUTOINCREMENT: a number is never used again.
CREATE TABLE IF NOT EXISTS house_import (
  number INTEGER PRIMARY KEY AUTOINCREMENT,
  at_ms INTEGER NOT NULL,           -- Unix time
  kind INTEGER NOT NULL,            -- of what it brought
  file TEXT NOT NULL                -- its name, for people
) STRICT
""",
    """
-- What it wrote, and what that replaced: null for nothing.
CREATE TABLE IF NOT EXISTS house_import_row (
  import INTEGER NOT NULL REFERENCES house_import ON DELETE CASCADE,
  rid BLOB NOT NULL CHECK (length(rid) = 16),
  before BLOB,                      -- payload
  audience TEXT,
  valid_until_s INTEGER,
  PRIMARY KEY (import, rid)
) STRICT, WITHOUT ROWID
""",
    """
-- Whom it took in, and as what: a hash, so that it is known whether they are as they came.
CREATE TABLE IF NOT EXISTS house_import_person (
  member BLOB PRIMARY KEY REFERENCES house_member ON DELETE CASCADE,
  import INTEGER NOT NULL REFERENCES house_import ON DELETE CASCADE,
  as_came BLOB NOT NULL CHECK (length(as_came) = 32)
) STRICT, WITHOUT ROWID
""",
    "CREATE INDEX IF NOT EXISTS house_import_person_import ON house_import_person (import)",
)
PEOPLE: Final = 0
"""What stands for a kind where an import brought people: they are none, and never travel."""
MAX_FILE_NAME: Final = 80
MAX_IMPORTS: Final = 10
"""That can be taken back; beyond it the oldest is forgotten."""


class Import(NamedTuple):
    """One import that can be taken back. rows: how many things it wrote."""

    number: int
    at_ms: int
    kind: int
    file: str
    rows: int


class Before(NamedTuple):
    """What stood under a rid before an import; payload: None if nothing did."""

    rid: bytes
    payload: bytes | None
    audience: str | None
    valid_until_s: int | None


def begin(tx: Tx, kind: int, file: str) -> int:
    """Note that an import begins; return its number."""
    number = rows.add(
        tx, "house_import", {"at_ms": tx.now_ms, "kind": kind, "file": file[:MAX_FILE_NAME]}
    )
    rows.delete(tx, "house_import", "number <= ?", (number - MAX_IMPORTS,))
    return number


def note(tx: Tx, number: int, before: Before) -> None:
    """Note what stands under a rid before it is written, once an import."""
    tx.connection.execute(
        "INSERT OR IGNORE INTO house_import_row VALUES (?, ?, ?, ?, ?)", (number, *before)
    )


def imports(connection: sqlite3.Connection) -> list[Import]:
    """Return those that can be taken back, the newest first."""
    found = connection.execute(
        "SELECT number, at_ms, kind, file,"
        " (SELECT count(*) FROM house_import_row WHERE import = number)"
        " + (SELECT count(*) FROM house_import_person WHERE import = number)"
        " FROM house_import ORDER BY number DESC"
    )
    return [Import(*row) for row in found]


def before(connection: sqlite3.Connection, number: int) -> list[Before]:
    """Return what stood where an import wrote."""
    found = connection.execute(
        "SELECT rid, before, audience, valid_until_s FROM house_import_row WHERE import = ?",
        (number,),
    )
    return [Before(*row) for row in found]


def note_person(tx: Tx, number: int, member: MemberId, as_came: bytes) -> None:
    """Note whom an import took in, and the hash of how they came."""
    row = {"import": number, "member": member, "as_came": as_came}
    rows.save(tx, "house_import_person", row, key=("member",))


def people(connection: sqlite3.Connection, number: int) -> dict[MemberId, bytes]:
    """Return whom an import took in and who is still here, with the hash of how they came."""
    found = connection.execute(
        "SELECT member, as_came FROM house_import_person WHERE import = ?", (number,)
    )
    return dict(found.fetchall())


def forget_before(tx: Tx, at_ms: int) -> None:
    """Forget imports of before then: what people took back must not be kept for ever."""
    rows.delete(tx, "house_import", "at_ms < ?", (at_ms,))


def forget(tx: Tx, number: int) -> None:
    """Forget an import: it was taken back."""
    rows.delete(tx, "house_import", "number = ?", (number,))
