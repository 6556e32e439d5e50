"""What stewards did, for every member to read."""

import re
from pathlib import Path

import pytest

from node.words import words_in
from protocol.aid.house.limits import MAX_LOG
from protocol.aid.house.rights import MACHINE, STRANGER
from protocol.aid.house.steward_log import NOTES, PRIVATE, SENTENCES, Entry, sentence
from protocol.errors import UserError
from store.house import steward_log
from tests.aid.house.street import Street

ROOT = Path(__file__).parents[3]


def test_every_sentence_is_used_and_every_note_has_one() -> None:
    sources = [path.read_text("utf-8") for path in (ROOT / "node").rglob("*.py")]
    said = {what for text in sources for what in re.findall(r'"(\w+)"', text)}
    assert set(SENTENCES) - said == set()
    assert set(SENTENCES) >= PRIVATE
    noted = {
        what for text in sources for what in re.findall(r'note_in\(\s*tx, viewer, "(\w+)"', text)
    }
    assert noted - set(SENTENCES) == set()
    assert len(noted) > 10


def test_the_log_has_an_end_and_the_oldest_go_first(street: Street) -> None:
    with street.pod.keeper.store.atomic(1) as tx:
        for number in range(MAX_LOG + 5):
            steward_log.note(tx, "rules_set", by=None, about=None, note=str(number))
    found = street.pod.steward_log.entries(MACHINE, limit=MAX_LOG + 100)
    assert len(found) == MAX_LOG
    assert (found[0].note, found[-1].note) == (str(MAX_LOG + 4), "5")


def test_members_read_it_and_strangers_do_not(street: Street) -> None:
    assert street.pod.steward_log.entries(street.as_("Ana"))
    with pytest.raises(UserError, match="not_allowed"):
        street.pod.steward_log.entries(STRANGER)


def test_who_has_left_is_named_no_more() -> None:
    entry = Entry(1, 0, "member_edited", b"r" * 16, b"b" * 16, "")
    names = {b"r" * 16: "Rosa"}
    assert sentence(entry, names) == "Rosa changed the profile of somebody who has left."
    assert sentence(entry._replace(by=None), names).startswith("A steward changed")


@pytest.mark.parametrize("note", NOTES)
def test_a_note_in_our_own_words_is_said_in_the_readers_language(note: str) -> None:
    what = "invite_made" if note.startswith("a ") else "setting_changed"
    said = sentence(Entry(1, 0, what, None, None, note), {}, words_in("es"))
    assert words_in("es").gettext(NOTES[note]) in said
    assert NOTES[note] not in said


def test_a_pod_that_is_called_like_a_word_of_ours_keeps_its_name() -> None:
    said = sentence(Entry(1, 0, "pod_hidden", None, None, "a member"), {}, words_in("es"))
    assert "a member" in said
