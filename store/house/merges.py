"""Two entries of one person: said to be, put together, and apart again. Pages: docs/house.md §1.6.

What is moved is found in the tables themselves, so that a table that is added tomorrow is moved
too. Of each row that moved its key is kept for a while, and the whole of a row only where it had
no place beside another.
"""

import json
import sqlite3
from collections.abc import Iterator, Mapping
from contextlib import suppress
from typing import Any, Final, NamedTuple

from protocol.aid.house.rights import MemberId
from store.database import Tx
from store.house import rows

TABLES: Final = (
    """
-- Two entries of which a steward said that they are one person. Each yes: of who signs in as it.
CREATE TABLE IF NOT EXISTS house_merge_offer (
  goes BLOB NOT NULL REFERENCES house_member ON DELETE CASCADE,
  stays BLOB NOT NULL REFERENCES house_member ON DELETE CASCADE,
  said_by BLOB REFERENCES house_member ON DELETE SET NULL,
  said_s INTEGER NOT NULL,
  goes_yes INTEGER NOT NULL CHECK (goes_yes IN (0, 1)),
  stays_yes INTEGER NOT NULL CHECK (stays_yes IN (0, 1)),
  PRIMARY KEY (goes, stays)
) STRICT, WITHOUT ROWID
""",
    """
-- Two entries that were put together. goes: an id that has no row now. AUTOINCREMENT: no number
-- comes twice.
CREATE TABLE IF NOT EXISTS house_merge (
  number INTEGER PRIMARY KEY AUTOINCREMENT,
  stays BLOB NOT NULL REFERENCES house_member ON DELETE CASCADE,
  goes BLOB NOT NULL CHECK (length(goes) = 16),
  done_s INTEGER NOT NULL,          -- Unix time
  was TEXT NOT NULL                 -- JSON: both profiles and contacts as they were
) STRICT
""",
    """
-- What moved: where it stands since (key), and what of it was otherwise. is_whole: it had no place
-- and stands nowhere else.
CREATE TABLE IF NOT EXISTS house_merge_row (
  merge INTEGER NOT NULL REFERENCES house_merge ON DELETE CASCADE,
  number INTEGER NOT NULL,
  name TEXT NOT NULL,               -- of the table
  key TEXT NOT NULL,                -- JSON
  was TEXT NOT NULL,                -- JSON
  is_whole INTEGER NOT NULL CHECK (is_whole IN (0, 1)),
  PRIMARY KEY (merge, number)
) STRICT, WITHOUT ROWID
""",
)
_LEFT_ALONE: Final = frozenset(
    # Written anew, or said of the entry itself and gone with it.
    (
        *("house_contact", "house_tree", "house_device_code", "house_import_person"),
        *("house_merge_offer", "house_merge"),
    )
)
_ALSO: Final = (("house_care_viewer", "member"),)
"""What names a person by another table than that of people."""
_PAIRS: Final = {"house_buddies": ("one", "other"), "house_care_viewer": ("member", "viewer")}
"""Tables in which nobody stands beside themselves; buddies in order of their ids."""

Row = dict[str, Any]


class Offer(NamedTuple):
    """Two entries that may be one person. said_by: None at the machine, or who has left."""

    goes: MemberId
    stays: MemberId
    said_by: MemberId | None
    said_s: int
    goes_yes: bool = False
    stays_yes: bool = False


class Merge(NamedTuple):
    """Two entries that were put together. was: what the caller keeps of both."""

    number: int
    stays: MemberId
    goes: MemberId
    done_s: int
    was: Mapping[str, Any]


# --- Offers ---


def put_offer(tx: Tx, offer: Offer) -> None:
    """Save what somebody said, or who said yes to it."""
    rows.save(tx, "house_merge_offer", offer._asdict(), key=("goes", "stays"))


def offers(connection: sqlite3.Connection) -> list[Offer]:
    """Return all that wait, the oldest first."""
    found = rows.select(connection, "house_merge_offer", "ORDER BY said_s, goes, stays")
    return [
        Offer(**it | {"goes_yes": bool(it["goes_yes"]), "stays_yes": bool(it["stays_yes"])})
        for it in found
    ]


def delete_offer(tx: Tx, offer: Offer) -> None:
    """Forget what was said."""
    rows.delete(tx, "house_merge_offer", "goes = ? AND stays = ?", offer[:2])


def forget_old(tx: Tx, said_before_s: int, done_before_s: int) -> None:
    """Forget what nobody answered, and how to take apart what was put together long ago."""
    rows.delete(tx, "house_merge_offer", "said_s < ?", (said_before_s,))
    rows.delete(tx, "house_merge", "done_s < ?", (done_before_s,))


# --- Putting together ---


def begin(tx: Tx, stays: MemberId, goes: MemberId, was: Mapping[str, Any]) -> int:
    """Note that two entries are put together; return the number of it."""
    row = {"stays": stays, "goes": goes, "done_s": tx.now_ms // 1000, "was": _packed(was)}
    return rows.add(tx, "house_merge", row)


def merges(connection: sqlite3.Connection) -> list[Merge]:
    """Return what can be taken apart again, the newest first."""
    found = rows.select(connection, "house_merge", "ORDER BY number DESC")
    return [Merge(**it | {"was": _unpacked(it["was"])}) for it in found]


def forget(tx: Tx, number: int) -> None:
    """Forget that two entries were put together."""
    rows.delete(tx, "house_merge", "number = ?", (number,))


def moved(connection: sqlite3.Connection, number: int) -> tuple[str, ...]:
    """Return of which tables something moved; what had no place is under the empty name."""
    found = connection.execute(
        "SELECT DISTINCT CASE is_whole WHEN 1 THEN '' ELSE name END AS place FROM house_merge_row"
        " WHERE merge = ? ORDER BY place",
        (number,),
    )
    return tuple(table for (table,) in found)


def move(tx: Tx, number: int, stays: MemberId, goes: MemberId) -> None:
    """Let all that is somebody's be somebody else's, whom it is said that they are."""
    # For this act alone: a note and who reads it move one after the other.
    tx.connection.execute("PRAGMA defer_foreign_keys = ON")
    book = _Book(tx, number, stays, goes)
    book.drop_older_note()
    for table, column in _columns(tx.connection):
        for row in list(rows.select(tx.connection, table, f"WHERE {column} = ?", (goes,))):
            book.move(table, column, row)
    book.drop_own_positions()


def move_back(tx: Tx, merge: Merge) -> None:
    """Give back what moved and is still there, and what had no place."""
    connection = tx.connection
    connection.execute("PRAGMA defer_foreign_keys = ON")
    found = list(rows.select(connection, "house_merge_row", "WHERE merge = ?", (merge.number,)))
    for row in reversed(found):  # of one that moved twice, the last move first
        if not row["is_whole"]:
            was, key = _unpacked(row["was"]), _unpacked(row["key"])
            assign = ", ".join(f'"{name}" = ?' for name in was)
            connection.execute(
                f"UPDATE OR IGNORE {row['name']} SET {assign} WHERE {_where(key)}",  # noqa: S608
                [*was.values(), *key.values()],
            )
    connection.execute("PRAGMA defer_foreign_keys = OFF")
    for row in found:
        if row["is_whole"]:
            with suppress(sqlite3.IntegrityError):  # what it belonged to has gone meanwhile
                rows.add(tx, row["name"], _unpacked(row["was"]))


class _Book:
    """Moves rows in one act, and writes down how they were."""

    def __init__(self, tx: Tx, number: int, stays: MemberId, goes: MemberId) -> None:
        self._tx, self._number = tx, number
        self._stays, self._goes = stays, goes
        self._noted = 0

    def drop_older_note(self) -> None:
        """Of two care notes keep the newer, with its own readers: no words get others."""
        where = "WHERE member IN (?, ?) ORDER BY written_s DESC, member = ? DESC"
        values = (self._stays, self._goes, self._stays)
        notes = list(rows.select(self._tx.connection, "house_care_note", where, values))
        for note in notes[1:]:
            at = (note["member"],)
            readers = list(
                rows.select(self._tx.connection, "house_care_viewer", "WHERE member = ?", at)
            )
            self._note("house_care_note", {}, note, is_whole=True)
            for reader in readers:
                self.drop("house_care_viewer", reader)
            self._delete("house_care_note", note)

    def drop_own_positions(self) -> None:
        """Whom a proposal would have leave takes no position on it."""
        where = "WHERE member = ? AND proposal IN (SELECT id FROM house_proposal WHERE removes = ?)"
        values = (self._stays, self._stays)
        for row in list(rows.select(self._tx.connection, "house_position", where, values)):
            self.drop("house_position", row)

    def move(self, table: str, column: str, row: Row) -> None:
        """Let a row name who stays; where their own stands already, the one that counts stays."""
        key = _key_of(self._tx.connection, table)
        now = _in_order(table, row | {column: self._stays})
        if now is None:
            self.drop(table, row)
            return
        at = {name: now[name] for name in key}
        beside = _row_at(self._tx.connection, table, at) if column in key else None
        if beside is not None and not _counts_more(table, row, beside):
            self.drop(table, row)
            return
        if beside is not None:
            self.drop(table, beside)
        changed = {name: now[name] for name in now if now[name] != row[name]}
        was = {name: row[name] for name in changed}
        stood = {name: row[name] for name in key}
        assign = ", ".join(f'"{name}" = ?' for name in changed)
        self._tx.connection.execute(
            f"UPDATE {table} SET {assign} WHERE {_where(stood)}",  # noqa: S608  # names are ours
            [*changed.values(), *stood.values()],
        )
        self._note(table, at | changed, was, is_whole=False)

    def drop(self, table: str, row: Row) -> None:
        """Take a row out that has no place, and keep the whole of it."""
        self._note(table, {}, row, is_whole=True)
        self._delete(table, row)

    def _delete(self, table: str, row: Row) -> None:
        at = {name: row[name] for name in _key_of(self._tx.connection, table)}
        rows.delete(self._tx, table, _where(at), tuple(at.values()))

    def _note(self, table: str, key: Row, was: Row, *, is_whole: bool) -> None:
        self._noted += 1
        row = {"merge": self._number, "number": self._noted, "name": table}
        row |= {"key": _packed(key), "was": _packed(was), "is_whole": is_whole}
        rows.add(self._tx, "house_merge_row", row)


# --- Tables ---


def _columns(connection: sqlite3.Connection) -> Iterator[tuple[str, str]]:
    """Yield each table and column that names a person, but for those left alone."""
    tables = connection.execute(
        "SELECT name FROM sqlite_schema WHERE type = 'table' AND name LIKE 'house_%' ORDER BY name"
    )
    for (table,) in tables.fetchall():
        for _, _, referred, column, *_ in connection.execute(f"PRAGMA foreign_key_list({table})"):
            if referred == "house_member" and table not in _LEFT_ALONE:
                yield table, column
    yield from _ALSO


def _key_of(connection: sqlite3.Connection, table: str) -> list[str]:
    found = connection.execute(f"PRAGMA table_info({table})").fetchall()
    return [name for _, name, _, _, _, part in sorted(found, key=lambda it: it[5]) if part]


def _row_at(connection: sqlite3.Connection, table: str, key: Row) -> Row | None:
    found = rows.select(connection, table, f"WHERE {_where(key)}", tuple(key.values()))
    return next(found, None)


def _where(key: Row) -> str:
    return " AND ".join(f'"{name}" = ?' for name in key)


def _in_order(table: str, row: Row) -> Row | None:
    """Return a row as its table wants it; None for somebody beside themselves."""
    if table not in _PAIRS:
        return row
    one, other = _PAIRS[table]
    if row[one] == row[other]:
        return None
    if table == "house_buddies":
        row |= {one: min(row[one], row[other]), other: max(row[one], row[other])}
    return row


def _counts_more(table: str, goes: Row, stays: Row) -> bool:
    """Tell whether of two rows in one place the one of who goes is to stay."""
    if table == "house_check_in":
        return bool(goes["at_s"] > stays["at_s"])
    if table == "house_position":  # what they said themselves before what was written down
        return bool(stays["recorded"] > goes["recorded"])
    if table == "house_ability":
        has_words = bool(stays["note"] or stays["bounds"])
        return bool(goes["note"] or goes["bounds"]) and not has_words
    return False


def _packed(value: Mapping[str, Any]) -> str:
    return json.dumps(value, default=lambda it: {"hex": bytes(it).hex()}, ensure_ascii=False)


def _unpacked(text: str) -> dict[str, Any]:
    found = json.loads(text, object_hook=lambda it: bytes.fromhex(it["hex"]) if "hex" in it else it)
    return dict(found)
