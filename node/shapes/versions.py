"""What a thing of this pod said before, as programs are told of it."""

from pydantic import JsonValue

from node.aid.versions import Earlier, Thing
from node.shapes.plain import Json
from node.shapes.shape import Shape
from protocol.aid.audience import Audience


class VersionShape(Shape):
    """One earlier version. record: what names it.  changed: fields that say something else now.

    came_home: a neighbour brought it.  said: what is not as it is by itself.
    """

    number: int
    record: str
    audience: Audience
    signed_s: int
    came_home: bool
    changed: tuple[str, ...]
    said: dict[str, JsonValue]


class Versions(Shape):
    """A thing and what it said before, the newest first. now: its line; null if withdrawn."""

    rid: str
    now: str | None
    versions: tuple[VersionShape, ...]


class VersionTakenBack(Shape):
    """The version that is said again."""

    rid: str
    taken_back: VersionShape


def version_shape(it: Earlier) -> VersionShape:
    """Return one earlier version."""
    return VersionShape(
        number=it.number,
        record=it.record.hex(),
        audience=it.audience,
        signed_s=it.signed_s,
        came_home=it.came_home,
        changed=it.changed,
        said=it.body.model_dump(mode="json", exclude_defaults=True),
    )


def versions_data(thing: Thing, found: list[Earlier]) -> dict[str, Json]:
    """Return a thing with what it said before; see Versions."""
    said = Versions(
        rid=thing.rid.hex(),
        now=thing.now.headline() if thing.now else None,
        versions=tuple(version_shape(it) for it in found),
    )
    return said.to_json()


def taken_back_data(thing: Thing, was: Earlier) -> dict[str, Json]:
    """Return what is said again; see VersionTakenBack."""
    return VersionTakenBack(rid=thing.rid.hex(), taken_back=version_shape(was)).to_json()
