"""R14: the indexes in memory, made from blob and log, from the log alone, or from the records,
are the same; whichever process made the changes."""

import random
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    rule,
)

from protocol.record import Scope
from store import Store, changes, open_store, peers
from store.records import (
    delete_near_of,
    drop_author,
    hold_back,
    intake,
    leave,
    purge,
    raise_epoch,
    release_held,
    take_in,
)
from tests.store.authors import (
    ALL,
    ANNA,
    BEN,
    CARO,
    EPOCH,
    NOW_MS,
    US,
    Author,
    assert_whole,
    contents,
    facts,
    pod,
    quick_folder,
    rebuilt,
    take,
)

NOW_S = NOW_MS // 1000

Drafted = tuple[Author, int, int, int, str | None, int]
"""Author, slot, seconds from now, scope, text, how many epochs too low."""


class TwoProcesses(RuleBasedStateMachine):
    """Two connections write in turns; each has indexes that follow the log when they like."""

    def __init__(self) -> None:
        super().__init__()
        self.exit = ExitStack()
        folder = self.exit.enter_context(quick_folder())
        patch = self.exit.enter_context(pytest.MonkeyPatch.context())
        patch.setattr(intake, "SLOTS_PER_AUTHOR", 4)
        patch.setattr(leave, "SLOTS_PER_AUTHOR", 4)
        self.path = Path(folder, "pod.db")
        self.stores = [self.exit.enter_context(pod(self.path)) for _ in range(2)]
        self.loaded = [changes.load_indexes(store) for store in self.stores]
        self.epochs = {author.id: EPOCH for author in ALL}
        self.floor_s = 0

    @initialize()
    def begin_with_something(self) -> None:
        take(self.stores[0], [author.record(1) for author in ALL])

    @rule(
        who=st.integers(0, 1),
        batch=st.lists(
            st.tuples(
                st.sampled_from(ALL),
                st.integers(0, 6),
                st.integers(-9, 9),
                st.sampled_from(list(Scope)),
                st.sampled_from(["soup", None]),
                st.integers(0, 1),
            ),
            max_size=12,
        ),
        is_synced=st.booleans(),
        is_ours=st.booleans(),
    )
    def take_in(self, who: int, batch: list[Drafted], is_synced: bool, is_ours: bool) -> None:
        records = [
            author.record(
                slot,
                NOW_MS + 1000 * second,
                scope=scope,
                text=text,
                epoch=max(EPOCH, self.epochs[author.id] - lower),
            )
            for author, slot, second, scope, text, lower in batch
        ]
        take(
            self.stores[who],
            records,
            epochs=self.epochs,
            floor_s=self.floor_s,
            ceiling_s=NOW_S + 5 if is_synced else None,
            signed_here=is_ours,
        )

    @rule(who=st.integers(0, 1), author=st.sampled_from(ALL))
    def rotate(self, who: int, author: Author) -> None:
        epoch = self.epochs[author.id] + 1
        certificate = author.certificate(epoch)
        with self.stores[who].atomic(NOW_MS) as tx:
            peers.put_certificate(tx, certificate)
            raise_epoch(tx, certificate.pod_id, certificate)
        self.epochs[certificate.pod_id] = epoch

    @rule(who=st.integers(0, 1), second=st.integers(-8, 3))
    def purge(self, who: int, second: int) -> None:
        self.floor_s = max(self.floor_s, NOW_S + second)
        with self.stores[who].atomic(NOW_MS) as tx:
            purge(tx, self.floor_s, US.id)

    @rule(who=st.integers(0, 1))
    def release(self, who: int) -> None:
        with self.stores[who].atomic(NOW_MS) as tx:
            release_held(tx, facts(ceiling_s=NOW_S + 9, epochs=self.epochs))

    @rule(who=st.integers(0, 1), second=st.integers(-3, 9))
    def hold_back(self, who: int, second: int) -> None:
        with self.stores[who].atomic(NOW_MS) as tx:
            hold_back(tx, NOW_S + second, US.id)

    @rule(
        who=st.integers(0, 1),
        author=st.sampled_from([ANNA.id, BEN.id]),
        act=st.sampled_from([delete_near_of, drop_author]),
    )
    def delete(self, who: int, author: bytes, act: Callable[..., int]) -> None:
        with self.stores[who].atomic(NOW_MS) as tx:
            act(tx, author)

    @rule(who=st.integers(0, 1))
    def fail(self, who: int) -> None:
        """An act that is undone is no change for anybody."""

        def interrupted() -> None:
            with self.stores[who].atomic(NOW_MS) as tx:
                take_in(
                    tx, [CARO.record(3, NOW_MS + 8)], facts(epochs=self.epochs | {CARO.id: EPOCH})
                )
                raise InterruptedError

        with pytest.raises(InterruptedError):
            interrupted()

    @rule(who=st.integers(0, 1))
    def catch_up(self, who: int) -> None:
        changes.catch_up(self.stores[who], self.loaded[who])
        assert contents(self.loaded[who]) == contents(rebuilt(self.stores[who]))

    @rule(who=st.integers(0, 1))
    def save(self, who: int) -> None:
        changes.save_indexes(self.stores[who], self.loaded[who])

    @rule(who=st.integers(0, 1))
    def start_anew(self, who: int) -> None:
        self.stores[who].close()
        self.stores[who] = open_store(self.path, now_ms=NOW_MS)
        self.exit.callback(self.stores[who].close)
        self.loaded[who] = changes.load_indexes(self.stores[who])
        assert contents(self.loaded[who]) == contents(rebuilt(self.stores[who]))

    @invariant()
    def file_is_whole(self) -> None:
        assert_whole(self.stores[0])

    def teardown(self) -> None:
        with self.exit:
            for store, loaded in zip(self.stores, self.loaded, strict=True):
                changes.catch_up(store, loaded)
                assert contents(loaded) == contents(rebuilt(store))


TwoProcesses.TestCase.settings = settings(
    max_examples=30,
    stateful_step_count=25,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow],
)
test_indexes_follow_whatever_two_processes_do = TwoProcesses.TestCase


def items(loaded: changes.LoadedIndexes) -> int:
    return sum(map(len, loaded.indexes))


def test_catch_up_tells_what_came_and_went_with_author_and_stamp(store: Store) -> None:
    loaded = changes.load_indexes(store)
    older, newer = BEN.record(1, NOW_MS), BEN.record(1, NOW_MS + 5000)
    take(store, [older])
    (change,) = changes.catch_up(store, loaded)
    (number,) = store.connection.execute(
        "SELECT number FROM author WHERE pod_id = ?", (BEN.id,)
    ).fetchone()
    assert change == (Scope.NETWORK, True, NOW_S, number, older.id)
    take(store, [newer])
    assert {(c.entered, c.id) for c in changes.catch_up(store, loaded)} == {
        (False, older.id),
        (True, newer.id),
    }
    assert changes.catch_up(store, loaded) == []


def test_another_process_is_noticed_by_the_data_version(path: Path) -> None:
    with pod(path) as one, pod(path) as other:
        loaded = changes.load_indexes(one)
        before = one.data_version()
        take(one, [ANNA.record(1)])
        assert one.data_version() == before
        take(other, [BEN.record(1)])
        assert one.data_version() != before
        changes.catch_up(one, loaded)
        assert items(loaded) == 2


def test_record_that_comes_and_goes_in_one_act_is_no_change(store: Store) -> None:
    loaded = changes.load_indexes(store)
    with store.atomic(NOW_MS) as tx:
        take_in(tx, [BEN.record(1, NOW_MS + 1), BEN.record(1, NOW_MS)], facts())
    assert len(changes.catch_up(store, loaded)) == 1


def test_saved_indexes_shorten_the_log_and_numbers_are_not_used_again(store: Store) -> None:
    loaded = changes.load_indexes(store)
    take(store, [BEN.record(1)])
    changes.catch_up(store, loaded)
    changes.save_indexes(store, loaded)
    assert store.connection.execute("SELECT count(*) FROM change").fetchone() == (0,)
    seq = loaded.seq
    take(store, [BEN.record(2)])
    changes.catch_up(store, loaded)
    assert loaded.seq > seq
    assert contents(changes.load_indexes(store)) == contents(loaded)


def test_process_that_missed_the_log_finds_the_difference_in_the_records(path: Path) -> None:
    with pod(path) as one, pod(path) as other:
        take(one, [BEN.record(1), BEN.record(2)])
        behind = changes.load_indexes(one)
        network = behind.indexes.network
        take(other, [BEN.record(1, NOW_MS + 1), CARO.record(1)])
        ahead = changes.load_indexes(other)
        changes.save_indexes(other, ahead)
        told = changes.catch_up(one, behind)
        assert {(c.entered, c.id) for c in told} == {
            (False, BEN.record(1).id),
            (True, BEN.record(1, NOW_MS + 1).id),
            (True, CARO.record(1).id),
        }
        assert contents(behind) == contents(ahead)
        assert behind.indexes.network is network  # open sessions look into it


def test_process_that_is_behind_does_not_save_over_what_is_newer(path: Path) -> None:
    with pod(path) as one, pod(path) as other:
        behind = changes.load_indexes(one)
        take(other, [BEN.record(1)])
        ahead = changes.load_indexes(other)
        changes.save_indexes(other, ahead)
        changes.save_indexes(one, behind)
        assert contents(changes.load_indexes(one)) == contents(ahead)
        changes.catch_up(one, behind)
        assert contents(behind) == contents(ahead)


Blobs = list[tuple[int, int, bytes]]


def damage_one_byte(store: Store, _earlier: Blobs, chance: random.Random) -> None:
    what, blob = store.connection.execute(
        "SELECT what, blob FROM index_blob WHERE what = 2"
    ).fetchone()
    at = chance.randrange(len(blob))
    broken = blob[:at] + bytes([blob[at] ^ 1 << chance.randrange(8)]) + blob[at + 1 :]
    store.connection.execute("UPDATE index_blob SET blob = ? WHERE what = ?", (broken, what))


def drop_one_blob(store: Store, _earlier: Blobs, _chance: random.Random) -> None:
    store.connection.execute("DELETE FROM index_blob WHERE what = 3")


def lose_the_log(store: Store, _earlier: Blobs, _chance: random.Random) -> None:
    store.connection.execute("DELETE FROM change")


def put_back(store: Store, earlier: Blobs, _chance: random.Random) -> None:
    store.connection.executemany("INSERT OR REPLACE INTO index_blob VALUES (?, ?, ?)", earlier)


def put_one_back(store: Store, earlier: Blobs, chance: random.Random) -> None:
    put_back(store, [earlier[1]], chance)


def put_one_back_as_new(store: Store, earlier: Blobs, chance: random.Random) -> None:
    put_back(store, [(what, seq + 1, blob) for what, seq, blob in earlier], chance)


@pytest.mark.parametrize(
    "harm",
    [damage_one_byte, drop_one_blob, lose_the_log, put_back, put_one_back, put_one_back_as_new],
)
@pytest.mark.parametrize("seed", range(4))
def test_indexes_come_from_the_records_where_blob_or_log_fail(
    store: Store, harm: Callable[[Store, Blobs, random.Random], None], seed: int
) -> None:
    loaded = changes.load_indexes(store)
    take(store, [BEN.record(slot) for slot in range(20)])
    changes.catch_up(store, loaded)
    changes.save_indexes(store, loaded)
    earlier = store.connection.execute("SELECT * FROM index_blob ORDER BY what").fetchall()
    take(store, [BEN.record(3, NOW_MS + 1)])  # as many as before, but not the same
    changes.catch_up(store, loaded)
    changes.save_indexes(store, loaded)
    take(store, [CARO.record(1)])
    harm(store, earlier, random.Random(seed))
    assert contents(changes.load_indexes(store)) == contents(rebuilt(store))
    assert items(changes.load_indexes(store)) == 21


def test_saving_is_due_after_so_many_changes(store: Store) -> None:
    loaded = changes.load_indexes(store)
    changes.save_indexes(store, loaded)
    loaded.since_saved = changes.SAVE_AFTER_CHANGES - 1
    assert not loaded.is_save_due
    take(store, [BEN.record(1)])
    changes.catch_up(store, loaded)
    assert loaded.is_save_due
