"""Letters between this pod and others: what came, what was sent, and what became of it.

Spec: docs/kinds.md §12. They are private and never leave but sealed, as the mail of store/mail.py.
"""

import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Any, Final

from protocol.aid.limits import LETTERS_FROM_NEIGHBOUR, LETTERS_SENT
from protocol.identity import PodId
from store.database import Tx
from store.house import rows

TABLES: Final = (
    """
-- A letter of ours to another pod, or of another pod to us.
CREATE TABLE IF NOT EXISTS house_letter (
  number INTEGER PRIMARY KEY,       -- in order, as written or as come
  is_ours INTEGER NOT NULL CHECK (is_ours IN (0, 1)),
  pod_id BLOB NOT NULL,             -- the other pod
  message_id BLOB NOT NULL,
  content BLOB NOT NULL,            -- as docs/kinds.md §12 has it; of others', perhaps not
  written_s INTEGER NOT NULL,       -- Unix time, by the clock of who wrote it
  fate TEXT NOT NULL CHECK (fate IN ('sent', 'arrived', 'given up', 'unseen', 'seen')),
  settled_s INTEGER NOT NULL,       -- Unix time at which it came or its fate was known; 0: not yet
  brought_by BLOB                   -- of others': the neighbour that delivered it
) STRICT
""",
    """
CREATE UNIQUE INDEX IF NOT EXISTS house_letter_by_id ON house_letter (message_id, pod_id, is_ours)
""",
)


class Fate(StrEnum):
    """What became of a letter. Of ours SENT, ARRIVED or GIVEN_UP; of others' UNSEEN or SEEN."""

    SENT = "sent"
    ARRIVED = "arrived"
    GIVEN_UP = "given up"
    UNSEEN = "unseen"
    SEEN = "seen"


@dataclass(frozen=True, slots=True, kw_only=True)
class KeptLetter:
    """One letter. settled_s: when it came, arrived or was given up; 0 for not yet."""

    number: int = 0
    is_ours: bool
    pod_id: PodId
    message_id: bytes
    content: bytes
    written_s: int
    fate: Fate
    settled_s: int = 0
    brought_by: PodId | None = None


def add(tx: Tx, letter: KeptLetter) -> KeptLetter:
    """Keep a letter; of our own that are settled the oldest go beyond LETTERS_SENT."""
    row = {name: getattr(letter, name) for name in KeptLetter.__slots__ if name != "number"}
    number = rows.add(tx, "house_letter", row)
    rows.delete(
        tx,
        "house_letter",
        "is_ours = 1 AND fate <> 'sent' AND number <= (SELECT number FROM house_letter"
        " WHERE is_ours = 1 ORDER BY number DESC LIMIT 1 OFFSET ?)",
        (LETTERS_SENT,),
    )
    return replace(letter, number=number)


def has_room(connection: sqlite3.Connection, brought_by: PodId) -> bool:
    """Tell whether one more letter that this neighbour delivers can be kept."""
    (count,) = connection.execute(
        "SELECT count(*) FROM house_letter WHERE is_ours = 0 AND brought_by = ?", (brought_by,)
    ).fetchone()
    return int(count) < LETTERS_FROM_NEIGHBOUR


def set_fate(tx: Tx, letter: KeptLetter, fate: Fate, *, settled_s: int | None = None) -> None:
    """Note what became of a letter."""
    tx.connection.execute(
        "UPDATE house_letter SET fate = ?, settled_s = ifnull(?, settled_s) WHERE number = ?",
        (fate.value, settled_s, letter.number),
    )


def of_ours(connection: sqlite3.Connection, message_id: bytes) -> KeptLetter | None:
    """Return the letter of ours with this id."""
    found = _letters(connection, "WHERE message_id = ? AND is_ours = 1", (message_id,))
    return found[0] if found else None


def find(connection: sqlite3.Connection, digits: str) -> list[KeptLetter]:
    """Return the letters whose ids begin with these hexadecimal digits."""
    return _letters(
        connection, "WHERE lower(hex(message_id)) LIKE ? || '%' ORDER BY number", (digits,)
    )


def all_letters(connection: sqlite3.Connection) -> list[KeptLetter]:
    """Return all letters, the newest first."""
    return _letters(connection, "ORDER BY number DESC")


def unseen(connection: sqlite3.Connection) -> int:
    """Return how many letters have come that nobody has looked at."""
    row = connection.execute("SELECT count(*) FROM house_letter WHERE fate = 'unseen'").fetchone()
    return int(row[0])


def forget(tx: Tx, letter: KeptLetter) -> None:
    """Keep a letter no longer."""
    rows.delete(tx, "house_letter", "number = ?", (letter.number,))


def forget_old(tx: Tx, before_s: int) -> None:
    """Forget what was settled before before_s; what is under way stays."""
    rows.delete(tx, "house_letter", "settled_s > 0 AND settled_s < ?", (before_s,))


def _letters(
    connection: sqlite3.Connection, rest: str, values: Sequence[object] = ()
) -> list[KeptLetter]:
    return [_letter(row) for row in rows.select(connection, "house_letter", rest, values)]


def _letter(row: dict[str, Any]) -> KeptLetter:
    return KeptLetter(**row | {"is_ours": bool(row["is_ours"]), "fate": Fate(row["fate"])})
