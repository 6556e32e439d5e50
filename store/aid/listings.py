"""The board: offers and needs, laid out for pages and lists. A part of store.aid.

Derived from records (docs/kinds.md §1.5): everything here can be dropped and made again.
"""

import sqlite3
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Final

from protocol.aid.audience import Audience
from protocol.aid.body import posted_s, read_fields
from protocol.aid.listing import LISTING, Listing, read_listing
from protocol.identity import PodId
from protocol.limits import LIFETIME_S
from protocol.record import Slot, rids_that_begin
from store.aid.placed import Placed, Position
from store.aid.search import WordIndex, index_text

KINDS: Final = frozenset({LISTING})
_WORDS: Final = WordIndex("aid_listing", ("rid", "author", "scope"))
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
  words TEXT NOT NULL,              -- title, details, tags, place, type, category, for searching
  payload BLOB NOT NULL
) STRICT
""",
    _WORDS.made,
)
INDEXES: Final = (
    # The slot: a new version takes the place of the old one. The rid first, as people name it.
    "CREATE UNIQUE INDEX aid_listing_by_slot ON aid_listing (rid, author, scope)",
    # The order of the board, so that a page is read without sorting all of it.
    "CREATE INDEX aid_listing_by_posted ON aid_listing (posted_s)",
    "CREATE INDEX aid_listing_by_author ON aid_listing (author, posted_s)",
    # What ends soon, of all pods.
    "CREATE INDEX aid_listing_by_any_end ON aid_listing (valid_until_s) WHERE status = 'open'",
    # What few may see.
    "CREATE INDEX aid_listing_by_scope ON aid_listing (scope, posted_s) WHERE scope <> 2",
    # What of one pod's waits for a word of its people.
    """
CREATE INDEX aid_listing_by_end ON aid_listing (author, valid_until_s, posted_s)
  WHERE status <> 'done'
""",
    _WORDS.learn_all,
)
MAX_PAGE: Final = 1000
"""Items of one page, whatever is asked; an export reads page by page."""
NO_BOUND: Final = -1
"""What SQLite takes for no limit."""


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

    words: each of them begins a word in title, details, tags or place, whatever case and
    accents, or means the category.  posted_since_s: not earlier.  ends_before_s: with an end that
    comes before; such a page is in the order of the ends, and has none after it.
    """

    type: str | None = None
    category: str | None = None
    audience: Audience | None = None
    author: PodId | None = None
    not_author: PodId | None = None
    open_only: bool = True
    words: str = ""
    posted_since_s: int | None = None
    ends_before_s: int | None = None
    after: Position | None = None
    limit: int = 50


# --- Writing, inside the act that changes the records ---


def fill(connection: sqlite3.Connection, placed: Iterable[Placed]) -> None:
    """Put listings on an empty board that has no INDEXES yet."""
    connection.executemany(_INSERT, map(_row, placed))


def show(connection: sqlite3.Connection, placed: Iterable[Placed]) -> None:
    """Put listings on the board, each in place of the last version of its slot; they are fit."""
    given = list(placed)
    _WORDS.forget(connection, [(it.rid, it.author, it.scope) for it in given])
    with _WORDS.learning(connection):
        fill(connection, given)


def remove(connection: sqlite3.Connection, slots: Iterable[Slot]) -> None:
    """Take what is in these slots off the board."""
    keys = [(rid, author, scope) for author, scope, _kind, rid in slots]
    _WORDS.forget(connection, keys)
    connection.executemany(
        "DELETE FROM aid_listing WHERE rid = ? AND author = ? AND scope = ?", keys
    )


def settle(connection: sqlite3.Connection) -> None:
    """Let the words of what is gone leave the file, a bounded part in one call."""
    _WORDS.settle(connection)


# --- Reading ---


def board(connection: sqlite3.Connection, query: BoardQuery, *, now_s: int) -> list[BoardItem]:
    """Return a page of the board, newest first; less than query.limit items end it."""
    where, values = _narrowed(connection, query, now_s)
    order = _NEWEST_FIRST if query.ends_before_s is None else "valid_until_s, number"
    rows = connection.execute(
        f"SELECT {_COLUMNS} FROM aid_listing WHERE {where}"  # noqa: S608  # conditions are ours
        f" ORDER BY {order} LIMIT ?",
        (*values, min(query.limit, MAX_PAGE)),
    )
    return [_item(row) for row in rows]


def count(
    connection: sqlite3.Connection, query: BoardQuery, *, now_s: int, most: int = NO_BOUND
) -> int:
    """Return how many listings all pages of query hold; `most` if there are as many or more."""
    where, values = _narrowed(connection, query, now_s)
    # In the order of the board, so that the index is read by which a page is found.
    found = connection.execute(
        f"SELECT count(*) FROM (SELECT 1 FROM aid_listing WHERE {where}"  # noqa: S608  # as above
        " ORDER BY posted_s DESC LIMIT ?)",
        (*values, most),
    )
    return int(found.fetchone()[0])


def find(
    connection: sqlite3.Connection, rid_begins: str, *, author: PodId | None = None, limit: int = 2
) -> list[BoardItem]:
    """Return listings, open or not, whose rid begins so; two are enough to see an ambiguity.

    rid_begins: hexadecimal, upper or lower case; anything else is found nowhere. author: of this
    pod alone; without it, mind that another pod may have used a rid that is ours.
    """
    between = rids_that_begin(rid_begins)
    if between is None:
        return []
    rows = connection.execute(
        f"SELECT {_COLUMNS} FROM aid_listing"  # noqa: S608  # no value in the text
        " WHERE rid BETWEEN ? AND ? AND author = ifnull(?, author) ORDER BY rid LIMIT ?",
        (*between, author, limit),
    )
    return [_item(row) for row in rows]


def ending(
    connection: sqlite3.Connection,
    author: PodId,
    *,
    from_s: int,
    before_s: int,
    posted_before_s: int,
    limit: int,
) -> list[BoardItem]:
    """Return what author has not finished and closes in this time, that which closes first.

    from_s, before_s: Unix time; 0 and 1 for what has no end.
    """
    rows = connection.execute(
        f"SELECT {_COLUMNS} FROM aid_listing"  # noqa: S608  # no value in the text
        " WHERE author = ? AND status <> 'done' AND valid_until_s >= ? AND valid_until_s < ?"
        " AND posted_s < ? ORDER BY valid_until_s, posted_s LIMIT ?",
        (author, from_s, before_s, posted_before_s, min(limit, MAX_PAGE)),
    )
    return [_item(row) for row in rows]


# --- Rows ---

_COLUMNS: Final = "number, author, scope, rid, record, stamp_ms, posted_s, valid_until_s, payload"
_NEWEST_FIRST: Final = "posted_s DESC, number DESC"
_INSERT: Final = """
INSERT OR REPLACE INTO aid_listing (author, scope, rid, record, stamp_ms, posted_s,
  valid_until_s, type, category, status, remaining, title, words, payload)
VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
"""


def _row(placed: Placed) -> tuple[object, ...]:
    author, scope, _kind, rid, record, stamp_ms, valid_until_s, payload = placed
    said: dict[str, Any] = read_fields(payload)
    title, details, place = said["title"], said.get("details", ""), said.get("place", "")
    return (
        author,
        scope,
        rid,
        record,
        stamp_ms,
        posted_s(said.get("posted_s"), stamp_ms),
        valid_until_s,
        said["type"],
        said["category"],
        said["status"],
        said.get("left"),
        title,
        index_text(
            (title, details, place, *said.get("tags", ())), (said["type"], said["category"])
        ),
        payload,
    )


def _item(row: tuple[Any, ...]) -> BoardItem:
    number, author, scope, rid, record, stamp_ms, posted_s, valid_until_s, payload = row
    audience = Audience.of(scope)
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


def _narrowed(
    connection: sqlite3.Connection, query: BoardQuery, now_s: int
) -> tuple[str, list[object]]:
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
    if query.audience not in (None, Audience.NETWORK):
        parts.append(("scope <> 2", ()))  # as the index has it
    if query.not_author is not None:
        parts.append(("author <> ?", (query.not_author,)))
    if query.posted_since_s is not None:
        parts.append(("posted_s >= ?", (query.posted_since_s,)))
    if query.ends_before_s is not None:
        begins_s = now_s + 1 if query.open_only else 1
        parts.append(("valid_until_s BETWEEN ? AND ?", (begins_s, query.ends_before_s)))
    if query.open_only:
        parts.append(("status = 'open' AND remaining IS NOT 0", ()))
        parts.append(("(valid_until_s = 0 OR valid_until_s > ?)", (now_s,)))
        # What has outlived its 90 days is gone elsewhere, even if it is not deleted here yet.
        parts.append(("(scope = 0 OR stamp_ms > ?)", ((now_s - LIFETIME_S) * 1000,)))
    filed_under = [it for it in (query.type, query.category) if it is not None]
    parts += _WORDS.holding(connection, query.words, filed_under)
    if query.after is not None:
        parts.append(("(posted_s, number) < (?, ?)", query.after))
    where = " AND ".join(condition for condition, _ in parts)
    return where, [value for _, values in parts for value in values]
