"""One line of the table of operations: what a program may ask, and what it is told.

Spec: docs/api.md. From these lines come the handlers, the OpenAPI document and the tests that
walk them all. A function here does what a page does, by the same doors of the Pod.
"""

import re
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Final, NamedTuple, Protocol, TypeVar

from pydantic import BaseModel, ConfigDict

from node.pod import Pod
from node.shapes.names import Names
from node.shapes.plain import Json
from node.web.guard import MAX_BODY_BYTES
from node.web.machine import Machine
from node.web.viewer import Viewer
from protocol.aid.categories import CATEGORIES
from protocol.aid.house.rights import MemberId, Right

T = TypeVar("T")


class Given(BaseModel):
    """What a program gives, in a body or in the address; what has no default is needed."""

    model_config = ConfigDict(frozen=True, strict=True, extra="forbid", defer_build=True)


class Part(NamedTuple):
    """A part of a path that differs. pattern: what may stand there."""

    pattern: str
    means: str


PARTS: Final[Mapping[str, Part]] = {
    "rid": Part("[0-9a-f]{4,32}", "The rid of a thing, or four or more digits it begins with."),
    "id": Part("[0-9a-f]{32}", "The id of a person."),
    "other": Part("[0-9a-f]{32}", "The id of the entry that stays."),
    "reference": Part("[0-9a-f]{4,32}", "What a list tells, or four or more digits of it."),
    "category": Part("[a-z-]{2,40}", f"One of: {', '.join(CATEGORIES)}."),
    "number": Part("[0-9]{1,9}", "The number that a list tells."),
    "pairing": Part("[0-9]{1,15}", "The number of a pairing that was begun."),
    "letter": Part("[0-9]{1,15}-[0-9a-f]{8}", "What names a letter in the list of letters."),
    "sheet": Part("[a-z-]{2,40}", "The name of a sheet that the list tells."),
    "service": Part("[0-9a-f-]{36}", "The id of a service, as HSDS has it."),
    "pod_id": Part("[a-z2-7]{56}", "The id of a pod."),
}


@dataclass(frozen=True)
class Call:
    """One request that may be done: by whom, and what was given.

    is_secret: nobody on the way can read along.  asked, said: of the models that the operation
    names.  given: the body as it came, to tell what was left out from what was emptied.
    machine: what serves it; whom it sees around is for the event loop.
    """

    pod: Pod
    machine: Machine
    viewer: Viewer
    is_secret: bool
    path: Mapping[str, str]
    asked: Any
    said: Any
    given: Mapping[str, Any]

    @cached_property
    def names(self) -> Names:
        """What the pods that this one knows are called."""
        return Names(self.pod)

    @property
    def now_s(self) -> int:
        """Unix time, as far as the pod's clock knows."""
        return self.viewer.now_s

    @property
    def me(self) -> MemberId:
        """Whose token it is."""
        return self.viewer.member_id

    @property
    def member(self) -> MemberId:
        """The person that the path names."""
        return bytes.fromhex(self.path["id"])

    @property
    def whom(self) -> MemberId:
        """The person that the path names; whose token it is, if it names nobody."""
        return self.member if "id" in self.path else self.me


class Turn(Protocol):
    """Calls function(call) on the pages' thread."""

    async def __call__(self, function: Callable[[Call], T]) -> T: ...


class Turns(NamedTuple):
    """One request that takes more than one turn on the pages' thread; for the event loop.

    do: takes a turn.  said: as in Call.
    """

    do: Turn
    machine: Machine
    said: Any


Does = Callable[[Call], Mapping[str, Json]]
"""Done in one turn on the pages' thread, so nobody on pages or by programs comes between."""
Runs = Callable[[Turns], Awaitable[Mapping[str, Json]]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Operation:
    """One thing that can be asked.

    path: below /api/, its parts in braces as PARTS has them.  may: the right that it takes.
    does: given the call, on the pages' thread; or a coroutine function, given turns on it.
    Returns what `tells` says, as JSON.
    asks, takes: what the address and the body may give; None: nothing.
    body_bytes: how long the body may be.
    """

    method: str
    path: str
    may: Right
    summary: str
    does: Does | Runs
    tells: type[BaseModel]
    asks: type[Given] | None = None
    takes: type[BaseModel] | None = None
    status: int = 200
    body_bytes: int = MAX_BODY_BYTES

    @property
    def area(self) -> str:
        """The first word of its path, by which documents group them."""
        return self.path.split("/")[2]

    @property
    def parts(self) -> list[str]:
        """The parts of its path that differ, in their order."""
        return re.findall(r"{(\w+)}", self.path)

    @property
    def route(self) -> str:
        """Its path as the router reads it."""
        return re.sub(r"{(\w+)}", lambda it: f"{{{it[1]}:{PARTS[it[1]].pattern}}}", self.path)


def get(path: str, summary: str, does: Any, tells: type[BaseModel], **more: Any) -> Operation:
    """Return a line for what members may see."""
    line = {"may": Right.SEE_POD, **more}
    return Operation(method="GET", path=path, summary=summary, does=does, tells=tells, **line)


def post(path: str, summary: str, does: Any, tells: type[BaseModel], **more: Any) -> Operation:
    """Return a line for what members may do."""
    line = {"method": "POST", "may": Right.POST, **more}
    return Operation(path=path, summary=summary, does=does, tells=tells, **line)
