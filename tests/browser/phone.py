"""A neighbour's old phone, and how its pages are looked at."""

from collections.abc import Callable, Coroutine
from pathlib import Path
from typing import Any, Final

from axe_playwright_python.base import AXE_FILE_PATH
from playwright.async_api import Page

from tests.browser.chromium import Browser
from tests.patience import PATIENCE_S
from tests.web.visiting import COOKIE, House, Visitor

PHONE: Final = {"viewport": {"width": 320, "height": 640}, "has_touch": True, "is_mobile": True}
AXE: Final = Path(AXE_FILE_PATH).read_text("utf-8")
RULES: Final = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
LARGE: Final = "document.documentElement.style.fontSize = '225%'"
"""Letters of twice the size that the style sheet asks for."""
Walk = Callable[[Page], Coroutine[Any, Any, None]]


async def walked(browser: Browser, walk: Walk, **options: Any) -> None:
    """Walk with a phone of its own. options: of a browser context."""

    async def walking() -> None:
        async with browser.page(**{**PHONE, "locale": "en-GB", **options}) as page:
            page.set_default_timeout(PATIENCE_S * 1000)
            await walk(page)

    await browser.await_(walking())


async def set_up(page: Page, elm: House, code: str) -> None:
    """Become the first steward of a new pod."""
    await page.goto(f"{elm.base}/setup/{code}")
    await page.fill("#f-name", "Ana")
    await page.click("main button")
    await page.wait_for_url(f"{elm.base}/")


async def code_of(elm: House) -> str:
    """Return the code that the console shows."""
    code = await elm.pages.setup_code()
    assert code is not None
    return code


async def sign_in(page: Page, visitor: Visitor) -> None:
    """Make the phone a device of somebody who is in already."""
    await page.context.add_cookies([{"name": COOKIE, "value": visitor.token, "url": visitor.base}])


async def has_focus(page: Page, selector: str) -> None:
    """Wait until the focus is there: a browser sets it when it draws, maybe after it has loaded."""
    await page.wait_for_selector(f"{selector}:focus")


async def sticks_out(page: Page) -> bool:
    """Tell whether anything sticks out to the side.

    Not compared with innerWidth: a phone zooms out until all is in, and innerWidth grows.
    """
    wide: bool = await page.evaluate(
        "document.documentElement.scrollWidth > document.documentElement.clientWidth"
    )
    return wide


async def faults_of(page: Page, rules: list[str] = RULES) -> list[str]:
    """Return what axe finds. It is put in past the page's policy, as an extension is."""
    if not await page.evaluate("'axe' in window"):
        await page.evaluate(AXE)
    how = {"runOnly": rules, "resultTypes": ["violations"], "iframes": False}
    found = await page.evaluate("how => axe.run(how)", how)
    return [f"{it['id']}: {it['nodes'][0]['html'][:120]}" for it in found["violations"]]
