"""Bundles as files: what goes onto a stick, and looking into what is on one.

Spec: docs/protocol.md §14 (R13). Records of network scope alone: near ones are never written.
For one thread. What is done with one that somebody brings stands in bundle_intake.py.
"""

import os
from array import array
from bisect import bisect_left
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, Final

from node.keeper import NOTICES, Keeper
from protocol.bundle import End, Head, Ids, Part, read_bundle, write_bundle
from protocol.errors import PeerError, StoreError, UserError
from protocol.frames import Records, Wire
from protocol.identity import PodId
from protocol.limits import REACH_HOPS
from protocol.trust import Table, told_distance
from store import bundles
from store.backup import sync

Progress = Callable[[int, int], None]
"""Takes how much is done, of how much."""

_CHUNK_BYTES: Final = 65_536
_TOLD_EVERY: Final = 500
"""Records between two words to progress."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """What the creator of a bundle said that it holds: eight bytes an id, in order."""

    creator: PodId
    ids: "array[int]"

    def __contains__(self, short_id_: bytes) -> bool:
        number = int.from_bytes(short_id_, "big")
        at = bisect_left(self.ids, number)
        return at < len(self.ids) and self.ids[at] == number


@dataclass(frozen=True, slots=True, kw_only=True)
class Exported:
    """What an export wrote. known: records left out because the other side has them."""

    records: int
    known: int
    authors: int
    size_bytes: int


@dataclass(slots=True, kw_only=True)
class Seen:
    """What a bundle is, found by reading it through.

    is_whole: the closing digest is there and right.  fault: code of what made reading stop,
    None for a file that ends early or is whole.
    """

    head: Head
    records: int = 0
    ids: int = 0
    is_whole: bool = False
    fault: str | None = None


# --- Export ---


def export(
    keeper: Keeper, path: Path, *, known: Known | None = None, progress: Progress | None = None
) -> Exported:
    """Write a bundle to path: every network record that we would tell a neighbour of.

    known: what need not be inside. The file appears under its name when it is whole and on the
    disk; one that was there is replaced then. Raises UserError (epoch_superseded, invalid) and
    StoreError.
    """
    if not keeper.may_sign:
        raise UserError(
            "epoch_superseded",
            NOTICES["superseded"],
            "If it was not you, make a new key from the 24 words: pod recover",
        )
    if known is not None and known.creator == keeper.pod_id:
        raise UserError(
            "invalid",
            "The summary is of this very pod: everything would be left out.",
            "Give a bundle that came from there.",
        )
    keeper.catch_up()
    keeper.renew_table()
    with keeper.store.reading() as connection, _whole_file(path) as file:
        head, authors = _head_of(keeper, known)
        certificates = [keeper.directory.certificates[author].wire for author in authors]
        found = bundles.network_records(connection, authors, head.floor_s)
        wires = (wire for short, wire in found if known is None or short not in known)
        ids = bundles.network_ids(connection, authors, head.floor_s)
        told = _telling(wires, head.records, progress)
        for piece in write_bundle(keeper.working_key, head, certificates, told, ids):
            file.write(piece)
        size_bytes = file.tell()
    return Exported(
        records=head.records,
        known=head.ids - head.records,
        authors=len(authors),
        size_bytes=size_bytes,
    )


def _head_of(keeper: Keeper, known: Known | None) -> tuple[Head, list[PodId]]:
    """Return the head of a bundle written now, and the authors whose records are in it."""
    table, floor_s, now = keeper.directory.own_table, keeper.floor_s, keeper.now()
    authors = sorted(within_reach(table, keeper.pod_id) & keeper.directory.certificates.keys())
    held = records = 0
    for short in bundles.network_ids(keeper.store.connection, authors, floor_s):
        held += 1
        records += known is None or short not in known
    head = Head(
        keeper.certificate,
        keeper.run_id,
        now.wall_ms,
        now.state,
        floor_s,
        table,
        certificates=len(authors),
        records=records,
        ids=held,
    )
    return head, authors


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
            partial.replace(path)
            with suppress(OSError):  # some file systems of sticks cannot do it for a folder
                sync(path.parent)
        finally:
            partial.unlink(missing_ok=True)
    except OSError as err:
        raise StoreError(
            "read_only",
            f"{path} cannot be written: {err.strerror}.",
            "Is the stick in, is there room on it, and may this user write there?",
        ) from err


# --- Looking into one ---


def look_into(path: Path, progress: Progress | None = None) -> Seen:
    """Read a bundle through and tell what it is; no record is checked, nothing is taken in.

    Raises UserError if it is none, and StoreError.
    """
    with open_bundle(path, progress) as parts:
        seen = Seen(head=parts.head)
        for part in parts.guarded(seen):
            if isinstance(part, Records):
                seen.records += len(part.wires)
            elif isinstance(part, Ids):
                seen.ids += len(part.short_ids)
    return seen


def summary_of(path: Path) -> Known:
    """Return what the creator of the bundle at path holds, as far as the file goes.

    Raises UserError if it is none, and StoreError.
    """
    ids = array("Q")
    with open_bundle(path, None) as parts:
        seen = Seen(head=parts.head)
        for part in parts.guarded(seen):
            if isinstance(part, Ids):
                ids.extend(int.from_bytes(short, "big") for short in part.short_ids)
    return Known(creator=seen.head.certificate.pod_id, ids=array("Q", sorted(ids)))


class Parts:
    """The parts of an open bundle after its head."""

    def __init__(self, parts: Iterator[Part]) -> None:
        first = next(parts, None)
        if not isinstance(first, Head):
            raise PeerError("malformed", "no head")
        self.head = first
        self._parts = parts

    def guarded(self, seen: Seen) -> Iterator[Part]:
        """Yield them up to the tear or the first fault, and note in seen how it ended."""
        try:
            for part in self._parts:
                if isinstance(part, End):
                    seen.is_whole = part.is_whole
                    if not part.is_whole:
                        seen.fault = "malformed"
                    return
                yield part
        except PeerError as err:
            seen.fault = err.code


@contextmanager
def open_bundle(path: Path, progress: Progress | None) -> Iterator[Parts]:
    try:
        with path.open("rb") as file:
            try:
                parts = Parts(read_bundle(_chunks(file, progress)))
            except PeerError as err:
                raise _no_bundle(path, err) from err
            yield parts
    except OSError as err:
        raise StoreError(
            "unreadable", f"{path} cannot be read: {err.strerror}.", "Is the stick still in?"
        ) from err


def _chunks(file: BinaryIO, progress: Progress | None) -> Iterator[bytes]:
    total = os.fstat(file.fileno()).st_size
    while chunk := file.read(_CHUNK_BYTES):
        if progress is not None:
            progress(file.tell(), total)
        yield chunk


def _no_bundle(path: Path, err: PeerError) -> UserError:
    if err.code == "unknown_version":
        return UserError(
            err.code,
            f"{path} was written by a later version of this program.",
            "Bring this pod up to date.",
        )
    if err.code == "bad_signature":
        return UserError(
            err.code,
            f"{path} says that it is from a pod that has not signed it.",
            "Do not use it; ask for a new one.",
        )
    return UserError(err.code, f"{path} is no bundle.", "Make one with: pod bundle export FILE")
