"""The phone tree behind the pod's door: kept, mended, and read without a change."""

import pytest

from node.pod import Pod
from protocol.aid.house.rights import MACHINE, STRANGER, MemberId
from protocol.errors import UserError
from store.house import trees


def add(pod: Pod, name: str, *, phone: bool = True, on_paper: bool = False) -> MemberId:
    added = pod.people.add(MACHINE, name)
    if phone:
        contact = {"type": "phone", "value": f"call {name}", "on_paper": on_paper}
        pod.people.set_contacts(MACHINE, added.id, [contact])
    return added.id


def callers(pod: Pod) -> dict[MemberId, MemberId]:
    return {step.to: step.caller for step in pod.phone_trees.tree(MACHINE).tree.steps}


def test_a_tree_stays_as_it_was_when_somebody_joins(pod: Pod) -> None:
    for number in range(8):
        add(pod, f"Person {number}")
    before = callers(pod)
    joined = add(pod, "Aaron")
    assert {to: by for to, by in callers(pod).items() if to != joined} == before


def test_who_leaves_is_replaced_in_the_act_in_which_they_leave(pod: Pod) -> None:
    ids = [add(pod, f"Person {number}") for number in range(12)]
    before = callers(pod)
    pod.people.leave(MACHINE, ids[1], withdraw=False)
    now = callers(pod)
    assert ids[1] not in {*now, *now.values()}
    changed = [to for to in now if to in before and before[to] != now[to]]
    assert len(changed) <= 4
    kept = trees.plan(pod.keeper.store.connection)
    assert len(kept.seats) == 11


def test_reading_and_printing_change_nothing(pod: Pod) -> None:
    for number in range(5):
        add(pod, f"Person {number}", phone=number != 3)
    before = list(pod.keeper.store.connection.iterdump())
    pod.phone_trees.tree(MACHINE)
    pod.phone_trees.tree(MACHINE, on_paper=True)
    pod.people.printed(MACHINE)
    assert list(pod.keeper.store.connection.iterdump()) == before


def test_paper_shows_only_numbers_that_may_be_printed(pod: Pod) -> None:
    rosa, ben = add(pod, "Rosa", on_paper=True), add(pod, "Ben")
    paper = pod.phone_trees.tree(MACHINE, on_paper=True).members
    screen = pod.phone_trees.tree(MACHINE).members
    assert [len(paper[it].contacts) for it in (rosa, ben)] == [1, 0]
    assert [len(screen[it].contacts) for it in (rosa, ben)] == [1, 1]


def test_replanting_is_for_stewards(pod: Pod) -> None:
    ids = [add(pod, name) for name in ("Zoë", "Ana", "Ben")]
    pod.phone_trees.replant(MACHINE)
    assert pod.phone_trees.tree(MACHINE).tree.first == ids[0]
    for viewer in (STRANGER, pod.people.viewer(ids[1])):
        with pytest.raises(UserError, match="not_allowed"):
            pod.phone_trees.replant(viewer)
    with pytest.raises(UserError, match="not_allowed"):
        pod.phone_trees.tree(STRANGER)


def test_who_rests_is_rung_and_rings_nobody(pod: Pod) -> None:
    ids = [add(pod, name) for name in ("Rosa", "Ana", "Ben", "Zoë", "Gül")]
    assert callers(pod)[ids[4]] == ids[1]
    pod.people.edit(MACHINE, ids[1], {"presence": "resting"})
    now = callers(pod)
    assert ids[1] in now
    assert ids[1] not in now.values()
    pod.people.edit(MACHINE, ids[1], {"presence": "away"})
    assert ids[1] not in callers(pod)
