"""What all shapes have in common, and how one is put together of two."""

from collections.abc import Mapping
from typing import Any, get_type_hints

from pydantic import BaseModel, ConfigDict, create_model

from node.shapes.plain import Json


class Shape(BaseModel):
    """One JSON object. Each of its fields is always there."""

    model_config = ConfigDict(
        frozen=True,
        strict=True,
        extra="forbid",
        json_schema_serialization_defaults_required=True,
        defer_build=True,  # many of them only describe: a node starts without building those
    )

    def to_json(self) -> dict[str, Json]:
        """Return it as plain values, ready to be written."""
        return self.model_dump(mode="json", by_alias=True)


def flat(
    name: str,
    head: type[Shape],
    *bodies: type[BaseModel],
    without: frozenset[str] = frozenset(),
) -> type[Shape]:
    """Return the shape of an object that has the fields of head, and those of bodies.

    without: fields of bodies that are not told, or that head tells in its own way.
    """
    fields: dict[str, Any] = {}
    for body in bodies:
        fields |= {key: it for key, it in fields_of(body).items() if key not in without}
    return create_model(name, __base__=head, __doc__=head.__doc__, **fields)


def fields_of(model: type[BaseModel]) -> Mapping[str, tuple[Any, Any]]:
    """Return the fields of a model as create_model takes them: type and default."""
    hints = get_type_hints(model, include_extras=True)
    return {
        name: (hints[name], ... if field.is_required() else field.default)
        for name, field in model.model_fields.items()
    }


def listed(name: str, shape: type[Shape]) -> type[Shape]:
    """Return the shape of a whole list."""
    return create_model(name, __base__=Shape, items=(tuple[shape, ...], ...))  # type: ignore[valid-type]
