"""Operations on deciding together, and on asking whether everybody is all right."""

from collections.abc import Callable, Mapping
from typing import Annotated, Final, Literal

from pydantic import Field

from node.shapes.plain import Json
from node.shapes.shape import Shape, flat, listed
from node.shapes.together import (
    AGREEMENT,
    ROLL_CALL,
    ROLL_CALL_BOARD,
    CheckInNoted,
    ProposalDetail,
    ProposalShape,
    agreement_data,
    board_data,
    check_in_shape,
    proposal_data,
    proposal_detail_data,
    roll_call_data,
)
from node.web.api.me import PersonId
from node.web.api.operation import Call, Given, Operation, get, post
from protocol.aid.house.limits import DAY_S, MAX_TEST_DAYS, REVIEW_S
from protocol.aid.house.proposal import PodRules, Stand, State
from protocol.aid.house.rights import Right
from protocol.aid.house.roll_call import Answer
from protocol.errors import UserError

MAX_REVIEW_DAYS: Final = 3660
DAYS: Final = REVIEW_S // DAY_S
RULES: Final = flat("PodRules", Shape, PodRules)


class ProposalGiven(Given):
    """A proposal. draft: only who writes it sees it.  removes: the id of whom it would remove."""

    title: str
    text: str
    draft: bool = False
    removes: PersonId | None = None


class WordingGiven(Given):
    """Other words; what is left out stays. Positions begin anew."""

    title: str | None = None
    text: str | None = None


class MoveGiven(Given):
    """Where a proposal is to go. Agreed and blocked come of the pod's rule alone."""

    state: Literal["talking", "testing", "parked", "withdrawn"]


class PositionGiven(Given):
    """Where one stands. A block needs words: what would have to change?"""

    stand: Annotated[Stand, Field(strict=False)]
    words: str | None = None


class RecordedGiven(PositionGiven):
    """Where somebody stood at a meeting; it is shown as that."""

    member: PersonId


class AgreementGiven(Given):
    """What was agreed. proposal: from which it came, and whose words it has if none are given."""

    title: str | None = None
    text: str | None = None
    proposal: Annotated[str, Field(pattern=r"^[0-9a-f]{4,32}$")] | None = None
    review_days: Annotated[int, Field(ge=1, le=MAX_REVIEW_DAYS)] = DAYS


class RevisionGiven(WordingGiven):
    """Other words in place of what holds."""

    review_days: Annotated[int, Field(ge=1, le=MAX_REVIEW_DAYS)] = DAYS


class ReviewGiven(Given):
    """In how many days to look at it again."""

    review_days: Annotated[int, Field(ge=1, le=MAX_REVIEW_DAYS)] = DAYS


class RulesGiven(Given):
    """What changes about how the pod works; see docs/house.md §3.3."""

    floor_percent: Annotated[int, Field(ge=1, le=100)] | None = None
    aside_percent: Annotated[int, Field(ge=1, le=100)] | None = None
    test_days: Annotated[int, Field(ge=0, le=MAX_TEST_DAYS)] | None = None
    hide_names: bool | None = None
    members_invite: bool | None = None


class RollCallGiven(Given):
    """within_s: hear from all within so many seconds."""

    question: str
    within_s: Annotated[int, Field(ge=60, le=7 * DAY_S)] | None = None


class CheckInGiven(Given):
    """member: whom one saw or heard; oneself without it."""

    answer: Annotated[Answer, Field(strict=False)]
    words: str | None = None
    member: PersonId | None = None


# --- Proposals ---


def _proposals(call: Call) -> Mapping[str, Json]:
    return {
        "items": [proposal_data(it) for it in call.pod.decisions.proposals(call.viewer.looking)]
    }


def _propose(call: Call) -> Mapping[str, Json]:
    said = call.said
    made = call.pod.decisions.propose(
        call.viewer.looking,
        said.title,
        said.text,
        draft=said.draft,
        removes=bytes.fromhex(said.removes) if said.removes else None,
    )
    return _told(call, made.id)


def _found(call: Call) -> bytes:
    return call.pod.decisions.find(call.viewer.looking, call.path["reference"]).id


def _told(call: Call, id_: bytes) -> Mapping[str, Json]:
    return proposal_detail_data(call.pod.decisions.view(call.viewer.looking, id_))


def _show(call: Call) -> Mapping[str, Json]:
    return _told(call, _found(call))


def _doing(act: Callable[[Call, bytes], object]) -> Callable[[Call], Mapping[str, Json]]:
    def run(call: Call) -> Mapping[str, Json]:
        id_ = _found(call)
        act(call, id_)
        return _told(call, id_)

    return run


def _reword(call: Call, id_: bytes) -> None:
    said = call.said
    call.pod.decisions.reword(call.viewer.looking, id_, title=said.title, text=said.text)


def _move(call: Call, id_: bytes) -> None:
    call.pod.decisions.move(call.viewer.looking, id_, State(call.said.state))


def _close(call: Call, id_: bytes) -> None:
    call.pod.decisions.close(call.viewer.looking, id_)


def _stand(call: Call, id_: bytes) -> None:
    said = call.said
    call.pod.decisions.take_position(call.viewer.looking, id_, said.stand, said.words)


def _record(call: Call, id_: bytes) -> None:
    said, member = call.said, bytes.fromhex(call.said.member)
    call.pod.decisions.record_position(call.viewer.looking, id_, member, said.stand, said.words)


# --- Agreements and rules ---


def _agreements(call: Call) -> Mapping[str, Json]:
    return {"items": [agreement_data(it) for it in call.pod.agreements.all(call.viewer.looking)]}


def _agreed(call: Call) -> bytes:
    return call.pod.agreements.find(call.viewer.looking, call.path["reference"]).id


def _agreement(call: Call, id_: bytes) -> Mapping[str, Json]:
    found = call.pod.agreements.all(call.viewer.looking)
    return agreement_data(next(it for it in found if it.id == id_))


def _write(call: Call) -> Mapping[str, Json]:
    pod, said, looking = call.pod, call.said, call.viewer.looking
    source = pod.decisions.find(looking, said.proposal) if said.proposal else None
    title = said.title or (source.title if source else None)
    if title is None:
        raise UserError("invalid", "What was agreed?", 'pod agreement add "Quiet after ten"')
    made = pod.agreements.write(
        looking,
        title,
        said.text or (source.text if source else title),
        review_in_s=said.review_days * DAY_S,
        proposal=source.id if source else None,
    )
    return agreement_data(made)


def _revise(call: Call) -> Mapping[str, Json]:
    said = call.said
    made = call.pod.agreements.revise(
        call.viewer.looking,
        _agreed(call),
        title=said.title,
        text=said.text,
        review_in_s=said.review_days * DAY_S,
    )
    return agreement_data(made)


def _confirm(call: Call) -> Mapping[str, Json]:
    id_ = _agreed(call)
    call.pod.agreements.confirm(call.viewer.looking, id_, call.said.review_days * DAY_S)
    return _agreement(call, id_)


def _end(call: Call) -> Mapping[str, Json]:
    id_ = _agreed(call)
    call.pod.agreements.end(call.viewer.looking, id_)
    return _agreement(call, id_)


def _rules(call: Call) -> Mapping[str, Json]:
    told: dict[str, Json] = call.pod.agreements.rules().model_dump(mode="json")
    return told


def _set_rules(call: Call) -> Mapping[str, Json]:
    changes = {name: value for name, value in call.given.items() if value is not None}
    call.pod.agreements.set_rules(call.viewer.looking, changes)
    return _rules(call)


# --- Roll calls ---


def _board(call: Call) -> Mapping[str, Json]:
    found = call.pod.roll_calls.board(call.viewer.looking)
    if found is None:
        raise UserError("not_found", "There was no roll call lately.", 'pod rollcall open "Storm"')
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
    noted = call.pod.roll_calls.check_in(call.viewer.looking, member, said.answer, words=said.words)
    shape = check_in_shape(noted, names).model_dump()
    return CheckInNoted(name=names[member], **shape).to_json()


def _renew(call: Call) -> Mapping[str, Json]:
    return roll_call_data(call.pod.roll_calls.renew(call.viewer.looking))


def _end_roll_call(call: Call) -> Mapping[str, Json]:
    return roll_call_data(call.pod.roll_calls.end(call.viewer.looking))


_PROPOSAL: Final = "/api/proposals/{reference}"
_AGREEMENT: Final = "/api/agreements/{reference}"
PROPOSALS: Final = (
    get(
        "/api/proposals",
        "All proposals, the one that changed last first.",
        _proposals,
        listed("Proposals", ProposalShape),
    ),
    post(
        "/api/proposals",
        "Put a proposal to the pod.",
        _propose,
        ProposalDetail,
        takes=ProposalGiven,
        may=Right.PROPOSE,
        status=201,
    ),
    get(_PROPOSAL, "A proposal, and where people stand.", _show, ProposalDetail),
    *(
        post(
            f"{_PROPOSAL}{path}",
            summary,
            _doing(act),
            ProposalDetail,
            takes=takes,
            may=may,
            method=method,
        )
        for method, path, summary, act, takes, may in (
            ("PATCH", "", "Give it other words.", _reword, WordingGiven, Right.PROPOSE),
            ("POST", "/move", "Talk, test, park, withdraw.", _move, MoveGiven, Right.PROPOSE),
            ("POST", "/close", "Apply the pod's rule.", _close, None, Right.PROPOSE),
            (
                "POST",
                "/position",
                "Say where one stands.",
                _stand,
                PositionGiven,
                Right.TAKE_POSITION,
            ),
            (
                "POST",
                "/recorded",
                "Write down where somebody stood at a meeting.",
                _record,
                RecordedGiven,
                Right.RECORD_POSITION,
            ),
        )
    ),
)
AGREEMENTS: Final = (
    get(
        "/api/agreements",
        "What the pod agreed on; what is to be looked at first comes first.",
        _agreements,
        listed("Agreements", AGREEMENT),
    ),
    *(
        post(path, summary, does, AGREEMENT, takes=takes, may=Right.EDIT_AGREEMENTS, **more)
        for path, summary, does, takes, more in (
            (
                "/api/agreements",
                "Write down what was agreed.",
                _write,
                AgreementGiven,
                {"status": 201},
            ),
            (
                _AGREEMENT,
                "Put other words in place of what holds.",
                _revise,
                RevisionGiven,
                {"method": "PATCH"},
            ),
            (f"{_AGREEMENT}/confirm", "Say that it holds on.", _confirm, ReviewGiven, {}),
            (f"{_AGREEMENT}/end", "Say that it holds no longer.", _end, None, {}),
        )
    ),
    get("/api/rules", "How this pod decides and takes people in.", _rules, RULES),
    post(
        "/api/rules",
        "Change a rule, as the pod agreed.",
        _set_rules,
        RULES,
        takes=RulesGiven,
        may=Right.SET_RULES,
        method="PATCH",
    ),
)
ROLL_CALLS: Final = (
    get("/api/roll-call", "The newest roll call, the silent first.", _board, ROLL_CALL_BOARD),
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
OPERATIONS: Final[tuple[Operation, ...]] = (*PROPOSALS, *AGREEMENTS, *ROLL_CALLS)
