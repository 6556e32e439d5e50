"""`pod.letters` on three real nodes in a row: read at both ends, and by nobody in between."""

import logging
import re
from collections.abc import AsyncIterator, Iterator
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path

import pytest

from node.aid.letters import Hindrance, Letter, State
from node.federation import accept, invite
from node.pod import Pod
from protocol.aid.audience import Audience
from protocol.aid.letter import LETTERS, Answer, LetterBody, Reply, Report, Rsvp, read_letter
from protocol.aid.limits import (
    LATE_AFTER_S,
    LETTERS_FROM_NEIGHBOUR,
    LETTERS_KEPT_S,
    LETTERS_SENT,
    MAX_BY,
    MAX_LETTER_CONTACT,
    MAX_MESSAGE,
    MAX_REASON,
)
from protocol.aid.listing import Listing
from protocol.aid.sentences import WrongFields
from protocol.errors import UnfitBody, UserError
from protocol.identity import PodId
from protocol.limits import MAX_LETTER_BYTES
from store import Tx
from store.aid import BoardItem, BoardQuery
from store.house import letters
from store.house.letters import Fate, KeptLetter
from tests.nodes import make_pod, serving, until

HOUR_S = 3600
RICE = Listing(type="offer", title="Rice", category="food", status="open", reply_via=("sealed",))
WORDS = "Two bags please, for Marisol on the third floor"
CONTACT = "0151 2345678"
OTHER = PodId(bytes(range(32)))
RID = bytes(range(16))


@pytest.fixture
def pod(tmp_path: Path) -> Iterator[Pod]:
    with make_pod(tmp_path / "solo") as made:
        yield made


@asynccontextmanager
async def row_of_three(tmp_path: Path) -> AsyncIterator[tuple[Pod, Pod, Pod, AsyncExitStack]]:
    """Three nodes, federated a-b-c, each knowing the cards of all; and what ends the third."""
    async with AsyncExitStack() as closing:
        last = await closing.enter_async_context(AsyncExitStack())
        pods = [closing.enter_context(make_pod(tmp_path / name)) for name in "abc"]
        where = [await closing.enter_async_context(serving(tmp_path / name)) for name in "ab"]
        where.append(await last.enter_async_context(serving(tmp_path / "c")))
        for one in (0, 1):
            invitation = invite(pods[one], [where[one]], HOUR_S)
            await accept(pods[one + 1], invitation, our_addresses=[where[one + 1]])
        a, b, c = pods
        await until(lambda: all(a.card.mail_key_of(it.pod_id) for it in (b, c)))
        await until(lambda: c.card.mail_key_of(a.pod_id) is not None)
        yield a, b, c, last


def on_board(pod: Pod) -> list[BoardItem]:
    return pod.listings.board(BoardQuery())


def came(pod: Pod) -> list[Letter]:
    return [letter for letter in pod.letters.all() if letter.state is State.CAME]


async def test_reply_and_answer_cross_a_pod_that_cannot_read_them(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    async with row_of_three(tmp_path) as (a, b, c, _):
        c.listings.publish(RICE, audience=Audience.NETWORK)
        await until(lambda: bool(on_board(a)))
        sent = a.letters.reply(on_board(a)[0], qty=2, message=WORDS, contact=CONTACT)
        await until(lambda: bool(came(c)))
        (reply,) = came(c)
        assert isinstance(reply.body, Reply)
        assert (reply.kept.pod_id, reply.body.qty) == (a.pod_id, 2)
        assert (reply.body.message, reply.body.contact) == (WORDS, CONTACT)
        assert reply.body.re == on_board(c)[0].rid.hex()
        assert not reply.is_late
        assert c.letters.unseen() == 1
        await until(lambda: a.letters.find(sent.kept.message_id.hex()).state is State.ARRIVED)

        c.letters.answer(reply, "accepted", "Come by at five")
        assert c.letters.unseen() == 0
        await until(lambda: bool(came(a)))
        (answer,) = came(a)
        assert isinstance(answer.body, Answer)
        assert (answer.body.verdict, answer.body.message) == ("accepted", "Come by at five")
        assert answer.body.re == sent.kept.message_id.hex()
        assert b.letters.all() == []
    for path in (tmp_path / "b").iterdir():
        data = path.read_bytes()
        assert not any(it.encode() in data for it in (WORDS, CONTACT, "Come by at five")), path
        assert sent.kept.message_id not in data
    said = "\n".join(record.getMessage() for record in caplog.records)
    assert not any(it in said for it in (WORDS, CONTACT, "Come by"))


async def test_relay_holds_a_sealed_thing_on_its_disk_and_nothing_of_its_sender(
    tmp_path: Path,
) -> None:
    """The recipient is off: the mail waits in between, log of the database included."""
    async with row_of_three(tmp_path) as (a, b, c, last):
        await last.aclose()
        sent = a.letters.send(c.pod_id, Reply.write({"re": RID.hex(), "message": WORDS}))
        await until(lambda: len(mail_at(b)) == 1)
        assert state_of(a, sent) is State.UNDER_WAY
        (wire,) = mail_at(b)
        for path in (tmp_path / "b").iterdir():
            data = path.read_bytes()
            assert WORDS.encode() not in data, path
            assert sent.kept.message_id not in data, path
        assert a.pod_id not in wire
        async with serving(tmp_path / "c"):
            await until(lambda: bool(came(c)))
            await until(lambda: mail_at(b) == mail_at(a) == [])
            assert state_of(a, sent) is State.ARRIVED


def mail_at(pod: Pod) -> list[bytes]:
    return [row[0] for row in pod.keeper.store.connection.execute("SELECT wire FROM mail")]


def state_of(pod: Pod, letter: Letter) -> State:
    return pod.letters.find(letter.kept.message_id.hex()).state


# --- What letters say ---


@pytest.mark.parametrize(
    "fields",
    [
        {"re": "ab"},
        {"re": RID.hex(), "qty": 0},
        {"re": RID.hex(), "message": "x" * (MAX_MESSAGE + 1)},
        {"re": RID.hex(), "contact": "two\nlines"},
        {"re": RID.hex(), "on": "2027-03-31T18:00"},
    ],
)
def test_reply_with_a_field_that_cannot_be_used_is_a_sentence(fields: dict[str, object]) -> None:
    with pytest.raises(WrongFields):
        Reply.write(fields)


FULL: list[LetterBody] = [
    Reply.write(
        {
            "re": RID.hex(),
            "qty": 9999,
            "message": "\U0001f35a" * MAX_MESSAGE,
            "contact": "\U0001f35a" * MAX_LETTER_CONTACT,
            "from_label": "\U0001f35a" * MAX_BY,
            "on": "2027-03-31",
        }
    ),
    Answer.write({"re": RID.hex(), "verdict": "declined", "message": "\U0001f35a" * MAX_MESSAGE}),
    Rsvp.write({"re": RID.hex(), "people": 99, "message": "\U0001f35a" * MAX_MESSAGE}),
    Report.write(
        {
            "re": RID.hex(),
            "reason": "\U0001f35a" * MAX_REASON,
            "message": "\U0001f35a" * MAX_MESSAGE,
        }
    ),
]


@pytest.mark.parametrize("body", FULL, ids=lambda body: body.type)
def test_every_letter_full_of_four_byte_characters_fits(body: LetterBody) -> None:
    content = body.to_payload()
    assert len(content) <= MAX_LETTER_BYTES
    assert read_letter(content) == body


def test_letter_of_a_type_to_come_is_kept_and_not_shown(pod: Pod) -> None:
    content = FULL[0].to_payload().replace(b"reply", b"later")
    with pytest.raises(UnfitBody):
        read_letter(content)
    with acting(pod) as tx:
        letters.add(tx, letter_from(pod, content))
    (letter,) = pod.letters.all()
    assert letter.body is None


# --- Keeping them ---


def acting(pod: Pod):  # type: ignore[no-untyped-def]
    return pod.keeper.store.atomic(pod.now().wall_ms)


def letter_from(pod: Pod, content: bytes, number: int = 0, **changed: object) -> KeptLetter:
    now_s = pod.now().wall_ms // 1000
    fields: dict[str, object] = {
        "is_ours": False,
        "pod_id": OTHER,
        "message_id": number.to_bytes(16, "big"),
        "content": content,
        "written_s": now_s,
        "fate": Fate.UNSEEN,
        "settled_s": now_s,
        "brought_by": OTHER,
    }
    return KeptLetter(**fields | changed)  # type: ignore[arg-type]


def test_letter_to_a_pod_nobody_knows_waits_and_says_why(pod: Pod) -> None:
    letter = pod.letters.send(OTHER, FULL[0])
    assert letter.state is State.WAITING
    assert pod.letters.hindrance(OTHER) is Hindrance.OUT_OF_REACH


def test_letter_to_oneself_is_refused_and_nothing_kept(pod: Pod) -> None:
    with pytest.raises(UserError):
        pod.letters.send(pod.pod_id, FULL[0])
    assert pod.letters.all() == []


def test_only_a_reply_that_came_can_be_answered(pod: Pod) -> None:
    with acting(pod) as tx:
        letters.add(tx, letter_from(pod, FULL[3].to_payload()))
    with pytest.raises(UserError):
        pod.letters.answer(pod.letters.all()[0], "accepted")
    with pytest.raises(UserError):
        pod.letters.answer(pod.letters.send(OTHER, FULL[0]), "accepted")


def test_letters_of_a_flood_fill_the_share_of_the_neighbour_that_lets_it_through(pod: Pod) -> None:
    other = PodId(bytes(32))
    with acting(pod) as tx:
        for number in range(LETTERS_FROM_NEIGHBOUR):
            assert letters.has_room(tx.connection, OTHER)
            letters.add(tx, letter_from(pod, b"x", number))
        assert not letters.has_room(tx.connection, OTHER)
        assert letters.has_room(tx.connection, other)


def test_old_letters_are_forgotten_and_those_under_way_stay(pod: Pod) -> None:
    long_ago = pod.now().wall_ms // 1000 - LETTERS_KEPT_S - 5
    with acting(pod) as tx:
        letters.add(tx, letter_from(pod, b"old", 1, settled_s=long_ago))
        letters.add(tx, letter_from(pod, b"new", 2))
    waiting = pod.letters.send(OTHER, FULL[0])
    pod.tidy()
    kept = [letter.kept.message_id for letter in pod.letters.all()]
    assert kept == [waiting.kept.message_id, (2).to_bytes(16, "big")]


def test_of_our_own_letters_the_oldest_settled_go(pod: Pod) -> None:
    with acting(pod) as tx:
        for number in range(LETTERS_SENT + 3):
            letters.add(
                tx, letter_from(pod, b"x", number, is_ours=True, fate=Fate.ARRIVED, brought_by=None)
            )
    assert len(pod.letters.all()) == LETTERS_SENT


def test_letter_given_up_is_tried_again_under_its_own_id(pod: Pod) -> None:
    sent = pod.letters.send(OTHER, FULL[0])
    with pytest.raises(UserError):
        pod.letters.retry(sent)
    with acting(pod) as tx:
        pod.letters._room.take_back_in(tx, sent.kept.message_id)
        pod.keeper.mail_doors.given_up(tx, sent.kept.message_id)  # type: ignore[union-attr]
    lost = pod.letters.find(sent.kept.message_id.hex())
    assert lost.state is State.GIVEN_UP
    again = pod.letters.retry(lost)
    assert (again.state, again.kept.message_id) == (State.WAITING, sent.kept.message_id)


def test_forgotten_letter_is_sent_no_longer(pod: Pod) -> None:
    sent = pod.letters.send(OTHER, FULL[0])
    pod.letters.forget(sent)
    assert pod.letters.all() == []
    assert pod.keeper.store.connection.execute("SELECT * FROM letter_out").fetchall() == []


def test_letter_that_took_more_than_a_day_is_late(pod: Pod) -> None:
    now_s = pod.now().wall_ms // 1000
    with acting(pod) as tx:
        letters.add(tx, letter_from(pod, b"x", 1, written_s=now_s - LATE_AFTER_S))
        letters.add(tx, letter_from(pod, b"x", 2, written_s=now_s - LATE_AFTER_S - 1))
    assert [letter.is_late for letter in pod.letters.all()] == [True, False]


def test_who_has_to_know_of_a_letter_is_told_in_the_act_that_saves_it(pod: Pod) -> None:
    from node.mail_doors import LetterIn

    told: list[LetterBody] = []

    def fail_at_last(tx: Tx, letter: KeptLetter, body: LetterBody) -> None:
        assert letters.find(tx.connection, letter.message_id.hex()) == [letter]
        told.append(body)

    pod.letters.on_letter.append(fail_at_last)
    doors = pod.keeper.mail_doors
    assert doors is not None
    with acting(pod) as tx:
        assert doors.deliver(tx, LetterIn(OTHER, RID, 5, FULL[1].to_payload(), OTHER))
        assert doors.deliver(tx, LetterIn(OTHER, bytes(16), 5, b"no map", OTHER))
    assert told == [FULL[1]]
    assert len(pod.letters.all()) == 2


# --- The card that letters are sealed by ---


def test_card_with_todays_key_is_made_once(pod: Pod) -> None:
    assert pod.card.show_key()
    card = pod.card.get()
    assert card is not None
    assert card.mail_public_key == pod.keeper.mail_key.public
    assert card.name == pod.name
    assert not pod.card.show_key()


def test_card_that_people_wrote_gets_the_key_and_keeps_its_words(pod: Pod) -> None:
    fields = {"name": "Maple", "zone_name": "Maple Street", "zone_kind": "street", "about": "Hello"}
    pod.card.put(type_of_card().write(fields))
    assert pod.card.show_key()
    card = pod.card.get()
    assert card is not None
    assert (card.about, card.mail_public_key) == ("Hello", pod.keeper.mail_key.public)


def type_of_card():  # type: ignore[no-untyped-def]
    from protocol.aid.pod_card import PodCard

    return PodCard


def test_card_goes_by_the_new_name_of_the_pod_unless_people_named_it_otherwise(pod: Pod) -> None:
    pod.card.show_key()
    pod.rename("Elm Court")
    card = pod.card.get()
    assert card is not None
    assert (card.name, card.zone_name) == ("Elm Court", "Elm Court")
    assert card.mail_public_key == pod.keeper.mail_key.public
    pod.card.put(card.model_copy(update={"name": "The Court"}))
    pod.rename("Elm")
    kept = pod.card.get()
    assert kept is not None
    assert kept.name == "The Court"


def test_card_that_people_took_back_stays_away(pod: Pod) -> None:
    pod.card.show_key()
    pod.card.withdraw(bytes(16))
    assert not pod.card.show_key()
    assert pod.card.get() is None


def test_after_a_new_key_the_card_shows_it_and_keeps_its_words(tmp_path: Path) -> None:
    from node.clock import SystemClock
    from protocol.identity import PodKey
    from tests.nodes import seed_of

    with make_pod(tmp_path / "solo") as pod:
        fields = {"name": "Maple", "zone_name": "Maple Street", "zone_kind": "street"}
        pod.card.put(type_of_card().write(fields | {"about": "Hello"}))
        pod.card.show_key()
        before = pod.keeper.mail_key.public
    now = SystemClock(saved_ms=None, newest_own_stamp_ms=None).now()
    Pod.rekey(tmp_path / "solo", PodKey.from_seed(seed_of("solo")), now)
    with Pod.open(tmp_path / "solo") as pod:
        assert pod.card.show_key()
        card = pod.card.get()
        assert card is not None
        assert card.about == "Hello"
        assert card.mail_public_key == pod.keeper.mail_key.public != before


# --- The page ---


def test_the_page_tells_every_field_and_bound_of_letters() -> None:
    page = (Path(__file__).parents[2] / "docs" / "kinds.md").read_text("utf-8")
    told = dict(
        re.findall(r"^\| `(\w+)`(?: R)? \| ([\w, ]+) \|", page.split("## 12. Letters")[1], re.M)
    )
    kinds = {kind.NAME: set(kind.model_fields) for kind in LETTERS.values()}
    everywhere = set.intersection(*kinds.values())
    assert {name for name, where in told.items() if where == "all"} == everywhere
    for name, fields in kinds.items():
        assert {field for field, where in told.items() if name in where} == fields - everywhere
    for bound in (MAX_MESSAGE, MAX_LETTER_CONTACT, MAX_BY, MAX_REASON, LETTERS_FROM_NEIGHBOUR):
        assert f"{bound:,}" in page.split("## 12. Letters")[1]
