"""A language written from the right, added to a pod as a neighbour would: the page turns around."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Final

import pytest
from playwright.async_api import Page

from node.words import WORDS
from tests.browser.chromium import Browser
from tests.browser.phone import faults_of, sign_in, sticks_out, walked
from tests.web.filled import fill
from tests.web.visiting import House, house

ARABIC: Final = {"Board": "اللوحة", "Mine": "خاصتي", "More": "المزيد", "Need": "حاجة"}
PAGES: Final = (
    *("/", "/board", "/more", "/directory", "/meetups", "/meetups/new", "/people", "/map"),
    *("/roll-call", "/proposals", "/rules", "/desk", "/neighbours", "/tree", "/notices"),
)
FROM_THE_RIGHT: Final = """() => {
    const [home, nav] = ['.top .home', '.top nav'].map(it => document.querySelector(it));
    return home.getBoundingClientRect().left > nav.getBoundingClientRect().left;
}"""


@pytest.fixture(name="elm")
async def elm_(tmp_path: Path) -> AsyncIterator[House]:
    async with house(tmp_path / "elm") as it:
        yield it


def add_arabic(elm: House) -> None:
    """Put a file of a few words into the pod's folder, beside a running pod."""
    folder = elm.pod.keeper.store.path.parent / WORDS
    folder.mkdir()
    header = 'msgid ""\nmsgstr ""\n"Content-Type: text/plain; charset=utf-8\\n"\n'
    said = "".join(f'\nmsgid "{english}"\nmsgstr "{own}"\n' for english, own in ARABIC.items())
    (folder / "ar.po").write_text(header + said, encoding="utf-8")


async def test_pages_turn_around_and_nothing_sticks_out(elm: House, browser: Browser) -> None:
    steward = fill(elm)
    add_arabic(elm)
    found: list[str] = []

    async def walk(page: Page) -> None:
        await sign_in(page, steward)
        await page.goto(elm.base)
        async with page.expect_navigation():
            await page.click("footer >> text=العربية")
        for path in PAGES:
            await page.goto(elm.base + path)
            html = page.locator("html")
            turned = (await html.get_attribute("lang"), await html.get_attribute("dir"))
            assert turned == ("ar", "rtl"), path
            assert await page.evaluate(FROM_THE_RIGHT), path
            if await sticks_out(page):
                found.append(f"{path} sticks out")
        await page.goto(elm.base + "/board")
        assert await page.locator("h1").inner_text() == "اللوحة"
        found.extend(await faults_of(page))

    await walked(browser, walk)
    assert found == []
