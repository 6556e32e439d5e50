"""One language at a time: its words, its dates, the direction it is written in.

A language without data in Babel still works: days are then said as 2026-12-31, which is read
everywhere, and plurals as its catalogue says.
"""

import calendar
import gettext
from contextlib import suppress
from copy import copy
from datetime import date, datetime
from functools import cache, lru_cache
from pathlib import Path
from typing import Final

from babel import Locale, UnknownLocaleError
from babel.dates import format_date, format_skeleton, format_time, get_day_names
from babel.numbers import format_decimal

from node.words.catalogue import (
    TAG,
    File,
    Said,
    catalogues,
    content_of,
    files_in,
    translations,
    understood,
)
from node.words.gaps import Gaps

ENGLISH: Final = "en"
WORDS: Final = "words"
"""The folder of a pod's own catalogues, beside its database."""
_REGION_MEANT: Final = {ENGLISH: "en_GB"}
"""Plain English is written here as these words are: the day before the month."""
_MAX_MADE: Final = 64


class Words:
    """What people read in one language. Made by words_in."""

    def __init__(self, tag: str, said: gettext.NullTranslations, region: str | None = None) -> None:
        self.tag = tag
        self._said = said
        self._locale = _locale(region or tag)

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
        with suppress(ArithmeticError):  # a catalogue's rule of plurals may divide by nothing
            return self._said.ngettext(one, many, number)
        return one if number == 1 else many

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
        return _month_day(self._locale, when)

    def weekday(self, number: int) -> str:
        """Return a day of the week in few letters; Monday is 0."""
        if self._locale is None:
            return calendar.day_abbr[number]
        return str(get_day_names("abbreviated", locale=self._locale)[number])

    def weekday_in_full(self, number: int) -> str:
        """Return a day of the week; Monday is 0."""
        if self._locale is None:
            return calendar.day_name[number]
        return str(get_day_names("wide", locale=self._locale)[number])

    def time(self, when: datetime) -> str:
        """Return a time of day: 18:05, and 6:05 PM where clocks count to twelve."""
        if self._locale is None or "a" not in str(self._locale.time_formats["short"]):
            return f"{when:%H:%M}"
        return format_time(when.time(), "short", locale=self._locale).replace("\u202f", "\xa0")

    def moment(self, when: datetime) -> str:
        """Return a day and a time: 12 Dec 2026, 18:05."""
        return f"{self.short_day(when)}, {self.time(when)}"

    def span(self, begins: datetime, ends: datetime | None) -> str:
        """Return from when until when: Sat 12 Dec, 18:05 – 20:00; another day is named too."""
        said = f"{self.month_day(begins.date())}, {self.time(begins)}"
        if ends is None:
            return said
        other_day = self.month_day(ends.date()) + ", " if begins.date() != ends.date() else ""
        return f"{said} – {other_day}{self.time(ends)}"


@lru_cache(maxsize=512)
def _month_day(locale: Locale, when: date) -> str:
    """Look for the pattern of the language once a day: a list of meetups has two hundred days."""
    return format_skeleton("MMMEd", when, fuzzy=True, locale=locale)


def language_name(tag: str, reader: str = ENGLISH) -> str:
    """Return what readers of a language call another one: Spanish; the tag if it has no name."""
    locale = _locale(tag)
    return (locale.get_language_name(reader) if locale else None) or tag


class Languages:
    """The languages of one pod: those that ship, and what its folder of catalogues adds to them.

    A file there of a language that ships is said before it, sentence by sentence. One that is no
    catalogue adds no language; what is wrong is told by problems().
    """

    def __init__(self, folder: Path | None = None) -> None:
        self._folder = folder
        self._files: dict[str, File] = {}
        self._read: dict[str, Said] = {}
        self._problems: dict[str, str] = {}
        self._made: dict[tuple[str, str], Words] = {}
        self.look_again()

    def look_again(self) -> None:
        """Read what changed in the folder since; one look at it, if nothing did."""
        found = files_in(self._folder) if self._folder is not None else {}
        if found == self._files:
            return
        self._files, self._read, self._problems, self._made = found, {}, {}, {}
        for tag, file in found.items():
            try:
                self._read[tag] = understood(content_of(file))
            except (OSError, ValueError) as err:
                self._problems[tag] = f"{file.path.name}: {str(err) or type(err).__name__}"

    def tags(self) -> list[str]:
        """Return the tags of all languages that pages and paper can be had in, English first."""
        own = {tag for tag, said in self._read.items() if said.said}
        return [ENGLISH, *sorted((_shipped() | own) - {ENGLISH})]

    def of_pod(self) -> dict[str, Said]:
        """Return what the folder's catalogues say, by tag."""
        return dict(self._read)

    def problems(self) -> dict[str, str]:
        """Return what is wrong with files of the folder that cannot be read, by tag."""
        return dict(self._problems)

    def words_in(self, tag: str, region: str | None = None) -> Words:
        """Return the words of the nearest language there is: es for es-MX, English for none.

        region: the tag by whose customs days and times are said, of the same language.
        """
        asked = tag.replace("_", "-")
        key = (asked, region or asked)
        if key not in self._made:
            if len(self._made) >= _MAX_MADE:  # browsers say what they like
                self._made.clear()
            self._made[key] = self._words_in(*key)
        return self._made[key]

    def _words_in(self, asked: str, region: str) -> Words:
        known = self.tags() if TAG.fullmatch(asked) else []
        found = next((it for it in wider(asked.lower()) if it in known), None)
        if found is None:
            return Words(ENGLISH, self._said_in(ENGLISH))
        return Words(asked, self._said_in(found), region)

    def _said_in(self, language: str) -> gettext.NullTranslations:
        said = _said_in(language)
        return _before(self._read[language].by, said) if language in self._read else said


SHIPPED: Final = Languages()


def languages() -> list[str]:
    """Return the tags of all languages that ship, English first."""
    return SHIPPED.tags()


def words_in(tag: str) -> Words:
    """Return the words of the nearest language that ships."""
    return SHIPPED.words_in(tag)


@cache
def _shipped() -> frozenset[str]:
    return frozenset(catalogues())


@cache
def _said_in(language: str) -> gettext.NullTranslations:
    if language == ENGLISH:
        return gettext.NullTranslations()
    if language not in _shipped():
        return Gaps()
    return _before(translations(catalogues()[language].read_bytes()), Gaps())


def _before(
    first: gettext.NullTranslations, then: gettext.NullTranslations
) -> gettext.NullTranslations:
    """Return what says what the second one says, where the first says nothing."""
    said = copy(first)  # add_fallback() changes its own
    said.add_fallback(then)
    return said


def wider(tag: str) -> list[str]:
    """Return tag and what it is a part of: zh-hant-tw, zh-hant, zh."""
    parts = tag.split("-")
    return ["-".join(parts[:size]) for size in range(len(parts), 0, -1)]


def _locale(tag: str) -> Locale | None:
    """Return what Babel knows of a language, None for nothing."""
    name = _REGION_MEANT.get(tag.lower(), tag.replace("-", "_"))
    for part in wider(name.replace("_", "-")):
        try:
            return Locale.parse(part, sep="-")
        except (UnknownLocaleError, ValueError):
            continue
    return None
