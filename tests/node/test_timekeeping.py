"""What one process of a pod is told of the time, all know: until the machine is started anew."""

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from node.clock import BUILD_MS
from node.timekeeping import NEWS_MS, PodTime
from protocol.clock import ClockState, Now, PodClock
from store import Store, open_store

NOW_MS = BUILD_MS + 30 * 86_400_000


class Watch:
    """The clock of one process whose machine knows nothing of the time."""

    def __init__(self, boot: str = "first", mono_ms: int = 5_000) -> None:
        self.boot = boot
        self.mono_ms = mono_ms
        self._clock = PodClock(
            saved_ms=None, build_ms=BUILD_MS, newest_own_stamp_ms=None, monotonic_ms=mono_ms
        )

    def now(self) -> Now:
        return self._clock.read(0, self.mono_ms, system_synced=False)

    def confirm(self, now_ms: int) -> None:
        self._clock.confirm(now_ms, self.mono_ms)

    def hear(self, told_ms: int, mono_ms: int) -> bool:
        return self._clock.take_guess(told_ms, mono_ms)


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with closing(open_store(tmp_path / "pod.db", now_ms=NOW_MS, create=True)) as store:
        yield store


def test_confirmed_time_is_taken_up_by_who_runs_and_who_comes_later(store: Store) -> None:
    running, command = PodTime(store, Watch(mono_ms=9_000)), PodTime(store, Watch(mono_ms=9_000))
    command.confirm(NOW_MS)
    running.take_up()
    later = PodTime(store, Watch(mono_ms=69_000))
    assert running.now() == Now(9_000, NOW_MS, ClockState.SYNCED)
    assert later.now() == Now(69_000, NOW_MS + 60_000, ClockState.SYNCED)
    assert all(it.date_is_confirmed for it in (running, command, later))


def test_nobody_has_confirmed_anything_after_the_next_start_of_the_machine(store: Store) -> None:
    PodTime(store, Watch()).confirm(NOW_MS)
    after = PodTime(store, Watch(boot="second"))
    assert after.now().state is ClockState.UNSET
    assert not after.date_is_confirmed


def test_machine_that_does_not_tell_its_starts_apart_shares_nothing(store: Store) -> None:
    PodTime(store, Watch(boot="")).confirm(NOW_MS)
    assert PodTime(store, Watch(boot="")).now().state is ClockState.UNSET


def test_neighbours_time_stays_a_guess_in_every_process(store: Store) -> None:
    PodTime(store, Watch()).hear(NOW_MS, 5_000)
    other = PodTime(store, Watch(mono_ms=6_000))
    assert other.now() == Now(6_000, NOW_MS + 1_000, ClockState.GUESS)
    assert not other.date_is_confirmed


def test_confirmed_time_is_not_moved_by_what_neighbours_tell(store: Store) -> None:
    node, command = PodTime(store, Watch()), PodTime(store, Watch())
    command.confirm(NOW_MS)
    node.hear(NOW_MS - 3_600_000, 5_000)  # before it has looked what the command wrote
    node.take_up()
    assert node.now() == command.now() == Now(5_000, NOW_MS, ClockState.SYNCED)
    assert PodTime(store, Watch()).now() == node.now()


def test_guess_that_moves_by_seconds_is_not_written_each_time(store: Store) -> None:
    node = PodTime(store, Watch())
    node.hear(NOW_MS, 5_000)
    version = store.connection.total_changes
    node.hear(NOW_MS - NEWS_MS, 5_000)
    assert store.connection.total_changes == version
    node.hear(NOW_MS - 2 * NEWS_MS - 1, 5_000)
    assert store.connection.total_changes > version
