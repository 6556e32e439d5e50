"""Whom a pod knows, in memory and on disk: two processes on one file never know two things."""

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from node.roster import Roster
from protocol.clock import ClockState, Now
from protocol.identity import Certificate
from protocol.limits import CERTIFICATES_PER_AUTHOR, LIFETIME_S
from protocol.trust import Table
from store import Store, open_store, peers
from tests.street.guest import EPOCH, Keys
from tests.street.house import START_MS

US, ANNA, BEN, FAR = Keys("us"), Keys("anna"), Keys("ben"), Keys("far")
NOW = Now(0, START_MS, ClockState.SYNCED)


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with closing(open_store(tmp_path / "pod.db", now_ms=NOW.wall_ms, create=True)) as store:
        with store.atomic(NOW.wall_ms) as tx:
            peers.put_certificate(tx, US.certificate)
        yield store


@pytest.fixture
def roster(store: Store) -> Roster:
    """Return the roster of a pod whose neighbour Anna tells of a pod behind her."""
    roster = Roster(store, US.certificate)
    roster.add_neighbour(ANNA.certificate, "Anna's", ["anna.local:4781"], NOW)
    tell(roster, Table([ANNA.entry(0), FAR.entry(1)]))
    return roster


def tell(roster: Roster, table: Table) -> None:
    roster.directory.told_by[ANNA.pod_id] = table
    roster.save_tables(NOW)


def other_process(roster: Roster) -> Roster:
    """Return the roster that another process of this pod has, which has just begun."""
    return Roster(roster._store, US.certificate)


def test_another_process_knows_the_same(roster: Roster) -> None:
    roster.certificates.learn([FAR.certificate], NOW)
    other = other_process(roster)
    assert other.directory.told_by[ANNA.pod_id].hash == roster.directory.told_by[ANNA.pod_id].hash
    assert other.directory.certificates == roster.directory.certificates
    assert other.neighbours() == roster.neighbours()


def test_neighbour_removed_elsewhere_is_gone_at_the_next_look(roster: Roster) -> None:
    other_process(roster).remove_neighbour(ANNA.pod_id, NOW)
    roster.load()
    assert list(roster.directory.neighbours) == []
    assert roster.neighbours() == []


def test_table_told_by_a_bundle_is_taken_up_unless_a_session_is_newer(roster: Roster) -> None:
    by_bundle = Table([ANNA.entry(0), FAR.entry(1), BEN.entry(2)])
    tell(other_process(roster), by_bundle)
    roster.load(in_session={ANNA.pod_id})
    assert BEN.pod_id not in roster.directory.told_by[ANNA.pod_id].entries
    tell(other_process(roster), Table([ANNA.entry(0), BEN.entry(3)]))
    roster.load()
    assert roster.directory.distance(BEN.pod_id) == 4


def test_certificate_of_a_pod_that_nobody_tells_of_is_not_kept(roster: Roster) -> None:
    assert roster.certificates.learn([BEN.certificate, FAR.certificate], NOW) == [FAR.certificate]
    assert roster.certificates.learn([FAR.certificate], NOW) == []
    assert BEN.pod_id not in other_process(roster).directory.certificates


def test_lower_certificate_counts_for_its_key_alone(roster: Roster) -> None:
    newer = Keys("far", EPOCH + 5)
    assert roster.certificates.learn([newer.certificate], NOW) == [newer.certificate]
    assert roster.certificates.learn([FAR.certificate], NOW) == [FAR.certificate]
    assert roster.directory.certificates[FAR.pod_id] == newer.certificate
    assert roster.certificates.epochs[FAR.pod_id] == EPOCH + 5
    assert roster.certificates.keys_of(FAR.pod_id, EPOCH) == (FAR.working_key.public,)


def test_of_one_author_the_greatest_certificates_are_kept_in_memory_as_on_disk(
    roster: Roster,
) -> None:
    many = [Keys("far", EPOCH + number).certificate for number in range(20)]
    roster.certificates.learn(many, NOW)
    assert list(roster.certificates.of(FAR.pod_id)) == many[: -CERTIFICATES_PER_AUTHOR - 1 : -1]
    assert other_process(roster).certificates.of(FAR.pod_id) == roster.certificates.of(FAR.pod_id)
    assert roster.certificates.keys_of(FAR.pod_id, EPOCH) == ()


def twins() -> tuple[Keys, Keys]:
    """Return a pod with two working keys of one epoch: the lesser and the greater."""
    one, other = sorted(
        (Keys("far", EPOCH, turn) for turn in (0, 1)), key=lambda it: it.certificate.rank
    )
    return one, other


def test_signature_tells_under_which_of_two_certificates_of_one_epoch_a_record_is(
    roster: Roster,
) -> None:
    lesser, greater = twins()
    roster.certificates.learn([lesser.certificate, greater.certificate], NOW)
    for keys in (lesser, greater):
        record = keys.record("soup", START_MS)
        found = roster.certificates.for_record(record.author, record.epoch, record.wire)
        assert found == keys.certificate
        assert roster.certificates.greatest_key(record) == greater.working_key.public
    unknown: Certificate | None = roster.certificates.for_record(FAR.pod_id, EPOCH + 1, record.wire)
    assert unknown is None


def test_address_that_worked_last_is_tried_first(roster: Roster) -> None:
    roster.note_address(ANNA.pod_id, "192.168.1.9:4781", NOW)
    roster.note_address(BEN.pod_id, "192.168.1.10:4781", NOW)  # no neighbour: nothing happens
    (anna,) = roster.neighbours()
    assert anna.addresses == ("192.168.1.9:4781", "anna.local:4781")
    roster.note_address(ANNA.pod_id, "anna.local:4781", NOW)
    assert roster.neighbours()[0].addresses == ("anna.local:4781", "192.168.1.9:4781")


def test_tables_that_did_not_change_are_not_written(roster: Roster) -> None:
    changes = roster._store.connection.total_changes
    roster.save_tables(NOW)
    assert roster._store.connection.total_changes == changes


def test_neighbour_that_ended_it_stays_until_people_decide_and_tells_nothing(
    roster: Roster,
) -> None:
    roster.end_federation(ANNA.pod_id, NOW)
    assert [it.pod_id for it in roster.neighbours()] == [ANNA.pod_id]
    assert not roster.directory.has_tables_of(ANNA.pod_id)


@pytest.mark.parametrize(("is_there", "is_void"), [(True, False), (False, True)])
def test_tables_end_where_the_last_contact_lies_below_the_floor(
    roster: Roster, is_there: bool, is_void: bool
) -> None:
    present = {ANNA.pod_id} if is_there else set()
    at_s = NOW.wall_ms // 1000
    assert not roster.void_old_tables(present, at_s - LIFETIME_S)
    assert roster.void_old_tables(present, at_s + 1) is is_void


def test_refusals_are_remembered_over_a_start_and_end_with_the_federation(roster: Roster) -> None:
    ids = [bytes([number]) * 32 for number in range(3)]
    roster.remember_refused(ANNA.pod_id, ids, NOW)
    assert all(it in other_process(roster).refused_ids(ANNA.pod_id) for it in ids)
    assert roster.refused_ids(ANNA.pod_id) is roster.refused_ids(ANNA.pod_id)
    roster.remove_neighbour(ANNA.pod_id, NOW)
    assert not any(it in roster.refused_ids(ANNA.pod_id) for it in ids)


def test_near_records_pass_once_the_name_was_seen(roster: Roster) -> None:
    roster.add_neighbour(BEN.certificate, "Ben's", [], NOW, near_allowed=False)
    assert (roster.lets_near_pass(ANNA.pod_id), roster.lets_near_pass(BEN.pod_id)) == (True, False)
    with roster._store.atomic(NOW.wall_ms) as tx:
        peers.note_seen(tx, [it.pod_id for it in peers.neighbours(tx.connection)])
    assert roster.lets_near_pass(BEN.pod_id)
