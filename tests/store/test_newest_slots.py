"""R8: of each author and scope the slots with the newest versions are kept, and nothing else.

Newest-N is a join: whatever the order and the batches, the same records make the same set.
"""

import random
from collections.abc import Sequence
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from protocol.errors import Refusal
from protocol.limits import SLOTS_PER_AUTHOR
from protocol.record import Record, Scope
from store import Store
from store.records import Place, counts, intake
from tests.store.authors import (
    ANNA,
    BEN,
    EPOCH,
    NOW_MS,
    US,
    Author,
    assert_whole,
    in_set,
    pod,
    quick_folder,
    take,
)

FEW = 3
"""Slots kept in the tests that try many orders; the real bound is tested once."""


def newest(records: Sequence[Record], slots: int) -> set[bytes]:
    """Return what must be in the set, worked out the plain way."""
    greatest: dict[object, Record] = {}
    for record in records:
        if record.slot not in greatest or greatest[record.slot].rank < record.rank:
            greatest[record.slot] = record
    groups: dict[object, list[Record]] = {}
    for record in greatest.values():
        groups.setdefault((record.author, record.scope), []).append(record)
    return {
        record.id
        for group in groups.values()
        for record in sorted(group, key=lambda r: r.rank)[-slots:]
    }


sign = st.builds(
    lambda author, slot, after, scope, text: author.record(
        slot, NOW_MS + after, scope=scope, text=text
    ),
    st.sampled_from([BEN, US]),
    st.integers(0, 5),
    st.integers(0, 4),
    st.sampled_from([Scope.NEAR, Scope.NETWORK]),
    st.sampled_from(["soup", "bread", None]),
)


def arrive(path: Path, batches: Sequence[Sequence[Record]]) -> set[bytes]:
    with pod(path) as store:
        for batch in batches:
            take(store, batch)
        assert_whole(store)
        return in_set(store)


@settings(max_examples=60)
@given(st.lists(sign, max_size=24), st.randoms(use_true_random=False))
@example([BEN.record(slot, NOW_MS) for slot in range(6)], random.Random(1))
def test_any_order_in_any_batches_makes_the_same_set(
    records: list[Record], chance: random.Random
) -> None:
    with pytest.MonkeyPatch.context() as patch, quick_folder() as folder:
        patch.setattr(intake, "SLOTS_PER_AUTHOR", FEW)
        for attempt in range(3):
            order = chance.sample(records, len(records))
            cuts = sorted(chance.choices(range(len(order) + 1), k=chance.randrange(5)))
            edges = [0, *cuts, len(order)]
            batches = [order[a:b] for a, b in pairwise(edges)]
            assert arrive(Path(folder, str(attempt)), batches) == newest(records, FEW)


@pytest.mark.parametrize("in_batches_of", [7, SLOTS_PER_AUTHOR + 30])
def test_bound_holds_at_the_real_number_of_slots(store: Store, in_batches_of: int) -> None:
    rest = random.Random(5)
    records = [BEN.record(slot, NOW_MS + slot) for slot in range(SLOTS_PER_AUTHOR + 30)]
    full, late = records[:SLOTS_PER_AUTHOR], records[SLOTS_PER_AUTHOR:]
    assert take(store, full).refused == []
    other = rest.sample(late + full, len(records))
    for start in range(0, len(other), in_batches_of):
        take(store, other[start : start + in_batches_of])
    assert in_set(store) == {record.id for record in records[30:]}
    assert_whole(store)


def test_one_past_the_bound_puts_out_the_least_or_is_refused(store: Store) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(intake, "SLOTS_PER_AUTHOR", FEW)
        three = [BEN.record(slot, NOW_MS + slot) for slot in range(FEW)]
        assert len(take(store, three).taken) == FEW
        older = BEN.record(8, NOW_MS - 1)
        assert take(store, [older]).refused == [(older.id, Refusal.OVER_QUOTA)]
        answer = take(store, [BEN.record(9, NOW_MS + 9)])
        assert (len(answer.taken), answer.removed) == (1, 1)
        assert three[0].id not in in_set(store)


def test_record_that_its_own_batch_puts_out_again_was_not_taken(store: Store) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(intake, "SLOTS_PER_AUTHOR", FEW)
        take(store, [BEN.record(slot, NOW_MS + 10 * slot) for slot in range(FEW)])
        raised, added = BEN.record(0, NOW_MS + 1), BEN.record(9, NOW_MS + 99)
        answer = take(store, [raised, added])
    assert answer.taken == [added]
    assert answer.refused == [(raised.id, Refusal.OVER_QUOTA)]
    assert_whole(store)


def test_scopes_and_authors_are_counted_apart(store: Store) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(intake, "SLOTS_PER_AUTHOR", FEW)
        take(store, [BEN.record(slot) for slot in range(FEW)])
        take(store, [BEN.record(slot, scope=Scope.NEAR) for slot in range(FEW)])
        take(store, [ANNA.record(slot) for slot in range(FEW)])
    assert {(t.author, t.scope, t.records) for t in counts(store.connection)} == {
        (BEN.id, Scope.NEAR, FEW),
        (BEN.id, Scope.NETWORK, FEW),
        (ANNA.id, Scope.NETWORK, FEW),
    }


def test_what_an_evicted_withdrawal_killed_does_not_return(store: Store) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(intake, "SLOTS_PER_AUTHOR", FEW)
        listing, tombstone = BEN.record(1, NOW_MS), BEN.record(1, NOW_MS + 1, text=None)
        take(store, [listing])
        take(store, [tombstone])
        take(store, [BEN.record(slot, NOW_MS + slot) for slot in range(2, 2 + FEW)])
        assert tombstone.id not in in_set(store)
        assert take(store, [listing]).refused == [(listing.id, Refusal.OVER_QUOTA)]


def test_new_version_of_a_slot_at_the_bound_costs_no_other_slot(store: Store) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(intake, "SLOTS_PER_AUTHOR", FEW)
        take(store, [BEN.record(slot) for slot in range(FEW)])
        take(store, [BEN.record(0, NOW_MS + 1)])
    assert len(in_set(store)) == FEW


def test_on_the_shelf_the_lower_epoch_goes_first_whatever_its_stamp(store: Store) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(intake, "SLOTS_PER_AUTHOR", FEW)
        lower = [ANNA.record(slot, NOW_MS + 99, epoch=EPOCH - 2) for slot in range(FEW)]
        higher = [ANNA.record(slot + 9, NOW_MS, epoch=EPOCH - 1) for slot in range(FEW)]
        take(store, lower)
        assert len(take(store, higher).shelved) == FEW
        late = ANNA.record(7, NOW_MS + 999, epoch=EPOCH - 2)
        assert take(store, [late]).refused == [(late.id, Refusal.OVER_QUOTA)]


def test_shelf_keeps_the_newest_slots_too(store: Store) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(intake, "SLOTS_PER_AUTHOR", FEW)
        author: Author = ANNA
        lower = [author.record(slot, NOW_MS + slot, epoch=EPOCH - 1) for slot in range(FEW + 2)]
        take(store, lower)
    on_shelf = {t.records for t in counts(store.connection) if t.place is Place.SHELF}
    assert on_shelf == {FEW}
    assert_whole(store)
