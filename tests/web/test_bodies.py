"""Bodies and addresses that no browser sends: refused before they are work, and never a fault.

A fault of a page is written down with all its lines, so whoever can make one fills the card.
"""

import asyncio
import logging
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Final

import pytest

from node.pod import Pod
from node.web.guard import FORM_TOKEN
from node.web.site import FAULTS
from tests.web.visiting import Answer, House, Visitor, house

FORM: Final = "application/x-www-form-urlencoded"
PARTS: Final = "multipart/form-data; boundary=x"
BODY: Final = b"code=AAAA"
STRANGE_TYPES: Final = (
    *(f"{FORM}; charset={it}" for it in ("punycode", "utf-16", "zlib", "nope")),
    *(PARTS, "text/plain", "a"),
)
MANY_HEADERS: Final = "".join(f"X{it}: {'a' * 100}\r\n" for it in range(2000))
NAMED: Final = "Content-Disposition: form-data; name="
STRANGE_PARTS: Final = (
    "",
    "--x--\r\n",
    f"--x\r\n{NAMED}a",
    "--x\r\nContent-Disposition: form-data\r\n\r\n1\r\n--x--\r\n",
    f"--x\r\n{NAMED}_charset_\r\n\r\nzlib\r\n--x--\r\n",
    f"--x\r\n{NAMED}_charset_\r\n\r\n{'z' * 40}\r\n--x--\r\n",
    f"--x\r\nContent-Transfer-Encoding: base64\r\n{NAMED}a\r\n\r\n!!!!a\r\n--x--\r\n",
    f"--x\r\nContent-Type: multipart/mixed; boundary=y\r\n{NAMED}a\r\n\r\n--y--\r\n--x--\r\n",
    f"--x\r\n{MANY_HEADERS}\r\n1\r\n--x--\r\n",
)
NUMBERS: Final = ("9" * 5000, "٣" * 5000, "1" * 19, "²", "-1", "1e9")
WAYS_BACK: Final = (
    *("%00", "%7f", "%1b", "%0d%0aX:y"),
    *("%09/evil.example", "%5cevil.example", "/evil.example"),
)


@pytest.fixture(name="elm")
async def elm_(tmp_path: Path) -> AsyncIterator[House]:
    async with house(tmp_path / "elm") as it:
        yield it


async def test_strangers_body_that_needs_unpacking_first_is_refused(
    elm: House, caplog: pytest.LogCaptureFixture
) -> None:
    for said in STRANGE_TYPES:
        assert (await _send(elm.stranger, "/join", BODY, said, "")).status == 415, said
    for packed in ("gzip", "deflate"):
        assert (await _send(elm.stranger, "/join", BODY, FORM, packed)).status == 415, packed
    assert not _faults(caplog)


async def test_programs_body_that_needs_unpacking_first_is_refused(
    elm: House, caplog: pytest.LogCaptureFixture
) -> None:
    tool = elm.tool_of("Ana")
    answer = await tool.call("POST", "/api/listings", b"no gzip", Content_Encoding="gzip")
    assert answer.status == 415
    assert not _faults(caplog)


async def test_form_in_utf_8_is_taken_however_that_is_written(elm: House) -> None:
    for said in (FORM, f"{FORM}; charset=UTF-8", f"{FORM};charset=utf-8"):
        answer = await _send(elm.stranger, "/join", BODY, said, "")
        assert (answer.status, answer.location) == (303, "/join/AAAA")


async def test_strange_parts_are_a_refusal_and_no_fault(
    elm: House, caplog: pytest.LogCaptureFixture
) -> None:
    ana = elm.somebody("Ana")
    token = (
        f'--x\r\nContent-Disposition: form-data; name="{FORM_TOKEN}"\r\n\r\n{ana.form_token}\r\n'
    )
    for body in STRANGE_PARTS:
        for sent in (body, token + body):
            status = (await _send(ana, "/imports", sent.encode(), PARTS, "")).status
            assert 400 <= status < 500, sent[:200]
    assert not _faults(caplog)


async def test_number_that_is_none_is_a_sentence_beside_its_field(
    elm: House, caplog: pytest.LogCaptureFixture
) -> None:
    ana = elm.somebody("Ana")
    soup = {"title": "Soup", "qty": "2"}
    made = (await ana.post("/post/offer/food", soup)).location.partition("?")[0]
    when = {"date": "2030-01-01", "time": "18:00", "gathering": "social", "title": "Tea"}
    for number in NUMBERS:
        for path, fields in (
            ("/post/offer/food", {**soup, "qty": number}),
            (f"{made}/edit", {**soup, "left": number}),
            (f"{made}/ask", {"qty": number}),
            ("/meetups/new", {**when, "capacity": number}),
        ):
            assert (await ana.post(path, fields)).status == 422, (path, number[:20])
    assert not _faults(caplog)


async def test_way_back_leads_to_a_page_of_ours_or_to_the_first(elm: House) -> None:
    for back in WAYS_BACK:
        answer = await elm.stranger.get(f"/language/es?back=/{back}")
        assert (answer.status, answer.location) == (303, "/"), back


async def test_fault_that_comes_again_and_again_does_not_fill_the_log(
    elm: House, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    def break_(_: Pod) -> None:
        raise RuntimeError("a fault of ours")

    monkeypatch.setattr(Pod, "version", break_)
    for _ in range(FAULTS * 3):
        assert (await elm.stranger.get("/")).status == 500
    assert len([it for it in caplog.records if it.name == "node.web.site"]) == FAULTS


def _faults(caplog: pytest.LogCaptureFixture) -> list[str]:
    return [it.getMessage() for it in caplog.records if it.levelno >= logging.WARNING]


async def _send(visitor: Visitor, path: str, body: bytes, said: str, packed: str) -> Answer:
    headers = {"Origin": visitor.base, "Content-Type": said, "Connection": "close"}
    headers |= {"Cookie": f"pod={visitor.token}"} if visitor.token else {}
    url = visitor.base + path
    async with asyncio.timeout(20):
        # Not by aiohttp's own packing: a body that says it is packed, and is not.
        http = visitor.http
        headers |= {"Content-Encoding": packed} if packed else {}
        async with http.post(url, data=body, headers=headers, allow_redirects=False) as answer:
            found = {name.lower(): value for name, value in answer.headers.items()}
            return Answer(answer.status, await answer.text(), found)
