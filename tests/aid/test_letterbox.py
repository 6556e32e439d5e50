"""Whose a letter is, and who reads it: docs/house.md §10."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from node.aid.letterbox import may_read, reference
from node.aid.letters import Letter
from node.mail_doors import LetterIn
from node.pod import Pod
from protocol.aid.audience import Audience
from protocol.aid.house.rights import MACHINE, Role, Viewer
from protocol.aid.letter import Answer, LetterBody, Reply, Report, Unask
from protocol.aid.life import Standing, Turn
from protocol.aid.listing import Listing, write_listing
from protocol.errors import UserError
from protocol.identity import PodId
from store import mail
from store.aid import BoardItem
from store.house import letters as rows
from tests.nodes import make_pod

ELM, ASH = PodId(bytes(range(32))), PodId(bytes(range(1, 33)))
RICE = write_listing({"type": "offer", "category": "food", "title": "Rice", "qty": 5})


@pytest.fixture
def pod(tmp_path: Path) -> Iterator[Pod]:
    with make_pod(tmp_path / "maple") as made:
        yield made


class People:
    """Ana, a steward, and Bo and Cy, members; each as a viewer."""

    def __init__(self, pod: Pod) -> None:
        self.ana, self.bo, self.cy = (
            pod.people.viewer(pod.people.add(MACHINE, name).id) for name in ("Ana", "Bo", "Cy")
        )


@pytest.fixture
def people(pod: Pod) -> People:
    return People(pod)


def posted_by(pod: Pod, viewer: Viewer, listing: Listing = RICE) -> BoardItem:
    item = pod.listings.publish(listing, audience=Audience.NETWORK)
    assert viewer.member is not None
    pod.people.note_whose(viewer, item.rid, viewer.member)
    return item


def hear(pod: Pod, body: LetterBody, number: int = 1, sender: PodId = ELM) -> Letter:
    """Have a letter of another pod come in."""
    doors, now, message_id = pod.keeper.mail_doors, pod.now(), number.to_bytes(16, "big")
    assert doors is not None
    with pod.keeper.store.atomic(now.wall_ms) as tx:
        letter = LetterIn(sender, message_id, now.wall_ms // 1000, body.to_payload(), sender)
        assert doors.deliver(tx, letter)
    [found] = [it for it in pod.letters.all() if it.kept.message_id == message_id]
    return found


def asks(item: BoardItem, **fields: object) -> Reply:
    return Reply.write({"re": item.rid.hex(), **fields})


def written(pod: Pod, viewer: Viewer, to: PodId = ELM) -> Letter:
    """Have viewer ask another pod for something."""
    return pod.letters.send(to, Reply.write({"re": "ab" * 16}), member=viewer.member)


def answers(letter: Letter, **fields: object) -> Answer:
    said = {"re": letter.kept.message_id.hex(), "verdict": "accepted", **fields}
    return Answer.write(said)


# --- Whose it is ---


def test_reply_is_of_whoever_posted_the_listing(pod: Pod, people: People) -> None:
    letter = hear(pod, asks(posted_by(pod, people.bo)))
    assert letter.kept.member == people.bo.member
    assert pod.letterbox.news(people.bo) == 1
    assert pod.letterbox.news(people.ana) == pod.letterbox.news(people.cy) == 0


def test_answer_is_of_whoever_asked_and_in_one_thread_with_it(pod: Pod, people: People) -> None:
    asked = written(pod, people.cy)
    hear(pod, answers(asked, message="Come at five"))
    [thread] = pod.letterbox.threads(people.cy)
    assert [it.kept.is_ours for it in thread.letters] == [True, False]
    assert pod.letterbox.threads(people.bo) == []


def test_answer_by_another_pod_than_was_asked_is_nobodys(pod: Pod, people: People) -> None:
    letter = hear(pod, answers(written(pod, people.cy, ELM)), sender=ASH)
    assert letter.kept.member is None
    assert [it.kept.number for it in pod.letterbox.of_nobody()] == [letter.kept.number]


def test_what_is_written_back_is_of_whoever_has_the_listing(pod: Pod, people: People) -> None:
    item = posted_by(pod, people.bo)
    hear(pod, asks(item))
    pod.answers.turn(item.rid, 1, Turn.DECLINE)
    assert [it.kept.is_ours for it in pod.letterbox.threads(people.bo)[0].letters] == [False, True]


def test_report_is_nobodys(pod: Pod, people: People) -> None:
    body = Report.write({"re": posted_by(pod, people.bo).rid.hex(), "reason": "A shop"})
    assert hear(pod, body).kept.member is None


# --- Who reads it ---


def can_open(pod: Pod, viewer: Viewer, letter: Letter, *, is_secret: bool) -> bool:
    try:
        pod.letterbox.open(viewer, reference(letter), is_secret=is_secret)
    except UserError:
        return False
    return True


@pytest.mark.parametrize("is_secret", [False, True])
def test_letter_is_read_by_its_member_and_by_no_steward(
    pod: Pod, people: People, is_secret: bool
) -> None:
    letter = hear(pod, asks(posted_by(pod, people.bo)))
    for viewer in (people.ana, people.cy, Viewer(Role.GUEST)):
        assert not can_open(pod, viewer, letter, is_secret=is_secret)
    assert pod.letters.unseen() == 1
    assert can_open(pod, people.bo, letter, is_secret=is_secret)
    assert pod.letters.unseen() == 0


def test_nobodys_letter_is_read_by_stewards_where_nobody_reads_along(
    pod: Pod, people: People
) -> None:
    letter = hear(pod, asks(pod.listings.publish(RICE, audience=Audience.NETWORK)))
    assert not can_open(pod, people.ana, letter, is_secret=False)
    assert not can_open(pod, people.bo, letter, is_secret=True)
    assert can_open(pod, people.ana, letter, is_secret=True)


def test_who_is_kept_out_reads_nothing() -> None:
    assert may_read(Viewer(Role.MEMBER, b"m"), b"m", is_secret=False)
    assert not may_read(Viewer(Role.GUEST, b"m"), b"m", is_secret=True)


def test_number_of_a_forgotten_letter_names_no_other_one(pod: Pod, people: People) -> None:
    first = written(pod, people.bo)
    pod.letterbox.forget(people.bo, reference(first), is_secret=False)
    second = written(pod, people.bo)
    assert first.kept.number == second.kept.number
    with pytest.raises(UserError, match="no such letter"):
        pod.letterbox.forget(people.bo, reference(first), is_secret=False)


@pytest.mark.parametrize("said", ["", "x", "1", "1-", "-", "9" * 400 + "-00000000", "²-00000000"])
def test_whatever_names_no_letter_is_not_found(pod: Pod, people: People, said: str) -> None:
    with pytest.raises(UserError, match="no such letter"):
        pod.letterbox.open(people.bo, said, is_secret=True)


def test_answers_from_letters_are_closed_to_others_and_how_they_stand_is_not(
    pod: Pod, people: People
) -> None:
    item = posted_by(pod, people.bo)
    hear(pod, asks(item, message="For Mia", contact="555 0100", from_label="Mia"))
    kept = pod.answers.of(item.rid)
    for_bo, sealed = pod.letterbox.opened(people.bo, kept, is_secret=False)
    assert (for_bo, sealed) == (kept, frozenset())
    [closed], sealed = pod.letterbox.opened(people.ana, kept, is_secret=True)
    assert (closed.by, closed.words, closed.contact) == (None, None, None)
    assert (closed.standing, sealed) == (Standing.WAITING, {1})


def test_typist_reads_what_is_about_the_listing_they_typed_and_no_more(
    pod: Pod, people: People
) -> None:
    assert people.bo.member is not None
    item = pod.listings.publish(RICE, audience=Audience.NETWORK)
    pod.people.note_whose(people.cy, item.rid, people.bo.member)
    letter = hear(pod, asks(item, message="For Mia"))
    assert letter.kept.member == people.bo.member
    assert pod.letterbox.news(people.cy) == pod.letterbox.news(people.bo) == 1
    assert [it.newest.kept.number for it in pod.letterbox.threads(people.cy)] == [1]
    assert pod.letterbox.opened(people.cy, pod.answers.of(item.rid), is_secret=False)[1] == set()
    assert pod.letterbox.threads(people.ana) == []
    # Another pod has a thing under the same rid, and Bo writes to it; and somebody else takes it.
    own = pod.letters.send(ELM, asks(item), member=people.bo.member)
    assert not can_open(pod, people.cy, own, is_secret=False)
    assert can_open(pod, people.cy, letter, is_secret=False)
    pod.people.note_whose(people.bo, item.rid, people.bo.member)
    assert not can_open(pod, people.cy, letter, is_secret=False)


# --- Handing on ---


def test_steward_sees_whose_letters_wait_and_gives_out_what_is_nobodys(
    pod: Pod, people: People
) -> None:
    hear(pod, asks(posted_by(pod, people.bo)))
    orphan = hear(pod, asks(pod.listings.publish(RICE, audience=Audience.NETWORK)), 2)
    waiting = pod.letterbox.waiting(people.ana)
    assert waiting.of_members == ["Bo"]
    assert [it.kept.number for it in waiting.of_nobody] == [orphan.kept.number]
    assert people.cy.member is not None
    pod.letterbox.give(people.ana, reference(orphan), people.cy.member)
    assert can_open(pod, people.cy, orphan, is_secret=False)
    assert pod.letterbox.of_nobody() == []
    [entry] = pod.steward_log.entries(people.bo, 1)
    assert (entry.what, entry.about) == ("letter_given", people.cy.member)


def test_steward_takes_on_what_is_nobodys_in_the_open(pod: Pod, people: People) -> None:
    orphan = hear(pod, asks(pod.listings.publish(RICE, audience=Audience.NETWORK)))
    assert people.ana.member is not None
    pod.letterbox.give(people.ana, reference(orphan), people.ana.member)
    assert pod.steward_log.entries(people.bo, 1)[0].what == "letter_taken"


def test_somebodys_letter_is_given_to_nobody_else(pod: Pod, people: People) -> None:
    letter = hear(pod, asks(posted_by(pod, people.bo)))
    for viewer in (people.ana, people.bo):
        assert viewer.member is not None
        with pytest.raises(UserError):
            pod.letterbox.give(viewer, reference(letter), viewer.member)
    with pytest.raises(UserError, match="may not"):
        pod.letterbox.waiting(people.bo)


# --- Leaving ---


def test_who_leaves_takes_their_letters_along_and_what_they_asked_is_taken_back(
    pod: Pod, people: People
) -> None:
    assert people.cy.member is not None
    arrived, waits = written(pod, people.cy), written(pod, people.cy, ASH)
    with pod.keeper.store.atomic(pod.now().wall_ms) as tx:
        rows.set_fate(tx, arrived.kept, rows.Fate.ARRIVED)
        mail.drop_letter(tx, arrived.kept.message_id)
    hear(pod, answers(arrived))
    pod.people.leave(people.cy, people.cy.member, withdraw=True)
    assert pod.letters.all() == []
    [out] = mail.letters_out(pod.keeper.store.connection)
    assert out.recipient == ELM
    assert Unask.read(out.content).re == arrived.kept.message_id.hex()
    assert out.message_id != waits.kept.message_id


def test_who_asked_for_something_of_somebody_who_leaves_hears_that_it_is_gone(
    pod: Pod, people: People
) -> None:
    letter = hear(pod, asks(posted_by(pod, people.bo)))
    assert people.bo.member is not None
    pod.people.leave(people.bo, people.bo.member, withdraw=True)
    assert pod.letters.all() == []
    [out] = mail.letters_out(pod.keeper.store.connection)
    assert Answer.read(out.content).verdict == "gone"
    assert Answer.read(out.content).re == letter.kept.message_id.hex()


# --- Files of before ---


def test_file_that_did_not_know_whose_letters_are_finds_it_out(tmp_path: Path) -> None:
    with make_pod(tmp_path / "maple") as pod:
        people = People(pod)
        item = posted_by(pod, people.bo)
        hear(pod, asks(item))
        pod.answers.turn(item.rid, 1, Turn.DECLINE)
        written(pod, people.cy)
        with pod.keeper.store.atomic(pod.now().wall_ms) as tx:
            tx.connection.execute("DROP TABLE house_letter_of")
    with Pod.open(tmp_path / "maple") as pod:
        [thread] = pod.letterbox.threads(people.bo)
        assert [it.kept.is_ours for it in thread.letters] == [False, True]
        [orphan] = pod.letterbox.of_nobody()
        assert orphan.kept.about == bytes.fromhex("ab" * 16)
        assert len(pod.letters.all()) == 3
