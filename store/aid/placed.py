"""What a projection of mutual aid is given to show: a payload, and where it stands."""

import sqlite3
from collections.abc import Collection, Iterable, Iterator
from typing import Final, NamedTuple
from uuid import UUID, uuid5

from protocol.aid import parse
from protocol.errors import UnfitBody
from protocol.identity import PodId, pod_id_text
from protocol.record import Record, read_record


class Placed(NamedTuple):
    """A payload and its slot. What is for this pod only has scope 0 and no record."""

    author: PodId
    scope: int
    kind: int
    rid: bytes
    record: bytes | None
    stamp_ms: int
    valid_until_s: int
    payload: bytes


class Position(NamedTuple):
    """Where in a list an item stands; the next page begins after it."""

    posted_s: int
    number: int


NAMESPACE: Final = UUID("5d0f6a0e-6a0b-5f0e-9c1b-2b8f6c1d7e55")
"""Of UUIDs that are made from pods and rids (RFC 9562 §5.5); made once, at random."""


def uuid_of(author: PodId, rid: bytes) -> UUID:
    """Return a UUID for what author keeps under rid: the same on every machine, for ever."""
    return uuid5(NAMESPACE, f"{pod_id_text(author)}/{rid.hex()}")


def placed(records: Iterable[Record]) -> Iterator[Placed]:
    """Yield what of records is to be shown: all but withdrawals."""
    for record in records:
        if record.payload is not None:
            yield Placed(
                record.author,
                record.scope,
                record.kind,
                record.rid,
                record.id,
                record.stamp_ms,
                record.valid_until_s,
                record.payload,
            )


def to_show(connection: sqlite3.Connection, kinds: Collection[int]) -> Iterator[Record]:
    """Yield the records of these kinds that are shown.

    Those in a set, and our own on the shelf: signed under an older key, in no doubt, and not yet
    signed again.
    """
    marks = ", ".join("?" * len(kinds))
    rows = connection.execute(
        f"SELECT body, signature FROM record WHERE (place = 1 OR {_OURS_ON_SHELF})"  # noqa: S608
        f" AND kind IN ({marks})",
        tuple(kinds),
    )
    for body, signature in rows:
        yield read_record(body, signature)


_OURS_ON_SHELF: Final = (
    "(place = 3"
    " AND author = (SELECT number FROM author JOIN meta ON key = 'pod_id' AND value = pod_id)"
    " AND NOT EXISTS (SELECT 1 FROM own_version WHERE record = record.number AND doubt > 0)"
    " AND NOT EXISTS (SELECT 1 FROM record AS other WHERE other.author = record.author"
    "  AND other.scope = record.scope AND other.kind = record.kind AND other.rid = record.rid"
    "  AND other.place = 1))"
)


def is_fit(what: Placed) -> bool:
    """Judge a payload again, by the rules of now."""
    try:
        parse(what.kind, what.payload)
    except UnfitBody:
        return False
    return True
