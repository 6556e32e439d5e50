"""Operations on the phones, programs and calendars of whose token it is."""

from collections.abc import Mapping
from typing import Annotated, Final

from pydantic import Field

from node.aid.devices import CODE_S, Device, Use
from node.shapes.plain import Json
from node.shapes.shape import Shape, flat, listed
from node.web.api.operation import Call, Given, Operation, get, post
from protocol.aid.house.limits import MAX_LABEL
from protocol.aid.house.rights import Right


class DeviceShape(Shape):
    """A phone that is signed in, a program or a calendar with a token. this: the one that asks."""

    number: int
    label: str
    use: Use
    this: bool
    since_ms: int
    until_ms: int


class _Token(DeviceShape):
    """A program with a fresh token. token: told now, and kept nowhere."""

    token: str


TOOL_MADE: Final = flat("ToolMade", _Token)


class _Address(DeviceShape):
    """A calendar. path: of the file that it asks for; told now, and kept nowhere."""

    path: str


CALENDAR_MADE: Final = flat("CalendarMade", _Address)


class ToolGiven(Given):
    """label: what the program or calendar is called in the list."""

    label: Annotated[str, Field(max_length=MAX_LABEL)]


class CodeMade(Shape):
    """A code that signs one more device in, once: at `path`. good_s: of the node's running time."""

    code: str
    path: str
    good_s: int


class DeviceSignedOut(Shape):
    """A device that is remembered no more."""

    number: int
    signed_out: bool


class AllSignedOut(Shape):
    """No phone and no program acts for this person any more, the one that asked neither."""

    signed_out: bool


def code_data(code: str) -> Mapping[str, Json]:
    """Return a fresh code; see CodeMade."""
    return CodeMade(code=code, path=f"/phone/{code}", good_s=CODE_S).to_json()


def _fields(call: Call, it: Device) -> dict[str, Json]:
    this = call.viewer.device
    return {
        "number": it.number,
        "label": it.label,
        "use": it.use.value,
        "this": this is not None and this.number == it.number,
        "since_ms": it.since_ms,
        "until_ms": it.until_ms,
    }


def _devices(call: Call) -> Mapping[str, Json]:
    return {"items": [_fields(call, it) for it in call.pod.devices.of_member(call.me)]}


def _add_tool(call: Call) -> Mapping[str, Json]:
    made = call.pod.devices.add_tool(call.viewer.looking, call.me, call.said.label)
    return {**_fields(call, made.device), "token": made.token}


def _add_calendar(call: Call) -> Mapping[str, Json]:
    made = call.pod.devices.add_calendar(call.viewer.looking, call.me, call.said.label)
    return {**_fields(call, made.device), "path": f"/calendar/{made.token}.ics"}


def _make_code(call: Call) -> Mapping[str, Json]:
    return code_data(call.pod.devices.make_code(call.viewer.looking, call.me))


def _sign_out(call: Call) -> Mapping[str, Json]:
    number = int(call.path["number"])
    call.pod.devices.sign_out(call.me, number)
    return DeviceSignedOut(number=number, signed_out=True).to_json()


def _sign_all_out(call: Call) -> Mapping[str, Json]:
    call.pod.devices.sign_out(call.me)
    return AllSignedOut(signed_out=True).to_json()


OPERATIONS: Final[tuple[Operation, ...]] = (
    get(
        "/api/devices",
        "One's own phones, programs and calendars, the newest first.",
        _devices,
        listed("Devices", DeviceShape),
        may=Right.EDIT_SELF,
    ),
    post(
        "/api/devices/code",
        "Make a code by which one signs in one more device, told once.",
        _make_code,
        CodeMade,
        may=Right.EDIT_SELF,
        status=201,
    ),
    post(
        "/api/devices/tools",
        "Make a token for one more program, told once.",
        _add_tool,
        TOOL_MADE,
        takes=ToolGiven,
        status=201,
        may=Right.SEE_POD,
    ),
    post(
        "/api/devices/calendars",
        "Make an address at which a calendar asks for the meetups, told once.",
        _add_calendar,
        CALENDAR_MADE,
        takes=ToolGiven,
        status=201,
        may=Right.SEE_POD,
    ),
    post(
        "/api/devices/{number}",
        "Sign out one of them now.",
        _sign_out,
        DeviceSignedOut,
        method="DELETE",
        may=Right.EDIT_SELF,
    ),
    post(
        "/api/devices/sign-out",
        "Sign out everywhere: phones, programs and calendars, this one too.",
        _sign_all_out,
        AllSignedOut,
        may=Right.EDIT_SELF,
    ),
)
