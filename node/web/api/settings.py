"""Operations on the pod's own: its name, settings of its machine that suit a page, first steps."""

from collections.abc import Mapping
from typing import Annotated, Any, Final

from pydantic import Field

from node.aid.setting_up import First
from node.aid.settings import ON_PAGES
from node.shapes.plain import Json
from node.shapes.shape import Shape
from node.web.api.operation import Call, Given, Operation, get, post
from protocol.aid.house.rights import Right

_Word = Annotated[str, Field(pattern=r"^[^\s,]{1,260}$")]
"""One of a list that people type with blanks or commas between."""


class SettingsShape(Shape):
    """What is set; see docs/operate-on-a-pi.md. waits: what is other until the node starts anew."""

    name: str
    mdns: bool
    web_https: bool
    web_names: tuple[str, ...]
    addresses: tuple[str, ...]
    waits: tuple[str, ...]


class SettingsGiven(Given):
    """What changes; what is left out stays. name: of the pod."""

    name: str | None = None
    mdns: bool | None = None
    web_https: bool | None = None
    web_names: tuple[_Word, ...] | None = None
    addresses: tuple[_Word, ...] | None = None


class StepShape(Shape):
    """A first step of a new pod."""

    step: First
    done: bool


class FirstSteps(Shape):
    """What a pod begins with; empty once all is done, or was put away."""

    items: tuple[StepShape, ...]


def _settings(call: Call) -> Mapping[str, Json]:
    here, now = call.machine.config, call.pod.settings.now(call.viewer.looking)
    said: dict[str, Any] = {name: getattr(now, name) for name in ON_PAGES}
    waits = tuple(name for name in ON_PAGES if said[name] != getattr(here, name))
    return SettingsShape(name=call.pod.name, waits=waits, **said).to_json()


def _change(call: Call) -> Mapping[str, Json]:
    given = {name: value for name, value in call.given.items() if value is not None}
    name = given.pop("name", None)
    typed = {setting: _typed(value) for setting, value in given.items()}
    call.pod.settings.change_all(call.viewer.looking, typed, name)
    return _settings(call)


def _typed(value: Any) -> str:
    """Return a setting as people type it."""
    if isinstance(value, bool):
        return "true" if value else "false"
    return ", ".join(value)


def _steps(call: Call) -> Mapping[str, Json]:
    found = call.pod.setting_up.steps(call.viewer.looking)
    return FirstSteps(
        items=tuple(StepShape(step=it.first, done=it.is_done) for it in found)
    ).to_json()


def _put_away(call: Call) -> Mapping[str, Json]:
    call.pod.setting_up.put_away(call.viewer.looking)
    return _steps(call)


_STEWARDS: Final = Right.RUN_MACHINE
OPERATIONS: Final[tuple[Operation, ...]] = (
    get(
        "/api/settings",
        "The pod's name, and settings of its machine.",
        _settings,
        SettingsShape,
        may=_STEWARDS,
    ),
    post(
        "/api/settings",
        "Change them; those of the machine hold from its next start.",
        _change,
        SettingsShape,
        takes=SettingsGiven,
        method="PATCH",
        may=_STEWARDS,
    ),
    get("/api/first-steps", "What a new pod begins with.", _steps, FirstSteps, may=_STEWARDS),
    post(
        "/api/first-steps/put-away",
        "Show them to nobody any more.",
        _put_away,
        FirstSteps,
        may=_STEWARDS,
    ),
)
