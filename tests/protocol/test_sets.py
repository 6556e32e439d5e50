"""What is in a set of the pair is what its line says, record by record (§6.3)."""

from hashlib import sha256
from typing import Final, NamedTuple

from hypothesis import given
from hypothesis import strategies as st

from protocol.identity import PodId
from protocol.index import RecordIndex
from protocol.record import Scope
from protocol.sets import Indexes, Line, PairSets

A, B, FAR = PODS = [PodId(bytes([number]) * 32) for number in range(1, 4)]
NUMBERS: Final = {pod: number for number, pod in enumerate(PODS)}


class Held(NamedTuple):
    author: PodId
    scope: int
    stamp_ms: int
    on_shelf: bool


helds = st.builds(
    Held,
    st.sampled_from(PODS),
    st.sampled_from([int(Scope.NEAR), int(Scope.NETWORK)]),
    st.integers(0, 9_999),
    st.booleans(),
)
some_pods = st.frozensets(st.sampled_from(PODS))
lines = st.builds(
    Line,
    st.just(A),
    st.just(B),
    st.booleans(),
    st.frozensets(st.sampled_from([A, B])),
    some_pods,
    st.integers(0, 5),
    st.none() | st.integers(0, 9),
)


def indexes(held: list[Held]) -> Indexes:
    made = Indexes(RecordIndex(), RecordIndex(), RecordIndex())
    for number, it in enumerate(held):
        scoped = made.near if it.scope == Scope.NEAR else made.network
        index = made.shelf if it.on_shelf else scoped
        index.add(it.stamp_ms // 1000, sha256(b"%d" % number).digest(), NUMBERS[it.author])
    return made


@given(lines, st.lists(helds, max_size=20))
def test_views_hold_what_the_line_holds_and_nothing_else(line: Line, held: list[Held]) -> None:
    sets = PairSets(line, indexes(held), NUMBERS)
    shown = {record_id for view in sets.views for _, record_id in view.items(0, len(view))}
    assert shown == {
        sha256(b"%d" % number).digest()
        for number, it in enumerate(held)
        if line.holds(it.author, it.scope, it.stamp_ms, on_shelf=it.on_shelf)
    }


def test_author_numbered_during_the_round_counts_as_held() -> None:
    numbers: dict[PodId, int] = {}
    made = Indexes(RecordIndex(), RecordIndex(), RecordIndex())
    sets = PairSets(Line(A, B, True, frozenset(), frozenset({FAR}), 0, None), made, numbers)
    assert [summary.size for summary in sets.summaries()] == [0, 0, 0, 0]
    numbers[FAR] = 5
    made.network.add(1, bytes(32), 5)
    assert [summary.size for summary in sets.summaries()] == [0, 0, 0, 1]
