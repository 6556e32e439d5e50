"""What one pair of pods reconciles: the index cut by authors, floor and ceiling.

Spec: docs/protocol.md §6.5. A fingerprint is a sum, so nothing here walks the items: each block
keeps its sum, a filter keeps another sum only for the blocks that it touches, and both are
made anew only for blocks that changed.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterator, Sequence, Set
from dataclasses import dataclass
from hashlib import sha256
from itertools import accumulate
from typing import Final

from protocol.blocks import ID_BYTES, MAX_BLOCK_ITEMS, Block, Blocks, Bound
from protocol.varint import UINT64_END, encode_varint

INFINITY: Final[Bound] = (UINT64_END - 1, b"")
"""Above every item; no item may have this stamp."""
FINGERPRINT_BYTES: Final = 16
SUM_MASK: Final = (1 << 256) - 1
OFFSETS: Final = bytes(range(MAX_BLOCK_ITEMS))
MARK_EVERY: Final = 16
"""Items between two kept sums in a block: a sum to any place costs at most 15 additions."""


@dataclass(frozen=True, slots=True)
class AuthorFilter:
    """Which authors' records count, by their local numbers.

    only: nobody else (None: everybody).  without: not these, even if they stand in `only`.
    """

    only: frozenset[int] | None = None
    without: frozenset[int] = frozenset()

    def excluded(self, present: Set[int]) -> frozenset[int]:
        """Return those of the authors present that do not count."""
        out = present & self.without
        return frozenset(out if self.only is None else out | (present - self.only))


EVERYONE: Final = AuthorFilter()


class Slice:
    """The items that a filter keeps of one block, at one revision of it.

    kept: their offsets, ascending; None keeps all, at no cost.  count: how many.
    total: sum of their ids, modulo 2^256.
    """

    __slots__ = ("_block", "_kept", "_marks", "count", "total")

    def __init__(self, block: Block, kept: bytes | None, total: int) -> None:
        self._block = block
        self._kept = kept
        self._marks: list[int] = []
        self.count = len(block) if kept is None else len(kept)
        self.total = total

    def rank(self, offset: int) -> int:
        """Return how many kept items lie before the block's offset."""
        return offset if self._kept is None else bisect_left(self._kept, offset)

    def offsets(self, low: int, high: int) -> Sequence[int]:
        """Return the block's offsets of the kept items low to high - 1."""
        return range(low, min(high, self.count)) if self._kept is None else self._kept[low:high]

    def sum_before(self, rank: int) -> int:
        """Return the sum of the first `rank` kept items."""
        if not self._marks:
            starts = range(0, self.count, MARK_EVERY)
            steps = [self._sum(start, start + MARK_EVERY) for start in starts]
            self._marks = [0, *accumulate(steps)]
        mark = rank // MARK_EVERY
        return self._marks[mark] + self._sum(mark * MARK_EVERY, rank)

    def _sum(self, low: int, high: int) -> int:
        return self._block.sum_of(self.offsets(low, high))


def slice_of(block: Block, excluded: frozenset[int], whole: Slice) -> Slice:
    """Return what is left of block without these authors; whole: the slice that keeps all."""
    if excluded.isdisjoint(block.authors):
        return whole
    dropped = bytes([at for at, author in enumerate(block.authors) if author in excluded])
    kept = OFFSETS[: len(block)].translate(None, dropped)
    if len(kept) < len(dropped):
        return Slice(block, kept, block.sum_of(kept))
    return Slice(block, kept, block.total - block.sum_of(dropped))


class Totals:
    """Counts and sums up to each block, for one filter."""

    __slots__ = ("_of_revision", "counts", "slices", "sums", "version")

    def __init__(self) -> None:
        self.version = -1
        self.slices: list[Slice] = []
        self.counts = [0]  # counts[n]: items kept in the blocks before block n
        self.sums = [0]
        self._of_revision: dict[int, Slice] = {}

    def renew(self, blocks: Blocks, slice_of: Callable[[Block], Slice]) -> None:
        """Bring everything up to blocks.version; only changed blocks are asked for a slice."""
        if self.version == blocks.version:
            return
        known = self._of_revision
        self.slices = [known.get(block.revision) or slice_of(block) for block in blocks.blocks]
        revisions = (block.revision for block in blocks.blocks)
        self._of_revision = dict(zip(revisions, self.slices, strict=True))
        self.counts = list(accumulate((part.count for part in self.slices), initial=0))
        self.sums = list(accumulate((part.total for part in self.slices), initial=0))
        self.version = blocks.version

    def slice_at(self, block: Block) -> Slice:
        """Return the slice of a block of the index."""
        return self._of_revision[block.revision]

    def position(self, number: int, offset: int) -> int:
        """Return how many kept items lie before this place of this block."""
        return self.counts[number] + self.slices[number].rank(offset)

    def number(self, position: int) -> int:
        """Return the number of the block that holds the kept item at position."""
        return bisect_right(self.counts, position) - 1

    def sum_before(self, position: int) -> int:
        """Return the sum of the first `position` kept items."""
        number = self.number(position)
        rank = position - self.counts[number]
        return self.sums[number] + (self.slices[number].sum_before(rank) if rank else 0)


class IndexView:
    """The items of an index by the filter's authors with floor_s <= stamp_s <= ceiling_s.

    Positions run from 0 to len(view) and mean something only until the index changes: a
    caller uses them within one act and keeps bounds in between. The view reads the index as
    it is at each call, so a view may live as long as its session.
    """

    __slots__ = (
        "_blocks",
        "_ceiling",
        "_end",
        "_floor",
        "_memo",
        "_start",
        "_totals",
        "_totals_now",
        "_version",
    )

    def __init__(
        self,
        blocks: Blocks,
        totals_now: Callable[[], Totals],
        floor_s: int,
        ceiling_s: int | None,
    ) -> None:
        self._blocks = blocks
        self._totals_now = totals_now
        self._floor: Bound = (floor_s, b"")
        self._ceiling: Bound = INFINITY if ceiling_s is None else (ceiling_s + 1, b"")
        self._totals = Totals()
        self._version = -1
        self._start = self._end = 0
        self._memo = (-1, 0)  # (position, sum before it): ranges of a message touch each other

    def __len__(self) -> int:
        self._renew()
        return self._end - self._start

    def summary(self) -> tuple[int, bytes]:
        """Return (count, fingerprint) of the whole view: what two sides compare first."""
        count = len(self)
        return count, self.fingerprint(0, count)

    def find(self, bound: Bound) -> int:
        """Return the position of the first item at or above bound."""
        self._renew()
        position = self._totals.position(*self._blocks.find(bound))
        return min(max(position, self._start), self._end) - self._start

    def fingerprint(self, low: int, high: int) -> bytes:
        """Return the fingerprint of the items at positions low to high - 1."""
        self._renew()
        below = self._sum_before(low)
        total = (self._sum_before(high) - below) & SUM_MASK
        known = total.to_bytes(ID_BYTES, "little") + encode_varint(high - low)
        return sha256(known).digest()[:FINGERPRINT_BYTES]

    def item(self, position: int) -> tuple[int, bytes]:
        """Return (stamp_s, id) of the item at position, 0 <= position < len(view)."""
        self._renew()
        return next(self.items(position, position + 1))

    def items(self, low: int, high: int) -> Iterator[tuple[int, bytes]]:
        """Yield (stamp_s, id) of items low to high - 1; the index must not change meanwhile."""
        self._renew()
        low, high = self._start + low, self._start + high
        while low < high:
            number = self._totals.number(low)
            block, part = self._blocks.blocks[number], self._totals.slices[number]
            first = self._totals.counts[number]
            last = min(part.count, high - first)
            for offset in part.offsets(low - first, last):
                yield block.item_at(offset)
            low = first + last

    def _renew(self) -> None:
        if self._version == self._blocks.version:
            return
        # Not the version of the totals: another view of the same filter may have renewed them.
        self._version = self._blocks.version
        self._totals = self._totals_now()
        self._start = self._totals.position(*self._blocks.find(self._floor))
        end = self._totals.position(*self._blocks.find(self._ceiling))
        self._end = max(self._start, end)
        self._memo = (-1, 0)

    def _sum_before(self, position: int) -> int:
        known, total = self._memo
        if position != known:
            total = self._totals.sum_before(self._start + position)
            self._memo = (position, total)
        return total
