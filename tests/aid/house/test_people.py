"""Who is in the pod: taken in, seen, changed, kept out, gone."""

import pytest

from node.pod import Pod
from protocol.aid.audience import Audience
from protocol.aid.house.limits import LARGE_POD, MAX_CONTACTS, MAX_MEMBERS, SUSPENSION_S
from protocol.aid.house.member import Contact
from protocol.aid.house.proposal import Stand
from protocol.aid.house.rights import MACHINE, STRANGER, Role
from protocol.aid.house.roll_call import Answer
from protocol.aid.listing import write_listing
from protocol.aid.sentences import WrongFields
from protocol.errors import UserError
from store.aid import BoardQuery
from tests.aid.house.street import Street


def said(caught: pytest.ExceptionInfo[UserError]) -> str:
    return caught.value.code


# --- Taking in ---


def test_one_first_name_is_all_that_is_needed_and_makes_a_steward(pod: Pod) -> None:
    rosa = pod.people.add(MACHINE, "Rosa")
    assert rosa.role is Role.STEWARD
    assert (rosa.contacts, rosa.languages, rosa.presence) == ((), (), "here")


def test_who_comes_later_is_a_member(street: Street) -> None:
    assert street.see("Rosa", "Ben").role is Role.MEMBER


def test_people_are_listed_by_name_and_by_nothing_else(pod: Pod) -> None:
    for name in ("Zoë", "ana", "Émile", "Bo"):
        pod.people.add(MACHINE, name)
    assert [it.name for it in pod.people.members(MACHINE)] == ["ana", "Bo", "Émile", "Zoë"]


def test_two_people_of_one_name_are_told_apart(street: Street) -> None:
    with pytest.raises(UserError) as caught:
        street.pod.people.add(MACHINE, "RÓSA")
    assert said(caught) == "conflict"
    assert street.pod.people.count() == 3


def test_a_person_is_found_by_name_whatever_case_and_accents(street: Street) -> None:
    assert street.pod.people.find(MACHINE, " rósa ").name == "Rosa"
    with pytest.raises(UserError, match="Did you mean Rosa"):
        street.pod.people.find(MACHINE, "Rossa")


def test_a_name_of_nothing_is_refused_with_a_sentence(pod: Pod) -> None:
    with pytest.raises(WrongFields) as caught:
        pod.people.add(MACHINE, "   ")
    assert caught.value.sentence == "The name is needed."


def test_a_pod_has_an_end(pod: Pod) -> None:
    for number in range(MAX_MEMBERS):
        pod.people.add(MACHINE, f"Person {number}")
    with pytest.raises(UserError) as caught:
        pod.people.add(MACHINE, "One more")
    assert said(caught) == "over_quota"


# --- Who sees what ---


CONTACTS = (
    {"type": "phone", "value": "111", "on_screen": "pod", "on_paper": True},
    {"type": "phone", "value": "222", "on_screen": "stewards"},
    {"type": "door", "value": "333", "on_screen": "nobody"},
)


@pytest.fixture
def with_contacts(street: Street) -> Street:
    street.pod.people.set_contacts(street.as_("Ben"), street.ids["Ben"], CONTACTS)
    return street


@pytest.mark.parametrize(
    ("who", "values"),
    [("Ben", ["111", "222", "333"]), ("Rosa", ["111", "222"]), ("Ana", ["111"])],
)
def test_a_contact_is_seen_by_those_it_was_meant_for(
    with_contacts: Street, who: str, values: list[str]
) -> None:
    assert [it.value for it in with_contacts.see(who, "Ben").contacts] == values
    (listed,) = [
        it for it in with_contacts.pod.people.members(with_contacts.as_(who)) if it.name == "Ben"
    ]
    assert [it.value for it in listed.contacts] == values


def test_whoever_is_at_the_machine_sees_what_stewards_see(with_contacts: Street) -> None:
    ben = with_contacts.pod.people.find(MACHINE, "Ben")
    assert [it.value for it in ben.contacts] == ["111", "222"]


def test_paper_has_a_consent_of_its_own(with_contacts: Street) -> None:
    printed = {it.name: it.contacts for it in with_contacts.pod.people.printed(MACHINE)}
    assert [it.value for it in printed["Ben"]] == ["111"]


def test_unless_people_say_otherwise_contacts_are_for_stewards_and_not_on_paper() -> None:
    contact = Contact(type="phone", value="555")
    assert (contact.on_screen, contact.on_paper) == ("stewards", False)


def test_a_guest_sees_nobody(street: Street) -> None:
    street.pod.people.set_role(street.as_("Rosa"), street.ids["Ana"], Role.GUEST)
    for viewer in (STRANGER, street.as_("Ana")):
        with pytest.raises(UserError, match="not_allowed"):
            street.pod.people.members(viewer)
        with pytest.raises(UserError, match="not_allowed"):
            street.pod.people.member(viewer, street.ids["Ben"])


def test_a_steward_who_edits_contacts_does_not_lose_those_they_cannot_see(
    with_contacts: Street,
) -> None:
    with_contacts.pod.people.set_contacts(
        with_contacts.as_("Rosa"), with_contacts.ids["Ben"], [{"type": "phone", "value": "444"}]
    )
    assert [it.value for it in with_contacts.see("Ben", "Ben").contacts] == ["444", "333"]


def test_contacts_have_an_end(street: Street) -> None:
    many = [{"type": "phone", "value": str(number)} for number in range(MAX_CONTACTS + 1)]
    with pytest.raises(WrongFields):
        street.pod.people.set_contacts(street.as_("Ben"), street.ids["Ben"], many)
    assert street.see("Ben", "Ben").contacts == ()


# --- Changing ---


def test_people_change_their_own_and_stewards_that_of_others_in_the_open(street: Street) -> None:
    people, log = street.pod.people, street.pod.steward_log
    people.edit(street.as_("Ben"), street.ids["Ben"], {"presence": "resting"})
    assert street.see("Ana", "Ben").presence == "resting"
    before = len(log.entries(MACHINE))
    people.edit(street.as_("Rosa"), street.ids["Ben"], {"pronouns": "he"})
    assert len(log.entries(MACHINE)) == before + 1
    entry = log.entries(street.as_("Ana"))[0]
    assert (entry.what, entry.by, entry.about) == (
        "member_edited",
        street.ids["Rosa"],
        street.ids["Ben"],
    )


def test_a_member_changes_nobody_else(street: Street) -> None:
    ana, ben = street.as_("Ana"), street.ids["Ben"]
    people = street.pod.people
    for attempt in (
        lambda: people.edit(ana, ben, {"pronouns": "x"}),
        lambda: people.set_contacts(ana, ben, []),
        lambda: people.set_role(ana, ben, Role.STEWARD),
        lambda: people.suspend(ana, ben),
        lambda: people.leave(ana, ben, withdraw=False),
        lambda: people.add(ana, "Eve"),
    ):
        with pytest.raises(UserError, match="not_allowed"):
            attempt()


def test_an_edit_reaches_only_what_belongs_to_a_profile(street: Street) -> None:
    street.pod.people.edit(street.as_("Ben"), street.ids["Ben"], {"role": Role.STEWARD})
    assert street.see("Ben", "Ben").role is Role.MEMBER


def test_a_field_can_be_emptied(street: Street) -> None:
    ben = (street.as_("Ben"), street.ids["Ben"])
    street.pod.people.edit(*ben, {"how_best": "ring twice", "languages": ("es", "en")})
    street.pod.people.edit(*ben, {"how_best": None})
    now = street.see("Ben", "Ben")
    assert (now.how_best, now.languages) == (None, ("es", "en"))


def test_the_last_steward_stays_one(street: Street) -> None:
    rosa = street.ids["Rosa"]
    for attempt in (
        lambda: street.pod.people.set_role(MACHINE, rosa, Role.MEMBER),
        lambda: street.pod.people.leave(street.as_("Rosa"), rosa, withdraw=False),
    ):
        with pytest.raises(UserError) as caught:
            attempt()
        assert said(caught) == "conflict"
    street.pod.people.set_role(MACHINE, street.ids["Ben"], Role.STEWARD)
    street.pod.people.leave(street.as_("Rosa"), rosa, withdraw=False)
    assert street.pod.people.count() == 2


# --- Keeping out, leaving ---


def test_a_suspension_shuts_out_at_once_and_ends_by_itself(street: Street) -> None:
    until = street.pod.people.suspend(street.as_("Rosa"), street.ids["Ben"]).suspended_until_s
    assert street.as_("Ben").role is Role.GUEST
    ben = street.see("Rosa", "Ben")
    assert ben.viewer(until - 1).role is Role.GUEST
    assert ben.viewer(until).role is Role.MEMBER
    assert 0 <= street.pod.now().wall_ms // 1000 + SUSPENSION_S - until < 60
    assert street.pod.steward_log.entries(MACHINE)[0].what == "member_suspended"
    street.pod.people.lift_suspension(MACHINE, street.ids["Ben"])
    assert street.as_("Ben").role is Role.MEMBER


def offer(street: Street, audience: Audience, whose: str) -> bytes:
    listing = write_listing({"type": "offer", "title": "Soup", "category": "food", "by": whose})
    item = street.pod.listings.publish(listing, audience=audience)
    street.pod.people.note_whose(street.as_(whose), item.rid, street.ids[whose])
    return item.rid


def test_who_leaves_is_gone_and_so_is_what_they_shared_if_they_say_so(street: Street) -> None:
    rid = offer(street, Audience.NETWORK, "Ben")
    street.pod.people.leave(street.as_("Ben"), street.ids["Ben"], withdraw=True)
    assert street.pod.listings.board(BoardQuery()) == []
    assert street.pod.people.whose(MACHINE, rid) is None
    assert street.as_("Ben") == STRANGER
    for entry in street.pod.steward_log.entries(MACHINE):
        assert street.ids["Ben"] not in (entry.by, entry.about)


def test_who_leaves_may_let_the_pod_keep_what_was_offered(street: Street) -> None:
    rid = offer(street, Audience.NETWORK, "Ben")
    street.pod.people.leave(street.as_("Ben"), street.ids["Ben"], withdraw=False)
    (kept,) = street.pod.listings.board(BoardQuery())
    assert (kept.rid, kept.listing.by) == (rid, None)
    assert street.pod.people.whose(MACHINE, rid) is None


# --- Whose a listing is ---


def test_a_listing_typed_for_somebody_without_a_phone_says_so(street: Street) -> None:
    rid = offer(street, Audience.POD, "Ben")
    mine = street.pod.people.whose(street.as_("Ana"), rid)
    assert mine is not None
    assert (mine.member.name, mine.typed_for) == ("Ben", False)
    street.pod.people.note_whose(street.as_("Ana"), rid, street.ids["Rosa"])
    typed = street.pod.people.whose(MACHINE, rid)
    assert typed is not None
    assert (typed.member.name, typed.typed_for) == ("Rosa", True)
    assert typed.typist == street.ids["Ana"]


def test_no_stranger_learns_whose_a_listing_is(street: Street) -> None:
    rid = offer(street, Audience.POD, "Ben")
    assert street.pod.people.whose(STRANGER, rid) is None


def test_a_steward_who_changes_a_listing_of_anothers_is_in_the_log(street: Street) -> None:
    rid = offer(street, Audience.POD, "Ben")
    before = len(street.pod.steward_log.entries(MACHINE))
    street.pod.people.note_listing_change(street.as_("Ben"), rid)
    assert len(street.pod.steward_log.entries(MACHINE)) == before
    street.pod.people.note_listing_change(street.as_("Rosa"), rid)
    entry = street.pod.steward_log.entries(street.as_("Ana"))[0]
    assert (entry.what, entry.by, entry.about) == (
        "listing_changed",
        street.ids["Rosa"],
        street.ids["Ben"],
    )


# --- Advice ---


def test_one_steward_alone_is_advised_to_find_a_second(street: Street) -> None:
    assert any("second" in it.next_step for it in street.pod.people.advice())
    street.pod.people.set_role(MACHINE, street.ids["Ben"], Role.STEWARD)
    assert street.pod.people.advice() == []


def test_a_large_pod_hears_softly_that_it_might_become_two(street: Street) -> None:
    street.pod.people.set_role(MACHINE, street.ids["Ben"], Role.STEWARD)
    for number in range(street.pod.people.count(), LARGE_POD):
        assert street.pod.people.advice() == []
        street.pod.people.add(MACHINE, f"Person {number}")
    (it,) = street.pod.people.advice()
    assert "20 members" in it.sentence


def test_who_left_is_in_no_table_and_in_no_backup_made_after(street: Street) -> None:
    """Their name, their number and their id; also where others wrote about them in passing."""
    pod, ben = street.pod, street.ids["Ben"]
    pod.people.edit(street.as_("Ben"), ben, {"name": "Benedikt zqx"})
    contact = {"type": "phone", "value": "zqx-555", "on_screen": "pod"}
    pod.people.set_contacts(street.as_("Ben"), ben, [contact])
    pod.care.write_note(street.as_("Ana"), street.ids["Ana"], {"words": "x", "viewers": (ben,)})
    pod.care.pair(street.as_("Ben"), ben, street.ids["Ana"])
    pod.roll_calls.open(street.as_("Ben"), "Storm")
    pod.roll_calls.check_in(street.as_("Ben"), street.ids["Ana"], Answer.OK)
    proposal = pod.decisions.propose(street.as_("Ben"), "Door", "Open.")
    pod.decisions.take_position(street.as_("Ben"), proposal.id, Stand.AGREE, "zqx words")
    offer(street, Audience.NETWORK, "Ben")
    before, after = (pod.keeper.folder / name for name in ("before.db", "after.db"))
    pod.keeper.store.backup(before)
    pod.people.leave(street.as_("Ben"), ben, withdraw=False)
    pod.keeper.store.backup(after)
    for trace in (b"zqx", ben):
        assert trace in before.read_bytes()
        assert trace not in after.read_bytes()
