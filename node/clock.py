"""The time of this machine, and whether the system itself believes it.

Spec: docs/protocol.md §5. The only place that asks the operating system for the time.
"""

import ctypes
import time
from datetime import datetime, timedelta, tzinfo
from pathlib import Path
from typing import Final

from protocol.clock import Now, PodClock

BUILD_MS: Final = 1_795_392_000_000
"""23 November 2026, when this version was made: it cannot be earlier now."""
TRUSTED_LEAD_MS: Final = 600_000
"""A system time this far beyond what was saved did not come from the same card: a battery
clock or an earlier synchronisation kept it. It counts as a guess."""
_RECHECK_MS: Final = 10_000
_BOOT_ID: Final = Path("/proc/sys/kernel/random/boot_id")
_TIMESYNC_MARK: Final = Path("/run/systemd/timesync/synchronized")
_TIMEX_BYTES: Final = 256  # struct timex takes 208 bytes on 64-bit Linux
_TIME_ERROR: Final = 5  # adjtimex(2): the clock is not synchronised


class LocalZone(tzinfo):
    """The zone of the clock on the wall, with its summer time on every day of the year."""

    def utcoffset(self, moment: datetime | None) -> timedelta | None:
        """Return the offset on that day, not today's."""
        return moment.replace(tzinfo=None).astimezone().utcoffset() if moment else None

    def dst(self, _moment: datetime | None) -> None:
        """Nobody asks."""

    def tzname(self, _moment: datetime | None) -> None:
        """Nobody asks."""


def system_is_synced() -> bool:
    """Tell whether the system says that its clock is synchronised.

    systemd-timesyncd leaves a file when it has the time; whoever else keeps it tells the kernel
    (adjtimex(2)). Where neither says so, people confirm the time.
    """
    if _TIMESYNC_MARK.exists():
        return True
    try:
        adjtimex = ctypes.CDLL(None, use_errno=True).adjtimex
    except (OSError, AttributeError):
        return False
    state: int = adjtimex(ctypes.create_string_buffer(_TIMEX_BYTES))
    return 0 <= state < _TIME_ERROR


class SystemClock:
    """Reads the machine's clocks for one process.

    saved_ms, newest_own_stamp_ms: as PodClock takes them.  boot: id of this start of the machine.
    """

    def __init__(
        self,
        *,
        saved_ms: int | None,
        newest_own_stamp_ms: int | None,
        boot: str | None = None,
    ) -> None:
        self.boot = boot_id() if boot is None else boot
        mono_ms = monotonic_ms()
        self._clock = PodClock(
            saved_ms=saved_ms,
            build_ms=BUILD_MS,
            newest_own_stamp_ms=newest_own_stamp_ms,
            monotonic_ms=mono_ms,
        )
        system_ms = machine_ms()
        if system_ms > max(saved_ms or 0, BUILD_MS) + TRUSTED_LEAD_MS:
            self._clock.take_guess(system_ms, mono_ms)
        self._synced = False
        self._checked_ms: int | None = None

    def now(self) -> Now:
        """Return this moment."""
        mono_ms = monotonic_ms()
        if self._checked_ms is None or mono_ms - self._checked_ms >= _RECHECK_MS:
            self._synced, self._checked_ms = system_is_synced(), mono_ms
        return self._clock.read(machine_ms(), mono_ms, system_synced=self._synced)

    def confirm(self, now_ms: int) -> None:
        """Take now_ms, Unix time, for right: a person has looked at it."""
        self._clock.confirm(now_ms, monotonic_ms())

    def hear(self, told_ms: int, mono_ms: int) -> bool:
        """Take a neighbour's synced time as a guess, if ours is no better (R7)."""
        return self._clock.take_guess(told_ms, mono_ms)


def boot_id() -> str:
    """Return what tells this start of the machine from any other; empty if nothing does."""
    try:
        return _BOOT_ID.read_text("ascii").strip()
    except OSError:
        return ""


def first_now() -> Now:
    """Return this moment as a pod without a past knows it: not before this program was made."""
    return SystemClock(saved_ms=None, newest_own_stamp_ms=None).now()


def machine_ms() -> int:
    """Return what the machine's clock shows, Unix ms, right or wrong."""
    return time.time_ns() // 1_000_000


def monotonic_ms() -> int:
    """Return the monotonic clock, which no one sets."""
    return time.monotonic_ns() // 1_000_000
