"""Rows of the table record, and the ways one of them moves: put in, moved, taken out.

Every way tells the ledger. The batches of a first sync go past this file (intake.py).
"""

from typing import Final, NamedTuple

from protocol.identity import PodId
from protocol.limits import OWN_VERSIONS_KEPT
from protocol.record import Record, Slot, read_record
from store.database import Tx
from store.records.ledger import Ledger, has_row
from store.records.shape import Place

INSERT: Final = (
    "INSERT INTO record (id, author, place, scope, epoch, kind, rid, stamp_ms, brought_by, unfit,"
    " body, signature) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"
)
STANDING: Final = (
    "SELECT record.number, author, pod_id, place, scope, epoch, kind, rid, stamp_ms, id,"
    " length(body) + length(signature)"
    " FROM record JOIN author ON author.number = record.author WHERE "
)

# +epoch: or SQLite would read all earlier versions there are in the order of their epochs.
PAST_SURPLUS: Final = (
    f"{STANDING} author = ? AND scope = ? AND kind = ? AND rid = ? AND place = 4"
    " ORDER BY +epoch DESC, stamp_ms DESC, id DESC LIMIT -1 OFFSET ?"
)


class Standing(NamedTuple):
    """A row as far as moving it needs: all but its bytes. size: bytes of body and signature."""

    number: int
    author: int
    pod_id: PodId
    place: int
    scope: int
    epoch: int
    kind: int
    rid: bytes
    stamp_ms: int
    id: bytes
    size: int

    @property
    def rank(self) -> tuple[int, int, bytes]:
        return (self.epoch, self.stamp_ms, self.id)

    @property
    def slot(self) -> Slot:
        return (self.pod_id, self.scope, self.kind, self.rid)

    @property
    def item(self) -> tuple[int, int, bytes]:
        return (self.stamp_ms // 1000, self.author, self.id)


Row = tuple[bytes, int, int, int, int, int, bytes, int, int | None, str | None, bytes, bytes]


def row_of(
    record: Record, author: int, place: int, *, brought_by: int | None, unfit: str | None
) -> Row:
    """Return the values for INSERT."""
    return (
        record.id,
        author,
        place,
        record.scope,
        record.epoch,
        record.kind,
        record.rid,
        record.stamp_ms,
        brought_by,
        unfit,
        record.body,
        record.signature,
    )


def record_of(tx: Tx, row: Standing) -> Record:
    """Return the record in a row."""
    body, signature = tx.connection.execute(
        "SELECT body, signature FROM record WHERE number = ?", (row.number,)
    ).fetchone()
    return read_record(body, signature)


def remove(tx: Tx, book: Ledger, row: Standing) -> None:
    """Delete a row, wherever it stands."""
    tx.connection.execute("DELETE FROM record WHERE number = ?", (row.number,))
    _note_left(book, row)


def move(tx: Tx, book: Ledger, row: Standing, place: Place) -> None:
    """Move a row to another place; what its marks say stays."""
    tx.connection.execute("UPDATE record SET place = ? WHERE number = ?", (place, row.number))
    _note_left(book, row)
    book.count(row.author, place, row.scope, 1, row.size)
    book.enters(place, row.scope, [row.item])


def retire(tx: Tx, book: Ledger, row: Standing, us: bytes | None) -> None:
    """Take out a version that another replaced; one of our own is kept aside (R5)."""
    if row.pod_id != us:
        remove(tx, book, row)
        return
    move(tx, book, row, Place.PAST)
    surplus = tx.connection.execute(
        PAST_SURPLUS,
        (row.author, row.scope, row.kind, row.rid, OWN_VERSIONS_KEPT),
    ).fetchall()
    for values in surplus:
        remove(tx, book, Standing(*values))


def _note_left(book: Ledger, row: Standing) -> None:
    book.count(row.author, row.place, row.scope, -1, -row.size)
    book.leaves(row.place, row.scope, row.item)
    if row.place == Place.SET:
        book.hides(row.slot)
    elif row.place == Place.SHELF:
        book.takes_off_shelf(row.slot)


def show_from_shelf(tx: Tx, book: Ledger, record: Record, unfit: str | None) -> None:
    """Go on showing what we said ourselves under an older key, until it is signed again (R5).

    Until then it goes nowhere; but our own people shall not find their board empty.
    """
    if unfit is None and not has_row(tx.connection, record.slot, (Place.SET,)):
        book.shows(record)
