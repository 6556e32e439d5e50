"""A frame is taken from the right side in the right state, and from nobody else (§7.3)."""

from itertools import product
from typing import Final, get_args

import pytest

from protocol.frames import (
    COMPARED,
    TABLES_STALE,
    Bye,
    Certificates,
    Frame,
    Gone,
    Hello,
    MailBatch,
    MailOffers,
    MailTokens,
    MailWant,
    Ping,
    Pong,
    Ranges,
    Records,
    Refused,
    RoundDone,
    RoundWanted,
    Sets,
    SetsReply,
    Summary,
    TableFrame,
    Want,
    WantCertificates,
)
from protocol.trust import EMPTY_TABLE
from protocol.turns import ANY_TIME, TURNS, Role, State, next_state
from tests.pair import NOON, Pair, Side, refusal

HASH: Final = EMPTY_TABLE.hash
FRAMES: Final[dict[type, Frame]] = {
    type(frame): frame
    for frame in (
        Hello(1, True, 0, None, HASH, HASH),
        TableFrame(None, (), (), HASH),
        WantCertificates(()),
        Certificates(()),
        Sets(1, 0, None, HASH, HASH, (Summary(0, bytes(16)),) * 4),
        SetsReply(1, COMPARED, 0, None, (False,) * 4),
        Ranges(1, 0, b"\x61"),
        Want(()),
        Records(()),
        Gone(()),
        Refused(()),
        RoundDone(1),
        RoundWanted(),
        Ping(0, None),
        Pong(0, None),
        Bye("stopping", None),
        MailOffers(()),
        MailWant(()),
        MailBatch(()),
        MailTokens(()),
    )
}
OPEN: Final = [state for state in State if state not in (State.GREETING, State.CLOSED)]


def side(state: State, sender: Role) -> Side:
    """Return a side in state, whose peer has the role of sender."""
    two = Pair(Side("a"), Side("b"))
    two.go_on()
    us = two.answerer if sender is Role.CALLER else two.caller
    us.session.talk.state = state
    return us


def is_in_turn(state: State, sender: Role, kind: type) -> bool:
    return (sender, kind) in TURNS[state] or (state in OPEN and (sender, kind) in ANY_TIME)


WRONG = [turn for turn in product(State, Role, FRAMES) if not is_in_turn(*turn)]


def test_there_is_a_frame_of_every_kind() -> None:
    assert set(FRAMES) == set(get_args(Frame))


@pytest.mark.parametrize(("state", "sender", "kind"), WRONG)
def test_frame_by_the_wrong_side_or_in_the_wrong_state_ends_the_session(
    state: State, sender: Role, kind: type
) -> None:
    assert next_state(state, sender, FRAMES[kind]) is None
    assert refusal(side(state, sender), FRAMES[kind]) == "out_of_turn"


@pytest.mark.parametrize(
    ("state", "turn"), [(state, turn) for state in TURNS for turn in TURNS[state]]
)
def test_frame_in_turn_leads_on(state: State, turn: tuple[Role, type]) -> None:
    sender, kind = turn
    assert next_state(state, sender, FRAMES[kind]) is TURNS[state][turn]


@pytest.mark.parametrize(
    "reply",
    [
        SetsReply(1, COMPARED, 0, None, (True,) * 4),
        SetsReply(1, TABLES_STALE, 0, None, (False,) * 4),
    ],
)
def test_reply_that_leaves_nothing_to_compare_ends_the_round(reply: SetsReply) -> None:
    assert next_state(State.OPENED, Role.ANSWERER, reply) is State.IDLE
    assert next_state(State.IDLE, Role.ANSWERER, reply) is None


@pytest.mark.parametrize(
    ("state", "turn"), [*product(OPEN, sorted(ANY_TIME - {(r, Bye) for r in Role}, key=str))]
)
def test_frame_that_is_never_out_of_turn_changes_no_state(
    state: State, turn: tuple[Role, type]
) -> None:
    sender, kind = turn
    us = side(state, sender)
    us.session.receive(FRAMES[kind], NOON)
    assert us.session.state is state


@pytest.mark.parametrize(("state", "sender"), [*product([*OPEN, State.GREETING], Role)])
def test_bye_ends_a_session_in_any_state(state: State, sender: Role) -> None:
    us = side(state, sender)
    us.session.receive(FRAMES[Bye], NOON)
    assert us.session.state is State.CLOSED


def test_only_the_caller_calls_rounds() -> None:
    opening = {(state, turn) for state in TURNS for turn in TURNS[state] if turn[1] is Sets}
    assert opening == {(State.IDLE, (Role.CALLER, Sets))}
