"""Pages speak as a neighbour does: no word of a database or a network in what members read."""

import re
from typing import Final

import pytest

from tests.pages import ROOT
from tests.words import renew

FORBIDDEN: Final = re.compile(
    r"\b(records?|scopes?|sync\w*|nodes?|slots?|tombstones?|epochs?|peers?|federat\w+|payloads?|hash\w*"
    r"|bundles?|sessions?|cach\w+|databases?|json|quotas?|entit\w+|users?|servers?|clients?|sql\w*"
    r"|certificates?|stamps?|shelf|api|urls?|enum|null|boolean|tls|tokens?|mdns|log[- ]?in|password"
    r"|invalid|kinds of records?|authors?|rid|scores?|points?|balances?|ratings?)\b",
    re.IGNORECASE,
)
MEANT: Final = {
    "There is no password: this phone": "says that none is needed",
    "a program, with a token": "for members who write programs",
    "A program with a token may": "the same",
    "The token of “": "the same",
    "Make a token": "the same",
    "made a token for a program": "the same, in the log",
}
"""What may say such a word, by how it begins or what stands in it, and why."""
PAGES: Final = (
    "node/web/templates/",
    "node/web/says.py",
    "node/web/phrases.py",
    "node/web/pages/",
    "node/words/labels",
)


@pytest.fixture(name="said", scope="module")
def said_() -> set[str]:
    return {
        text
        for message in renew.said()
        if any(place.removeprefix("./").startswith(PAGES) for place, _ in message.locations)
        for text in ([message.id] if isinstance(message.id, str) else message.id)
        if text
    }


def test_no_word_of_a_database_is_on_a_page(said: set[str]) -> None:
    assert len(said) > 800
    wrong = {it for it in said if FORBIDDEN.search(re.sub(r"%\(\w+\)s|\{\w+\}", "", it))}
    assert {it for it in wrong if not any(part in it for part in MEANT)} == set()


def test_what_is_excused_is_still_said(said: set[str]) -> None:
    logged = {part for part in MEANT if "log" in MEANT[part]}
    unsaid = {part for part in MEANT if not any(part in it for it in said)}
    assert unsaid <= logged


def test_every_sentence_on_a_page_is_short_enough_to_be_read(said: set[str]) -> None:
    sentences = {part for it in said for part in re.split(r"(?<=[.:;?!])\s+", it)}
    assert {it for it in sentences if len(it.split()) > LONGEST} == set()


LONGEST: Final = 40
"""Words of one sentence. Most have ten."""


def test_numbers_and_days_stand_in_no_template_as_a_format() -> None:
    """Each goes through the reader's language: words.number, words.day and their like."""
    wrong = []
    for file in sorted((ROOT / "node").rglob("templates/*.html")):
        text = file.read_text("utf-8")
        found = re.findall(r"strftime|isoformat|\"%[.\d]*[fd]\"|%Y|%H:%M|\|\s*round", text)
        wrong += [(file.name, it) for it in found]
    assert wrong == []
