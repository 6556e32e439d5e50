"""Two entries of one person on pages: a steward says so, she says yes on her phone."""

import re
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from protocol.aid.house.rights import MACHINE, Role
from tests.web.visiting import House, Visitor, house


@pytest.fixture(name="elm")
async def elm_(tmp_path: Path) -> AsyncIterator[House]:
    async with house(tmp_path / "elm") as it:
        yield it


def id_of(elm: House, name: str) -> str:
    return elm.pod.people.find(MACHINE, name).id.hex()


async def twice(elm: House) -> tuple[Visitor, Visitor, str]:
    """Return a steward, Maria with a phone, and the path of her two entries together."""
    ana, maria = elm.somebody("Ana"), elm.somebody("Maria")
    paper = elm.pod.people.add(MACHINE, "Maria from paper", languages=("es",))
    elm.pod.care.write_note(
        elm.pod.people.viewer(paper.id), paper.id, {"words": "Insulin in the fridge"}
    )
    return ana, maria, f"/people/{paper.id.hex()}/same/{id_of(elm, 'Maria')}"


async def test_steward_looks_says_so_and_she_says_yes_on_her_phone(elm: House) -> None:
    ana, maria, path = await twice(elm)
    choose = path.rpartition("/")[0]
    assert choose in (await ana.get(f"/people/{id_of(elm, 'Maria from paper')}")).text
    assert (await ana.post(choose, {"other": path.rpartition("/")[2]})).location == path
    look = (await ana.get(path)).text
    assert "Insulin" not in look
    assert "Maria from paper" in look
    said = await ana.post(path)
    assert "It waits for their yes" in (await ana.get(said.location)).text
    home = (await maria.get("/")).text
    assert "/me/same" in home
    mine = (await maria.get("/me/same")).text
    assert "Insulin" not in mine, "it is not hers before she has said that she is both"
    assert (await maria.post(f"{path}/yes")).location == "/me/same?said=yes"
    names = {it.name for it in elm.pod.people.members(MACHINE)}
    assert names == {"Ana", "Maria"}
    assert "Insulin" in (await maria.get("/care")).text
    assert "Insulin" not in (await ana.get("/care")).text
    after = (await maria.get("/me/same")).text
    assert "This came with it: a care note" in after
    shown_to_steward = (await ana.get(f"/people/{id_of(elm, 'Maria')}/same")).text
    assert "Maria from paper" in shown_to_steward
    assert "a care note" not in shown_to_steward
    [undo] = re.findall(r"/merges/\d+/undo", after)
    assert undo in shown_to_steward
    assert (await maria.post(undo)).status == 303
    assert "Insulin" not in (await maria.get("/care")).text
    assert "took the two entries" not in (await ana.get("/log")).text, "she did it herself"
    assert "put together" in (await ana.get("/log")).text


async def test_she_says_no_and_it_is_forgotten(elm: House) -> None:
    ana, maria, path = await twice(elm)
    await ana.post(path)
    assert (await maria.post(f"{path}/no")).location == "/me/same"
    assert (await maria.post(f"{path}/yes")).status == 404
    assert "/me/same" not in (await maria.get("/")).text
    await ana.post(path)
    assert (await ana.post(f"{path}/no")).status == 303
    assert "Take it back" not in (await ana.get(path.rpartition("/")[0])).text


async def test_steward_is_told_that_nobody_says_it_of_themselves(elm: House) -> None:
    ana = elm.somebody("Ana")
    bo = elm.somebody("Bo", Role.STEWARD)
    paper = elm.pod.people.add(MACHINE, "Ana from paper").id.hex()
    path = f"/people/{paper}/same/{id_of(elm, 'Ana')}"
    answer = await ana.post(path)
    assert answer.status == 409
    assert "Ask another steward" in answer.text
    assert (await bo.post(path)).status == 303
    assert (await ana.post(f"{path}/yes")).status == 303
    assert {it.name for it in elm.pod.people.members(MACHINE)} == {"Ana", "Bo"}


async def test_others_neither_look_nor_answer(elm: House) -> None:
    ana, _, path = await twice(elm)
    bo = elm.somebody("Bo")
    assert (await bo.get(path)).status == 403
    await ana.post(path)
    for rest in ("/yes", "/no"):
        assert (await bo.post(f"{path}{rest}")).status == 403
    assert (await ana.post(f"{path}/yes")).status == 403
    assert "Maria from paper" not in (await bo.get("/me/same")).text
