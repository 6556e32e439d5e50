"""Listings for tests: one by hand, the fullest one, and any that is fit."""

from typing import Any

from hypothesis import strategies as st

from protocol.aid import limits
from protocol.aid.categories import CATEGORIES
from protocol.aid.fields import tidy
from protocol.aid.listing import Listing, write_listing
from protocol.codec import encode

FLOWER = "🌻"  # four bytes in UTF-8, as long as a character gets

SOUP: dict[str, Any] = {
    "type": "offer",
    "title": "Hot soup",
    "category": "food",
    "status": "open",
    "reply_via": ("sealed",),
}
"""The least that a body can say."""

FULL: dict[str, Any] = SOUP | {
    "title": FLOWER * limits.MAX_TITLE,
    "category": max(CATEGORIES, key=len),
    "status": "paused",
    "reply_via": ("sealed", "at-meetup", "through-steward"),
    "details": FLOWER * limits.MAX_DETAILS,
    "tags": tuple(
        f"{FLOWER * (limits.MAX_TAG - 1)}{chr(0x1F33B + i)}" for i in range(limits.MAX_TAGS)
    ),
    "mode": "company",
    "qty": limits.MAX_QTY,
    "unit": FLOWER * limits.MAX_UNIT,
    "left": limits.MAX_QTY,
    "date_from": "2026-03-31T18:00",
    "date_to": "2026-03-31T20:00",
    "when": FLOWER * limits.MAX_WHEN,
    "repeats": "monthly",
    "repeats_words": FLOWER * limits.MAX_REPEATS_WORDS,
    "urgency": "whenever",
    "cell": "u33dbc"[: limits.NEAR_CELL],
    "place": FLOWER * limits.MAX_PLACE,
    "access": FLOWER * limits.MAX_ACCESS,
    "by": FLOWER * limits.MAX_BY,
    "lang": "zh" + "-abcdefgh" * 3 + "-abcde",
    "posted_s": (1 << 40) - 1,
}
"""Every field that can stand beside the others, at its limit (`plenty` and `qty` exclude)."""


def soup(**fields: Any) -> Listing:
    """Return the soup, otherwise in these fields."""
    return write_listing(SOUP | fields)


def payload(**fields: Any) -> bytes:
    """Return a payload as another node could write it: these fields over the soup, unchecked."""
    return encode({name: value for name, value in (SOUP | fields).items() if value is not None})


_LETTERS = st.characters(
    codec="utf-8",
    exclude_categories=("Cc", "Zl", "Zp"),
    exclude_characters="\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069",
)


def texts(limit: int, *, never: str = "", lines: bool = False) -> st.SearchStrategy[str]:
    """Any text that a field with this limit takes; formulas oftener than by luck."""
    letters = _LETTERS.filter(lambda char: char not in never)
    if lines:
        letters |= st.just("\n")
    starts = st.sampled_from(["", "=", "+", "-", "@", "'", "''=", "'hi", "＝", '"', "a,b", "1;2"])
    some = st.builds(str.__add__, starts, st.text(letters, max_size=min(limit, 60)))
    return some.map(tidy).filter(
        lambda text: (
            0 < len(text) <= limit
            and any(char.isprintable() and char != " " for char in text)
            and not any(char in never for char in text)
        )
    )


_DAYS = st.one_of(
    st.dates().map(lambda day: day.isoformat()),
    st.datetimes().map(lambda moment: moment.isoformat()[:16]),
)


def _optional(values: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    return st.none() | values


@st.composite
def listings(draw: st.DrawFn) -> Listing:
    """Any fit listing."""
    qty = draw(_optional(st.integers(1, limits.MAX_QTY)))
    days = sorted(draw(st.lists(_DAYS, max_size=2, unique_by=lambda day: day[:10])))
    optional = {
        "mode": st.sampled_from(["give", "lend", "do", "teach", "space", "company"]),
        "when": texts(limits.MAX_WHEN),
        "repeats_words": texts(limits.MAX_REPEATS_WORDS),
        "urgency": st.sampled_from(["now", "days", "whenever"]),
        "cell": st.text("0123456789bcdefghjkmnpqrstuvwxyz", min_size=1, max_size=6),
        "place": texts(limits.MAX_PLACE),
        "access": texts(limits.MAX_ACCESS, lines=True),
        "by": texts(limits.MAX_BY),
        "lang": st.from_regex(r"[A-Za-z]{2,3}(-[A-Za-z0-9]{1,8}){0,3}", fullmatch=True),
        "posted_s": st.integers(0, (1 << 40) - 1),
        "details": texts(limits.MAX_DETAILS, lines=True),
    }
    return Listing(
        type=draw(st.sampled_from(["offer", "need"])),
        title=draw(texts(limits.MAX_TITLE)),
        category=draw(st.sampled_from(list(CATEGORIES))),
        status=draw(st.sampled_from(["open", "paused", "done"])),
        reply_via=draw(
            st.lists(
                st.sampled_from(["sealed", "at-meetup", "through-steward"]),
                min_size=1,
                unique=True,
            ).map(tuple)
        ),
        tags=draw(st.lists(texts(limits.MAX_TAG, never=",;"), max_size=5, unique=True).map(tuple)),
        repeats=draw(st.sampled_from(["none", "weekly", "monthly"])),
        qty=qty,
        unit=draw(_optional(texts(limits.MAX_UNIT))) if qty else None,
        left=draw(_optional(st.integers(0, qty))) if qty else None,
        plenty=False if qty else draw(st.booleans()),
        date_from=days[0] if len(days) == 2 else None,
        date_to=days[-1] if days else None,
        **{name: draw(_optional(values)) for name, values in optional.items()},
    )
