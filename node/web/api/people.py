"""Operations on the people of the pod: who is here, and how they come in."""

from collections.abc import Mapping
from typing import Annotated, Any, Final, Literal

from pydantic import Field

from node.shapes.people import (
    PERSON,
    PERSON_DETAIL,
    InviteShape,
    invite_data,
    person_data,
)
from node.shapes.plain import Json
from node.shapes.shape import Shape, flat, listed
from node.web.api.me import (
    AbilityGiven,
    AbilityRemoved,
    CareGiven,
    CareWritten,
    Deleted,
    Leaving,
    ProfileGiven,
    change_person,
    delete_ability,
    delete_care,
    leave,
    set_ability,
    told_person,
    write_care,
)
from node.web.api.operation import Call, Given, Operation, get, post
from protocol.aid.house.care import Ability
from protocol.aid.house.invite import JoinsAs
from protocol.aid.house.limits import INVITE_S, MAX_INVITE_S, MAX_USES
from protocol.aid.house.rights import Right, Role


class PersonGiven(Given):
    """Somebody who is taken in; a first name is enough."""

    name: str
    role: Literal["guest", "member"] = "member"


class RoleGiven(Given):
    """What somebody is to be. The last steward stays one."""

    role: Literal["guest", "member", "steward"]


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


def _people(call: Call) -> Mapping[str, Json]:
    return {"items": [person_data(it) for it in call.pod.people.members(call.viewer.looking)]}


def _add(call: Call) -> Mapping[str, Json]:
    role = Role(call.said.role)
    added = call.pod.people.add(call.viewer.looking, call.said.name, role=role)
    return told_person(call, added.id)


def _set_role(call: Call) -> Mapping[str, Json]:
    call.pod.people.set_role(call.viewer.looking, call.member, Role(call.said.role))
    return told_person(call, call.member)


def _suspend(call: Call) -> Mapping[str, Json]:
    call.pod.people.suspend(call.viewer.looking, call.member)
    return told_person(call, call.member)


def _readmit(call: Call) -> Mapping[str, Json]:
    call.pod.people.lift_suspension(call.viewer.looking, call.member)
    return told_person(call, call.member)


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


def _one(path: str, summary: str, does: Any, may: Right, **more: Any) -> Operation:
    return post(f"/api/people/{{id}}{path}", summary, does, PERSON_DETAIL, may=may, **more)


OPERATIONS: Final[tuple[Operation, ...]] = (
    get("/api/people", "The people of the pod, by name.", _people, listed("People", PERSON)),
    post(
        "/api/people",
        "Take somebody in.",
        _add,
        PERSON_DETAIL,
        takes=PersonGiven,
        may=Right.ADD_MEMBER,
        status=201,
    ),
    get(
        "/api/people/{id}",
        "One person, as one may see them.",
        lambda call: told_person(call, call.member),
        PERSON_DETAIL,
    ),
    _one(
        "",
        "Change what is kept about somebody else.",
        lambda call: change_person(call, call.member),
        Right.EDIT_OTHERS,
        takes=ProfileGiven,
        method="PATCH",
    ),
    _one(
        "/role",
        "Make somebody a guest, a member or a steward.",
        _set_role,
        Right.SET_ROLE,
        takes=RoleGiven,
    ),
    _one("/suspend", "Keep somebody out for three days, in the open.", _suspend, Right.SUSPEND),
    _one("/readmit", "Let somebody in again who was kept out.", _readmit, Right.SUSPEND),
    post(
        "/api/people/{id}/abilities/{category}",
        "Note what somebody else can help with.",
        set_ability,
        Ability,
        takes=AbilityGiven,
        may=Right.EDIT_OTHERS,
        method="PUT",
    ),
    post(
        "/api/people/{id}/abilities/{category}",
        "Take off what somebody else can help with no longer.",
        delete_ability,
        AbilityRemoved,
        may=Right.EDIT_OTHERS,
        method="DELETE",
    ),
    post(
        "/api/people/{id}/care",
        "Write down a care note that somebody dictates.",
        write_care,
        CareWritten,
        takes=CareGiven,
        may=Right.WRITE_CARE_FOR_OTHERS,
    ),
    post(
        "/api/people/{id}/care",
        "Delete somebody's care note, if there is one.",
        delete_care,
        Deleted,
        may=Right.WRITE_CARE_FOR_OTHERS,
        method="DELETE",
    ),
    post(
        "/api/people/{id}/leave",
        "Delete all that is kept of somebody who leaves.",
        leave,
        Deleted,
        takes=Leaving,
        may=Right.EDIT_OTHERS,
    ),
    get(
        "/api/invites",
        "Codes with which people join that are still good, without the codes.",
        _invites,
        listed("Invites", InviteShape),
        may=Right.INVITE,
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
        "End an invite now.",
        _take_back_invite,
        TakenBack,
        method="DELETE",
        may=Right.INVITE,
    ),
)
