"""The members' pages in a real browser: a neighbour with an old phone (docs/pages.md)."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from playwright.async_api import Page

from protocol.aid.audience import Audience
from protocol.aid.house.rights import MACHINE
from protocol.aid.listing import write_listing
from tests.browser.chromium import Browser
from tests.browser.phone import code_of, has_focus, set_up, sticks_out, walked
from tests.web.visiting import House, house


@pytest.fixture(name="elm")
async def elm_(tmp_path: Path) -> AsyncIterator[House]:
    async with house(tmp_path / "elm") as it:
        yield it


async def test_neighbour_joins_by_an_invite_and_reads_spanish(elm: House, browser: Browser) -> None:
    elm.somebody("Ana")
    code = elm.pod.invites.make(MACHINE).code

    async def walk(page: Page) -> None:
        await page.goto(f"{elm.base}/join/{code}")
        assert await page.get_attribute("html", "lang") == "es"
        await page.fill("#f-name", "Bo")
        await page.click("main button")
        await page.wait_for_selector("text=Hola, Bo")
        await page.click("text=Puedo ofrecer…")
        await page.click("text=Ropa")
        await page.fill("#f-title", "Abrigos")
        await page.click("main form button")
        await page.wait_for_selector("text=Ya está en el tablero.")
        await page.click("text=English")
        await page.wait_for_selector("html[lang=en]")

    await walked(browser, walk, locale="es-MX")


async def test_what_is_missing_is_said_beside_the_field_and_what_was_typed_is_kept(
    elm: House, browser: Browser
) -> None:
    code = await code_of(elm)

    async def walk(page: Page) -> None:
        await set_up(page, elm, code)
        await page.goto(f"{elm.base}/post/need/food")
        # The browser's own check is left out, as old ones have none.
        await page.evaluate("document.querySelector('form[method=post]').noValidate = true")
        await page.fill("#f-details", "For Friday")
        await page.click("main form[method=post] button")
        await page.wait_for_selector("#errors")
        await has_focus(page, "#errors")
        assert await page.input_value("#f-details") == "For Friday"
        assert await page.get_attribute("#f-title", "aria-invalid") == "true"
        await page.click("#errors a")
        await has_focus(page, "#f-title")

    await walked(browser, walk)


async def test_open_board_shows_what_came_without_a_reload(elm: House, browser: Browser) -> None:
    code = await code_of(elm)

    async def walk(page: Page) -> None:
        await set_up(page, elm, code)
        await page.goto(f"{elm.base}/board")
        await page.evaluate("document.querySelector('[data-live] > p').asItWas = true")
        listing = write_listing({"type": "offer", "category": "items", "title": "Chairs"})
        elm.pod.listings.publish(listing, audience=Audience.POD)
        await page.wait_for_selector("text=Chairs")
        # What did not change is not put in anew: a screen reader would read it once more.
        assert await page.evaluate("document.querySelector('[data-live] > p').asItWas")

    await walked(browser, walk)


async def test_roll_call_reaches_whoever_has_a_page_open(elm: House, browser: Browser) -> None:
    code = await code_of(elm)

    async def walk(page: Page) -> None:
        await set_up(page, elm, code)
        await page.goto(f"{elm.base}/board")
        elm.pod.roll_calls.open(MACHINE, "The power is out")
        await page.wait_for_selector("#asked >> text=The power is out")
        assert not await sticks_out(page)
        await page.click("#asked button[value=ok]")
        await page.wait_for_url(f"{elm.base}/roll-call?noted=1")
        await page.goto(elm.base)
        await page.wait_for_selector("#asked >> text=You said")

    await walked(browser, walk)
    board = elm.pod.roll_calls.board(MACHINE)
    assert board is not None
    assert [it.check_in is not None for it in board.lines] == [True]


async def test_nothing_is_loaded_from_elsewhere(elm: House, browser: Browser) -> None:
    code = await code_of(elm)
    asked: list[str] = []

    async def walk(page: Page) -> None:
        page.on("request", lambda request: asked.append(request.url))
        await set_up(page, elm, code)
        for path in ("/board", "/more", "/print"):
            await page.goto(elm.base + path)

    await walked(browser, walk)
    assert [url for url in asked if not url.startswith((elm.base, "data:"))] == []
    styles = [url for url in asked if url.endswith(".css")]
    assert len(set(styles)) == 1
