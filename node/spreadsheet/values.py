"""From one cell to one value: choices, days, quantities, lists, in the forms people write.

Each reader takes the tidied text of a cell that is not empty and returns the value of a field
(protocol/aid/listing.py), or raises Unreadable with a reason to show. None guesses.
"""

import re
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Final

from node.spreadsheet import words
from node.spreadsheet.words import fold
from protocol.aid.limits import UNTIL_I_SAY
from protocol.saying import Saying


class Unreadable(Exception):
    """A cell says nothing that its field can mean. why: for people."""

    def __init__(self, template: str, **values: object) -> None:
        self.why = Saying(template, **values)
        super().__init__(self.why)


def read_day(text: str) -> str:
    """Return `2026-03-31` or `2026-03-31T18:00` for a day written in one of the usual ways."""
    for form in (_iso_day, _named_month, _three_numbers):
        if day := form(text):
            return day
    raise Unreadable("not a day; write it like 2026-03-31")


def read_when(text: str) -> tuple[str, str]:
    """Return (field, value): a first day if it is one, else the words as they are."""
    try:
        return "date_from", read_day(text)
    except Unreadable:
        if re.match(r"\d+([-/.])\d+\1\d+", text):
            raise  # meant as a day
        return "when", text


def read_until(text: str) -> int | str:
    """Return when a listing closes: Unix time where the cell gives one, else the last day."""
    if fold(text) in words.NO_END:
        return UNTIL_I_SAY
    if re.fullmatch(r"\d{10,13}|\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", text):
        return read_seconds(text)
    return read_day(text)


def read_seconds(text: str) -> int:
    """Return the Unix time of a moment as our export writes it."""
    if re.fullmatch(r"\d{1,13}", text):
        return int(text)
    try:
        return int(datetime.fromisoformat(text).replace(tzinfo=UTC).timestamp())
    except (ValueError, OverflowError):
        raise Unreadable("not a moment as the export writes it") from None


def read_quantity(text: str) -> dict[str, object]:
    """Return qty, unit or plenty out of `3`, `3 bags`, `plenty`."""
    if fold(text) in PLENTY:
        return {"plenty": True}
    found = re.fullmatch(r"(\d{1,9})(?:[.,]0+)?\s*(.*)", text, re.DOTALL)
    if not found:
        raise Unreadable("not a quantity; write a whole number, a unit after it if you like")
    return {"qty": int(found[1])} | ({"unit": found[2]} if found[2] else {})


def read_number(text: str) -> int:
    """Return a whole number."""
    if not re.fullmatch(r"\d{1,9}", text):
        raise Unreadable("not a whole number")
    return int(text)


def read_yes(text: str) -> bool:
    """Return whether the cell says yes."""
    word = fold(text) or text.strip()
    if word in words.YES:
        return True
    if word in words.NO:
        return False
    raise Unreadable("neither yes nor no")


def read_tags(text: str) -> tuple[str, ...]:
    """Return the tags of a list with commas, semicolons or lines."""
    return tuple(filter(None, (tag.strip() for tag in re.split(r"[,;\n]", text))))


def read_language(text: str) -> str:
    """Return the tag of a language that we know by name, else the text for the check to judge."""
    return words.LANGUAGES.get(fold(text), text)


def read_reply_ways(text: str) -> tuple[str, ...]:
    """Return the ways to answer of a list."""
    one = choice(words.REPLY_WAYS)
    return tuple(one(part) for part in re.split(r"[,;\n]", text) if part.strip())


def choice(table: Mapping[str, str]) -> Callable[[str], str]:
    """Return a reader of cells that name one of few things, by all or the first of their words."""

    def read(text: str) -> str:
        word = fold(text)
        found = table.get(word) or table.get(word.partition(" ")[0])
        if not found:
            raise Unreadable("say one of: {these}", these=", ".join(dict.fromkeys(table.values())))
        return found

    return read


PLENTY: Final = frozenset(
    ("plenty", "lots", "unlimited", "many", "a lot", "mucho", "mucha", "muchos", "muchas")
) | {"de sobra", "bastante", "sin limite", "ilimitado"}


def _iso_day(text: str) -> str | None:
    found = re.fullmatch(
        r"(\d{4})[-/.](\d{1,2})[-/.](\d{1,2})(?:[T ](\d{1,2}:\d\d)(?::00)?)?", text
    )
    return _day(found[1], found[2], found[3], found[4]) if found else None


def _named_month(text: str) -> str | None:
    """3 April 2026, 3 de abril de 2026, April 3, 2026."""
    parts = [part for part in fold(text).split() if part not in ("de", "del", "the", "of", "el")]
    if len(parts) == 3 and parts[0] in words.MONTHS:
        parts[0], parts[1] = parts[1], parts[0]
    if len(parts) != 3 or parts[1] not in words.MONTHS:
        return None
    day = re.fullmatch(r"(\d{1,2})(?:st|nd|rd|th|º|o)?", parts[0])
    if not day or not re.fullmatch(r"\d{4}", parts[2]):
        return None
    return _day(parts[2], str(words.MONTHS[parts[1]]), day[1], None)


def _three_numbers(text: str) -> str | None:
    """31/3/2026 or 3/31/2026; a day that both orders allow is nobody's to guess."""
    found = re.fullmatch(
        r"(\d{1,2})[-/.](\d{1,2})[-/.](\d{2}|\d{4})(?: (\d{1,2}:\d\d)(?::00)?)?", text
    )
    if not found:
        return None
    first, second = int(found[1]), int(found[2])
    if len(found[3]) == 2:
        raise Unreadable("a year of two digits can be read in several ways; write it in four")
    if first <= 12 and second <= 12 and first != second:
        year = found[3]
        raise Unreadable(
            "day and month could be either way round; write {one} or {other}",
            one=f"{year}-{second:02}-{first:02}",
            other=f"{year}-{first:02}-{second:02}",
        )
    day, month = (found[1], found[2]) if first > 12 or first == second else (found[2], found[1])
    return _day(found[3], month, day, found[4])


def _day(year: str, month: str, day: str, time: str | None) -> str:
    text = f"{year}-{int(month):02}-{int(day):02}"
    if time:
        text += f"T{time:0>5}"
    try:
        datetime.fromisoformat(text)
    except ValueError:
        raise Unreadable("there is no such day") from None
    return text
