"""R3 and R4: what was signed under a lesser certificate leaves the sets and waits on a shelf."""

import pytest

from protocol.errors import Refusal
from protocol.limits import SLOTS_PER_AUTHOR
from protocol.record import Scope
from store import Store, changes, peers
from store.records import (
    Place,
    find,
    leave,
    past_versions,
    raise_epoch,
    shelf_of,
    slot_version,
)
from tests.store.authors import (
    ANNA,
    BEN,
    EPOCH,
    NOW_MS,
    US,
    Author,
    assert_whole,
    in_set,
    standing,
    take,
)

NEW = EPOCH + 1


def rotate(store: Store, author: Author, epoch: int = NEW, twin: int = 0) -> bool:
    certificate = author.certificate(epoch, twin)
    with store.atomic(NOW_MS) as tx:
        is_greatest = peers.put_certificate(tx, certificate)
        if is_greatest:
            raise_epoch(tx, author.id, certificate)
    return is_greatest


def on_shelf(store: Store) -> set[bytes]:
    return {record_id for record_id, place in standing(store) if place == Place.SHELF}


def test_records_of_a_lower_epoch_go_to_the_shelf_at_once(store: Store) -> None:
    loaded = changes.load_indexes(store)
    old = [BEN.record(1), BEN.record(2, text=None), BEN.record(1, scope=Scope.NEAR)]
    other = ANNA.record(1)
    take(store, [*old, other])
    assert rotate(store, BEN)
    assert in_set(store) == {other.id}
    assert on_shelf(store) == {record.id for record in old}
    changes.catch_up(store, loaded)
    assert [len(index) for index in loaded.indexes] == [0, 1, 3]
    assert {v.record.id for v in shelf_of(store.connection, BEN.id)} == on_shelf(store)
    assert_whole(store)


def test_no_stamp_of_an_old_key_beats_the_new_one(store: Store) -> None:
    epochs = {BEN.id: NEW}
    new = BEN.record(1, NOW_MS, epoch=NEW)
    rotate(store, BEN)
    take(store, [new], epochs=epochs)
    thief = BEN.record(1, NOW_MS * 2, epoch=EPOCH)
    assert take(store, [thief], epochs=epochs).refused == [(thief.id, Refusal.SUPERSEDED)]
    # From Ben himself it is kept, for him alone; the set stays as it was.
    assert take(store, [thief], epochs=epochs, peer=BEN.id).shelved == [thief]
    assert in_set(store) == {new.id}


def test_our_own_records_of_a_lower_epoch_are_shelved_whoever_brings_them(store: Store) -> None:
    rotate(store, US)
    record = US.record(1)
    assert take(store, [record], epochs={US.id: NEW}, peer=ANNA.id).shelved == [record]
    assert take(store, [record], epochs={US.id: NEW}, peer=None).duplicates == 1


def test_shelf_has_the_greatest_version_of_a_slot(store: Store) -> None:
    epochs = {BEN.id: NEW}
    rotate(store, BEN)
    lesser, greatest = BEN.record(1, NOW_MS), BEN.record(1, NOW_MS + 1, text=None)
    for record in (lesser, greatest, lesser):
        take(store, [record], epochs=epochs, peer=BEN.id)
    assert on_shelf(store) == {greatest.id}
    assert_whole(store)


@pytest.mark.parametrize("of_the_set_wins", [True, False])
def test_record_that_is_shelved_meets_the_version_already_there(
    store: Store, of_the_set_wins: bool
) -> None:
    # Ben's shelf holds epoch 100; his set, epoch 101; then he rotates to 102.
    take(store, [BEN.record(1, NOW_MS + 9)])
    rotate(store, BEN)
    stamp_ms = NOW_MS if of_the_set_wins else NOW_MS - 1
    second = BEN.record(1, stamp_ms, epoch=NEW)
    take(store, [second], epochs={BEN.id: NEW})
    rotate(store, BEN, NEW + 1)
    assert standing(store) == {(second.id, Place.SHELF)}  # the epoch comes before the stamp
    assert_whole(store)


def test_own_versions_that_lose_a_place_on_the_shelf_are_kept(store: Store) -> None:
    first = US.record(1)
    take(store, [first], signed_here=True)
    rotate(store, US)
    second = US.record(1, epoch=NEW)
    take(store, [second], signed_here=True, epochs={US.id: NEW})
    rotate(store, US, NEW + 1)
    assert on_shelf(store) == {second.id}
    assert [v.record.id for v in past_versions(store.connection, first.slot)] == [first.id]
    on_the_shelf = slot_version(store.connection, first.slot, Place.SHELF)
    assert on_the_shelf is not None
    assert on_the_shelf.record.id == second.id


def test_held_records_of_a_lower_epoch_are_dropped(store: Store) -> None:
    record = BEN.record(1, NOW_MS + 50_000)
    take(store, [record], ceiling_s=NOW_MS // 1000)
    rotate(store, BEN)
    assert find(store.connection, record.id) is None


def test_shelf_is_cut_to_the_newest_slots(store: Store) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(leave, "SLOTS_PER_AUTHOR", 3)
        records = [BEN.record(slot, NOW_MS + slot) for slot in range(5)]
        take(store, records)
        rotate(store, BEN)
    assert on_shelf(store) == {record.id for record in records[2:]}
    assert SLOTS_PER_AUTHOR > 5
    assert_whole(store)


def test_certificate_that_is_not_greater_moves_nothing(store: Store) -> None:
    take(store, [BEN.record(1)])
    assert not rotate(store, BEN, EPOCH - 1)
    assert len(in_set(store)) == 1


@pytest.mark.parametrize("lesser_comes_again", [True, False])
def test_of_two_certificates_of_one_epoch_the_greater_keeps_its_records(
    store: Store, lesser_comes_again: bool
) -> None:
    lesser, greater = sorted((0, 1), key=lambda twin: BEN.certificate(NEW, twin).hash)
    rotate(store, BEN, NEW, lesser)
    under_lesser = BEN.record(1, epoch=NEW, twin=lesser)
    take(store, [under_lesser], epochs={BEN.id: NEW})
    assert rotate(store, BEN, NEW, greater)
    if lesser_comes_again:
        assert not rotate(store, BEN, NEW, lesser)
    under_greater = BEN.record(2, epoch=NEW, twin=greater)
    late = BEN.record(3, epoch=NEW, twin=lesser)
    answer = take(
        store,
        [under_greater, late],
        epochs={BEN.id: NEW},
        peer=BEN.id,
        under_lesser=frozenset({late.id}),
    )
    assert (answer.taken, answer.shelved) == ([under_greater], [late])
    assert in_set(store) == {under_greater.id}
    assert on_shelf(store) == {under_lesser.id, late.id}
    assert_whole(store)


def test_same_key_certified_twice_for_one_epoch_shelves_nothing(store: Store) -> None:
    take(store, [BEN.record(1)])
    again = BEN.key.certify(EPOCH, BEN.working_key(EPOCH).public, EPOCH + 5)
    with store.atomic(NOW_MS) as tx:
        peers.put_certificate(tx, again)
        raise_epoch(tx, BEN.id, again)
    assert len(in_set(store)) == 1


def test_record_signed_alike_under_the_greater_certificate_leaves_the_shelf(store: Store) -> None:
    """Two machines sign one shelf again in the same second: one id, two signatures."""
    lesser, greater = sorted((0, 1), key=lambda twin: BEN.certificate(NEW, twin).hash)
    rotate(store, BEN, NEW, lesser)
    take(store, [BEN.record(1, epoch=NEW, twin=lesser)], epochs={BEN.id: NEW})
    rotate(store, BEN, NEW, greater)
    again = BEN.record(1, epoch=NEW, twin=greater)
    assert on_shelf(store) == {again.id}
    assert take(store, [again], epochs={BEN.id: NEW}).taken == [again]
    assert standing(store) == {(again.id, Place.SET)}
    assert_whole(store)
