"""What members do on pages for a neighbour without a phone."""

import re
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from protocol.aid.house.rights import MACHINE
from tests.web.visiting import House, house

DAY = str((datetime.now(UTC) + timedelta(days=30)).date())


@pytest.fixture(name="elm")
async def elm_(tmp_path: Path) -> AsyncIterator[House]:
    async with house(tmp_path / "elm") as it:
        elm_steward = it.pod.people.add(MACHINE, "Ana")
        assert elm_steward.name == "Ana"
        yield it


def ida_of(elm: House) -> str:
    return elm.pod.people.add(MACHINE, "Ida").id.hex()


async def test_slip_is_typed_for_a_neighbour_and_looked_after_by_whoever_typed_it(
    elm: House,
) -> None:
    bo, eve, ida = elm.somebody("Bo"), elm.somebody("Eve"), ida_of(elm)
    wrong = await bo.post("/post/need/food", {"title": "", "whose": ida})
    assert wrong.status == 422
    assert f'value="{ida}" selected' in wrong.text
    said = {"title": "Shopping on Friday", "whose": ida, "named": "yes"}
    path = (await bo.post("/post/need/food", said)).location.partition("?")[0]
    assert "Ida (typed by Bo)" in (await eve.get(path)).text
    listing = elm.pod.listings.find(path.rpartition("/")[2]).listing
    assert listing.by == "Ida", "the name that is shown is theirs, not the typist's"
    assert 'value="Shopping on Friday"' in (await bo.get(f"{path}/edit")).text
    changed = {"title": "Shopping on Monday", "category": "food", "named": "yes"}
    assert (await bo.post(f"{path}/edit", changed)).status == 303
    assert elm.pod.listings.find(path.rpartition("/")[2]).listing.by == "Ida"
    assert (await eve.post(f"{path}/edit", changed)).status == 403
    mine = (await bo.get("/mine")).text
    assert "for <bdi>Ida</bdi>" in mine
    assert "for <bdi>Ida</bdi>" not in (await eve.get("/mine")).text
    assert (await eve.post(f"{path}/ask", {"words": "I go anyway"})).status == 303
    assert "one answer waits" in (await bo.get("/mine")).text
    assert "somebody waits for your answer" in (await bo.get("/")).text
    assert "somebody waits for your answer" not in (await eve.get("/")).text
    assert (await eve.post(f"{path}/answers/1/promise")).status == 403
    assert (await bo.post(f"{path}/answers/1/promise")).status == 303
    assert (await eve.post(f"{path}/withdraw")).status == 403
    assert (await bo.post(f"{path}/withdraw")).status == 303


async def test_what_is_typed_for_nobody_of_this_pod_is_refused(elm: House) -> None:
    bo = elm.somebody("Bo")
    for whose in ("0" * 32, "Ida"):
        answer = await bo.post("/post/need/food", {"title": "Soup", "whose": whose})
        assert answer.status == 404
    assert "Soup" not in (await bo.get("/board")).text


async def test_answer_is_given_for_a_neighbour_and_taken_back_by_whoever_gave_it(
    elm: House,
) -> None:
    bo, eve, ida = elm.somebody("Bo"), elm.somebody("Eve"), ida_of(elm)
    path = (await bo.post("/post/offer/items", {"title": "Chairs"})).location.partition("?")[0]
    asked = {"words": "Ida needs one", "whose": ida}
    assert (await eve.post(f"{path}/ask", asked)).status == 303
    page = (await bo.get(path)).text
    assert "<bdi>Ida</bdi>" in page
    assert "I no longer need it" not in page
    assert "I no longer need it" in (await eve.get(path)).text
    assert "for <bdi>Ida</bdi>" in (await eve.get("/mine")).text
    assert (await bo.post(f"{path}/answers/1/take-back")).status == 403
    assert (await eve.post(f"{path}/answers/1/take-back")).status == 303
    own = {"words": "She rang me", "whose": ida}
    assert (await bo.post(f"{path}/ask", own)).status == 303, "to one's own listing, for another"
    assert "She rang me" in (await bo.get(path)).text


async def test_a_neighbour_comes_to_a_meetup_as_somebody_says_for_them(elm: House) -> None:
    bo, ida = elm.somebody("Bo"), ida_of(elm)
    fields = {"title": "Coffee", "day": DAY, "time": "15:00", "until": "17:00"}
    fields |= {"gathering": "social", "again": "none", "audience": "pod"}
    path = (await bo.post("/meetups/new", fields)).location
    [form] = set(re.findall(rf'href="({path}/coming[^"]*)"', (await bo.get(path)).text))
    assert "For whom" in (await bo.get(form)).text
    said = {"day": DAY, "coming": "yes", "along": "99", "wishes": "a chair", "whose": ida}
    wrong = await bo.post(f"{path}/coming", said)
    assert wrong.status == 422
    assert 'value="a chair"' in wrong.text
    assert (await bo.post(f"{path}/coming", said | {"along": "2"})).status == 303
    page = (await bo.get(path)).text
    assert "Ida" in page
    assert "and 2 more: a chair" in page
    assert "<bdi>Bo</bdi>" not in page
