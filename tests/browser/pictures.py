"""The pictures of pages in docs/: python -m tests.browser.pictures

Made anew from a made-up street, so that they show what the pages are now.
"""

import asyncio
import base64
from collections.abc import Sequence
from contextlib import AsyncExitStack
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Final

from node.aid.listings import BoardQuery
from node.federation import accept, invite
from node.pod import Pod
from node.samples.street import move_in
from protocol.aid.audience import Audience
from protocol.aid.house.rights import MACHINE
from protocol.aid.listing import write_listing
from tests.browser.chromium import Browser
from tests.browser.phone import PHONE, sign_in
from tests.nodes import until
from tests.web.visiting import Visitor, node_house

DOCS: Final = Path(__file__).parents[2] / "docs"
PICTURES: Final[dict[str, tuple[dict[str, Any], tuple[str, ...]]]] = {
    "pages.png": ({"locale": "en-GB"}, ("/", "/board", "/roll-call")),
    "pictures/pages-dark.png": (
        {"locale": "es-ES", "color_scheme": "dark"},
        ("/board", "/neighbours#picture", "/map"),
    ),
    "pictures/pages-wide.png": (
        {"locale": "en-GB", "viewport": {"width": 992, "height": 640}, "is_mobile": False},
        ("/board",),
    ),
}
"""Files to what a phone is like and which pages it shows, side by side."""
STREETS: Final = ("Maple Street", "Oak Lane", "Elm Street", "Canal Row")
OFFERS: Final = (
    ("laundry-showers", "A washing machine, Mondays"),
    ("language-help", "Arabic and French, at the doctor's too"),
    ("utilities-fuel", "Firewood, sawn, you carry it"),
)
"""What each of the other streets has on its board."""
HOUR_S: Final = 3600
FRAME: Final = """<!doctype html><style>body { margin: 0; padding: 16px; display: flex; gap: 16px;
background: #e8ebe8; width: max-content } img { border-radius: 12px; border: 1px solid #9aa19c }
</style>"""


async def main() -> None:
    """Write all pictures."""
    browser = Browser()
    try:
        async with AsyncExitStack() as closing:
            by = await _live_there(closing)
            for file, (options, paths) in PICTURES.items():
                shots = await browser.await_(_shots(browser, by, options, paths))
                await browser.await_(_frame(browser, shots, DOCS / file))
    finally:
        browser.close()


async def _live_there(closing: AsyncExitStack) -> Visitor:
    """Run four pods in a row of streets, with the made-up one among them; return a member of it."""
    folder = Path(closing.enter_context(TemporaryDirectory()))
    maple, *others = [
        await closing.enter_async_context(node_house(folder / str(number), name))
        for number, name in enumerate(STREETS)
    ]
    move_in(maple.pod)
    maple.pod.roll_calls.open(MACHINE, "The power is out. Is everybody all right?")
    before = maple
    for pod, (category, title) in zip(others, OFFERS, strict=True):
        said = {"type": "offer", "category": category, "title": title, "lang": "en"}
        pod.pod.listings.publish(write_listing(said), audience=Audience.NETWORK)
        code = invite(before.pod, [before.address], HOUR_S)
        await accept(pod.pod, code, our_addresses=[pod.address])
        before = maple if pod is others[0] else pod
    await until(lambda: _heard(maple.pod) == len(others))
    maple.pod.neighbours.note_seen()
    member = maple.pod.people.find(MACHINE, "Bashir")
    by = maple.stranger.signed_in(maple.pod.devices.sign_in(member.id, "phone"))
    there = 0
    while there < 5:  # in a row: sessions begin anew, with what is for neighbours alone
        await asyncio.sleep(0.5)
        in_touch = (await by.get("/neighbours")).text.count("there now") == 2
        there = there + 1 if in_touch else 0
    return by


def _heard(pod: Pod) -> int:
    pod.catch_up()
    return len({it.author for it in pod.listings.board(BoardQuery(limit=50))} - {pod.pod_id})


async def _shots(
    browser: Browser, by: Visitor, options: dict[str, Any], paths: Sequence[str]
) -> list[bytes]:
    async with browser.page(**{**PHONE, "reduced_motion": "reduce", **options}) as page:
        await sign_in(page, by)
        found = []
        for path in paths:
            await page.goto(by.base + path)
            found.append(await page.screenshot())
        return found


async def _frame(browser: Browser, shots: Sequence[bytes], file: Path) -> None:
    images = "".join(
        f'<img src="data:image/png;base64,{base64.b64encode(shot).decode()}">' for shot in shots
    )
    async with browser.page(viewport={"width": 1056, "height": 400}) as page:
        await page.set_content(FRAME + images)
        await page.locator("body").screenshot(path=file)


if __name__ == "__main__":
    asyncio.run(main())
