"""What waits for somebody of this pod: answers, ends, things lent out. docs/kinds.md §2.5."""

from collections.abc import Iterator
from enum import StrEnum
from typing import Final, NamedTuple

from node.aid.listings import Listings
from node.aid.tidying import is_unconfirmed
from node.keeper import Keeper
from protocol.aid.house.limits import DAY_S
from protocol.aid.life import Standing
from protocol.aid.limits import STILL_TRUE_AFTER_S, UNTIL_I_SAY, WARN_BEFORE_S
from protocol.aid.listing import State, state
from store import aid
from store.aid import BoardItem
from store.house import answers as rows
from store.house.answers import Answer

ENDED_SHOWN_S: Final = 14 * DAY_S
"""For so long people are asked about a listing that ended; then they meant it."""
_EVER_S: Final = 1 << 40


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

    def __init__(self, keeper: Keeper, listings: Listings) -> None:
        self.keeper = keeper
        self.listings = listings

    def all(self) -> list[Waits]:
        """Return what waits, by why; then what came or ends first."""
        found = [*self._answers(), *self._ends(), *self._unconfirmed()]
        order = list(Why)
        return sorted(found, key=lambda waits: order.index(waits.why))

    def _answers(self) -> Iterator[Waits]:
        connection = self.keeper.store.connection
        found = rows.standing(connection, (Standing.WAITING, Standing.PROMISED))
        ours = {it: self.listings.of(self.keeper.pod_id, it) for it in {it.rid for it in found}}
        for answer in found:
            item = ours[answer.rid]
            if item is None or item.listing.status == "done":
                continue
            if answer.standing is Standing.WAITING:
                yield Waits(Why.ANSWER, item, answer)
            elif item.listing.mode == "lend":
                yield Waits(Why.LENT_OUT, item, answer)

    def _ends(self) -> Iterator[Waits]:
        now_s = self.keeper.now().wall_ms // 1000
        first_s, last_s = max(1, now_s - ENDED_SHOWN_S + 1), now_s + WARN_BEFORE_S
        for item in self._ending(first_s, last_s, posted_before_s=_EVER_S):
            is_over = state(item.listing, item.valid_until_s, now_s) is State.EXPIRED
            yield Waits(Why.ENDED if is_over else Why.ENDS_SOON, item)

    def _unconfirmed(self) -> Iterator[Waits]:
        """Yield what has no end, and nobody confirmed it for a year."""
        now_s = self.keeper.now().wall_ms // 1000
        lives = rows.lives(self.keeper.store.connection)
        before_s = now_s - STILL_TRUE_AFTER_S
        for item in self._ending(UNTIL_I_SAY, UNTIL_I_SAY, posted_before_s=before_s):
            if is_unconfirmed(item, lives.get(item.rid), now_s, STILL_TRUE_AFTER_S):
                yield Waits(Why.STILL_TRUE, item)

    def _ending(self, first_s: int, last_s: int, *, posted_before_s: int) -> list[BoardItem]:
        """Return what of ours is not done and closes from first_s to last_s, both included."""
        return aid.ending(
            self.keeper.store.connection,
            self.keeper.pod_id,
            from_s=first_s,
            before_s=last_s + 1,
            posted_before_s=posted_before_s + 1,
            limit=aid.MAX_PAGE,
        )
