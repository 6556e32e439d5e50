"""How each kind is spoken of on the command line: its options, and what a person gave by them."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import UnionType
from typing import Annotated, Any, Final, Literal, Union, get_args, get_origin, get_type_hints

import click

from cli import fields as asked
from node.aid.items import Items
from node.pod import Pod
from protocol.aid.audience import Audience
from protocol.aid.body import Body

CATEGORY_FIELDS: Final = ("category", "categories", "we_can_help", "we_need")
"""Fields that hold ids of categories, which people give by name too."""
MINUTE_FIELDS: Final = ("start", "end", "talk_on")
"""Fields that hold a day and minute."""
UNSEEN: Final = frozenset({"posted_s", "mail_key"})
"""Fields that no person gives or reads."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Way:
    """How one kind is spoken of on the command line.

    group: `pod GROUP ...`.  door: of the pod.  title: the field that is given without an option.
    options: field to (option, help); None: no option.  columns: field to heading, for lists.
    narrow: the option that narrows lists, with its help.  ends: whether people name an end.
    """

    group: str
    body: type[Body]
    door: Callable[[Pod], Items[Any]]
    title: str
    options: Mapping[str, tuple[str, str]]
    columns: Mapping[str, str]
    narrow: tuple[str, str] | None = None
    ends: bool = False
    share: str = Audience.POD
    defaults: Callable[[Pod], Mapping[str, object]] = lambda _: {}

    @property
    def word(self) -> str:
        """What people call one."""
        return self.door_class.WORD

    @property
    def door_class(self) -> type[Items[Any]]:
        found: type[Items[Any]] = get_type_hints(self.door)["return"]
        return found


# --- Options ---


def given(way: Way, options: Mapping[str, Any]) -> dict[str, Any]:
    """Return the fields that a person gave, categories by their ids."""
    said = {name: value for name, value in options.items() if value not in (None, ())}
    for field in CATEGORY_FIELDS:
        if isinstance(said.get(field), tuple):
            said[field] = tuple(dict.fromkeys(map(asked.category_id, said[field])))
        elif field in said:
            said[field] = asked.category_id(said[field])
    return {name: value for name, value in said.items() if name in way.body.model_fields}


def now_s(pod: Pod) -> int:
    """Return the time by this pod's clock."""
    return pod.now().wall_ms // 1000


def options_of(way: Way) -> list[Callable[[Any], Any]]:
    """Return an option for each field that people give."""
    hints = get_type_hints(way.body, include_extras=True)
    return [_option(field, *said, hints[field]) for field, said in way.options.items()]


def _option(field: str, flag: str, text: str, hint: Any) -> Callable[[Any], Any]:
    many, hint = _inner(hint)
    if hint is bool:
        return click.option(
            f"{flag}/{flag.replace('--', '--not-')}", field, default=None, help=text
        )
    kind: Any = int if hint is int else None
    if get_origin(hint) is Literal:
        kind = click.Choice(get_args(hint))
    return click.option(flag, field, type=kind, multiple=many, help=text)


def _inner(hint: Any) -> tuple[bool, Any]:
    """Return whether a field is a list, and what one value of it is."""
    many = False
    while True:
        origin = get_origin(hint)
        if origin is tuple:
            many = True
        elif origin not in (Annotated, Union, UnionType):
            return many, hint
        hint = get_args(hint)[0]


def ends_of(way: Way) -> list[Callable[[Any], Any]]:
    """Return --until, --days and --no-end, if people name an end."""
    return [asked.end_options] if way.ends else []


def narrow_of(way: Way) -> list[Callable[[Any], Any]]:
    """Return the option that narrows lists, if there is one."""
    if way.narrow is None:
        return []
    flag, text = way.narrow
    return [click.option(flag, "narrow", metavar="WORD", help=text)]


def filed_under(way: Way, said: str | None) -> str | None:
    """Return the word that the narrowing option stands for."""
    if said is None or way.narrow is None:
        return None
    return asked.category_id(said) if way.narrow[0] == "--category" else said


def clearable(way: Way) -> list[str]:
    """Return the fields that can be emptied."""
    fields = way.body.model_fields
    return sorted(
        name for name, it in fields.items() if not it.is_required() and name not in UNSEEN
    )
