"""The cookie of a phone: another one by HTTPS than by HTTP, and as long-lived as its device."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import pytest

from node.aid.devices import LIFE_MS, STEP_MS
from node.web.guard import COOKIE, SECRET_COOKIE
from store.house import devices
from tests.web.visiting import CONFIG, House, Visitor, cookie_of, house


@pytest.fixture(name="ash")
async def ash_(tmp_path: Path) -> AsyncIterator[House]:
    async with house(tmp_path / "ash", replace(CONFIG, web_https=True)) as it:
        yield it


def with_old(visitor: Visitor) -> Visitor:
    """Return a phone that was signed in before the pod had HTTPS."""
    return replace(visitor, token="")


async def test_cookie_that_was_sent_in_the_open_is_good_once_by_https(ash: House) -> None:
    ana = ash.somebody("Ana")
    old = f"{COOKIE}={ana.token}"
    first = await with_old(ana).get("/board", Cookie=old)
    assert first.status == 200
    fresh = cookie_of(first)
    assert fresh not in ("", ana.token)
    said = first.headers["set-cookie"]
    assert said.startswith(f"{SECRET_COOKIE}=")
    assert {"Secure", "HttpOnly", "Path=/", "SameSite=Strict"} <= set(said.split("; "))
    assert (await with_old(ana).get("/board", Cookie=old)).status == 403
    phone = replace(ana, token=fresh)
    assert (await phone.get("/board")).status == 200
    assert (await phone.post("/post/need/food", {"title": "Soup"})).status == 303


async def test_of_two_pages_with_the_old_cookie_at_once_one_gets_the_new_one(ash: House) -> None:
    ana = ash.somebody("Ana")
    old = f"{COOKIE}={ana.token}"
    answers = await asyncio.gather(*(with_old(ana).get("/mine", Cookie=old) for _ in range(4)))
    [fresh] = [found for it in answers if (found := cookie_of(it))]
    assert (await replace(ana, token=fresh).get("/board")).status == 200


async def test_cookie_by_https_is_one_that_plain_http_cannot_plant(ash: House) -> None:
    ana, eve = ash.somebody("Ana"), ash.somebody("Eve")
    both = f"{COOKIE}={eve.token}; {SECRET_COOKIE}={ana.token}"
    page = await with_old(ana).get("/", Cookie=both)
    assert "Hello, <bdi>Ana</bdi>" in page.text
    assert "set-cookie" not in page.headers
    assert (await ana.post("/devices/sign-out")).status == 303
    assert (await ana.get("/board")).status == 403


async def test_phone_in_use_keeps_its_cookie_as_long_as_the_pod_keeps_the_phone(
    tmp_path: Path,
) -> None:
    async with house(tmp_path / "elm") as elm:
        ana = elm.somebody("Ana")
        assert "set-cookie" not in (await ana.get("/board")).headers
        [device] = devices.everybody(elm.pod.keeper.store.connection)
        with elm.pod.keeper.store.atomic(elm.pod.now().wall_ms) as tx:
            devices.extend(tx, device.number, elm.pod.now().wall_ms + LIFE_MS - STEP_MS - 1000)
        again = await ana.get("/board")
        assert cookie_of(again) == ana.token
        assert f"Max-Age={LIFE_MS // 1000}" in again.headers["set-cookie"]
        assert "set-cookie" not in (await ana.get("/board")).headers
