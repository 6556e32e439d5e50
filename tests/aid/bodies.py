"""Bodies of every kind for tests: the least and the fullest one."""

from typing import Any

from protocol.aid import limits
from protocol.aid.categories import CATEGORIES
from protocol.aid.reference import refer
from protocol.identity import PodId
from tests.aid.listings import FLOWER, SOUP
from tests.aid.listings import FULL as FULL_LISTING

REFERENCE = refer(PodId(b"\xff" * 32), b"\xff" * 16)
OTHER = refer(PodId(b"\xfe" * 32), b"\xfe" * 16)
LONGEST = sorted(CATEGORIES, key=len, reverse=True)
_DAY = "2026-03-31"
_LANG = "zh" + "-abcdefgh" * 3 + "-abcde"
_LANGS = tuple(f"z{letter}{_LANG[2:]}" for letter in "abcdefghij")
_COMMON: dict[str, Any] = {"lang": _LANG, "posted_s": (1 << 40) - 1}


def several(number: int, length: int) -> tuple[str, ...]:
    """Return texts of four-byte characters, no two alike."""
    return tuple(f"{FLOWER * (length - 1)}{chr(0x1F33B + n)}" for n in range(number))


LEAST: dict[str, dict[str, Any]] = {
    "listing": SOUP,
    "pod_card": {
        "name": "Elm Street",
        "zone_name": "Elm Street 1-40",
        "zone_kind": "street",
        "accepting": "ask",
    },
    "resource": {"name": "Food pantry", "categories": ("food",), "last_checked": _DAY},
    "confirmation": {"target": REFERENCE, "says": "still-true", "date": _DAY},
    "event": {
        "title": "Potluck",
        "start": "2026-03-31T18:00",
        "tz": "Europe/Madrid",
        "gathering": "social",
        "status": "planned",
    },
    "notice": {"title": "A seed swap?", "text": "Who has tomatoes?", "topic": "idea"},
    "reading": {"title": "Mutual Aid", "medium": "text"},
    "crisis_status": {"level": "active"},
    "outcome": {"proposal": REFERENCE, "title": "One phone tree?", "position": "agree"},
}
"""The least that a body of each kind can say, by the kind's name."""

_MORE: dict[str, dict[str, Any]] = {
    "listing": FULL_LISTING,
    "pod_card": {
        "name": FLOWER * limits.MAX_POD_NAME,
        "zone_name": FLOWER * limits.MAX_PLACE,
        "zone_kind": "neighbourhood",
        "zone_words": FLOWER * limits.MAX_ZONE_WORDS,
        "cell": "u33db",
        "languages": _LANGS,
        "members_band": "11-20",
        "about": FLOWER * limits.MAX_CARD_ABOUT,
        "how_to_reach": tuple(f"meeting: {it}" for it in several(5, limits.MAX_WAY - 9)),
        "addresses": tuple(f"{n}{'a' * (limits.MAX_ADDRESS - 7)}:65535" for n in range(4)),
        "mail_key": "f" * 64,
    },
    "resource": {
        "name": FLOWER * limits.MAX_NAME,
        "categories": tuple(LONGEST[: limits.MAX_CATEGORIES]),
        "org": FLOWER * limits.MAX_ORG,
        "about": FLOWER * limits.MAX_RESOURCE_ABOUT,
        "phones": several(limits.MAX_PHONES, limits.MAX_PHONE),
        "url": "https://" + "a" * (limits.MAX_LINK - 8),
        "email": "a@" + "a" * (limits.MAX_EMAIL - 2),
        "address": FLOWER * limits.MAX_ADDRESS_LINES,
        "public_place": True,
        "point": "-89.12345,-179.12345",
        "cell": "u33dbc",
        "hours": tuple(f"mo tu we th fr sa su 09:{n}-17:00" for n in range(10, 24)),
        "hours_words": FLOWER * limits.MAX_HOURS_WORDS,
        "eligibility": FLOWER * limits.MAX_ELIGIBILITY,
        "cost": "sliding",
        "languages": _LANGS,
        "access": FLOWER * limits.MAX_SERVICE_ACCESS,
        "runs_on": "mutual-aid",
        "works_without_power": "yes",
        "source": FLOWER * limits.MAX_SOURCE,
        "foreign_ids": tuple(f"{n}{'a' * (limits.MAX_FOREIGN_ID - 1)}" for n in range(3)),
    },
    "confirmation": {
        "says": "duplicate",
        "duplicate_of": OTHER,
        "note": FLOWER * limits.MAX_NOTE,
    },
    "event": {
        "title": FLOWER * limits.MAX_TITLE,
        "tz": "America/Argentina/ComodRivadavia",
        "gathering": "assembly",
        "status": "cancelled",
        "end": "2026-03-31T20:00",
        "repeats": "monthly",
        "every": limits.MAX_INTERVAL,
        "on": ("-1tu", "1mo", "1we", "2mo", "2we", "3mo", "3we"),
        "last_day": "2199-12-31",
        "not_on": tuple(f"2027-01-{day}" for day in range(10, 30)),
        "category": LONGEST[0],
        "place": FLOWER * limits.MAX_WHERE,
        "cell": "u33dbc",
        "online": "https://" + "a" * (limits.MAX_LINK - 8),
        "about": FLOWER * limits.MAX_ABOUT,
        "capacity": limits.MAX_CAPACITY,
        "provides": ("childcare", "food", "step-free", "interpreting"),
        "access": FLOWER * limits.MAX_ACCESS,
        "rsvp_via": ("sealed", "at-meetup", "through-steward"),
    },
    "notice": {
        "title": FLOWER * limits.MAX_TITLE,
        "text": FLOWER * limits.MAX_NOTICE,
        "topic": "thanks-to-all",
        "cell": "u33dbc",
    },
    "reading": {
        "title": FLOWER * limits.MAX_READING_TITLE,
        "medium": "course",
        "made_by": FLOWER * limits.MAX_AUTHORS,
        "category": LONGEST[0],
        "link": "https://" + "a" * (limits.MAX_LINK - 8),
        "paper_copy": FLOWER * limits.MAX_PAPER_COPY,
        "note": FLOWER * limits.MAX_READING_NOTE,
        "talk_on": "2026-03-31T20:00",
    },
    "crisis_status": {
        "level": "recovering",
        "what": FLOWER * limits.MAX_CRISIS_WHAT,
        "we_can_help": tuple(LONGEST[: limits.MAX_CRISIS_CATEGORIES]),
        "we_need": tuple(LONGEST[: limits.MAX_CRISIS_CATEGORIES]),
        "safe_places": FLOWER * limits.MAX_SAFE_PLACES,
        "heard_from": "most",
    },
    "outcome": {
        "title": FLOWER * limits.MAX_TITLE,
        "position": "stand-aside",
        "text": FLOWER * limits.MAX_OUTCOME,
        "decided_on": _DAY,
    },
}
FULL: dict[str, dict[str, Any]] = {
    name: least | _COMMON | _MORE[name] for name, least in LEAST.items()
}
"""Every field that can stand beside the others, at its limit, by the kind's name."""
