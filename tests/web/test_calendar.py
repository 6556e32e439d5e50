"""A calendar's own address: made and shown once, the meetups and nothing else, over at once."""

import re
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import pytest

from node.aid.devices import LIFE_MS, MAX_CALENDARS_OF_MEMBER, MAX_OF_MEMBER, Use
from protocol.aid.audience import Audience
from protocol.aid.event import Event
from protocol.aid.house.rights import MACHINE, Role
from protocol.errors import UserError
from tests.web.visiting import House, Visitor, house

COFFEE = {
    "title": "Coffee at ours",
    "start": "2036-06-07T18:00",
    "end": "2036-06-07T20:00",
    "gathering": "social",
    "tz": "UTC",
}


@pytest.fixture(name="elm")
async def elm_(tmp_path: Path) -> AsyncIterator[House]:
    async with house(tmp_path / "elm") as it:
        it.pod.meetups.publish(Event.write(COFFEE), audience=Audience.POD)
        yield it


def address_of(elm: House, name: str, role: Role = Role.MEMBER) -> str:
    """Return the path of a fresh calendar address of a fresh person's."""
    member = elm.pod.people.add(MACHINE, name, role=role)
    return f"/calendar/{elm.pod.devices.add_calendar(MACHINE, member.id, 'Wall').token}.ics"


async def made(visitor: Visitor, label: str = "Wall") -> str:
    """Make an address on one's own page; return its path."""
    page = (await visitor.post("/devices/calendars", {"calendar": label})).text
    found = re.search(rf'<code class="code token">{visitor.base}(/calendar/\S+)</code>', page)
    assert found, page
    assert f'href="webcal://{visitor.base.removeprefix("http://")}{found[1]}"' in page
    return found[1]


async def test_address_is_made_on_ones_own_page_and_shown_once(elm: House) -> None:
    ana = elm.somebody("Ana")
    path = await made(ana, "Kitchen wall")
    answer = await elm.stranger.get(path)
    assert answer.status == 200
    assert answer.headers["content-type"].startswith("text/calendar")
    assert "SUMMARY:Coffee at ours" in answer.text
    assert answer.text == (await ana.get("/meetups.ics")).text
    later = (await ana.get("/devices")).text
    assert "Kitchen wall" in later
    assert path not in later
    assert path.split("/")[2].removesuffix(".ics") not in later


async def test_the_file_holds_no_address(elm: House) -> None:
    token = (await made(elm.somebody("Ana"))).split("/")[2].removesuffix(".ics")
    folder = elm.pod.keeper.store.path.parent
    written = b"".join(it.read_bytes() for it in folder.iterdir() if it.is_file())
    assert token.encode() not in written


async def test_calendar_needs_a_name(elm: House) -> None:
    answer = await elm.somebody("Ana").post("/devices/calendars", {"calendar": " "})
    assert answer.status == 422
    assert "is needed" in answer.text


async def test_address_opens_the_calendar_and_nothing_else(elm: House) -> None:
    """Its token is no cookie and no program's, nor is either of those an address."""
    path = address_of(elm, "Ana")
    token = path.split("/")[2].removesuffix(".ics")
    as_phone = replace(elm.stranger, token=token)
    assert (await as_phone.get("/board")).status == 403
    assert (await as_phone.get("/meetups.ics")).status == 403
    assert (await as_phone.call("GET", "/api/events")).status == 401
    assert (await as_phone.call("GET", "/meetups.ics")).status == 401
    assert (await elm.stranger.post(path)).status == 405
    for other in (elm.somebody("Bo"), elm.tool_of("Cy")):
        assert (await elm.stranger.get(f"/calendar/{other.token}.ics")).status == 404


async def test_address_that_leads_nowhere_says_so_to_everybody(elm: House) -> None:
    ana = elm.somebody("Ana")
    for said in ("A" * 43, "A" * 42, "A" * 44, "%41" * 43):
        for visitor in (ana, elm.stranger):
            assert (await visitor.get(f"/calendar/{said}.ics")).status == 404


async def test_address_that_was_signed_out_leads_nowhere(elm: House) -> None:
    ana = elm.somebody("Ana")
    paths = [await made(ana, label) for label in ("Wall", "Phone")]
    [phones, walls, _] = elm.pod.devices.of_member(elm.pod.people.find(MACHINE, "Ana").id)
    assert (phones.label, phones.use, walls.label) == ("Phone", Use.CALENDAR, "Wall")
    assert (await ana.post(f"/devices/{walls.number}/sign-out")).status == 303
    assert [(await elm.stranger.get(it)).status for it in paths] == [404, 200]
    await ana.post("/devices/sign-out")
    assert (await elm.stranger.get(paths[1])).status == 404


async def test_address_is_worth_what_its_member_may(elm: House) -> None:
    """A member's opens; a guest's not, nor that of who is kept out; of who left nothing is here."""
    ana, bo, gil = (
        address_of(elm, name, role)
        for name, role in (("Ana", Role.STEWARD), ("Bo", Role.MEMBER), ("Gil", Role.GUEST))
    )
    assert [(await elm.stranger.get(it)).status for it in (ana, bo, gil)] == [200, 200, 403]
    member = elm.pod.people.find(MACHINE, "Bo").id
    elm.pod.people.suspend(MACHINE, member)
    kept_out = await elm.stranger.get(bo)
    assert (kept_out.status, "Coffee" in kept_out.text) == (403, False)
    elm.pod.people.lift_suspension(MACHINE, member)
    assert (await elm.stranger.get(bo)).status == 200
    elm.pod.people.leave(MACHINE, member, withdraw=True)
    assert (await elm.stranger.get(bo)).status == 404


async def test_what_did_not_change_is_not_sent_again(elm: House) -> None:
    path = address_of(elm, "Ana")
    first = await elm.stranger.get(path)
    assert first.headers["cache-control"] == "private, no-cache"
    tag = first.headers["etag"]
    again = await elm.stranger.get(path, If_None_Match=tag)
    assert (again.status, again.text) == (304, "")
    soon = {**COFFEE, "title": "Tea"}
    elm.pod.meetups.publish(Event.write(soon), audience=Audience.POD)
    now = await elm.stranger.get(path, If_None_Match=tag)
    assert (now.status, "SUMMARY:Tea" in now.text) == (200, True)


def test_addresses_are_bounded_and_push_no_phone_out(elm: House) -> None:
    people, devices = elm.pod.people, elm.pod.devices
    ana, bo = (people.add(MACHINE, name).id for name in ("Ana", "Bo"))
    for _ in range(MAX_CALENDARS_OF_MEMBER):
        devices.add_calendar(people.viewer(bo), bo, "Wall")
    with pytest.raises(UserError, match="over_quota"):
        devices.add_calendar(people.viewer(bo), bo, "Wall")
    phones = [devices.sign_in(bo, "phone") for _ in range(MAX_OF_MEMBER + 1)]
    assert [devices.of_token(it.token) is not None for it in phones] == [
        False,
        *[True] * MAX_OF_MEMBER,
    ]
    kept = [it for it in devices.of_member(bo) if it.use is Use.CALENDAR]
    assert len(kept) == MAX_CALENDARS_OF_MEMBER
    assert all(it.until_ms - it.since_ms == LIFE_MS for it in kept)
    devices.add_tool(people.viewer(bo), bo, "Screen")
    with pytest.raises(UserError, match="not_allowed"):
        devices.add_calendar(people.viewer(bo), ana, "Wall")


async def test_address_stands_in_no_log(elm: House, caplog: pytest.LogCaptureFixture) -> None:
    path = address_of(elm, "Ana")
    with caplog.at_level("DEBUG"):
        await elm.stranger.get(path)
        await elm.stranger.get(path.replace(".ics", "x.ics"))
    assert path.split("/")[2].removesuffix(".ics") not in caplog.text
