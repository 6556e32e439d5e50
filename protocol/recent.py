"""Ids lately met: a set that forgets the oldest beyond a bound.

Spec: docs/protocol.md §7.5 and §7.6 (R10). Peers choose what goes in, so it must not grow.
"""

from collections.abc import Iterable


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
        for record_id in ids:
            self._ids.pop(record_id, None)
            self._ids[record_id] = None
            if len(self._ids) > self._most:
                del self._ids[next(iter(self._ids))]
