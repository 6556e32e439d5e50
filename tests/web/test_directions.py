"""What people wrote keeps its own direction and says its language, on every page.

A street whose people write Arabic, read by somebody who reads Spanish: each text of theirs must
stand in an element of its own direction, or the words around it are shuffled; and where a listing
says its language, so must the page, or a screen reader reads it in the wrong voice.
"""

import re
from collections.abc import AsyncIterator, Mapping
from html.parser import HTMLParser
from pathlib import Path
from typing import Any, Final

import pytest

from node.samples.street import Street, read_street
from protocol.aid.house.ask import Ask
from protocol.aid.house.rights import MACHINE
from protocol.aid.house.roll_call import Answer
from store.aid import BoardQuery
from tests.web.filled import Crawl, meet_oak
from tests.web.visiting import House, Visitor, house

MARK: Final = "ض"
"""An Arabic letter: it stands in all that the people of this street write."""
WRITTEN: Final = frozenset(
    (
        *(
            "who",
            "pair",
            "viewers",
            "typed_by",
            "name",
            "title",
            "details",
            "text",
            "note",
            "words",
        ),
        *("about", "how", "how_best", "place", "access", "org", "address", "eligibility", "source"),
        *("hours_words", "paper_copy", "made_by", "question", "zone_name", "zone_words"),
        *(
            "words",
            "bounds",
            "what",
            "safe_places",
            "pronouns",
            "when",
            "repeats_words",
            "by",
            "unit",
        ),
    )
)
ISOLATED: Final = re.compile("\u2068[^\u2069]*\u2069")
"""What keeps its own direction by signs around it: errors, which are no HTML."""
IN_ARABIC: Final = "ض بالعربية"
VOID: Final = frozenset(("input", "meta", "link", "br", "hr", "img", "use", "path"))


def arabic(said: Any, key: str = "") -> Any:
    """Return a section of the street, each text that people write with the mark."""
    if isinstance(said, Mapping):
        return {name: arabic(value, name) for name, value in said.items()}
    if isinstance(said, list | tuple):
        return [arabic(each, key) for each in said]
    return f"{MARK} {said}" if key in WRITTEN and isinstance(said, str) else said


@pytest.fixture(name="elm")
async def elm_(tmp_path: Path) -> AsyncIterator[House]:
    async with house(tmp_path / "elm") as it:
        yield it


def move_in(elm: House) -> Visitor:
    pod = elm.pod
    Street(pod, arabic(read_street())).move_in()
    steward = pod.people.find(MACHINE, f"{MARK} Ada")
    by = pod.people.viewer(steward.id)
    meet_oak(pod, f"{MARK} Oak")
    ours = pod.listings.board(BoardQuery(author=pod.pod_id, limit=50))
    first = next(it for it in ours if it.listing.repeats == "none")
    said = {"title": IN_ARABIC, "details": IN_ARABIC, "lang": "ar"}
    pod.listings.edit(first.rid, first.listing.model_copy(update=said))
    pod.answers.ask(first.rid, Ask(by=f"{MARK} Rosa", words=f"{MARK} please"))
    pod.roll_calls.open(by, f"{MARK} all well?")
    pod.roll_calls.check_in(by, steward.id, Answer.OK)
    return elm.stranger.signed_in(pod.devices.sign_in(steward.id, "phone"))


class Marked(HTMLParser):
    """Finds texts with the mark that inherit the page's direction, or say no language."""

    def __init__(self) -> None:
        super().__init__()
        self.wrong: list[str] = []
        self.count = 0
        self._open: list[tuple[str, bool, str]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        has_own = tag == "bdi" or given.get("dir") == "auto"
        shown = tag == "input" and given.get("type") != "hidden"
        if shown and MARK in (given.get("value") or "") and not has_own:
            self.wrong.append(f"<input {given.get('name')}>")
        if tag not in VOID:
            outer = self._open[-1] if self._open else ("", False, "")
            self._open.append((tag, has_own or outer[1], given.get("lang") or outer[2]))

    def handle_endtag(self, tag: str) -> None:
        while self._open and self._open.pop()[0] != tag:
            pass

    def handle_data(self, data: str) -> None:
        data = ISOLATED.sub("", data)
        if MARK not in data or not self._open or any(it[0] == "title" for it in self._open):
            return
        self.count += 1
        tag, has_own, lang = self._open[-1]
        said = re.sub(r"\s+", " ", data.strip())[:60]
        if not has_own:
            self.wrong.append(f"<{tag}>{said}: no direction of its own")
        if IN_ARABIC in data and tag not in {"option", "textarea"} and lang != "ar":
            self.wrong.append(f"<{tag}>{said}: in {lang or 'no language'}")


async def test_each_text_of_people_keeps_its_direction_and_says_its_language(elm: House) -> None:
    steward = move_in(elm)
    crawl = Crawl(steward)
    await crawl.run()
    wrong, count = [], 0
    for path in crawl.pages:
        answer = await steward.get(path, Accept_Language="es")
        if answer.headers.get("content-type", "").startswith("text/html"):
            marked = Marked()
            marked.feed(answer.text)
            wrong += [f"{path}: {it}" for it in marked.wrong]
            count += marked.count
    assert "\n".join(wrong) == ""
    assert count > 300


@pytest.mark.parametrize(
    ("html", "said"),
    [
        (f"<html lang=es><p>{MARK}</p>", ["no direction"]),
        (f"<p><bdi>{MARK}</bdi> {MARK}</p>", ["no direction"]),
        (f'<p dir="auto">{MARK}</p><p>{MARK}', ["no direction"]),
        (f'<p dir="auto" lang="es">{IN_ARABIC}</p>', ["in es"]),
        (f'<input name="title" value="{MARK}">', ["<input title>"]),
        (f'<p dir="auto" lang="ar"><br>{IN_ARABIC}<b>{MARK}</b></p>', []),
    ],
)
def test_what_is_looked_for_is_found(html: str, said: list[str]) -> None:
    marked = Marked()
    marked.feed(html)
    assert len(marked.wrong) == len(said)
    assert all(part in wrong for part, wrong in zip(said, marked.wrong, strict=True))
