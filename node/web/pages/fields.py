"""Bodies of any kind as forms, and back: what people type, kept until it can be used.

Each field is typed as its model says (protocol.aid.form.typed_as): a line, a whole number, a tick,
ticks for the words of a fixed list, or for any other list its items with commas between.
"""

from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime, time, timedelta
from functools import cache
from types import MappingProxyType
from typing import Any, Final, TypeAlias

from pydantic import BaseModel

from node.web.guard import Form
from protocol.aid.body import Body
from protocol.aid.form import typed_as, whole_number
from protocol.aid.sentences import Fault, WrongFields

PICKED: Final = frozenset(
    ("categories", "also", "we_can_help", "we_need", "provides", "reply_via", "rsvp_via")
)
"""Fields of which people tick as many as they like."""
Given: TypeAlias = dict[str, Any]
"""What a form shows: text by field, a list of what is ticked where several may be."""


def typed_in(form: Form, names: Sequence[str]) -> Given:
    """Return what was typed into these fields, to be used or to be shown again."""
    return {name: list(form.all(name)) if name in PICKED else form.text(name) for name in names}


def given_of(body: Body, names: Sequence[str]) -> Given:
    """Return the fields of a body as people would have typed them."""
    said = body.model_dump()
    return {name: _shown(name, said[name]) for name in names if name in said}


def fields_of(model: type[BaseModel], given: Given) -> dict[str, object]:
    """Return what a form says by the names of model; what is no field of it is left out."""
    return {
        name: _value(typed_as(model, name), said)
        for name, said in given.items()
        if name in model.model_fields
    }


@cache
def bounds_of(model: type[BaseModel]) -> Mapping[str, int]:
    """Return how many characters fit into each field that is a text."""
    found = {}
    for name, schema in model.model_json_schema()["properties"].items():
        most = [it["maxLength"] for it in (schema, *schema.get("anyOf", ())) if "maxLength" in it]
        if most:
            found[name] = max(most)
    return MappingProxyType(found)


def end_of_day_s(said: str, field: str = "until") -> int | None:
    """Return when the day that was typed is over here, Unix seconds; None if none was.

    Raises WrongFields.
    """
    if not said:
        return None
    try:
        last = date.fromisoformat(said)
        return int(datetime.combine(last + timedelta(days=1), time.min).astimezone().timestamp())
    except (ValueError, OverflowError):
        raise WrongFields((Fault(field, "not_a_whole_day", {}),)) from None


def last_day(end_s: int) -> str:
    """Return the last day of what is over at end_s, as a field for days holds it; "" for no end."""
    return local_day(end_s - 1).isoformat() if end_s else ""


def apart(said: str | None) -> tuple[str, str]:
    """Return the day and the time of what may be a day, or a day and time; "" for none."""
    day, _, time_ = (said or "").partition("T")
    return day, time_


def joined(day: str, time_: str) -> str:
    """Return a day, with its time if one was typed."""
    return f"{day}T{time_}" if time_ else day


def local_day(at_s: int) -> date:
    """Return the day of a time here."""
    return datetime.fromtimestamp(at_s, UTC).astimezone().date()


def _shown(name: str, value: object) -> object:
    if value is None:
        return ""
    if isinstance(value, tuple | list):
        return list(value) if name in PICKED else ", ".join(map(str, value))
    if isinstance(value, bool):
        return "yes" if value else ""
    return str(value)


def _value(kind: type, said: str | Sequence[str]) -> object:
    if not isinstance(said, str):
        return tuple(dict.fromkeys(said))
    if kind is tuple:
        items = said.replace(";", ",").replace("\n", ",").split(",")
        return tuple(it.strip() for it in items if it.strip())
    if kind is bool:
        return bool(said)
    if kind is int:
        return whole_number(said)
    return said


def fault_beside(faults: Mapping[str, str], moved: Mapping[str, str]) -> dict[str, str]:
    """Return faults beside the fields that a form has. moved: field of a body, to the form's."""
    found: dict[str, str] = {}
    for field, sentence in faults.items():
        found.setdefault(moved.get(field, field), sentence)
    return found
