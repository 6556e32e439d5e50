"""The board: what the travelling kinds of mutual aid say, laid out for pages and lists.

Derived from records (docs/kinds.md §2.5): everything here can be dropped and made again. The
store calls apply in the transaction that changes the set, so board and records never differ.
This module is a store.Projection.
"""

import re
import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Final, NamedTuple

from protocol.aid.fields import fold
from protocol.aid.listing import LISTING, Audience, Listing, read_fields, read_listing
from protocol.errors import UnfitBody
from protocol.identity import PodId
from protocol.record import RID_BYTES, Record, Scope, Slot, read_record

TABLES: Final = (
    """
-- What the board filters, sorts and searches by, one row for each listing that can be shown; all
-- of a listing is in its payload. A rowid table: keyed on the random slot, its wide rows would
-- be inserted all over the file.
CREATE TABLE aid_listing (
  number INTEGER PRIMARY KEY,
  author BLOB NOT NULL,             -- pod id
  scope INTEGER NOT NULL CHECK (scope BETWEEN 0 AND 2),  -- 1 near, 2 network; 0 this pod only
  rid BLOB NOT NULL,
  record BLOB,                      -- id of its record; null for this pod only, which has none
  stamp_ms INTEGER NOT NULL,        -- Unix time of signing
  posted_s INTEGER NOT NULL,        -- Unix time; a renewal moves the stamp, not this
  valid_until_s INTEGER NOT NULL,   -- Unix time at which it closes, 0 for no end
  type TEXT NOT NULL,
  category TEXT NOT NULL,
  status TEXT NOT NULL,
  remaining INTEGER,                -- 0: all of it is promised
  title TEXT NOT NULL,
  words TEXT NOT NULL,              -- title, details, tags and place, folded for searching
  payload BLOB NOT NULL
) STRICT
""",
    """
-- By which rules the rows above were made: see LAYOUT.
CREATE TABLE aid_layout (version INTEGER NOT NULL) STRICT
""",
)
INDEXES: Final = (
    # The slot: a new version takes the place of the old one. The rid first, as people name it.
    "CREATE UNIQUE INDEX aid_listing_by_slot ON aid_listing (rid, author, scope)",
    # The order of the board, so that a page is read without sorting all of it.
    "CREATE INDEX aid_listing_by_posted ON aid_listing (posted_s)",
)
LAYOUT: Final = 1
"""Raised with every change of TABLES, INDEXES or the rules in protocol/aid: rows made by others
are made anew."""

MAX_PAGE: Final = 1000
"""Items of one page, whatever is asked; an export reads page by page."""


class Placed(NamedTuple):
    """A listing's payload and its slot. One for this pod only has scope 0 and no record."""

    author: PodId
    scope: int
    rid: bytes
    record: bytes | None
    stamp_ms: int
    valid_until_s: int
    payload: bytes


class Position(NamedTuple):
    """Where on the board an item stands; the next page begins after it."""

    posted_s: int
    number: int


@dataclass(frozen=True, slots=True, kw_only=True)
class BoardItem:
    """One listing as the board shows it. record: id of its record, None for this pod only."""

    author: PodId
    audience: Audience
    rid: bytes
    record: bytes | None
    stamp_ms: int
    posted_s: int
    valid_until_s: int
    listing: Listing
    position: Position


@dataclass(frozen=True, slots=True, kw_only=True)
class BoardQuery:
    """Which listings, newest first. Every field given narrows; none is all that is open.

    words: each of them occurs in title, details, tags or place, whatever case and accents.
    """

    type: str | None = None
    category: str | None = None
    audience: Audience | None = None
    author: PodId | None = None
    not_author: PodId | None = None
    open_only: bool = True
    words: str = ""
    after: Position | None = None
    limit: int = 50


# --- Writing, inside the act that changes the records ---


def apply(connection: sqlite3.Connection, taken: Sequence[Record], gone: Sequence[Slot]) -> None:
    """Show taken, which are fit or withdrawals, and no longer show gone; no slot is in both."""
    listings = [record for record in taken if record.kind == LISTING]
    withdrawn = [record.slot for record in listings if record.payload is None]
    remove(connection, [*gone, *withdrawn])
    show(connection, _placed(listings))


def show(connection: sqlite3.Connection, placed: Iterable[Placed]) -> None:
    """Put listings on the board, each in place of the last version of its slot.

    Payloads are fit: they were checked when they were stored, or were written here.
    """
    connection.executemany(_INSERT, map(_row, placed))


def remove(connection: sqlite3.Connection, slots: Iterable[Slot]) -> None:
    """Take what is in these slots off the board; slots of other kinds are passed over."""
    connection.executemany(
        "DELETE FROM aid_listing WHERE rid = ? AND author = ? AND scope = ?",
        [(rid, author, scope) for author, scope, kind, rid in slots if kind == LISTING],
    )


def is_current(connection: sqlite3.Connection) -> bool:
    """Tell whether the board was made by the rules of this version; if not, rebuild it."""
    made = "SELECT 1 FROM sqlite_schema WHERE type = 'table' AND name = 'aid_layout'"
    if not connection.execute(made).fetchone():
        return False
    return connection.execute("SELECT version FROM aid_layout").fetchall() == [(LAYOUT,)]


def rebuild(connection: sqlite3.Connection, pod_only: Iterable[Placed] = ()) -> None:
    """Make the board anew from the records of the set, and from what never left this pod.

    Fitness is judged again, as the rules may have changed since a record came.
    """
    for table in ("aid_listing", "aid_layout"):
        connection.execute(f"DROP TABLE IF EXISTS {table}")
    for statement in TABLES:
        connection.execute(statement)
    connection.execute("INSERT INTO aid_layout VALUES (?)", (LAYOUT,))
    show(connection, filter(_is_fit, _placed(_records(connection))))
    show(connection, filter(_is_fit, pod_only))
    for statement in INDEXES:  # after the rows: sorted once, not grown
        connection.execute(statement)


# --- Reading ---


def board(connection: sqlite3.Connection, query: BoardQuery, *, now_s: int) -> list[BoardItem]:
    """Return a page of the board, newest first; less than query.limit items end it."""
    where, values = _narrowed(query, now_s)
    rows = connection.execute(
        f"SELECT {_COLUMNS} FROM aid_listing WHERE {where}"  # noqa: S608  # conditions are ours
        " ORDER BY posted_s DESC, number DESC LIMIT ?",
        (*values, min(query.limit, MAX_PAGE)),
    )
    return [_item(row) for row in rows]


def count(connection: sqlite3.Connection, query: BoardQuery, *, now_s: int) -> int:
    """Return how many listings all pages of query hold."""
    where, values = _narrowed(query, now_s)
    found = connection.execute(
        f"SELECT count(*) FROM aid_listing WHERE {where}",  # noqa: S608  # as above
        values,
    )
    return int(found.fetchone()[0])


def find(
    connection: sqlite3.Connection, rid_begins: str, *, author: PodId | None = None, limit: int = 2
) -> list[BoardItem]:
    """Return listings, open or not, whose rid begins so; two are enough to see an ambiguity.

    rid_begins: hexadecimal, upper or lower case; anything else is found nowhere. author: of this
    pod alone; without it, mind that another pod may have used a rid that is ours.
    """
    digits = 2 * RID_BYTES
    if not re.fullmatch(rf"[0-9a-fA-F]{{0,{digits}}}", rid_begins):
        return []
    least, most = (bytes.fromhex(rid_begins.ljust(digits, end)) for end in "0f")
    rows = connection.execute(
        f"SELECT {_COLUMNS} FROM aid_listing"  # noqa: S608  # no value in the text
        " WHERE rid BETWEEN ? AND ? AND author = ifnull(?, author) ORDER BY rid LIMIT ?",
        (least, most, author, limit),
    )
    return [_item(row) for row in rows]


# --- Rows ---

_COLUMNS: Final = "number, author, scope, rid, record, stamp_ms, posted_s, valid_until_s, payload"
_INSERT: Final = """
INSERT OR REPLACE INTO aid_listing (author, scope, rid, record, stamp_ms, posted_s,
  valid_until_s, type, category, status, remaining, title, words, payload)
VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
"""


def _records(connection: sqlite3.Connection) -> Iterator[Record]:
    rows = connection.execute(
        "SELECT body, signature FROM record WHERE place = 1 AND kind = ?", (LISTING,)
    )
    for body, signature in rows:
        yield read_record(body, signature)


def _placed(records: Iterable[Record]) -> Iterator[Placed]:
    """Yield what of records is to be shown: all but withdrawals."""
    for record in records:
        if record.payload is not None:
            yield Placed(
                record.author,
                record.scope,
                record.rid,
                record.id,
                record.stamp_ms,
                record.valid_until_s,
                record.payload,
            )


def _is_fit(placed: Placed) -> bool:
    try:
        read_listing(placed.payload)
    except UnfitBody:
        return False
    return True


def _row(placed: Placed) -> tuple[object, ...]:
    author, scope, rid, record, stamp_ms, valid_until_s, payload = placed
    said: dict[str, Any] = read_fields(payload)
    title, details, place = said["title"], said.get("details", ""), said.get("place", "")
    # A time of posting after the signing would keep a listing on top of every board.
    signed_s = stamp_ms // 1000
    posted_s = min(said.get("posted_s", signed_s), signed_s)
    return (
        author,
        scope,
        rid,
        record,
        stamp_ms,
        posted_s,
        valid_until_s,
        said["type"],
        said["category"],
        said["status"],
        said.get("left"),
        title,
        fold("\n".join((title, details, place, *said.get("tags", ())))),
        payload,
    )


def _item(row: tuple[Any, ...]) -> BoardItem:
    number, author, scope, rid, record, stamp_ms, posted_s, valid_until_s, payload = row
    audience = Audience[Scope(scope).name] if scope else Audience.POD
    return BoardItem(
        author=author,
        audience=audience,
        rid=rid,
        record=record,
        stamp_ms=stamp_ms,
        posted_s=posted_s,
        valid_until_s=valid_until_s,
        # An author who told everybody too much is shown no nearer than everybody should see.
        listing=read_listing(payload).for_audience(audience),
        position=Position(posted_s, number),
    )


def _narrowed(query: BoardQuery, now_s: int) -> tuple[str, list[object]]:
    """Return the condition of query, and the values for its question marks."""
    parts: list[tuple[str, Sequence[object]]] = [
        ("author NOT IN (SELECT pod_id FROM author WHERE hidden)", ()),
    ]
    scope = None if query.audience is None else int(query.audience.scope or 0)
    parts += [
        (f"{column} = ?", (value,))
        for column, value in (
            ("type", query.type),
            ("category", query.category),
            ("scope", scope),
            ("author", query.author),
        )
        if value is not None
    ]
    if query.not_author is not None:
        parts.append(("author <> ?", (query.not_author,)))
    if query.open_only:
        parts.append(("status = 'open' AND remaining IS NOT 0", ()))
        parts.append(("(valid_until_s = 0 OR valid_until_s > ?)", (now_s,)))
    parts += [("instr(words, ?)", (word,)) for word in fold(query.words).split()]
    if query.after is not None:
        parts.append(("(posted_s, number) < (?, ?)", query.after))
    where = " AND ".join(condition for condition, _ in parts)
    return where, [value for _, values in parts for value in values]
