"""From what a person typed to a checked value, and sentences for what cannot be used."""

from collections.abc import Mapping
from functools import cache
from types import MappingProxyType, UnionType
from typing import Annotated, Any, Final, TypeVar, Union, get_args, get_origin, get_type_hints

from pydantic import BaseModel
from pydantic_core import ValidationError

from protocol.aid.fields import tidy
from protocol.aid.sentences import WrongFields, faults

_M = TypeVar("_M", bound=BaseModel)
_MAX_DIGITS: Final = 15
_NOTHING: Final[Mapping[str, object]] = MappingProxyType({})


def fill(
    model: type[_M],
    fields: Mapping[str, object],
    first: Mapping[str, object] = MappingProxyType({}),
) -> _M:
    """Return the value that a person means by these fields, or WrongFields with a sentence each.

    fields: by the names of model. Text is tidied; None and empty mean not given, and leave what
    `first` says. Unknown names are an error of the caller.
    """
    unknown = fields.keys() - model.model_fields.keys()
    if unknown:
        raise TypeError(f"not fields of {model.__name__}: {sorted(unknown)}")
    given = {name: _tidied(value) for name, value in fields.items()}
    kept = {name: value for name, value in given.items() if value not in (None, "", ())}
    try:
        return model.model_validate({**first, **kept})
    except ValidationError as err:
        raise WrongFields(faults(err)) from None


@cache
def typed_as(model: type[BaseModel], field: str) -> type:
    """Return as what a person types a field: tuple (several), bool (yes or no), int, or str."""
    hint: Any = get_type_hints(model)[field]
    while get_origin(hint) in (Annotated, Union, UnionType):
        hint = get_args(hint)[0]
    kind = get_origin(hint) or hint
    return kind if kind in (tuple, bool, int) else str


def whole_number(said: str) -> int | str:
    """Return the whole number that was typed; what is none, as it is, for the model to name.

    Of many digits Python makes no number, and no field takes one.
    """
    return int(said) if said.isdecimal() and len(said) <= _MAX_DIGITS else said


def _tidied(value: object) -> object:
    if type(value) is str:  # not an Enum of strings, which nobody typed
        return tidy(value)
    if isinstance(value, tuple | list):
        return tuple(item for item in map(_tidied, value) if item != "")
    return value
