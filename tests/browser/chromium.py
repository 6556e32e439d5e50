"""One Chromium for a whole run of tests, the distribution's: pages and sheets as people see them.

It lives on an event loop in a thread of its own, so any test can use it, whatever loop that test
has: `browser.run(coroutine)` waits for it, `await browser.await_(coroutine)` leaves a test's loop
free to answer what the page asks.
"""

import asyncio
import os
import shutil
import threading
from collections.abc import AsyncIterator, Coroutine
from contextlib import asynccontextmanager
from pathlib import Path
from tempfile import mkdtemp
from typing import Any, Final, TypeVar

import pytest
from playwright.async_api import Browser as Playing
from playwright.async_api import Error, Page, Playwright, async_playwright

_T = TypeVar("_T")

TIMEOUT_S: Final = 500
_LAST_LOOK_S: Final = 20
_NAMES: Final = ("chromium", "chromium-browser", "google-chrome")
_ARGUMENTS: Final = (
    # Tests run as root in bare machines, where Chromium's own sandbox cannot.
    "--no-sandbox",
    "--disable-gpu",
    # Containers may have a small /dev/shm, and a page that finds no room there dies.
    "--disable-dev-shm-usage",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    # A Wi-Fi where this name leads to the pod, as a window would see it that looks for internet.
    "--host-resolver-rules=MAP captive.apple.com 127.0.0.1",
)


def need(*programs: str) -> list[str]:
    """Return where these programs are; without one skip, or fail where BROWSER_REQUIRED=1."""
    found = {name: shutil.which(name) for name in programs}
    missing = [name for name, path in found.items() if path is None]
    if missing:
        _give_up(f"there is no {' and no '.join(missing)} here")
    return [path for path in found.values() if path]


def _give_up(why: str) -> None:
    if os.environ.get("BROWSER_REQUIRED") == "1":
        pytest.fail(why)
    pytest.skip(why)


class Browser:
    """Chromium, running. Close it."""

    def __init__(self) -> None:
        path = next(filter(None, map(shutil.which, _NAMES)), None)
        if path is None:
            _give_up("there is no Chromium here")
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, name="browser", daemon=True)
        self._thread.start()
        self._playwright, self._browser = self.run(_launch(str(path)))

    def run(self, work: Coroutine[Any, Any, _T]) -> _T:
        """Do work on the browser's loop and return what it returns."""
        return asyncio.run_coroutine_threadsafe(work, self._loop).result(TIMEOUT_S)

    async def await_(self, work: Coroutine[Any, Any, _T]) -> _T:
        """As run, for a test whose own loop has to go on meanwhile."""
        future = asyncio.run_coroutine_threadsafe(work, self._loop)
        return await asyncio.wait_for(asyncio.wrap_future(future), TIMEOUT_S)

    @asynccontextmanager
    async def page(self, **options: Any) -> AsyncIterator[Page]:
        """Give a page of its own: no cookie, no cache of another test. On the browser's loop.

        What fails in the block is told with what the page showed then.
        """
        context = await self._browser.new_context(**options)
        try:
            page = await context.new_page()
            said: list[str] = []
            page.on("console", lambda it: said.append(f"console: {it.text}"))
            page.on("pageerror", lambda it: said.append(f"script: {it}"))
            try:
                yield page
            except Exception as err:
                err.add_note(await _as_it_was(page, said))
                raise
        finally:
            await context.close()

    def close(self) -> None:
        self.run(self._browser.close())
        self.run(self._playwright.stop())
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()


async def _as_it_was(page: Page, said: list[str]) -> str:
    """Return where a page was, what stood there, and where its picture is."""
    told = [f"--- page {page.url}", *said[-20:]]
    try:
        async with asyncio.timeout(_LAST_LOOK_S):
            told.append(await page.content())
            picture = Path(mkdtemp(prefix="page-")) / "page.png"
            await page.screenshot(path=picture)
            told.append(f"--- its picture: {picture}")
    except (Error, TimeoutError) as err:
        told.append(f"--- no more could be seen: {type(err).__name__}")
    return "\n".join(told)


async def _launch(path: str) -> tuple[Playwright, Playing]:
    playwright = await async_playwright().start()
    browser = await playwright.chromium.launch(executable_path=path, args=list(_ARGUMENTS))
    return playwright, browser
