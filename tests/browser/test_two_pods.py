"""Two pods, two stewards, two phones: six words are read from screen to screen (R11)."""

import asyncio
from contextlib import AsyncExitStack
from pathlib import Path

from playwright.async_api import Page

from tests.browser.chromium import TIMEOUT_S, Browser
from tests.browser.phone import PHONE, faults_of, sign_in, sticks_out
from tests.patience import PATIENCE_S
from tests.web.visiting import NodeHouse, Visitor, node_house


async def words_on(page: Page) -> list[str]:
    await page.wait_for_selector(".six li:nth-child(6)")
    return await page.locator(".six li").all_inner_texts()


async def begun(page: Page, visitor: Visitor, address: str = "") -> None:
    """Begin from the pages' menu, as a steward finds it."""
    await sign_in(page, visitor)
    await page.goto(f"{visitor.base}/more")
    await page.click("a[href='/neighbours']")
    await page.click("a[href='/nearby']")
    if address:
        await page.fill("#f-address", address)
    await page.click("text=Begin at this address" if address else "text=Wait for whichever pod")
    await page.wait_for_selector("h1:has-text('Becoming neighbours')")


async def test_two_stewards_compare_words_on_two_phones_and_touch_no_reload(
    tmp_path: Path, browser: Browser
) -> None:
    """Each page goes on by itself: the words come, the other's yes comes, and it is done."""

    async def walking(elm: NodeHouse, ana: Visitor, eli: Visitor) -> None:
        async with AsyncExitStack() as phones:
            here, there = [
                await phones.enter_async_context(browser.page(**PHONE, locale="en-GB"))
                for _ in range(2)
            ]
            for page in (here, there):
                page.set_default_timeout(PATIENCE_S * 1000)
            await begun(there, eli)
            await begun(here, ana, elm.address)
            assert await words_on(here) == await words_on(there)
            for page in (here, there):
                assert not await sticks_out(page)
                assert await faults_of(page) == []
            await here.click("text=All six are the same")
            await here.wait_for_selector("text=Waiting for the people of the other pod")
            await there.click("text=All six are the same")
            for page in (here, there):
                await page.wait_for_selector("text=are neighbours now")
                assert await faults_of(page) == []

    async with (
        node_house(tmp_path / "maple", "Maple Street", patience_s=TIMEOUT_S) as maple,
        node_house(tmp_path / "elm", "Elm Court", patience_s=TIMEOUT_S) as elm,
    ):
        ana, eli = maple.somebody("Ana"), elm.somebody("Eli")
        await browser.await_(walking(elm, ana, eli))
        assert [it.name for it in maple.pod.neighbours.all()] == ["Elm Court"]
        assert [it.name for it in elm.pod.neighbours.all()] == ["Maple Street"]


async def test_without_script_the_page_comes_anew_by_itself(
    tmp_path: Path, browser: Browser
) -> None:
    async def walking(elm: NodeHouse, ana: Visitor, eli: Visitor) -> None:
        options = {**PHONE, "locale": "en-GB", "java_script_enabled": False}
        async with browser.page(**options) as page:
            page.set_default_timeout(PATIENCE_S * 1000)
            await begun(page, ana, elm.address)
            answer = await asyncio.wrap_future(
                asyncio.run_coroutine_threadsafe(eli.post("/nearby"), loop)
            )
            assert answer.status == 303
            assert len(await words_on(page)) == 6

    loop = asyncio.get_running_loop()
    async with (
        node_house(tmp_path / "maple", "Maple Street", patience_s=TIMEOUT_S) as maple,
        node_house(tmp_path / "elm", "Elm Court", patience_s=TIMEOUT_S) as elm,
    ):
        ana, eli = maple.somebody("Ana"), elm.somebody("Eli")
        await browser.await_(walking(elm, ana, eli))
