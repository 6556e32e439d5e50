"""How often one address may do what costs: a token bucket each, in a table with a bound.

Nobody is shut out for good: behind one router, all neighbours are one address.
"""

import time
from typing import Final

ADDRESSES_WATCHED: Final = 1024


class Buckets:
    """Lets each key through `burst` times at once, and then `burst` times in each `per_s`."""

    def __init__(self, burst: int, per_s: float) -> None:
        self._burst = burst
        self._earns_s = per_s / burst
        self._buckets: dict[str, tuple[float, float]] = {}

    def allow(self, key: str) -> bool:
        """Take one of key's tokens; False if it has none left now."""
        now_s = time.monotonic()
        tokens, since_s = self._buckets.pop(key, (float(self._burst), now_s))
        tokens = min(self._burst, tokens + (now_s - since_s) / self._earns_s)
        allowed = tokens >= 1
        self._buckets[key] = (tokens - allowed, now_s)
        if len(self._buckets) > ADDRESSES_WATCHED:
            del self._buckets[next(iter(self._buckets))]
        return allowed
