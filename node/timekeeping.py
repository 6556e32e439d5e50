"""The time of one pod, as all its processes know it: the node and every command.

Spec: docs/protocol.md §5 (R6, R7). What a person confirms in a command, or a neighbour tells the
node, is written down for the others of this start of the machine: monotonic clocks of the next
one begin anew, and then nobody has confirmed anything.
"""

from typing import Final, NamedTuple, Protocol

from protocol.clock import Now
from store import Store, meta

NEWS_MS: Final = 60_000
"""What another process may be off the time that this one was told."""


class Clock(Protocol):
    """The clock of one process: the machine's, or a test's. boot: id of this start of it."""

    boot: str

    def now(self) -> Now: ...
    def confirm(self, now_ms: int) -> None: ...
    def hear(self, told_ms: int, mono_ms: int) -> bool: ...


class _Told(NamedTuple):
    """What one process was told. ahead_ms: Unix time less the monotonic clock."""

    boot: str
    ahead_ms: int
    is_confirmed: bool


class PodTime:
    """One process's clock, and what the others of this pod were told.

    date_is_confirmed: a person has said since this machine started that the date is right.
    """

    def __init__(self, store: Store, clock: Clock) -> None:
        self.date_is_confirmed = False
        self._store = store
        self._clock = clock
        self._told: _Told | None = None
        self.take_up()

    def now(self) -> Now:
        return self._clock.now()

    def confirm(self, now_ms: int) -> None:
        """Take now_ms, Unix time, as a person says that it is.

        The floor may move at once then (R6): the date is no jump of a clock.
        """
        self._clock.confirm(now_ms)
        self._tell(is_confirmed=True)

    def hear(self, told_ms: int, mono_ms: int) -> None:
        """Take a neighbour's synced time as a guess, if ours is no better (R7)."""
        if self._clock.hear(told_ms, mono_ms):
            self._tell(is_confirmed=False)

    def take_up(self) -> None:
        """Take up what another process of this start of the machine was told."""
        told = self._read()
        if told is None or told == self._told or told.boot != self._clock.boot:
            return
        self._told = told
        mono_ms = self.now().mono_ms
        if told.is_confirmed:
            self._clock.confirm(told.ahead_ms + mono_ms)
            self.date_is_confirmed = True
        else:
            self._clock.hear(told.ahead_ms + mono_ms, mono_ms)

    def _tell(self, *, is_confirmed: bool) -> None:
        self.date_is_confirmed |= is_confirmed
        now = self.now()
        told = _Told(self._clock.boot, now.wall_ms - now.mono_ms, is_confirmed)
        if not told.boot or (self._told is not None and not _is_news(told, self._told)):
            return
        with self._store.atomic(now.wall_ms) as tx:
            others = self._read()
            if not is_confirmed and others and others.boot == told.boot and others.is_confirmed:
                return  # a person has spoken meanwhile: take_up finds it
            self._told = told
            meta.put(tx, meta.TOLD_BOOT, told.boot)
            meta.put(tx, meta.TOLD_AHEAD_MS, told.ahead_ms)
            meta.put(tx, meta.TOLD_IS_CONFIRMED, int(is_confirmed))

    def _read(self) -> _Told | None:
        with self._store.reading() as connection:
            boot = meta.get(connection, meta.TOLD_BOOT)
            ahead_ms = meta.get(connection, meta.TOLD_AHEAD_MS)
            is_confirmed = meta.get(connection, meta.TOLD_IS_CONFIRMED)
        return None if not boot or ahead_ms is None else _Told(boot, ahead_ms, bool(is_confirmed))


def _is_news(told: _Told, was: _Told) -> bool:
    """Tell whether another process should hear it; of neighbours the least time counts."""
    return told.is_confirmed or told.boot != was.boot or told.ahead_ms < was.ahead_ms - NEWS_MS
