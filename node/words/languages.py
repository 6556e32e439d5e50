"""One language at a time: its words, its dates, the direction it is written in.

A language without data in Babel still works: days are then said as 2026-12-31, which is read
everywhere, and plurals as its catalogue says.
"""

import calendar
import gettext
import re
from datetime import date, datetime
from functools import cache, lru_cache
from typing import Final

from babel import Locale, UnknownLocaleError
from babel.dates import format_date, format_skeleton, get_day_names
from babel.numbers import format_decimal

from node.words.catalogue import catalogues, translations

ENGLISH: Final = "en"
_REGION_MEANT: Final = {ENGLISH: "en_GB"}
"""Plain English is written here as these words are: the day before the month."""
_TAG: Final = re.compile(r"[A-Za-z]{2,3}(-[A-Za-z0-9]{1,8}){0,3}")


class Words:
    """What people read in one language. Made by words_in."""

    def __init__(self, tag: str, said: gettext.NullTranslations) -> None:
        self.tag = tag
        self._said = said
        self._locale = _locale(tag)

    @property
    def direction(self) -> str:
        """`ltr` or `rtl`, as HTML wants it."""
        return self._locale.text_direction if self._locale else "ltr"

    @property
    def own_name(self) -> str:
        """What its speakers call the language: Español."""
        name = self._locale.get_language_name() if self._locale else None
        return name[0].upper() + name[1:] if name else self.tag

    # --- Texts. A message is English; without a translation it is what people read. ---

    def gettext(self, message: str) -> str:
        return self._said.gettext(message)

    def ngettext(self, one: str, many: str, number: int) -> str:
        return self._said.ngettext(one, many, number)

    def pgettext(self, context: str, message: str) -> str:
        return self._said.pgettext(context, message)

    def npgettext(self, context: str, one: str, many: str, number: int) -> str:
        return self._said.npgettext(context, one, many, number)

    def number(self, number: int) -> str:
        """Return a quantity as it is written there: 2,000; 2.000."""
        return str(format_decimal(number, locale=self._locale)) if self._locale else str(number)

    # --- Days and times, as the clock on the wall shows them ---

    def day(self, when: date) -> str:
        """Return a day in full: Saturday 12 December 2026."""
        return format_date(when, "full", self._locale) if self._locale else f"{when:%Y-%m-%d}"

    def short_day(self, when: date) -> str:
        """Return a day in few letters: 12 Dec 2026."""
        return format_date(when, "medium", self._locale) if self._locale else f"{when:%Y-%m-%d}"

    def month_day(self, when: date) -> str:
        """Return a day of these months: Sat, 12 Dec."""
        if self._locale is None:
            return f"{when:%m-%d}"
        return format_skeleton("MMMEd", when, fuzzy=True, locale=self._locale)

    def weekday(self, number: int) -> str:
        """Return a day of the week in few letters; Monday is 0."""
        if self._locale is None:
            return calendar.day_abbr[number]
        return str(get_day_names("abbreviated", locale=self._locale)[number])

    def time(self, when: datetime) -> str:
        """Return a time of day. 18:05 is read everywhere, and fits a box on a form."""
        return f"{when:%H:%M}"

    def moment(self, when: datetime) -> str:
        """Return a day and a time: 12 Dec 2026, 18:05."""
        return f"{self.short_day(when)}, {self.time(when)}"


def language_name(tag: str, reader: str = ENGLISH) -> str:
    """Return what readers of a language call another one: Spanish; the tag if it has no name."""
    locale = _locale(tag)
    return (locale.get_language_name(reader) if locale else None) or tag


def languages() -> list[str]:
    """Return the tags of all languages that pages and paper can be had in, English first."""
    return [ENGLISH, *catalogues()]


@lru_cache(maxsize=64)  # browsers say what they like
def words_in(tag: str) -> Words:
    """Return the words of the nearest language that there is: es for es-MX, English for none."""
    asked = tag.replace("_", "-")
    if not _TAG.fullmatch(asked):
        return words_in(ENGLISH)
    known = {it.lower(): it for it in languages()}
    found = next((known[it] for it in _wider(asked.lower()) if it in known), None)
    if found is None:
        return words_in(ENGLISH)
    return Words(asked, _said_in(found))


@cache
def _said_in(language: str) -> gettext.NullTranslations:
    if language == ENGLISH:
        return gettext.NullTranslations()
    return translations(catalogues()[language].read_bytes())


def _wider(tag: str) -> list[str]:
    """Return tag and what it is a part of: zh-hant-tw, zh-hant, zh."""
    parts = tag.split("-")
    return ["-".join(parts[:size]) for size in range(len(parts), 0, -1)]


def _locale(tag: str) -> Locale | None:
    """Return what Babel knows of a language, None for nothing."""
    name = _REGION_MEANT.get(tag.lower(), tag.replace("-", "_"))
    for part in _wider(name.replace("_", "-")):
        try:
            return Locale.parse(part, sep="-")
        except (UnknownLocaleError, ValueError):
            continue
    return None
