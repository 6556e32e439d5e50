"""On a Wi-Fi without internet phones open small windows by themselves: people join all the same."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from playwright.async_api import Page

from protocol.aid.house.rights import MACHINE
from tests.browser.chromium import Browser
from tests.browser.phone import faults_of, sticks_out, walked
from tests.web.visiting import House, house


@pytest.fixture(name="elm")
async def elm_(tmp_path: Path) -> AsyncIterator[House]:
    async with house(tmp_path / "elm") as it:
        yield it


async def test_small_window_shows_the_way_to_the_browser_where_people_join(
    elm: House, browser: Browser
) -> None:
    """The name is led to the pod by the browser's own rules, as a Wi-Fi's DNS would do."""
    elm.somebody("Ana")
    code = elm.pod.invites.make(MACHINE).code
    port = elm.base.rpartition(":")[2]
    shown: list[str] = []

    async def window(page: Page) -> None:
        await page.goto(f"http://captive.apple.com:{port}/hotspot-detect.html")
        assert await page.context.cookies() == []
        assert await faults_of(page) == []
        assert not await sticks_out(page)
        shown.append(await page.inner_text("b"))

    async def in_the_browser(page: Page) -> None:
        await page.goto(shown[0])
        await page.fill("#f-code", code)
        await page.click("main form button")
        await page.fill("#f-name", "Bo")
        await page.click("main form button")
        await page.wait_for_selector("text=Hello, Bo")

    await walked(browser, window)
    await walked(browser, in_the_browser)
