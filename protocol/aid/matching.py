"""Why an offer and a need may fit, in reasons that people can judge. No score, no ranking.

Spec: docs/kinds.md §2.6. It compares two listings and says what they have in common; who made
them, and what they did before, is not asked.
"""

import re
from enum import StrEnum
from typing import Final, NamedTuple

from protocol.aid.fields import fold
from protocol.aid.listing import Listing

_WORD: Final = re.compile(r"[^\W_]{4,}")
_EMPTY: Final = frozenset(
    (
        *("with", "from", "that", "this", "have", "need", "needs", "offer", "some", "your", "help"),
        *("could", "would", "like", "want", "please", "more", "once", "week", "every", "after"),
        *("before", "para", "desde", "sobre", "algo", "alguien", "necesito", "necesita", "ofrezco"),
        *("tengo", "busco", "ayuda", "favor", "cada", "semana", "todos", "todas", "puedo", "como"),
    )
)
"""Words that everybody says, folded."""
_SIZE: Final = {5: (0.0439453125, 0.0439453125), 6: (0.0054931640625, 0.010986328125)}
"""Height and width in degrees of a cell of so many characters."""
_LETTERS: Final = "0123456789bcdefghjkmnpqrstuvwxyz"


class Reason(StrEnum):
    """What a need and an offer have in common."""

    CATEGORY = "category"
    WORDS = "words"
    STREETS = "streets"  # cells of six characters: the same, or side by side
    QUARTER = "quarter"  # cells of five characters: the same, or side by side
    DAYS = "days"
    LANGUAGE = "language"


class Common(NamedTuple):
    """One thing in common. of: the category, the words, the days, the language."""

    reason: Reason
    of: tuple[str, ...] = ()


def in_common(
    one: Listing, other: Listing, *, spoken: frozenset[str] = frozenset()
) -> tuple[Common, ...]:
    """Return why one may fit the other, an offer and a need; nothing if they do not.

    spoken: languages of the pod that made other. Without a category or a word in common, or with
    days that never meet, nothing else counts.
    """
    category, words = _category(one, other), _words(one, other)
    days = _days(one, other)
    if one.type == other.type or not (category or words) or days is None:
        return ()
    return (*category, *words, *_place(one, other), *days, *_language(one, other, spoken))


def _category(one: Listing, other: Listing) -> tuple[Common, ...]:
    is_same = one.category == other.category != "other"
    return (Common(Reason.CATEGORY, (one.category,)),) if is_same else ()


def significant_words(listing: Listing) -> frozenset[str]:
    """Return the words of title and tags that say something, folded."""
    text = fold(" ".join((listing.title, *listing.tags)))
    return frozenset(_WORD.findall(text)) - _EMPTY


def _words(one: Listing, other: Listing) -> tuple[Common, ...]:
    both = significant_words(one) & significant_words(other)
    return (Common(Reason.WORDS, tuple(sorted(both))),) if both else ()


def _place(one: Listing, other: Listing) -> tuple[Common, ...]:
    if one.cell is None or other.cell is None:
        return ()
    for size, reason in ((6, Reason.STREETS), (5, Reason.QUARTER)):
        if min(len(one.cell), len(other.cell)) >= size and _touch(one.cell, other.cell, size):
            return (Common(reason),)
    return ()


def _touch(one: str, other: str, size: int) -> bool:
    """Tell whether two cells, cut to size, are the same or side by side."""
    (lat, lon), (other_lat, other_lon) = _corner(one[:size]), _corner(other[:size])
    height, width = _SIZE[size]
    around = abs(lon - other_lon)
    near = min(around, 360 - around)  # across the date line too
    return abs(lat - other_lat) < 1.5 * height and near < 1.5 * width


def _corner(cell: str) -> tuple[float, float]:
    """Return latitude and longitude of the south-west corner of a geohash."""
    low, size = [-180.0, -90.0], [360.0, 180.0]
    axis = 0
    for letter in cell:
        number = _LETTERS.index(letter)
        for bit in (16, 8, 4, 2, 1):
            size[axis] /= 2
            low[axis] += size[axis] * bool(number & bit)
            axis = 1 - axis
    return low[1], low[0]


def _days(one: Listing, other: Listing) -> tuple[Common, ...] | None:
    """Return the days that both are there; None if there are none, nothing if one has no days."""
    (begins, ends), (other_begins, other_ends) = _span(one), _span(other)
    if begins > other_ends or other_begins > ends:
        return None
    said = bool(one.date_from or one.date_to) and bool(other.date_from or other.date_to)
    both = (max(begins, other_begins), min(ends, other_ends))
    return (Common(Reason.DAYS, tuple(day for day in both if day.isascii())),) if said else ()


def _span(listing: Listing) -> tuple[str, str]:
    """Return the first and the last day; open ends come before and after all days."""
    return (listing.date_from or "")[:10], (listing.date_to or "\uffff")[:10]


def _language(one: Listing, other: Listing, spoken: frozenset[str]) -> tuple[Common, ...]:
    if one.lang is None:
        return ()
    wanted = one.lang.partition("-")[0].lower()
    said = {it.partition("-")[0].lower() for it in (*spoken, other.lang or "")}
    return (Common(Reason.LANGUAGE, (wanted,)),) if wanted in said else ()
