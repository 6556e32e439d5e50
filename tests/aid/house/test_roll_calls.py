"""A roll call: who was not yet heard from comes first, and the answers do not stay."""

import pytest

from protocol.aid.house.limits import KEEP_ANSWERS_S, ROLL_CALL_S
from protocol.aid.house.rights import MACHINE, STRANGER
from protocol.aid.house.roll_call import Answer, How
from protocol.clock import ClockState
from protocol.errors import UserError
from store.house import roll_calls
from tests.aid.house.street import Street


def shown(street: Street) -> list[tuple[str, str]]:
    board = street.pod.roll_calls.board(street.as_("Ana"))
    assert board is not None
    return [(it.member.name, it.check_in.answer if it.check_in else "") for it in board.lines]


def test_any_member_begins_one_and_it_ends_by_itself(street: Street) -> None:
    opened = street.pod.roll_calls.open(street.as_("Ben"), "Storm: is everybody dry?")
    assert opened.ends_s - opened.opened_s == ROLL_CALL_S
    assert opened.is_on(opened.ends_s - 1)
    assert not opened.is_on(opened.ends_s)
    with pytest.raises(UserError, match="conflict"):
        street.pod.roll_calls.open(street.as_("Ana"), "And you?")
    with pytest.raises(UserError, match="not_allowed"):
        street.pod.roll_calls.open(STRANGER, "Hello?")


def test_who_was_not_heard_from_comes_first_then_who_needs_help(street: Street) -> None:
    street.pod.people.add(MACHINE, "Zoë")
    calls = street.pod.roll_calls
    calls.open(street.as_("Ben"), "Storm")
    assert [name for name, _ in shown(street)] == ["Ana", "Ben", "Rosa", "Zoë"]
    calls.check_in(street.as_("Ana"), street.ids["Ana"], Answer.OK)
    calls.check_in(street.as_("Ben"), street.ids["Ben"], Answer.HELPING)
    calls.check_in(street.as_("Rosa"), street.ids["Rosa"], Answer.NEED_HELP, words="water")
    assert shown(street) == [
        ("Zoë", ""),
        ("Rosa", "need help"),
        ("Ben", "ok, can help"),
        ("Ana", "ok"),
    ]


def test_the_silent_stand_beside_whoever_rings_them(street: Street) -> None:
    people = street.pod.people
    for number in range(9):
        added = people.add(MACHINE, f"Person {number}")
        people.set_contacts(MACHINE, added.id, [{"type": "phone", "value": str(number)}])
    street.pod.roll_calls.open(MACHINE, "Storm")
    board = street.pod.roll_calls.board(MACHINE)
    assert board is not None
    branches = street.pod.phone_trees.tree(MACHINE).tree.branches
    places = [(branches.get(line.member.id), line.caller) for line in board.lines]
    runs = [it for number, it in enumerate(places) if number == 0 or it != places[number - 1]]
    assert len(runs) == len(set(runs))
    assert {branch for branch, _ in runs} == {0, 1, 2, 3}


def test_how_an_answer_came_is_said(street: Street) -> None:
    calls, ids = street.pod.roll_calls, street.ids
    street.pod.care.pair(MACHINE, ids["Ben"], ids["Ana"])
    calls.open(street.as_("Ben"), "Storm")
    own = calls.check_in(street.as_("Ana"), ids["Ana"], Answer.OK)
    assert (own.how, own.by) == (How.SELF, None)
    buddy = calls.check_in(street.as_("Ben"), ids["Ana"], Answer.OK)
    assert (buddy.how, buddy.by) == (How.BUDDY, ids["Ben"])
    seen = calls.check_in(street.as_("Rosa"), ids["Ana"], Answer.OK)
    assert (seen.how, seen.by) == (How.SEEN, ids["Rosa"])
    typed = calls.check_in(MACHINE, ids["Ana"], Answer.OK, seen_by=ids["Rosa"])
    assert (typed.how, typed.by) == (How.SEEN, ids["Rosa"])
    paper = calls.check_in(MACHINE, ids["Ana"], Answer.OK)
    assert (paper.how, paper.by) == (How.PAPER, None)
    assert len([1 for name, answer in shown(street) if name == "Ana" and answer]) == 1


def test_nobody_takes_back_for_another_that_they_need_help(street: Street) -> None:
    calls, ids = street.pod.roll_calls, street.ids
    ana, ben, rosa = street.as_("Ana"), street.as_("Ben"), street.as_("Rosa")
    street.pod.care.pair(ben, ids["Ben"], ids["Ana"])
    calls.open(ben, "Storm")
    calls.check_in(ana, ids["Ana"], Answer.NEED_HELP, words="insulin")
    for viewer, seen_by in ((ben, None), (rosa, None), (MACHINE, None), (MACHINE, ids["Rosa"])):
        for answer in Answer:
            with pytest.raises(UserError, match="conflict"):
                calls.check_in(viewer, ids["Ana"], answer, seen_by=seen_by)
    board = calls.board(rosa)
    assert board is not None
    [said] = [it.check_in for it in board.lines if it.check_in]
    assert (said.answer, said.words, said.how) == (Answer.NEED_HELP, "insulin", How.SELF)
    calls.check_in(ana, ids["Ana"], Answer.OK)
    assert calls.check_in(ben, ids["Ana"], Answer.NEED_HELP).how is How.BUDDY


def test_only_a_steward_writes_down_that_another_saw_somebody_and_in_the_open(
    street: Street,
) -> None:
    calls, ids = street.pod.roll_calls, street.ids
    calls.open(street.as_("Ben"), "Storm")
    with pytest.raises(UserError, match="not_allowed"):
        calls.check_in(street.as_("Ben"), ids["Ana"], Answer.OK, seen_by=ids["Rosa"])
    calls.check_in(street.as_("Ben"), ids["Ana"], Answer.OK, seen_by=ids["Ben"])
    calls.check_in(street.as_("Rosa"), ids["Ana"], Answer.OK, seen_by=ids["Ben"])
    newest = street.pod.steward_log.entries(street.as_("Ben"))[0]
    assert (newest.what, newest.by, newest.about) == ("check_in_typed", ids["Rosa"], ids["Ana"])


def test_nobody_answers_when_no_roll_call_is_on(street: Street) -> None:
    calls = street.pod.roll_calls
    with pytest.raises(UserError, match="not_found"):
        calls.check_in(MACHINE, street.ids["Ana"], Answer.OK)
    calls.open(MACHINE, "Storm")
    calls.end(street.as_("Ben"))
    assert not calls.is_on()
    with pytest.raises(UserError, match="not_found"):
        calls.check_in(MACHINE, street.ids["Ana"], Answer.OK)
    assert calls.open(MACHINE, "Another storm").number == 2


def test_renewed_it_goes_on_for_three_days_from_then(street: Street) -> None:
    calls = street.pod.roll_calls
    calls.open(MACHINE, "Storm")
    connection = street.pod.keeper.store.connection
    with street.pod.keeper.store.atomic(0) as tx:
        soon = roll_calls.roll_calls(connection)[0]
        nearly_over = soon.model_copy(update={"ends_s": soon.opened_s + 600})
        roll_calls.put_roll_call(tx, nearly_over)
    assert calls.renew(street.as_("Ana")).ends_s >= soon.opened_s + ROLL_CALL_S


def test_answers_are_deleted_a_month_after_the_end(street: Street) -> None:
    calls, store = street.pod.roll_calls, street.pod.keeper.store
    calls.open(MACHINE, "Storm")
    calls.check_in(MACHINE, street.ids["Ana"], Answer.NEED_HELP)
    ended = calls.end(MACHINE)
    assert street.pod.now().state is not ClockState.UNSET
    for age, kept in ((KEEP_ANSWERS_S - 60, 1), (KEEP_ANSWERS_S + 60, 0)):
        with store.atomic(0) as tx:
            old = ended.model_copy(update={"ends_s": street.pod.now().wall_ms // 1000 - age})
            roll_calls.put_roll_call(tx, old)
        street.pod.tidy()
        assert len(roll_calls.roll_calls(store.connection)) == kept
        assert len(roll_calls.check_ins(store.connection, ended.number)) == kept


def test_a_stranger_sees_no_board(street: Street) -> None:
    street.pod.roll_calls.open(MACHINE, "Storm")
    with pytest.raises(UserError, match="not_allowed"):
        street.pod.roll_calls.board(STRANGER)
