"""Pages in the style that a phone of 2016 makes of the sheet: one column, and all of it there."""

from pathlib import Path

from playwright.async_api import Page, Route

from tests.browser.chromium import Browser
from tests.browser.phone import LARGE, sign_in, sticks_out, walked
from tests.browser.test_every_page import SMALL
from tests.web.filled import fill
from tests.web.old_phones import as_it_is_read
from tests.web.test_old_phones import STYLE
from tests.web.visiting import house

PAGES = (
    "/",
    "/board",
    "/post/need",
    "/mine",
    "/more",
    "/week",
    "/me",
    "/care",
    "/roll-call",
    "/desk",
)


async def test_pages_are_whole_in_the_style_of_2016(tmp_path: Path, browser: Browser) -> None:
    found: list[str] = []

    async def as_old(route: Route) -> None:
        await route.fulfill(body=as_it_is_read(STYLE), content_type="text/css")

    async with house(tmp_path / "elm") as elm:
        steward = fill(elm)

        async def walk(page: Page) -> None:
            await page.route("**/style.*.css", as_old)
            await sign_in(page, steward)
            for path in PAGES:
                await page.goto(elm.base + path)
                found.extend(f"{path}: too small: {it}" for it in await page.evaluate(SMALL))
                found.extend([f"{path} sticks out"] * await sticks_out(page))
                await page.evaluate(LARGE)
                found.extend([f"{path} sticks out in large letters"] * await sticks_out(page))
            columns = await page.evaluate(
                "getComputedStyle(document.querySelector('.cards')).display"
            )
            assert columns == "block"  # the style of 2016 it was

        await walked(browser, walk)
    assert found == []
