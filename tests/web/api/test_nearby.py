"""Two stewards' programs make their pods neighbours: six words compared, or an invitation taken."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any, Final

import pytest

from node.discovery import Around, Seen
from node.pairing import State
from protocol.aid.house.rights import Role
from protocol.identity import PodKey, pod_id_text, short_id
from tests.nodes import until
from tests.web.api.calling import Caller
from tests.web.visiting import NodeHouse, house, node_house

MAPLE: Final = "Maple Street"
ELM: Final = "Elm Court"
WITH_NODES: Final = frozenset(
    {
        ("POST", "/api/nearby/{pairing}/same"),
        ("POST", "/api/nearby/{pairing}/differ"),
        ("POST", "/api/neighbours/invite"),
        ("POST", "/api/neighbours/look"),
        ("POST", "/api/neighbours/accept"),
    }
)
"""Operations that take two nodes: seen to answer as they are declared here."""


@pytest.fixture(name="maple")
async def maple_(tmp_path: Path) -> AsyncIterator[NodeHouse]:
    async with node_house(tmp_path / "maple", MAPLE) as it:
        yield it


@pytest.fixture(name="elm")
async def elm_(tmp_path: Path) -> AsyncIterator[NodeHouse]:
    async with node_house(tmp_path / "elm", ELM) as it:
        yield it


async def begun(ana: Caller, **given: str) -> str:
    """Begin to pair; return where it stands."""
    return f"/api/nearby/{(await ana.post('/api/nearby', given))['pairing']}"


async def compared(
    maple: NodeHouse, elm: NodeHouse
) -> tuple[Caller, str, Caller, str, dict[str, Any]]:
    """Bring two pods to where words stand on both screens; return those of the first too."""
    ana, eli = Caller(maple.tool_of("Ana")), Caller(elm.tool_of("Eli"))
    there = await begun(eli)
    here = await begun(ana, address=elm.address)
    await until(lambda: all(it.pod.pairing.look().state is State.COMPARING for it in (maple, elm)))
    return ana, here, eli, there, await ana.get(here)


async def test_two_programs_pair_by_six_words(maple: NodeHouse, elm: NodeHouse) -> None:
    ana, here, eli, there, shown = await compared(maple, elm)
    other = await eli.get(there)
    assert shown["words"] == other["words"]
    assert len(shown["words"]) == 6
    assert (shown["name"], shown["tag"]) == (ELM, short_id(elm.pod.pod_id))
    assert (shown["doubts"], shown["secret"]) == ([], False)
    stale = {"attempt": shown["attempt"] + 1}
    assert (await ana.refused("POST", f"{here}/same", stale))[1]["code"] == "silent"
    assert (await ana.post(f"{here}/same", {"attempt": shown["attempt"]}))["state"] == "agreed"
    assert elm.pod.neighbours.all() == []
    await eli.post(f"{there}/same", {"attempt": other["attempt"]})
    await until(lambda: bool(maple.pod.neighbours.all()) and bool(elm.pod.neighbours.all()))
    [elms] = (await ana.get("/api/neighbours"))["items"]
    assert elms["name"] == ELM
    reached = (await ana.get("/api/reach"))["pods"]
    assert [(it["name"], it["distance"], it["through"]) for it in reached] == [(ELM, 1, None)]
    assert (
        f"the six words are those of {ELM}" in (await ana.get("/api/log"))["items"][0]["sentence"]
    )


async def test_words_that_differ_change_nothing(maple: NodeHouse, elm: NodeHouse) -> None:
    ana, here, eli, there, shown = await compared(maple, elm)
    await ana.post(f"{here}/differ", {"attempt": shown["attempt"]})
    await until(lambda: elm.pod.pairing.look().failures == 1)
    told = await eli.get(there)
    assert (told["code"], told["words"]) == ("words_differ", [])
    assert "other words" in told["means"]
    assert (await eli.post(f"{there}/stop"))["state"] == "ended"
    assert maple.pod.neighbours.all() == elm.pod.neighbours.all() == []
    await begun(eli)
    assert (await eli.refused("GET", there))[0] == 404
    assert (await eli.refused("POST", f"{there}/stop"))[0] == 404


async def test_invitation_is_made_looked_at_and_taken(maple: NodeHouse, elm: NodeHouse) -> None:
    ana, eli = Caller(maple.tool_of("Ana")), Caller(elm.tool_of("Eli"), set())
    made = await ana.post("/api/neighbours/invite", {"days": 1})
    assert (made["valid_s"], made["places"]) == (86_400, [maple.address])
    looked = await eli.post("/api/neighbours/look", {"text": made["text"].upper()})
    assert (looked["name"], looked["pod_id"]) == (MAPLE, pod_id_text(maple.pod.pod_id))
    assert elm.pod.neighbours.all() == []
    taken = await eli.post("/api/neighbours/accept", {"text": made["text"]})
    assert (taken["name"], taken["pod_id"]) == (MAPLE, looked["pod_id"])
    assert f"took the invitation of {MAPLE}" in (await eli.get("/api/log"))["items"][0]["sentence"]
    spoilt = {"text": made["text"][:-1]}
    for path in ("look", "accept"):
        refused = await eli.refused("POST", f"/api/neighbours/{path}", spoilt)
        assert refused[1]["code"] == "invalid_invitation"


async def test_what_an_invitation_may_do_is_for_stewards(maple: NodeHouse) -> None:
    ana, bo = Caller(maple.tool_of("Ana")), Caller(maple.tool_of("Bo", Role.MEMBER))
    made = await ana.post("/api/neighbours/invite", {})
    for path, body in (
        ("neighbours/invite", {}),
        ("neighbours/accept", {"text": made["text"]}),
        ("nearby", {}),
    ):
        assert (await bo.refused("POST", f"/api/{path}", body))[0] == 403


async def test_pods_that_are_seen_are_told_with_what_they_seem_to_be(tmp_path: Path) -> None:
    stranger = short_id(PodKey.from_seed(b"s" * 32).pod_id)
    places = ("192.168.1.4:4781",)
    seen = (Seen(stranger, ("192.168.1.9:4781",), 0),)
    around = Around(seen, True, None, places)
    async with house(tmp_path / "elm", around=lambda: around) as elm:
        found = await Caller(elm.tool_of("Ana")).get("/api/nearby")
    assert (found["looking"], found["places"], found["pairing"]) == (True, [*places], None)
    assert found["seen"] == [
        {
            "tag": stranger,
            "is": "unknown",
            "name": None,
            "pod_id": None,
            "addresses": ["192.168.1.9:4781"],
        }
    ]


async def test_pod_without_an_address_makes_no_invitation(tmp_path: Path) -> None:
    async with house(tmp_path / "elm") as elm:
        refused = await Caller(elm.tool_of("Ana")).refused("POST", "/api/neighbours/invite", {})
    assert refused[1]["code"] == "invalid"
