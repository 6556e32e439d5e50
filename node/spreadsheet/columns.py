"""Which column is which field: headings found, matched and explained before a row is read."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, NamedTuple

from node.spreadsheet.table import split_rows
from node.spreadsheet.text import Text
from node.spreadsheet.words import HEADINGS, PRIVATE, TYPES, fold
from protocol.errors import UserError

DELIMITERS: Final = {",": "comma", ";": "semicolon", "\t": "tab", "|": "bar"}
HEADINGS_WITHIN: Final = 30
"""The headings are in one of so many first rows: titles and blank ones may stand above."""

_WHAT: Final = frozenset(("title", "offers", "needs"))
"""Without one of these no row says what it is about."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Column:
    """One column of the file. field: of Listing or of a row (words.HEADINGS), None if not read."""

    heading: str
    field: str | None
    why_not: str = ""  # told to people if field is None


class Layout(NamedTuple):
    """How the file is built. first_row: index of the first row below the headings."""

    delimiter: str
    columns: tuple[Column, ...]
    first_row: int


def find_layout(text: Text) -> Layout:
    """Return the layout in which most headings mean something to us.

    Raises UserError (invalid, too_large) if none names what is offered or needed.
    """
    layouts, refusals = [], []
    for delimiter in _candidates(text.text):
        try:
            table = split_rows(text.text, delimiter, first_rows=HEADINGS_WITHIN)
        except UserError as err:
            refusals.append(err)
            continue
        for index, row in enumerate(table.rows):
            layouts.append(Layout(delimiter, match_columns(row.cells), index + 1))
    best = max(layouts, key=_headings_known, default=None)
    if best and _says_what(best):
        return best
    raise refusals[0] if refusals else _no_headings(text.text)


def match_columns(headings: Sequence[str]) -> tuple[Column, ...]:
    """Return each column with its field; of two columns for one field the first has it."""
    columns: list[Column] = []
    taken: dict[str, str] = {}
    for heading in headings:
        shown = " ".join(heading.split())[:60]
        field = _field_of(heading)
        if field and field in taken:
            why = f"the column “{taken[field]}” already gives this"
            columns.append(Column(heading=shown, field=None, why_not=why))
        elif field:
            taken[field] = shown
            columns.append(Column(heading=shown, field=field))
        else:
            columns.append(Column(heading=shown, field=None, why_not=_why_unread(heading)))
    return tuple(columns)


def _field_of(heading: str) -> str | None:
    """Try the whole heading, then without what is in brackets, then each of two languages."""
    bare = re.sub(r"\(.*?\)", " ", heading)
    for form in (heading, bare, *re.split(r"[/|:]", bare)):
        if field := HEADINGS.get(fold(form)):
            return field
    return None


def _why_unread(heading: str) -> str:
    if PRIVATE.intersection(fold(heading).split()):
        return "about a person: stays in your file, and does not travel"
    return "not a heading that we know" if heading.strip() else "no heading"


def _candidates(text: str) -> tuple[str, ...]:
    """Excel's own first line `sep=;` decides; otherwise all are tried."""
    said = re.match(r'"?sep=([,;\t|])"?\r?\n', text)
    return (said[1],) if said else tuple(DELIMITERS)


def _headings_known(layout: Layout) -> tuple[bool, int]:
    return _says_what(layout), sum(column.field is not None for column in layout.columns)


def _says_what(layout: Layout) -> bool:
    """Tell headings from a first row of data: `offer, Soup` is a listing, not two headings."""
    known = [column for column in layout.columns if column.field]
    if len(known) == 1 and fold(known[0].heading) in TYPES:
        return False
    return any(column.field in _WHAT for column in known)


def _no_headings(text: str) -> UserError:
    beginning = " ".join(text[:200].split())[:60]
    return UserError(
        "invalid",
        "No row of headings was found in the file, which begins “{beginning}”."
        if beginning
        else "The file is empty.",
        "Give the columns headings in the first row: title, type (offer or need), category, "
        "details. docs/kinds.md has the list.",
        beginning=beginning,
    )
