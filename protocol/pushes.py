"""Live changes on their way to one peer.

Spec: docs/protocol.md §7.5. A change goes out at once; only behind a frame still unsent it
waits for company. What the peer has shown or been sent is not sent back to it.
"""

from collections.abc import Iterable

from protocol.events import Body
from protocol.limits import COALESCE_MS, PUSH_QUEUE_BYTES, SEEN_IDS
from protocol.recent import RecentIds


class Pushes:
    """A bounded queue of bodies, and the ids lately seen on this channel."""

    def __init__(self) -> None:
        self._queue: dict[bytes, Body] = {}
        self._bytes = 0
        self._seen = RecentIds(SEEN_IDS)
        self._since_ms: int | None = None

    def add(self, body: Body, now_ms: int) -> bool:
        """Queue body, unless it was seen. False: the queue was full, and is empty now.

        Then only a round can bring the peer what it lacks.
        """
        if body.id in self._seen or body.id in self._queue:
            return True
        self._bytes += len(body.wire[0])
        if self._bytes > PUSH_QUEUE_BYTES:
            self.take()
            return False
        self._queue[body.id] = body
        if self._since_ms is None:
            self._since_ms = now_ms
        return True

    def are_due(self, now_ms: int, *, unsent: bool) -> bool:
        """Tell whether to send now. unsent: earlier frames are still on their way."""
        return self._since_ms is not None and (not unsent or now_ms - self._since_ms >= COALESCE_MS)

    def take(self) -> list[Body]:
        """Return what is queued, and forget it."""
        bodies = list(self._queue.values())
        self._queue, self._bytes, self._since_ms = {}, 0, None
        return bodies

    def note_seen(self, ids: Iterable[bytes]) -> None:
        """Remember that the peer has these records."""
        self._seen.update(ids)

    def unseen(self, ids: Iterable[bytes]) -> list[bytes]:
        """Return those of ids that are not among those seen lately."""
        return [record_id for record_id in ids if record_id not in self._seen]

    @property
    def due_ms(self) -> int | None:
        """Monotonic time at which what is queued goes out, unsent frames or not."""
        return None if self._since_ms is None else self._since_ms + COALESCE_MS
