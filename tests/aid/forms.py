"""What docs/kinds.md and docs/schemas/ say of each kind, read off its class.

`python -m tests.aid.forms` writes both anew; in the page only the first two columns of the field
tables, as the third is a person's. Never run by CI, which compares.
"""

import json
import re
from collections.abc import Iterator
from pathlib import Path
from types import UnionType
from typing import Annotated, Any, Final, Literal, Union, get_args, get_origin, get_type_hints

from pydantic import StringConstraints
from pydantic.fields import FieldInfo

from protocol.aid import BODIES, Body, categories, fields, pod_card, reference, resource
from protocol.aid.event import On

DOCS: Final = Path(__file__).parents[2] / "docs"
PAGE: Final = DOCS / "kinds.md"
SCHEMAS: Final = DOCS / "schemas"

NAMED: Final[dict[Any, tuple[str, str]]] = {
    categories.Category: ("category (§2.2)", "categories (§2.2)"),
    fields.Cell: ("cell, at most 6", ""),
    fields.Day: ("day", "days"),
    fields.Minute: ("day with its minute", ""),
    fields.WholeDay: ("day without a time", "days without a time"),
    fields.Language: ("language, at most 35", "languages, each at most 35"),
    fields.Seconds: ("time", "times"),
    fields.Tag: ("tag, at most 30", "tags, each at most 30"),
    fields.Way: ("way, at most 120", "ways, each at most 120"),
    fields.Web: ("web address, at most 200", ""),
    fields.Link: ("link, at most 200", ""),
    fields.Email: ("e-mail address, at most 100", ""),
    fields.Zone: ("zone, at most 40", ""),
    reference.Reference: ("reference", ""),
    pod_card.Address: ("", "`host:port`, each at most 64"),
    pod_card.MailKey: ("64 hexadecimal digits, lower case", ""),
    pod_card.CardCell: ("cell, at most 5", ""),
    resource.Point: ("point", ""),
    resource.Hours: ("", "spans of opening hours"),
    resource.ForeignId: ("", "ids, each at most 60, of visible ASCII"),
    On: ("", "days of the week"),
}
"""Types by the words of docs/kinds.md §1: for one, for a list of them."""


def forms(body: type[Body]) -> dict[str, str]:
    """Return for each field of a kind what may stand in it, in the words of the page."""
    hints = get_type_hints(body, include_extras=True)
    return {name: form(hints[name]) + default(field) for name, field in body.model_fields.items()}


def form(hint: Any, *, each: bool = False) -> str:
    """Return what a type takes. each: as an item of a list."""
    if hint in NAMED:
        return NAMED[hint][each]
    if get_origin(hint) in (Union, UnionType):
        return form(get_args(hint)[0])
    if get_origin(hint) is Literal:
        return ("of " if each else "") + ", ".join(f"`{choice}`" for choice in get_args(hint))
    if hint is bool:
        return "boolean"
    if get_origin(hint) is Annotated:
        return annotated(*get_args(hint), each=each)
    assert get_origin(hint) is tuple, hint
    return f"list of {form(get_args(hint)[0], each=True)}, none twice"


def annotated(inner: Any, *marks: Any, each: bool) -> str:
    if get_origin(inner) is tuple:
        return f"list of {bounds(marks)} {form(get_args(inner)[0], each=True)}, none twice"
    if inner is int:
        least, most = (
            next(getattr(m, b) for m in flat(marks) if hasattr(m, b)) for b in ("ge", "le")
        )
        return f"{least} to {most}"
    assert inner is str, inner
    words = {fields.Line: "line", fields.Paragraph: "paragraph"}
    kind = next(words[mark] for mark in marks if mark in words)
    most = next(mark.max_length for mark in marks if isinstance(mark, StringConstraints))
    return f"{kind}s, each at most {most}" if each else f"{kind}, at most {most}"


def bounds(marks: tuple[Any, ...]) -> str:
    found = {type(mark).__name__: mark for mark in flat(marks)}
    most = found["MaxLen"].max_length
    return f"{found['MinLen'].min_length} to {most}" if "MinLen" in found else f"at most {most}"


def flat(marks: tuple[Any, ...]) -> Iterator[Any]:
    for mark in marks:
        yield from mark.metadata if isinstance(mark, FieldInfo) else (mark,)


def default(field: FieldInfo) -> str:
    if field.is_required() or field.default in (None, ()):
        return ""
    value = str(field.default).lower() if isinstance(field.default, bool) else field.default
    return f"; default {value if isinstance(field.default, bool | int) else f'`{value}`'}"


def page_with_forms(page: str) -> str:
    """Return the page with the field tables of all kinds that are marked as read off."""
    by_name = {body.NAME: body for body in BODIES.values()}
    marked = r"<!-- fields of (\w+) -->\n(.*?)<!-- end -->"
    return re.sub(
        marked,
        lambda found: (
            f"<!-- fields of {found[1]} -->\n{table(by_name[found[1]], found[2])}<!-- end -->"
        ),
        page,
        flags=re.DOTALL,
    )


def table(body: type[Body], before: str) -> str:
    """Return the field table; the words in its third column stay."""
    rows = [line.strip("|").split("|") for line in before.splitlines() if line.startswith("| `")]
    notes = {row[0].strip().removesuffix(" R"): row[2].strip() for row in rows}
    lines = ["| name | form | |", "|---|---|---|"]
    for name, said in forms(body).items():
        required = " R" if body.model_fields[name].is_required() else ""
        note = notes.get(f"`{name}`", "")
        lines.append(
            f"| `{name}`{required} | {said} | {note} |"
            if note
            else f"| `{name}`{required} | {said} | |"
        )
    return "\n".join(lines) + "\n"


def schema(body: type[Body]) -> str:
    """Return the JSON Schema of a kind, for those who write another node or a form."""
    head = {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": body.NAME,
        "description": (
            f"Kind {body.CODE} of mutualpod. The rules on text and on fields that go together "
            "are in docs/kinds.md."
        ),
    }
    said = body.model_json_schema()
    rest = {name: said[name] for name in ("type", "properties", "required")}
    return json.dumps(head | rest, indent=2, ensure_ascii=False) + "\n"


if __name__ == "__main__":
    PAGE.write_text(page_with_forms(PAGE.read_text("utf-8")), "utf-8")
    SCHEMAS.mkdir(exist_ok=True)
    for kind in BODIES.values():
        (SCHEMAS / f"{kind.NAME}.json").write_text(schema(kind), "utf-8")
