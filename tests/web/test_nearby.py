"""Two stewards make their pods neighbours by pages alone: seen, begun, compared, settled (R11)."""

import re
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from node.channel import Bounds
from node.discovery import Around, Seen
from node.pairing import State, spoken
from protocol.aid.house.rights import Role
from protocol.identity import PodKey, short_id
from tests.nodes import until
from tests.web.visiting import Answer, NodeHouse, Visitor, house, node_house

MAPLE = "Maple Street"
ELM = "Elm Court"


@pytest.fixture(name="maple")
async def maple_(tmp_path: Path) -> AsyncIterator[NodeHouse]:
    async with node_house(tmp_path / "maple", MAPLE) as it:
        yield it


@pytest.fixture(name="elm")
async def elm_(tmp_path: Path) -> AsyncIterator[NodeHouse]:
    async with node_house(tmp_path / "elm", ELM) as it:
        yield it


def words_on(page: str) -> list[str]:
    found = re.search(r'<ol class="six".*?</ol>', page, re.DOTALL)
    return re.findall(r"<li>(\w+)</li>", found[0]) if found else []


async def begun(ana: Visitor, **fields: str) -> str:
    """Begin to pair; return the path of the page that shows what comes of it."""
    answer = await ana.post("/nearby", fields)
    assert answer.status == 303
    return answer.location


async def shows(visitor: Visitor, path: str, text: str) -> Answer:
    """Look at a page again and again, as somebody without script does, until it says text."""
    while text not in (page := await visitor.get(path)).text:
        assert page.status == 200
    return page


async def compared(maple: NodeHouse, elm: NodeHouse) -> tuple[Visitor, str, Visitor, str]:
    ana, eli = maple.somebody("Ana"), elm.somebody("Eli")
    there = await begun(eli)
    here = await begun(ana, address=elm.address)
    await until(lambda: all(it.pod.pairing.look().state is State.COMPARING for it in (maple, elm)))
    return ana, here, eli, there


async def say(visitor: Visitor, path: str, word: str) -> None:
    page = (await visitor.get(path)).text
    attempt = re.search(r'name="attempt" value="(\d+)"', page)
    assert attempt
    answer = await visitor.post(f"{path}/{word}", {"attempt": attempt[1]})
    assert (answer.status, answer.location) == (303, path)


async def test_two_stewards_pair_by_pages(maple: NodeHouse, elm: NodeHouse) -> None:
    ana, here, eli, there = await compared(maple, elm)
    at_anas, at_elis = (await ana.get(here)).text, (await eli.get(there)).text
    assert words_on(at_anas) == words_on(at_elis) == [*spoken(maple.pod.pairing.look().words)]
    assert ELM in at_anas
    assert short_id(elm.pod.pod_id) in at_anas
    assert "plain HTTP: somebody who tampers" in at_anas
    await say(ana, here, "same")
    assert "Waiting for the people" in (await ana.get(here)).text
    assert elm.pod.neighbours.all() == []
    await say(eli, there, "same")
    await shows(ana, here, "are neighbours now")
    await shows(eli, there, "are neighbours now")
    assert MAPLE in (await eli.get("/neighbours")).text
    assert f"the six words are those of {ELM}" in (await ana.get("/log")).text


async def test_words_that_differ_change_nothing_and_say_why(
    maple: NodeHouse, elm: NodeHouse
) -> None:
    ana, here, eli, there = await compared(maple, elm)
    await say(ana, here, "differ")
    page = await shows(eli, there, "An attempt ended")
    assert "found other words, or said no" in page.text
    assert "somebody may sit between" in page.text
    assert (await eli.post(f"{there}/stop")).status == 303
    assert "It is over, and nothing was changed" in (await eli.get(there)).text
    assert maple.pod.neighbours.all() == elm.pod.neighbours.all() == []


async def test_a_yes_to_words_that_stand_no_more_is_none(maple: NodeHouse, elm: NodeHouse) -> None:
    """Somebody leaves the page open; meanwhile other words, of another attempt, stand there."""
    ana, here, _, _ = await compared(maple, elm)
    for attempt in ("0", "2", "99999999999", "x"):
        answer = await ana.post(f"{here}/same", {"attempt": attempt})
        assert answer.status == 400
        assert "over before you answered" in answer.text
    assert maple.pod.pairing.look().state is State.COMPARING
    assert (await ana.post("/nearby/5/same", {"attempt": "1"})).status == 400


async def test_what_keeps_a_call_from_coming_about_is_said(maple: NodeHouse) -> None:
    ana = maple.somebody("Ana")
    here = await begun(ana, address=maple.address)
    page = await shows(ana, here, "Another pod answers there, or this one.")
    assert '<noscript><meta http-equiv="refresh"' in page.text
    assert "Somebody has begun anew" in (await ana.get("/nearby/7")).text
    assert "See how it stands" in (await ana.get("/nearby")).text


async def test_an_address_that_is_none_is_said_beside_its_field(maple: NodeHouse) -> None:
    answer = await maple.somebody("Ana").post("/nearby", {"address": "the house next door"})
    assert answer.status == 422
    assert "the house next door" in answer.text
    assert "That is not an address." in answer.text
    assert maple.pod.pairing.look() is None


async def test_pairing_mode_that_nobody_answered_says_that_it_is_over(tmp_path: Path) -> None:
    async with node_house(tmp_path / "oak", "Oak", bounds=Bounds(pairing_s=0.2)) as oak:
        ana = oak.somebody("Ana")
        await shows(ana, await begun(ana), "It is over, and nothing was changed")


async def test_who_is_seen_is_shown_and_begun_with_and_neighbours_by_name(tmp_path: Path) -> None:
    known, stranger = (PodKey.from_seed(bytes([it] * 32)).pod_id for it in (1, 2))
    tags = [short_id(it) for it in (known, stranger)]

    def around() -> Around:
        seen = tuple(Seen(tag, ("192.168.7.7:4781",), 0) for tag in tags)
        return Around(seen, is_looking=True)

    async with house(tmp_path / "oak", around=around) as oak:
        ana = oak.somebody("Ana")
        oak.pod.neighbours.add_known(known, [])
        page = (await ana.get("/nearby")).text
        assert all(tag in page for tag in tags)
        assert page.count("A pod that this one does not know yet.") == 1
        assert page.count("It seems to be your neighbour") == 1
        assert (await ana.post("/nearby", {"tag": "x" * 9})).status == 400
        await begun(ana, tag=tags[1])
        assert oak.pod.pairing.look().tag == tags[1]


async def test_pairing_is_for_stewards(maple: NodeHouse) -> None:
    maple.somebody("Ana")
    bo = maple.somebody("Bo", Role.MEMBER)
    assert (await bo.get("/nearby")).status == 403
    assert (await bo.post("/nearby", {})).status == 403
    assert maple.pod.pairing.look() is None
