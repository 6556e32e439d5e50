"""Operations on what a thing of this pod said before, and on taking that back."""

from collections.abc import Mapping
from typing import Annotated, Final

from pydantic import Field

from node.aid.versions import Thing
from node.shapes.plain import Json
from node.shapes.versions import Versions, VersionTakenBack, taken_back_data, versions_data
from node.web.api.operation import Call, Given, Operation, post
from protocol.errors import UserError


class VersionGiven(Given):
    """record: of the version that is to be said again."""

    record: Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]


def _thing(call: Call) -> Thing:
    """Return what the path names, if whose token it is may change it; a withdrawn one too."""
    thing = call.pod.versions.find(call.path["rid"])
    if not call.pod.people.may_change(call.viewer.looking, thing.rid):
        raise UserError(
            "not_allowed",
            "What somebody else's said before is theirs to see.",
            "Ask them, or a steward of this pod.",
        )
    return thing


def _versions(call: Call) -> Mapping[str, Json]:
    thing = _thing(call)
    return versions_data(thing, call.pod.versions.of(thing))


def _take_back(call: Call) -> Mapping[str, Json]:
    thing, record = _thing(call), bytes.fromhex(call.said.record)
    was = next((it for it in call.pod.versions.of(thing) if it.record == record), None)
    if was is None:
        raise UserError("not_found", "There is no such version.")
    call.pod.people.begin_change(call.viewer.looking, thing.rid)
    call.pod.versions.take_back(thing, record)
    return taken_back_data(thing, was)


OPERATIONS: Final[tuple[Operation, ...]] = (
    post(
        "/api/versions/{rid}",
        "What a thing of one's own said before, the newest first.",
        _versions,
        Versions,
        method="GET",
    ),
    post(
        "/api/versions/{rid}/take-back",
        "Say again what an earlier version says.",
        _take_back,
        VersionTakenBack,
        takes=VersionGiven,
    ),
)
