"""What members do for a neighbour without a phone, and who looks after it then."""

import pytest

from protocol.aid.audience import Audience
from protocol.aid.form import fill
from protocol.aid.house.ask import Ask
from protocol.aid.house.rights import MACHINE, STRANGER
from protocol.aid.life import Standing
from protocol.aid.listing import write_listing
from protocol.errors import UserError
from tests.aid.house.street import Street


def offer(street: Street, whose: str) -> bytes:
    listing = write_listing({"type": "offer", "title": "Soup", "category": "food"})
    item = street.pod.listings.publish(listing, audience=Audience.POD)
    street.pod.people.note_whose(street.as_(whose), item.rid, street.ids[whose])
    return item.rid


def test_whoever_typed_it_looks_after_it_and_no_other_member(street: Street) -> None:
    people = street.pod.people
    listing = write_listing({"type": "offer", "title": "Soup", "category": "food"})
    rid = street.pod.listings.publish(listing, audience=Audience.POD).rid
    people.note_whose(street.as_("Ana"), rid, street.ids["Rosa"])
    people.add(MACHINE, "Zoë")
    assert people.may_change(street.as_("Ana"), rid)
    assert people.may_change(street.as_("Rosa"), rid)
    assert not people.may_change(street.as_("Ben"), rid)
    assert street.pod.behalf.things(street.as_("Ana")) == [rid]
    people.leave(street.as_("Ana"), street.ids["Ana"], withdraw=True)
    whose = people.whose(MACHINE, rid)
    assert whose is not None
    assert (whose.member.name, whose.typed_for, whose.typist) == ("Rosa", True, None)


def test_an_answer_is_taken_back_by_whose_it_is_and_by_whoever_typed_it(street: Street) -> None:
    rid, behalf = offer(street, "Ben"), street.pod.behalf
    asked = [behalf.ask(street.as_("Ana"), rid, fill(Ask, {}), street.ids["Rosa"]) for _ in "12"]
    assert behalf.asked(asked, street.as_("Ana")) == asked
    assert behalf.asked(asked, street.as_("Ben")) == []
    with pytest.raises(UserError, match="not_allowed"):
        behalf.take_back(street.as_("Ben"), rid, 1)
    for who, number in (("Ana", 1), ("Rosa", 2)):
        behalf.take_back(street.as_(who), rid, number)
        assert street.pod.answers.answer(rid, number).standing is Standing.TAKEN_BACK
    with pytest.raises(UserError, match="not_allowed"):
        behalf.ask(STRANGER, rid, fill(Ask, {}), street.ids["Rosa"])


def test_the_next_answer_is_not_taken_for_one_that_is_gone(street: Street) -> None:
    """Numbers of answers are given again: who typed one goes with it."""
    rid, behalf = offer(street, "Ben"), street.pod.behalf
    zoe = street.pod.people.add(MACHINE, "Zoë")
    behalf.ask(street.as_("Ana"), rid, fill(Ask, {}), zoe.id)
    street.pod.people.leave(MACHINE, zoe.id, withdraw=True)
    again = behalf.ask(street.as_("Rosa"), rid, fill(Ask, {}), street.ids["Rosa"])
    assert again.number == 1
    assert behalf.asked([again], street.as_("Ana")) == []
