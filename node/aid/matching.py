"""`pod.matching`: which offers may fit which needs, in this pod and across neighbours.

Spec: docs/kinds.md §2.6. It proposes; people ask. The newest comes first, and nobody is ranked.
"""

from collections.abc import Iterator
from dataclasses import replace
from typing import Final, NamedTuple

from node.aid.card import Card
from node.aid.listings import Listings
from node.keeper import Keeper
from protocol.aid.matching import Common, in_common, significant_words
from protocol.identity import PodId
from store.aid import BoardItem, BoardQuery

LOOKED_AT: Final = 100
"""Newest listings of the category that are compared with one."""
WORDS_LOOKED_UP: Final = 6
"""Words of a title that are searched for in other categories, the longest first."""


class Match(NamedTuple):
    """A listing of another type that may fit, and why."""

    item: BoardItem
    common: tuple[Common, ...]


class Matching:
    """Looks for what fits. Everything open on the board is asked, this pod's own too."""

    def __init__(self, keeper: Keeper, listings: Listings, card: Card) -> None:
        self.keeper = keeper
        self.listings = listings
        self._card = card

    def for_listing(
        self, item: BoardItem, limit: int = 20, looked_at: int = LOOKED_AT
    ) -> list[Match]:
        """Return what may fit a listing, the newest first.

        looked_at: so many of its category, and of those that hold one of its words.
        """
        spoken: dict[PodId, frozenset[str]] = {}
        found: dict[tuple[PodId, bytes], Match] = {}
        for other in self._candidates(item, looked_at):
            if other.author not in spoken:
                card = self._card.of(other.author)
                spoken[other.author] = frozenset(card.body.languages if card else ())
            common = in_common(item.listing, other.listing, spoken=spoken[other.author])
            if common:
                found.setdefault((other.author, other.rid), Match(other, common))
        return sorted(found.values(), key=lambda it: it.item.position, reverse=True)[:limit]

    def for_pod(self, limit: int = 5) -> list[tuple[BoardItem, list[Match]]]:
        """Return each open listing of this pod that something fits, with what fits it.

        A pair within the pod stands under its need alone.
        """
        ours = self.listings.each(BoardQuery(author=self.keeper.pod_id))
        pairs = [(item, self._without_twice(item, limit)) for item in ours]
        return [(item, matches) for item, matches in pairs if matches]

    def _without_twice(self, item: BoardItem, limit: int) -> list[Match]:
        us = self.keeper.pod_id
        found = self.for_listing(item, limit)
        return [it for it in found if item.listing.type == "need" or it.item.author != us]

    def _candidates(self, item: BoardItem, looked_at: int) -> Iterator[BoardItem]:
        listing = item.listing
        wanted = BoardQuery(type="offer" if listing.type == "need" else "need", limit=looked_at)
        if listing.category != "other":
            yield from self.listings.board(replace(wanted, category=listing.category))
        words = sorted(significant_words(listing), key=lambda word: (-len(word), word))
        for word in words[:WORDS_LOOKED_UP]:
            yield from self.listings.board(replace(wanted, words=word))
