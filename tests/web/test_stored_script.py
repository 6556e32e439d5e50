"""What a hostile neighbour writes into every text of every kind is shown as text, on every page.

Pages are found by following links, so one that is added is looked at too; so are the feed, the
calendar, HSDS and the printed sheets.
"""

import json
import xml.etree.ElementTree as ET
from collections.abc import AsyncIterator, Iterator
from html.parser import HTMLParser
from pathlib import Path
from typing import Any, Final

import pytest
from icalendar import Calendar

from node.bench import corpus
from node.bench.corpus import Unsigned
from protocol.aid import BODIES
from protocol.aid.body import Body
from protocol.aid.reference import refer
from protocol.codec import encode
from protocol.errors import UnfitBody
from tests.aid.bodies import FULL
from tests.web.test_cost import pages_of
from tests.web.visiting import House, house

SCRIPTS: Final = (
    "<script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "' onmouseover='alert(1)",
    "{{ 'zq' * 3 }}",
)
TEN_MINUTES_MS: Final = 600_000


class Found(HTMLParser):
    """Reads a page and notes whatever would run."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.faults: list[str] = []
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        said = dict(attrs)
        if tag == "script" and not str(said.get("src", "")).startswith("/static/"):
            self.faults.append("script")
        if tag in ("img", "iframe", "object", "embed") and not str(said.get("src")).startswith(
            "data:"
        ):
            self.faults.append(tag)
        self.faults += [name for name in said if name.startswith("on")]
        self.faults += [
            str(value)
            for name, value in attrs
            if name in ("href", "src", "action") and "script:" in str(value).lower()
        ]

    handle_startendtag = handle_starttag


def hostile(kind: type[Body], script: str, target: str) -> Iterator[Body]:
    """Yield the fullest body of a kind with script in one text after the other that takes it."""
    whole: dict[str, Any] = {**FULL[kind.NAME]}
    for field in ("target", "proposal"):
        if field in whole:
            whole[field] = target
    whole.pop("lang", None)
    taken: dict[str, Any] = {}
    for field, value in whole.items():
        for tried in (script, (script,)) if isinstance(value, str | tuple) else ():
            try:
                kind.read(encode(whole | {field: tried}))
            except UnfitBody:
                continue
            taken[field] = tried
            break
    yield kind.read(encode(whole | taken))


@pytest.fixture(name="elm")
async def elm_(tmp_path: Path) -> AsyncIterator[House]:
    async with house(tmp_path / "elm") as it:
        yield it


@pytest.mark.parametrize("script", SCRIPTS)
async def test_hostile_neighbour_runs_nothing_on_any_page(elm: House, script: str) -> None:
    ana = elm.somebody("Ana")
    corpus.bring_into_reach(elm.pod, elm.pod.now())
    author, now = corpus.authors()[0], elm.pod.now()
    place = refer(author.certificate.pod_id, b"r" * 16)
    bodies = [body for kind in BODIES.values() for body in hostile(kind, script, place)]
    assert len(bodies) == len(BODIES)
    stamp_ms = now.wall_ms - TEN_MINUTES_MS
    records = [
        Unsigned(author, it.CODE, it.only_rid() or b"r" * 16, stamp_ms, it.to_payload())
        for it in bodies
    ]
    corpus.fill(elm.pod.keeper, records, now)
    shown = 0
    for path in (await pages_of(ana)).values():
        answer = await ana.get(path)
        kind = answer.headers.get("content-type", "")
        assert "zqzqzq" not in answer.text, path
        if kind.startswith("text/html"):
            assert Found(answer.text).faults == [], path
            shown += "alert(1)" in answer.text or "* 3 }}" in answer.text
        elif "calendar" in kind:
            assert [it.name for it in Calendar.from_ical(answer.text).walk()]
        elif "xml" in kind:
            ET.fromstring(answer.text)
        elif "json" in kind:
            json.loads(answer.text)
    assert shown >= 8  # it was there to be seen
