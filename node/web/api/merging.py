"""Operations on two entries of one person: a steward says so, whose they are says yes."""

from collections.abc import Mapping
from typing import Final

from node.aid.merging import Done, Look, Side
from node.shapes.people import PERSON, person_data
from node.shapes.plain import Json
from node.shapes.shape import Shape
from node.web.api.operation import Call, Operation, get, post
from protocol.aid.house.care import Ability
from protocol.aid.house.rights import MemberId, Right, Role


class SideShape(Shape):
    """One of two entries, as far as one may see it. things: titles on the board."""

    person: PERSON  # type: ignore[valid-type]
    abilities: tuple[Ability, ...]
    buddies: tuple[str, ...]
    things: tuple[str, ...]


class TwoEntries(Shape):
    """Two entries of one person. becomes: who stays.  ends: the role that ends with who goes.

    waits: it was said, and a yes is missing.
    """

    goes: SideShape
    stays: SideShape
    becomes: PERSON  # type: ignore[valid-type]
    ends: Role | None
    waits: bool


class SaidOfTwo(Shape):
    """What became of a word on two entries. waits: for a yes of whose they are; else it is done."""

    goes: str
    stays: str
    waits: bool


class PutTogether(Shape):
    """An entry that went into another. moved: of which tables, told to whose it is alone."""

    number: int
    went: str
    done_s: int
    moved: tuple[str, ...]


class EntriesOf(Shape):
    """What is said of one person's entries, and what was put together."""

    waiting: tuple[TwoEntries, ...]
    done: tuple[PutTogether, ...]


def _two(call: Call) -> tuple[MemberId, MemberId]:
    """Return who goes and who stays, as the path names them."""
    return call.member, bytes.fromhex(call.path["other"])


def _entries(call: Call) -> Mapping[str, Json]:
    merging, looking = call.pod.merging, call.viewer.looking
    call.pod.people.member(looking, call.whom)
    found = merging.asks(looking) if "id" not in call.path else merging.offers(looking)
    looks = [
        merging.look(looking, it.goes, it.stays) for it in found if call.whom in (it.goes, it.stays)
    ]
    done = merging.done(looking, call.whom)
    return {"waiting": [_look_data(it) for it in looks], "done": [_done_data(it) for it in done]}


def _look(call: Call) -> Mapping[str, Json]:
    return _look_data(call.pod.merging.look(call.viewer.looking, *_two(call)))


def _look_data(look: Look) -> dict[str, Json]:
    return {
        "goes": _side_data(look.goes),
        "stays": _side_data(look.stays),
        "becomes": person_data(look.becomes),
        "ends": look.ends.value if look.ends else None,
        "waits": look.offer is not None,
    }


def _side_data(side: Side) -> dict[str, Json]:
    abilities: list[Json] = [it.model_dump(mode="json") for it in side.abilities]
    return {
        "person": person_data(side.member),
        "abilities": abilities,
        "buddies": side.buddies,
        "things": side.things,
    }


def _done_data(it: Done) -> dict[str, Json]:
    return PutTogether(number=it.number, went=it.name, done_s=it.done_s, moved=it.moved).to_json()


def _say(call: Call) -> Mapping[str, Json]:
    waits = call.pod.merging.say(call.viewer.looking, *_two(call))
    return _said(call, waits=waits is not None)


def _say_yes(call: Call) -> Mapping[str, Json]:
    waits = call.pod.merging.say_yes(call.viewer.looking, *_two(call))
    return _said(call, waits=waits is not None)


def _say_no(call: Call) -> Mapping[str, Json]:
    call.pod.merging.say_no(call.viewer.looking, *_two(call))
    return _said(call, waits=False)


def _said(call: Call, *, waits: bool) -> Mapping[str, Json]:
    return SaidOfTwo(goes=call.path["id"], stays=call.path["other"], waits=waits).to_json()


def _undo(call: Call) -> Mapping[str, Json]:
    return person_data(call.pod.merging.undo(call.viewer.looking, int(call.path["number"])))


_BOTH: Final = "/api/people/{id}/same/{other}"
OPERATIONS: Final[tuple[Operation, ...]] = (
    get(
        "/api/people/{id}/same",
        "Which other entries the same person is said to have, or had.",
        _entries,
        EntriesOf,
        may=Right.MERGE,
    ),
    get(
        _BOTH,
        "What would become of two entries: the first goes, the other stays.",
        _look,
        TwoEntries,
        may=Right.MERGE,
    ),
    post(
        _BOTH,
        "Say that they are one person; who is signed in as either is asked.",
        _say,
        SaidOfTwo,
        may=Right.MERGE,
    ),
    post(f"{_BOTH}/yes", "Say that one is both.", _say_yes, SaidOfTwo, may=Right.SEE_POD),
    post(
        f"{_BOTH}/no",
        "Say that they are two, or take back what was said.",
        _say_no,
        SaidOfTwo,
        may=Right.SEE_POD,
    ),
    get(
        "/api/me/same",
        "What is said of one's own entries and waits for one's yes, and what was put together.",
        _entries,
        EntriesOf,
        may=Right.SEE_POD,
    ),
    post(
        "/api/merges/{number}/undo",
        "Take two entries apart again.",
        _undo,
        PERSON,
        may=Right.SEE_POD,
    ),
)
