"""Abilities, care notes, buddies and the pod map."""

import pytest

from protocol.aid.categories import CATEGORIES
from protocol.aid.house.limits import MAX_BUDDIES
from protocol.aid.house.rights import MACHINE, STRANGER, Role, Viewer
from protocol.errors import UserError
from tests.aid.house.street import Street

NOTE = {"words": "Insulin in the fridge door", "needs": ("health",)}


def write(street: Street, who: str, **said: object) -> None:
    street.pod.care.write_note(street.as_(who), street.ids[who], {**NOTE, **said})


def readers(street: Street, whose: str) -> set[str]:
    """Return who can read somebody's care note, the machine and strangers among them."""
    viewers = {name: street.as_(name) for name in street.ids}
    viewers |= {"machine": MACHINE, "stranger": STRANGER}
    found = set()
    for name, viewer in viewers.items():
        try:
            street.pod.care.note(viewer, street.ids[whose])
        except UserError:
            assert street.ids[whose] not in {it.member.id for it in notes(street, viewer)}
        else:
            found.add(name)
    return found


def notes(street: Street, viewer: Viewer) -> list[object]:
    return list(street.pod.care.notes(viewer))


# --- Care notes ---


def test_a_care_note_is_for_its_writer_alone_unless_they_say_otherwise(street: Street) -> None:
    write(street, "Ben")
    assert readers(street, "Ben") == {"Ben"}


def test_no_steward_reads_a_care_note_that_does_not_tick_stewards(street: Street) -> None:
    write(street, "Ben", viewers=(street.ids["Ana"],))
    assert readers(street, "Ben") == {"Ben", "Ana"}
    write(street, "Ben", viewers=(street.ids["Ana"],), stewards=True)
    assert readers(street, "Ben") == {"Ben", "Ana", "Rosa", "machine"}


def test_a_steward_can_be_named_as_any_other(street: Street) -> None:
    write(street, "Ben", viewers=(street.ids["Rosa"],))
    assert readers(street, "Ben") == {"Ben", "Rosa"}


def test_that_there_is_a_note_is_told_to_nobody_else(street: Street) -> None:
    with pytest.raises(UserError) as none:
        street.pod.care.note(street.as_("Ana"), street.ids["Ben"])
    write(street, "Ben")
    with pytest.raises(UserError) as hidden:
        street.pod.care.note(street.as_("Ana"), street.ids["Ben"])
    assert str(none.value) == str(hidden.value)
    assert street.pod.care.notes(street.as_("Ana")) == []


def test_a_dictated_note_is_logged_for_the_person_alone(street: Street) -> None:
    street.pod.care.write_note(street.as_("Rosa"), street.ids["Ben"], NOTE)
    assert readers(street, "Ben") == {"Ben"}
    told = {
        name: [it.what for it in street.pod.steward_log.entries(street.as_(name))]
        for name in street.ids
    }
    assert "care_written" in told["Ben"]
    assert "care_written" not in told["Ana"] + told["Rosa"]


def test_a_member_writes_nobody_elses_note(street: Street) -> None:
    with pytest.raises(UserError, match="not_allowed"):
        street.pod.care.write_note(street.as_("Ana"), street.ids["Ben"], NOTE)


def test_a_named_viewer_who_leaves_or_is_kept_out_reads_no_more(street: Street) -> None:
    write(street, "Ben", viewers=(street.ids["Ana"],))
    street.pod.people.suspend(MACHINE, street.ids["Ana"])
    assert readers(street, "Ben") == {"Ben"}
    street.pod.people.leave(MACHINE, street.ids["Ana"], withdraw=False)
    assert street.pod.care.note(street.as_("Ben"), street.ids["Ben"]).note.viewers == ()


def test_a_note_asks_after_a_year_whether_it_holds(street: Street) -> None:
    write(street, "Ben", stewards=True)
    noted = street.pod.care.note(street.as_("Ben"), street.ids["Ben"])
    assert not noted.is_due
    assert noted.note.review_s - noted.note.written_s == 365 * 86_400
    street.pod.care.confirm_note(street.as_("Ben"))
    again = street.pod.care.note(street.as_("Ben"), street.ids["Ben"]).note
    assert (again.words, again.needs, again.stewards) == (noted.note.words, ("health",), True)


def test_a_deleted_note_is_gone(street: Street) -> None:
    write(street, "Ben")
    street.pod.care.delete_note(street.as_("Ben"), street.ids["Ben"])
    assert readers(street, "Ben") == set()
    street.pod.care.delete_note(street.as_("Ben"), street.ids["Ben"])


# --- Abilities and the map ---


def test_the_map_has_a_row_for_each_category_and_shows_gaps(street: Street) -> None:
    ben = street.ids["Ben"]
    said = {"category": "home-repair", "note": "taps and locks", "bounds": "not on Fridays"}
    street.pod.care.set_ability(street.as_("Ben"), ben, said)
    rows = {it.category: it for it in street.pod.care.map(street.as_("Ana"))}
    assert list(rows) == list(CATEGORIES)
    ((member, ability),) = rows["home-repair"].can
    assert (member.name, ability.note, ability.bounds) == (
        "Ben",
        "taps and locks",
        "not on Fridays",
    )
    assert [name for name, row in rows.items() if not row.is_gap] == ["home-repair"]


def test_the_map_shows_a_need_only_to_those_who_may_read_of_it(street: Street) -> None:
    write(street, "Ben", viewers=(street.ids["Ana"],))

    def who_may_need(viewer: Viewer) -> list[str]:
        rows = {it.category: it for it in street.pod.care.map(viewer)}
        return [it.name for it in rows["health"].may_need]

    assert who_may_need(street.as_("Ben")) == ["Ben"]
    assert who_may_need(street.as_("Ana")) == ["Ben"]
    assert who_may_need(street.as_("Rosa")) == []
    assert who_may_need(MACHINE) == []
    with pytest.raises(UserError, match="not_allowed"):
        street.pod.care.map(STRANGER)


def test_one_ability_in_a_category_replaces_another_and_can_be_deleted(street: Street) -> None:
    ben = (street.as_("Ben"), street.ids["Ben"])
    street.pod.care.set_ability(*ben, {"category": "food", "note": "bread"})
    street.pod.care.set_ability(*ben, {"category": "food", "note": "soup"})
    (ability,) = street.pod.care.abilities(street.as_("Ana"))[street.ids["Ben"]]
    assert ability.note == "soup"
    street.pod.care.delete_ability(*ben, "food")
    assert street.pod.care.abilities(street.as_("Ana")) == {}
    with pytest.raises(UserError, match="not_found"):
        street.pod.care.delete_ability(*ben, "food")


# --- Buddies ---


def test_buddies_are_each_others(street: Street) -> None:
    street.pod.care.pair(street.as_("Ben"), street.ids["Ben"], street.ids["Ana"])
    found = street.pod.care.buddies(street.as_("Rosa"))
    assert found == {
        street.ids["Ben"]: (street.ids["Ana"],),
        street.ids["Ana"]: (street.ids["Ben"],),
    }
    street.pod.care.part(street.as_("Ana"), street.ids["Ana"], street.ids["Ben"])
    assert street.pod.care.buddies(street.as_("Rosa")) == {}
    with pytest.raises(UserError, match="not_found"):
        street.pod.care.part(street.as_("Ana"), street.ids["Ana"], street.ids["Ben"])


def test_a_member_pairs_themselves_and_a_steward_others(street: Street) -> None:
    with pytest.raises(UserError, match="not_allowed"):
        street.pod.care.pair(street.as_("Ana"), street.ids["Ben"], street.ids["Rosa"])
    street.pod.care.pair(MACHINE, street.ids["Ben"], street.ids["Ana"])
    assert street.pod.steward_log.entries(MACHINE)[0].what == "buddies_paired"
    with pytest.raises(UserError, match="two people"):
        street.pod.care.pair(street.as_("Ben"), street.ids["Ben"], street.ids["Ben"])


def test_nobody_has_too_many_buddies(street: Street) -> None:
    ids = [street.pod.people.add(MACHINE, f"Person {n}").id for n in range(MAX_BUDDIES + 1)]
    for id_ in ids[:-1]:
        street.pod.care.pair(MACHINE, street.ids["Ben"], id_)
    street.pod.care.pair(MACHINE, street.ids["Ben"], ids[0])
    with pytest.raises(UserError, match="over_quota"):
        street.pod.care.pair(MACHINE, street.ids["Ben"], ids[-1])


def test_guests_see_none_of_it(street: Street) -> None:
    street.pod.people.set_role(MACHINE, street.ids["Ana"], Role.GUEST)
    write(street, "Ben", viewers=(street.ids["Ana"],))
    assert readers(street, "Ben") == {"Ben"}
    for look in (street.pod.care.abilities, street.pod.care.buddies, street.pod.care.map):
        with pytest.raises(UserError, match="not_allowed"):
            look(street.as_("Ana"))
