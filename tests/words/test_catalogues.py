"""Every word of pages and paper is there in every language; a slip in a catalogue harms no page."""

from enum import StrEnum
from typing import get_args

import pytest
from babel.messages.catalog import Catalog

from node.words import labels
from node.words.catalogue import catalogues, faults, read_catalogue
from protocol.aid import event, listing, resource
from protocol.aid.audience import Audience
from protocol.aid.house import member, proposal, roll_call
from tests.words import renew

COMPLETE = ("es",)
"""Languages in which nothing may be missing. Others say the rest in English."""


def catalogue(tag: str) -> Catalog:
    return read_catalogue(catalogues()[tag].read_bytes())


@pytest.mark.parametrize("tag", COMPLETE)
def test_every_message_is_translated(tag: str) -> None:
    found = catalogue(tag)
    said = [it for it in renew.said() if it.id]
    assert len(said) > 40
    assert [it.id for it in said if not _is_said(found, it.id, it.context)] == []


def _is_said(found: Catalog, id_: str | tuple[str, ...], context: str | None) -> bool:
    message = found.get(id_, context)
    if message is None:
        return False
    forms = (message.string,) if isinstance(message.string, str) else tuple(message.string)
    return all(forms) and len(forms) == (1 if isinstance(id_, str) else found.num_plurals)


@pytest.mark.parametrize("tag", catalogues())
def test_no_catalogue_says_what_nobody_says_any_more(tag: str) -> None:
    content = catalogues()[tag].read_bytes()
    assert renew.renewed(content, renew.said()) == content, "run: python -m tests.words.renew"


@pytest.mark.parametrize("tag", catalogues())
def test_no_translation_breaks_its_sentence(tag: str) -> None:
    assert {it.id: faults(it) for it in catalogue(tag) if it.id and faults(it)} == {}


@pytest.mark.parametrize(
    ("table", "ids"),
    [
        (labels.TYPES, listing.Type),
        (labels.MODES, listing.Mode),
        (labels.REPEATS, listing.Repeats),
        (labels.URGENCIES, listing.Urgency),
        (labels.REPLY_WAYS, listing.ReplyVia),
        (labels.CONTACTS, member.ContactType),
        (labels.COSTS, resource.Cost),
        (labels.PROVIDES, event.Provides),
    ],
)
def test_every_id_has_words(table: dict[str, str], ids: object) -> None:
    assert table.keys() == set(get_args(ids))


@pytest.mark.parametrize(
    ("table", "enum"), [(labels.CHECK_INS, roll_call.Answer), (labels.STANDS, proposal.Stand)]
)
def test_every_answer_has_words(table: dict[str, str], enum: type[StrEnum]) -> None:
    assert table.keys() == set(enum)


def test_every_audience_has_words() -> None:
    assert labels.AUDIENCES.keys() == set(Audience)


def test_no_english_sentence_has_a_lone_percent() -> None:
    said = [it for it in renew.said() if it.id and not it.python_format]
    assert [it.id for it in said if "%" in "".join(it.id)] == []
