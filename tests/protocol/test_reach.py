"""How many pods something reaches, beside what a look at the whole town would count."""

from collections import deque
from collections.abc import Mapping

import pytest
from hypothesis import given
from hypothesis import strategies as st

from protocol.identity import PodId
from protocol.limits import REACH_HOPS
from protocol.trust import Entry, Table, reached_pods

PODS = [PodId(bytes([number]) * 32) for number in range(1, 13)]
US = PODS[0]
TAG = b"\x09" * 16

Town = Mapping[PodId, set[PodId]]


def town(links: list[tuple[int, int]]) -> Town:
    """Return who is whose neighbour; pods further down the row know the next one."""
    met: dict[PodId, set[PodId]] = {pod: set() for pod in PODS}
    for a, b in [*links, *((n, n + 1) for n in range(2, len(PODS) - 1))]:
        if a != b:
            met[PODS[a]].add(PODS[b])
            met[PODS[b]].add(PODS[a])
    return met


towns = st.lists(st.tuples(st.integers(0, 11), st.integers(0, 11)), max_size=8).map(town)


def hops(met: Town, start: PodId) -> dict[PodId, int]:
    found, queue = {start: 0}, deque([start])
    while queue:
        here = queue.popleft()
        for there in sorted(met[here] - found.keys()):
            found[there] = found[here] + 1
            queue.append(there)
    return found


def told(met: Town, teller: PodId) -> Table:
    """Return the table of teller, of which every pod has shared something."""
    within = {pod: d for pod, d in hops(met, teller).items() if d <= REACH_HOPS}
    return Table(Entry(pod, 1, TAG, distance, True) for pod, distance in within.items())


def tables(met: Town) -> dict[PodId, Table]:
    return {neighbour: told(met, neighbour) for neighbour in met[US]}


@given(towns)
def test_what_we_share_reaches_just_who_is_within_six_hops(met: Town) -> None:
    within = {pod for pod, distance in hops(met, US).items() if distance <= REACH_HOPS}
    assert reached_pods(US, tables(met), US) == within - {US}


@given(towns, st.sampled_from(PODS[1:]))
def test_of_what_another_shares_no_pod_is_claimed_that_it_does_not_reach(
    met: Town, author: PodId
) -> None:
    within = {pod for pod, distance in hops(met, author).items() if distance <= REACH_HOPS}
    claimed = reached_pods(US, tables(met), author)
    assert claimed <= within - {author}
    assert (US in claimed) == (US in within)


def test_of_a_neighbour_all_counts_that_it_tells() -> None:
    """It is six hops from what lies seven from us."""
    met = {PODS[n]: {PODS[m] for m in (n - 1, n + 1) if 0 <= m < 9} for n in range(9)}
    assert reached_pods(US, tables(met), US) == set(PODS[1:7])
    assert reached_pods(US, tables(met), PODS[1]) == {US, *PODS[2:7]}


@pytest.mark.parametrize(
    "entry",
    [
        Entry(PODS[3], 1, TAG, REACH_HOPS, True),
        Entry(PODS[3], 1, TAG, 1, False),
        Entry(PODS[3], 1, TAG, 0, True),
    ],
    ids=["out of reach", "not carried", "said to be the neighbour itself"],
)
def test_does_not_count(entry: Entry) -> None:
    told_to_us = {PODS[1]: Table([Entry(PODS[1], 1, TAG, 0, True), entry])}
    assert reached_pods(US, told_to_us, US) == {PODS[1]}


def test_neighbour_that_was_never_heard_is_not_reached_yet() -> None:
    assert reached_pods(US, {PODS[1]: Table()}, US) == frozenset()
