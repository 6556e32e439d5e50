"""Proposals, positions and agreements behind the pod's door."""

import pytest

from node.pod import Pod
from protocol.aid.house.limits import MAX_WORDINGS
from protocol.aid.house.proposal import Proposal, Stand, Standing, State
from protocol.aid.house.rights import MACHINE, STRANGER, Role
from protocol.errors import UserError
from tests.aid.house.street import Street


@pytest.fixture
def proposal(street: Street) -> Proposal:
    """Ben proposes that the door stays open; the pod's tests take no days."""
    street.pod.agreements.set_rules(MACHINE, {"test_days": 0})
    return street.pod.decisions.propose(street.as_("Ben"), "Open door", "Until ten at night.")


def take(street: Street, proposal: Proposal, **stands: Stand) -> None:
    for name, stand in stands.items():
        words = "Not so." if stand is Stand.BLOCK else None
        street.pod.decisions.take_position(street.as_(name), proposal.id, stand, words)


def state(pod: Pod, proposal: Proposal) -> State:
    return pod.decisions.view(MACHINE, proposal.id).proposal.state


def refused(code: str) -> pytest.RaisesExc[UserError]:
    return pytest.raises(UserError, match=code)


# --- How a proposal becomes agreed ---


def test_enough_agree_and_it_is_agreed(street: Street, proposal: Proposal) -> None:
    decisions = street.pod.decisions
    take(street, proposal, Rosa=Stand.AGREE, Ana=Stand.RESERVATIONS)
    decisions.move(street.as_("Ana"), proposal.id, State.TESTING)
    assert decisions.close(street.as_("Ana"), proposal.id) is Standing.AGREED
    assert state(street.pod, proposal) is State.AGREED


def test_one_block_holds_it_and_they_talk_again(street: Street, proposal: Proposal) -> None:
    decisions = street.pod.decisions
    decisions.move(MACHINE, proposal.id, State.TESTING)
    take(street, proposal, Rosa=Stand.AGREE, Ben=Stand.AGREE, Ana=Stand.BLOCK)
    assert decisions.close(MACHINE, proposal.id) is Standing.BLOCKED
    assert state(street.pod, proposal) is State.BLOCKED
    decisions.move(MACHINE, proposal.id, State.TALKING)
    take(street, proposal, Ana=Stand.ASIDE)
    decisions.move(MACHINE, proposal.id, State.TESTING)
    assert decisions.close(MACHINE, proposal.id) is Standing.TALK_MORE
    assert state(street.pod, proposal) is State.TALKING


def test_nobody_agrees_or_blocks_by_hand(street: Street, proposal: Proposal) -> None:
    for viewer in (MACHINE, street.as_("Ben")):
        street.pod.decisions.move(viewer, proposal.id, State.TESTING)
        for wanted in (State.AGREED, State.BLOCKED):
            with refused("conflict"):
                street.pod.decisions.move(viewer, proposal.id, wanted)
        street.pod.decisions.move(viewer, proposal.id, State.TALKING)


def test_it_is_not_agreed_before_its_test_is_over(street: Street, proposal: Proposal) -> None:
    street.pod.agreements.set_rules(MACHINE, {"test_days": 3})
    take(street, proposal, Rosa=Stand.AGREE, Ben=Stand.AGREE, Ana=Stand.AGREE)
    tested = street.pod.decisions.move(MACHINE, proposal.id, State.TESTING)
    assert tested.test_ends_s - tested.changed_s == 3 * 86_400
    assert street.pod.decisions.close(MACHINE, proposal.id) is Standing.TESTING
    assert state(street.pod, proposal) is State.TESTING


def test_the_rule_is_applied_by_itself_when_the_test_is_over(
    street: Street, proposal: Proposal
) -> None:
    take(street, proposal, Rosa=Stand.AGREE, Ben=Stand.AGREE)
    street.pod.decisions.move(MACHINE, proposal.id, State.TESTING)
    street.pod.tidy()
    assert state(street.pod, proposal) is State.AGREED


def test_too_few_is_no_failure_it_stays_in_its_test(street: Street, proposal: Proposal) -> None:
    street.pod.decisions.move(MACHINE, proposal.id, State.TESTING)
    take(street, proposal, Rosa=Stand.AGREE)
    assert street.pod.decisions.close(MACHINE, proposal.id) is Standing.TOO_FEW
    view = street.pod.decisions.view(street.as_("Ana"), proposal.id)
    assert (view.proposal.state, view.silent) == (State.TESTING, ["Ana", "Ben"])


def test_who_rests_is_not_waited_for(street: Street, proposal: Proposal) -> None:
    for name in ("Ana", "Ben"):
        street.pod.people.edit(street.as_(name), street.ids[name], {"presence": "resting"})
    street.pod.decisions.move(MACHINE, proposal.id, State.TESTING)
    take(street, proposal, Rosa=Stand.AGREE)
    assert street.pod.decisions.close(MACHINE, proposal.id) is Standing.AGREED


# --- Wordings ---


def test_another_wording_begins_anew_and_keeps_the_old_to_look_at(
    street: Street, proposal: Proposal
) -> None:
    take(street, proposal, Rosa=Stand.AGREE)
    street.pod.decisions.move(MACHINE, proposal.id, State.TESTING)
    street.pod.decisions.reword(street.as_("Ben"), proposal.id, text="Until nine.")
    view = street.pod.decisions.view(street.as_("Ana"), proposal.id)
    assert (view.proposal.wording, view.proposal.state) == (2, State.TALKING)
    assert view.positions == []
    assert view.wordings == [(1, "Open door", "Until ten at night.")]


def test_others_do_not_change_its_words(street: Street, proposal: Proposal) -> None:
    with refused("not_allowed"):
        street.pod.decisions.reword(street.as_("Ana"), proposal.id, text="Never.")
    with refused("not_allowed"):
        street.pod.decisions.move(street.as_("Ana"), proposal.id, State.WITHDRAWN)
    street.pod.decisions.move(street.as_("Ben"), proposal.id, State.WITHDRAWN)
    with refused("conflict"):
        street.pod.decisions.reword(street.as_("Ben"), proposal.id, text="Until nine.")


def test_wordings_have_an_end(street: Street, proposal: Proposal) -> None:
    for number in range(MAX_WORDINGS - 1):
        street.pod.decisions.reword(street.as_("Ben"), proposal.id, text=f"Until {number}.")
    with refused("over_quota"):
        street.pod.decisions.reword(street.as_("Ben"), proposal.id, text="Until ever.")


def test_a_draft_is_seen_by_its_writer_alone_and_goes_with_them(street: Street) -> None:
    draft = street.pod.decisions.propose(street.as_("Ben"), "Hm", "Perhaps.", draft=True)
    assert [it.id for it in street.pod.decisions.proposals(street.as_("Ben"))] == [draft.id]
    for viewer in (street.as_("Rosa"), MACHINE):
        assert street.pod.decisions.proposals(viewer) == []
        with refused("not_found"):
            street.pod.decisions.view(viewer, draft.id)
    street.pod.people.leave(street.as_("Ben"), street.ids["Ben"], withdraw=False)
    assert street.pod.decisions.proposals(MACHINE) == []


# --- Positions ---


def test_a_position_recorded_at_a_meeting_is_shown_as_that(
    street: Street, proposal: Proposal
) -> None:
    street.pod.decisions.record_position(MACHINE, proposal.id, street.ids["Ana"], Stand.AGREE)
    (taken,) = street.pod.decisions.view(street.as_("Ben"), proposal.id).positions
    assert (taken.name, taken.position.recorded) == ("Ana", True)
    assert street.pod.steward_log.entries(MACHINE)[0].what == "position_recorded"
    take(street, proposal, Ana=Stand.RESERVATIONS)
    (taken,) = street.pod.decisions.view(street.as_("Ben"), proposal.id).positions
    assert (taken.position.stand, taken.position.recorded) == (Stand.RESERVATIONS, False)


def test_no_steward_takes_back_what_somebody_said_themselves(
    street: Street, proposal: Proposal
) -> None:
    take(street, proposal, Ana=Stand.BLOCK)
    with refused("conflict"):
        street.pod.decisions.record_position(MACHINE, proposal.id, street.ids["Ana"], Stand.AGREE)


def test_nobody_takes_a_position_for_somebody_else(street: Street, proposal: Proposal) -> None:
    ana = street.ids["Ana"]
    with refused("not_allowed"):
        street.pod.decisions.record_position(street.as_("Ben"), proposal.id, ana, Stand.AGREE)
    with refused("not_allowed"):
        street.pod.decisions.take_position(MACHINE, proposal.id, Stand.AGREE)
    with refused("not_allowed"):
        street.pod.decisions.take_position(STRANGER, proposal.id, Stand.AGREE)
    street.pod.people.set_role(MACHINE, ana, Role.GUEST)
    with refused("not_allowed"):
        street.pod.decisions.record_position(MACHINE, proposal.id, ana, Stand.AGREE)


def test_names_can_stay_hidden_until_it_is_closed(street: Street, proposal: Proposal) -> None:
    street.pod.agreements.set_rules(MACHINE, {"hide_names": True})
    take(street, proposal, Rosa=Stand.AGREE, Ana=Stand.RESERVATIONS)
    view = street.pod.decisions.view(street.as_("Ana"), proposal.id)
    assert [(it.name, it.position.stand) for it in view.positions] == [
        ("Ana", Stand.RESERVATIONS),
        (None, Stand.AGREE),
    ]
    assert view.silent == []
    street.pod.decisions.move(MACHINE, proposal.id, State.TESTING)
    street.pod.decisions.close(MACHINE, proposal.id)
    view = street.pod.decisions.view(street.as_("Ben"), proposal.id)
    assert [it.name for it in view.positions] == ["Ana", "Rosa"]


def test_who_leaves_takes_their_position_along(street: Street, proposal: Proposal) -> None:
    take(street, proposal, Ana=Stand.BLOCK)
    street.pod.people.leave(street.as_("Ana"), street.ids["Ana"], withdraw=False)
    assert street.pod.decisions.view(MACHINE, proposal.id).positions == []


# --- Removing somebody ---


def test_somebody_is_removed_only_as_the_pod_agreed(street: Street, proposal: Proposal) -> None:
    decisions, ana = street.pod.decisions, street.ids["Ana"]
    removal = decisions.propose(street.as_("Ben"), "Ana leaves", "It came so.", removes=ana)
    for id_ in (proposal.id, removal.id):
        with refused("conflict"):
            decisions.remove_member(MACHINE, id_)
    with refused("not_allowed"):
        take(street, removal, Ana=Stand.BLOCK)
    take(street, removal, Rosa=Stand.AGREE, Ben=Stand.AGREE)
    decisions.move(MACHINE, removal.id, State.TESTING)
    assert decisions.close(MACHINE, removal.id) is Standing.AGREED
    with refused("not_allowed"):
        decisions.remove_member(street.as_("Ben"), removal.id)
    decisions.remove_member(MACHINE, removal.id)
    assert {it.name for it in street.pod.people.members(MACHINE)} == {"Ben", "Rosa"}
    assert decisions.view(MACHINE, removal.id).proposal.removes is None


# --- Agreements and rules ---


def test_an_agreement_has_a_day_on_which_it_is_looked_at_again(street: Street) -> None:
    agreements = street.pod.agreements
    made = agreements.write(street.as_("Ben"), "Quiet", "After ten.", review_in_s=86_400)
    assert made.review_s - made.agreed_s == 86_400
    agreements.confirm(street.as_("Ana"), made.id)
    (kept,) = agreements.all(street.as_("Rosa"))
    assert kept.review_s > made.review_s
    assert agreements.find(MACHINE, made.id.hex()[:6]) == kept
    agreements.end(street.as_("Ana"), made.id)
    assert agreements.all(MACHINE)[0].ended_s > 0
    with refused("not_found"):
        agreements.confirm(MACHINE, made.id)


def test_the_pods_rules_are_set_in_the_open_by_stewards(street: Street) -> None:
    with refused("not_allowed"):
        street.pod.agreements.set_rules(street.as_("Ben"), {"floor_percent": 1})
    street.pod.agreements.set_rules(street.as_("Rosa"), {"floor_percent": 75, "hide_names": True})
    rules = street.pod.agreements.rules()
    assert (rules.floor_percent, rules.hide_names, rules.test_days) == (75, True, 3)
    entry = street.pod.steward_log.entries(street.as_("Ana"))[0]
    assert (entry.what, entry.note) == ("rules_set", "floor_percent, hide_names")
    with refused("invalid"):
        street.pod.agreements.set_rules(MACHINE, {"floor_percent": 0})


def test_members_invite_where_the_pod_lets_them(street: Street) -> None:
    with refused("not_allowed"):
        street.pod.invites.make(street.as_("Ben"))
    street.pod.agreements.set_rules(MACHINE, {"members_invite": True})
    assert street.pod.invites.make(street.as_("Ben")).invite.made_by == street.ids["Ben"]
    with refused("not_allowed"):
        street.pod.invites.make(STRANGER)


def test_guests_see_nothing_of_it(street: Street, proposal: Proposal) -> None:
    for look in (street.pod.decisions.proposals, street.pod.agreements.all):
        with refused("not_allowed"):
            look(STRANGER)
    with refused("not_allowed"):
        street.pod.decisions.view(STRANGER, proposal.id)


# --- Agreements ---


def test_other_words_end_the_old_ones_which_can_be_read_still(street: Street) -> None:
    agreements = street.pod.agreements
    was = agreements.write(street.as_("Ben"), "Quiet after ten", "All days.")
    now = agreements.revise(street.as_("Ana"), was.id, text="All days but Sunday.")
    assert (now.title, now.text, now.ended_s) == ("Quiet after ten", "All days but Sunday.", 0)
    [ended] = [it for it in agreements.all(MACHINE) if it.ended_s]
    assert (ended.id, ended.text) == (was.id, "All days.")
    for change in (agreements.revise, agreements.confirm, agreements.end):
        with refused("not_found"):
            change(street.as_("Ana"), was.id)


def test_only_what_was_agreed_is_written_down_as_that(street: Street, proposal: Proposal) -> None:
    with refused("conflict"):
        street.pod.agreements.write(MACHINE, "Open door", "Always.", proposal=proposal.id)
    street.pod.decisions.move(MACHINE, proposal.id, State.TESTING)
    take(street, proposal, Rosa=Stand.AGREE, Ana=Stand.AGREE)
    street.pod.decisions.close(MACHINE, proposal.id)
    made = street.pod.agreements.write(MACHINE, "Open door", "Till ten.", proposal=proposal.id)
    assert made.proposal == proposal.id
    assert street.pod.agreements.revise(MACHINE, made.id, text="Nine.").proposal == proposal.id


def test_a_view_says_what_is_the_viewers_own(street: Street, proposal: Proposal) -> None:
    take(street, proposal, Ana=Stand.ASIDE)
    ana, ben = (street.pod.decisions.view(street.as_(it), proposal.id) for it in ("Ana", "Ben"))
    assert ana.mine is not None
    assert (ana.mine.stand, ana.may_change) == (Stand.ASIDE, False)
    assert (ben.mine, ben.may_change) == (None, True)
