"""What a program holds already it does not get again, and never what it may not have."""

import json
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from protocol.aid.audience import Audience
from protocol.aid.event import Event
from tests.web.visiting import House, house

COFFEE = {"title": "Coffee", "start": "2037-03-01T15:00", "tz": "UTC"}
FOR_PROGRAMS = ("/meetups.ics", "/feed.xml", "/hsds/services")


@pytest.fixture(name="elm")
async def elm_(tmp_path: Path) -> AsyncIterator[House]:
    async with house(tmp_path / "elm") as it:
        yield it


@pytest.mark.parametrize("path", FOR_PROGRAMS)
async def test_what_is_as_it_was_is_not_sent_again(elm: House, path: str) -> None:
    ana = elm.somebody("Ana")
    elm.pod.meetups.publish(Event.write(COFFEE), audience=Audience.NETWORK)
    first = await ana.get(path)
    tag = first.headers["etag"]
    for held in (tag, f"W/{tag}", f'"other", {tag}', "*"):
        again = await ana.get(path, If_None_Match=held)
        assert (again.status, again.text, again.headers["etag"]) == (304, "", tag)
    for held in ('"other"', '"', "x" * 3000, tag.strip('"')):
        assert (await ana.get(path, If_None_Match=held)).text == first.text
    await ana.post("/devices/sign-out")
    for nobody in (ana, elm.stranger):
        assert (await nobody.get(path, If_None_Match=tag)).status == 403


async def test_whatever_changes_is_sent_from_that_moment(elm: House) -> None:
    ana = elm.somebody("Ana")
    seen = [(await ana.get("/meetups.ics"))]
    item = elm.pod.meetups.publish(Event.write(COFFEE), audience=Audience.POD)
    changes = (
        lambda: None,
        lambda: elm.pod.meetups.cancel(item.rid),
        lambda: elm.pod.meetups.withdraw(item.rid),
    )
    for change in changes:
        change()
        now = await ana.get("/meetups.ics", If_None_Match=seen[-1].headers["etag"])
        assert now.status == 200
        assert now.text != seen[-1].text
        seen.append(now)
    # It is again as it was: who still holds the first one need not get it.
    first = seen[0].headers["etag"]
    assert (await ana.get("/meetups.ics", If_None_Match=first)).status == 304


async def test_tag_of_one_person_says_nothing_of_what_another_may_see(elm: House) -> None:
    ana, bo = elm.tool_of("Ana"), elm.tool_of("Bo")
    both = [await it.call("GET", "/api/me") for it in (ana, bo)]
    assert both[0].headers["etag"] != both[1].headers["etag"]
    crossed = await bo.call("GET", "/api/me", If_None_Match=both[0].headers["etag"])
    assert json.loads(crossed.text) == json.loads(both[1].text)
    same = await bo.call("GET", "/api/me", If_None_Match=both[1].headers["etag"])
    assert same.status == 304
    assert same.headers["cache-control"] == "private, no-cache"


async def test_pages_for_people_have_no_tag(elm: House) -> None:
    ana = elm.somebody("Ana")
    assert "etag" not in (await ana.get("/board")).headers
