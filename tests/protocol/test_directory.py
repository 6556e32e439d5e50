"""What a node knows of authors and neighbours, and what it tells of them (§6)."""

from protocol.directory import Directory
from protocol.limits import REACH_HOPS
from protocol.trust import EMPTY_TABLE, NO_CERTIFICATE, Table
from tests.street.guest import EPOCH, Keys

US, NEXT, FAR = Keys("us"), Keys("next"), Keys("far")


def directory() -> Directory:
    """Return ours, with one neighbour that tells of a far author three hops away."""
    ours = Directory(US.certificate)
    for number, keys in enumerate((US, NEXT, FAR)):
        ours.name_author(keys.pod_id, number)
    ours.add_neighbour(NEXT.pod_id)
    ours.learn(NEXT.certificate)
    ours.told_by[NEXT.pod_id] = Table([NEXT.entry(0), FAR.entry(2)])
    return ours


def test_table_names_us_neighbours_and_authors_held() -> None:
    ours = directory()
    assert ours.renew_own_table([2])
    told = ours.own_table.entries
    assert {pod: e.distance for pod, e in told.items()} == {
        US.pod_id: 0,
        NEXT.pod_id: 1,
        FAR.pod_id: 3,
    }


def test_author_of_whom_nothing_is_held_is_not_told_of() -> None:
    ours = directory()
    ours.renew_own_table([])
    assert FAR.pod_id not in ours.own_table.entries


def test_table_that_would_be_the_same_is_not_a_change() -> None:
    ours = directory()
    assert ours.renew_own_table([2])
    assert not ours.renew_own_table([2])
    assert not ours.renew_own_table([2, 99])


def test_author_without_a_certificate_is_told_of_with_a_tag_of_zeros() -> None:
    ours = directory()
    ours.renew_own_table([2])
    assert ours.own_table.entries[FAR.pod_id].tag == NO_CERTIFICATE
    ours.learn(FAR.certificate)
    ours.renew_own_table([2])
    assert ours.own_table.entries[FAR.pod_id].tag == FAR.certificate.tag16


def test_blocked_author_is_told_of_as_not_carried() -> None:
    ours = directory()
    ours.not_carried.add(FAR.pod_id)
    ours.renew_own_table([])
    assert not ours.own_table.entries[FAR.pod_id].carried


def test_full_disk_carries_nobody_but_ourselves() -> None:
    ours = directory()
    ours.has_room = False
    ours.renew_own_table([2])
    carried = {pod for pod, e in ours.own_table.entries.items() if e.carried}
    assert carried == {US.pod_id}


def test_only_a_greater_certificate_is_kept() -> None:
    ours = directory()
    newer = Keys("next", EPOCH + 1).certificate
    assert not ours.learn(NEXT.certificate)
    assert ours.learn(newer)
    assert not ours.learn(NEXT.certificate)
    assert ours.certificates[NEXT.pod_id] == newer


def test_tables_outlast_a_second_meeting_and_end_with_the_neighbour() -> None:
    ours = directory()
    ours.add_neighbour(NEXT.pod_id)
    assert ours.distance(FAR.pod_id) == 3
    assert ours.reach(US.pod_id) == 2
    ours.void_tables(NEXT.pod_id)
    assert ours.told_by[NEXT.pod_id] == EMPTY_TABLE
    ours.drop_neighbour(NEXT.pod_id)
    assert list(ours.neighbours) == []
    assert ours.distance(FAR.pod_id) == REACH_HOPS
    assert ours.reach(US.pod_id) == 0
