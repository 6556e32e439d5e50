"""R6 and R7: what a pod believes of the time, and what it may do on that belief."""

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from protocol.clock import (
    ClockState,
    Now,
    PodClock,
    first_floor_s,
    next_floor_s,
    next_stamp_ms,
    pair_ceiling_s,
    pair_floor_s,
)
from protocol.limits import CEILING_AHEAD_S, GUESS_AHEAD_S, LIFETIME_S, VALID_UNTIL_END_S

DAY_S = 86_400
HOUR_S = 3600
BUILD_MS = 1_790_000_000_000
GUESS_AHEAD_MS = GUESS_AHEAD_S * 1000

plausible_ms = st.integers(BUILD_MS, BUILD_MS + GUESS_AHEAD_MS)
wall_ms = st.integers(0, 5_000_000_000_000) | plausible_ms  # 1970 to 2128
monotonic_ms = st.integers(0, 10**12)


def clock(saved_ms: int | None = None, newest_ms: int | None = None, at_ms: int = 0) -> PodClock:
    return PodClock(
        saved_ms=saved_ms, build_ms=BUILD_MS, newest_own_stamp_ms=newest_ms, monotonic_ms=at_ms
    )


def unsynced(pod_clock: PodClock, at_ms: int, system_ms: int = 0) -> Now:
    return pod_clock.read(system_ms, at_ms, system_synced=False)


# --- The state of the clock ---


@given(st.none() | wall_ms, st.none() | wall_ms, monotonic_ms, st.integers(0, 10**9), wall_ms)
def test_an_unset_clock_runs_on_from_what_was_saved_and_never_before_the_build(
    saved_ms: int | None, newest_ms: int | None, at_ms: int, running_ms: int, system_ms: int
) -> None:
    now = unsynced(clock(saved_ms, newest_ms, at_ms), at_ms + running_ms, system_ms)
    assert now.state is ClockState.UNSET
    assert now.mono_ms == at_ms + running_ms
    assert now.wall_ms == max(saved_ms or 0, BUILD_MS) + running_ms


def test_a_pi_that_boots_in_1970_does_not_believe_it() -> None:
    saved_ms = BUILD_MS + 5_000
    assert unsynced(clock(saved_ms), 7, system_ms=60_000).wall_ms == saved_ms + 7


def test_a_system_that_is_not_synced_is_not_believed_however_late_it_says_it_is() -> None:
    now = unsynced(clock(), 7, system_ms=BUILD_MS + 1_000)
    assert now == Now(7, BUILD_MS + 7, ClockState.UNSET)


@given(st.integers(BUILD_MS, 5_000_000_000_000), st.integers(0, 10**9))
def test_a_synced_system_is_followed_and_then_run_on_from(now_ms: int, later_ms: int) -> None:
    pod_clock = clock()
    assert pod_clock.read(now_ms, 5, system_synced=True) == Now(5, now_ms, ClockState.SYNCED)
    after = unsynced(pod_clock, 5 + later_ms, system_ms=0)
    assert after == Now(5 + later_ms, now_ms + later_ms, ClockState.SYNCED)


def test_a_synced_system_corrects_a_time_that_was_wrong() -> None:
    pod_clock = clock(saved_ms=BUILD_MS + GUESS_AHEAD_MS)
    pod_clock.confirm(BUILD_MS + 999, 0)
    assert pod_clock.read(BUILD_MS + 5, 1, system_synced=True).wall_ms == BUILD_MS + 5


def test_a_system_that_is_synced_to_a_time_before_the_build_is_not_believed() -> None:
    pod_clock = clock()
    assert pod_clock.read(BUILD_MS - 1, 0, system_synced=True).state is ClockState.UNSET
    assert pod_clock.read(BUILD_MS, 0, system_synced=True).state is ClockState.SYNCED


def test_what_a_steward_confirms_is_synced() -> None:
    pod_clock = clock()
    pod_clock.confirm(BUILD_MS + 1_000, 50)
    assert unsynced(pod_clock, 53) == Now(53, BUILD_MS + 1_003, ClockState.SYNCED)


# --- A guess ---


@given(st.none() | wall_ms, wall_ms)
@example(None, BUILD_MS)
@example(None, BUILD_MS - 1)
@example(None, BUILD_MS + GUESS_AHEAD_MS)
@example(None, BUILD_MS + GUESS_AHEAD_MS + 1)
@example(BUILD_MS + 9, BUILD_MS + 8)
@example(BUILD_MS + 9, BUILD_MS + 9)
def test_a_guess_lies_between_the_newest_own_stamp_and_400_days_later(
    newest_ms: int | None, told_ms: int
) -> None:
    pod_clock = clock(newest_ms=newest_ms)
    earliest_ms = max(newest_ms or 0, BUILD_MS)
    is_plausible = earliest_ms <= told_ms <= earliest_ms + GUESS_AHEAD_MS
    assert pod_clock.take_guess(told_ms, 0) == is_plausible
    expected = (ClockState.GUESS, told_ms) if is_plausible else (ClockState.UNSET, BUILD_MS)
    now = unsynced(pod_clock, 0)
    assert (now.state, now.wall_ms) == expected


def test_a_guess_runs_on() -> None:
    pod_clock = clock()
    pod_clock.take_guess(BUILD_MS + 500, 10)
    assert unsynced(pod_clock, 12) == Now(12, BUILD_MS + 502, ClockState.GUESS)


@given(st.lists(plausible_ms, min_size=1, max_size=6))
def test_of_several_guesses_the_least_stands(told: list[int]) -> None:
    pod_clock = clock()
    for told_ms in told:
        pod_clock.take_guess(told_ms, 3)
    assert unsynced(pod_clock, 3).wall_ms == min(told)


@given(plausible_ms)
def test_no_neighbour_moves_a_synced_clock(told_ms: int) -> None:
    pod_clock = clock()
    pod_clock.confirm(BUILD_MS + 1_000, 0)
    assert not pod_clock.take_guess(told_ms, 0)
    assert unsynced(pod_clock, 0) == Now(0, BUILD_MS + 1_000, ClockState.SYNCED)


@given(st.lists(wall_ms, max_size=6), monotonic_ms)
def test_no_neighbour_makes_a_clock_synced(told: list[int], at_ms: int) -> None:
    pod_clock = clock(at_ms=at_ms)
    for told_ms in told:
        pod_clock.take_guess(told_ms, at_ms)
    assert unsynced(pod_clock, at_ms).state is not ClockState.SYNCED


# --- Stamps ---


@given(wall_ms, st.none() | wall_ms)
def test_a_stamp_lies_strictly_above_its_slot_and_never_behind_the_clock(
    now_ms: int, slot_ms: int | None
) -> None:
    stamp_ms = next_stamp_ms(now_ms, slot_ms)
    assert stamp_ms >= now_ms
    assert slot_ms is None or stamp_ms > slot_ms
    assert stamp_ms in (now_ms, (slot_ms or 0) + 1)


def test_two_acts_of_one_millisecond_have_different_stamps() -> None:
    assert next_stamp_ms(5, next_stamp_ms(5, None)) == 6


# --- The floor ---


@given(
    st.integers(0, 10**6).map(lambda hours: hours * HOUR_S),
    wall_ms,
    st.integers(0, 10**8),
    st.booleans(),
)
def test_the_floor_is_a_whole_hour_and_never_goes_down_or_past_90_days_ago(
    floor_s: int, now_ms: int, running_s: int, confirmed: bool
) -> None:
    moved_s = next_floor_s(floor_s, now_ms, running_s, confirmed=confirmed)
    assert moved_s % HOUR_S == 0
    assert moved_s >= floor_s
    assert moved_s == floor_s or moved_s <= now_ms // 1000 - LIFETIME_S


@given(wall_ms, st.lists(st.tuples(wall_ms, st.integers(0, 10 * DAY_S)), max_size=20))
def test_whatever_the_clock_says_the_floor_moves_two_days_a_day_at_most(
    start_ms: int, readings: list[tuple[int, int]]
) -> None:
    start_s = floor_s = first_floor_s(start_ms)
    since_move_s = running_s = 0
    for now_ms, ran_s in readings:
        since_move_s, running_s = since_move_s + ran_s, running_s + ran_s
        moved_s = next_floor_s(floor_s, now_ms, since_move_s, confirmed=False)
        if moved_s > floor_s:
            floor_s, since_move_s = moved_s, 0
        assert floor_s - start_s <= 2 * running_s


def test_a_floor_asked_often_still_keeps_up_with_the_clock() -> None:
    """Ten minutes earn no whole hour, so the running time adds up until they do."""
    floor_s, since_move_s = 100 * HOUR_S, 0
    now_s = floor_s + LIFETIME_S
    for _ in range(6 * 24 * 10):
        now_s, since_move_s = now_s + 600, since_move_s + 600
        moved_s = next_floor_s(floor_s, now_s * 1000, since_move_s, confirmed=False)
        if moved_s > floor_s:
            floor_s, since_move_s = moved_s, 0
    assert floor_s == 100 * HOUR_S + 10 * DAY_S


def test_a_confirmed_date_moves_the_floor_at_once() -> None:
    now_s = 10**9
    assert next_floor_s(0, now_s * 1000, 0, confirmed=False) == 0
    moved_s = next_floor_s(0, now_s * 1000, 0, confirmed=True)
    assert now_s - LIFETIME_S - HOUR_S < moved_s <= now_s - LIFETIME_S


def test_a_clock_set_back_leaves_the_floor_where_it_is() -> None:
    assert next_floor_s(50 * HOUR_S, 0, 10**6, confirmed=True) == 50 * HOUR_S


def test_an_empty_store_has_deleted_what_was_dead_when_the_program_was_built() -> None:
    floor_s = first_floor_s(BUILD_MS)
    assert BUILD_MS // 1000 - LIFETIME_S - HOUR_S < floor_s <= BUILD_MS // 1000 - LIFETIME_S
    assert floor_s % HOUR_S == 0
    assert first_floor_s(0) == 0


# --- What a pair agrees on ---


@given(st.integers(0, 10**10), st.integers(0, 10**10))
def test_a_pair_takes_the_greater_floor_whoever_asks(ours_s: int, theirs_s: int) -> None:
    assert pair_floor_s(ours_s, theirs_s) == pair_floor_s(theirs_s, ours_s)
    assert pair_floor_s(ours_s, theirs_s) >= max(ours_s, theirs_s)


synced_s = st.none() | st.integers(0, 10**10)


@given(synced_s, synced_s)
def test_a_pair_has_the_ceiling_of_the_lesser_synced_time_whoever_asks(
    ours_s: int | None, theirs_s: int | None
) -> None:
    ceiling_s = pair_ceiling_s(ours_s, theirs_s)
    assert ceiling_s == pair_ceiling_s(theirs_s, ours_s)
    assert (ceiling_s is None) == (ours_s is None and theirs_s is None)
    for now_s in (ours_s, theirs_s):
        assert ceiling_s is None or now_s is None or ceiling_s <= now_s + CEILING_AHEAD_S


@pytest.mark.parametrize(
    ("ours_s", "theirs_s", "ceiling_s"),
    [(1000, None, 1600), (None, 1000, 1600), (1000, 900, 1500), (None, None, None), (0, 5, 600)],
)
def test_a_clock_that_is_not_synced_holds_nothing(
    ours_s: int | None, theirs_s: int | None, ceiling_s: int | None
) -> None:
    assert pair_ceiling_s(ours_s, theirs_s) == ceiling_s


def test_ceiling_of_a_peer_at_the_end_of_time_has_a_form_on_the_wire() -> None:
    assert pair_ceiling_s(None, VALID_UNTIL_END_S - 1) == VALID_UNTIL_END_S - 1
