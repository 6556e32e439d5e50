"""Many things in parts: what fits into one frame, or may be lost in a torn file."""

from collections.abc import Iterable, Iterator
from itertools import islice
from typing import TypeVar

from protocol.frames import Wire
from protocol.limits import RECORDS_PER_FRAME

T = TypeVar("T")


def in_parts(items: Iterable[T], most: int) -> Iterator[tuple[T, ...]]:
    """Yield items in tuples of at most `most`."""
    rest = iter(items)
    while some := tuple(islice(rest, most)):
        yield some


def in_batches(wires: Iterable[Wire], enough_bytes: int) -> Iterator[tuple[Wire, ...]]:
    """Yield records in tuples of RECORDS_PER_FRAME at most; each ends where it is large enough."""
    batch: list[Wire] = []
    size = 0
    for wire in wires:
        batch.append(wire)
        size += len(wire[0])
        if size >= enough_bytes or len(batch) == RECORDS_PER_FRAME:
            yield tuple(batch)
            batch, size = [], 0
    if batch:
        yield tuple(batch)
