"""Every link of a house that is lived in leads somewhere, and links lead to every page."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from protocol.aid.house.rights import Role
from tests.web.filled import AROUND, Crawl, fill
from tests.web.visiting import House, house


@pytest.fixture(name="elm")
async def elm_(tmp_path: Path) -> AsyncIterator[House]:
    async with house(tmp_path / "elm", around=lambda: AROUND) as it:
        yield it


async def test_links_lead_a_steward_to_every_page_and_nowhere_else(elm: House) -> None:
    crawl = Crawl(fill(elm))
    await crawl.run()
    assert crawl.lost == [], "no link leads there: is it on a page, has fill() something to show?"


@pytest.mark.parametrize("role", [Role.MEMBER, Role.GUEST, None])
async def test_no_link_leads_anybody_to_what_is_refused(elm: House, role: Role | None) -> None:
    fill(elm)
    visitor = elm.somebody("Zoe", role) if role else elm.stranger
    assert await Crawl(visitor).run()


async def test_links_of_an_empty_house_lead_somewhere(elm: House) -> None:
    assert await Crawl(elm.somebody("Ana")).run()
