"""What waits for one member: for them alone, and until they have done it."""

import pytest

from node.aid.for_you import MOST, What
from protocol.aid.audience import Audience
from protocol.aid.form import fill
from protocol.aid.house.ask import Ask
from protocol.aid.house.proposal import Stand, State
from protocol.aid.house.rights import MACHINE, STRANGER, Role
from protocol.aid.listing import write_listing
from tests.aid.house.street import Street


def waits(street: Street, who: str) -> list[tuple[What, str]]:
    return [(it.what, it.title) for it in street.pod.for_you.waiting(street.as_(who))]


def offered(street: Street, by: str, whose: str) -> bytes:
    listing = write_listing({"type": "offer", "title": "Soup", "category": "food"})
    rid = street.pod.listings.publish(listing, audience=Audience.POD).rid
    street.pod.people.note_whose(street.as_(by), rid, street.ids[whose])
    return rid


def test_an_answer_waits_for_whose_it_is_and_whoever_typed_it(street: Street) -> None:
    rid = offered(street, "Ana", "Ben")
    answer = street.pod.behalf.ask(street.as_("Rosa"), rid, fill(Ask, {}), street.ids["Rosa"])
    assert waits(street, "Ana") == waits(street, "Ben") == [(What.ASKED, "Soup")]
    assert waits(street, "Rosa") == []
    street.pod.answers.promise(rid, answer.number)
    assert waits(street, "Ana") == waits(street, "Ben") == []
    assert waits(street, "Rosa") == [(What.PROMISED, "Soup")]


def test_a_proposal_waits_for_who_took_no_position(street: Street) -> None:
    decisions = street.pod.decisions
    made = decisions.propose(street.as_("Ben"), "Ana leaves", "Why.", removes=street.ids["Ana"])
    assert waits(street, "Ben") == []
    decisions.move(MACHINE, made.id, State.TESTING)
    assert waits(street, "Ben") == waits(street, "Rosa") == [(What.TO_DECIDE, "Ana leaves")]
    assert waits(street, "Ana") == [], "whom it would have leave takes none"
    decisions.take_position(street.as_("Ben"), made.id, Stand.NOT_YET)
    assert waits(street, "Ben") == []


def test_words_are_looked_at_again(street: Street) -> None:
    old = street.pod.agreements.write(MACHINE, "Quiet", "After ten.", review_in_s=0)
    assert waits(street, "Ana") == [(What.TO_REVIEW, "Quiet")]
    street.pod.agreements.confirm(street.as_("Ben"), old.id)
    assert waits(street, "Ana") == []


@pytest.mark.parametrize("who", ["machine", "stranger", "guest"])
def test_nothing_waits_for_who_is_no_member(street: Street, who: str) -> None:
    street.pod.agreements.write(MACHINE, "Quiet", "After ten.", review_in_s=0)
    gil = street.pod.people.add(MACHINE, "Gil", role=Role.GUEST)
    viewers = {
        "machine": MACHINE,
        "stranger": STRANGER,
        "guest": street.pod.people.viewer(gil.id),
    }
    assert street.pod.for_you.waiting(viewers[who]) == []


def test_no_screen_is_flooded(street: Street) -> None:
    for number in range(MOST + 3):
        street.pod.agreements.write(MACHINE, f"Rule {number}", "So.", review_in_s=0)
    assert len(waits(street, "Ana")) == MOST
