"""Operations on how people join: invites, and what strangers left who ask."""

from collections.abc import Mapping
from typing import Annotated, Final

from pydantic import Field

from node.shapes.people import InviteShape, JoinRequestShape, invite_data, join_request_data
from node.shapes.plain import Json
from node.shapes.shape import Shape, flat, listed
from node.web.api.operation import Call, Given, Operation, get, post
from protocol.aid.house.invite import JoinsAs
from protocol.aid.house.limits import INVITE_S, MAX_INVITE_S, MAX_USES
from protocol.aid.house.rights import Right


class InviteGiven(Given):
    """uses: how many may join with it.  valid_s: seconds of the node's running time."""

    uses: Annotated[int, Field(ge=1, le=MAX_USES)] = 1
    valid_s: Annotated[int, Field(ge=60, le=MAX_INVITE_S)] = INVITE_S
    joins_as: JoinsAs = "member"


class _Code(InviteShape):
    """A fresh invite. code: told now, and kept nowhere."""

    code: str


INVITE_MADE: Final = flat("InviteMade", _Code)


class TakenBack(Shape):
    """An invite that is good no more."""

    number: int
    taken_back: bool


class RequestForgotten(Shape):
    """A request that is no more."""

    number: int
    forgotten: bool


def _invites(call: Call) -> Mapping[str, Json]:
    found = call.pod.invites.good(call.viewer.looking)
    return {"items": [invite_data(call.pod.invites, it) for it in found]}


def _make_invite(call: Call) -> Mapping[str, Json]:
    said = call.said
    made = call.pod.invites.make(
        call.viewer.looking, uses=said.uses, valid_s=said.valid_s, joins_as=said.joins_as
    )
    return {**invite_data(call.pod.invites, made.invite), "code": made.code}


def _take_back_invite(call: Call) -> Mapping[str, Json]:
    number = int(call.path["number"])
    call.pod.invites.take_back(call.viewer.looking, number)
    return TakenBack(number=number, taken_back=True).to_json()


def _requests(call: Call) -> Mapping[str, Json]:
    found = call.pod.join_requests.waiting(call.viewer.looking)
    return {"items": [join_request_data(it) for it in found]}


def _accept(call: Call) -> Mapping[str, Json]:
    pod = call.pod
    _, made = pod.join_requests.accept(call.viewer.looking, int(call.path["number"]))
    return {**invite_data(pod.invites, made.invite), "code": made.code}


def _decline(call: Call) -> Mapping[str, Json]:
    number = int(call.path["number"])
    call.pod.join_requests.decline(call.viewer.looking, number)
    return RequestForgotten(number=number, forgotten=True).to_json()


OPERATIONS: Final[tuple[Operation, ...]] = (
    get(
        "/api/invites",
        "Codes with which people join that are still good, without the codes: a member's own.",
        _invites,
        listed("Invites", InviteShape),
        may=Right.INVITE_IF_ALLOWED,
    ),
    post(
        "/api/invites",
        "Make a code with which people join; it is told once.",
        _make_invite,
        INVITE_MADE,
        takes=InviteGiven,
        may=Right.INVITE_IF_ALLOWED,
        status=201,
    ),
    post(
        "/api/invites/{number}",
        "End an invite now: one's own, or any as a steward.",
        _take_back_invite,
        TakenBack,
        method="DELETE",
        may=Right.INVITE_IF_ALLOWED,
    ),
    get(
        "/api/join-requests",
        "Who asks to join, and waits for an answer.",
        _requests,
        listed("JoinRequests", JoinRequestShape),
        may=Right.ADD_MEMBER,
    ),
    post(
        "/api/join-requests/{number}/accept",
        "Make an invite for one person, told once, and forget the request.",
        _accept,
        INVITE_MADE,
        may=Right.ADD_MEMBER,
        status=201,
    ),
    post(
        "/api/join-requests/{number}",
        "Forget that somebody asked.",
        _decline,
        RequestForgotten,
        method="DELETE",
        may=Right.ADD_MEMBER,
    ),
)
