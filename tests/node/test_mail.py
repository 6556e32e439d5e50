"""The mail room: how many letters wait, what is remembered for how long, and by which clock."""

import pytest

from node.mail import MailRoom
from protocol.clock import ClockState
from protocol.errors import UserError
from protocol.limits import (
    LETTERS_REMEMBERED,
    LETTERS_WAITING,
    MAIL_KEPT_RUNNING_S,
    MAIL_LIFETIME_S,
    MAIL_REMEMBERED_RUNNING_S,
)
from protocol.mail import token_hash
from store import mail
from tests.neighbourhood import DAY_S, START_MS, House, Neighbourhood
from tests.street.post import card_with


def pair(street: Neighbourhood) -> tuple[House, House]:
    a, b = street.build("ab")
    street.federate(a, b)
    b.show_card()
    street.settle()
    return a, b


def room_of(house: House) -> MailRoom:
    return MailRoom(house.keeper, house.box.doors())


def run_for(house: House, seconds: int) -> None:
    """Note that the node has been running for so long, and have it tidy up."""
    house.keeper.save_time(house.now(), seconds * 1000)
    room_of(house).turn(house.now())


def test_letters_that_wait_are_bounded(street: Neighbourhood) -> None:
    a, b = pair(street)
    b.stop()
    for number in range(LETTERS_WAITING):
        a.send(b, f"letter {number}")
    with pytest.raises(UserError) as refused:
        a.send(b, "one more")
    assert refused.value.code == "over_quota"


def test_ids_of_letters_are_remembered_for_60_days_of_running_and_bounded(
    street: Neighbourhood,
) -> None:
    a, b = pair(street)
    with a.store.atomic(a.now().wall_ms) as tx:
        for number in range(LETTERS_REMEMBERED + 2):
            mail.note_seen(
                tx,
                b.pod_id,
                number.to_bytes(16, "big"),
                until_running_ms=MAIL_REMEMBERED_RUNNING_S * 1000,
            )
    count = "SELECT count(*) FROM letter_seen"
    assert a.store.connection.execute(count).fetchone() == (LETTERS_REMEMBERED,)
    run_for(a, MAIL_REMEMBERED_RUNNING_S - 1)
    assert a.store.connection.execute(count).fetchone() == (LETTERS_REMEMBERED,)
    run_for(a, 1)
    assert a.store.connection.execute(count).fetchone() == (0,)


@pytest.mark.parametrize("days", [-3000, 300])
def test_no_wrong_clock_forgets_what_was_delivered(street: Neighbourhood, days: int) -> None:
    a, b = pair(street)
    a.send(b, "once")
    street.settle()
    b.set_clock(START_MS + days * DAY_S * 1000, ClockState.SYNCED)
    room_of(b).turn(b.now())
    ((hashed,),) = b.store.connection.execute("SELECT token_hash FROM mail_released")
    token = mail.released_token(b.store.connection, hashed)
    assert token is not None
    assert token_hash(token) == hashed
    assert b.store.connection.execute("SELECT count(*) FROM letter_seen").fetchone() == (1,)


def test_copy_is_kept_for_14_days_of_running_whatever_the_clock_says(
    street: Neighbourhood,
) -> None:
    a, b = pair(street)
    b.stop()
    a.send(b, "hello")
    a.set_clock(START_MS + 3000 * DAY_S * 1000, ClockState.GUESS)
    run_for(a, MAIL_KEPT_RUNNING_S - 1)
    assert a.mail() == 1
    run_for(a, 1)
    assert a.mail() == 0


def test_synced_clock_ends_mail_by_its_date(street: Neighbourhood) -> None:
    a, b = pair(street)
    b.stop()
    a.send(b, "hello")
    end_ms = START_MS + street.mono_ms + MAIL_LIFETIME_S * 1000
    a.set_clock(end_ms - 1000, ClockState.SYNCED)
    run_for(a, 0)
    assert a.mail() == 1
    a.set_clock(end_ms, ClockState.SYNCED)
    run_for(a, 0)
    assert a.mail() == 0


def test_letter_sealed_by_a_clock_far_ahead_is_sealed_anew_when_it_is_right(
    street: Neighbourhood,
) -> None:
    a, b = pair(street)
    a.set_clock(START_MS + 300 * DAY_S * 1000, ClockState.GUESS)
    a.send(b, "from next year")
    street.settle()
    assert b.letters() == []
    a.set_clock(None, ClockState.SYNCED)
    street.settle(900)
    assert b.letters() == ["from next year"]


def test_card_whose_key_nothing_can_be_sealed_to_leaves_the_letter_waiting(
    street: Neighbourhood,
) -> None:
    a, b = pair(street)
    b.has_card = False  # it does not put it right by itself
    b.keeper.signer.sign([card_with(bytes(32))], b.now())
    b.engine.published([], b.now())
    street.flush(b)
    street.settle()
    a.send(b, "hello")
    street.settle()
    assert (a.mail(), b.letters()) == (0, [])
    b.show_card()
    street.settle()
    assert b.letters() == ["hello"]


def test_two_processes_of_one_pod_send_as_one(street: Neighbourhood) -> None:
    """A command writes while the node runs: the node passes on what the command has sealed."""
    a, b = pair(street)
    ids = {a.send(b, f"letter {number}") for number in range(5)}
    street.settle()
    assert len(ids) == 5
    assert b.letters() == [f"letter {number}" for number in range(5)]
