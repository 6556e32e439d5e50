"""Somebody without an invite asks to join, and a steward answers (docs/house.md §1.5)."""

import re
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from protocol.aid.house.limits import JOIN_REQUESTS_KEPT_S, MAX_JOIN_REQUESTS
from protocol.aid.house.rights import MACHINE, STRANGER
from protocol.aid.pod_card import PodCard
from protocol.errors import UserError
from store.house import join_requests
from tests.web.visiting import House, house

CARD = {"name": "Elm", "zone_name": "North side", "zone_kind": "street"}
ROSA = {"name": "Rosa", "contact": "555 0123", "words": "I live at the corner"}


@pytest.fixture(name="elm")
async def elm_(tmp_path: Path) -> AsyncIterator[House]:
    async with house(tmp_path / "elm") as it:
        yield it


def ask(elm: House, name: str = "Rosa") -> None:
    elm.pod.join_requests.ask(STRANGER, name=name, contact="555 0123")


async def test_a_stranger_asks_and_a_steward_makes_an_invite_for_them(elm: House) -> None:
    ana = elm.somebody("Ana")
    assert (await elm.stranger.post("/ask-to-join", ROSA)).location == "/?asked=1"
    assert "read what you left" in (await elm.stranger.get("/?asked=1")).text
    assert "Somebody asks to join." in (await ana.get("/desk")).text
    page = (await ana.get("/invites")).text
    assert all(said in page for said in ROSA.values())
    [path] = re.findall(r"/invites/requests/\d+/accept", page)
    made = (await ana.post(path)).text
    [code] = re.findall(r"<strong>([A-Z]{4}-[A-Z]{4})</strong>", made)
    assert "555 0123" in made
    assert elm.pod.join_requests.waiting(MACHINE) == []
    assert (await elm.stranger.post(f"/join/{code}", {"name": "Rosa"})).status == 303


async def test_a_request_is_forgotten_in_one_step(elm: House) -> None:
    ana = elm.somebody("Ana")
    ask(elm)
    [rosa] = elm.pod.join_requests.waiting(MACHINE)
    assert (await ana.post(f"/invites/requests/{rosa.number}/decline")).status == 303
    assert elm.pod.join_requests.waiting(MACHINE) == []
    assert (await ana.post(f"/invites/requests/{rosa.number}/accept")).status == 404


async def test_only_stewards_read_who_asks(elm: House) -> None:
    elm.somebody("Ana")
    bo = elm.somebody("Bo")
    elm.pod.agreements.set_rules(MACHINE, {"members_invite": True})
    ask(elm)
    [rosa] = elm.pod.join_requests.waiting(MACHINE)
    page = await bo.get("/invites")
    assert (page.status, "555 0123" in page.text) == (200, False)
    assert (await bo.post(f"/invites/requests/{rosa.number}/accept")).status == 403
    assert "555 0123" not in (await elm.stranger.get("/?asked=1")).text
    assert len(elm.pod.join_requests.waiting(MACHINE)) == 1


async def test_what_is_missing_is_said_and_what_was_typed_is_kept(elm: House) -> None:
    elm.somebody("Ana")
    answer = await elm.stranger.post("/ask-to-join", {**ROSA, "contact": ""})
    assert answer.status == 422
    assert 'id="w-contact"' in answer.text
    assert "I live at the corner" in answer.text


async def test_there_is_an_end_to_how_many_wait(elm: House) -> None:
    elm.somebody("Ana")
    for number in range(MAX_JOIN_REQUESTS):
        ask(elm, f"Eve {number}")
    with pytest.raises(UserError) as caught:
        ask(elm, "Rosa")
    assert caught.value.code == "over_quota"
    assert "/ask-to-join" not in (await elm.stranger.get("/")).text


async def test_a_pod_that_takes_nobody_in_is_not_asked(elm: House) -> None:
    elm.somebody("Ana")
    assert "/ask-to-join" in (await elm.stranger.get("/")).text
    elm.pod.card.put(PodCard.write({**CARD, "accepting": "no"}))
    assert "/ask-to-join" not in (await elm.stranger.get("/")).text


async def test_what_nobody_answered_is_forgotten(elm: House) -> None:
    ask(elm)
    now_s = elm.pod.now().wall_ms // 1000
    for later_s, left in ((JOIN_REQUESTS_KEPT_S - 60, 1), (JOIN_REQUESTS_KEPT_S + 60, 0)):
        with elm.pod.keeper.store.atomic(now_s * 1000) as tx:
            join_requests.forget_old(tx, now_s + later_s - JOIN_REQUESTS_KEPT_S)
        assert len(elm.pod.join_requests.waiting(MACHINE)) == left
