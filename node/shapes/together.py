"""Deciding together, and asking whether all are well, as programs are told of it."""

from collections.abc import Mapping
from typing import Final

from node.aid.decisions import ProposalView
from node.aid.roll_calls import Board
from node.shapes.plain import Json, reference_of
from node.shapes.shape import Shape, flat
from protocol.aid.house.proposal import Agreement, Proposal, Stand, Standing, State
from protocol.aid.house.rights import MemberId
from protocol.aid.house.roll_call import Answer, CheckIn, How, RollCall


class ProposalShape(Shape):
    """A proposal in its present wording. test_ends_s: 0 unless it is tested."""

    reference: str
    title: str
    text: str
    wording: int
    state: State
    changed_s: int
    test_ends_s: int


class PositionShape(Shape):
    """Where somebody stands. name: null while the pod hides names.  recorded: at a meeting."""

    name: str | None
    stand: Stand
    words: str | None
    recorded: bool


class WordingShape(Shape):
    """A wording that there was before."""

    wording: int
    title: str
    text: str


class ProposalDetail(ProposalShape):
    """A proposal with where people stand. standing: what would become of it, while tested.

    silent: who is here and has not taken a position; empty while names are hidden.
    """

    standing: Standing | None
    positions: tuple[PositionShape, ...]
    silent: tuple[str, ...]
    earlier: tuple[WordingShape, ...]


def proposal_data(it: Proposal) -> dict[str, Json]:
    """Return a proposal; see ProposalShape."""
    return _proposal(it).to_json()


def _proposal(it: Proposal) -> ProposalShape:
    return ProposalShape(
        reference=reference_of(it.id),
        title=it.title,
        text=it.text,
        wording=it.wording,
        state=it.state,
        changed_s=it.changed_s,
        test_ends_s=it.test_ends_s,
    )


def proposal_detail_data(view: ProposalView) -> dict[str, Json]:
    """Return a proposal with where people stand; see ProposalDetail."""
    said = ProposalDetail(
        **_proposal(view.proposal).model_dump(),
        standing=view.standing,
        positions=tuple(
            PositionShape(
                name=it.name,
                stand=it.position.stand,
                words=it.position.words,
                recorded=it.position.recorded,
            )
            for it in view.positions
        ),
        silent=tuple(view.silent),
        earlier=tuple(
            WordingShape(wording=number, title=title, text=text)
            for number, title, text in view.wordings
        ),
    )
    return said.to_json()


class _AgreementHead(Shape):
    """What the pod has agreed on. ended_s: 0 while it holds.  proposal: from which it came."""

    reference: str
    proposal: str | None


AGREEMENT: Final = flat(
    "Agreement", _AgreementHead, Agreement, without=frozenset({"id", "proposal"})
)


def agreement_data(it: Agreement) -> dict[str, Json]:
    """Return an agreement; see AGREEMENT."""
    said: dict[str, Json] = it.model_dump(mode="json", exclude={"id", "proposal"})
    proposal = reference_of(it.proposal) if it.proposal else None
    return {"reference": reference_of(it.id), **said, "proposal": proposal}


# --- Roll calls ---

_UNTOLD: Final = frozenset({"opened_by"})


class CheckInShape(Shape):
    """One answer. by: who gave it, if it was not themselves."""

    answer: Answer
    how: How
    by: str | None
    words: str | None
    at_s: int


class CheckInNoted(CheckInShape):
    """One answer, and whose."""

    name: str


class LineShape(Shape):
    """One person of a roll call. heard: null if not yet heard from.  reached_by: who rings."""

    name: str
    heard: CheckInShape | None
    reached_by: str | None
    buddies: tuple[str, ...]


class _Plain(Shape):
    """A roll call: everybody is asked whether they are all right."""


class _Board(Shape):
    """A roll call with everybody, the silent first. on: whether people are being asked."""

    on: bool
    people: tuple[LineShape, ...]


ROLL_CALL: Final = flat("RollCall", _Plain, RollCall, without=_UNTOLD)
ROLL_CALL_BOARD: Final = flat("RollCallBoard", _Board, RollCall, without=_UNTOLD)


def roll_call_data(roll_call: RollCall) -> dict[str, Json]:
    """Return a roll call; see ROLL_CALL."""
    said: dict[str, Json] = roll_call.model_dump(mode="json", exclude=set(_UNTOLD))
    return said


def check_in_shape(check_in: CheckIn, names: Mapping[MemberId, str]) -> CheckInShape:
    """Return one answer."""
    return CheckInShape(
        answer=check_in.answer,
        how=check_in.how,
        by=names.get(check_in.by or b""),
        words=check_in.words,
        at_s=check_in.at_s,
    )


def board_data(found: Board, names: Mapping[MemberId, str]) -> dict[str, Json]:
    """Return a roll call with everybody; see ROLL_CALL_BOARD."""
    lines: list[Json] = [
        LineShape(
            name=it.member.name,
            heard=check_in_shape(it.check_in, names) if it.check_in else None,
            reached_by=names.get(it.caller or b""),
            buddies=tuple(names[other] for other in it.buddies),
        ).to_json()
        for it in found.lines
    ]
    return {**roll_call_data(found.roll_call), "on": found.is_on, "people": lines}
