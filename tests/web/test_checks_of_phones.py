"""What phones ask of a Wi-Fi to find out whether it has internet, when the answer is the pod's.

A Pi that makes its own Wi-Fi may be what all names lead to. Then these requests come here, by names
that are not ours. docs/pages.md §8 says what was decided, and what phones make of it.
"""

import asyncio
import re
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Final, NamedTuple

import pytest

from protocol.aid.house.rights import MACHINE
from tests.patience import PATIENCE_S
from tests.web.visiting import House, house

MOST_BYTES: Final = 1500
"""One packet: phones ask every few seconds, for days."""


class Check(NamedTuple):
    """What one system asks for. wants: what only the internet would answer."""

    host: str
    path: str
    wants: str
    agent: str = ""


CHECKS: Final = (
    Check("connectivitycheck.gstatic.com", "/generate_204", "204", "Dalvik/2.1.0 (Linux; Android)"),
    Check("www.google.com", "/gen_204", "204", "Mozilla/5.0 (X11; Linux x86_64)"),
    Check("clients3.google.com", "/generate_204", "204"),
    Check("connectivitycheck.platform.hicloud.com", "/generate_204", "204"),
    Check("connect.rom.miui.com", "/generate_204", "204"),
    Check("captive.apple.com", "/hotspot-detect.html", "Success", "CaptiveNetworkSupport wispr"),
    Check("www.apple.com", "/library/test/success.html", "Success"),
    Check("www.msftconnecttest.com", "/connecttest.txt", "Microsoft Connect Test"),
    Check("www.msftconnecttest.com", "/redirect", "302"),
    Check("www.msftncsi.com", "/ncsi.txt", "Microsoft NCSI", "Microsoft NCSI"),
    Check("detectportal.firefox.com", "/canonical.html", "success"),
    Check("detectportal.firefox.com", "/success.txt?ipv4", "success"),
    Check("nmcheck.gnome.org", "/check_network_status.txt", "NetworkManager is online"),
    Check("connectivity-check.ubuntu.com", "/", "online"),
    Check("spectrum.s3.amazonaws.com", "/kindle-wifi/wifistub.html", "81ce4465"),
)


@pytest.fixture(name="elm")
async def elm_(tmp_path: Path) -> AsyncIterator[House]:
    async with house(tmp_path / "elm") as it:
        yield it


async def asked(elm: House, check: Check, *, method: str = "GET", cookie: str = "") -> str:
    """Ask as a phone does, until the pod ends the connection; return all that came, as it came."""
    host, _, port = elm.base.removeprefix("http://").partition(":")
    reader, writer = await asyncio.open_connection(host, int(port))
    lines = [f"{method} {check.path} HTTP/1.1", f"Host: {check.host}"]
    lines += [f"User-Agent: {check.agent}"] * bool(check.agent) + [cookie] * bool(cookie)
    writer.write("\r\n".join([*lines, "Connection: keep-alive", "", ""]).encode())
    try:
        async with asyncio.timeout(PATIENCE_S):
            return (await reader.read()).decode()
    finally:
        writer.close()


@pytest.mark.parametrize("check", CHECKS, ids=lambda it: it.host + it.path)
async def test_check_is_told_shortly_that_this_is_not_the_internet(
    elm: House, check: Check
) -> None:
    answer = await asked(elm, check)
    head, _, body = answer.partition("\r\n\r\n")
    assert head.startswith("HTTP/1.1 421 ")
    for header in ("location:", "set-cookie:", "refresh:"):
        assert header not in head.lower()
    assert "no-store" in head
    assert check.wants not in body
    assert len(answer) < MOST_BYTES
    assert elm.base in body
    assert elm.pod.name not in body, "a page elsewhere that is led here learns nothing"


async def test_answer_brings_nothing_along_that_would_be_asked_for_under_that_name(
    elm: House,
) -> None:
    body = await asked(elm, CHECKS[0])
    assert not re.search(r"(src|href|action)=|http-equiv|<script|<link", body)


async def test_check_with_a_members_cookie_gets_no_more_than_any_other(elm: House) -> None:
    ana = elm.somebody("Ana")
    told = await asked(elm, CHECKS[5], cookie=f"Cookie: pod={ana.token}")
    assert "421" in told.partition("\r\n")[0]
    assert "Ana" not in told


async def test_head_is_answered_without_a_body(elm: House) -> None:
    answer = await asked(elm, CHECKS[0], method="HEAD")
    assert answer.startswith("HTTP/1.1 421 ")
    assert answer.endswith("\r\n\r\n")


async def test_an_hour_of_checks_by_twenty_phones_keeps_nobody_from_joining(elm: House) -> None:
    """They fill no bucket of tries, and leave no connection open."""
    elm.somebody("Ana")
    code = elm.pod.invites.make(MACHINE).code
    for _ in range(10):
        await asyncio.gather(*(asked(elm, check) for check in CHECKS))
    assert "Join" in (await elm.stranger.get(f"/join/{code}")).text
    assert (await elm.stranger.post(f"/join/{code}", {"name": "Bo"})).status == 303


async def test_way_is_shown_in_the_language_of_the_phone(elm: House) -> None:
    answer = await elm.stranger.get("/hotspot-detect.html", Host="captive.apple.com")
    assert 'lang="en"' in answer.text
    answer = await elm.stranger.get(
        "/hotspot-detect.html", Host="captive.apple.com", Accept_Language="es-MX"
    )
    assert 'lang="es"' in answer.text
