"""Twenty phones at once: every answer is right, and holds nothing that is another's."""

import asyncio
import re
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Final

import pytest

from node.bench import town
from protocol.aid.audience import Audience
from protocol.aid.listing import write_listing
from tests.web.test_cost import pages_of
from tests.web.visiting import House, form_token_in, house

LISTINGS: Final = 300
PAGES: Final = 25
"""So many pages each phone opens, not two of them in the same order."""


@pytest.fixture(name="elm")
async def elm_(tmp_path: Path) -> AsyncIterator[House]:
    async with house(tmp_path / "elm") as it:
        yield it


async def test_twenty_phones_get_what_is_theirs_and_nothing_of_others(elm: House) -> None:
    people = [elm.somebody(f"Neighbour {number}") for number in range(town.PHONES)]
    secrets = {it.form_token for it in people} | {it.token for it in people}
    for number in range(LISTINGS):
        listing = write_listing({"type": "need", "category": "food", "title": f"Need {number}"})
        elm.pod.listings.publish(listing, audience=Audience.POD)
    paths = [*(await pages_of(people[1])).values()]

    async def walk(number: int) -> None:
        mine, title = people[number], f"Own soup of {number}."
        # One after the other from one address, as changes are bounded in time; pages are not.
        assert (await mine.post("/post/need/food", {"title": title})).status == 303
        for turn in range(PAGES):
            path = paths[(turn + 7 * number) % len(paths)]
            answer = await mine.get(path)
            assert answer.status < 500, path
            assert not secrets & set(re.findall(r"[\w-]{22,43}", answer.text)) - {mine.form_token}
        own = (await mine.get("/mine")).text
        assert re.findall(r"Own soup of \d+\.", own) == [title]
        assert form_token_in((await mine.get("/me")).text) == mine.form_token

    await asyncio.gather(*map(walk, range(len(people))))
