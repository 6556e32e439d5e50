"""People from a file are taken in together, and go together if nothing came of it."""

from collections.abc import Callable

import pytest

from node.formats.people import read_people
from node.pod import Pod
from protocol.aid.house.rights import MACHINE, STRANGER, Role
from protocol.aid.house.roll_call import Answer
from protocol.errors import UserError
from tests.aid.house.street import Street

FILE = b"name,contacts\nIda,phone; 555 0100; pod\nBen,\nKim,\n"


def imported(pod: Pod, content: bytes = FILE) -> int:
    found, left_out = read_people(content)
    assert left_out == []
    planned = pod.imports.people.plan(MACHINE, found)
    number = pod.imports.people.take_in(MACHINE, planned.new, "street.csv")
    assert number is not None
    return number


def test_who_is_here_stays_and_the_others_come_and_go_together(street: Street) -> None:
    before = street.pod.people.members(MACHINE)
    number = imported(street.pod)
    assert [it.name for it in street.pod.people.members(MACHINE)] == [
        *("Ana", "Ben", "Ida", "Kim", "Rosa")
    ]
    [listed] = street.pod.imports.all()
    assert (listed.number, listed.file, listed.rows) == (number, "street.csv", 2)
    assert street.pod.imports.people.staying(number) == []
    assert street.pod.imports.take_back(MACHINE, number) == 2
    assert street.pod.people.members(MACHINE) == before
    assert street.pod.imports.all() == []


def buddies(street: Street) -> None:
    ida = street.pod.people.find(MACHINE, "Ida").id
    street.pod.care.pair(MACHINE, ida, street.ids["Ana"])


def heard_from(street: Street) -> None:
    ida = street.pod.people.find(MACHINE, "Ida").id
    street.pod.roll_calls.open(MACHINE, "Storm")
    street.pod.roll_calls.check_in(MACHINE, ida, Answer.OK)


def renamed(street: Street) -> None:
    ida = street.pod.people.find(MACHINE, "Ida").id
    street.pod.people.edit(MACHINE, ida, {"name": "Ida M"})


def reached_otherwise(street: Street) -> None:
    ida = street.pod.people.find(MACHINE, "Ida").id
    street.pod.people.set_contacts(MACHINE, ida, [])


def signed_in(street: Street) -> None:
    street.pod.devices.sign_in(street.pod.people.find(MACHINE, "Ida").id, "phone")


@pytest.mark.parametrize("happened", [buddies, heard_from, renamed, reached_otherwise, signed_in])
def test_who_has_become_somebody_here_stays(
    street: Street, happened: Callable[[Street], None]
) -> None:
    number = imported(street.pod)
    happened(street)
    assert [it.name[:3] for it in street.pod.imports.people.staying(number)] == ["Ida"]
    assert street.pod.imports.take_back(MACHINE, number) == 1
    names = {it.name[:3] for it in street.pod.people.members(MACHINE)}
    assert names == {"Ana", "Ben", "Ida", "Ros"}


def test_a_whole_new_pod_goes_too_its_steward_last(pod: Pod) -> None:
    number = imported(pod)
    assert pod.people.find(MACHINE, "Ida").role is Role.STEWARD
    assert pod.imports.take_back(MACHINE, number) == 3
    assert pod.people.count() == 0


def test_a_pod_that_goes_on_keeps_its_only_steward(pod: Pod) -> None:
    number = imported(pod)
    pod.care.set_ability(MACHINE, pod.people.find(MACHINE, "Kim").id, {"category": "food"})
    assert [it.name for it in pod.imports.people.staying(number)] == ["Ida", "Kim"]
    assert pod.imports.take_back(MACHINE, number) == 1
    assert [it.name for it in pod.people.members(MACHINE)] == ["Ida", "Kim"]


def test_a_file_is_taken_in_whole_or_not_at_all(street: Street) -> None:
    found, _ = read_people(b"name\nIda\nKim\n")
    twice = [*found, found[0]]
    with pytest.raises(UserError, match="conflict"):
        street.pod.imports.people.take_in(MACHINE, twice, "street.csv")
    assert street.pod.people.count() == 3
    assert street.pod.imports.all() == []
    with pytest.raises(UserError, match="not_allowed"):
        street.pod.imports.people.take_in(STRANGER, found, "street.csv")
