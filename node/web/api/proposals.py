"""Operations on deciding together: proposals, and where people stand."""

from collections.abc import Callable, Mapping
from typing import Annotated, Final, Literal

from pydantic import Field

from node.shapes.plain import Json
from node.shapes.shape import listed
from node.shapes.together import (
    ProposalDetail,
    ProposalShape,
    proposal_data,
    proposal_detail_data,
)
from node.web.api.me import Deleted, PersonId
from node.web.api.operation import Call, Given, Operation, get, post
from protocol.aid.house.proposal import Stand, State
from protocol.aid.house.rights import Right
from protocol.errors import UserError


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


class Sure(Given):
    """sure: it cannot be undone."""

    sure: bool


class PositionGiven(Given):
    """Where one stands. A block needs words: what would have to change?"""

    stand: Annotated[Stand, Field(strict=False)]
    words: str | None = None


class RecordedGiven(PositionGiven):
    """Where somebody stood at a meeting; it is shown as that."""

    member: PersonId


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


def _remove(call: Call) -> Mapping[str, Json]:
    if not call.said.sure:
        raise UserError("invalid", "Tick that you are sure: this cannot be undone.")
    call.pod.decisions.remove_member(call.viewer.looking, _found(call))
    return Deleted(deleted=True).to_json()


def _stand(call: Call, id_: bytes) -> None:
    said = call.said
    call.pod.decisions.take_position(call.viewer.looking, id_, said.stand, said.words)


def _record(call: Call, id_: bytes) -> None:
    said, member = call.said, bytes.fromhex(call.said.member)
    call.pod.decisions.record_position(call.viewer.looking, id_, member, said.stand, said.words)


_PROPOSAL: Final = "/api/proposals/{reference}"
OPERATIONS: Final[tuple[Operation, ...]] = (
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
    post(
        f"{_PROPOSAL}/remove",
        "Remove somebody, as the pod agreed by this proposal.",
        _remove,
        Deleted,
        takes=Sure,
        may=Right.REMOVE,
    ),
)
