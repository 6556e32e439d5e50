"""Every page that there is, in a house that is lived in and in an empty one (docs/pages.md)."""

import re
from collections.abc import AsyncIterator, Iterable
from pathlib import Path
from typing import Final

import pytest
from playwright.async_api import Page

from protocol.aid.house.rights import MACHINE
from tests.browser.chromium import Browser
from tests.browser.phone import LARGE, code_of, faults_of, has_focus, sign_in, sticks_out, walked
from tests.web.filled import AROUND, fill, pages_of
from tests.web.visiting import House, Visitor, house

MOST_BYTES: Final = 50_000
"""Without pictures: what an old phone at the far end of the Wi-Fi has in a second or two."""
SMALL: Final = """() => [...document.querySelectorAll(
    'button, summary, select, textarea, input, nav a, .button, .choices a, :is(h2, h3, h4) a')]
    .map(it => /checkbox|radio/.test(it.type) ? it.closest('label') || it : it)
    .map(it => getComputedStyle(it, '::after').position === 'absolute' ? it.closest('li') : it)
    .filter(it => it.getClientRects().length)
    .map(it => [it.outerHTML.slice(0, 90), it.getBoundingClientRect()])
    .filter(([, box]) => Math.min(box.width, box.height) < 43.5).map(([html]) => html)"""
ALIKE: Final = """() => {
    const seen = new Map(), name = it => it.textContent.replace(/\\s+/g, ' ').trim();
    const sent = it => [...it.form.querySelectorAll('[type=hidden], select')].map(it => it.value);
    const does = it => it.href || [it.form.action, it.name, it.value, ...sent(it)].join(' ');
    return [...document.querySelectorAll('a[href], main form[method=post] button')]
        .filter(it => name(it) && seen.set(name(it), seen.get(name(it)) || does(it)).get(name(it))
            !== does(it)).map(name);
}"""
"""Links and buttons that are called alike and do not do the same: heard alone, which is which?"""
FORMS_IN: Final = """text => [...new DOMParser().parseFromString(text, 'text/html').forms]
    .filter(it => it.querySelector('[required]')).map(it => it.getAttribute('action') || '')"""
FORMS: Final = "[...document.forms].filter(it => it.querySelector('[required]'))"
SEND_EMPTY: Final = f"""number => {{
    const form = {FORMS}[number];
    const typed = 'input:not([type=hidden]):not([type=radio]):not([type=checkbox]), textarea';
    form.querySelectorAll(typed).forEach(it => it.value = '');
    form.noValidate = true;
    form.requestSubmit();
}}"""
PLANTED: Final = """() => {
    document.querySelector('label').remove();
    for (const path of ['/board', '/more']) {
        const link = document.createElement('a');
        link.href = path;
        link.textContent = 'again';
        document.querySelector('main').append(link);
    }
    const one = document.createElement('h1');
    one.innerHTML = '<button></button>wide';
    one.firstChild.className = 'planted';
    document.querySelector('main').append(one);
    const sheet = new CSSStyleSheet();
    sheet.replaceSync('.planted { min-height: 0; padding: 0; width: 20px } ' +
        'h1 { width: 900px; color: #777; background: #888 }');
    document.adoptedStyleSheets = [sheet];
}"""
COUNTS: Final = """() => ['link[rel=stylesheet]', 'script', 'style, [style]', 'h1', 'main']
    .map(it => document.querySelectorAll(it).length)"""


@pytest.fixture(name="elm")
async def elm_(tmp_path: Path) -> AsyncIterator[House]:
    async with house(tmp_path / "elm", around=lambda: AROUND) as it:
        yield it


async def test_every_page_of_a_lived_in_house_is_for_everybody(
    elm: House, browser: Browser
) -> None:
    steward = fill(elm)
    paths = await pages_of(steward)
    assert await faults_in(browser, elm, steward, paths) == []


async def test_every_page_of_an_empty_house_is_for_everybody(elm: House, browser: Browser) -> None:
    steward = elm.somebody("Ana")
    paths = await pages_of(steward)
    lists = [it for it in paths if not re.search("/(new|post|print)", it)]
    assert await faults_in(browser, elm, steward, lists) == []


async def test_pages_for_strangers_and_of_codes_and_refusals_are_for_everybody(
    elm: House, browser: Browser
) -> None:
    setup = [f"/setup/{await code_of(elm)}"]
    assert await faults_in(browser, elm, None, setup) == []
    fill(elm)
    invite = elm.pod.invites.make(MACHINE).code
    device = elm.pod.devices.make_code(MACHINE, elm.pod.people.members(MACHINE)[0].id)
    codes = [f"/join/{invite}", f"/phone/{device}"]
    refused = ["/desk", "/nowhere", f"/board/{'0' * 32}"]
    assert await faults_in(browser, elm, None, ["/", *codes, *refused]) == []
    assert await faults_in(browser, elm, elm.somebody("Zoe"), refused) == []


BUTTONS: Final = {
    "/invites": "form[action='/invites'] button",
    "/devices": "form[action='/devices/add'] button",
    "/neighbours/invite": "form[action='/neighbours/invite'] button",
    "/people": ".cards li:nth-child(2) a",
}
"""Where a code, an invitation or a person is shown by a button or a link, and by which."""


async def test_what_a_button_shows_is_for_everybody(elm: House, browser: Browser) -> None:
    """Codes and pictures of them, which are shown once and have no address to come back to."""
    steward = fill(elm)
    found: list[str] = []

    async def walk(page: Page) -> None:
        await sign_in(page, steward)
        for path, button in BUTTONS.items():
            await page.goto(elm.base + path)
            async with page.expect_navigation():
                await page.tap(f"{button} >> nth=0")
            found.extend(f"{path}: {it}" for it in await faults_here(page))
        assert "/people/" in page.url
        async with page.expect_navigation():
            await page.tap("form[action$='/code'] button")
        found.extend(f"a code for a phone: {it}" for it in await faults_here(page))

    await walked(browser, walk)
    assert found == []


async def test_pages_fit_in_longer_languages_too(elm: House, browser: Browser) -> None:
    steward = fill(elm)
    paths = [it for it in await pages_of(steward) if "/print/" not in it]
    wide: list[str] = []

    async def walk(page: Page) -> None:
        await sign_in(page, steward)
        for path in paths:
            await page.goto(elm.base + path)
            wide.extend([path] * await sticks_out(page))
            await page.evaluate(LARGE)
            wide.extend([path] * await sticks_out(page))

    await walked(browser, walk, locale="es-MX")
    assert wide == []


async def test_every_form_that_is_sent_empty_says_beside_the_fields_what_is_missing(
    elm: House, browser: Browser
) -> None:
    steward = fill(elm)
    paths = await pages_of(steward)
    found: list[str] = []

    async def walk(page: Page) -> None:
        await sign_in(page, steward)
        for path, number in (await forms_of(page, elm, paths)).values():
            await page.goto(elm.base + path)
            async with page.expect_navigation():
                await page.evaluate(SEND_EMPTY, number)
            await has_focus(page, "#errors")
            assert await page.locator("[aria-invalid=true]").count(), path
            found.extend(f"{path}, sent empty: {it}" for it in await faults_of(page))

    await walked(browser, walk)
    assert found == []


async def forms_of(page: Page, elm: House, paths: Iterable[str]) -> dict[str, tuple[str, int]]:
    """Return where each form with a field that is needed stands: its page, its place on it."""
    found: dict[str, tuple[str, int]] = {}
    for path in paths:
        answer = await page.request.get(elm.base + path)
        actions = await page.evaluate(FORMS_IN, await answer.text())
        for number, action in enumerate(actions):
            found.setdefault(re.sub("[0-9a-f]{32}", "", action or path), (path, number))
    return found


async def test_what_is_looked_for_is_found(elm: House, browser: Browser) -> None:
    """A page with one fault of each sort: the walk above would not be silent about it."""

    async def walk(page: Page) -> None:
        await page.goto(elm.base)
        assert await faults_here(page) == []
        await page.evaluate(PLANTED)
        said = " ".join(await faults_here(page))
        for word in (
            "called alike: again",
            "label:",
            "sticks out",
            "too small",
            "not one h1",
            "color-contrast",
        ):
            assert word in said

    await walked(browser, walk)


# --- What is looked at on each page ---


async def faults_in(
    browser: Browser, elm: House, visitor: Visitor | None, paths: Iterable[str]
) -> list[str]:
    """Return what is wrong on these pages, as one visitor sees them with one phone."""
    found: list[str] = []

    async def walk(page: Page) -> None:
        if visitor is not None:
            await sign_in(page, visitor)
        for path in paths:
            answer = await page.goto(elm.base + path)
            assert answer is not None
            text = re.sub(r"data:[^\"]*", "", await answer.text())
            if len(text.encode()) > MOST_BYTES:
                found.append(f"{path}: {len(text.encode())} bytes")
            look = faults_of_paper if "/print/" in path else faults_here
            found.extend(f"{path}: {it}" for it in await look(page))

    await walked(browser, walk)
    return found


async def faults_here(page: Page) -> list[str]:
    """Return what is wrong with the page that is open, in light and dark, and in large letters."""
    styles, scripts, inline, headings, mains = await page.evaluate(COUNTS)
    found = await faults_of(page)
    found += [f"too small: {it}" for it in await page.evaluate(SMALL)]
    found += [f"called alike: {it}" for it in await page.evaluate(ALIKE)]
    found += ["more than one style or script"] if styles > 1 or scripts > 1 else []
    found += ["style inside"] if inline else []
    found += ["not one h1 and one main"] if (headings, mains) != (1, 1) else []
    found += ["sticks out"] if await sticks_out(page) else []
    await page.emulate_media(color_scheme="dark")
    found += [f"dark: {it}" for it in await faults_of(page, ["color-contrast"])]
    await page.emulate_media(color_scheme="light")
    await page.evaluate(LARGE)
    found += ["sticks out in large letters"] if await sticks_out(page) else []
    return found


async def faults_of_paper(page: Page) -> list[str]:
    """Return what is wrong with a sheet: it has the width of paper, and a style of its own."""
    return await faults_of(page)
