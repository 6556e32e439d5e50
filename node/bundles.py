"""Bundles that this pod writes: what goes onto a stick, for all and for one neighbour alone.

Spec: docs/protocol.md §14 (R13). Near records stand in nothing but what is sealed to the
neighbour that they are for (R9). For one thread.
"""

import os
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from itertools import chain
from pathlib import Path
from typing import BinaryIO, Final, NamedTuple

from node.bundle_files import Known, Progress
from node.keeper import Keeper
from node.mail import MailRoom
from protocol.bundle import For, Inner, inner_parts, write_bundle
from protocol.bundle_head import Head
from protocol.errors import StoreError, UserError
from protocol.frames import Wire
from protocol.identity import PodId
from protocol.limits import MAX_TABLE_ENTRIES, REACH_HOPS
from protocol.sealed import mail_key_id
from protocol.trust import Table, told_distance
from store import bundles
from store.backup import put_in_place, sync

_TOLD_EVERY: Final = 500
"""Records between two words to progress."""


class Alone(NamedTuple):
    """The neighbour for whom alone something is in a bundle. mail_key: its public one."""

    pod_id: PodId
    mail_key: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Exported:
    """What an export wrote.

    records: for all.  known: those left out because the other side has them.  held: those that
    we have, in it or not.  alone: records for the one neighbour that it is sealed to.  mail:
    sealed letters for that one, or to go on from there.
    """

    records: int
    known: int
    held: int
    alone: int
    mail: int
    authors: int
    size_bytes: int


def export(
    keeper: Keeper,
    path: Path,
    *,
    known: Known | None = None,
    alone: Alone | None = None,
    is_summary: bool = False,
    progress: Progress | None = None,
) -> Exported:
    """Write a bundle to path: every network record that we would tell a neighbour of.

    known: what need not be inside.  alone: the neighbour for whom near records are to be in it
    too, sealed.  is_summary: only what we hold is said, no record is inside. The file appears
    under its name when it is whole and on the disk; one that was there is replaced then. Raises
    UserError (epoch_superseded, invalid) and StoreError.
    """
    _check(keeper, known)
    if keeper.mail_doors is not None:
        MailRoom(keeper, keeper.mail_doors).seal_waiting(keeper.now())
    with keeper.store.reading() as connection:
        contents = bundles.Contents(connection, keeper.floor_s)
        _renew_table(keeper, contents)
        load = _Load(keeper, contents, known, alone, is_summary=is_summary)
        with _whole_file(path) as file:
            for piece in load.pieces(progress):
                file.write(piece)
            size_bytes = file.tell()
    return load.exported(size_bytes)


def _renew_table(keeper: Keeper, contents: bundles.Contents) -> None:
    """Work out what we tell, from the tally: the indexes of all records are not needed for it."""
    keeper.roster.load_authors()  # of records written since the roster was loaded
    numbers = keeper.directory.numbers
    held = (numbers[author] for author in contents.authors() if author in numbers)
    keeper.directory.renew_own_table(held)


def _check(keeper: Keeper, known: Known | None) -> None:
    keeper.signer.check_may_sign()
    if known is not None and known.creator == keeper.pod_id:
        raise UserError(
            "invalid",
            "The summary is of this very pod: everything would be left out.",
            "Give a bundle that came from there.",
        )


class _Load:
    """What goes into one bundle. Everything is read from the store twice: counted, then written."""

    def __init__(
        self,
        keeper: Keeper,
        contents: bundles.Contents,
        known: Known | None,
        alone: Alone | None,
        *,
        is_summary: bool,
    ) -> None:
        self._keeper, self._contents = keeper, contents
        self._known, self._alone, self._is_summary = known, alone, is_summary
        self._mail, self._tokens = self._letters() if alone and not is_summary else ([], [])
        self.table = keeper.directory.own_table
        reached = within_reach(self.table, keeper.pod_id)
        self.authors = sorted(reached & keeper.directory.certificates.keys())
        self._certificates = [] if is_summary else self._certificates_of(self.authors)
        self._head = self._make_head()

    def _certificates_of(self, authors: Iterable[PodId]) -> list[bytes]:
        """Return the greatest of each author, and the neighbour's older ones for its shelf."""
        greatest = self._keeper.directory.certificates
        older = self._keeper.roster.certificates.of(self._alone.pod_id)[1:] if self._alone else ()
        wires = [*(greatest[author].wire for author in authors), *(it.wire for it in older)]
        return wires[:MAX_TABLE_ENTRIES]

    def _make_head(self) -> Head:
        keeper, now, alone = self._keeper, self._keeper.now(), self._alone
        sealed = sum(1 for _ in self._parts_alone())
        return Head(
            keeper.certificate,
            keeper.run_id,
            now.wall_ms,
            now.state,
            keeper.floor_s,
            self.table,
            certificates=len(self._certificates),
            records=0 if self._is_summary else sum(self._lacks(short) for short in self._ids()),
            ids=sum(1 for _ in self._ids()),
            sealed_to=mail_key_id(alone.mail_key) if alone and sealed else b"",
            sealed=sealed,
        )

    def _lacks(self, short: bytes) -> bool:
        return self._known is None or short not in self._known

    def _ids(self) -> Iterator[bytes]:
        return self._contents.network_ids(self.authors)

    def _wires(self) -> Iterator[Wire]:
        if not self._is_summary:
            found = self._contents.network_records(self.authors)
            yield from (wire for short, wire in found if self._lacks(short))

    # --- For one neighbour alone (R9) ---

    def _parts_alone(self) -> Iterator[Inner]:
        if self._alone is not None and not self._is_summary:
            ids = (short for short, _ in self._near())
            yield from inner_parts(self._wires_alone(), ids, self._mail, self._tokens)

    def _near(self) -> Iterator[tuple[bytes, Wire]]:
        """What is near between the two: ours, and the neighbour's own to bring home."""
        if self._alone is not None:
            both = (self._keeper.pod_id, self._alone.pod_id)
            yield from self._contents.near_records(both)

    def _letters(self) -> tuple[list[bytes], list[bytes]]:
        """Return mail that the neighbour is nearer to, or that is for it, and tokens (R15).

        Not noted as taken: the stick may be lost, and mail that comes twice is known by its id.
        """
        keeper, alone = self._keeper, self._alone
        if keeper.mail_doors is None or alone is None:
            return [], []
        room, now = MailRoom(keeper, keeper.mail_doors), keeper.now()
        told: dict[bytes, None] = {}
        while offers := room.offers_to(
            alone.pod_id, now, offered=told.__contains__, promised=lambda _: ()
        ):
            told.update(dict.fromkeys(offer.id for offer in offers))
        return self._contents.mail(told), self._contents.tokens()

    def _wires_alone(self) -> Iterator[Wire]:
        if self._alone is not None:
            shelf = self._contents.shelf(self._alone.pod_id)
            found = chain(self._near(), shelf)
            yield from (wire for short, wire in found if self._lacks(short))

    # --- Out ---

    def pieces(self, progress: Progress | None) -> Iterator[bytes]:
        """Yield the bytes of the bundle."""
        told = _telling(self._wires(), self._head.records, progress)
        alone = None
        if self._alone is not None and self._head.sealed:
            alone = For(self._alone.mail_key, self._parts_alone())
        key = self._keeper.working_key
        return write_bundle(key, self._head, self._certificates, told, self._ids(), alone)

    def exported(self, size_bytes: int) -> Exported:
        records, ids = self._head.records, self._head.ids
        return Exported(
            records=records,
            known=0 if self._is_summary else ids - records,
            held=ids,
            alone=sum(1 for _ in self._wires_alone()) if self._head.sealed else 0,
            mail=len(self._mail),
            authors=len(self.authors),
            size_bytes=size_bytes,
        )


def within_reach(table: Table, teller: PodId) -> set[PodId]:
    """Return the authors that table carries, and whose records travel one hop more (R2)."""
    return {
        author
        for author, entry in table.entries.items()
        if entry.carried and told_distance(table, teller, author) < REACH_HOPS
    }


def _telling(wires: Iterable[Wire], total: int, progress: Progress | None) -> Iterator[Wire]:
    for done, wire in enumerate(wires):
        if progress is not None and done % _TOLD_EVERY == 0:
            progress(done, total)
        yield wire


@contextmanager
def _whole_file(path: Path) -> Iterator[BinaryIO]:
    """Give a file to write to, which gets its name when the block is left without an error.

    Sticks are pulled out early: a name stands for a whole file that is on the disk.
    """
    partial = path.with_name(f"{path.name}.partial")
    try:
        try:
            # Never through a link that somebody left on the stick under this name.
            partial.unlink(missing_ok=True)
            with partial.open("xb") as file:
                yield file
                file.flush()
                os.fsync(file.fileno())
            put_in_place(partial, path)
            with suppress(OSError):  # some file systems of sticks cannot do it for a folder
                sync(path.parent)
        finally:
            partial.unlink(missing_ok=True)
    except OSError as err:
        raise StoreError(
            "read_only",
            "{path} cannot be written: {why}.",
            "Is the stick in, is there room on it, and may this user write there?",
            path=path,
            why=err.strerror,
        ) from err
