"""One round on the caller's side: what is still to compare, to fetch and to send.

Spec: docs/protocol.md §7.4. Needs are fetched before haves are sent, so that a pod restored
from an old backup hears of its own newer versions before it offers old ones.
"""

from collections import deque
from collections.abc import Collection, Container, Iterable

from protocol.limits import (
    IDS_PER_FRAME,
    NEEDS_PER_ROUND,
    PATIENCE_MS,
    ROUND_SOON_MS,
    SHORT_ID_BYTES,
    WANTED_AT_ONCE,
)
from protocol.sets import PairSets


class InFlight:
    """Ids asked for and not yet answered, over all sessions of a node (R10).

    Two neighbours often offer the same record; it is asked of one, and of another only when
    the first has not sent it within PATIENCE_MS. Bounded by WANTED_AT_ONCE a session.
    """

    def __init__(self) -> None:
        self._asked: dict[bytes, tuple[object, int]] = {}

    def claim(self, ids: Iterable[bytes], by: object, now_ms: int) -> list[bytes]:
        """Return those of ids that nobody else is waiting for; they are by's now."""
        mine = []
        for record_id in ids:
            holder = self._asked.get(record_id)
            if holder is None or holder[0] is by or holder[1] <= now_ms:
                self._asked[record_id] = (by, now_ms + PATIENCE_MS)
                mine.append(record_id)
        return mine

    def release(self, ids: Iterable[bytes], by: object) -> None:
        """Forget what by asked for: it came, or will not come."""
        for record_id in ids:
            holder = self._asked.get(record_id)
            if holder is not None and holder[0] is by:
                del self._asked[record_id]


class CallerRound:
    """What a round has found and not yet settled.

    sets: the line as both sides drew it.  differing: numbers of the sets still to compare.
    needs, asked, haves: ids to ask for, asked for, and to send.  incomplete: something was given
    up, or left to another session.  is_cut: there were more needs than one round takes.
    """

    def __init__(self, number: int, sets: PairSets, differing: Iterable[int]) -> None:
        self.number = number
        self.sets = sets
        self.differing = deque(differing)
        self.comparing: int | None = None
        self.needs: deque[bytes] = deque()
        self.asked: dict[bytes, int] = {}
        self.haves: deque[bytes] = deque()
        self.sending = False
        self.incomplete = False
        self.is_cut = False
        self._known: set[bytes] = set()
        self._needed = 0

    def next_set(self) -> int:
        """Return the number of the next set to compare."""
        self.comparing = self.differing.popleft()
        return self.comparing

    def note(self, have: Iterable[bytes], need: Iterable[bytes], never: Container[bytes]) -> None:
        """Note what one comparison found; ids of `never` and repeats do not count.

        With frame limits a Negentropy comparison may name an id twice.
        """
        for record_id in need:
            if record_id not in self._known and record_id not in never:
                if self._needed >= NEEDS_PER_ROUND:
                    self.is_cut = True
                    break
                self._needed += 1
                self._known.add(record_id)
                self.needs.append(record_id)
        for record_id in have:
            if record_id not in self._known and record_id not in never:
                self._known.add(record_id)
                self.haves.append(record_id)

    def to_ask(self, in_flight: InFlight, now_ms: int) -> list[bytes]:
        """Return the next ids to ask for; empty while enough are on their way, or none is left."""
        room = min(IDS_PER_FRAME, WANTED_AT_ONCE - len(self.asked))
        # Half-empty frames only at the end: each costs a look-up on the other side.
        if room < IDS_PER_FRAME // 2:
            return []
        claimed: list[bytes] = []
        while self.needs and len(claimed) < room:
            ids = [self.needs.popleft() for _ in range(min(room - len(claimed), len(self.needs)))]
            mine = in_flight.claim(ids, self, now_ms)
            self.incomplete |= len(mine) < len(ids)
            claimed += mine
        self.asked.update(dict.fromkeys(claimed, now_ms + PATIENCE_MS))
        return claimed

    def settle(self, ids: Collection[bytes], in_flight: InFlight) -> None:
        """Note that these ids came, or are gone."""
        for record_id in ids:
            self.asked.pop(record_id, None)
        in_flight.release(ids, self)

    def settle_gone(self, short_ids: Collection[bytes], in_flight: InFlight) -> None:
        """Note that ids which begin so are not to be had."""
        gone = set(short_ids)
        self.settle([i for i in self.asked if i[:SHORT_ID_BYTES] in gone], in_flight)

    def give_up(self, in_flight: InFlight, now_ms: int) -> None:
        """Stop waiting for what has not come within its time; another neighbour may have it."""
        late = [record_id for record_id, due_ms in self.asked.items() if due_ms <= now_ms]
        self.incomplete |= bool(late)
        self.settle(late, in_flight)

    def to_send(self) -> list[bytes]:
        """Return the next ids whose bodies the other side lacks."""
        return [self.haves.popleft() for _ in range(min(IDS_PER_FRAME, len(self.haves)))]

    @property
    def fetched(self) -> bool:
        """Whether nothing is left to compare or to fetch."""
        return not (self.differing or self.needs or self.asked)

    @property
    def again_in_ms(self) -> int | None:
        """How soon another round is needed; None: when it is due by itself."""
        if self.is_cut:
            return ROUND_SOON_MS
        return PATIENCE_MS if self.incomplete else None

    @property
    def next_due_ms(self) -> int | None:
        """Monotonic time at which the first body asked for is late."""
        return min(self.asked.values(), default=None)
