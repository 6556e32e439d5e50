"""From the cells of one row to fields: which reader reads which column.

A reader is given the tidied text of a cell that is not empty, and returns what it says as
fields of Listing or of Row (sheet.py); it raises Unreadable otherwise.
"""

import re
from collections.abc import Callable
from typing import Final

from node.spreadsheet import values, words
from node.spreadsheet.values import Unreadable, choice
from node.spreadsheet.words import fold
from protocol.aid.audience import Audience
from protocol.aid.limits import NEAR_CELL

Fields = dict[str, object]
"""By the names of Listing, plus those of Row; None for an empty cell."""

Reader = Callable[[str], Fields]


def escaped(text: str) -> str:
    """Return text so that no spreadsheet program takes it for a formula. Undone by unescaped."""
    return f"'{text}" if _FORMULA.match(text) else text


def unescaped(text: str) -> str:
    """Return what escaped was given; text that it would not have written comes back as it is."""
    return text[1:] if text[:1] == "'" and _FORMULA.match(text) else text


# = + - @ begin a formula, tab and carriage return are cut off before one is looked for, and
# programs set to Chinese or Japanese know the wide forms (OWASP, "CSV Injection"). The
# apostrophes before are those of an earlier escape, or the author's own: one more each time.
_FORMULA: Final = re.compile(r"'*[=+\-@\t\r＝＋－＠]")


def read_cell(field: str, text: str) -> Fields:
    """Return what the cell of a column for field says. Raises Unreadable."""
    reader = _READERS.get(field)
    return reader(text) if reader else {field: text}


def _as(field: str, reader: Callable[[str], object]) -> Reader:
    return lambda text: {field: reader(text)}


def _category(text: str) -> Fields:
    """Return the first category that the cell names, and what else it says, to be kept as tags."""
    if found := words.CATEGORY_WORDS.get(fold(text)):
        return {"category": found}
    parts = values.read_tags(text)
    known = [part for part in parts if fold(part) in words.CATEGORY_WORDS]
    category = words.CATEGORY_WORDS[fold(known[0])] if known else "other"
    return {"category": category, "more_categories": [p for p in parts if p not in known[:1]]}


def _when(text: str) -> Fields:
    field, value = values.read_when(text)
    return {field: value}


def _repeats(text: str) -> Fields:
    try:
        return {"repeats": choice(words.REPEATS)(text)}
    except Unreadable:
        return {"repeats_words": text}


def _cell(text: str) -> Fields:
    return {"cell": text.lower()[:NEAR_CELL]}


def _audience(text: str) -> Fields:
    return {"audience": Audience(choice(words.AUDIENCES)(text))}


SAYS_ALSO: Final = {
    "when": ("date_from",),
    "qty": ("unit", "plenty"),
    "repeats": ("repeats_words",),
}
"""Fields that a column may fill beside its own: emptied with it when its cell is emptied."""

_READERS: Final[dict[str, Reader]] = {
    "audience": _audience,
    "until": _as("until", values.read_until),
    "stamp": lambda _: {},
    "type": _as("type", choice(words.TYPES)),
    "category": _category,
    "status": _as("status", choice(words.STATUSES)),
    "tags": _as("tags", values.read_tags),
    "mode": _as("mode", choice(words.MODES)),
    "qty": values.read_quantity,
    "left": _as("left", values.read_number),
    "plenty": _as("plenty", values.read_yes),
    "date_from": _as("date_from", values.read_day),
    "date_to": _as("date_to", values.read_day),
    "when": _when,
    "repeats": _repeats,
    "urgency": _as("urgency", choice(words.URGENCIES)),
    "cell": _cell,
    "reply_via": _as("reply_via", values.read_reply_ways),
    "lang": _as("lang", values.read_language),
    "posted_s": _as("posted_s", values.read_seconds),
}
