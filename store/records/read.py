"""Looking records up. Nothing here writes.

Spec: docs/protocol.md §4 to §6 (R4, R5, R7, R9). Who may be shown or sent what is decided by
the callers.
"""

import sqlite3
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from itertools import islice
from typing import Final, NamedTuple

from protocol.identity import PodId
from protocol.limits import BODIES_PER_SHORT_ID, SHORT_ID_BYTES
from protocol.record import Record, Slot, read_record, rids_that_begin
from store.records.shape import Doubt, Origin, OwnVersion, Place, number_of

_IDS_PER_QUERY: Final = 500
"""One text for each full chunk, so that SQLite compiles it once."""
# As the index record_by_id has it; the whole id is compared after that.
_ID_BEGINS: Final = "substr(id, 1, 8) IN"
WITH_ID: Final = "substr(id, 1, 8) = substr(?, 1, 8) AND id = ?"
"""Condition for one id, given twice."""


class Tally(NamedTuple):
    """How much of one author stands in one place; size_bytes: bodies and signatures."""

    author: PodId
    place: Place
    scope: int
    records: int
    size_bytes: int


def bodies(
    connection: sqlite3.Connection,
    ids: Iterable[bytes],
    places: Sequence[Place] = (Place.SET,),
) -> dict[bytes, tuple[bytes, bytes]]:
    """Return (body, signature) of those of ids that stand in one of places."""
    wanted = set(ids)
    found: dict[bytes, tuple[bytes, bytes]] = {}
    for chunk in _beginnings(wanted):
        rows = connection.execute(
            f"SELECT id, body, signature, place FROM record WHERE {_ID_BEGINS} ({_marks(chunk)})",  # noqa: S608
            chunk,
        )
        found.update({row[0]: row[1:3] for row in rows if row[0] in wanted and row[3] in places})
    return found


class Sendable(NamedTuple):
    """A record in a set or on a shelf, as far as sending it needs. wire: (body, signature)."""

    id: bytes
    author: PodId
    epoch: int
    scope: int
    stamp_ms: int
    on_shelf: bool
    wire: tuple[bytes, bytes]


def standing(connection: sqlite3.Connection, ids: Iterable[bytes]) -> list[Sendable]:
    """Return those of ids that stand in a set or on a shelf."""
    wanted = set(ids)
    return [found for found in _standing(connection, _beginnings(wanted)) if found.id in wanted]


def standing_beginning(
    connection: sqlite3.Connection, short_ids: Iterable[bytes]
) -> list[Sendable]:
    """Return the same of all ids that begin so, at most BODIES_PER_SHORT_ID for each.

    short_ids: SHORT_ID_BYTES each.
    """
    seen: Counter[bytes] = Counter()
    all_found: list[Sendable] = []
    for found in _standing(connection, _beginnings(short_ids)):
        short_id = found.id[:SHORT_ID_BYTES]
        seen[short_id] += 1
        if seen[short_id] <= BODIES_PER_SHORT_ID:
            all_found.append(found)
    return all_found


def _standing(
    connection: sqlite3.Connection, beginnings: Iterable[list[bytes]]
) -> Iterator[Sendable]:
    for chunk in beginnings:
        rows = connection.execute(
            "SELECT id, pod_id, epoch, scope, stamp_ms, place, body, signature FROM record"  # noqa: S608
            f" JOIN author ON author.number = record.author WHERE {_ID_BEGINS} ({_marks(chunk)})"
            " AND (place = 1 OR place = 3)",
            chunk,
        )
        for record_id, author, epoch, scope, stamp_ms, place, *wire in rows:
            body, signature = wire
            on_shelf = place == Place.SHELF
            yield Sendable(record_id, author, epoch, scope, stamp_ms, on_shelf, (body, signature))


def known(connection: sqlite3.Connection, ids: Iterable[bytes]) -> set[bytes]:
    """Return those of ids that are here in any place: their bodies need not be sent again."""
    wanted = set(ids)
    found: set[bytes] = set()
    for chunk in _beginnings(wanted):
        rows = connection.execute(
            f"SELECT id FROM record WHERE {_ID_BEGINS} ({_marks(chunk)})",  # noqa: S608
            chunk,
        )
        found.update([row[0] for row in rows])
    return found & wanted


def find(connection: sqlite3.Connection, record_id: bytes) -> tuple[Record, Place] | None:
    """Return the record with this id and where it stands, or None."""
    row = connection.execute(
        f"SELECT body, signature, place FROM record WHERE {WITH_ID} ORDER BY place",  # noqa: S608
        (record_id, record_id),
    ).fetchone()
    return None if row is None else (read_record(row[0], row[1]), Place(row[2]))


def slot_version(
    connection: sqlite3.Connection, slot: Slot, place: Place = Place.SET
) -> OwnVersion | None:
    """Return the version of slot in the set or on the shelf (place), or None."""
    author, scope, kind, rid = slot
    text = _SLOT_ON_SHELF if place is Place.SHELF else _SLOT_IN_SET
    number = number_of(connection, author)
    row = connection.execute(text, (number, scope, kind, rid)).fetchone()
    return None if row is None else _version(row)


def version_of_row(connection: sqlite3.Connection, number: int) -> OwnVersion:
    """Return the version in the row with this number."""
    return _version(connection.execute(f"{_VERSION} record.number = ?", (number,)).fetchone())


def past_versions(connection: sqlite3.Connection, slot: Slot) -> list[OwnVersion]:
    """Return earlier versions of a slot of our own, the greatest first (R5)."""
    author, scope, kind, rid = slot
    rows = connection.execute(_PAST, (number_of(connection, author), scope, kind, rid))
    return [_version(row) for row in rows]


def own_beginning(
    connection: sqlite3.Connection, us: PodId, digits: str
) -> list[tuple[int, bytes]]:
    """Return (kind, rid) of what we shared, withdrawn or not, whose rid begins with these digits.

    Ten at most: two are enough to see an ambiguity within a kind.
    """
    between = rids_that_begin(digits)
    if between is None:
        return []
    rows = connection.execute(
        "SELECT DISTINCT kind, rid FROM record WHERE author = ? AND place IN (1, 4)"
        " AND rid BETWEEN ? AND ? ORDER BY kind, rid LIMIT 10",
        (number_of(connection, us), *between),
    )
    return [(int(kind), bytes(rid)) for kind, rid in rows]


def each_in_set(connection: sqlite3.Connection, *, fit: bool = True) -> Iterator[Record]:
    """Yield every record in the set, in order of arrival; fit: only those that may be shown."""
    text = "SELECT body, signature FROM record WHERE place = 1"
    for body, signature in connection.execute(text + (" AND unfit IS NULL" if fit else "")):
        yield read_record(body, signature)


def shelf_of(connection: sqlite3.Connection, author: PodId) -> list[OwnVersion]:
    """Return what stands on the shelf of author, both scopes."""
    number = number_of(connection, author)
    return [_version(row) for row in connection.execute(_SHELF, (number,))]


def due_for_renewal(
    connection: sqlite3.Connection, us: PodId, *, before_ms: int, limit: int
) -> list[OwnVersion]:
    """Return our versions in the set stamped before before_ms, the oldest first, withdrawals
    too; at most limit."""
    rows = connection.execute(_STAMPED_BEFORE, (number_of(connection, us), before_ms, limit))
    return [_version(row) for row in rows]


def signed_while_unset(connection: sqlite3.Connection) -> list[OwnVersion]:
    """Return our versions in the set that an unset clock stamped: to be signed again (R7)."""
    return [_version(row) for row in connection.execute(_WHILE_UNSET)]


def versions_where(connection: sqlite3.Connection, condition: str) -> list[OwnVersion]:
    """Return the versions of our own for which a condition without values holds."""
    return [_version(row) for row in connection.execute(_VERSION + condition)]


def newest_stamp_ms(connection: sqlite3.Connection, author: PodId) -> int | None:
    """Return the greatest stamp of author's versions in the set, or None."""
    row = connection.execute(
        "SELECT max(stamp_ms) FROM record WHERE author = ? AND place = 1",
        (number_of(connection, author),),
    ).fetchone()
    return None if row[0] is None else int(row[0])


def slots_in_set(connection: sqlite3.Connection, author: PodId, scope: int) -> int:
    """Return how many slots of author stand in the set of a scope (R8)."""
    row = connection.execute(
        "SELECT records FROM tally WHERE author = ? AND place = 1 AND scope = ?",
        (number_of(connection, author), scope),
    ).fetchone()
    return 0 if row is None else int(row[0])


def held_from(connection: sqlite3.Connection, neighbour: PodId) -> int:
    """Return how many records wait until they are due that neighbour brought (R7)."""
    (count,) = connection.execute(
        "SELECT count(*) FROM record WHERE place = 2 AND brought_by = ?",
        (number_of(connection, neighbour),),
    ).fetchone()
    return int(count)


def counts(connection: sqlite3.Connection) -> list[Tally]:
    """Return how much of every author is here, by place and scope."""
    rows = connection.execute(
        "SELECT pod_id, place, scope, records, bytes FROM tally"
        " JOIN author ON author.number = tally.author WHERE records > 0"
    )
    return [Tally(row[0], Place(row[1]), *row[2:]) for row in rows]


_VERSION: Final = (
    "SELECT body, signature, origin, run, clock_unset, from_epoch, from_stamp_ms, doubt"
    " FROM record LEFT JOIN own_version ON own_version.record = record.number WHERE "
)
_OF_SLOT: Final = "author = ? AND scope = ? AND kind = ? AND rid = ?"
# The places are written out: SQLite uses an index over part of a table only where the text of
# the query says that it asks for that part.
_SLOT_IN_SET: Final = f"{_VERSION} {_OF_SLOT} AND place = 1"
_SLOT_ON_SHELF: Final = f"{_VERSION} {_OF_SLOT} AND place = 3"
# +epoch: or SQLite would read all earlier versions there are in the order of their epochs.
_PAST: Final = f"{_VERSION} {_OF_SLOT} AND place = 4 ORDER BY +epoch DESC, stamp_ms DESC, id DESC"
_SHELF: Final = f"{_VERSION} author = ? AND place = 3"
_STAMPED_BEFORE: Final = (
    f"{_VERSION} author = ? AND place = 1 AND stamp_ms < ? ORDER BY stamp_ms LIMIT ?"
)
# From the few that are marked, or SQLite would look each of our versions up.
_WHILE_UNSET: Final = (
    f"{_VERSION} number IN (SELECT record FROM own_version WHERE clock_unset) AND place = 1"  # noqa: S608
)

_VersionRow = tuple[
    bytes, bytes, int | None, int | None, int | None, int | None, int | None, int | None
]


def _version(row: _VersionRow) -> OwnVersion:
    body, signature, origin, run, clock_unset, from_epoch, from_stamp_ms, doubt = row
    made_from = None if from_epoch is None else (from_epoch, from_stamp_ms or 0)
    return OwnVersion(
        read_record(body, signature),
        Origin(origin or Origin.ADOPTED),
        run or 0,
        bool(clock_unset),
        made_from,
        Doubt(doubt or Doubt.NONE),
    )


def _beginnings(ids: Iterable[bytes]) -> Iterator[list[bytes]]:
    rest = (record_id[:8] for record_id in ids)
    while chunk := list(islice(rest, _IDS_PER_QUERY)):
        yield chunk


def _marks(chunk: list[bytes]) -> str:
    return ",".join("?" * len(chunk))
