"""An open page hears of every change, also of one that came before its stream began."""

import re
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from node.web import live
from protocol.aid.audience import Audience
from protocol.aid.listing import write_listing
from tests.web.test_attacks import _connected, _head
from tests.web.visiting import House, Visitor, house

BEGUN = b"retry: 3000\n\n"
SOUP = write_listing({"type": "need", "category": "food", "title": "Soup"})


@pytest.fixture(name="elm")
async def elm_(tmp_path: Path) -> AsyncIterator[House]:
    async with house(tmp_path / "elm") as it:
        yield it


@pytest.fixture(autouse=True)
def _only_at_the_beginning(monkeypatch: pytest.MonkeyPatch) -> None:
    """Have nothing told by a later look, and a sign of life soon where there is nothing to tell."""
    monkeypatch.setattr(live, "LOOK_S", 86_400)
    monkeypatch.setattr(live, "ALIVE_S", 0.1)


async def state_of(page: str, visitor: Visitor) -> str:
    """Return which state of the pod a page says that it shows."""
    await visitor.get(page)  # the first visit is noted: a change
    found = re.search(r'<body data-as-of="([^"]+)">', (await visitor.get(page)).text)
    assert found
    return found[1]


async def is_told(elm: House, ana: Visitor, since: str) -> bool:
    """Tell whether the stream of a page that shows this state begins with a change."""
    async with _connected(elm) as (reader, writer):
        writer.write(_head(elm, "GET", f"/live?since={since}", cookie=ana.token))
        await reader.readuntil(BEGUN)
        return b"event: changed" in await reader.readuntil(b"\n\n")


async def test_what_changed_while_the_page_was_on_its_way_is_told_at_once(elm: House) -> None:
    ana = elm.somebody("Ana")
    state = await state_of("/board", ana)
    elm.pod.listings.publish(SOUP, audience=Audience.POD)
    assert await is_told(elm, ana, state)
    assert await state_of("/board", ana) != state


async def test_page_that_shows_what_there_is_is_told_nothing(elm: House) -> None:
    ana = elm.somebody("Ana")
    assert not await is_told(elm, ana, await state_of("/board", ana))


async def test_state_of_another_run_is_never_the_one_of_now(elm: House) -> None:
    ana = elm.somebody("Ana")
    _, _, version = (await state_of("/board", ana)).partition("-")
    assert await is_told(elm, ana, f"00000000-{version}")


async def test_stranger_is_told_no_state(elm: House) -> None:
    assert "data-as-of" not in (await elm.stranger.get("/")).text
