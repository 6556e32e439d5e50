"""Whose turn it is: the states of a session, and which frame takes it where.

Spec: docs/protocol.md §7.3, which shows these same tables. Nothing here knows which side is
ours, so both are held to the same rules.
"""

from enum import Enum
from typing import Final

from protocol.frames import (
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
    TableFrame,
    Want,
    WantCertificates,
)


class Role(Enum):
    """Who dialled the channel calls the rounds (R12)."""

    CALLER = "caller"
    ANSWERER = "answerer"

    @property
    def other(self) -> "Role":
        return Role.ANSWERER if self is Role.CALLER else Role.CALLER


class State(Enum):
    """Where a session stands; both sides go through the same states."""

    GREETING = "greeting"
    IDLE = "idle"
    OPENED = "opened"
    COMPARING = "comparing"
    ANSWERING = "answering"
    CLOSED = "closed"


Turn = tuple[Role, type]
"""(who sends, which frame)."""

# A frame that is neither here nor in ANY_TIME is out of turn. A SetsReply that leaves nothing
# to compare goes on to IDLE: next_state() sees to it.
TURNS: Final[dict[State, dict[Turn, State]]] = {
    State.GREETING: {
        (Role.CALLER, Hello): State.IDLE,
        (Role.ANSWERER, Hello): State.IDLE,
        (Role.CALLER, Bye): State.CLOSED,
        (Role.ANSWERER, Bye): State.CLOSED,
    },
    State.IDLE: {(Role.CALLER, Sets): State.OPENED},
    State.OPENED: {(Role.ANSWERER, SetsReply): State.COMPARING},
    State.COMPARING: {
        (Role.CALLER, Ranges): State.ANSWERING,
        (Role.CALLER, Want): State.COMPARING,
        (Role.CALLER, RoundDone): State.IDLE,
    },
    State.ANSWERING: {
        (Role.ANSWERER, Ranges): State.COMPARING,
        (Role.CALLER, Want): State.ANSWERING,
    },
    State.CLOSED: {},
}

# From the greeting to the end these are never out of turn, and change no state.
ANY_TIME: Final[frozenset[Turn]] = frozenset(
    {
        *((role, TableFrame) for role in Role),
        *((role, WantCertificates) for role in Role),
        *((role, Certificates) for role in Role),
        *((role, Records) for role in Role),
        *((role, Refused) for role in Role),
        *((role, Ping) for role in Role),
        *((role, Pong) for role in Role),
        *((role, Bye) for role in Role),
        *((role, MailOffers) for role in Role),
        *((role, MailWant) for role in Role),
        *((role, MailBatch) for role in Role),
        *((role, MailTokens) for role in Role),
        (Role.ANSWERER, Gone),
        (Role.ANSWERER, RoundWanted),
    }
)


def next_state(state: State, sender: Role, frame: Frame) -> State | None:
    """Return the state after frame by sender, None if it is out of turn."""
    turn = (sender, type(frame))
    if state not in (State.GREETING, State.CLOSED) and turn in ANY_TIME:
        return state
    after = TURNS[state].get(turn)
    ends_round = isinstance(frame, SetsReply) and frame.ends_round
    return State.IDLE if ends_round and after is State.COMPARING else after
