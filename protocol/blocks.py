"""Items in order of (stamp, id), packed in small blocks: what the record index is made of.

Spec: docs/protocol.md §6.5. An item takes 44 bytes here and no Python object of its own, so
that 100,000 of them fit a small machine: plain tuples would take five times as much.
"""

from array import array
from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Sequence
from typing import Final

ID_BYTES: Final = 32
MAX_BLOCK_ITEMS: Final = 256
"""An offset in a block fits one byte, and a block is summed in some 40 microseconds."""

RUN_ITEMS: Final = 16
"""As many new items for one block as pay for making it anew."""

Item = tuple[int, bytes, int]
"""(stamp_s, id, author): Unix seconds, 32 bytes, the local number of the author."""
Bound = tuple[int, bytes]
"""(stamp_s, prefix of an id), a place in the order; bytes that the prefix lacks count as zero."""


class Block:
    """Up to 256 neighbouring items, each field in an array of its own.

    total: sum of the ids, equal modulo 2^256 to the true one.
    revision: another number after every change, and never the same in two blocks.
    """

    __slots__ = ("authors", "ids", "revision", "stamps", "total")

    def __init__(
        self, stamps: "array[int]", ids: bytearray, authors: "array[int]", total: int, revision: int
    ) -> None:
        self.stamps = stamps
        self.ids = ids
        self.authors = authors
        self.total = total
        self.revision = revision

    @classmethod
    def of(cls, items: Sequence[Item]) -> "Block":
        """Return a block of these items, in ascending order."""
        stamps, ids, authors = zip(*items, strict=True)
        total = sum([int.from_bytes(record_id, "little") for record_id in ids])
        return cls(array("Q", stamps), bytearray(b"".join(ids)), array("I", authors), total, 0)

    def __len__(self) -> int:
        return len(self.stamps)

    def items(self) -> list[Item]:
        """Return all items, in order."""
        ids = bytes(self.ids)
        split = [ids[start : start + ID_BYTES] for start in range(0, len(ids), ID_BYTES)]
        return list(zip(self.stamps, split, self.authors, strict=True))

    def item_at(self, offset: int) -> Bound:
        """Return (stamp_s, id) of the item at offset."""
        start = offset * ID_BYTES
        return self.stamps[offset], bytes(self.ids[start : start + ID_BYTES])

    def find(self, stamp_s: int, prefix: bytes) -> int:
        """Return the offset of the first item at or above (stamp_s, prefix)."""
        low = bisect_left(self.stamps, stamp_s)
        if not prefix or low == len(self.stamps) or self.stamps[low] != stamp_s:
            return low
        high = bisect_right(self.stamps, stamp_s, low)
        ids = self.ids
        while low < high:
            middle = (low + high) >> 1
            if ids[middle * ID_BYTES : middle * ID_BYTES + ID_BYTES] < prefix:
                low = middle + 1
            else:
                high = middle
        return low

    def sum_of(self, offsets: Iterable[int]) -> int:
        """Return the sum of these items' ids, each a little-endian number of 256 bits."""
        ids, number = self.ids, int.from_bytes
        starts = [offset * ID_BYTES for offset in offsets]
        return sum([number(ids[start : start + ID_BYTES], "little") for start in starts])

    def has(self, offset: int, stamp_s: int, record_id: bytes) -> bool:
        """Say whether the item at offset, which may be the end, is this one."""
        return (
            offset < len(self.stamps)
            and self.stamps[offset] == stamp_s
            and self.ids[offset * ID_BYTES : offset * ID_BYTES + ID_BYTES] == record_id
        )

    def insert(self, offset: int, stamp_s: int, record_id: bytes, author: int) -> None:
        self.stamps.insert(offset, stamp_s)
        self.ids[offset * ID_BYTES : offset * ID_BYTES] = record_id
        self.authors.insert(offset, author)
        self.total += int.from_bytes(record_id, "little")

    def delete(self, offset: int) -> int:
        """Take out the item at offset; return its author."""
        self.total -= self.sum_of((offset,))
        del self.stamps[offset]
        del self.ids[offset * ID_BYTES : offset * ID_BYTES + ID_BYTES]
        return self.authors.pop(offset)

    def cut(self, offset: int, revision: int) -> "Block":
        """Move the items from offset on into a new block; return that."""
        total = self.sum_of(range(offset, len(self)))
        ids = self.ids[offset * ID_BYTES :]
        right = Block(self.stamps[offset:], ids, self.authors[offset:], total, revision)
        del self.stamps[offset:]
        del self.ids[offset * ID_BYTES :]
        del self.authors[offset:]
        self.total -= total
        return right

    def absorb(self, right: "Block") -> None:
        """Append the items of the next block."""
        self.stamps += right.stamps
        self.ids += right.ids
        self.authors += right.authors
        self.total += right.total


class Blocks:
    """All items in order: a list of blocks, and the least key that each may hold.

    blocks: never empty; a block is empty only if it is the only one.
    version: grows with every change, so a reader sees whether what it derived still holds.
    """

    __slots__ = ("_least", "blocks", "count", "version")

    def __init__(self) -> None:
        self.blocks = [Block(array("Q"), bytearray(), array("I"), 0, 0)]
        self._least = [b""]
        self.count = 0
        self.version = 0

    def find(self, bound: Bound) -> tuple[int, int]:
        """Return (block number, offset) of the first item at or above bound.

        The offset may be the end of the block: then the item is the first of the next one.
        """
        number = bisect_right(self._least, _key(bound)) - 1
        return number, self.blocks[number].find(*bound)

    def has(self, stamp_s: int, record_id: bytes) -> bool:
        number, offset = self.find((stamp_s, record_id))
        return self.blocks[number].has(offset, stamp_s, record_id)

    def insert(self, stamp_s: int, record_id: bytes, author: int) -> bool:
        """Put an item in its place; return False, and change nothing, if it is there."""
        number, offset = self.find((stamp_s, record_id))
        block = self.blocks[number]
        if block.has(offset, stamp_s, record_id):
            return False
        block.insert(offset, stamp_s, record_id, author)
        self.count += 1
        self._touch(block)
        if len(block) > MAX_BLOCK_ITEMS:
            self._split(number, grew_at=offset)
        return True

    def insert_many(self, items: Sequence[Item]) -> list[Item]:
        """Put items, in ascending order and none twice, in their places; return those not held."""
        new: list[Item] = []
        start = 0
        while start < len(items):
            number, _ = self.find(items[start][:2])
            end = self._end_of_run(items, start, number)
            run = items[start:end]
            if len(run) < RUN_ITEMS:
                new += [item for item in run if self.insert(*item)]
            else:
                new += self._merge(number, run)
            start = end
        return new

    def _end_of_run(self, items: Sequence[Item], start: int, number: int) -> int:
        """Return where the items from start on that belong into a block end."""
        if number + 1 == len(self.blocks):
            return len(items)
        least = self._least[number + 1]
        return bisect_left(items, least, start, key=lambda item: _key(item[:2]))

    def _merge(self, number: int, run: Sequence[Item]) -> list[Item]:
        """Make a block anew, as several if need be, with a run of items; return those not held."""
        block = self.blocks[number]
        held = block.items()
        there = {item[:2] for item in held}
        new = [item for item in run if item[:2] not in there]
        merged = sorted(held + new)
        pieces = -(-len(merged) // MAX_BLOCK_ITEMS)
        # At the end, where the next ones will be, full blocks stay full.
        is_last = number + 1 == len(self.blocks)
        size = MAX_BLOCK_ITEMS if is_last else -(-len(merged) // pieces)
        made = [Block.of(merged[at : at + size]) for at in range(0, len(merged), size)]
        for piece in made:
            self._touch(piece)
        self.blocks[number : number + 1] = made
        self._least[number + 1 : number + 1] = [_key(piece.item_at(0)) for piece in made[1:]]
        self.count += len(new)
        return new

    def delete(self, stamp_s: int, record_id: bytes) -> int | None:
        """Take out an item; return its author, or None if there is no such item."""
        number, offset = self.find((stamp_s, record_id))
        block = self.blocks[number]
        if not block.has(offset, stamp_s, record_id):
            return None
        author = block.delete(offset)
        self.count -= 1
        self._touch(block)
        self._join(number)
        return author

    def append_block(self, block: Block) -> None:
        """Put a filled block after all others. Raises ValueError if it does not follow them."""
        if not self.count:
            self.blocks, self._least = [block], [b""]
        elif block.item_at(0) <= self.blocks[-1].item_at(len(self.blocks[-1]) - 1):
            raise ValueError("blocks out of order")
        else:
            self.blocks.append(block)
            self._least.append(_key(block.item_at(0)))
        self.count += len(block)
        self._touch(block)

    def _touch(self, block: Block) -> None:
        self.version += 1
        block.revision = self.version

    def _split(self, number: int, grew_at: int) -> None:
        block = self.blocks[number]
        # A first sync and a start from the store bring items in order: then full blocks stay full.
        in_order = number == len(self.blocks) - 1 and grew_at == MAX_BLOCK_ITEMS
        right = block.cut(grew_at if in_order else len(block) // 2, 0)
        self._touch(block)
        self._touch(right)
        self.blocks.insert(number + 1, right)
        self._least.insert(number + 1, _key(right.item_at(0)))

    def _join(self, number: int) -> None:
        """Join a block that shrank with a neighbour if both fit half a block, or if it is empty."""
        for left in (number, number - 1):
            if left < 0 or left + 1 >= len(self.blocks):
                continue
            block, right = self.blocks[left], self.blocks[left + 1]
            together = len(block) + len(right)
            if together <= MAX_BLOCK_ITEMS // 2 or not self.blocks[number]:
                block.absorb(right)
                self._touch(block)
                del self.blocks[left + 1], self._least[left + 1]
                return


def _key(bound: Bound) -> bytes:
    """Return bytes that compare as bounds do."""
    stamp_s, prefix = bound
    return stamp_s.to_bytes(8, "big") + prefix
