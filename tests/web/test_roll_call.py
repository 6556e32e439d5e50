"""A roll call on pages: nobody who opens any page misses it."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from protocol.aid.house.rights import MACHINE, Role
from tests.web.visiting import House, house


@pytest.fixture(name="elm")
async def elm_(tmp_path: Path) -> AsyncIterator[House]:
    async with house(tmp_path / "elm") as it:
        yield it


def id_of(elm: House, name: str) -> str:
    return elm.pod.people.find(MACHINE, name).id.hex()


async def test_roll_call_is_on_every_page_of_who_was_not_heard_from(elm: House) -> None:
    ana, bo = elm.somebody("Ana"), elm.somebody("Bo")
    gil = elm.somebody("Gil", Role.GUEST)
    assert "Storm" not in (await bo.get("/")).text
    await ana.post("/roll-call", {"question": "Storm: are you dry?"})
    for path in ("/", "/board", "/more", "/me", "/post/need"):
        page = (await bo.get(path)).text
        assert "Storm: are you dry?" in page, path
        assert 'value="need help"' in page, path
    for stranger in (gil, elm.stranger):
        assert "Storm" not in (await stranger.get("/")).text
    assert (await bo.post("/roll-call/check-in", {"answer": "ok"})).status == 303
    page = (await bo.get("/board")).text
    assert 'value="need help"' not in page
    assert "You said:" in page
    await ana.post("/roll-call/end")
    assert "Storm" not in (await bo.get("/board")).text


async def test_roll_call_keeps_what_was_typed_wrongly(elm: House) -> None:
    ana = elm.somebody("Ana")
    long = await ana.post("/roll-call", {"question": "Storm " * 30, "within": "2h"})
    assert long.status == 422
    assert "Storm Storm" in long.text
    assert '<option value="2h" selected' in long.text
    assert (await ana.post("/roll-call", {"question": "Storm", "within": "2h"})).status == 303
    assert "hear from all by" in (await ana.get("/roll-call")).text
    wrong = await ana.post("/roll-call/check-in", {"answer": "ok", "words": "dry " * 100})
    assert wrong.status == 422
    assert "dry dry" in wrong.text
    assert (await ana.post("/roll-call/check-in", {"answer": "fine"})).status == 400


async def test_whoever_knocked_is_noted_beside_the_answer_of_somebody_without_a_phone(
    elm: House,
) -> None:
    ana, _ = elm.somebody("Ana"), elm.somebody("Bo")
    elm.pod.people.add(MACHINE, "Ida")
    await ana.post("/roll-call", {"question": "Storm"})
    said = {"member": id_of(elm, "Ida"), "answer": "need help", "words": "no water"}
    said |= {"seen_by": id_of(elm, "Bo")}
    assert (await ana.post("/roll-call/check-in", said)).status == 303
    page = (await ana.get("/roll-call")).text
    assert "Need help:" in page
    assert "no water" in page
    board = elm.pod.roll_calls.board(MACHINE)
    assert board is not None
    [heard] = [it.check_in for it in board.lines if it.check_in]
    assert heard.by == bytes.fromhex(id_of(elm, "Bo"))
    for wrong in ({"member": "Ida"}, {"member": "0" * 32}):
        assert (await ana.post("/roll-call/check-in", said | wrong)).status == 404


async def test_what_was_said_in_an_earlier_roll_call_can_be_read_a_while(elm: House) -> None:
    ana = elm.somebody("Ana")
    await ana.post("/roll-call", {"question": "Storm"})
    await ana.post("/roll-call/check-in", {"answer": "away", "words": "at my aunt's"})
    await ana.post("/roll-call/end")
    await ana.post("/roll-call", {"question": "Flood"})
    await ana.post("/roll-call/end")
    page = (await ana.get("/roll-call")).text
    assert page.index("/roll-call/2") < page.index("/roll-call/1")
    assert "at my aunt&#39;s" in (await ana.get("/roll-call/1")).text
    assert "at my aunt" not in (await ana.get("/roll-call/2")).text
    assert (await ana.get("/roll-call/3")).status == 404
