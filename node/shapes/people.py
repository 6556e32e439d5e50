"""The people of a pod, as programs of its members are told of them: what the viewer may see."""

from collections.abc import Callable, Mapping, Sequence
from typing import Final, TypeAlias

from node.aid.care import Noted
from node.aid.invites import Invites
from node.aid.phone_trees import TreeView
from node.shapes.plain import Json
from node.shapes.shape import Shape, flat
from protocol.aid.categories import Category
from protocol.aid.fields import Seconds
from protocol.aid.house.care import Ability
from protocol.aid.house.invite import Invite, JoinsAs
from protocol.aid.house.join_request import JoinRequest
from protocol.aid.house.member import Member
from protocol.aid.house.pod_map import MapRow
from protocol.aid.house.rights import MemberId
from protocol.aid.house.steward_log import Entry, sentence

People: TypeAlias = Mapping[MemberId, str]
"""Names of people."""


class _Id(Shape):
    """A person of the pod, by what they chose to say and to show."""

    id: str


_NOT_THESE: Final = frozenset({"id"})
PERSON: Final = flat("Person", _Id, Member, without=_NOT_THESE)


class _Detail(_Id):
    """A person of the pod, with what they can do and who their buddies are."""

    abilities: tuple[Ability, ...]
    buddies: tuple[str, ...]


PERSON_DETAIL: Final = flat("PersonDetail", _Detail, Member, without=_NOT_THESE)


def person_data(member: Member) -> dict[str, Json]:
    """Return a person; see PERSON."""
    said: dict[str, Json] = member.model_dump(mode="json", exclude={"id", "contacts"})
    contacts: list[Json] = [it.model_dump(mode="json") for it in member.contacts]
    return {"id": member.id.hex(), **said, "contacts": contacts}


def person_detail_data(
    member: Member, can: Sequence[Ability], buddies: Sequence[str]
) -> dict[str, Json]:
    """Return a person with more; see PERSON_DETAIL."""
    abilities: list[Json] = [it.model_dump(mode="json") for it in can]
    return {**person_data(member), "abilities": abilities, "buddies": list(buddies)}


# --- What they can do, and what would help them ---


class Can(Shape):
    """Somebody who can help with something."""

    name: str
    note: str | None
    bounds: str | None


class MapShape(Shape):
    """A category of the pod map. gap: nobody here said that they can."""

    category: Category
    can: tuple[Can, ...]
    may_need: tuple[str, ...]
    gap: bool


def map_data(row: MapRow) -> dict[str, Json]:
    """Return a row of the pod map."""
    said = MapShape(
        category=row.category,
        can=tuple(
            Can(name=member.name, note=ability.note, bounds=ability.bounds)
            for member, ability in row.can
        ),
        may_need=tuple(it.name for it in row.may_need),
        gap=row.is_gap,
    )
    return said.to_json()


class CareShape(Shape):
    """What would help somebody in an emergency, for those they name. due: does it still hold?"""

    name: str
    words: str
    needs: tuple[Category, ...]
    stewards: bool
    written_s: Seconds
    review_s: Seconds
    viewers: tuple[str, ...]
    due: bool


def care_data(noted: Noted, names: People) -> dict[str, Json]:
    """Return a care note that the viewer may read."""
    said = noted.note.model_dump(exclude={"viewers"})
    viewers = tuple(names[it] for it in noted.note.viewers)
    shape = CareShape(name=noted.member.name, **said, viewers=viewers, due=noted.is_due)
    return shape.to_json()


class BuddiesShape(Shape):
    """Somebody with their buddies."""

    name: str
    buddies: tuple[str, ...]


# --- How they reach each other ---


class StepShape(Shape):
    """One call, or knock, of the phone tree. if_silent: whom the caller rings instead."""

    caller: str
    to: str
    knock: bool
    number: str
    if_silent: tuple[str, ...]


class TreeShape(Shape):
    """Who rings whom. call_backs: who ring the first once their branch is done."""

    first: str | None
    steps: tuple[StepShape, ...]
    call_backs: tuple[str, ...]
    not_reached: tuple[str, ...]


def tree_data(view: TreeView) -> dict[str, Json]:
    """Return the phone tree, with the numbers that the viewer may see."""
    found, name = view.tree, namer(view)
    said = TreeShape(
        first=name(found.first) if found.first else None,
        steps=tuple(
            StepShape(
                caller=name(it.caller),
                to=name(it.to),
                knock=it.knock,
                number=numbers(view.members[it.to]),
                if_silent=tuple(name(other) for other in it.if_silent),
            )
            for it in found.steps
        ),
        call_backs=tuple(name(it) for it in found.call_backs),
        not_reached=tuple(name(it) for it in found.not_reached),
    )
    return said.to_json()


def namer(view: TreeView) -> Callable[[MemberId], str]:
    """Return what says the name of somebody in a tree."""
    return lambda id_: view.members[id_].name


def numbers(member: Member) -> str:
    """Return the telephone numbers of a person, as far as they are shown here."""
    return ", ".join(it.value for it in member.contacts if it.type == "phone")


# --- How they come in, and what stewards do ---


class InviteShape(Shape):
    """A code that is still good, without the code. running_s_left: of the node's running time."""

    number: int
    joins_as: JoinsAs
    uses_left: int
    running_s_left: int


def invite_data(invites: Invites, it: Invite) -> dict[str, Json]:
    """Return an invite."""
    said = InviteShape(
        number=it.number,
        joins_as=it.joins_as,
        uses_left=it.uses_left,
        running_s_left=invites.running_s_left(it),
    )
    return said.to_json()


class JoinRequestShape(Shape):
    """Somebody who asks to join, and how to reach them."""

    number: int
    name: str
    contact: str
    words: str | None
    asked_s: Seconds


def join_request_data(it: JoinRequest) -> dict[str, Json]:
    """Return who asks to join."""
    return JoinRequestShape(**it.model_dump()).to_json()


class LogShape(Shape):
    """What a steward did to a thing of somebody else's."""

    at_ms: int
    what: str
    sentence: str


def log_data(it: Entry, names: Mapping[MemberId, str]) -> dict[str, Json]:
    """Return an entry of the steward log."""
    return LogShape(at_ms=it.at_ms, what=it.what, sentence=sentence(it, dict(names))).to_json()
