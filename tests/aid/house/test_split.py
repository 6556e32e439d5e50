"""A pod becomes two: who goes takes along what is theirs, and nothing that is not for stewards."""

import json
from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from node.aid.split import MAX_SPLIT_BYTES, _read
from node.pod import Pod
from protocol.aid.audience import Audience
from protocol.aid.house.rights import MACHINE, STRANGER, Role
from protocol.aid.listing import write_listing
from protocol.errors import UserError
from store.aid import BoardQuery
from tests.aid.house.street import Street
from tests.nodes import make_pod


@pytest.fixture
def new(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Pod]:
    with make_pod(tmp_path_factory.mktemp("new") / "elm") as made:
        yield made


@pytest.fixture
def full(street: Street) -> Street:
    """Ben and Ana have something of everything."""
    pod, ben, ana = street.pod, street.ids["Ben"], street.ids["Ana"]
    contacts = [
        {"type": "phone", "value": "111", "on_screen": "pod", "on_paper": True},
        {"type": "door", "value": "attic", "on_screen": "nobody"},
    ]
    pod.people.set_contacts(street.as_("Ben"), ben, contacts)
    pod.people.edit(street.as_("Ben"), ben, {"languages": ("en", "es"), "how_best": "ring twice"})
    pod.care.set_ability(street.as_("Ben"), ben, {"category": "food", "note": "soup"})
    pod.care.write_note(street.as_("Ben"), ben, {"words": "insulin", "stewards": True})
    pod.care.pair(street.as_("Ben"), ben, ana)
    pod.care.pair(MACHINE, ben, street.ids["Rosa"])
    pod.ways.put(MACHINE, {"name": "Whistle", "without_power": True})
    pod.agreements.write(MACHINE, "Quiet", "After ten.")
    pod.agreements.set_rules(MACHINE, {"floor_percent": 75})
    said = {"type": "offer", "title": "Soup", "category": "food", "tags": ("hot", "vegan")}
    item = pod.listings.publish(write_listing(said), audience=Audience.NEAR)
    pod.people.note_whose(street.as_("Ben"), item.rid, ben)
    return street


def data_of(street: Street, *names: str) -> bytes:
    return street.pod.splitting.start_data(MACHINE, [street.ids[name] for name in names])


def test_who_goes_takes_along_what_is_theirs(full: Street, new: Pod) -> None:
    taken = new.splitting.take(MACHINE, data_of(full, "Ben", "Ana"))
    assert (taken.people, taken.listings) == (2, 1)
    ben, ana = new.people.find(MACHINE, "Ben"), new.people.find(MACHINE, "Ana")
    assert [(it.value, it.on_screen, it.on_paper) for it in ben.contacts] == [("111", "pod", True)]
    assert (ben.languages, ben.how_best) == (("en", "es"), "ring twice")
    assert new.care.buddies(MACHINE) == {ben.id: (ana.id,), ana.id: (ben.id,)}
    assert [it.note for it in new.care.abilities(MACHINE)[ben.id]] == ["soup"]
    assert [it.name for it in new.ways.ways(MACHINE)] == ["Whistle"]
    assert [it.title for it in new.agreements.all(MACHINE)] == ["Quiet"]
    assert new.agreements.rules().floor_percent == 75
    (item,) = new.listings.board(BoardQuery())
    assert (item.listing.title, item.listing.tags) == ("Soup", ("hot", "vegan"))
    assert item.audience is Audience.NEAR
    whose = new.people.whose(MACHINE, item.rid)
    assert whose is not None
    assert whose.member.id == ben.id
    assert new.phone_trees.tree(MACHINE).tree.first == ben.id


def test_care_notes_and_contacts_for_nobody_and_who_stays_are_not_in_the_file(
    full: Street,
) -> None:
    text = data_of(full, "Ben", "Ana").decode()
    for absent in ("insulin", "attic", "Rosa"):
        assert absent not in text
    assert "111" in text


def test_no_code_but_a_steward_carries_stewardship_over(full: Street, new: Pod) -> None:
    new.splitting.take(MACHINE, data_of(full, "Rosa", "Ben"))
    roles = {it.name: it.role for it in new.people.members(MACHINE)}
    assert roles == {"Ben": Role.MEMBER, "Rosa": Role.STEWARD}


def test_a_pod_without_a_steward_is_told_so(full: Street, new: Pod) -> None:
    new.splitting.take(MACHINE, data_of(full, "Ben"))
    assert any("Nobody is this pod's steward" in it.sentence for it in new.people.advice())


def test_all_of_it_is_taken_or_nothing(full: Street, new: Pod) -> None:
    data = data_of(full, "Ben", "Ana")
    new.people.add(MACHINE, "ben")
    with pytest.raises(UserError, match="conflict"):
        new.splitting.take(MACHINE, data)
    assert [it.name for it in new.people.members(MACHINE)] == ["ben"]
    assert new.ways.ways(MACHINE) == []


def test_only_stewards_split(full: Street) -> None:
    for viewer in (STRANGER, full.as_("Ben")):
        with pytest.raises(UserError, match="not_allowed"):
            full.pod.splitting.start_data(viewer, [full.ids["Ben"]])
        with pytest.raises(UserError, match="not_allowed"):
            full.pod.splitting.take(viewer, b"{}")


@pytest.mark.parametrize(
    "change",
    [
        {"format": "something"},
        {"version": 2},
        {"members": "Ben"},
        {"members": [{"name": "Ben", "contacts": [{"type": "phone"}]}]},
        {"members": [{"name": "Ben", "contacts": [{"type": "x", "value": "1", "extra": 1}]}]},
        {"members": [{"name": "Ben", "listings": [{"audience": "all", "fields": {}}]}]},
        {"members": [{"name": "Ben", "languages": 7}]},
        {"members": [7]},
        {"members": [{"name": "Ben"}] * 201},
        {"buddies": [["Ben", "nobody"]]},
        {"rules": {"floor_percent": "all"}},
        {"rules": None},
        {"agreements": [{"title": "x"}]},
        {"ways": [{"name": "x" * 61}]},
    ],
    ids=str,
)
def test_a_file_that_was_changed_is_refused_and_changes_nothing(
    full: Street, new: Pod, change: dict[str, object]
) -> None:
    said = json.loads(data_of(full, "Ben", "Ana"))
    with pytest.raises(UserError):
        new.splitting.take(MACHINE, json.dumps({**said, **change}).encode())
    assert new.people.count() == 0
    assert new.listings.board(BoardQuery()) == []


@given(st.binary(max_size=200) | st.text(max_size=200).map(str.encode))
def test_whatever_bytes_come_are_refused_with_a_sentence(data: bytes) -> None:
    with pytest.raises(UserError, match="invalid"):
        _read(data)


def test_too_long_a_file_is_refused_unread() -> None:
    with pytest.raises(UserError, match="invalid"):
        _read(b"[" * (MAX_SPLIT_BYTES + 1))
    with pytest.raises(UserError, match="invalid"):
        _read(b"[" * 100_000)
