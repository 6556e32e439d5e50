"""Directories of others, taken in: HSDS 3.x (JSON, CSV), HSDS 1.1 (CSV), and plain tables.

All become nested services first (services.py), and those become resources here. Nothing is
lost in silence: each field that has no place here is named in the report with how often it was met.
"""

import re
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from hashlib import sha256
from typing import Any, Final, NamedTuple

from node.formats.services import Service, read_services
from node.formats.tables import MAX_UNPACKED_BYTES
from protocol.aid import limits
from protocol.aid.categories import CATEGORIES
from protocol.aid.fields import fold
from protocol.aid.resource import Resource
from protocol.aid.sentences import FIELD_WORDS, WrongFields
from protocol.record import RID_BYTES
from protocol.saying import Plural, Saying, Word

_TAG: Final = b"mutualpod 1 imported resource\n"


class Taken(NamedTuple):
    """One service of a file. rid: the same for the same id, so a file imported twice is one."""

    what: str
    rid: bytes
    body: Resource


class NotTaken(NamedTuple):
    """A service that was not taken, or a field that was not kept, and why."""

    what: str
    why: str


@dataclass(frozen=True, slots=True)
class ReadDirectory:
    """What a file holds. form: what it was taken for, for people."""

    form: str
    taken: tuple[Taken, ...]
    left_out: tuple[NotTaken, ...]


def read_directory(
    content: bytes, name: str, *, today: str, max_unpacked_bytes: int = MAX_UNPACKED_BYTES
) -> ReadDirectory:
    """Return the services in a file. today: YYYY-MM-DD, for those that name no day.

    max_unpacked_bytes: of all in a zip. Raises UserError (invalid, too_large) for what is no
    directory at all.
    """
    form, services = read_services(content, name, max_unpacked_bytes=max_unpacked_bytes)
    seen: Counter[str] = Counter()
    taken: dict[bytes, Taken] = {}
    left_out: list[NotTaken] = []
    for number, service in enumerate(services, start=1):
        what = str(service.get("name") or f"service {number}")[:80]
        try:
            found = _taken(service, what, today, seen, left_out)
        except WrongFields as wrong:
            left_out.append(NotTaken(what, Saying("{why}", why=wrong)))
            continue
        if found.rid in taken:
            left_out.append(
                NotTaken(what, Saying("its id stands in the file twice; the last one counts"))
            )
        taken[found.rid] = found
    left_out += [
        NotTaken(
            Saying("the field {field}", field=field),
            Saying(
                Plural(
                    "has no place here; it was in one of them",
                    "has no place here; it was in {count} of them",
                    count,
                )
            ),
        )
        for field, count in sorted(seen.items())
    ]
    return ReadDirectory(form, tuple(taken.values()), tuple(left_out))


# --- From a nested service to a resource ---

_READ: Final = frozenset(
    (
        *("id", "name", "status", "description", "url", "email", "fees_description", "fees"),
        *("eligibility_description", "assured_date", "organization", "organization_id", "phones"),
        *("schedules", "languages", "service_at_locations", "attributes", "alternate_name"),
        *("application_process", "accreditations", "wait_time", "alert", "last_modified"),
        *("interpretation_services", "eligibilities", "program_id"),
    )
)
_PART_READ: Final[Mapping[str, frozenset[str]]] = {
    "phones": frozenset(("id", "number", "extension", "type", "language", "department")),
    "schedules": frozenset(
        ("id", "freq", "byday", "opens_at", "closes_at", "description", "weekday")
    ),
    "languages": frozenset(("id", "code", "name", "language")),
    "organization": frozenset(("id", "name", "description", "url", "email")),
}
_LINKS: Final = frozenset(
    (
        "service_id",
        "location_id",
        "organization_id",
        "contact_id",
        "service_at_location_id",
        "metadata",
    )
)
_MORE: Final = (
    ("application_process", "How to get in"),
    ("interpretation_services", "Interpreting"),
    ("alert", "Note"),
    ("wait_time", "Waiting time"),
    ("accreditations", "Accredited"),
)
"""Fields that have no place of their own and are worth keeping: lines of the description."""


def _taken(
    service: Service, what: str, today: str, seen: Counter[str], left_out: list[NotTaken]
) -> Taken:
    _count_unread(service, seen)
    organization = _dict(service.get("organization"))
    location = next(
        (_dict(it.get("location")) for it in _dicts(service.get("service_at_locations"))), {}
    )
    if len(_dicts(service.get("service_at_locations"))) > 1:
        left_out.append(NotTaken(what, Saying("it is in more than one place; the first is kept")))
    status = _said(service, "status")
    if status not in ("", "active"):
        why = Saying("its status is {status}; look before you rely on it", status=status)
        left_out.append(NotTaken(what, why))
    categories, codes = _categories(service)
    address = _address(location)
    hours, words = _hours(service)
    own_id = _said(service, "id")
    fields: dict[str, object] = {
        "name": _cut(_line(service, "name"), limits.MAX_NAME, "name", what, left_out),
        "org": _cut(_line(organization, "name"), limits.MAX_ORG, "org", what, left_out),
        "about": _cut(_about(service), limits.MAX_RESOURCE_ABOUT, "about", what, left_out),
        "phones": _phones(service, location, what, left_out),
        "url": _web(service) or _web(organization),
        "email": _said(service, "email") or _said(organization, "email") or None,
        "address": _cut(address, limits.MAX_ADDRESS_LINES, "address", what, left_out),
        "public_place": bool(address),
        "hours": hours,
        "hours_words": _cut(words, limits.MAX_HOURS_WORDS, "hours_words", what, left_out),
        "eligibility": _cut(
            _eligibility(service), limits.MAX_ELIGIBILITY, "eligibility", what, left_out
        ),
        "cost": _cost(_said(service, "fees_description") or _said(service, "fees")),
        "languages": _languages(service),
        "categories": categories,
        "foreign_ids": tuple(dict.fromkeys(filter(None, [_foreign(own_id), *codes])))[
            : limits.MAX_FOREIGN_IDS
        ],
        "last_checked": _checked(service, today),
    }
    key = own_id or f"{fields['name']}\n{fields['org']}\n{address}"
    rid = sha256(_TAG + key.encode("utf-8", "replace")).digest()[:RID_BYTES]
    return Taken(what, rid, _write(fields, what, left_out))


def _write(fields: dict[str, object], what: str, left_out: list[NotTaken]) -> Resource:
    """Return the resource; a field that breaks a rule is left out and said, but for the name."""
    for _ in range(len(fields)):
        try:
            return Resource.write(fields)
        except WrongFields as wrong:
            bad = {fault.field for fault in wrong.faults}
            if not bad - {"name", "categories", "last_checked"}:
                raise
            for fault in wrong.faults:
                left_out.append(NotTaken(what, Saying("{fault} It is left out.", fault=fault)))
                fields = {key: value for key, value in fields.items() if key != fault.field}
    return Resource.write(fields)


def _count_unread(service: Service, seen: Counter[str]) -> None:
    for key, value in service.items():
        if key not in _READ and key not in _LINKS and value not in (None, "", [], {}):
            seen[key] += 1
    for part, read in _PART_READ.items():
        for each in _dicts(service.get(part)) or [_dict(service.get(part))]:
            for key, value in each.items():
                if key not in read and key not in _LINKS and value not in (None, "", [], {}):
                    seen[f"{part}.{key}"] += 1


def _about(service: Service) -> str:
    said = [_said(service, "description")]
    if other := _said(service, "alternate_name"):
        said.append(f"Also called: {other}")
    said += [f"{label}: {text}" for key, label in _MORE if (text := _said(service, key))]
    return "\n".join(filter(None, said))


def _phones(
    service: Service, location: Service, what: str, left_out: list[NotTaken]
) -> tuple[str, ...]:
    found = []
    for each in [*_dicts(service.get("phones")), *_dicts(location.get("phones"))]:
        number = _line(each, "number")
        if extension := _line(each, "extension"):
            number = f"{number} ext. {extension}"
        if number:
            found.append(number[: limits.MAX_PHONE])
    found = list(dict.fromkeys(found))
    if len(found) > limits.MAX_PHONES:
        why = Saying(
            "it has {given} numbers; {most} are kept", given=len(found), most=limits.MAX_PHONES
        )
        left_out.append(NotTaken(what, why))
    return tuple(found[: limits.MAX_PHONES])


def _address(location: Service) -> str:
    for each in _dicts(location.get("addresses")):
        lines = [_line(each, key) for key in ("attention", "address_1", "address_2")]
        town = " ".join(filter(None, (_line(each, "postal_code"), _line(each, "city"))))
        lines += [
            town,
            _line(each, "region"),
            _line(each, "state_province"),
            _line(each, "country"),
        ]
        return "\n".join(filter(None, lines))
    return ""


_DAYS: Final = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")


def _hours(service: Service) -> tuple[tuple[str, ...], str]:
    """Return hours that we can say, and all others in words."""
    hours: list[str] = []
    words: list[str] = []
    for each in _dicts(service.get("schedules")):
        days = [it.strip().upper() for it in _said(each, "byday").split(",")]
        if weekday := _said(each, "weekday"):  # HSDS 1.1
            days = [weekday[:2].upper()]
        opens, closes = (_clock(_said(each, key)) for key in ("opens_at", "closes_at"))
        is_weekly = _said(each, "freq").upper() in ("", "WEEKLY")
        if is_weekly and opens and closes and days and set(days) <= set(_DAYS):
            named = " ".join(day.lower() for day in _DAYS if day in days)
            hours.append(f"{named} {opens}-{closes}")
        elif opens or closes:
            words.append(" ".join(filter(None, (_said(each, "byday"), f"{opens}-{closes}"))))
        if described := _said(each, "description"):
            words.append(described)
    kept = tuple(dict.fromkeys(hours))[: limits.MAX_HOURS]
    return kept, "\n".join(dict.fromkeys(words))


def _clock(text: str) -> str:
    found = re.match(r"([01]?\d|2[0-4]):([0-5]\d)", text)
    return f"{int(found[1]):02d}:{found[2]}" if found else ""


def _eligibility(service: Service) -> str:
    said = [_said(service, "eligibility_description")]
    parts = _dicts(service.get("eligibilities"))
    said += [_said(each, "eligibility") or _said(each, "description") for each in parts]
    return "\n".join(dict.fromkeys(filter(None, said)))


def _cost(text: str) -> str | None:
    words = fold(text)
    if not words:
        return None
    if re.search(r"sliding|donation|as (you|people) can|donativo|voluntari", words):
        return "sliding"
    return "free" if re.search(r"\b(free|no (fee|cost|charge)|gratis|gratuit)", words) else "paid"


_BY_NAME: Final = {fold(name): id_ for id_, name in CATEGORIES.items()} | {
    id_: id_ for id_ in CATEGORIES
}


def _categories(service: Service) -> tuple[tuple[str, ...], list[str]]:
    """Return our categories, and the codes of other taxonomies, carried untouched."""
    found: list[str] = []
    codes: list[str] = []
    for each in _dicts(service.get("attributes")):
        term = _dict(each.get("taxonomy_term"))
        code, name = _said(term, "code"), fold(_said(term, "name"))
        known = _BY_NAME.get(code.lower()) or _BY_NAME.get(name)
        known = known or next((id_ for word, id_ in _HINTS.items() if word in name), None)
        if known:
            found.append(known)
        if code and code not in CATEGORIES:
            codes.append(_foreign(code))
    return tuple(dict.fromkeys(found))[: limits.MAX_CATEGORIES] or ("other",), codes


_HINTS: Final = {
    "food": "food",
    "pantry": "food",
    "meal": "food",
    "comida": "food",
    "aliment": "food",
    "shelter": "housing",
    "housing": "housing",
    "vivienda": "housing",
    "child": "childcare",
    "health": "health",
    "clinic": "health",
    "salud": "health",
    "legal": "paperwork-legal",
    "transport": "transport",
    "cloth": "clothing",
    "ropa": "clothing",
    "education": "learn-teach",
    "counsel": "emotional-support",
    "water": "water",
    "emergency": "emergency",
    "benefit": "money-info",
}


def _languages(service: Service) -> tuple[str, ...]:
    found = []
    for each in _dicts(service.get("languages")):
        code = _said(each, "code") or _said(each, "language") or _said(each, "name")
        code = _LANGUAGES.get(fold(code), code)
        if re.fullmatch(r"[A-Za-z]{2,3}(-[A-Za-z0-9]{1,8})*", code):
            found.append(code)
    return tuple(dict.fromkeys(found))[: limits.MAX_LANGUAGES]


_LANGUAGES: Final = {
    "english": "en",
    "eng": "en",
    "spanish": "es",
    "espanol": "es",
    "spa": "es",
    "french": "fr",
    "fra": "fr",
    "somali": "so",
    "som": "so",
    "arabic": "ar",
    "ara": "ar",
}


def _checked(service: Service, today: str) -> str:
    for key in ("assured_date", "last_modified"):
        if found := re.match(r"\d{4}-\d{2}-\d{2}", _said(service, key)):
            return min(found[0], today)
    return today


def _web(said: Service) -> str | None:
    url = _said(said, "url")
    if url and "://" not in url and re.fullmatch(r"[\w.-]+\.[a-z]{2,}(/\S*)?", url):
        url = f"https://{url}"
    return url if url.startswith(("http://", "https://")) else None


def _foreign(code: str) -> str:
    return re.sub(r"[^!-~]+", "_", code)[: limits.MAX_FOREIGN_ID]


def _cut(text: str, most: int, field: str, what: str, left_out: list[NotTaken]) -> str | None:
    if len(text) > most:
        said = Saying(
            "{field} has {given} characters; {most} are kept",
            field=Word(FIELD_WORDS.get(field, field)),
            given=len(text),
            most=most,
        )
        left_out.append(NotTaken(what, said))
    return text[:most].strip() or None


def _said(said: Mapping[str, Any], key: str) -> str:
    value = said.get(key)
    return str(value).strip() if isinstance(value, str | int | float) else ""


def _line(said: Mapping[str, Any], key: str) -> str:
    return " ".join(_said(said, key).split())


def _dict(value: object) -> Service:
    return value if isinstance(value, dict) else {}


def _dicts(value: object) -> list[Service]:
    return [it for it in value if isinstance(it, dict)] if isinstance(value, list) else []
