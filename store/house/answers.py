"""Answers to this pod's listings, and what it remembers of each listing besides its words.

Spec: docs/kinds.md §2.5. Who helped whom stands here and nowhere else, and is deleted 30 days
after it is over.
"""

import sqlite3
from collections.abc import Sequence
from typing import Any, Final, NamedTuple

from protocol.aid.house.limits import MAX_ANSWERS, MAX_ANSWERS_OF_POD
from protocol.aid.life import Standing
from protocol.identity import PodId
from store.database import Tx
from store.house import rows

TABLES: Final = (
    """
-- What somebody said to a listing of this pod, and how it stands.
CREATE TABLE IF NOT EXISTS house_answer (
  rid BLOB NOT NULL CHECK (length(rid) = 16),
  number INTEGER NOT NULL,          -- 1 for the first one to this listing
  title TEXT NOT NULL,              -- of the listing, which may be withdrawn meanwhile
  pod BLOB,                         -- who sent it in a letter; null from a member of this pod
  letter BLOB,                      -- message id of that letter
  member BLOB REFERENCES house_member ON DELETE CASCADE,
  "by" TEXT,
  words TEXT,
  contact TEXT,
  qty INTEGER NOT NULL CHECK (qty > 0),
  day TEXT,                         -- of a listing that repeats
  standing TEXT NOT NULL,
  is_late INTEGER NOT NULL CHECK (is_late IN (0, 1)),  -- came when the listing was closed
  told TEXT,                        -- what was last written back to that pod
  came_s INTEGER NOT NULL,          -- Unix time
  over_s INTEGER,                   -- since when it is over, by a clock that was synced
  PRIMARY KEY (rid, number)
) STRICT, WITHOUT ROWID
""",
    # A letter is taken once, and a pod's letters to one listing are counted.
    """
CREATE UNIQUE INDEX IF NOT EXISTS house_answer_by_letter ON house_answer (pod, letter)
  WHERE pod IS NOT NULL
""",
    """
-- What is remembered of a listing of this pod and said to nobody.
CREATE TABLE IF NOT EXISTS house_listing_life (
  rid BLOB PRIMARY KEY CHECK (length(rid) = 16),
  confirmed_s INTEGER,              -- when its people last said that it is still true
  over_s INTEGER                    -- since when it is over, by a clock that was synced
) STRICT, WITHOUT ROWID
""",
)


class Answer(NamedTuple):
    """One answer. Field by field as the table says; standing: one of Standing."""

    rid: bytes
    number: int
    title: str
    pod: PodId | None
    letter: bytes | None
    member: bytes | None
    by: str | None
    words: str | None
    contact: str | None
    qty: int
    day: str | None
    standing: Standing
    is_late: bool
    told: str | None
    came_s: int
    over_s: int | None


# --- Answers ---


def add(tx: Tx, answer: Answer) -> int | None:
    """Save an answer under the next number of its listing.

    None if there are too many, or the letter was taken before.
    """
    row = answer._asdict()
    del row["number"]
    if answer.pod and answer.letter and of_letter(tx.connection, answer.pod, answer.letter):
        return None
    has, of_pod, last = tx.connection.execute(
        "SELECT count(*), count(*) FILTER (WHERE pod = ?), ifnull(max(number), 0)"
        " FROM house_answer WHERE rid = ?",
        (answer.pod, answer.rid),
    ).fetchone()
    if has >= MAX_ANSWERS or of_pod >= MAX_ANSWERS_OF_POD:
        return None
    rows.add(tx, "house_answer", {"number": last + 1, **row})
    return int(last) + 1


def save(tx: Tx, answer: Answer) -> None:
    """Save what became of an answer."""
    tx.connection.execute(
        "UPDATE house_answer SET standing = ?, qty = ?, day = ?, told = ?"
        " WHERE rid = ? AND number = ?",
        (answer.standing.value, answer.qty, answer.day, answer.told, answer.rid, answer.number),
    )


def of_listing(connection: sqlite3.Connection, rid: bytes) -> list[Answer]:
    """Return the answers to one listing in the order in which they came."""
    return _answers(connection, "WHERE rid = ? ORDER BY number", (rid,))


def answer(connection: sqlite3.Connection, rid: bytes, number: int) -> Answer | None:
    found = _answers(connection, "WHERE rid = ? AND number = ?", (rid, number))
    return found[0] if found else None


def of_letter(connection: sqlite3.Connection, pod: PodId, letter: bytes) -> Answer | None:
    """Return the answer that a letter brought."""
    found = _answers(connection, "WHERE pod = ? AND letter = ?", (pod, letter))
    return found[0] if found else None


def all_answers(connection: sqlite3.Connection) -> list[Answer]:
    """Return all that are kept, the oldest first."""
    return _answers(connection, "ORDER BY came_s, rid, number")


def promised_on(connection: sqlite3.Connection, rid: bytes, day: str | None) -> int:
    """Return how many of a listing are promised for one day."""
    row = connection.execute(
        "SELECT ifnull(sum(qty), 0) FROM house_answer WHERE rid = ? AND standing = ? AND day IS ?",
        (rid, Standing.PROMISED.value, day),
    ).fetchone()
    return int(row[0])


def of_member(connection: sqlite3.Connection, member: bytes) -> list[Answer]:
    """Return what one member of this pod asked."""
    return _answers(connection, "WHERE member = ?", (member,))


def waiting_of(connection: sqlite3.Connection, member: bytes) -> list[tuple[bytes, str]]:
    """Return rid and title of what somebody looks after, or typed for another, and is asked for."""
    found = connection.execute(
        "SELECT rid, title FROM house_answer WHERE standing = ? AND rid IN"
        " (SELECT rid FROM house_listing_of WHERE member = ?"
        " UNION SELECT rid FROM house_typed_thing WHERE member = ?)"
        " ORDER BY came_s",
        (Standing.WAITING.value, member, member),
    )
    return list(dict(found.fetchall()).items())


def typed_by(connection: sqlite3.Connection, member: bytes) -> list[Answer]:
    """Return the answers that somebody typed for others."""
    where = "WHERE (rid, number) IN (SELECT rid, number FROM house_typed_answer WHERE member = ?)"
    return _answers(connection, where, (member,))


def drop(tx: Tx, answer: Answer) -> None:
    """Delete one answer."""
    rows.delete(tx, "house_answer", "rid = ? AND number = ?", (answer.rid, answer.number))


# --- Forgetting ---


def standing(connection: sqlite3.Connection, which: Sequence[Standing]) -> list[Answer]:
    """Return all that stand in one of these ways, the oldest first."""
    marks = ", ".join("?" * len(which))
    where = f"WHERE standing IN ({marks}) ORDER BY came_s, rid, number"
    return _answers(connection, where, [it.value for it in which])


def note_over(tx: Tx, answer: Answer, over_s: int | None) -> None:
    """Note since when an answer is over; None: it is not."""
    tx.connection.execute(
        "UPDATE house_answer SET over_s = ? WHERE rid = ? AND number = ?",
        (over_s, answer.rid, answer.number),
    )


def forget_over(tx: Tx, before_s: int) -> int:
    """Delete the answers that are over since before before_s; return how many."""
    return rows.delete(tx, "house_answer", "over_s < ?", (before_s,))


# --- What is remembered of a listing ---


class Life(NamedTuple):
    """What is remembered of one listing. confirmed_s, over_s: None for never, not over."""

    confirmed_s: int | None = None
    over_s: int | None = None


def lives(connection: sqlite3.Connection) -> dict[bytes, Life]:
    """Return what is remembered of each listing, by rid."""
    found = connection.execute("SELECT rid, confirmed_s, over_s FROM house_listing_life")
    return {rid: Life(confirmed_s, over_s) for rid, confirmed_s, over_s in found}


def save_life(tx: Tx, rid: bytes, life: Life) -> None:
    rows.save(tx, "house_listing_life", {"rid": rid, **life._asdict()}, key=("rid",))


def confirm(tx: Tx, rid: bytes) -> None:
    """Note that its people say now that a listing is still true."""
    row = {"rid": rid, "confirmed_s": tx.now_ms // 1000}
    rows.save(tx, "house_listing_life", row, key=("rid",))


def forget_life(tx: Tx, rid: bytes) -> None:
    """Forget a listing that is no more."""
    rows.delete(tx, "house_listing_life", "rid = ?", (rid,))


# --- Rows ---


def _answers(
    connection: sqlite3.Connection, where: str, values: Sequence[object] = ()
) -> list[Answer]:
    return [_answer(row) for row in rows.select(connection, "house_answer", where, values)]


def _answer(row: dict[str, Any]) -> Answer:
    standing, is_late = Standing(row.pop("standing")), bool(row.pop("is_late"))
    return Answer(**row, standing=standing, is_late=is_late)
