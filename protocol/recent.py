"""Ids lately met: a set that forgets the oldest beyond a bound.

Spec: docs/protocol.md §7.5 and §7.6 (R10). Peers choose what goes in, so it must not grow.
"""

from collections.abc import Iterable
from itertools import islice


class RecentIds:
    """At most `most` ids, of those added last."""

    def __init__(self, most: int, ids: Iterable[bytes] = ()) -> None:
        self._most = most
        self._ids: dict[bytes, None] = {}
        self.update(ids)

    def __contains__(self, record_id: object) -> bool:
        return record_id in self._ids

    def __len__(self) -> int:
        return len(self._ids)

    def update(self, ids: Iterable[bytes]) -> None:
        """Add ids; one that is there already counts as new."""
        added = dict.fromkeys(ids)
        for record_id in self._ids.keys() & added:
            del self._ids[record_id]
        self._ids |= added
        for record_id in list(islice(self._ids, max(0, len(self._ids) - self._most))):
            del self._ids[record_id]
