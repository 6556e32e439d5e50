"""A reply becomes an answer to our listing; what becomes of that is written back, once each."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from node.aid.letters import Letter
from node.mail_doors import LetterIn
from node.pod import Pod
from protocol.aid.audience import Audience
from protocol.aid.house.ask import Ask
from protocol.aid.house.limits import MAX_ANSWERS_OF_POD
from protocol.aid.letter import Answer, Reply, Unask
from protocol.aid.life import Act, Standing, Turn
from protocol.aid.limits import MAX_BY, MAX_LETTER_CONTACT, MAX_MESSAGE, MAX_QTY
from protocol.aid.listing import Listing
from protocol.errors import UserError
from protocol.identity import PodId
from store.aid import BoardItem
from tests.nodes import make_pod

ELM = PodId(bytes(range(32)))
RICE = Listing.write(
    {
        "type": "offer",
        "title": "Rice",
        "category": "food",
        "status": "open",
        "reply_via": ("sealed",),
        "qty": 5,
    }
)


@pytest.fixture
def pod(tmp_path: Path) -> Iterator[Pod]:
    with make_pod(tmp_path / "maple") as made:
        yield made


@pytest.fixture
def rice(pod: Pod) -> BoardItem:
    return pod.listings.publish(RICE, audience=Audience.NETWORK)


def hear(pod: Pod, rid: bytes, number: int = 1, **fields: object) -> Letter:
    """Have a reply of Elm Court come in; return it."""
    content = Reply.write({"re": rid.hex(), **fields}).to_payload()
    message_id = number.to_bytes(16, "big")
    doors = pod.keeper.mail_doors
    assert doors is not None
    now = pod.now()
    with pod.keeper.store.atomic(now.wall_ms) as tx:
        letter = LetterIn(ELM, message_id, now.wall_ms // 1000, content, ELM)
        assert doors.deliver(tx, letter)
    return pod.letters.find(message_id.hex())


def written_back(pod: Pod) -> list[tuple[str, str | None]]:
    """Return (verdict, message) of the answers sent, in order."""
    bodies = [it.body for it in reversed(pod.letters.all()) if it.kept.is_ours]
    return [(it.verdict, it.message) for it in bodies if isinstance(it, Answer)]


def test_reply_becomes_an_answer_with_all_that_it_says(pod: Pod, rice: BoardItem) -> None:
    letter = hear(pod, rice.rid, qty=2, message="For soup", contact="blue door", from_label="Rosa")
    (answer,) = pod.answers.of(rice.rid)
    assert (answer.pod, answer.letter) == (ELM, letter.kept.message_id)
    assert (answer.qty, answer.words) == (2, "For soup")
    assert (answer.contact, answer.by) == ("blue door", "Rosa")
    assert written_back(pod) == []


def test_promise_unpromise_and_decline_are_each_written_back_once(
    pod: Pod, rice: BoardItem
) -> None:
    hear(pod, rice.rid)
    pod.answers.promise(rice.rid, 1)
    pod.answers.turn(rice.rid, 1, Turn.UNPROMISE)
    pod.answers.turn(rice.rid, 1, Turn.DECLINE)
    assert written_back(pod) == [("accepted", None), ("waiting", None), ("declined", None)]
    assert all(it.kept.pod_id == ELM for it in pod.letters.all())


def test_accepting_a_letter_promises_and_carries_the_words(pod: Pod, rice: BoardItem) -> None:
    letter = hear(pod, rice.rid, qty=2)
    pod.exchange.answer(letter, "accepted", "Come at five")
    assert written_back(pod) == [("accepted", "Come at five")]
    assert pod.answers.of(rice.rid)[0].standing is Standing.PROMISED
    assert pod.listings.own(rice.rid).listing.left == 3
    assert pod.letters.unseen() == 0
    pod.exchange.answer(letter, "accepted", "Or at six")  # a word more promises nothing more
    assert pod.listings.own(rice.rid).listing.left == 3
    pod.exchange.answer(letter, "waiting", "The van broke down")
    assert written_back(pod)[1:] == [("accepted", "Or at six"), ("waiting", "The van broke down")]


def test_words_of_one_answer_are_not_said_to_another(pod: Pod, rice: BoardItem) -> None:
    first, _second = hear(pod, rice.rid, 1), hear(pod, rice.rid, 2)
    pod.exchange.answer(first, "accepted", "Come at five")
    pod.answers.promise(rice.rid, 2)
    assert written_back(pod) == [("accepted", "Come at five"), ("accepted", None)]


def test_the_last_one_is_promised_once_and_nothing_is_written_of_the_refusal(
    pod: Pod, rice: BoardItem
) -> None:
    first, second = hear(pod, rice.rid, 1, qty=5), hear(pod, rice.rid, 2, qty=1)
    pod.exchange.answer(first, "accepted", "Come at five")
    with pytest.raises(UserError) as refused:
        pod.exchange.answer(second, "accepted", "Come")
    assert refused.value.code == "conflict"
    # The other one hears that it waits, and none of the words that were for the first.
    assert written_back(pod) == [("accepted", "Come at five"), ("waiting", None)]


def test_reply_to_what_was_taken_back_is_told_at_once(pod: Pod, rice: BoardItem) -> None:
    pod.listings.withdraw(rice.rid)
    letter = hear(pod, rice.rid)
    assert written_back(pod) == [("gone", None)]
    with pytest.raises(UserError):
        pod.exchange.answer(letter, "accepted")
    pod.exchange.answer(letter, "declined", "Thank you all the same")
    assert written_back(pod)[1:] == [("declined", "Thank you all the same")]


def test_when_the_last_one_is_promised_all_who_wait_for_it_are_told(
    pod: Pod, rice: BoardItem
) -> None:
    for number in (1, 2, 3):
        hear(pod, rice.rid, number, qty=2)
    pod.answers.promise(rice.rid, 1)
    assert written_back(pod) == [("accepted", None)]  # three are left
    pod.answers.promise(rice.rid, 2, qty=3)
    assert written_back(pod)[1:] == [("accepted", None), ("waiting", None)]
    hear(pod, rice.rid, 4)  # and who asks when nothing is left
    assert written_back(pod)[3:] == [("waiting", None)]
    pod.answers.turn(rice.rid, 1, Turn.UNPROMISE)
    hear(pod, rice.rid, 5)
    assert written_back(pod)[4:] == [("waiting", None)]


@pytest.mark.parametrize("end", ["done", "withdrawn"])
def test_who_waits_is_told_that_it_is_gone(pod: Pod, rice: BoardItem, end: str) -> None:
    hear(pod, rice.rid, 1)
    hear(pod, rice.rid, 2)
    pod.answers.promise(rice.rid, 1)
    if end == "done":
        pod.listings.do(rice.rid, Act.DONE)
    else:
        pod.listings.withdraw(rice.rid)
    told = [("accepted", None)] + [("gone", None)] * (1 if end == "done" else 2)
    assert written_back(pod) == told


def test_another_pod_takes_back_what_it_asked_and_it_is_free(pod: Pod, rice: BoardItem) -> None:
    letter = hear(pod, rice.rid, 1, qty=5)
    pod.answers.promise(rice.rid, 1)
    unask = Unask.write({"re": letter.kept.message_id.hex()}).to_payload()
    doors, now = pod.keeper.mail_doors, pod.now()
    assert doors is not None
    for sender in (PodId(b"?" * 32), ELM):  # nobody else can
        with pod.keeper.store.atomic(now.wall_ms) as tx:
            assert doors.deliver(tx, LetterIn(sender, b"u" * 16, 0, unask, ELM))
        is_ours = sender == ELM
        assert (pod.listings.own(rice.rid).listing.left is None) is is_ours
    assert pod.answers.of(rice.rid)[0].standing is Standing.TAKEN_BACK
    assert written_back(pod) == [("accepted", None)]


def test_reply_to_what_never_was_here_is_kept_as_a_letter_alone(pod: Pod) -> None:
    hear(pod, bytes(16))
    assert pod.answers.all() == []
    assert pod.letters.unseen() == 1


def test_flood_of_one_pod_fills_its_share_of_answers(pod: Pod, rice: BoardItem) -> None:
    for number in range(1, MAX_ANSWERS_OF_POD + 3):
        hear(pod, rice.rid, number)
    assert len(pod.answers.of(rice.rid)) == MAX_ANSWERS_OF_POD


def test_whatever_a_reply_may_say_an_ask_may_say(pod: Pod, rice: BoardItem) -> None:
    full = {
        "qty": MAX_QTY,
        "message": "m" * MAX_MESSAGE,
        "contact": "c" * MAX_LETTER_CONTACT,
        "from_label": "f" * MAX_BY,
        "on": "2027-03-31",
    }
    hear(pod, rice.rid, **full)
    (answer,) = pod.answers.of(rice.rid)
    assert answer.day == "2027-03-31"
    assert set(Reply.model_fields) - {"type", "re"} == set(full)
    assert len(Ask.model_fields) == len(full)
