"""What files bring can be looked at before, brought twice, and taken back."""

import csv
import io
from collections.abc import Iterator
from pathlib import Path

import pytest

from node.aid.devices import LIFE_MS
from node.aid.imports import KEPT_MS, Will
from node.formats.sheet import read_sheet, write_sheet
from node.pod import Pod
from protocol.aid.audience import Audience
from protocol.aid.event import Event
from protocol.aid.house.rights import MACHINE
from protocol.aid.notice import Notice
from protocol.aid.resource import Resource
from protocol.errors import UserError
from store.aid import ItemQuery
from store.house.imports import MAX_IMPORTS
from tests.nodes import make_pod

FORMULAS = ("=1+1", "+1", "-1", "@x", "'=1", "'plain", "\u200f=x")


@pytest.fixture(name="pod")
def pod_(tmp_path: Path) -> Iterator[Pod]:
    with make_pod(tmp_path / "elm") as pod:
        yield pod


def resource(name: str, **more: object) -> Resource:
    said = {"name": name, "categories": ("food",), "last_checked": "2026-10-01"}
    return Resource.write({**said, **more})


def found(*bodies: Resource) -> list[tuple[str, bytes, Resource]]:
    return [(it.name, it.name.encode().ljust(16)[:16], it) for it in bodies]


def names(pod: Pod) -> dict[str, str | None]:
    return {it.body.name: it.body.org for it in pod.directory.each(ItemQuery())}


@pytest.mark.parametrize("audience", list(Audience))
def test_import_is_planned_carried_out_repeated_and_taken_back(
    pod: Pod, audience: Audience
) -> None:
    ours = pod.directory.publish(resource("Ours", org="before"), audience=audience)
    again = ("Ours", ours.rid, resource("Ours", org="after"))
    planned = pod.imports.plan(pod.directory, [*found(resource("A"), resource("B")), again])
    assert [it.will for it in planned] == [Will.ADD, Will.ADD, Will.UPDATE]
    assert names(pod) == {"Ours": "before"}
    number = pod.imports.carry_out(pod.directory, planned, audience=audience, file="x.csv")
    assert names(pod) == {"A": None, "B": None, "Ours": "after"}
    repeated = pod.imports.plan(pod.directory, [*found(resource("A"), resource("B")), again])
    assert {it.will for it in repeated} == {Will.NOTHING}
    assert pod.imports.carry_out(pod.directory, repeated, audience=audience, file="x") is None
    assert number is not None
    assert pod.imports.take_back(MACHINE, number) == 3
    assert names(pod) == {"Ours": "before"}
    assert pod.imports.all() == []
    with pytest.raises(UserError):
        pod.imports.take_back(MACHINE, number)


def test_what_was_withdrawn_stays_so_unless_people_say_again(pod: Pod) -> None:
    for audience in Audience:
        planned = pod.imports.plan(pod.directory, found(resource(audience.value)))
        pod.imports.carry_out(pod.directory, planned, audience=audience, file="x")
        pod.directory.withdraw(planned[0].rid)
        kept = pod.imports.plan(pod.directory, found(resource(audience.value)))
        assert [it.will for it in kept] == [Will.STAY_WITHDRAWN]
        back = pod.imports.plan(pod.directory, found(resource(audience.value)), again=True)
        assert [it.will for it in back] == [Will.ADD]


def test_imports_that_can_be_taken_back_are_bounded(pod: Pod) -> None:
    for number in range(MAX_IMPORTS + 3):
        planned = pod.imports.plan(pod.directory, found(resource(f"R{number}")))
        pod.imports.carry_out(pod.directory, planned, audience=Audience.POD, file="f" * 500)
    kept = pod.imports.all()
    assert [it.number for it in kept] == list(range(MAX_IMPORTS + 3, 3, -1))
    assert all(len(it.file) <= 80 for it in kept)


@pytest.mark.parametrize("text", FORMULAS)
def test_table_of_a_kind_is_read_again_without_loss_whatever_is_in_it(pod: Pod, text: str) -> None:
    body = resource(
        f"N{text}",
        org=text,
        about=f'{text}\n\n{text}; a, "b"',
        phones=("+31 20 555", "555"),
        hours=("mo tu 09:00-17:00",),
        public_place=True,
        address="A\nB",
    )
    item = pod.directory.publish(body, audience=Audience.NEAR)
    written = write_sheet(Resource, [item])
    [_, cells] = csv.reader(io.StringIO(written.decode("utf-8-sig"), newline=""))
    assert [cell for cell in cells if cell.startswith(("=", "+", "-", "@"))] == []
    read = read_sheet(Resource, written)
    assert read.left_out == []
    assert read.taken == [(body.name, item.rid, body)]


def test_other_kinds_are_read_again_too(pod: Pod) -> None:
    event = Event.write(
        {
            "title": "Coffee",
            "start": "2027-03-01T15:00",
            "tz": "Europe/Madrid",
            "gathering": "social",
            "repeats": "weekly",
            "every": 2,
            "on": ("mo", "th"),
            "capacity": 12,
            "provides": ("food", "childcare"),
        }
    )
    notice = Notice.write({"title": "Hello", "text": "A\nB", "topic": "idea"})
    meetup = pod.meetups.publish(event, audience=Audience.NEAR)
    word = pod.notices_board.publish(notice, audience=Audience.POD)
    assert read_sheet(Event, write_sheet(Event, [meetup])).taken == [("Coffee", meetup.rid, event)]
    assert read_sheet(Notice, write_sheet(Notice, [word], mark=False)).taken == [
        ("Hello", word.rid, notice)
    ]


def test_row_that_cannot_be_used_and_column_that_is_unknown_are_said() -> None:
    read = read_sheet(Notice, b"title,text,topic,shoe size\nHello,World,idea,43\nHalf,,idea,\n")
    assert [what for what, _, _ in read.taken] == ["Hello"]
    assert [what for what, _ in read.left_out] == ["line 3", "the column shoe size"]


def test_what_an_import_replaced_is_forgotten_after_a_month(pod: Pod) -> None:
    planned = pod.imports.plan(pod.directory, found(resource("A")))
    pod.imports.carry_out(pod.directory, planned, audience=Audience.POD, file="x")
    pod.keeper.time.confirm(pod.now().wall_ms)
    pod.tidy()
    assert len(pod.imports.all()) == 1
    connection = pod.keeper.store.connection
    connection.execute("UPDATE house_import SET at_ms = at_ms - ?", (KEPT_MS + 1,))
    pod.tidy()
    assert pod.imports.all() == []
    assert connection.execute("SELECT count(*) FROM house_import_row").fetchone() == (0,)
    assert names(pod) == {"A": None}


def test_device_whose_time_is_over_is_forgotten(pod: Pod) -> None:
    member = pod.people.add(MACHINE, "Ana")
    pod.devices.sign_in(member.id, "phone")
    pod.keeper.time.confirm(pod.now().wall_ms)
    pod.tidy()
    assert len(pod.devices.of_member(member.id)) == 1
    connection = pod.keeper.store.connection
    connection.execute("UPDATE house_device SET until_ms = until_ms - ?", (LIFE_MS + 1000,))
    pod.tidy()
    assert pod.devices.of_member(member.id) == []
