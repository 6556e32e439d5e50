"""Bundles that somebody brings: opening the file, looking into it, what its creator has.

Spec: docs/protocol.md §14 (R13). Nothing is taken in here, and no record is checked. For one
thread. Taking in stands in bundle_intake.py.
"""

import os
from array import array
from bisect import bisect_left
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import BinaryIO, Final

from protocol.bundle import End, Ids, Inner, Part, open_sealed, read_bundle
from protocol.bundle_head import Head
from protocol.errors import PeerError, StoreError, UserError
from protocol.frames import MailBatch, Records, Wire
from protocol.identity import PodId
from protocol.record import read_record
from protocol.sealed import MailKey
from protocol.sealed_part import Sealed

Progress = Callable[[int, int], None]
"""Takes how much is done, of how much."""

_CHUNK_BYTES: Final = 65_536


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """What the creator of a bundle said that it holds: eight bytes an id, in order."""

    creator: PodId
    ids: "array[int]"

    def __contains__(self, short_id_: bytes) -> bool:
        number = int.from_bytes(short_id_, "big")
        at = bisect_left(self.ids, number)
        return at < len(self.ids) and self.ids[at] == number


@dataclass(slots=True, kw_only=True)
class Seen:
    """What a bundle is, found by reading it through.

    records, ids: for all.  alone: records for the one neighbour that it is sealed to, if that is
    us.  mail: sealed letters, for us or to be passed on.  is_whole: the closing digest is there
    and right.  fault: code of what made reading stop, None for a file that ends early or is whole.
    """

    head: Head
    records: int = 0
    ids: int = 0
    alone: int = 0
    mail: int = 0
    is_whole: bool = False
    fault: str | None = None

    def is_for(self, mail_key: MailKey) -> bool:
        """Tell whether there is something sealed to this key."""
        return self.head.sealed > 0 and self.head.sealed_to == mail_key.id


@dataclass(slots=True, kw_only=True)
class Looked(Seen):
    """What stands in a bundle: how many records of which author, and of which kind."""

    by_author: Counter[PodId] = field(default_factory=Counter)
    by_kind: Counter[int] = field(default_factory=Counter)


# --- Looking into one ---


def look_into(path: Path, mail_key: MailKey, progress: Progress | None = None) -> Looked:
    """Read a bundle through and tell what it is; no record is checked, nothing is taken in.

    Raises UserError if it is none, and StoreError.
    """
    with open_bundle(path, progress) as parts:
        seen = Looked(head=parts.head)
        for part in parts.guarded(seen):
            if isinstance(part, Records):
                seen.records += len(part.wires)
                _tally(seen, part.wires)
            elif isinstance(part, Ids):
                seen.ids += len(part.short_ids)
            elif isinstance(part, Sealed):
                inner = opened(part, seen, mail_key)
                if isinstance(inner, Records):
                    seen.alone += len(inner.wires)
                    _tally(seen, inner.wires)
                elif isinstance(inner, MailBatch):
                    seen.mail += len(inner.wires)
    return seen


def _tally(seen: Looked, wires: tuple[Wire, ...]) -> None:
    for wire in wires:
        try:
            record = read_record(*wire)
        except PeerError:
            continue  # an import tells of it
        seen.by_author[record.author] += 1
        seen.by_kind[record.kind] += 1


def opened(sealed: Sealed, seen: Seen, mail_key: MailKey) -> Inner | None:
    """Return what was sealed to us; None if it was not, or not as it should be."""
    if not seen.is_for(mail_key):
        return None
    try:
        return open_sealed(sealed, seen.head, mail_key)
    except PeerError:
        return None


def summary_of(path: Path, mail_key: MailKey) -> Known:
    """Return what the creator of the bundle at path holds, as far as the file goes.

    What it holds of near records stands in what is sealed, if that is to us (R9).
    Raises UserError if it is none, and StoreError.
    """
    ids = array("Q")
    with open_bundle(path, None) as parts:
        seen = Seen(head=parts.head)
        for part in parts.guarded(seen):
            inner = opened(part, seen, mail_key) if isinstance(part, Sealed) else part
            if isinstance(inner, Ids):
                ids.extend(int.from_bytes(short, "big") for short in inner.short_ids)
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
            "unreadable",
            "{path} cannot be read: {why}.",
            "Is the stick still in?",
            path=path,
            why=err.strerror,
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
            "{path} was written by a later version of this program.",
            "Bring this pod up to date.",
            path=path,
        )
    if err.code == "bad_signature":
        return UserError(
            err.code,
            "{path} says that it is from a pod that has not signed it.",
            "Do not use it; ask for a new one.",
            path=path,
        )
    return UserError(
        err.code, "{path} is no bundle.", "Make one with: pod bundle export FILE", path=path
    )
