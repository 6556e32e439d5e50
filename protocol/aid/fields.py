"""The small types that fields of a kind are made of: text, tags, days, cells, languages.

Spec: docs/kinds.md §1. Each refuses what a reader could not show safely and changes nothing:
a received body is judged as it came. `tidy` is the other half, for what a person typed.
"""

import re
import unicodedata
from datetime import date
from typing import Annotated, Final

from pydantic import AfterValidator, Field, StringConstraints
from pydantic_core import PydanticCustomError

from protocol.aid.limits import MAX_EMAIL, MAX_LANG, MAX_LINK, MAX_TAG, MAX_WAY, MAX_ZONE, NEAR_CELL

# Control characters but the newline; U+2028 and U+2029, which are newlines in disguise; the
# bidirectional overrides, embeddings and isolates, with which a title could make the line
# around it read backwards (CVE-2021-42574). Left in: the marks U+200E, U+200F and the
# joiners, which Arabic, Hebrew, Persian and emoji need.
_NEVER: Final = re.compile(r"[\x00-\x09\x0b-\x1f\x7f-\x9f\u2028\u2029]")
_TURNS_TEXT: Final = re.compile(r"[\u202a-\u202e\u2066-\u2069]")
_DAY: Final = re.compile(r"(\d{4}-\d{2}-\d{2})(T([01]\d|2[0-3]):[0-5]\d)?")


def tidy(text: str) -> str:
    """Return what a person typed in the one form that a body may hold, as far as that is safe.

    Composed (NFC), one sort of line end, no tabs, nothing blank at either end. Fit text
    comes back as it is. What has no harmless form, as a control character, is left for the
    check to name.
    """
    lines = text.replace("\r\n", "\n").replace("\r", "\n").replace("\t", " ")
    return unicodedata.normalize("NFC", lines).strip()


def fold(text: str) -> str:
    """Return text for searching and comparing, never for showing: no case, no accents."""
    if text.isascii():
        return text.lower()
    letters = unicodedata.normalize("NFKD", text.casefold())
    return "".join([char for char in letters if not unicodedata.combining(char)])


_UNSEEN: Final = ("Cf", "Me")
_BLANK: Final = "\u034f\u115f\u1160\u17b4\u17b5\u180b\u180c\u180d\u180f\u2800\u3164\uffa0"
"""Letters and signs that are drawn as nothing; marks are not, as vowels of Hindi and Thai are."""
# Letters of Greek and Cyrillic that are drawn as a Latin one, in lower or upper case (UTS 39, the
# part of it that keyboards have).
_DRAWN_AS: Final = str.maketrans(
    "аеорсухіјѕһԁԛԝӏѵвкмнтαεζηικμνορτυχγβ", "aeopcyxijshdqwlvbkmhtaezhikmnoptuxyb"
)


def looks(text: str) -> str:
    """Return text for telling whether two names look alike on a page, never for showing.

    As fold, and without what is not seen, with one blank for many, and foreign letters as those
    that they are drawn like: a neighbour could pose as another by any of these.
    """
    seen = "".join([it for it in fold(text) if not _is_unseen(it)])
    return " ".join(seen.translate(_DRAWN_AS).split())


def _is_unseen(char: str) -> bool:
    is_variant = "\ufe00" <= char <= "\ufe0f" or "\U000e0100" <= char <= "\U000e01ef"
    return is_variant or char in _BLANK or unicodedata.category(char) in _UNSEEN


def _paragraph(text: str) -> str:
    """Refuse text that is not plain, composed and trimmed."""
    if text.isascii() and text.isprintable() and text[0] != " " and text[-1] != " ":
        return text  # nearly all of it
    if _NEVER.search(text):
        raise PydanticCustomError("control_character", "control character")
    if _TURNS_TEXT.search(text):
        raise PydanticCustomError("turns_text", "bidirectional control")
    if not unicodedata.is_normalized("NFC", text):
        raise PydanticCustomError("not_composed", "not in NFC")
    if text[0].isspace() or text[-1].isspace():
        raise PydanticCustomError("blank_end", "blank at an end")
    return text


def _line(text: str) -> str:
    """As a paragraph, of one line, with something in it that can be seen."""
    if text.isascii() and text.isprintable():
        return _paragraph(text)
    if "\n" in text:
        raise PydanticCustomError("more_than_a_line", "newline")
    if not any(char.isprintable() and char != " " for char in text):
        raise PydanticCustomError("nothing_to_see", "no visible character")
    return _paragraph(text)


def _tag(text: str) -> str:
    """As a line, without what separates tags on paper and in a spreadsheet."""
    if "," in text or ";" in text:
        raise PydanticCustomError("separator", "comma or semicolon")
    return _line(text)


def _day(text: str) -> str:
    """A day, or a day and minute, as the clock on the wall of the pod shows it."""
    found = _DAY.fullmatch(text)
    try:
        date.fromisoformat(found[1] if found else "")
    except ValueError:
        raise PydanticCustomError("not_a_day", "not an ISO day") from None
    return text


def first_minute(day: str) -> str:
    """Return when a day begins: its first minute if it names none."""
    return day if "T" in day else f"{day}T00:00"


def last_minute(day: str) -> str:
    """Return when a day ends: its last minute if it names none."""
    return day if "T" in day else f"{day}T23:59"


def _minute(text: str) -> str:
    """A day with its minute."""
    if "T" not in text:
        raise PydanticCustomError("not_a_minute", "no time of day")
    return _day(text)


def _whole_day(text: str) -> str:
    """A day without a time."""
    if "T" in text:
        raise PydanticCustomError("not_a_whole_day", "a time of day")
    return _day(text)


Paragraph = AfterValidator(_paragraph)
Line = AfterValidator(_line)
Tag = Annotated[str, StringConstraints(min_length=1, max_length=MAX_TAG), AfterValidator(_tag)]
Day = Annotated[str, AfterValidator(_day)]
Minute = Annotated[str, AfterValidator(_minute)]
"""A day and minute, as the clock on the wall shows it."""
WholeDay = Annotated[str, AfterValidator(_whole_day)]
Cell = Annotated[str, StringConstraints(pattern=rf"^[0-9b-hjkmnp-z]{{1,{NEAR_CELL}}}$")]
"""A geohash: a cell, never a point; how coarse depends on who will see it (listing.for_scope)."""
Language = Annotated[
    str,
    StringConstraints(max_length=MAX_LANG, pattern=r"^[A-Za-z]{2,3}(-[A-Za-z0-9]{1,8})*$"),
]
"""A BCP 47 tag by its shape: tags that nobody has registered yet are somebody's language too."""
Way = Annotated[
    str,
    StringConstraints(
        min_length=1,
        max_length=MAX_WAY,
        pattern=r"^(phone|text|email|web|radio|door|meeting|other): \S",
    ),
    AfterValidator(_line),
]
"""A way to reach people, what sort of way first: `door: number 12, the blue one, after five`."""
# Only what can be seen in ASCII: a link must not look like another one. No pod opens a link.
Web = Annotated[str, StringConstraints(max_length=MAX_LINK, pattern=r"^https?://[!-~]+$")]
"""The address of a page."""
Link = Annotated[
    str, StringConstraints(max_length=MAX_LINK, pattern=r"^(https?://|mailto:|tel:)[!-~]+$")
]
"""A page, an e-mail address or a telephone: nothing that a browser would run."""
Email = Annotated[str, StringConstraints(max_length=MAX_EMAIL, pattern=r"^[!-?A-~]+@[!-?A-~]+$")]
Zone = Annotated[
    str,
    StringConstraints(
        max_length=MAX_ZONE, pattern=r"^[A-Za-z][A-Za-z0-9_+-]*(/[A-Za-z0-9_+-]+){0,2}$"
    ),
]
"""A time zone by its IANA name, by its shape: tables of zones are not alike everywhere."""
Seconds = Annotated[int, Field(ge=0, lt=1 << 40)]
"""Unix time."""
