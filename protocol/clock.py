"""What time a pod believes it is, and what follows for stamps, floors and ceilings.

Spec: docs/protocol.md §5 (R6, R7). A Pi has no battery for its clock: after an outage it
boots in the past. So time has a state, and nothing is deleted or held on a clock that is
not synced. Wall times are Unix time in ms; monotonic times have any origin and only grow.
"""

from enum import StrEnum
from typing import NamedTuple

from protocol.limits import (
    CEILING_AHEAD_S,
    FLOOR_DAYS_PER_DAY,
    FLOOR_STEP_S,
    GUESS_AHEAD_S,
    LIFETIME_S,
    VALID_UNTIL_END_S,
)


class ClockState(StrEnum):
    """How far the time can be believed."""

    UNSET = "unset"  # reckoned from what was saved before the power went
    GUESS = "guess"  # one neighbour or one phone told it
    SYNCED = "synced"  # the system says so, or a steward confirmed it


class Now(NamedTuple):
    """One moment, given to everything that acts at it.

    mono_ms: monotonic, for deadlines and rates.  wall_ms: Unix time, as far as state says.
    """

    mono_ms: int
    wall_ms: int
    state: ClockState

    @property
    def synced_s(self) -> int | None:
        """Unix time in whole seconds if the clock is synced: what others may go by."""
        return self.wall_ms // 1000 if self.state is ClockState.SYNCED else None


class PodClock:
    """The pod's wall clock, run on from the best that it was told.

    saved_ms: the last reading saved by an earlier run, None for the first.
    build_ms: when this program was built; it cannot be earlier now.
    newest_own_stamp_ms: the greatest stamp this pod has signed, None if none.
    monotonic_ms: the monotonic clock at this moment.
    """

    def __init__(
        self,
        *,
        saved_ms: int | None,
        build_ms: int,
        newest_own_stamp_ms: int | None,
        monotonic_ms: int,
    ) -> None:
        self._build_ms = build_ms
        self._earliest_guess_ms = max(newest_own_stamp_ms or 0, build_ms)
        self._set(ClockState.UNSET, max(saved_ms or 0, build_ms), monotonic_ms)

    def read(self, system_ms: int, monotonic_ms: int, *, system_synced: bool) -> Now:
        """Return this moment. system_ms counts only if the system says that it is synced.

        Once synced stays synced in this run: a monotonic clock drifts by some seconds a day.
        A synced system before the build date is believed in nothing.
        """
        if system_synced and system_ms >= self._build_ms:
            self._set(ClockState.SYNCED, system_ms, monotonic_ms)
        return Now(monotonic_ms, self._now_ms(monotonic_ms), self._state)

    def confirm(self, now_ms: int, monotonic_ms: int) -> None:
        """Take the time that a steward has read and confirmed."""
        self._set(ClockState.SYNCED, now_ms, monotonic_ms)

    def take_guess(self, told_ms: int, monotonic_ms: int) -> bool:
        """Take the time of one neighbour or phone as a guess; tell whether it was taken.

        Only between the newest own stamp (or the build date) and 400 days later. Of several
        the least stands: a stamp behind the time costs days of life, one ahead is held.
        """
        latest_ms = self._earliest_guess_ms + GUESS_AHEAD_S * 1000
        if self._state is ClockState.SYNCED or not self._earliest_guess_ms <= told_ms <= latest_ms:
            return False
        if self._state is ClockState.GUESS and told_ms >= self._now_ms(monotonic_ms):
            return False
        self._set(ClockState.GUESS, told_ms, monotonic_ms)
        return True

    def _set(self, state: ClockState, now_ms: int, monotonic_ms: int) -> None:
        self._state = state
        self._ahead_ms = now_ms - monotonic_ms

    def _now_ms(self, monotonic_ms: int) -> int:
        return self._ahead_ms + monotonic_ms


def next_stamp_ms(now_ms: int, slot_stamp_ms: int | None) -> int:
    """Return the stamp for a new version of a slot (R7).

    slot_stamp_ms: the greatest stamp known of this slot, None if the slot is new. Only the
    slot counts, so no one stamp far in the future can poison what is signed elsewhere.
    """
    return now_ms if slot_stamp_ms is None else max(now_ms, slot_stamp_ms + 1)


def first_floor_s(build_ms: int) -> int:
    """Return the floor of an empty store: nothing older than the program's build can live."""
    return _hour(build_ms // 1000 - LIFETIME_S)


def next_floor_s(
    floor_s: int, now_ms: int, running_since_last_move_s: int, *, confirmed: bool
) -> int:
    """Return the floor after floor_s, perhaps the same (R6). Call it on a synced clock only.

    A whole hour, never lower than before, towards 90 days before now. Unless a steward has
    confirmed the date it moves at most 2 days for each day of running since it last moved, so
    that a clock which jumps to 2099 deletes little before people notice.
    """
    target_s = now_ms // 1000 - LIFETIME_S
    if not confirmed:
        target_s = min(target_s, floor_s + FLOOR_DAYS_PER_DAY * running_since_last_move_s)
    return max(floor_s, _hour(target_s))


def pair_floor_s(ours_s: int, theirs_s: int) -> int:
    """Return the floor of a pair's sets: what either side has deleted is in neither."""
    return max(ours_s, theirs_s)


def pair_ceiling_s(our_synced_now_s: int | None, their_synced_now_s: int | None) -> int | None:
    """Return the stamp in seconds above which a record is in neither set, None for no ceiling.

    Ten minutes above the lesser of the synced times; a clock that is not synced holds nothing.
    """
    told = [now_s for now_s in (our_synced_now_s, their_synced_now_s) if now_s is not None]
    # A peer may tell the last second that has a form on the wire.
    return min(min(told) + CEILING_AHEAD_S, VALID_UNTIL_END_S - 1) if told else None


def _hour(time_s: int) -> int:
    return max(0, time_s - time_s % FLOOR_STEP_S)
