"""How long a person takes, without waiting for it: modelled hands, eyes and Wi-Fi.

After measurements of people on phones: a thumb types some five characters a second or fewer, and
finding a control and reaching it takes about a second and a half. A page, which has 50 kB at most
(test_every_page.py), takes two seconds at the far end of the Wi-Fi. No clock is asked, so that
nothing is told of the machine that runs the tests; what the pod itself takes is measured by
`python -m node.bench`.
"""

from typing import Final

from playwright.async_api import Page

CHARACTERS_S: Final = 5
REACH_S: Final = 1.5
LOADING_S: Final = 2


class Person:
    """Somebody at a page. took_s: so long until now."""

    def __init__(self, page: Page, *, by_keyboard: bool = False) -> None:
        self.page = page
        self.took_s = 0.0
        self._by_keyboard = by_keyboard

    async def open(self, address: str) -> None:
        """Type an address off a flyer, and go there."""
        self.took_s += REACH_S + len(address) / CHARACTERS_S + LOADING_S
        await self.page.goto(address)

    async def type(self, field: str, text: str) -> None:
        """Find a field and type."""
        self.took_s += REACH_S + len(text) / CHARACTERS_S
        if self._by_keyboard:
            await self._tab_to(field)
            await self.page.keyboard.type(text)
        else:
            await self.page.fill(field, text)

    async def follow(self, control: str) -> None:
        """Find a link or a button, use it, and wait until the next page is there."""
        self.took_s += REACH_S + LOADING_S
        if self._by_keyboard:
            await self._tab_to(control)
        async with self.page.expect_navigation():
            if self._by_keyboard:
                await self.page.keyboard.press("Enter")
            else:
                await self.page.tap(control)

    async def _tab_to(self, control: str) -> None:
        """Press Tab until the control has the focus; each press is seen to go somewhere."""
        wanted = self.page.locator(control).first
        for _ in range(80):
            await self.page.keyboard.press("Tab")
            if await wanted.evaluate("it => it === document.activeElement"):
                return
        raise AssertionError(f"{control} is not reached by Tab")
