"""The record index: which records a pod holds, in the order of set reconciliation.

Spec: docs/protocol.md §6.5. One index for each scope, kept up to date by whoever changes the
store, and saved beside it as a blob. One thread reads and changes it.
"""

import struct
from array import array
from collections import Counter
from collections.abc import Iterable
from typing import Final
from zlib import crc32

from protocol.blocks import ID_BYTES, MAX_BLOCK_ITEMS, Block, Blocks, Item
from protocol.errors import LocalError
from protocol.index_view import EVERYONE, INFINITY, AuthorFilter, IndexView, Slice, Totals, slice_of

__all__ = ["AuthorFilter", "IndexView", "Item", "RecordIndex"]

AUTHOR_END: Final = 1 << 32
FILTERS_KEPT: Final = 8
"""Filters whose sums are kept, the least lately used dropped first. With 100,000 items each
takes 0.2 MB, up to 0.7 after many small ranges; one that was dropped costs 10 ms to make."""

_MAGIC: Final = 0x4D50_4931  # "MPI1"; read in another byte order it is wrong, as it should be
_HEAD: Final = struct.Struct("=4I")  # magic, items, blocks, authors
_CHECK: Final = struct.Struct("=I")
_SUM_BYTES: Final = 32


class RecordIndex:
    """A set of items (stamp_s, id, author), ordered by stamp and then id.

    Takes 44 bytes an item and 10 % more. Every method raises LocalError (malformed) for a
    stamp outside 0 to 2^64 - 2, an id that is not 32 bytes or an author outside 32 bits.
    """

    __slots__ = ("_author_counts", "_blocks", "_everyone", "_filtered")

    def __init__(self) -> None:
        self._blocks = Blocks()
        self._author_counts: dict[int, int] = {}
        self._everyone = Totals()
        self._filtered: dict[frozenset[int], Totals] = {}

    def __len__(self) -> int:
        return self._blocks.count

    def __contains__(self, item: tuple[int, bytes]) -> bool:
        """Say whether (stamp_s, id) is held."""
        stamp_s, record_id = item
        _check_item(stamp_s, record_id)
        return self._blocks.has(stamp_s, record_id)

    def authors(self) -> set[int]:
        """Return the local numbers of all authors with an item here."""
        return set(self._author_counts)

    def add(self, stamp_s: int, record_id: bytes, author: int) -> bool:
        """Take an item in; return False, and change nothing, if it is held."""
        return self.add_many([(stamp_s, record_id, author)]) == 1

    def add_many(self, items: Iterable[Item]) -> int:
        """Take items in, all or none; return how many were not held."""
        wanted = sorted({item[:2]: item for item in items}.values())
        for stamp_s, record_id, author in wanted:
            _check_item(stamp_s, record_id)
            if not 0 <= author < AUTHOR_END:
                raise LocalError("malformed", f"author number {author}")
        new = self._blocks.insert_many(wanted)
        for author, count in Counter([item[2] for item in new]).items():
            self._author_counts[author] = self._author_counts.get(author, 0) + count
        return len(new)

    def remove(self, stamp_s: int, record_id: bytes) -> bool:
        """Take an item out; return False if it is not held."""
        _check_item(stamp_s, record_id)
        author = self._blocks.delete(stamp_s, record_id)
        if author is None:
            return False
        self._author_counts[author] -= 1
        if not self._author_counts[author]:
            del self._author_counts[author]
        return True

    def view(
        self, authors: AuthorFilter = EVERYONE, floor_s: int = 0, ceiling_s: int | None = None
    ) -> IndexView:
        """Return a live view of the items that count for one pair of pods.

        floor_s, ceiling_s: the least and the greatest stamp that counts (None: no ceiling).
        """
        for stamp_s in (floor_s, ceiling_s or 0):
            if not 0 <= stamp_s < INFINITY[0]:
                raise LocalError("malformed", f"floor {floor_s}, ceiling {ceiling_s}")
        return IndexView(self._blocks, lambda: self._totals(authors), floor_s, ceiling_s)

    def to_blob(self) -> bytes:
        """Return the index as bytes for from_blob on this machine: 45 bytes an item."""
        blocks = self._blocks.blocks if len(self) else []
        head = _HEAD.pack(_MAGIC, len(self), len(blocks), len(self._author_counts))
        parts: list[bytes | bytearray] = [
            head,
            array("I", self._author_counts.keys()).tobytes(),
            array("I", self._author_counts.values()).tobytes(),
            array("H", map(len, blocks)).tobytes(),
            *[(block.total % (1 << 256)).to_bytes(_SUM_BYTES, "little") for block in blocks],
            *[block.stamps.tobytes() for block in blocks],
            *[block.authors.tobytes() for block in blocks],
            *[block.ids for block in blocks],
        ]
        blob = b"".join(parts)
        return blob + _CHECK.pack(crc32(blob))

    @classmethod
    def from_blob(cls, blob: bytes) -> "RecordIndex":
        """Return the index that to_blob wrote, without walking its items.

        Raises ValueError, and nothing else, for bytes that are damaged, of another version or
        of a machine with another byte order. The check sum guards against decay, not malice.
        """
        reader = _BlobReader(blob)
        index = cls()
        numbers, counts = reader.array("I", reader.authors), reader.array("I", reader.authors)
        index._author_counts = dict(zip(numbers, counts, strict=True))
        lengths = reader.array("H", reader.blocks)
        if sum(lengths) != reader.items or sum(counts) != reader.items:
            raise ValueError("counts of the index do not agree")
        if not all(0 < length <= MAX_BLOCK_ITEMS for length in lengths):
            raise ValueError("an index block of impossible length")
        sums = [int.from_bytes(reader.take(_SUM_BYTES), "little") for _ in lengths]
        stamps = [reader.array("Q", length) for length in lengths]
        authors = [reader.array("I", length) for length in lengths]
        for number, length in enumerate(lengths):
            ids = bytearray(reader.take(length * ID_BYTES))
            block = Block(stamps[number], ids, authors[number], sums[number], 0)
            index._blocks.append_block(block)
        return index

    def _totals(self, authors: AuthorFilter) -> Totals:
        everyone = self._everyone
        everyone.renew(self._blocks, lambda block: Slice(block, None, block.total))
        # What a filter leaves out of this index is all that counts: most leave out nobody,
        # and one that names an author more, new here, has the sums of the one before.
        excluded = authors.excluded(self._author_counts.keys())
        if not excluded:
            return everyone
        totals = self._filtered.pop(excluded, None) or Totals()
        self._filtered[excluded] = totals
        if len(self._filtered) > FILTERS_KEPT:
            del self._filtered[next(iter(self._filtered))]
        totals.renew(
            self._blocks, lambda block: slice_of(block, excluded, everyone.slice_at(block))
        )
        return totals


class _BlobReader:
    """The parts of a blob in turn; its check sum and length have been verified."""

    def __init__(self, blob: bytes) -> None:
        view = memoryview(blob)
        if len(blob) < _HEAD.size + _CHECK.size:
            raise ValueError("index blob cut short")
        magic, self.items, self.blocks, self.authors = _HEAD.unpack_from(view)
        if magic != _MAGIC:
            raise ValueError("not an index blob of this version and machine")
        size = _HEAD.size + 8 * self.authors + (2 + _SUM_BYTES) * self.blocks
        size += (12 + ID_BYTES) * self.items + _CHECK.size
        if len(blob) != size:
            raise ValueError(f"index blob of {len(blob)} bytes, should be {size}")
        if _CHECK.unpack(view[-_CHECK.size :]) != (crc32(view[: -_CHECK.size]),):
            raise ValueError("index blob fails its check sum")
        self._view = view[_HEAD.size :]

    def take(self, size: int) -> memoryview:
        part, self._view = self._view[:size], self._view[size:]
        return part

    def array(self, code: str, length: int) -> "array[int]":
        values: array[int] = array(code)
        values.frombytes(self.take(length * values.itemsize))
        return values


def _check_item(stamp_s: int, record_id: bytes) -> None:
    if len(record_id) != ID_BYTES or not 0 <= stamp_s < INFINITY[0]:
        raise LocalError("malformed", f"index item: {len(record_id)} byte id, stamp {stamp_s}")
