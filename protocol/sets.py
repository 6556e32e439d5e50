"""The four sets that two pods hold in common, as both sides draw them.

Spec: docs/protocol.md §6.3. Shelf of the caller, shelf of the answerer, near, network; each a
view of an index of this node, cut by the pair's floor and ceiling. What is in a view, and
nothing else, may be compared, served or pushed in a round (R9).
"""

from collections.abc import Mapping
from typing import Final, NamedTuple

from protocol.frames import Summary
from protocol.identity import PodId
from protocol.index import AuthorFilter, IndexView, RecordIndex
from protocol.record import Scope

SHELF_OF_CALLER: Final = 0
SHELF_OF_ANSWERER: Final = 1
NEAR: Final = 2
NETWORK: Final = 3


class Indexes(NamedTuple):
    """What this node holds in sets: by scope under the greatest epoch, and on the shelf."""

    near: RecordIndex
    network: RecordIndex
    shelf: RecordIndex

    def held_authors(self) -> set[int]:
        """Return the local numbers of all authors with a record in any of the three."""
        return self.near.authors() | self.network.authors() | self.shelf.authors()


class Line(NamedTuple):
    """What defines the sets of a pair: equal on both sides of one round.

    near: whether near records are exchanged.  pair: those of the two that both carry.
    authors: the network authors.  floor_s, ceiling_s: stamps in whole seconds. The ceiling
    does not cut the shelves: of an old key nothing is held back, and the greatest of a slot
    would hide the one below it.
    """

    caller: PodId
    answerer: PodId
    near: bool
    pair: frozenset[PodId]
    authors: frozenset[PodId]
    floor_s: int
    ceiling_s: int | None

    def holds(self, author: PodId, scope: int, stamp_ms: int, *, on_shelf: bool) -> bool:
        """Tell whether a record held here is in one of the four sets."""
        stamp_s = stamp_ms // 1000
        if on_shelf:
            return stamp_s >= self.floor_s and author in self.pair
        if stamp_s < self.floor_s or (self.ceiling_s is not None and stamp_s > self.ceiling_s):
            return False
        if scope == Scope.NEAR:
            return self.near and author in self.pair
        return author in self.authors


class PairSets:
    """The views of a line over one node's indexes."""

    def __init__(self, line: Line, indexes: Indexes, numbers: Mapping[PodId, int]) -> None:
        self.line = line
        self._indexes = indexes
        self._numbers = numbers
        self._drawn: tuple[int, tuple[IndexView, ...]] | None = None

    @property
    def views(self) -> tuple[IndexView, ...]:
        """The four views, in the order of the set numbers.

        Drawn anew when an author was numbered since: what is taken in during the round must
        count as held.
        """
        if self._drawn is None or self._drawn[0] != len(self._numbers):
            self._drawn = len(self._numbers), self._draw()
        return self._drawn[1]

    def summaries(self) -> tuple[Summary, ...]:
        """Return count and fingerprint of each set."""
        return tuple(Summary(*view.summary()) for view in self.views)

    def _draw(self) -> tuple[IndexView, ...]:
        line, indexes = self.line, self._indexes
        near = line.pair if line.near else frozenset()
        return (
            self._view(indexes.shelf, line.pair & {line.caller}, None),
            self._view(indexes.shelf, line.pair & {line.answerer}, None),
            self._view(indexes.near, near, line.ceiling_s),
            self._view(indexes.network, line.authors, line.ceiling_s),
        )

    def _view(
        self, index: RecordIndex, authors: frozenset[PodId], ceiling_s: int | None
    ) -> IndexView:
        numbers = frozenset(self._numbers[author] for author in authors if author in self._numbers)
        return index.view(
            AuthorFilter(only=numbers), floor_s=self.line.floor_s, ceiling_s=ceiling_s
        )
