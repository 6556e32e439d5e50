"""The phone tree: everybody is reached once, nobody rings more than three, old sheets stay good."""

from collections import Counter
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from protocol.aid.house.limits import MAX_CALLS
from protocol.aid.house.member import Contact, Member
from protocol.aid.house.phone_tree import Person, PhoneTree, Plan, grow, laid_out, persons


def person(number: int, *, rings: bool = True, **said: Any) -> Person:
    id_ = number.to_bytes(16, "big")
    phone = said.pop("phone", rings)
    return Person(id_, f"Person {number:03}", rings, phone, **said)


def people(rings: list[bool], *, first: int = 0) -> list[Person]:
    return [person(first + number, rings=it) for number, it in enumerate(rings)]


RINGS = st.lists(st.sampled_from([True, True, True, False]), max_size=60)
"""Streets in which about one in four cannot ring."""
HISTORIES = st.lists(st.tuples(st.booleans(), st.integers(0, 59), st.booleans()), max_size=30)
"""Comings and goings: (comes, who, rings)."""


def after(history: list[tuple[bool, int, bool]]) -> tuple[Plan, dict[int, Person]]:
    """Return the plan that a street has after people came and went, one at a time."""
    plan, here = Plan(), dict[int, Person]()
    for comes, who, rings in history:
        if comes:
            here[who] = person(who, rings=rings)
        else:
            here.pop(who, None)
        plan = grow(plan, here.values())
    return plan, here


def depth(tree: PhoneTree) -> int:
    """Return how many calls in a row it takes to reach the last."""
    caller = {step.to: step.caller for step in tree.steps}

    def of(id_: bytes) -> int:
        return 1 + of(caller[id_]) if id_ in caller else 0

    return max(map(of, caller), default=0)


def check(tree: PhoneTree, here: list[Person]) -> None:
    """Assert what holds of every tree."""
    reached = Counter(step.to for step in tree.steps)
    if tree.first is not None:
        reached[tree.first] += 1
    assert reached + Counter(tree.not_reached) == Counter(it.id for it in here)
    tasks = Counter([step.caller for step in tree.steps])
    tasks.update(it for it in tree.call_backs)
    assert max(tasks.values(), default=0) <= MAX_CALLS
    rings = {it.id for it in here if it.rings}
    assert tasks.keys() <= rings
    phones = {it.id for it in here if it.phone}
    assert all(step.knock == (step.to not in phones) for step in tree.steps)


@given(RINGS)
def test_everybody_is_reached_once_and_nobody_rings_more_than_three(rings: list[bool]) -> None:
    here = people(rings)
    check(laid_out(grow(Plan(), here), here), here)


@given(HISTORIES)
def test_it_stays_so_whoever_comes_and_goes(history: list[tuple[bool, int, bool]]) -> None:
    plan, here = after(history)
    check(laid_out(plan, here.values()), list(here.values()))


@given(RINGS)
def test_nobody_is_left_out_while_as_many_can_ring_as_cannot(rings: list[bool]) -> None:
    here = people(rings)
    if sum(rings) >= len(rings) - sum(rings):
        assert laid_out(grow(Plan(), here), here).not_reached == ()


@given(HISTORIES)
def test_a_tree_is_never_deeper_than_it_must_be(history: list[tuple[bool, int, bool]]) -> None:
    plan, here = after(history)
    callers = [it for it in here.values() if it.rings]
    only = laid_out(Plan(plan.seats), callers)
    level, room = 0, 1
    while room < len(callers):
        level += 1
        room += MAX_CALLS**level
    assert depth(only) == level
    assert depth(laid_out(plan, here.values())) <= level + 1  # a knock at the very end


@pytest.mark.parametrize(("count", "calls"), [(1, 0), (4, 1), (13, 2), (20, 3), (40, 3)])
def test_so_many_calls_in_a_row_reach_a_street(count: int, calls: int) -> None:
    here = people([True] * count)
    assert depth(laid_out(grow(Plan(), here), here)) == calls


@given(HISTORIES)
def test_a_plan_that_holds_is_not_changed(history: list[tuple[bool, int, bool]]) -> None:
    plan, here = after(history)
    assert grow(plan, here.values()) == plan
    assert grow(plan, reversed(list(here.values()))) == plan


def lines(plan: Plan, here: list[Person]) -> set[tuple[bytes, bytes]]:
    return {(step.caller, step.to) for step in laid_out(plan, here).steps}


@given(HISTORIES, st.booleans())
def test_who_joins_changes_at_most_one_line_of_others(
    history: list[tuple[bool, int, bool]], rings: bool
) -> None:
    plan, here = after(history)
    joined = person(99, rings=rings)
    more = [*here.values(), joined]
    was, now = lines(plan, list(here.values())), lines(grow(plan, more), more)
    changed = {to for _, to in was ^ now} - {joined.id}
    reached_now = {to for _, to in now} - {to for _, to in was}
    assert len(changed - reached_now) <= 1


MOST_CHANGED = 3 + 1 + 2 + 2
"""Those whom the leaver rang, the one who takes the seat, and doors of both."""


@given(HISTORIES, st.integers(0, 59))
def test_who_leaves_changes_few_lines_of_others(
    history: list[tuple[bool, int, bool]], who: int
) -> None:
    plan, here = after(history)
    gone = here.pop(who, None)
    if gone is None:
        return
    left = list(here.values())
    was, now = lines(plan, [*left, gone]), lines(grow(plan, left), left)
    changed = {to for caller, to in was - now if gone.id != to}
    assert len(changed) <= MOST_CHANGED


@pytest.mark.parametrize("who", range(20))
def test_on_a_street_of_20_who_leaves_changes_at_most_four_lines(who: int) -> None:
    here = people([True] * 20)
    plan, left = grow(Plan(), here), here[:who] + here[who + 1 :]
    was, now = lines(plan, here), lines(grow(plan, left), left)
    assert len({to for _, to in was - now} - {here[who].id}) <= 4


def test_a_first_tree_begins_with_a_steward() -> None:
    here = [*people([True] * 5), person(50, is_steward=True)]
    assert laid_out(grow(Plan(), here), here).first == here[-1].id


def test_whoever_is_first_stays_first() -> None:
    old = people([True] * 5)
    plan = grow(Plan(), old)
    assert grow(plan, [*old, person(50, is_steward=True)]).seats[0] == plan.seats[0]


def test_a_buddy_who_can_ring_knocks_for_a_buddy_who_cannot() -> None:
    here = people([True] * 9)
    quiet = person(20, rings=False, buddies=(here[6].id,))
    assert grow(Plan(), [*here, quiet]).quiet == {quiet.id: here[6].id}


def test_if_nobody_answers_the_caller_goes_on_with_their_names() -> None:
    here = people([True] * 7)
    tree = laid_out(grow(Plan(), here), here)
    step = next(step for step in tree.steps if step.to == here[1].id)
    assert step.if_silent == tuple(here[number].id for number in (4, 5, 6))


def test_each_branch_rings_the_first_back_once() -> None:
    here = people([True] * 13)
    tree = laid_out(grow(Plan(), here), here)
    assert [tree.branches[it] for it in tree.call_backs] == [1, 2, 3]


def test_where_nobody_can_ring_everybody_is_named_as_not_reached() -> None:
    here = people([False, False])
    tree = laid_out(grow(Plan(), here), here)
    assert (tree.first, tree.steps) == (None, ())
    assert tree.not_reached == tuple(it.id for it in here)


def member(number: int, **said: Any) -> Member:
    return Member(id=number.to_bytes(16, "big"), name=f"Person {number}", **said)


def test_who_rests_is_rung_and_rings_nobody_who_is_away_is_left_in_peace() -> None:
    phone = (Contact(type="phone", value="111"),)
    hidden = (Contact(type="phone", value="111", on_screen="nobody"),)
    listed = persons(
        [
            member(1, contacts=phone),
            member(2, contacts=phone, presence="resting"),
            member(3, contacts=phone, presence="away"),
            member(4, contacts=hidden),
        ],
        {},
    )
    assert [(it.rings, it.phone) for it in listed] == [(True, True), (False, True), (False, False)]
