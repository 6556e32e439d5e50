"""The directory as HSDS 3.0 services (Open Referral, Human Services Data Specification).

What our resources say and HSDS has a place for, with ids that are UUIDv5 of ours and stay. An
address of ours is lines, not fields: they stand in the first two of HSDS, the others are empty.
"""

from collections.abc import Iterable, Sequence
from typing import Any, Final
from uuid import UUID, uuid5

from node.aid.directory import Entry
from protocol.aid.categories import CATEGORIES, TAXONOMY_URI
from protocol.aid.resource import Resource
from store.aid import uuid_of

VERSION: Final = "3.0"
Json = dict[str, Any]
_TAXONOMY: Final = UUID(TAXONOMY_URI.removeprefix("urn:uuid:"))
_TERM_IDS: Final = {category: str(uuid5(_TAXONOMY, category)) for category in CATEGORIES}
_FEES: Final = {
    "free": "Free of charge",
    "sliding": "As people can pay",
    "paid": "Has to be paid",
}
_STATUS: Final = {"closed": "temporarily closed"}


def write_service(entry: Entry, *, pod_name: str) -> Json:
    """Return one resource as a service with all that belongs to it."""
    said, item = entry.item.body, entry.item
    own = uuid_of(item.author, item.rid)
    newest = entry.found[0].body.says if entry.found and entry.is_doubted else ""
    service: Json = {
        "id": str(own),
        "name": said.name,
        "status": _STATUS.get(newest, "active"),
        "description": said.about,
        "url": said.url,
        "email": said.email,
        "fees_description": _FEES.get(said.cost),
        "eligibility_description": said.eligibility,
        "assured_date": entry.last_true.isoformat(),
        "organization": _organization(own, said, pod_name),
        "phones": [
            {"id": _part(own, f"phone {number}"), "number": phone}
            for number, phone in enumerate(said.phones)
        ],
        "schedules": _schedules(own, said),
        "languages": [
            {"id": _part(own, f"language {code}"), "code": code} for code in said.languages
        ],
        "service_at_locations": _places(own, said),
        "attributes": [_attribute(own, category) for category in said.categories],
    }
    return _kept(service)


def write_page(contents: Sequence[Json], *, items: int, page: int = 1, size: int = 100) -> Json:
    """Return one page in the envelope of HSDS' API. page: from 1.  items: of all pages."""
    total = max(1, -(-items // size))
    return {
        "total_items": items,
        "total_pages": total,
        "page_number": page,
        "size": len(contents),
        "first_page": page == 1,
        "last_page": page >= total,
        "empty": not contents,
        "contents": list(contents),
    }


def write_taxonomy_terms() -> list[Json]:
    """Return the categories as terms of our own taxonomy."""
    return [_term(category) for category in CATEGORIES]


def _organization(own: UUID, said: Resource, pod_name: str) -> Json:
    name = said.org or said.name
    note = f"As listed in the directory of {pod_name}."
    return {"id": _part(own, "organization"), "name": name, "description": note}


def _schedules(own: UUID, said: Resource) -> list[Json]:
    found: list[Json] = []
    for number, line in enumerate(said.hours):
        *days, times = line.split()
        opens, _, closes = times.partition("-")
        found.append(
            {
                "id": _part(own, f"schedule {number}"),
                "freq": "WEEKLY",
                "byday": ",".join(day.upper() for day in days),
                "opens_at": opens,
                "closes_at": closes,
            }
        )
    if said.hours_words:
        found.append({"id": _part(own, "schedule words"), "description": said.hours_words})
    return found


def _places(own: UUID, said: Resource) -> list[Json]:
    if not (said.address or said.point or said.access):
        return []
    location: Json = {
        "id": _part(own, "location"),
        "location_type": "physical",
        "name": said.name,
        "addresses": _addresses(own, said.address),
    }
    if said.point:
        latitude, _, longitude = said.point.partition(",")
        location |= {"latitude": float(latitude), "longitude": float(longitude)}
    if said.access:
        location["accessibility"] = [
            {"id": _part(own, "accessibility"), "description": said.access}
        ]
    return [{"id": _part(own, "service at location"), "location": _kept(location)}]


def _addresses(own: UUID, lines: str | None) -> list[Json]:
    if not lines:
        return []
    first, _, rest = lines.partition("\n")
    address = {
        "id": _part(own, "address"),
        "address_1": first,
        "address_2": rest.replace("\n", ", ") or None,
        "city": "",
        "state_province": "",
        "postal_code": "",
        "country": "",
        "address_type": "physical",
    }
    return [{key: value for key, value in address.items() if value is not None}]


def _attribute(own: UUID, category: str) -> Json:
    term = _term(category)
    return {
        "id": _part(own, f"attribute {category}"),
        "link_id": str(own),
        "taxonomy_term_id": term["id"],
        "link_entity": "service",
        "taxonomy_term": term,
    }


def _term(category: str) -> Json:
    name = CATEGORIES[category]
    return {
        "id": _TERM_IDS[category],
        "code": category,
        "name": name,
        "description": name,
        "taxonomy": TAXONOMY_URI,
        "language": "en",
    }


def _part(own: UUID, what: str) -> str:
    return str(uuid5(own, what))


def _kept(said: Json) -> Json:
    return {key: value for key, value in said.items() if value not in (None, [], "")}


def all_services(entries: Iterable[Entry], *, pod_name: str) -> list[Json]:
    """Return every entry as a service."""
    return [write_service(entry, pod_name=pod_name) for entry in entries]
