"""Operations on whose token it is: what the pod keeps about them, by their own word."""

from collections.abc import Mapping
from typing import Annotated, Final

from pydantic import Field

from node.shapes.people import PERSON_DETAIL, CareShape, care_data, person_detail_data
from node.shapes.plain import Json
from node.shapes.shape import Shape, listed
from node.web.api.operation import Call, Given, Operation, get, post
from protocol.aid.categories import Category
from protocol.aid.fields import Language
from protocol.aid.house.care import Ability
from protocol.aid.house.limits import MAX_CARE_NEEDS, MAX_CONTACTS, MAX_LANGUAGES, MAX_MEMBERS
from protocol.aid.house.member import Contact, Presence
from protocol.aid.house.rights import MemberId, Right
from protocol.errors import UserError

HEX_ID: Final = r"^[0-9a-f]{32}$"
PersonId = Annotated[str, Field(pattern=HEX_ID)]


class ProfileGiven(Given):
    """What changes about somebody; what is left out stays, null empties a field.

    contacts: in place of all that one can see.
    """

    name: str | None = None
    pronouns: str | None = None
    languages: Annotated[tuple[Language, ...], Field(max_length=MAX_LANGUAGES)] | None = None
    how_best: str | None = None
    presence: Presence | None = None
    contacts: Annotated[tuple[Contact, ...], Field(max_length=MAX_CONTACTS)] | None = None


class AbilityGiven(Given):
    """note: what exactly.  bounds: what not, or when not."""

    note: str | None = None
    bounds: str | None = None


class AbilityRemoved(Shape):
    """What somebody no longer says that they can."""

    category: str
    removed: bool


class CareGiven(Given):
    """A care note, in place of the one that was. viewers: ids of people who may read it."""

    words: str
    needs: Annotated[tuple[Category, ...], Field(max_length=MAX_CARE_NEEDS)] = ()
    viewers: Annotated[tuple[PersonId, ...], Field(max_length=MAX_MEMBERS)] = ()
    stewards: bool = False


class CareWritten(Shape):
    """Who reads a care note now."""

    readers: tuple[str, ...]
    review_s: int


class Deleted(Shape):
    """If there was such a thing, it is deleted."""

    deleted: bool


class Leaving(Given):
    """sure: it cannot be undone.  withdraw: what one posted is taken back, at all pods."""

    sure: bool
    withdraw: bool = False


class SignedOut(Shape):
    """This token is good no more."""

    signed_out: bool


def told_person(call: Call, id_: MemberId) -> Mapping[str, Json]:
    """Return somebody as whose token it is may see them."""
    pod, looking, names = call.pod, call.viewer.looking, call.pod.people.names()
    member = pod.people.member(looking, id_)
    can = pod.care.abilities(looking).get(id_, [])
    buddies = [names[it] for it in pod.care.buddies(looking).get(id_, ()) if it in names]
    return person_detail_data(member, can, buddies)


def change_person(call: Call, id_: MemberId) -> Mapping[str, Json]:
    """Change what is kept about somebody, as far as whose token it is may."""
    changes = dict(call.given)
    contacts = changes.pop("contacts", None)
    if changes:
        call.pod.people.edit(call.viewer.looking, id_, changes)
    if contacts is not None:
        call.pod.people.set_contacts(call.viewer.looking, id_, contacts)
    return told_person(call, id_)


def set_ability(call: Call) -> Mapping[str, Json]:
    """Note what one can do, or whom the path names."""
    fields = {**call.given, "category": call.path["category"]}
    said = call.pod.care.set_ability(call.viewer.looking, call.whom, fields)
    told: dict[str, Json] = said.model_dump(mode="json")
    return told


def delete_ability(call: Call) -> Mapping[str, Json]:
    """Note that one can do so no longer, or whom the path names."""
    category = call.path["category"]
    call.pod.care.delete_ability(call.viewer.looking, call.whom, category)
    return AbilityRemoved(category=category, removed=True).to_json()


def _care(call: Call) -> Mapping[str, Json]:
    names = call.pod.people.names()
    found = call.pod.care.notes(call.viewer.looking)
    return {"items": [care_data(it, names) for it in found]}


def write_care(call: Call) -> Mapping[str, Json]:
    """Write one's own care note, or what is dictated by whom the path names."""
    viewers = tuple(bytes.fromhex(it) for it in call.said.viewers)
    note = call.pod.care.write_note(
        call.viewer.looking, call.whom, {**call.given, "viewers": viewers}
    )
    names = call.pod.people.names()
    readers = [names[call.whom], *(names[it] for it in note.viewers), *["stewards"] * note.stewards]
    return CareWritten(readers=tuple(readers), review_s=note.review_s).to_json()


def _confirm_care(call: Call) -> Mapping[str, Json]:
    call.pod.care.confirm_note(call.viewer.looking)
    return care_data(call.pod.care.note(call.viewer.looking, call.me), call.pod.people.names())


def delete_care(call: Call) -> Mapping[str, Json]:
    """Delete one's own care note, or that of whom the path names, if there is one."""
    call.pod.care.delete_note(call.viewer.looking, call.whom)
    return Deleted(deleted=True).to_json()


def leave(call: Call) -> Mapping[str, Json]:
    """Delete all that is kept of oneself, or of whom the path names."""
    if not call.said.sure:
        raise UserError("invalid", "Tick that you are sure: this cannot be undone.")
    call.pod.people.leave(call.viewer.looking, call.whom, withdraw=call.said.withdraw)
    return Deleted(deleted=True).to_json()


def _sign_out(call: Call) -> Mapping[str, Json]:
    if call.viewer.device is not None:
        call.pod.devices.sign_out(call.me, call.viewer.device.number)
    return SignedOut(signed_out=True).to_json()


OPERATIONS: Final[tuple[Operation, ...]] = (
    get(
        "/api/me",
        "Whose token it is, and what the pod keeps about them.",
        lambda call: told_person(call, call.me),
        PERSON_DETAIL,
    ),
    post(
        "/api/me",
        "Change what the pod keeps about oneself.",
        lambda call: change_person(call, call.me),
        PERSON_DETAIL,
        takes=ProfileGiven,
        method="PATCH",
    ),
    post(
        "/api/me/abilities/{category}",
        "Say that one can help with something.",
        set_ability,
        Ability,
        takes=AbilityGiven,
        method="PUT",
    ),
    post(
        "/api/me/abilities/{category}",
        "Say so no longer.",
        delete_ability,
        AbilityRemoved,
        method="DELETE",
    ),
    get(
        "/api/care",
        "The care notes that one may read: one's own, and those of who named one.",
        _care,
        listed("CareNotes", CareShape),
    ),
    post("/api/care", "Write one's own care note.", write_care, CareWritten, takes=CareGiven),
    post("/api/care/confirm", "Say that it still holds.", _confirm_care, CareShape),
    post("/api/care", "Delete one's own care note.", delete_care, Deleted, method="DELETE"),
    post(
        "/api/me/leave",
        "Leave the pod: all that is kept of one is deleted, tokens too.",
        leave,
        Deleted,
        takes=Leaving,
        may=Right.EDIT_SELF,
    ),
    post(
        "/api/me/sign-out",
        "End this very token.",
        _sign_out,
        SignedOut,
        may=Right.EDIT_SELF,
    ),
)
