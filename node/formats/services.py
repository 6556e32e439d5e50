"""Services as nested values, from whatever form a directory came in: JSON, many tables, one table.

HSDS 3.x nests them itself; the CSVs of 3.x and 1.1 are joined by their ids; a plain table is read
by the headings that people give to columns. What a form says beside that is kept under its name.
"""

import json
import re
from collections import defaultdict
from collections.abc import Callable, Mapping
from typing import Any, Final, NamedTuple

from node.formats.tables import MAX_ROWS, MAX_UNPACKED_BYTES, Row, Tables, read_tables
from protocol.aid.fields import fold
from protocol.errors import UserError
from protocol.saying import Saying

MAX_JSON_BYTES: Final = 32 << 20
Service = dict[str, Any]


class Services(NamedTuple):
    """What a file holds. form: what it was taken for, for people."""

    form: str
    services: list[Service]


def read_services(
    content: bytes, name: str, *, max_unpacked_bytes: int = MAX_UNPACKED_BYTES
) -> Services:
    """Return the services of a file. Raises UserError (invalid, too_large)."""
    if content.lstrip()[:1] in (b"{", b"["):
        return Services("HSDS 3, JSON", _from_json(content))
    tables = read_tables(content, name, max_unpacked_bytes=max_unpacked_bytes)
    if sum(map(len, tables.values())) > MAX_ROWS:
        raise UserError(
            "too_large", "More than {most} rows.", "Split it into parts.", most=MAX_ROWS
        )
    if "services" in tables and len(tables) > 1:
        is_old = "taxonomy" in tables or "services_taxonomy" in tables
        return Services("HSDS 1.1, CSV" if is_old else "HSDS 3, CSV", _joined(tables))
    rows = [row for each in tables.values() for row in each]
    return Services(Saying("a table"), list(map(_from_row, rows)))


def _from_json(content: bytes) -> list[Service]:
    if len(content) > MAX_JSON_BYTES:
        raise UserError("too_large", "The file has more than 32 MiB.", "Split it into parts.")
    try:
        said = json.loads(content)
    except (ValueError, RecursionError) as err:
        raise UserError("invalid", "This is no JSON.", "Export it once more.") from err
    if isinstance(said, dict):
        for key in ("contents", "services", "data"):
            if isinstance(said.get(key), list):
                said = said[key]
                break
        else:
            said = [said]
    services = [it for it in said if isinstance(it, dict) and ("name" in it or "id" in it)]
    if not services:
        raise UserError("invalid", "There are no services in this file.", "Is it HSDS?")
    return services


# --- Tables, joined ---

_OF_SERVICE: Final = {
    "phones": "phones",
    "schedules": "schedules",
    "regular_schedules": "schedules",
    "regular_schedule": "schedules",
    "languages": "languages",
    "eligibilities": "eligibilities",
    "eligibility": "eligibilities",
    "cost_options": "cost_options",
    "contacts": "contacts",
    "service_areas": "service_areas",
}


def _joined(tables: Tables) -> list[Service]:
    """Return the services of HSDS tables, nested as in JSON."""
    organizations = {row.get("id", ""): row for row in tables.get("organizations", [])}
    parts: dict[str, dict[str, list[Row]]] = defaultdict(lambda: defaultdict(list))
    for table, key in _OF_SERVICE.items():
        for row in tables.get(table, []):
            parts[row.get("service_id", "")][key].append(row)
    places = _places_of(tables)
    attributes = _attributes_of(tables)
    return [
        {
            **row,
            **parts[row.get("id", "")],
            "organization": organizations.get(row.get("organization_id", ""), {}),
            "service_at_locations": places[row.get("id", "")],
            "attributes": attributes[row.get("id", "")],
        }
        for row in tables["services"]
    ]


def _attributes_of(tables: Tables) -> dict[str, list[Service]]:
    every = [*tables.get("taxonomy_terms", []), *tables.get("taxonomy", [])]
    terms = {row.get("id", ""): row for row in every}
    found: dict[str, list[Service]] = defaultdict(list)
    for row in tables.get("attributes", []):
        term = terms.get(row.get("taxonomy_term_id", ""), {})
        found[row.get("link_id", "")].append({"taxonomy_term": term})
    for name in ("services_taxonomy", "service_taxonomy", "service_taxonomies"):
        for row in tables.get(name, []):
            term = terms.get(row.get("taxonomy_id", ""), {"name": row.get("taxonomy_detail", "")})
            found[row.get("service_id", "")].append({"taxonomy_term": term})
    return found


def _places_of(tables: Tables) -> dict[str, list[Service]]:
    addresses: dict[str, list[Row]] = defaultdict(list)
    for name in ("addresses", "physical_addresses"):
        for row in tables.get(name, []):
            addresses[row.get("location_id", "")].append(row)
    locations = {
        row.get("id", ""): {**row, "addresses": addresses[row.get("id", "")]}
        for row in tables.get("locations", [])
    }
    places: dict[str, list[Service]] = defaultdict(list)
    for name in ("service_at_locations", "services_at_location", "service_at_location"):
        for row in tables.get(name, []):
            location = locations.get(row.get("location_id", ""))
            if location is not None:
                places[row.get("service_id", "")].append({"location": location})
    return places


# --- One plain row ---

_HEADINGS: Final[Mapping[str, str]] = {
    said: meaning
    for meaning, line in {
        "name": "name, service, service name, resource, what, nombre, servicio, recurso",
        "id": "id, identifier, identificador",
        "organization": "organization, organisation, agency, provider, organizacion, entidad",
        "description": "description, about, details, notes, descripcion, detalles, notas",
        "phone": "phone, phones, telephone, tel, phone number, telefono, telefonos",
        "email": "email, e-mail, mail, correo, correo electronico",
        "url": "url, website, web, web page, link, sitio, pagina web",
        "address": "address, street, location, where, direccion, lugar, donde",
        "hours": "hours, opening hours, open, schedule, when, horario, horarios",
        "eligibility": "eligibility, for whom, who can use it, requisitos, para quien",
        "fees": "fees, cost, price, costo, precio",
        "category": "category, categories, type, topic, categoria, tipo, tema",
        "languages": "languages, language, idiomas, idioma",
    }.items()
    for said in line.split(", ")
}


def _named(said: str) -> list[Service]:
    return [{"name": it.strip()} for it in re.split(r"[;,|]", said)]


_FORMS: Final[Mapping[str, tuple[str, Callable[[str], Any]]]] = {
    "organization": ("organization", lambda said: {"name": said}),
    "phone": ("phones", lambda said: [{"number": it} for it in re.split(r"[;,/\n]| or ", said)]),
    "address": (
        "service_at_locations",
        lambda said: [{"location": {"addresses": [{"address_1": said}]}}],
    ),
    "hours": ("schedules", lambda said: [{"description": said}]),
    "eligibility": ("eligibility_description", str),
    "fees": ("fees_description", str),
    "category": ("attributes", lambda said: [{"taxonomy_term": it} for it in _named(said)]),
    "languages": ("languages", _named),
}
"""Where HSDS has what a heading means, and how; what is not here stands as it is."""


def _from_row(row: Row) -> Service:
    """Return a service from one row of a plain table; unknown columns keep their name."""
    said: dict[str, str] = {}
    service: Service = {}
    for heading, cell in row.items():
        meaning = _HEADINGS.get(re.sub(r"[\W_]+", " ", fold(heading)).strip())
        if meaning is None or meaning in said:
            service[heading] = cell
        else:
            said[meaning] = cell
    for meaning, cell in said.items():
        key, form = _FORMS.get(meaning, (meaning, str))
        service[key] = form(cell)
    return service
