"""What people come for, from the first page to the last, on an old phone (docs/pages.md §10)."""

from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path
from typing import Any, Final

import pytest
from playwright.async_api import Error, Page

from node.federation import accept, invite
from protocol.aid.audience import Audience
from protocol.aid.house.rights import MACHINE
from protocol.aid.listing import write_listing
from tests.browser.chromium import Browser
from tests.browser.pace import Person
from tests.browser.phone import LARGE, PHONE, faults_of, has_focus, sign_in, sticks_out, walked
from tests.patience import PATIENCE_S
from tests.web.filled import fill
from tests.web.visiting import CONFIG, COOKIE, House, NodeHouse, house, node_house

MOST_S: Final = 60
"""Who has not posted a first need by then goes back to the chat group."""
WAYS: Final = {
    "phone": {},
    "without script": {"java_script_enabled": False},
    "dark": {"color_scheme": "dark"},
    "Spanish": {"locale": "es-MX"},
}


@pytest.fixture(name="elm")
async def elm_(tmp_path: Path) -> AsyncIterator[House]:
    async with house(tmp_path / "elm") as it:
        yield it


# --- A neighbour's first five minutes ---


async def first_need(person: Person, elm: House, code: str) -> None:
    """From the flyer's address and a card's code to a need on the board."""
    await person.open(elm.base)
    await person.type("#f-code", code)
    await person.follow("main form button")
    await person.type("#f-name", "Bo")
    await person.follow("main form button")
    await person.follow("a[href='/post/need']")
    await person.follow("a[href='/post/need/food']")
    await person.type("#f-title", "Soup for two on Friday")
    await person.follow("main form[method=post] button")
    await person.page.wait_for_selector("h1:has-text('Soup for two on Friday')")


@pytest.mark.parametrize("way", WAYS)
async def test_first_need_is_on_the_board_within_a_minute(
    elm: House, browser: Browser, way: str
) -> None:
    elm.somebody("Ana")
    code = elm.pod.invites.make(MACHINE).code
    took: list[float] = []

    async def walk(page: Page) -> None:
        person = Person(page)
        await first_need(person, elm, code)
        took.append(person.took_s)
        await page.goto(f"{elm.base}/board")
        [title] = await page.locator(".cards h2").all_inner_texts()
        assert title.strip() == "Soup for two on Friday"
        assert await page.get_attribute("html", "lang") == ("es" if way == "Spanish" else "en")

    await walked(browser, walk, **WAYS[way])
    assert took[0] < MOST_S


async def test_first_need_is_posted_by_keyboard_alone(elm: House, browser: Browser) -> None:
    elm.somebody("Ana")
    code = elm.pod.invites.make(MACHINE).code

    async def walk(page: Page) -> None:
        await first_need(Person(page, by_keyboard=True), elm, code)
        await page.goto(elm.base)
        await page.keyboard.press("Tab")
        await has_focus(page, ".skip")
        await page.keyboard.press("Enter")
        await has_focus(page, "#main")

    await walked(browser, walk)


async def test_first_need_takes_three_screens_and_two_things_to_say(
    elm: House, browser: Browser
) -> None:
    """What it is about, and a title: from the first page on, nothing else has to be filled in."""
    ana = elm.somebody("Ana")

    async def walk(page: Page) -> None:
        await sign_in(page, ana)
        await page.goto(elm.base)
        for choice in ("/post/need", "/post/need/food"):
            async with page.expect_navigation():
                await page.tap(f"a[href='{choice}']")
        assert await page.locator("[required]").count() == 1
        await page.fill("#f-title", "Soup")
        async with page.expect_navigation():
            await page.tap("main form[method=post] button")
        assert "/board/" in page.url

    await walked(browser, walk)


async def test_everything_on_the_way_in_can_be_read_at_twice_the_size(
    elm: House, browser: Browser
) -> None:
    elm.somebody("Ana")
    code = elm.pod.invites.make(MACHINE).code

    async def walk(page: Page) -> None:
        async def look(_: Any) -> None:
            await page.evaluate(LARGE)
            assert not await sticks_out(page)

        person = Person(page)
        for step in (elm.base, f"{elm.base}/join/{code}"):
            await person.open(step)
            await look(None)
        await person.type("#f-name", "Bo")
        await person.follow("main form button")
        await look(None)
        await person.follow("a[href='/post/need']")
        await look(None)

    await walked(browser, walk)


async def test_phone_is_remembered_and_signed_out_elsewhere_is_out_here(
    elm: House, browser: Browser
) -> None:
    elm.somebody("Ana")
    code = elm.pod.invites.make(MACHINE).code

    async def walk(page: Page) -> None:
        person = Person(page)
        await person.open(f"{elm.base}/join/{code}")
        await person.type("#f-name", "Bo")
        await person.follow("main form button")
        kept = await page.context.storage_state()
        async with browser.page(**PHONE, storage_state=kept) as later:
            await later.goto(elm.base)
            assert await later.locator("h1:has-text('Hello, Bo')").count() == 1
            await page.goto(f"{elm.base}/devices")
            async with page.expect_navigation():
                await page.tap("form[action$='/sign-out'] button >> nth=0")
            answer = await later.goto(f"{elm.base}/board")
            assert answer is not None
            assert answer.status == 403

    await walked(browser, walk)


async def test_neighbour_joins_over_https_once_the_phone_is_told_to_go_on(
    tmp_path: Path, browser: Browser
) -> None:
    """Opt-in HTTPS with a certificate of the pod's own; the page no longer warns of listeners."""
    secret = replace(CONFIG, web_https=True)
    async with house(tmp_path / "ash", secret) as ash:
        ash.somebody("Ana")
        code = ash.pod.invites.make(MACHINE).code
        base = ash.base.replace("http:", "https:")

        async def refused(page: Page) -> None:
            with pytest.raises(Error, match="ERR_CERT"):
                await page.goto(base)

        async def walk(page: Page) -> None:
            person = Person(page)
            await person.open(f"{base}/join/{code}")
            await person.type("#f-name", "Bo")
            await person.follow("main form button")
            assert "Hello, Bo" in await page.inner_text("h1")
            assert "plain HTTP" not in await page.inner_text("body")
            [cookie] = [it for it in await page.context.cookies() if "pod" in str(it["name"])]
            assert cookie["name"] == f"__Host-{COOKIE}"
            assert cookie["secure"]

        await walked(browser, refused)
        await walked(browser, walk, ignore_https_errors=True)


# --- A neighbour without a phone ---


async def test_somebody_posts_for_a_neighbour_without_a_phone_and_it_is_on_paper(
    elm: House, browser: Browser
) -> None:
    """From a slip of paper to the printed board, marked as typed by somebody else."""
    bo = fill(elm)
    rosa = elm.pod.people.add(MACHINE, "Rosa")

    async def walk(page: Page) -> None:
        await sign_in(page, bo)
        await page.goto(f"{elm.base}/post/need/errands")
        await page.fill("#f-title", "Medicine from the chemist")
        await page.tap("summary >> nth=0")
        await page.select_option("select[name=whose]", label=rosa.name)
        await page.check("input[name=audience][value=network]")
        async with page.expect_navigation():
            await page.tap("main form[method=post] button")
        text = await page.inner_text("main")
        assert "Rosa" in text
        assert "Ada" in text, "who typed it is said"
        await page.goto(f"{elm.base}/print/board")
        assert "Medicine from the chemist" in await page.inner_text("main")
        await page.goto(f"{elm.base}/tree")
        assert "Rosa" in await page.inner_text("main")

    await walked(browser, walk)


# --- Ten minutes of a steward ---


async def test_steward_settles_what_waits_and_prints_the_board(
    elm: House, browser: Browser
) -> None:
    steward = fill(elm)

    async def walk(page: Page) -> None:
        await sign_in(page, steward)
        person = Person(page)
        await person.open(f"{elm.base}/desk")
        await person.follow(".why ~ .cards a >> nth=0")
        assert "/board/" in page.url
        await person.follow("form[action$='/promise'] button >> nth=0")
        assert await page.locator("form[action$='/unpromise']").count() == 1
        await person.open(f"{elm.base}/desk")
        await person.follow("main a[href='/print']")
        await person.follow("main a[href='/print/board']")
        assert await page.locator("h1").count() == 1
        assert person.took_s < 10 * 60

    await walked(browser, walk)


# --- Two pods ---


async def test_what_one_pod_posts_the_other_sees_without_a_reload(
    tmp_path: Path, browser: Browser
) -> None:
    """Two real nodes, each with its pages in a browser of its own."""
    async with (
        node_house(tmp_path / "elm", "Elm") as elm,
        node_house(tmp_path / "oak", "Oak") as oak,
    ):
        await accept(oak.pod, invite(elm.pod, [elm.address], 3600), our_addresses=[oak.address])
        ana, bo = elm.somebody("Ana"), oak.somebody("Bo")

        async def walk(here: Page) -> None:
            async with browser.page(**PHONE, locale="es-MX", color_scheme="dark") as there:
                there.set_default_timeout(PATIENCE_S * 1000)
                await sign_in(here, ana)
                await sign_in(there, bo)
                await there.goto(f"{oak.base}/board")
                await there.evaluate("window.wasHereBefore = true")
                await post(here, elm)
                await there.wait_for_selector("text=Escalera larga")
                assert await there.evaluate("window.wasHereBefore"), "it was loaded anew"
                assert "Elm" in await there.inner_text(".cards")
                [lang] = await there.eval_on_selector_all(
                    ".cards bdi[lang]", "all => all.map(it => it.lang)"
                )
                assert lang == "qu", "the words of another language say which it is"
                assert await faults_of(there) == []

        await walked(browser, walk)


async def post(page: Page, elm: NodeHouse) -> None:
    await page.goto(f"{elm.base}/post/offer/items")
    await page.fill("#f-title", "Escalera larga")
    await page.check("input[name=audience][value=network]")
    await page.evaluate("document.querySelector('#f-lang').closest('details').open = true")
    await page.fill("#f-lang", "qu")
    async with page.expect_navigation():
        await page.tap("main form[method=post] button")


# --- For who hears the page ---


async def test_page_is_told_by_headings_landmarks_and_words(elm: House, browser: Browser) -> None:
    """What a screen reader goes by: one h1, landmarks with names, labels, states as words."""
    steward = fill(elm)
    arabic = {"type": "offer", "category": "food", "title": "خبز", "lang": "ar"}
    elm.pod.listings.publish(write_listing(arabic), audience=Audience.POD)

    async def walk(page: Page) -> None:
        await sign_in(page, steward)
        await page.goto(f"{elm.base}/board")
        heard = await page.locator("body").aria_snapshot()
        assert heard.count("[level=1]") == 1
        for landmark in ("banner", "main", "navigation"):
            assert f"- {landmark}" in heard
        assert "Offer" in heard
        assert "Need" in heard
        bread = page.locator("bdi:has-text('خبز')")
        assert await bread.get_attribute("lang") == "ar"
        assert await bread.evaluate("it => getComputedStyle(it).direction") == "rtl"
        for path in ("/neighbours", "/map"):
            await page.goto(elm.base + path)
            heard = await page.locator("main").aria_snapshot()
            assert "- img" in heard
            assert "- list" in heard or "- table" in heard

    await walked(browser, walk)
