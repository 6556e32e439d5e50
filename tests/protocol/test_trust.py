"""Which authors two pods compare, and how far each is, by the tables told (§6, R2, R3, R8)."""

from hashlib import sha256
from typing import Final

import pytest
from hypothesis import given
from hypothesis import strategies as st

from protocol.errors import PeerError
from protocol.identity import PodId
from protocol.limits import MAX_TABLE_ENTRIES, REACH_HOPS
from protocol.trust import (
    EMPTY_TABLE,
    Entry,
    Table,
    branch_of,
    carried_of_pair,
    choose_entries,
    network_authors,
    own_distance,
    told_distance,
)

A, B, FAR, OTHER = PODS = [PodId(bytes([number]) * 32) for number in range(1, 5)]
TAG: Final = b"\x09" * 16
entries = st.builds(
    Entry,
    st.sampled_from(PODS),
    st.integers(0, 2),
    st.sampled_from([bytes(16), TAG]),
    st.integers(0, REACH_HOPS),
    st.booleans(),
)
tables = st.lists(entries, max_size=6).map(Table)


def entry(author: PodId, distance: int, *, carried: bool = True) -> Entry:
    return Entry(author, 1, TAG, distance, carried)


@given(tables, tables)
def test_both_sides_draw_the_same_line(by_a: Table, by_b: Table) -> None:
    assert network_authors(A, by_a, B, by_b) == network_authors(B, by_b, A, by_a)
    assert carried_of_pair(A, by_a, B, by_b) == carried_of_pair(B, by_b, A, by_a)


@given(tables, tables)
def test_author_that_one_side_does_not_carry_is_in_no_line(by_a: Table, by_b: Table) -> None:
    line = network_authors(A, by_a, B, by_b) | carried_of_pair(A, by_a, B, by_b)
    assert not any(
        e.pod_id in line for t in (by_a, by_b) for e in t.entries.values() if not e.carried
    )


@given(tables, st.sampled_from(PODS), st.sampled_from(PODS))
def test_told_distance_is_0_for_the_teller_alone(table: Table, teller: PodId, of: PodId) -> None:
    distance = told_distance(table, teller, of)
    assert 0 <= distance <= REACH_HOPS
    assert distance > 0 or of == teller


def test_distance_0_told_for_another_is_out_of_reach() -> None:
    table = Table([entry(FAR, 0)])
    assert told_distance(table, A, FAR) == REACH_HOPS
    assert network_authors(A, table, B, EMPTY_TABLE) == frozenset()


@given(st.dictionaries(st.sampled_from(PODS[1:]), tables), st.sampled_from(PODS))
def test_own_distance_is_one_more_than_the_least_told(told: dict[PodId, Table], of: PodId) -> None:
    distance = own_distance(A, told, of)
    if of == A:
        assert distance == 0
        return
    assert 1 <= distance <= REACH_HOPS
    for teller, table in told.items():
        if of in table.entries and table.entries[of].carried:
            assert distance <= told_distance(table, teller, of) + 1


@given(st.dictionaries(st.sampled_from(PODS[1:]), tables, min_size=1), st.sampled_from(PODS[1:]))
def test_one_more_neighbour_brings_nobody_further_away(told: dict[PodId, Table], of: PodId) -> None:
    fewer = dict([*told.items()][1:])
    assert own_distance(A, told, of) <= own_distance(A, fewer, of)


def test_entry_of_an_author_not_carried_by_the_teller_does_not_count() -> None:
    assert own_distance(A, {B: Table([entry(FAR, 1, carried=False)])}, FAR) == REACH_HOPS


def test_branch_is_the_neighbour_that_is_nearest_and_of_two_the_smaller() -> None:
    two, three = Table([entry(FAR, 2)]), Table([entry(FAR, 3)])
    assert branch_of({B: three, OTHER: two}, FAR) == OTHER
    assert branch_of({B: two, OTHER: two}, FAR) == B
    assert branch_of({B: EMPTY_TABLE}, FAR) is None


def made_up(branch: str, count: int) -> list[Entry]:
    return [entry(PodId(sha256(f"{branch} {n}".encode()).digest()), 3) for n in range(count)]


def test_flood_behind_one_neighbour_leaves_the_others_their_share() -> None:
    honest = made_up("honest", 300)
    own = [entry(A, 0), entry(B, 1), entry(OTHER, 1)]
    table = choose_entries(own, {B: made_up("flood", 10_000), OTHER: honest}, frozenset())
    assert len(table.entries) == MAX_TABLE_ENTRIES
    assert {e.pod_id for e in own + honest} <= table.entries.keys()


def test_two_floods_get_half_each() -> None:
    flood = made_up("flood", 10_000)
    table = choose_entries([], {B: flood, OTHER: made_up("other", 10_000)}, frozenset())
    assert sum(e.pod_id in table.entries for e in flood) == MAX_TABLE_ENTRIES // 2


def test_author_told_last_keeps_its_place_before_a_nearer_one() -> None:
    flood = made_up("flood", 10_000)
    held = entry(FAR, 5)
    table = choose_entries([], {B: [*flood, held]}, frozenset({FAR}))
    assert table.entries[FAR] == held


def test_nearer_authors_go_before_farther_ones() -> None:
    flood = made_up("flood", 10_000)
    table = choose_entries([], {B: [*flood, entry(FAR, 2)]}, frozenset())
    assert FAR in table.entries


@given(tables, tables)
def test_delta_leads_from_any_table_to_any_other(before: Table, later: Table) -> None:
    changed, removed = before.delta_to(later)
    assert before.changed_by(changed, removed, to_hash=later.hash).entries == later.entries


def test_delta_that_leads_elsewhere_is_refused() -> None:
    with pytest.raises(PeerError) as refused:
        EMPTY_TABLE.changed_by([entry(FAR, 1)], [], to_hash=EMPTY_TABLE.hash)
    assert refused.value.code == "table_mismatch"


def test_author_told_under_two_certificates_is_compared_by_neither() -> None:
    other_tag = entry(FAR, 2)._replace(tag=bytes(16))
    ours, theirs = Table([entry(FAR, 1)]), Table([other_tag])
    assert network_authors(A, ours, B, theirs) == frozenset()
    assert network_authors(A, ours, B, Table([entry(FAR, 2)])) == {FAR}


def test_table_is_filled_to_the_last_entry_and_not_beyond() -> None:
    branches: dict[PodId | None, list[Entry]] = {B: made_up("flood", 10_000)}
    branches[OTHER] = made_up("other", 10_000)
    table = choose_entries([entry(A, 0)], branches, frozenset())
    assert len(table.entries) == MAX_TABLE_ENTRIES
