"""Taking records in: one batch, one act, each record to the place that the rules give it.

Spec: docs/protocol.md §4.4 (R1, R4 to R8). A first sync is nearly all new slots of authors with
room, so those go in with one statement for all: the index over slots turns away what meets
another version, and only that is looked at one by one.
"""

from collections.abc import Iterable, Sequence
from typing import Final

from protocol.errors import LocalError, Refusal
from protocol.identity import PodId
from protocol.limits import HELD_PER_AUTHOR, HELD_PER_NEIGHBOUR, LIFETIME_S, SLOTS_PER_AUTHOR
from protocol.limits import UINT53_END as STAMP_END_MS
from protocol.record import Record, Scope
from store.database import Tx
from store.records.ledger import Ledger, ledger
from store.records.read import WITH_ID, version_of_row
from store.records.rows import (
    INSERT,
    STANDING,
    Standing,
    record_of,
    remove,
    retire,
    row_of,
    show_from_shelf,
)
from store.records.shape import Adopted, Doubt, Intake, IntakeFacts, Origin, Place, author_number

RELEASED_AT_ONCE: Final = 1000

_INSERT_NEW: Final = f"{INSERT} ON CONFLICT DO NOTHING"
_IN_SLOT: Final = f"{STANDING} author = ? AND scope = ? AND kind = ? AND rid = ? AND "
# Written out, or SQLite would not use the index over these two places.
_AT_SLOT: Final = {
    Place.SET: f"{_IN_SLOT} place = 1",
    Place.SHELF: f"{_IN_SLOT} place = 3",
}
# Named, or SQLite would read the larger index of all records each minute for a handful.
_HELD_BEFORE: Final = (
    "record.number IN (SELECT number FROM record INDEXED BY record_held"
    " WHERE place = 2 AND stamp_ms < ?)"
)
_WITH_ID: Final = f"{STANDING} {WITH_ID} ORDER BY place"
_LEAST: Final = (
    f"{STANDING} author = ? AND place = ? AND scope = ? ORDER BY epoch, stamp_ms, id LIMIT ?"
)


def take_in(tx: Tx, records: Sequence[Record], facts: IntakeFacts) -> Intake:
    """Take a batch in and return what became of each record.

    records: signatures verified, authors federated or carried; in any order, repeats allowed.
    Whatever the order and the batches, the same records make the same set (R8).
    Raises LocalError (conflict) for an epoch above the author's greatest known one: such a
    record has to wait for its certificate (R3).
    """
    with ledger(tx) as book:
        taking = _Taking(tx, facts, book)
        taking.take(records)
        return taking.intake


def release_held(tx: Tx, facts: IntakeFacts) -> Intake:
    """Take in what was held and is due by facts.ceiling_s (None: all), at most 1,000 records.

    facts.epochs: of every author that anything is held of. To be called again while it
    answers with anything.
    """
    with ledger(tx) as book:
        due = tx.connection.execute(
            f"{STANDING} {_HELD_BEFORE} ORDER BY stamp_ms LIMIT ?",
            (_end_ms(facts.ceiling_s), RELEASED_AT_ONCE),
        ).fetchall()
        rows = [Standing(*values) for values in due]
        records = [record_of(tx, row) for row in rows]
        for row in rows:
            remove(tx, book, row)
    return take_in(tx, records, facts)


def _end_ms(ceiling_s: int | None) -> int:
    """Return the first stamp that lies ahead."""
    return STAMP_END_MS if ceiling_s is None else (ceiling_s + 1) * 1000


class _Taking:
    """One batch on its way in."""

    def __init__(self, tx: Tx, facts: IntakeFacts, book: Ledger) -> None:
        self.intake = Intake()
        self._tx = tx
        self._connection = tx.connection
        self._facts = facts
        self._book = book
        self._taken: dict[bytes, Record] = {}
        self._unfit: dict[bytes, str] = {}

    def take(self, records: Sequence[Record]) -> None:
        once = {record.id: record for record in records}
        self.intake.duplicates = len(records) - len(once)
        fresh, lower, ahead = self._sift(once.values())
        self._insert_new(fresh)
        for (author, scope), group in _by_author(lower).items():
            self._settle(author, scope, group, Place.SHELF)
        self._hold(ahead)
        self.intake.taken = list(self._taken.values())
        self.intake.removed = self._book.removed

    def _sift(self, records: Iterable[Record]) -> tuple[list[Record], list[Record], list[Record]]:
        """Return what belongs into the set, on a shelf, and what lies ahead; refuse the rest."""
        facts = self._facts
        epochs, lesser = facts.epochs, facts.under_lesser
        floor_ms, end_ms = facts.floor_s * 1000, _end_ms(facts.ceiling_s)
        fresh: list[Record] = []
        lower: list[Record] = []
        ahead: list[Record] = []
        for record in records:
            if record.stamp_ms < floor_ms:
                self._refuse(record, Refusal.BELOW_FLOOR)
            elif record.epoch != epochs.get(record.author) or record.id in lesser:
                if self._may_be_shelved(record):
                    lower.append(record)
            elif record.stamp_ms >= end_ms:
                ahead.append(record)
            else:
                fresh.append(record)
        return fresh, lower, ahead

    def _may_be_shelved(self, record: Record) -> bool:
        """Tell whether a record of a lower epoch is kept: only its author and we bring it (R4)."""
        greatest = self._facts.epochs.get(record.author)
        if greatest is None or record.epoch > greatest:
            raise LocalError("conflict", "a record before its certificate")
        if record.author in (self._facts.us, self._facts.peer):
            return True
        self._refuse(record, Refusal.SUPERSEDED)
        return False

    def _refuse(self, record: Record, why: Refusal) -> None:
        self.intake.refused.append((record.id, why))

    # --- New slots, all at once ---

    def _insert_new(self, records: list[Record]) -> None:
        """Put records into the set; settle one by one what has no room or meets a version."""
        groups = _by_author(records)
        roomy = {key: group for key, group in groups.items() if self._has_room(*key, len(group))}
        inserted = self._insert_many([record for group in roomy.values() for record in group])
        for (author, scope), group in groups.items():
            new: list[Record] = []
            rest = group
            if (author, scope) in roomy:
                new, rest = _split(group, inserted)
                self._note_new(author, scope, new)
            if rest:
                self._settle(author, scope, rest, Place.SET)

    def _has_room(self, author: PodId, scope: int, records: int) -> bool:
        """Tell whether so many new slots fit, so that the quick way will do.

        What comes home of ours always takes the careful one: it may stand here already, as an
        earlier version (R5). So does what an author with a shelf signed: it may stand there, under
        the same id but by another certificate of the same epoch, and must leave it then (R4).
        """
        number = author_number(self._tx, author)
        here = self._book.records(number, Place.SET, scope)
        comes_home = author == self._facts.us and not self._facts.signed_here
        has_shelf = self._book.records(number, Place.SHELF, scope) > 0
        return not comes_home and not has_shelf and here + records <= SLOTS_PER_AUTHOR

    def _insert_many(self, records: list[Record]) -> set[bytes] | None:
        """Insert those that meet no other version; return their ids, or None for all of them."""
        numbers, unfit_reason = self._tx.numbers, self._facts.kinds.unfit_reason
        reasons = [unfit_reason(record) for record in records]
        self._unfit = {r.id: why for r, why in zip(records, reasons, strict=True) if why}
        rows = [
            row_of(record, numbers[record.author], Place.SET, brought_by=None, unfit=why)
            for record, why in zip(records, reasons, strict=True)
        ]
        (before,) = self._connection.execute("SELECT max(number) FROM record").fetchone()
        added = self._connection.executemany(_INSERT_NEW, rows).rowcount
        if added == len(rows) and not self._facts.signed_here:
            return None
        new = self._connection.execute(
            "SELECT id, number FROM record WHERE number > ?", (before or 0,)
        )
        ids = dict(new.fetchall())
        if self._facts.signed_here:
            self._mark_own(ids.items())
        return set(ids)

    def _note_new(self, author: PodId, scope: int, records: list[Record]) -> None:
        number, find = self._tx.numbers[author], self._facts.kinds.find
        size = sum([len(record.body) + len(record.signature) for record in records])
        self._book.count(number, Place.SET, scope, len(records), size)
        items = [(record.stamp_ms // 1000, number, record.id) for record in records]
        self._book.enters(Place.SET, scope, items)
        self._taken.update({record.id: record for record in records})
        for record in records:
            if find(record.kind) is not None:
                self._show(record, self._unfit.get(record.id))

    # --- Slot by slot ---

    def _settle(self, author: PodId, scope: int, group: list[Record], place: Place) -> None:
        """Let each record of group win or lose its slot, and the newest slots stay (R1, R8)."""
        number = author_number(self._tx, author)
        new: list[Record] = []
        for record in self._greatest_of_each_slot(group):
            slot = (number, scope, record.kind, record.rid)
            values = self._connection.execute(_AT_SLOT[place], slot).fetchone()
            current = None if values is None else Standing(*values)
            if current is not None and current.rank >= record.rank:
                self._lost(record, current.id)
            elif self._stands_elsewhere(record):
                self.intake.duplicates += 1
            elif current is None:
                new.append(record)
            else:
                self._replace(current, record, place)
        self._add_slots(number, scope, new, place)

    def _greatest_of_each_slot(self, group: list[Record]) -> list[Record]:
        """Return one record a slot, in descending rank."""
        greatest: dict[tuple[int, bytes], Record] = {}
        for record in sorted(group, key=lambda record: record.rank, reverse=True):
            winner = greatest.setdefault((record.kind, record.rid), record)
            if winner is not record:
                self._lost(record, winner.id)
        return list(greatest.values())

    def _lost(self, record: Record, winner_id: bytes) -> None:
        if record.id == winner_id:
            self.intake.duplicates += 1
        else:
            self._refuse(record, Refusal.SUPERSEDED)

    def _stands_elsewhere(self, record: Record) -> bool:
        """Tell whether record is in the set under its id; take it out of any lesser place."""
        values = self._connection.execute(_WITH_ID, (record.id, record.id)).fetchone()
        if values is None:
            return False
        row = Standing(*values)
        if row.place == Place.SET:
            return True
        remove(self._tx, self._book, row)
        return False

    def _replace(self, current: Standing, record: Record, place: Place) -> None:
        loser = None
        if record.author == self._facts.us:
            loser = version_of_row(self._connection, current.number)
        retire(self._tx, self._book, current, self._facts.us)
        self._take_back(current, Refusal.SUPERSEDED)
        self._add(record, current.author, place, Adopted(record, loser))

    def _add_slots(self, number: int, scope: int, new: list[Record], place: Place) -> None:
        """Add new slots while they have room or outrank the least here. new: greatest first."""
        room = max(0, SLOTS_PER_AUTHOR - self._book.records(number, place, scope))
        for record in new[:room]:
            self._add(record, number, place, Adopted(record, None))
        rest = new[room:]
        if not rest:
            return
        # The greatest of the rest against the least here, the next against the next: once one
        # loses, all after it do.
        least = self._connection.execute(_LEAST, (number, place, scope, len(rest))).fetchall()
        evicted = 0
        for record, values in zip(rest, least, strict=False):
            row = Standing(*values)
            if record.rank < row.rank:
                break
            evicted += 1
            remove(self._tx, self._book, row)
            self._take_back(row, Refusal.OVER_QUOTA)
            self._add(record, number, place, Adopted(record, None))
        for record in rest[evicted:]:
            self._refuse(record, Refusal.OVER_QUOTA)

    def _take_back(self, row: Standing, why: Refusal) -> None:
        """A record of this very batch that a greater one has put out again was not taken."""
        record = self._taken.pop(row.id, None)
        if record is not None:
            self._refuse(record, why)

    def _add(self, record: Record, author: int, place: Place, adopted: Adopted) -> None:
        """Insert record into the set or on the shelf, with its marks if it is ours."""
        unfit = self._facts.kinds.unfit_reason(record)
        row = row_of(record, author, place, brought_by=None, unfit=unfit)
        cursor = self._connection.execute(INSERT, row)
        self._book.count(author, place, record.scope, 1, len(record.body) + len(record.signature))
        self._book.enters(place, record.scope, [(record.stamp_ms // 1000, author, record.id)])
        if record.author == self._facts.us:
            self._mark_own([(record.id, int(cursor.lastrowid or 0))], self._doubt_of(record))
        if place is Place.SHELF:
            self.intake.shelved.append(record)
            if record.author == self._facts.us and self._doubt_of(record) is Doubt.NONE:
                show_from_shelf(self._tx, self._book, record, unfit)
            return
        self._taken[record.id] = record
        if record.author == self._facts.us and not self._facts.signed_here:
            self.intake.adopted.append(adopted)
        self._show(record, unfit)

    def _doubt_of(self, record: Record) -> Doubt:
        """Tell whether people have to say first whose a version of our own is (R4)."""
        doubts = self._facts.doubts
        if doubts is None or record.epoch >= doubts.below_epoch:
            return Doubt.NONE
        return Doubt.WAITS if record.stamp_ms >= doubts.since_ms else Doubt.NONE

    def _show(self, record: Record, unfit: str | None) -> None:
        if unfit is None:
            self._book.shows(record)
        else:
            self._book.hides(record.slot)

    def _mark_own(self, rows: Iterable[tuple[bytes, int]], doubt: Doubt = Doubt.NONE) -> None:
        """Note what only we know of versions of our own. rows: (id, number of the row)."""
        facts = self._facts
        origin = Origin.SIGNED_HERE if facts.signed_here else Origin.ADOPTED
        marks = (origin, facts.run, facts.signed_here and facts.clock_unset)
        self._connection.executemany(
            "INSERT INTO own_version VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
            [
                (row, *marks, *facts.made_from.get(i, (None, None)), self._tx.now_ms, doubt)
                for i, row in rows
            ],
        )

    # --- What lies ahead ---

    def _hold(self, records: list[Record]) -> None:
        """Keep records until they are due, as many as the bounds allow (R7)."""
        if not records or self._facts.ceiling_s is None:
            return
        peer = self._facts.peer
        brought_by = None if peer is None else author_number(self._tx, peer)
        (room,) = self._connection.execute(
            "SELECT ? - count(*) FROM record WHERE place = 2 AND brought_by IS ?",
            (HELD_PER_NEIGHBOUR, brought_by),
        ).fetchone()
        last_ms = _end_ms(self._facts.ceiling_s + LIFETIME_S)
        for record in records:
            number = author_number(self._tx, record.author)
            if record.stamp_ms >= last_ms:
                self._refuse(record, Refusal.TOO_FAR_AHEAD)
            elif self._connection.execute(_WITH_ID, (record.id, record.id)).fetchone() is not None:
                self.intake.duplicates += 1
            elif room <= 0 or self._held_of(number) >= HELD_PER_AUTHOR:
                self._refuse(record, Refusal.OVER_QUOTA)
            else:
                room -= 1
                self._keep_aside(record, number, brought_by)

    def _held_of(self, author: int) -> int:
        return sum(self._book.records(author, Place.HELD, scope) for scope in Scope)

    def _keep_aside(self, record: Record, author: int, brought_by: int | None) -> None:
        row = row_of(record, author, Place.HELD, brought_by=brought_by, unfit=None)
        self._connection.execute(INSERT, row)
        size = len(record.body) + len(record.signature)
        self._book.count(author, Place.HELD, record.scope, 1, size)
        self.intake.held.append(record)


def _by_author(records: Iterable[Record]) -> dict[tuple[PodId, int], list[Record]]:
    groups: dict[tuple[PodId, int], list[Record]] = {}
    for record in records:
        groups.setdefault((record.author, record.scope), []).append(record)
    return groups


def _split(group: list[Record], ids: set[bytes] | None) -> tuple[list[Record], list[Record]]:
    """Return those of group with one of ids (None: all), and the others."""
    if ids is None:
        return group, []
    return [r for r in group if r.id in ids], [r for r in group if r.id not in ids]
