"""The shown bodies of every kind but listings: one row each, whatever they say.

Derived from records (docs/kinds.md §1.5), as the board is. What is told apart here is what each
kind is filtered and ordered by; the class of its body says it, and no kind is named.
"""

import json
import sqlite3
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Final, Generic, NamedTuple, TypeVar
from uuid import UUID

from protocol.aid import BODIES, LISTING, parse
from protocol.aid.audience import Audience
from protocol.aid.body import Body, looked_s, posted_s
from protocol.identity import PodId
from protocol.record import Slot, rids_that_begin
from store.aid.placed import Placed, Position, uuid_of
from store.aid.search import WordIndex, index_text

B = TypeVar("B", bound=Body)

KINDS: Final = frozenset(BODIES) - {LISTING}
_WORDS: Final = WordIndex("aid_item", ("rid", "author", "scope", "kind"))
TABLES: Final = (
    """
-- What lists filter, sort and search by, one row for each body that can be shown; all of it is in
-- its payload.
CREATE TABLE aid_item (
  number INTEGER PRIMARY KEY,
  kind INTEGER NOT NULL,
  author BLOB NOT NULL,             -- pod id
  scope INTEGER NOT NULL CHECK (scope BETWEEN 0 AND 2),  -- 1 near, 2 network; 0 this pod only
  rid BLOB NOT NULL,
  uuid BLOB NOT NULL,               -- of author and rid, by which other programs ask for it
  record BLOB,                      -- id of its record; null for this pod only, which has none
  stamp_ms INTEGER NOT NULL,        -- Unix time of signing
  posted_s INTEGER NOT NULL,        -- Unix time; a renewal moves the stamp, not this
  valid_until_s INTEGER NOT NULL,   -- Unix time that its author named, 0 for no end
  begins_s INTEGER NOT NULL,        -- Unix time before which nobody need look at it
  closes_s INTEGER NOT NULL,        -- Unix time at which readers take it off, 0 for no end
  looked_s INTEGER NOT NULL,        -- Unix time of the day on which somebody looked, 0 for none
  doubts INTEGER NOT NULL,          -- 1: it says that its subject is not as it was told
  subject TEXT NOT NULL,            -- the reference that it is about, or empty
  filed_under TEXT NOT NULL,        -- "|food|water|"
  words TEXT NOT NULL,              -- its texts and what it is filed under, for searching
  payload BLOB NOT NULL
) STRICT
""",
    _WORDS.made,
)
INDEXES: Final = (
    # The slot: a new version takes the place of the old one. The rid first, as people name it.
    "CREATE UNIQUE INDEX aid_item_by_slot ON aid_item (rid, author, scope, kind)",
    "CREATE INDEX aid_item_by_uuid ON aid_item (uuid, kind, posted_s)",
    # The order of a list.
    "CREATE INDEX aid_item_by_posted ON aid_item (kind, posted_s)",
    # What was said about one thing, by all pods.
    "CREATE INDEX aid_item_by_subject ON aid_item (subject, kind, posted_s) WHERE subject <> ''",
    "CREATE INDEX aid_item_by_author ON aid_item (author, kind, posted_s)",
    # What begins first of one pod, passing over what is closed: a share of each pod's.
    "CREATE INDEX aid_item_by_begin ON aid_item (kind, author, begins_s, closes_s)",
    # What of one pod was looked at longest ago, and what others lately found not to be so.
    "CREATE INDEX aid_item_by_look ON aid_item (author, kind, looked_s) WHERE looked_s > 0",
    "CREATE INDEX aid_item_by_doubt ON aid_item (substr(subject, 1, 64), looked_s) WHERE doubts",
    _WORDS.learn_all,
)
MAX_PAGE: Final = 1000
"""Items of one page, whatever is asked."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Item(Generic[B]):
    """One body as lists show it. record: id of its record, None for this pod only."""

    author: PodId
    audience: Audience
    rid: bytes
    record: bytes | None
    stamp_ms: int
    posted_s: int
    valid_until_s: int
    closes_s: int
    body: B
    position: Position


@dataclass(frozen=True, slots=True, kw_only=True)
class ItemQuery:
    """Which items of a kind, newest first. Every field given narrows.

    open_at_s: not closed then.  begins_before_s: for what lies in the future.  subject: said
    about this.  words: each of them occurs, whatever case and accents.  of_each: so many of one
    author at most, the first to begin: a flood of one pod leaves room for the others.  skip: for
    who turns pages by their number; to go on from one, `after` costs less.
    """

    audience: Audience | None = None
    author: PodId | None = None
    not_author: PodId | None = None
    subject: str | None = None
    filed_under: str | None = None
    open_at_s: int | None = None
    begins_before_s: int | None = None
    words: str = ""
    of_each: int | None = None
    uuid: UUID | None = None
    after: Position | None = None
    skip: int = 0
    limit: int = 50


class Row(NamedTuple):
    """Of an item no more than is needed to choose it among many. number: of this very version."""

    number: int
    rid: bytes
    payload: bytes


# --- Writing, inside the act that changes the records ---


def fill(connection: sqlite3.Connection, placed: Iterable[Placed]) -> None:
    """Show bodies in an empty table that has no INDEXES yet."""
    connection.executemany(_INSERT, filter(None, map(_row, placed)))


def show(connection: sqlite3.Connection, shown: Iterable[Placed]) -> None:
    """Show bodies, each in place of the last version of its slot; they are fit.

    One under a rid that is not the only one for what it says is passed over: its author would
    say two things about one matter at once.
    """
    given = list(shown)
    _WORDS.forget(connection, [(it.rid, it.author, it.scope, it.kind) for it in given])
    with _WORDS.learning(connection):
        fill(connection, given)


def remove(connection: sqlite3.Connection, slots: Iterable[Slot]) -> None:
    """No longer show what is in these slots."""
    keys = [(rid, author, scope, kind) for author, scope, kind, rid in slots]
    _WORDS.forget(connection, keys)
    connection.executemany(
        "DELETE FROM aid_item WHERE rid = ? AND author = ? AND scope = ? AND kind = ?", keys
    )


def settle(connection: sqlite3.Connection) -> None:
    """Let the words of what is gone leave the file, a bounded part in one call."""
    _WORDS.settle(connection)


# --- Reading ---


def page(connection: sqlite3.Connection, kind: type[B], query: ItemQuery) -> list[Item[B]]:
    """Return a page of one kind, newest first; less than query.limit items end it."""
    return [_item(kind, row) for row in _page(connection, kind, query, _COLUMNS)]


def rows(connection: sqlite3.Connection, kind: type[Body], query: ItemQuery) -> list[Row]:
    """Return the same page unread, for who takes few of many."""
    return list(map(Row._make, _page(connection, kind, query, ", ".join(Row._fields))))


def numbered(
    connection: sqlite3.Connection, kind: type[B], numbers: Iterable[int]
) -> dict[int, Item[B]]:
    """Return items by the numbers of rows that were read in this moment of the store."""
    found = connection.execute(
        f"SELECT {_COLUMNS} FROM aid_item"  # noqa: S608  # no value in the text
        " WHERE number IN (SELECT value FROM json_each(?))",
        (json.dumps([*numbers]),),
    )
    return {row[0]: _item(kind, row) for row in found}


def about(
    connection: sqlite3.Connection, kind: type[B], subjects: Sequence[str], of_each: int
) -> dict[str, list[Item[B]]]:
    """Return what all pods said of each subject, so much at most, the newest first."""
    found = connection.execute(
        f"SELECT asked.value, {_COLUMNS} FROM json_each(?) AS asked"  # noqa: S608  # ours alone
        f" CROSS JOIN aid_item ON number IN ({_SAID}) ORDER BY posted_s DESC, number DESC",
        (json.dumps(subjects), kind.CODE, of_each),
    )
    said: dict[str, list[Item[B]]] = {subject: [] for subject in subjects}
    for subject, *row in found:
        said[subject].append(_item(kind, row))
    return said


def count(connection: sqlite3.Connection, kind: type[Body], query: ItemQuery) -> int:
    """Return how many items all pages of query hold."""
    where, values = _narrowed(connection, kind.CODE, query)
    found = connection.execute(
        f"SELECT count(*) FROM aid_item WHERE {where}",  # noqa: S608  # conditions are ours
        values,
    )
    return int(found.fetchone()[0])


def count_pods(connection: sqlite3.Connection, kind: type[Body]) -> int:
    """Return how many pods said something of this kind, open or not."""
    pods = _PODS.format(kind=kind.CODE)
    found = connection.execute(f"WITH RECURSIVE {pods} SELECT count(id) FROM pod")  # noqa: S608
    return int(found.fetchone()[0])


def find(
    connection: sqlite3.Connection,
    kind: type[B],
    rid_begins: str,
    *,
    author: PodId | None = None,
    limit: int = 2,
) -> list[Item[B]]:
    """Return items, open or not, whose rid begins so; two are enough to see an ambiguity."""
    between = rids_that_begin(rid_begins)
    if between is None:
        return []
    rows = connection.execute(
        f"SELECT {_COLUMNS} FROM aid_item"  # noqa: S608  # no value in the text
        " WHERE rid BETWEEN ? AND ? AND author = ifnull(?, author) AND +kind = ?"  # by the rid
        " ORDER BY rid, scope LIMIT ?",
        (*between, author, kind.CODE, limit),
    )
    return [_item(kind, row) for row in rows]


# --- Rows ---


def _page(
    connection: sqlite3.Connection, kind: type[Body], query: ItemQuery, columns: str
) -> sqlite3.Cursor:
    where, values = _narrowed(connection, kind.CODE, query)
    return connection.execute(
        f"SELECT {columns} FROM aid_item WHERE {where}"  # noqa: S608  # conditions are ours
        " ORDER BY posted_s DESC, number DESC LIMIT ? OFFSET ?",
        (*values, min(query.limit, MAX_PAGE), query.skip),
    )


_COLUMNS: Final = (
    "number, author, scope, rid, record, stamp_ms, posted_s, valid_until_s, closes_s, payload"
)
_SAID: Final = """
SELECT number FROM aid_item WHERE subject <> '' AND subject = asked.value AND kind = ?
  AND author NOT IN (SELECT pod_id FROM author WHERE hidden)
ORDER BY posted_s DESC, number DESC LIMIT ?
"""
_INSERT: Final = """
INSERT OR REPLACE INTO aid_item (kind, author, scope, rid, uuid, record, stamp_ms, posted_s,
  valid_until_s, begins_s, closes_s, looked_s, doubts, subject, filed_under, words, payload)
VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
"""


def _row(placed: Placed) -> tuple[object, ...] | None:
    author, scope, kind, rid, record, stamp_ms, valid_until_s, payload = placed
    body = parse(kind, payload)
    if body.only_rid() not in (None, rid):
        return None
    posted = posted_s(getattr(body, "posted_s", None), stamp_ms)
    return (
        kind,
        author,
        scope,
        rid,
        uuid_of(author, rid).bytes,
        record,
        stamp_ms,
        posted,
        valid_until_s,
        body.begins_s(posted),
        body.closes_s(posted, valid_until_s),
        looked_s(body, stamp_ms),
        body.doubts(),
        body.subject(),
        "".join(["|", *[f"{word}|" for word in body.filed_under()]]),
        index_text(body.words(), body.filed_under()),
        payload,
    )


def _item(kind: type[B], row: Sequence[Any]) -> Item[B]:
    number, author, scope, rid, record, stamp_ms, posted, valid_until_s, closes_s, payload = row
    audience = Audience.of(scope)
    return Item(
        author=author,
        audience=audience,
        rid=rid,
        record=record,
        stamp_ms=stamp_ms,
        posted_s=posted,
        valid_until_s=valid_until_s,
        closes_s=closes_s,
        # An author who told everybody too much is shown no nearer than everybody should see.
        body=kind.read(payload).for_audience(audience),
        position=Position(posted, number),
    )


def _narrowed(
    connection: sqlite3.Connection, kind: int, query: ItemQuery
) -> tuple[str, list[object]]:
    """Return the condition of query, and the values for its question marks."""
    scope = None if query.audience is None else int(query.audience.scope or 0)
    filed = None if query.filed_under is None else f"|{query.filed_under}|"
    parts: list[tuple[str, Sequence[object]]] = [
        ("kind = ?", (kind,)),
        ("author NOT IN (SELECT pod_id FROM author WHERE hidden)", ()),
    ]
    parts += [
        (condition, (value,))
        for condition, value in (
            ("scope = ?", scope),
            ("author = ?", query.author),
            ("author <> ?", query.not_author),
            ("uuid = ?", query.uuid and query.uuid.bytes),
            ("subject <> '' AND subject = ?", query.subject),  # as its index has it
            ("instr(filed_under, ?)", filed),
            ("(closes_s = 0 OR closes_s > ?)", query.open_at_s),
            ("begins_s < ?", query.begins_before_s),
        )
        if value is not None
    ]
    filed_under = () if query.filed_under is None else (query.filed_under,)
    parts += _WORDS.holding(connection, query.words, filed_under)
    if query.of_each is not None:
        condition = _OF_EACH.format(pods=_PODS.format(kind=kind), conditions=_all_of(parts))
        parts = [(condition, [*_values_of(parts), query.of_each])]
    if query.after is not None:
        parts.append(("(posted_s, number) < (?, ?)", query.after))
    return _all_of(parts), _values_of(parts)


# Goes from pod to pod by the index, and from each takes so many and no more: however much one
# says, what it costs to ask grows with the pods alone.
_PODS: Final = """
pod(id) AS (
  SELECT min(author) FROM aid_item WHERE kind = {kind:d}
  UNION ALL
  SELECT (SELECT min(author) FROM aid_item WHERE kind = {kind:d} AND author > pod.id)
  FROM pod WHERE pod.id IS NOT NULL)
"""
_OF_EACH: Final = """
number IN (
  WITH RECURSIVE {pods}
  SELECT item.number FROM pod JOIN aid_item AS item ON item.number IN (
    SELECT number FROM aid_item WHERE author = pod.id AND {conditions}
    ORDER BY begins_s, closes_s, number LIMIT ?))
"""


def _all_of(parts: Sequence[tuple[str, Sequence[object]]]) -> str:
    return " AND ".join(condition for condition, _ in parts)


def _values_of(parts: Sequence[tuple[str, Sequence[object]]]) -> list[object]:
    return [value for _, values in parts for value in values]
