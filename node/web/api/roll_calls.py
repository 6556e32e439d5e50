"""Operations on asking whether everybody is all right."""

from collections.abc import Mapping
from typing import Annotated, Final

from pydantic import Field

from node.shapes.plain import Json
from node.shapes.shape import listed
from node.shapes.together import (
    ROLL_CALL,
    ROLL_CALL_BOARD,
    CheckInNoted,
    board_data,
    check_in_shape,
    roll_call_data,
)
from node.web.api.me import PersonId
from node.web.api.operation import Call, Given, Operation, get, post
from protocol.aid.house.limits import DAY_S
from protocol.aid.house.rights import Right
from protocol.aid.house.roll_call import Answer
from protocol.errors import UserError


class RollCallGiven(Given):
    """within_s: hear from all within so many seconds."""

    question: str
    within_s: Annotated[int, Field(ge=60, le=7 * DAY_S)] | None = None


class CheckInGiven(Given):
    """member: whom one saw or heard; oneself without it.  seen_by: who it was that did."""

    answer: Annotated[Answer, Field(strict=False)]
    words: str | None = None
    member: PersonId | None = None
    seen_by: PersonId | None = None


def _board(call: Call) -> Mapping[str, Json]:
    found = call.pod.roll_calls.board(call.viewer.looking)
    if found is None:
        raise UserError("not_found", "There was no roll call lately.", 'pod rollcall open "Storm"')
    return board_data(found, call.pod.people.names())


def _kept(call: Call) -> Mapping[str, Json]:
    return {"items": [roll_call_data(it) for it in call.pod.roll_calls.kept(call.viewer.looking)]}


def _earlier(call: Call) -> Mapping[str, Json]:
    found = call.pod.roll_calls.board(call.viewer.looking, int(call.path["number"]))
    if found is None:
        raise UserError("not_found", "No answers of that roll call are kept.")
    return board_data(found, call.pod.people.names())


def _open(call: Call) -> Mapping[str, Json]:
    within_s = call.said.within_s
    deadline_s = call.now_s + within_s if within_s else 0
    looking = call.viewer.looking
    return roll_call_data(
        call.pod.roll_calls.open(looking, call.said.question, deadline_s=deadline_s)
    )


def _check_in(call: Call) -> Mapping[str, Json]:
    said, names = call.said, call.pod.people.names()
    member = bytes.fromhex(said.member) if said.member else call.me
    seen_by = bytes.fromhex(said.seen_by) if said.seen_by and member != call.me else None
    noted = call.pod.roll_calls.check_in(
        call.viewer.looking, member, said.answer, words=said.words, seen_by=seen_by
    )
    shape = check_in_shape(noted, names).model_dump()
    return CheckInNoted(name=names[member], **shape).to_json()


def _renew(call: Call) -> Mapping[str, Json]:
    return roll_call_data(call.pod.roll_calls.renew(call.viewer.looking))


def _end_roll_call(call: Call) -> Mapping[str, Json]:
    return roll_call_data(call.pod.roll_calls.end(call.viewer.looking))


OPERATIONS: Final[tuple[Operation, ...]] = (
    get("/api/roll-call", "The newest roll call, the silent first.", _board, ROLL_CALL_BOARD),
    get(
        "/api/roll-calls",
        "The roll calls whose answers are kept, the newest first.",
        _kept,
        listed("RollCalls", ROLL_CALL),
    ),
    get(
        "/api/roll-calls/{number}",
        "One of them, with everybody's answers.",
        _earlier,
        ROLL_CALL_BOARD,
    ),
    post(
        "/api/roll-call",
        "Ask everybody whether they are all right.",
        _open,
        ROLL_CALL,
        takes=RollCallGiven,
        may=Right.OPEN_ROLL_CALL,
        status=201,
    ),
    post(
        "/api/roll-call/check-in",
        "Answer for oneself, or for somebody whom one saw or heard.",
        _check_in,
        CheckInNoted,
        takes=CheckInGiven,
        may=Right.CHECK_IN,
    ),
    post(
        "/api/roll-call/renew",
        "Let it go on for three days from now.",
        _renew,
        ROLL_CALL,
        may=Right.OPEN_ROLL_CALL,
    ),
    post(
        "/api/roll-call/end",
        "End the roll call that is on.",
        _end_roll_call,
        ROLL_CALL,
        may=Right.OPEN_ROLL_CALL,
    ),
)
