"""Operations on how people of the pod reach and help each other, and on the steward log."""

from collections.abc import Mapping
from typing import Annotated, Final

from pydantic import Field

from node.shapes.people import (
    BuddiesShape,
    LogShape,
    MapShape,
    TreeShape,
    log_data,
    map_data,
    tree_data,
)
from node.shapes.plain import Json
from node.shapes.shape import Shape, flat, listed
from node.web.api.me import (
    PersonId,
)
from node.web.api.operation import Call, Given, Operation, get, post
from protocol.aid.house.rights import Right
from protocol.aid.house.way import Way


class PairGiven(Given):
    """Two people: oneself and another, or two others for a steward."""

    one: PersonId
    other: PersonId


class WayGiven(Way):
    """A way to keep in touch; the one of that name is changed. place: 1 is tried first.

    was: the name of the one that gets this name.
    """

    was: str | None = None
    place: Annotated[int, Field(ge=1, le=1000)] | None = None


class NameGiven(Given):
    """Which one."""

    name: str


class LogAsked(Given):
    """limit: so many at most, the newest."""

    limit: Annotated[int, Field(ge=1, le=100, strict=False)] = 30


BUDDIES: Final = listed("Buddies", BuddiesShape)
WAY: Final = flat("Way", Shape, Way)


class Removed(Shape):
    """What was taken off a list."""

    name: str
    removed: bool


def _map(call: Call) -> Mapping[str, Json]:
    return {"items": [map_data(it) for it in call.pod.care.map(call.viewer.looking)]}


def _buddies(call: Call) -> Mapping[str, Json]:
    pod, names = call.pod, call.pod.people.names()
    pairs = pod.care.buddies(call.viewer.looking)
    items: list[Json] = [
        BuddiesShape(
            name=it.name, buddies=tuple(names[other] for other in pairs.get(it.id, ()))
        ).to_json()
        for it in pod.people.members(call.viewer.looking)
    ]
    return {"items": items}


def _pair(call: Call) -> Mapping[str, Json]:
    call.pod.care.pair(call.viewer.looking, *_two(call))
    return _buddies(call)


def _part(call: Call) -> Mapping[str, Json]:
    call.pod.care.part(call.viewer.looking, *_two(call))
    return _buddies(call)


def _two(call: Call) -> tuple[bytes, bytes]:
    return bytes.fromhex(call.said.one), bytes.fromhex(call.said.other)


def _tree(call: Call) -> Mapping[str, Json]:
    return tree_data(call.pod.phone_trees.tree(call.viewer.looking))


def _replant(call: Call) -> Mapping[str, Json]:
    call.pod.phone_trees.replant(call.viewer.looking)
    return _tree(call)


def _ways(call: Call) -> Mapping[str, Json]:
    found = call.pod.ways.ways(call.viewer.looking)
    items: list[Json] = [it.model_dump(mode="json") for it in found]
    return {"items": items}


def _put_way(call: Call) -> Mapping[str, Json]:
    fields = {name: value for name, value in call.given.items() if name not in ("place", "was")}
    way = call.pod.ways.put(call.viewer.looking, fields, place=call.said.place, was=call.said.was)
    told: dict[str, Json] = way.model_dump(mode="json")
    return told


def _remove_way(call: Call) -> Mapping[str, Json]:
    call.pod.ways.remove(call.viewer.looking, call.said.name)
    return Removed(name=call.said.name, removed=True).to_json()


def _log(call: Call) -> Mapping[str, Json]:
    found = call.pod.steward_log.entries(call.viewer.looking, call.asked.limit)
    names = call.pod.people.names()
    return {"items": [log_data(it, names) for it in found]}


OPERATIONS: Final[tuple[Operation, ...]] = (
    get("/api/map", "Who can help with what, and the gaps.", _map, listed("PodMap", MapShape)),
    get(
        "/api/buddies",
        "Everybody with their buddies.",
        _buddies,
        BUDDIES,
    ),
    post(
        "/api/buddies",
        "Make two people buddies; ask both.",
        _pair,
        BUDDIES,
        takes=PairGiven,
        may=Right.PAIR_BUDDIES,
    ),
    post(
        "/api/buddies/part",
        "Part two buddies.",
        _part,
        BUDDIES,
        takes=PairGiven,
        may=Right.PAIR_BUDDIES,
    ),
    get("/api/tree", "Who rings whom in an emergency.", _tree, TreeShape),
    post(
        "/api/tree/anew",
        "Make the phone tree anew, as if nobody had a sheet of it.",
        _replant,
        TreeShape,
        may=Right.RUN_MACHINE,
    ),
    get("/api/ways", "How people keep in touch, to be tried in turn.", _ways, listed("Ways", WAY)),
    post(
        "/api/ways",
        "Note a way to keep in touch, or change the one of that name.",
        _put_way,
        WAY,
        takes=WayGiven,
        may=Right.EDIT_WAYS,
    ),
    post(
        "/api/ways/remove",
        "Take a way off the list.",
        _remove_way,
        Removed,
        takes=NameGiven,
        may=Right.EDIT_WAYS,
    ),
    get(
        "/api/log",
        "What stewards did to the things of others.",
        _log,
        listed("Log", LogShape),
        asks=LogAsked,
        may=Right.SEE_LOG,
    ),
)
