"""What becomes of a record that comes in: R1, R5, R6, R7 and the answers of Intake."""

import pytest

from protocol.errors import LocalError, Refusal
from protocol.limits import (
    HELD_PER_AUTHOR,
    HELD_PER_NEIGHBOUR,
    LIFETIME_S,
    OWN_VERSIONS_KEPT,
)
from protocol.record import Record, Scope
from store import Store
from store.records import (
    Origin,
    Place,
    bodies,
    each_in_set,
    find,
    known,
    past_versions,
    release_held,
    slot_version,
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
    facts,
    in_set,
    standing,
    take,
)

NOW_S = NOW_MS // 1000


def winner_of(store: Store, record: Record) -> bytes:
    version = slot_version(store.connection, record.slot)
    assert version is not None
    return version.record.id


# --- R1: which version stands in a slot ---


@pytest.mark.parametrize("batched", [True, False], ids=["one batch", "two batches"])
@pytest.mark.parametrize("later_first", [True, False])
@pytest.mark.parametrize("author", [BEN, US], ids=["another's", "our own"])
def test_greater_stamp_wins_its_slot_in_any_order(
    store: Store, author: Author, later_first: bool, batched: bool
) -> None:
    older, newer = author.record(1, NOW_MS), author.record(1, NOW_MS + 1)
    batch = [newer, older] if later_first else [older, newer]
    for records in [batch] if batched else [[record] for record in batch]:
        take(store, records)
    assert winner_of(store, older) == newer.id
    assert in_set(store) == {newer.id}
    assert_whole(store)


@pytest.mark.parametrize("greater_first", [True, False])
def test_of_equal_stamps_the_greater_id_wins(store: Store, greater_first: bool) -> None:
    pair = [BEN.record(1, text="soup"), BEN.record(1, text="bread")]
    pair.sort(key=lambda record: record.id, reverse=greater_first)
    for record in pair:
        take(store, [record])
    assert in_set(store) == {max(record.id for record in pair)}


def test_slots_of_other_author_scope_kind_or_rid_stand_beside(store: Store) -> None:
    records = [
        BEN.record(1),
        CARO.record(1),
        BEN.record(1, scope=Scope.NEAR),
        BEN.record(1, kind=7),
        BEN.record(2),
    ]
    assert len(take(store, records).taken) == 5
    assert len(in_set(store)) == 5


def test_withdrawal_stands_in_its_slot_and_keeps_older_versions_out(store: Store) -> None:
    listing, tombstone = BEN.record(1), BEN.record(1, NOW_MS + 1, text=None)
    take(store, [listing])
    take(store, [tombstone])
    assert take(store, [listing]).refused == [(listing.id, Refusal.SUPERSEDED)]
    assert in_set(store) == {tombstone.id}


# --- What intake answers ---


def test_every_record_of_a_batch_is_answered_once(store: Store) -> None:
    here, newer = BEN.record(1), BEN.record(1, NOW_MS + 5)
    take(store, [here])
    batch = [
        here,
        newer,
        newer,
        BEN.record(1, NOW_MS - 5),
        BEN.record(2, 999),
        CARO.record(1, epoch=EPOCH - 1),
        ANNA.record(1, epoch=EPOCH - 1),
        ANNA.record(2, NOW_MS + 2_000_000),
        CARO.record(3),
    ]
    intake = take(store, batch, floor_s=1, ceiling_s=NOW_S + 600)
    answered = [
        *(record.id for record in intake.taken + intake.held + intake.shelved),
        *(record_id for record_id, _ in intake.refused),
    ]
    assert len(answered) + intake.duplicates == len(batch)
    assert {record.id for record in intake.taken} == {newer.id, batch[-1].id}
    assert intake.duplicates == 1  # newer, twice in the batch; here lost to it
    assert dict(intake.refused) == {
        here.id: Refusal.SUPERSEDED,
        batch[3].id: Refusal.SUPERSEDED,
        batch[4].id: Refusal.BELOW_FLOOR,
        batch[5].id: Refusal.SUPERSEDED,
    }
    assert [record.id for record in intake.shelved] == [batch[6].id]
    assert [record.id for record in intake.held] == [batch[7].id]
    assert intake.removed == 1
    assert_whole(store)


@pytest.mark.parametrize("greater_first", [True, False])
def test_of_two_versions_in_one_batch_one_is_taken_and_one_superseded(
    store: Store, greater_first: bool
) -> None:
    older, newer = BEN.record(1), BEN.record(1, NOW_MS + 1)
    intake = take(store, [newer, older] if greater_first else [older, newer])
    assert intake.taken == [newer]
    assert intake.refused == [(older.id, Refusal.SUPERSEDED)]
    assert intake.removed == 0


def test_record_that_is_here_is_a_duplicate_not_a_refusal(store: Store) -> None:
    record = BEN.record(1)
    take(store, [record])
    again = take(store, [record])
    assert (again.duplicates, again.taken, again.refused) == (1, [], [])


def test_record_before_its_certificate_is_our_bug_and_leaves_nothing(store: Store) -> None:
    with pytest.raises(LocalError):
        take(store, [BEN.record(1), CARO.record(1, epoch=EPOCH + 1)])
    assert standing(store) == set()


def test_bytes_are_kept_as_they_came(store: Store) -> None:
    record = BEN.record(1)
    take(store, [record])
    assert bodies(store.connection, [record.id, b"?" * 32]) == {record.id: record.wire}
    assert find(store.connection, record.id) == (record, Place.SET)


def test_ids_that_agree_in_their_first_bytes_are_told_apart(store: Store) -> None:
    record = BEN.record(1)
    take(store, [record])
    twin = record.id[:8] + bytes(24)
    assert known(store.connection, [twin, record.id]) == {record.id}
    assert bodies(store.connection, [twin]) == {}
    assert find(store.connection, twin) is None


def test_more_ids_than_one_query_takes_are_all_found(store: Store) -> None:
    records = [BEN.record(slot) for slot in range(1200)]
    take(store, records)
    ids = [record.id for record in records]
    assert bodies(store.connection, ids).keys() == set(ids)
    assert known(store.connection, ids) == set(ids)


def test_unfit_payload_is_kept_and_passed_on_but_not_shown(store: Store) -> None:
    unfit, fit = BEN.record(1, payload=b"\xc0"), BEN.record(2)
    assert len(take(store, [unfit, fit]).taken) == 2
    assert bodies(store.connection, [unfit.id]) == {unfit.id: unfit.wire}
    assert [record.id for record in each_in_set(store.connection)] == [fit.id]
    assert len(list(each_in_set(store.connection, fit=False))) == 2


def test_unknown_kind_is_kept(store: Store) -> None:
    assert len(take(store, [BEN.record(1, kind=9, payload=b"?")]).taken) == 1


# --- R6: the floor ---


def test_stamp_at_the_floor_is_taken_and_one_below_is_not(store: Store) -> None:
    at, below = BEN.record(1, 5_000), BEN.record(2, 4_999)
    intake = take(store, [at, below], floor_s=5)
    assert [record.id for record in intake.taken] == [at.id]
    assert intake.refused == [(below.id, Refusal.BELOW_FLOOR)]


# --- R5: versions of our own ---


def test_replaced_own_versions_are_kept_the_last_ten_with_their_marks(store: Store) -> None:
    versions = [US.record(1, NOW_MS + n) for n in range(OWN_VERSIONS_KEPT + 3)]
    for run, record in enumerate(versions):
        take(store, [record], peer=None, run=run, signed_here=run % 2 == 0, clock_unset=run == 10)
    past = past_versions(store.connection, versions[0].slot)
    kept = list(enumerate(versions))[-1 - OWN_VERSIONS_KEPT : -1]
    assert [(v.record.id, v.run) for v in past] == [(r.id, run) for run, r in reversed(kept)]
    for version in past:
        expected = Origin.ADOPTED if version.run % 2 else Origin.SIGNED_HERE
        assert version.origin is expected
        assert version.clock_unset == (version.run == 10)
    assert_whole(store)


def test_replaced_versions_of_others_are_deleted(store: Store) -> None:
    older, newer = BEN.record(1), BEN.record(1, NOW_MS + 1)
    take(store, [older])
    take(store, [newer])
    assert standing(store) == {(newer.id, Place.SET)}


def test_own_record_that_a_neighbour_brings_is_adopted_and_names_its_loser(store: Store) -> None:
    mine, theirs, fresh = US.record(1), US.record(1, NOW_MS + 1), US.record(2)
    assert take(store, [mine], peer=None, signed_here=True, run=7).adopted == []
    adopted = {a.record.id: a.loser for a in take(store, [theirs, fresh], run=8).adopted}
    loser = adopted[theirs.id]
    assert loser is not None
    assert (loser.record.id, loser.origin, loser.run) == (mine.id, Origin.SIGNED_HERE, 7)
    assert adopted[fresh.id] is None


def test_past_version_that_comes_back_loses_and_stays_past(store: Store) -> None:
    older, newer = US.record(1), US.record(1, NOW_MS + 1)
    take(store, [older], signed_here=True)
    take(store, [newer], signed_here=True)
    assert take(store, [older]).refused == [(older.id, Refusal.SUPERSEDED)]
    assert standing(store) == {(older.id, Place.PAST), (newer.id, Place.SET)}


def test_signed_again_version_remembers_what_it_was_made_from(store: Store) -> None:
    record = US.record(1)
    take(store, [record], signed_here=True, made_from={record.id: (EPOCH - 1, 55)})
    version = slot_version(store.connection, record.slot)
    assert version is not None
    assert version.made_from == (EPOCH - 1, 55)


# --- R7: what lies ahead ---


def ahead(author: Author, slot: int, seconds: int) -> Record:
    return author.record(slot, (NOW_S + seconds) * 1000)


def test_last_millisecond_of_the_ceiling_is_in_the_set_and_the_next_is_held(store: Store) -> None:
    last, first = ahead(BEN, 1, 0), ahead(BEN, 2, 1)
    last = BEN.record(1, NOW_S * 1000 + 999)
    intake = take(store, [last, first], ceiling_s=NOW_S)
    assert ([r.id for r in intake.taken], [r.id for r in intake.held]) == ([last.id], [first.id])


def test_without_a_ceiling_nothing_is_held(store: Store) -> None:
    assert take(store, [ahead(BEN, 1, LIFETIME_S * 9)]).held == []


def test_more_than_a_lifetime_ahead_is_dropped(store: Store) -> None:
    kept, dropped = ahead(BEN, 1, LIFETIME_S), ahead(BEN, 2, LIFETIME_S + 1)
    intake = take(store, [kept, dropped], ceiling_s=NOW_S)
    assert [record.id for record in intake.held] == [kept.id]
    assert intake.refused == [(dropped.id, Refusal.TOO_FAR_AHEAD)]


def test_an_author_has_so_many_held_and_no_more(store: Store) -> None:
    records = [ahead(BEN, slot, 1 + slot) for slot in range(HELD_PER_AUTHOR + 1)]
    intake = take(store, records[:-1], ceiling_s=NOW_S)
    assert len(intake.held) == HELD_PER_AUTHOR
    one_more = take(store, [records[-1], ahead(CARO, 1, 1)], ceiling_s=NOW_S)
    assert one_more.refused == [(records[-1].id, Refusal.OVER_QUOTA)]
    assert len(one_more.held) == 1


def test_a_neighbour_brings_so_many_held_and_no_more(store: Store) -> None:
    crowd = [Author(f"crowd {n}") for n in range(HELD_PER_NEIGHBOUR // HELD_PER_AUTHOR + 1)]
    records = [ahead(a, slot, 1) for a in crowd for slot in range(HELD_PER_AUTHOR)]
    epochs = {author.id: EPOCH for author in crowd}
    records = records[: HELD_PER_NEIGHBOUR + 1]
    intake = take(store, records, ceiling_s=NOW_S, epochs=epochs, peer=ANNA.id)
    assert len(intake.held) == HELD_PER_NEIGHBOUR
    assert intake.refused == [(records[-1].id, Refusal.OVER_QUOTA)]
    other = take(store, [records[-1]], ceiling_s=NOW_S, epochs=epochs, peer=BEN.id)
    assert len(other.held) == 1


def test_held_record_comes_into_the_set_when_it_is_due_and_wins_or_loses_there(
    store: Store,
) -> None:
    due, lost, later = ahead(BEN, 1, 10), ahead(BEN, 2, 10), ahead(BEN, 3, 11)
    take(store, [due, lost, later], ceiling_s=NOW_S)
    winner = BEN.record(2, lost.stamp_ms + 1)
    take(store, [winner])
    with store.atomic(NOW_MS) as tx:
        intake = release_held(tx, facts(ceiling_s=NOW_S + 10))
    assert [record.id for record in intake.taken] == [due.id]
    assert intake.refused == [(lost.id, Refusal.SUPERSEDED)]
    assert standing(store) == {(due.id, 1), (winner.id, 1), (later.id, Place.HELD)}
    assert_whole(store)


def test_held_record_that_comes_again_in_time_stands_in_the_set_once(store: Store) -> None:
    record = ahead(BEN, 1, 10)
    take(store, [record], ceiling_s=NOW_S)
    assert take(store, [record], ceiling_s=NOW_S).duplicates == 1
    take(store, [record], ceiling_s=NOW_S + 10)
    with store.atomic(NOW_MS) as tx:
        assert release_held(tx, facts(ceiling_s=NOW_S + 10)).duplicates == 1
    assert standing(store) == {(record.id, Place.SET)}
    assert_whole(store)


def test_own_held_record_that_comes_again_in_time_is_no_longer_held(store: Store) -> None:
    record = ahead(US, 1, 10)
    take(store, [record], ceiling_s=NOW_S)
    take(store, [record], ceiling_s=NOW_S + 10)
    assert standing(store) == {(record.id, Place.SET)}


def test_held_records_are_released_a_thousand_at_a_time(store: Store) -> None:
    crowd = [Author(f"crowd {n}") for n in range(HELD_PER_NEIGHBOUR // HELD_PER_AUTHOR + 2)]
    epochs = {author.id: EPOCH for author in (*ALL, *crowd)}
    records = [ahead(a, slot, 1) for a in crowd for slot in range(HELD_PER_AUTHOR)]
    take(store, records[:900], ceiling_s=NOW_S, epochs=epochs, peer=ANNA.id)
    take(store, records[900:1050], ceiling_s=NOW_S, epochs=epochs, peer=BEN.id)
    released = []
    for _ in range(3):
        with store.atomic(NOW_MS) as tx:
            intake = release_held(tx, facts(ceiling_s=NOW_S + 1, epochs=epochs))
            released.append(len(intake.taken))
    assert released == [1000, 50, 0]


# --- Nothing half-written ---


def test_error_in_the_middle_of_an_act_undoes_all_of_it(store: Store) -> None:
    take(store, [BEN.record(1)])
    before = list(store.connection.iterdump())
    stranger = Author("stranger")
    batch = [BEN.record(1, NOW_MS + 1), *[stranger.record(n) for n in range(9)]]
    everybody = facts(epochs={author.id: EPOCH for author in (*ALL, stranger)})

    def interrupted() -> None:
        with store.atomic(NOW_MS) as tx:
            assert len(take_in(tx, batch, everybody).taken) == 10
            raise InterruptedError

    with pytest.raises(InterruptedError):
        interrupted()
    assert list(store.connection.iterdump()) == before
    # The number that the stranger had in the act is undone too, in memory as in the file.
    with store.atomic(NOW_MS) as tx:
        assert len(take_in(tx, batch, everybody).taken) == 10
    assert_whole(store)
