"""What a program gives to post or change a thing of a kind: its fields, for whom, until when.

Bodies are judged by their kinds (protocol/aid); the models here say which names there are.
"""

from collections.abc import Mapping
from typing import Annotated, Any, Final

from pydantic import Field, create_model

from node.shapes.shape import fields_of
from node.web.api.operation import Call, Given
from protocol.aid.audience import Audience
from protocol.aid.body import Body
from protocol.aid.fields import Seconds
from protocol.aid.house.rights import MemberId

_OURS: Final = frozenset({"posted_s"})
"""Fields that no person gives."""


class Aimed(Given):
    """audience: who may see it."""

    audience: Annotated[Audience, Field(strict=False)] = Audience.POD


class Posted(Aimed):
    """audience: who may see it.  valid_until_s: Unix time, 0 for no end, null for what is usual.

    whose: the id of the person whose it is, if it is typed for somebody else.
    """

    valid_until_s: Seconds | None = None
    whose: Annotated[str, Field(pattern=r"^[0-9a-f]{32}$")] | None = None


class Reshared(Given):
    """What is left out stays as it is; null empties a field."""

    audience: Annotated[Audience, Field(strict=False)] | None = None
    valid_until_s: Seconds | None = None


def posting_of(
    body: type[Body],
    base: type[Aimed] = Posted,
    *,
    without: frozenset[str] = frozenset(),
    optional: frozenset[str] = frozenset(),
) -> type[Aimed]:
    """Return what is given to post one of a kind.

    base: what else may be given.  without: what the address says already.  optional: what the
    pod knows if it is not given.
    """
    fields = {
        name: (hint | None, None) if name in optional else (hint, body.FIRST.get(name, default))
        for name, (hint, default) in _fields(body, without).items()
    }
    return create_model(f"{body.__name__}Posting", __base__=base, **fields)  # type: ignore[call-overload, no-any-return]


def change_of(body: type[Body], base: type[Given] = Reshared) -> type[Given]:
    """Return what is given to change one of a kind. base: what else may be given."""
    fields = {name: (hint | None, None) for name, (hint, _) in _fields(body, frozenset()).items()}
    return create_model(f"{body.__name__}Change", __base__=base, **fields)  # type: ignore[call-overload, no-any-return]


def _fields(body: type[Body], without: frozenset[str]) -> Mapping[str, tuple[Any, Any]]:
    return {k: it for k, it in fields_of(body).items() if k not in _OURS | without}


def fields_in(given: Mapping[str, Any]) -> dict[str, Any]:
    """Return the fields of the kind alone."""
    return {name: value for name, value in given.items() if name not in Posted.model_fields}


def whose_in(call: Call) -> MemberId:
    """Return whose the thing is to be: of a person who is here. Raises UserError."""
    if call.said.whose is None:
        return call.me
    return call.pod.people.member(call.viewer.looking, bytes.fromhex(call.said.whose)).id


def changed(was: Body, given: Mapping[str, Any]) -> Body:
    """Return a body with what was given in place of what it said. Raises WrongFields."""
    return type(was).write({**was.model_dump(), **fields_in(given)})
