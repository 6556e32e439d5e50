"""Operations on the people of the pod: who is here, and how they come in."""

from collections.abc import Mapping
from typing import Annotated, Any, Final, Literal

from pydantic import Field

from node.shapes.people import (
    PERSON,
    PERSON_DETAIL,
    person_data,
)
from node.shapes.plain import Json
from node.shapes.shape import listed
from node.web.api.devices import CodeMade, code_data
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
from protocol.aid.fields import Language
from protocol.aid.house.care import Ability
from protocol.aid.house.limits import MAX_LANGUAGES
from protocol.aid.house.member import Presence
from protocol.aid.house.rights import Right, Role


class PersonGiven(Given):
    """Somebody who is taken in; a first name is enough."""

    name: str
    role: Literal["guest", "member"] = "member"
    pronouns: str | None = None
    languages: Annotated[tuple[Language, ...], Field(max_length=MAX_LANGUAGES)] = ()
    how_best: str | None = None
    presence: Presence = "here"


class RoleGiven(Given):
    """What somebody is to be. The last steward stays one."""

    role: Literal["guest", "member", "steward"]


def _people(call: Call) -> Mapping[str, Json]:
    return {"items": [person_data(it) for it in call.pod.people.members(call.viewer.looking)]}


def _add(call: Call) -> Mapping[str, Json]:
    fields = {name: it for name, it in call.given.items() if name not in ("name", "role")}
    role = Role(call.said.role)
    added = call.pod.people.add(call.viewer.looking, call.said.name, role=role, **fields)
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


def _code(call: Call) -> Mapping[str, Json]:
    return code_data(call.pod.devices.make_code(call.viewer.looking, call.member))


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
    post(
        "/api/people/{id}/code",
        "Make a code by which somebody signs in a device, told once.",
        _code,
        CodeMade,
        may=Right.ADD_MEMBER,
        status=201,
    ),
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
)
