"""What waits for somebody of this pod: answers, ends, things lent out. docs/kinds.md §2.5."""

from collections.abc import Iterator
from enum import StrEnum
from typing import Final, NamedTuple

from node.aid.answers import Answers
from node.aid.listings import Listings
from node.aid.tidying import is_unconfirmed
from node.keeper import Keeper
from protocol.aid.house.limits import DAY_S
from protocol.aid.life import Standing
from protocol.aid.limits import STILL_TRUE_AFTER_S, WARN_BEFORE_S
from protocol.aid.listing import State, state
from store.aid import BoardItem, BoardQuery
from store.house import answers as rows
from store.house.answers import Answer, Life

ENDED_SHOWN_S: Final = 14 * DAY_S
"""For so long people are asked about a listing that ended; then they meant it."""


class Why(StrEnum):
    """Why something waits, the most pressing first."""

    ANSWER = "answer"  # somebody asks, and nothing was said to them yet
    ENDS_SOON = "ends soon"
    ENDED = "ended"
    STILL_TRUE = "still true?"  # without an end, and not confirmed for a year
    LENT_OUT = "lent out"  # until it is back home


class Waits(NamedTuple):
    """One thing that waits. answer: None where it is the listing itself."""

    why: Why
    item: BoardItem
    answer: Answer | None = None


class Waiting:
    """Asks this pod's tables what waits."""

    def __init__(self, keeper: Keeper, listings: Listings, answers: Answers) -> None:
        self.keeper = keeper
        self.listings = listings
        self.answers = answers

    def all(self) -> list[Waits]:
        """Return what waits, by why; then what came or ends first."""
        query = BoardQuery(author=self.keeper.pod_id, open_only=False)
        ours = {item.rid: item for item in self.listings.each(query)}
        found = [*self._answers(ours), *self._ends(list(ours.values()))]
        order = list(Why)
        return sorted(found, key=lambda waits: order.index(waits.why))

    def _answers(self, ours: dict[bytes, BoardItem]) -> Iterator[Waits]:
        for answer in self.answers.all():
            item = ours.get(answer.rid)
            if item is None or item.listing.status == "done":
                continue
            if answer.standing is Standing.WAITING:
                yield Waits(Why.ANSWER, item, answer)
            elif answer.standing is Standing.PROMISED and item.listing.mode == "lend":
                yield Waits(Why.LENT_OUT, item, answer)

    def _ends(self, ours: list[BoardItem]) -> Iterator[Waits]:
        now_s = self.keeper.now().wall_ms // 1000
        lives = rows.lives(self.keeper.store.connection)
        for item in sorted(ours, key=lambda item: item.valid_until_s):
            why = _why(item, lives.get(item.rid), now_s)
            if why is not None:
                yield Waits(why, item)


def _why(item: BoardItem, life: Life | None, now_s: int) -> Why | None:
    found = state(item.listing, item.valid_until_s, now_s)
    if found is State.DONE:
        return None
    if found is State.EXPIRED:
        return Why.ENDED if item.valid_until_s > now_s - ENDED_SHOWN_S else None
    if is_unconfirmed(item, life, now_s, STILL_TRUE_AFTER_S):
        return Why.STILL_TRUE
    is_near = 0 < item.valid_until_s <= now_s + WARN_BEFORE_S
    return Why.ENDS_SOON if is_near else None
