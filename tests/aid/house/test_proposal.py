"""The pod's own rule, and the states of a proposal, as tables."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from protocol.aid.form import fill
from protocol.aid.house.proposal import (
    BECOMES,
    CLOSED,
    NEXT,
    PodRules,
    Position,
    Stand,
    Standing,
    State,
    may_become,
    standing,
)
from protocol.aid.sentences import WrongFields

YES, BUT, ASIDE, NO, WAIT = (
    Stand.AGREE,
    Stand.RESERVATIONS,
    Stand.ASIDE,
    Stand.BLOCK,
    Stand.NOT_YET,
)


@pytest.mark.parametrize(
    ("stands", "present", "is_over", "expected"),
    [
        ([YES, YES, YES], 6, True, Standing.AGREED),
        ([YES, YES], 6, True, Standing.TOO_FEW),
        ([YES, BUT, BUT], 6, True, Standing.AGREED),
        ([YES] * 5 + [NO], 6, True, Standing.BLOCKED),
        ([NO], 6, False, Standing.BLOCKED),
        ([YES] * 6, 6, False, Standing.TESTING),
        ([YES, YES, ASIDE], 6, True, Standing.TALK_MORE),
        ([YES, YES, YES, ASIDE], 6, True, Standing.AGREED),
        ([YES, YES, WAIT, WAIT], 6, True, Standing.TOO_FEW),
        ([YES, YES, YES, WAIT], 6, True, Standing.AGREED),
        ([], 0, True, Standing.TOO_FEW),
        ([WAIT], 1, True, Standing.TOO_FEW),
    ],
)
def test_how_a_proposal_stands(
    stands: list[Stand], present: int, is_over: bool, expected: Standing
) -> None:
    assert standing(stands, present=present, is_over=is_over, rules=PodRules()) is expected


@given(st.lists(st.sampled_from(Stand)), st.integers(0, 30), st.booleans())
def test_one_block_holds_whatever_all_others_say(
    stands: list[Stand], present: int, is_over: bool
) -> None:
    found = standing([*stands, NO], present=present, is_over=is_over, rules=PodRules())
    assert found is Standing.BLOCKED


@given(st.lists(st.sampled_from(Stand)), st.integers(0, 30))
def test_nothing_is_agreed_before_its_time_or_by_too_few(stands: list[Stand], present: int) -> None:
    rules = PodRules()
    assert standing(stands, present=present, is_over=False, rules=rules) is not Standing.AGREED
    found = standing(stands, present=present, is_over=True, rules=rules)
    if found is Standing.AGREED:
        assert NO not in stands
        assert 2 * sum(it is not WAIT for it in stands) >= present
        assert 3 * stands.count(ASIDE) < sum(it is not WAIT for it in stands) + 1


@given(st.lists(st.sampled_from([YES, BUT, WAIT])), st.integers(1, 30))
def test_who_agrees_never_undoes_an_agreement(stands: list[Stand], present: int) -> None:
    rules = PodRules()
    if standing(stands, present=present, is_over=True, rules=rules) is Standing.AGREED:
        more = standing([*stands, YES], present=present, is_over=True, rules=rules)
        assert more is Standing.AGREED


def test_a_pod_has_rules_of_its_own() -> None:
    all_of_us = PodRules(floor_percent=100)
    assert standing([YES], present=2, is_over=True, rules=all_of_us) is Standing.TOO_FEW
    assert standing([YES, YES], present=2, is_over=True, rules=all_of_us) is Standing.AGREED
    none_aside = PodRules(aside_percent=1)
    stands = [YES] * 9 + [ASIDE]
    assert standing(stands, present=10, is_over=True, rules=none_aside) is Standing.TALK_MORE


def test_every_state_has_a_line_and_what_is_closed_stays_closed() -> None:
    assert NEXT.keys() == set(State)
    assert {state for state, after in NEXT.items() if not after} == CLOSED
    reached, todo = set(), [State.DRAFT]
    while todo:
        state = todo.pop()
        if state not in reached:
            reached.add(state)
            todo += NEXT[state]
    assert reached == set(State)


def test_only_what_was_tested_is_agreed_or_blocked() -> None:
    for state in (State.AGREED, State.BLOCKED):
        assert [was for was in State if may_become(was, state)] == [State.TESTING]
    assert all(may_become(State.TESTING, state) for state in BECOMES.values())


def test_a_block_needs_words() -> None:
    with pytest.raises(WrongFields) as caught:
        fill(Position, {"stand": NO})
    assert "what would have to change" in caught.value.sentence
    assert fill(Position, {"stand": NO, "words": "The lift is too small."}).words
