"""What fades, what is deleted for good, and what tells that the file is whole."""

import random
import sqlite3
from collections.abc import Sequence
from pathlib import Path

import pytest

from protocol.limits import CEILING_AHEAD_S
from protocol.record import Record, Scope, Slot
from store import Store, meta, upkeep
from store.records import (
    Place,
    drop_author,
    due_for_renewal,
    each_in_set,
    find,
    hold_back,
    intake,
    newest_stamp_ms,
    purge,
    signed_while_unset,
)
from tests.store.authors import (
    ANNA,
    BEN,
    EPOCH,
    NOW_MS,
    US,
    assert_whole,
    in_set,
    pod,
    standing,
    take,
)

NOW_S = NOW_MS // 1000
GIB, MIB = 1 << 30, 1 << 20


# --- R6 ---


def test_floor_deletes_below_it_and_spares_our_own_current_records(store: Store) -> None:
    old = [BEN.record(1, NOW_MS - 1), BEN.record(2, NOW_MS - 1, scope=Scope.NEAR)]
    at, ours = BEN.record(3, NOW_MS), US.record(1, NOW_MS - 9)
    past, current = US.record(2, NOW_MS - 9), US.record(2, NOW_MS - 8)
    shelved = ANNA.record(1, NOW_MS - 1, epoch=EPOCH - 1)
    for record in (*old, at, ours, past, current, shelved):
        take(store, [record])
    with store.atomic(NOW_MS) as tx:
        assert purge(tx, NOW_S, US.id) == 4
    assert standing(store) == {(at.id, 1), (ours.id, 1), (current.id, 1)}
    assert meta.get(store.connection, meta.FLOOR_S) == NOW_S
    assert_whole(store)


def test_floor_never_goes_down(store: Store) -> None:
    with store.atomic(NOW_MS) as tx:
        purge(tx, NOW_S, US.id)
    take(store, [BEN.record(1, NOW_MS - 5000)])
    with store.atomic(NOW_MS) as tx:
        assert purge(tx, NOW_S - 1, US.id) == 0
        assert purge(tx, NOW_S, US.id) == 0
    assert meta.get(store.connection, meta.FLOOR_S) == NOW_S
    assert len(in_set(store)) == 1


def test_floor_is_saved_with_what_it_deletes_or_not_at_all(store: Store) -> None:
    take(store, [BEN.record(1, NOW_MS - 1)])

    def interrupted() -> None:
        with store.atomic(NOW_MS) as tx:
            purge(tx, NOW_S, US.id)
            raise InterruptedError

    with pytest.raises(InterruptedError):
        interrupted()
    assert meta.get(store.connection, meta.FLOOR_S) is None
    assert len(in_set(store)) == 1


def test_author_that_is_not_carried_leaves_nothing(store: Store) -> None:
    take(store, [BEN.record(1), BEN.record(2, scope=Scope.NEAR)])
    take(store, [BEN.record(3, NOW_MS + 9000)], ceiling_s=NOW_S)
    take(store, [ANNA.record(1)])
    with store.atomic(NOW_MS) as tx:
        assert drop_author(tx, BEN.id) == 3
    assert in_set(store) == {ANNA.record(1).id}
    assert upkeep.foreign_bytes(store.connection, US.id) == len(ANNA.record(1).body) + 64
    assert_whole(store)


# --- Own records that want something ---


def test_own_records_due_for_renewal_come_oldest_first(store: Store) -> None:
    records = [US.record(slot, NOW_MS + slot) for slot in range(6)]
    take(store, [*records, BEN.record(1, 1)], signed_here=True)
    due = due_for_renewal(store.connection, US.id, before_ms=NOW_MS + 4, limit=3)
    assert [version.record.id for version in due] == [record.id for record in records[:3]]
    all_due = due_for_renewal(store.connection, US.id, before_ms=NOW_MS + 4, limit=99)
    assert len(all_due) == 4
    assert newest_stamp_ms(store.connection, US.id) == NOW_MS + 5


def test_what_stands_ahead_of_the_ceiling_is_held_and_ours_of_it_told(store: Store) -> None:
    ceiling_s = NOW_S + CEILING_AHEAD_S
    at, after = US.record(1, ceiling_s * 1000 + 999), US.record(2, ceiling_s * 1000 + 1000)
    theirs = BEN.record(1, after.stamp_ms)
    take(store, [at, after], signed_here=True)
    take(store, [theirs])
    with store.atomic(NOW_MS) as tx:
        assert hold_back(tx, ceiling_s, US.id) == [after]
    found = [find(store.connection, record.id) for record in (at, after, theirs)]
    assert found == [(at, Place.SET), (after, Place.HELD), (theirs, Place.HELD)]


def test_what_an_unset_clock_signed_is_found_until_it_is_signed_again(store: Store) -> None:
    unset, other = US.record(1), US.record(2)
    take(store, [unset], signed_here=True, clock_unset=True)
    take(store, [other], signed_here=True)
    assert [v.record.id for v in signed_while_unset(store.connection)] == [unset.id]
    take(store, [US.record(1, NOW_MS + 1)], signed_here=True)
    assert signed_while_unset(store.connection) == []


def test_nothing_of_ours_has_no_newest_stamp(store: Store) -> None:
    take(store, [BEN.record(1)])
    assert newest_stamp_ms(store.connection, US.id) is None


# --- Projections ---


class Shown:
    """A projection that remembers; made anew from the records it must be the same."""

    def __init__(self) -> None:
        self.now: dict[Slot, bytes] = {}

    def apply(
        self, _connection: sqlite3.Connection, taken: Sequence[Record], gone: Sequence[Slot]
    ) -> None:
        assert not {record.slot for record in taken} & set(gone)
        for slot in gone:
            self.now.pop(slot, None)
        self.now.update({record.slot: record.id for record in taken})


def test_projection_follows_the_set_and_never_shows_what_is_unfit(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(intake, "SLOTS_PER_AUTHOR", 4)
    shown = Shown()
    store.projections.append(shown)
    chance = random.Random(3)
    for _ in range(200):
        batch = [
            chance.choice([ANNA, BEN, US]).record(
                chance.randrange(6),
                NOW_MS + chance.randrange(-9000, 9000),
                text=chance.choice(["soup", "bread", None]),
                payload=chance.choice([None, None, b"\xc0"]),
            )
            for _ in range(chance.randrange(8))
        ]
        ceiling_s = chance.choice([None, NOW_S + 5])
        take(store, batch, ceiling_s=ceiling_s, floor_s=NOW_S - chance.randrange(9))
        fit = {record.slot: record.id for record in each_in_set(store.connection)}
        assert shown.now == fit
    with store.atomic(NOW_MS) as tx:
        purge(tx, NOW_S + 1, US.id)
        drop_author(tx, ANNA.id)
    assert shown.now == {record.slot: record.id for record in each_in_set(store.connection)}
    assert shown.now


def test_projection_that_fails_undoes_the_act(store: Store) -> None:
    class Broken:
        def apply(self, *_: object) -> None:
            raise LookupError

    store.projections.append(Broken())
    with pytest.raises(LookupError):
        take(store, [BEN.record(1)])
    assert standing(store) == set()


# --- Space ---


@pytest.mark.parametrize(
    ("free", "total", "foreign", "own"),
    [
        (200 * MIB, GIB, True, True),
        (200 * MIB - 1, GIB, False, True),
        (50 * MIB, GIB, False, True),
        (50 * MIB - 1, GIB, False, False),
        (5 * GIB, 100 * GIB, True, True),
        (5 * GIB - 1, 100 * GIB, False, True),
    ],
)
def test_others_stop_before_our_own_people_do(
    free: int, total: int, foreign: bool, own: bool
) -> None:
    space = upkeep.Space(free, total)
    assert (space.lets_foreign_in, space.lets_own_in) == (foreign, own)


def test_space_is_that_of_the_disk(tmp_path: Path) -> None:
    space = upkeep.space_at(tmp_path)
    assert 0 <= space.free_bytes <= space.total_bytes


def test_ballast_is_made_once_and_let_go_once(tmp_path: Path) -> None:
    upkeep.keep_ballast(tmp_path, 3 << 20)
    made = (tmp_path / "ballast").stat()
    upkeep.keep_ballast(tmp_path, 3 << 20)
    assert (tmp_path / "ballast").stat().st_mtime_ns == made.st_mtime_ns
    assert made.st_size == 3 << 20
    assert upkeep.free_ballast(tmp_path)
    assert not upkeep.free_ballast(tmp_path)


def test_freed_pages_go_back_to_the_disk(store: Store) -> None:
    for n in range(0, 2000, 500):
        take(store, [BEN.record(slot, text="x" * 900) for slot in range(n, n + 500)])
    full = upkeep.disk_use_bytes(store)
    with store.atomic(NOW_MS) as tx:
        drop_author(tx, BEN.id)
    left = [store.give_back()]
    while left[-1]:
        left.append(store.give_back())
        assert left[-1] < left[-2]
    assert len(left) > 1
    store.connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    assert upkeep.disk_use_bytes(store) < full / 4


# --- Checks ---


def problems(store: Store) -> list[str]:
    return [line for _, lines in upkeep.check_in_steps(store) for line in lines]


def test_check_finds_an_index_that_does_not_fit_its_table(path: Path) -> None:
    with pod(path) as store:
        take(store, [BEN.record(slot, NOW_MS + slot) for slot in range(300)])
        (root,) = store.connection.execute(
            "SELECT rootpage FROM sqlite_master WHERE name = 'record_by_age'"
        ).fetchone()
    data = bytearray(path.read_bytes())
    data[(root - 1) * 4096 : (root - 1) * 4096 + 30] = bytes(30)
    path.write_bytes(data)
    with pod(path) as store:
        assert problems(store)


def test_check_finds_wrong_tallies_and_broken_references(store: Store) -> None:
    take(store, [BEN.record(1)])
    assert problems(store) == []
    store.connection.execute("UPDATE tally SET records = records + 1")
    assert any("place 1" in line for line in problems(store))
    store.connection.execute("UPDATE tally SET records = records - 1")
    store.connection.execute("PRAGMA foreign_keys = OFF")
    store.connection.execute("DELETE FROM author WHERE pod_id = ?", (BEN.id,))
    assert any("refers to no author" in line for line in problems(store))


def test_other_work_may_be_done_between_two_steps_of_a_check(store: Store) -> None:
    for slot, (_table, lines) in enumerate(upkeep.check_in_steps(store)):
        assert lines == []
        take(store, [BEN.record(slot)])
    assert len(in_set(store)) > 10


# --- Single values ---


def test_value_is_kept_with_its_type(store: Store) -> None:
    with store.atomic(NOW_MS) as tx:
        meta.put(tx, meta.NAME, "Elm Street")
        meta.put(tx, meta.NAME, "Oak Street")
        meta.put(tx, meta.EPOCH, 2**53 - 1)
    assert meta.get(store.connection, meta.NAME) == "Oak Street"
    assert meta.get(store.connection, meta.EPOCH) == 2**53 - 1
    assert meta.get(store.connection, meta.BACKUP_KEY) is None


def test_value_of_another_type_is_not_believed(store: Store) -> None:
    store.connection.execute("INSERT INTO meta VALUES ('epoch', 'nine')")
    with pytest.raises(TypeError):
        meta.get(store.connection, meta.EPOCH)


def test_places_are_the_numbers_in_the_schema(store: Store) -> None:
    take(store, [BEN.record(1)])
    assert [int(place) for place in Place] == [1, 2, 3, 4]
    with pytest.raises(sqlite3.IntegrityError):
        store.connection.execute("UPDATE record SET place = 5")
