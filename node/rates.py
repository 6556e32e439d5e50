"""How fast one author's live changes are taken.

Spec: docs/protocol.md §7.5 (R8). Rates delay and never refuse: what goes beyond them is left for
the next round, which brings only the newest version of each slot.
"""

from protocol.identity import PodId
from protocol.limits import AUTHOR_BURST, AUTHOR_EARNS_MS

AUTHORS_WATCHED = 4096
"""Authors with a bucket that is not full; beyond it the longest quiet one is forgotten."""


class AuthorRates:
    """A token bucket for each author, full again when forgotten."""

    def __init__(self) -> None:
        self._buckets: dict[PodId, tuple[float, int]] = {}

    def allow(self, author: PodId, now_ms: int) -> bool:
        """Take one change of author; False if it has to wait for a round."""
        tokens, since_ms = self._buckets.pop(author, (float(AUTHOR_BURST), now_ms))
        tokens = min(AUTHOR_BURST, tokens + (now_ms - since_ms) / AUTHOR_EARNS_MS)
        self._buckets[author] = (max(0.0, tokens - 1), now_ms)
        if len(self._buckets) > AUTHORS_WATCHED:
            del self._buckets[next(iter(self._buckets))]
        return tokens >= 1
