"""Taking records out: a new epoch, the end of a lifetime, of a federation, of carrying.

Spec: docs/protocol.md §4.4, §5.3 and §6.2 (R3, R4, R6, R9).
"""

from collections.abc import Iterable
from typing import Final

from protocol.identity import Certificate, PodId, open_certificate
from protocol.limits import SLOTS_PER_AUTHOR
from protocol.record import Record, Scope, has_valid_signature
from store import meta
from store.database import Tx
from store.records.ledger import Ledger, ledger
from store.records.rows import (
    STANDING,
    Standing,
    move,
    record_of,
    remove,
    retire,
    show_from_shelf,
)
from store.records.shape import Place, author_number, number_of

# The inner queries read one index from end to end, and no record.
_STAMPED_BEFORE: Final = (
    "record.number IN (SELECT number FROM record WHERE stamp_ms < ?)"
    " AND NOT (place = 1 AND author IS ?)"
)
_STAMPED_AFTER: Final = (
    f"{STANDING} place = 1 AND record.number IN (SELECT number FROM record WHERE stamp_ms >= ?)"  # noqa: S608
)


_ANY_OF: Final = "SELECT 1 FROM record WHERE author = ? LIMIT 1"


def raise_epoch(tx: Tx, author: PodId, certificate: Certificate) -> None:
    """Make certificate the greatest of author: what was signed under another leaves the set.

    It goes to the shelf, the greatest version of each slot and the newest slots of each scope
    (R4); what is held of it is dropped. Of two certificates of one epoch the greater hash
    wins: then each record of that epoch is verified again.
    """
    number = author_number(tx, author)
    if tx.connection.execute(_ANY_OF, (number,)).fetchone() is None:
        return  # most authors, the first time that they are heard of
    with ledger(tx) as book:
        for row in _signed_under_another(tx, number, certificate, Place.SET):
            _shelve(tx, book, row)
        for row in _signed_under_another(tx, number, certificate, Place.HELD):
            remove(tx, book, row)
        for scope in Scope:
            surplus = book.records(number, Place.SHELF, scope) - SLOTS_PER_AUTHOR
            _remove_least(tx, book, (number, Place.SHELF, scope), surplus)


def purge(tx: Tx, floor_s: int, us: PodId) -> int:
    """Delete what is stamped below floor_s, save it as the floor, return how many went (R6).

    Our own records in the set stay: nobody else could bring them back. A floor below the
    saved one changes nothing.
    """
    if floor_s <= (meta.get(tx.connection, meta.FLOOR_S) or 0):
        return 0
    meta.put(tx, meta.FLOOR_S, floor_s)
    return _remove_where(
        tx,
        _STAMPED_BEFORE,
        (floor_s * 1000, number_of(tx.connection, us)),
    )


def hold_back(tx: Tx, ceiling_s: int, us: PodId) -> list[Record]:
    """Hold what stands in the set and is stamped after ceiling_s; return our own of it (R7).

    It came in while the clock was not synced, or wrong. The bounds of what neighbours bring do
    not count here: it is not more than before, and a clock may be wrong a second time.
    """
    rows = tx.connection.execute(_STAMPED_AFTER, ((ceiling_s + 1) * 1000,)).fetchall()
    ours: list[Record] = []
    with ledger(tx) as book:
        for row in map(Standing._make, rows):
            move(tx, book, row, Place.HELD)
            if row.pod_id == us:
                ours.append(record_of(tx, row))
    return ours


def delete_near_of(tx: Tx, author: PodId) -> int:
    """Delete the near records of author, wherever they stand: the federation has ended (R9)."""
    return _remove_where(tx, "author = ? AND scope = 1", (number_of(tx.connection, author),))


def drop_author(tx: Tx, author: PodId) -> int:
    """Delete all records of author: it is no longer carried. Returns how many went."""
    return _remove_where(tx, "author = ?", (number_of(tx.connection, author),))


def _remove_where(tx: Tx, condition: str, values: tuple[int | None, ...]) -> int:
    rows = tx.connection.execute(STANDING + condition, values).fetchall()
    with ledger(tx) as book:
        for row in rows:
            remove(tx, book, Standing(*row))
    return len(rows)


def _remove_least(tx: Tx, book: Ledger, where: tuple[int, int, int], count: int) -> None:
    if count > 0:
        least = tx.connection.execute(
            f"{STANDING} author = ? AND place = ? AND scope = ?"
            " ORDER BY epoch, stamp_ms, id LIMIT ?",
            (*where, count),
        ).fetchall()
        for values in least:
            remove(tx, book, Standing(*values))


def _shelve(tx: Tx, book: Ledger, row: Standing) -> None:
    """Move row from the set to the shelf, unless a greater version of its slot is there."""
    values = tx.connection.execute(
        f"{STANDING} author = ? AND scope = ? AND kind = ? AND rid = ? AND place = 3",
        (row.author, row.scope, row.kind, row.rid),
    ).fetchone()
    us = meta.get(tx.connection, meta.POD_ID)
    shelved = row
    if values is None:
        move(tx, book, row, Place.SHELF)
    elif (there := Standing(*values)).rank > row.rank:
        retire(tx, book, row, us)
        shelved = there
    else:
        retire(tx, book, there, us)
        move(tx, book, row, Place.SHELF)
    if row.pod_id == us:
        show_from_shelf(tx, book, record_of(tx, shelved), _unfit(tx, shelved))


def _unfit(tx: Tx, row: Standing) -> str | None:
    found = tx.connection.execute("SELECT unfit FROM record WHERE number = ?", (row.number,))
    unfit: str | None = found.fetchone()[0]
    return unfit


def _signed_under_another(
    tx: Tx, author: int, certificate: Certificate, place: Place
) -> Iterable[Standing]:
    rows = tx.connection.execute(
        f"{STANDING} author = ? AND place = ? AND epoch <= ?",
        (author, place, certificate.epoch),
    ).fetchall()
    has_rival = bool(rows) and _has_rival(tx, author, certificate)
    for values in rows:
        row = Standing(*values)
        if row.epoch < certificate.epoch or (has_rival and not _is_under(tx, row, certificate)):
            yield row


def _has_rival(tx: Tx, author: int, certificate: Certificate) -> bool:
    """Tell whether another working key was certified for the same epoch."""
    wires = tx.connection.execute(
        "SELECT wire FROM certificate WHERE author = ? AND epoch = ?", (author, certificate.epoch)
    )
    keys = {open_certificate(wire).working_key for (wire,) in wires}
    return bool(keys - {certificate.working_key})


def _is_under(tx: Tx, row: Standing, certificate: Certificate) -> bool:
    return has_valid_signature(record_of(tx, row), certificate.working_key)
