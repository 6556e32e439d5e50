"""Deciding together on pages: proposals, what was agreed, and the rules."""

import re
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from protocol.aid.house.rights import MACHINE
from tests.web.visiting import House, house


@pytest.fixture(name="elm")
async def elm_(tmp_path: Path) -> AsyncIterator[House]:
    async with house(tmp_path / "elm") as it:
        yield it


def id_of(elm: House, name: str) -> str:
    return elm.pod.people.find(MACHINE, name).id.hex()


async def test_proposal_goes_from_a_draft_to_an_agreement(elm: House) -> None:
    ana, bo = elm.somebody("Ana"), elm.somebody("Bo")
    kept = {"test_days": "0", "floor_percent": "50", "aside_percent": "33"}
    assert (await ana.post("/rules", kept)).location == "/rules?saved=1"
    said = {"title": "A bench", "text": "By the door.", "draft": "yes"}
    path = (await bo.post("/proposals/new", said)).location
    assert (await ana.get(path)).status == 404, "a draft is its writer's"
    assert (await bo.post(f"{path}/move", {"state": "talking"})).status == 303
    assert (await ana.get(f"{path}/words")).status == 200
    assert (await bo.post(f"{path}/words", {"title": "A bench", "text": ""})).status == 422
    words = {"title": "A green bench", "text": "By the door."}
    assert (await bo.post(f"{path}/words", words)).status == 303
    assert (await ana.post(f"{path}/position", {"stand": "agree"})).status == 303
    page = (await ana.get(path)).text
    assert "Change my position" in page
    assert "Earlier wordings" in page
    assert (await bo.post(f"{path}/close")).status == 409
    assert (await bo.post(f"{path}/move", {"state": "testing"})).status == 303
    closed = await bo.post(f"{path}/close")
    page = (await bo.get(closed.location)).text
    assert "It is agreed." in page
    [form] = set(re.findall(r'href="(/agreements/new[^"]*)"', page))
    assert "A green bench" in (await bo.get(form)).text
    proposal = path.rpartition("/")[2]
    agreed = {"title": "A green bench", "text": "By the door.", "proposal": proposal}
    made = (await bo.post("/agreements/new", agreed)).location
    assert path in (await ana.get(made)).text
    assert "As it was written down" in (await ana.get(path)).text


async def test_only_its_writer_and_stewards_find_a_way_to_other_words(elm: House) -> None:
    elm.somebody("Ana")
    bo, eve = elm.somebody("Bo"), elm.somebody("Eve")
    path = (await bo.post("/proposals/new", {"title": "A bench", "text": "Here."})).location
    assert f"{path}/words" in (await bo.get(path)).text
    assert f"{path}/words" not in (await eve.get(path)).text
    assert (await eve.post(f"{path}/words", {"title": "No bench", "text": "No."})).status == 403
    assert (await eve.post(f"{path}/move", {"state": "withdrawn"})).status == 403


async def test_position_taken_at_a_meeting_is_written_down_as_that(elm: House) -> None:
    ana, bo = elm.somebody("Ana"), elm.somebody("Bo")
    elm.pod.people.add(MACHINE, "Ida")
    path = (await bo.post("/proposals/new", {"title": "A bench", "text": "Here."})).location
    said = {"member": id_of(elm, "Ida"), "stand": "stand aside", "words": "I cannot sit."}
    assert (await bo.post(f"{path}/recorded", said)).status == 403
    assert (await ana.post(f"{path}/recorded", said)).status == 303
    page = (await bo.get(path)).text
    assert "recorded at a meeting" in page
    assert "I cannot sit." in page
    await bo.post(f"{path}/position", {"stand": "agree"})
    own = {"member": id_of(elm, "Bo"), "stand": "block", "words": "No"}
    assert (await ana.post(f"{path}/recorded", own)).status == 409


async def test_somebody_is_removed_only_as_the_pod_agreed(elm: House) -> None:
    ana, bo = elm.somebody("Ana"), elm.somebody("Bo")
    gil = elm.pod.people.add(MACHINE, "Gil")
    elm.pod.agreements.set_rules(MACHINE, {"test_days": 0})
    said = {"title": "Gil leaves", "text": "After what was.", "removes": gil.id.hex()}
    path = (await bo.post("/proposals/new", said)).location
    assert (await ana.post(f"{path}/remove")).status == 409
    assert (await ana.get(f"{path}/remove")).status == 404
    for somebody in (ana, bo):
        await somebody.post(f"{path}/position", {"stand": "agree"})
    await bo.post(f"{path}/move", {"state": "testing"})
    await bo.post(f"{path}/close")
    assert "Delete it all" in (await ana.get(f"{path}/remove")).text
    assert (await bo.post(f"{path}/remove")).status == 403
    assert (await ana.post(f"{path}/remove")).status == 303
    assert gil.id not in elm.pod.people.names()


async def test_agreement_is_confirmed_worded_anew_and_ended_by_any_member(elm: House) -> None:
    elm.somebody("Ana")
    bo = elm.somebody("Bo")
    assert (await bo.post("/agreements/new", {"title": "", "text": "Ten"})).status == 422
    said = {"title": "Quiet after ten", "text": "", "review": "30"}
    made = (await bo.post("/agreements/new", said)).location.partition("?")[0]
    assert "Quiet after ten" in (await bo.get("/agreements")).text
    assert (await bo.post(f"{made}/confirm", {"review": "180"})).status == 303
    wrong = await bo.post(f"{made}/words", {"title": "", "text": "Nine, on Sundays"})
    assert wrong.status == 422
    assert "Nine, on Sundays" in wrong.text
    other = {"title": "Quiet after nine", "text": "On Sundays."}
    now = (await bo.post(f"{made}/words", other)).location.partition("?")[0]
    assert now != made
    page = (await bo.get("/agreements")).text
    assert page.index("Quiet after nine") < page.index("What held before")
    assert page.index("What held before") < page.index("Quiet after ten")
    assert (await bo.post(f"{made}/end")).status == 404
    assert (await bo.post(f"{now}/end")).status == 303
    assert "Held until" in (await bo.get(now)).text


async def test_rules_are_read_by_all_and_changed_by_stewards_in_the_open(elm: House) -> None:
    ana, bo = elm.somebody("Ana"), elm.somebody("Bo")
    assert "tested for 3 days" in (await bo.get("/rules")).text
    kept = {"test_days": "3", "floor_percent": "50", "aside_percent": "33"}
    assert (await bo.post("/rules", kept)).status == 403
    wrong = await ana.post("/rules", kept | {"floor_percent": "101", "members_invite": "yes"})
    assert wrong.status == 422
    assert 'value="101"' in wrong.text
    assert (await ana.post("/rules", kept | {"members_invite": "yes"})).status == 303
    assert elm.pod.agreements.rules().members_invite
    assert "members_invite" in (await bo.get("/log")).text
    assert (await ana.post("/rules", kept)).status == 303
    assert not elm.pod.agreements.rules().members_invite
