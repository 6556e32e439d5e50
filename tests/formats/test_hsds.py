"""The directory as HSDS, out and in: nothing is lost in silence, and nothing odd does harm."""

import csv
import io
import json
import zipfile
from datetime import date
from typing import Any, Final
from uuid import UUID

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from node.aid.directory import Entry
from node.aid.items import Item
from node.formats.hsds import all_services, write_page, write_service
from node.formats.hsds_in import read_directory
from node.formats.tables import MAX_ROWS
from protocol.aid.audience import Audience
from protocol.aid.resource import Resource
from protocol.errors import UserError
from store.aid import Position

TODAY: Final = "2026-11-23"
TEXT: Final = {"type": "string"}
UUID_: Final = {"type": "string", "pattern": "^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$"}


def shape(required: str, **fields: Any) -> dict[str, Any]:
    return {
        "type": "object",
        "required": ["id", *required.split()],
        "properties": {"id": UUID_, **fields},
        "additionalProperties": False,
    }


def many(of: dict[str, Any]) -> dict[str, Any]:
    return {"type": "array", "items": of}


# What HSDS 3.0 asks of the fields that we write: names, types, required ones, enumerations, taken
# as facts from the specification's pages for each object (docs.openreferral.org).
TERM = shape(
    "name description", code=TEXT, name=TEXT, description=TEXT, taxonomy=TEXT, language=TEXT
)
ADDRESS = shape(
    "address_1 city state_province postal_code country address_type",
    **dict.fromkeys(
        ("address_1", "address_2", "city", "state_province", "postal_code", "country"), TEXT
    ),
    address_type={"enum": ["physical", "postal", "virtual"]},
)
LOCATION = shape(
    "location_type",
    location_type={"enum": ["physical", "postal", "virtual"]},
    name=TEXT,
    latitude={"type": "number"},
    longitude={"type": "number"},
    addresses=many(ADDRESS),
    accessibility=many(shape("", description=TEXT)),
)
SERVICE = shape(
    "name status",
    name=TEXT,
    status={"enum": ["active", "inactive", "defunct", "temporarily closed"]},
    description=TEXT,
    url={"type": "string", "format": "uri"},
    email={"type": "string", "format": "email"},
    fees_description=TEXT,
    eligibility_description=TEXT,
    assured_date={"type": "string", "pattern": r"^\d{4}-\d\d-\d\d$"},
    organization=shape("name description", name=TEXT, description=TEXT),
    phones=many(shape("number", number=TEXT)),
    schedules=many(
        shape(
            "",
            freq={"enum": ["WEEKLY", "MONTHLY"]},
            byday=TEXT,
            opens_at=TEXT,
            closes_at=TEXT,
            description=TEXT,
        )
    ),
    languages=many(shape("", code=TEXT)),
    service_at_locations=many(shape("", location=LOCATION)),
    attributes=many(
        shape("", link_id=UUID_, taxonomy_term_id=UUID_, link_entity=TEXT, taxonomy_term=TERM)
    ),
)
FULL: Final = {
    "name": "Food bank",
    "org": "Elm Street Aid",
    "about": "Bags on Tuesdays",
    "categories": ("food", "water"),
    "phones": ("555 0100", "555 0101"),
    "url": "https://example.org/food",
    "email": "food@example.org",
    "address": "Main St 1\nBack door\nElmtown",
    "public_place": True,
    "point": "52.37403,4.88969",
    "hours": ("mo we 09:00-17:00", "sa 10:00-12:00"),
    "hours_words": "Not in August",
    "eligibility": "Everybody",
    "cost": "free",
    "languages": ("en", "es"),
    "access": "A ramp",
    "last_checked": "2026-10-01",
}


def entry(fields: dict[str, object], rid: bytes = b"r" * 16) -> Entry:
    item = Item(
        author=b"\x01" * 32,
        audience=Audience.NETWORK,
        rid=rid,
        record=None,
        stamp_ms=0,
        posted_s=0,
        valid_until_s=0,
        closes_s=0,
        body=Resource.write(fields),
        position=Position(0, 0),
    )
    return Entry(item=item, found=(), last_true=date(2026, 10, 1), is_old=False, is_doubted=False)


@pytest.mark.parametrize(
    "fields", [FULL, {"name": "Clinic", "categories": ("health",), "last_checked": TODAY}]
)
def test_service_has_the_shape_that_hsds_asks_for(fields: dict[str, object]) -> None:
    service = write_service(entry(fields), pod_name="Elm")
    Draft202012Validator(SERVICE).validate(json.loads(json.dumps(service)))
    ids = [value for key, value in every_pair(service) if key == "id"]
    assert all(UUID(it).version == 5 for it in ids)
    terms = {it["taxonomy_term"]["id"] for it in service["attributes"]}
    assert len(set(ids) - terms) == len(ids) - len(terms), "each part has an id of its own"


def every_pair(value: object) -> Any:
    if isinstance(value, dict):
        for key, inner in value.items():
            yield key, inner
            yield from every_pair(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from every_pair(inner)


def test_what_is_written_is_read_again() -> None:
    page = write_page(all_services([entry(FULL)], pod_name="Elm"), items=1)
    found = read_directory(json.dumps(page).encode(), "services.json", today=TODAY)
    assert found.form == "HSDS 3, JSON"
    [taken] = found.taken
    said, was = taken.body.model_dump(), Resource.write(FULL).model_dump()
    for name in ("name", "org", "about", "categories", "phones", "url", "email", "hours"):
        assert said[name] == was[name], name
    for name in ("hours_words", "eligibility", "cost", "languages", "last_checked"):
        assert said[name] == was[name], name
    assert said["address"] == "Main St 1\nBack door, Elmtown"
    named = {it.what for it in found.left_out}
    assert named == set(), "what we write ourselves has a place here"


def test_pages_are_those_of_the_envelope() -> None:
    last = write_page([{"id": "4"}], items=5, page=3, size=2)
    assert (last["total_items"], last["total_pages"], last["size"]) == (5, 3, 1)
    assert (last["first_page"], last["last_page"], last["empty"]) == (False, True, False)
    assert write_page([], items=0)["empty"] is True


def zipped(**tables: str) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        for name, content in tables.items():
            archive.writestr(f"export/{name}.csv", content)
    return file.getvalue()


HSDS_1_1: Final = {
    "organizations": "id,name,description\no1,Aid,x\n",
    "services": "id,organization_id,name,status,url,program_id,odd_column\n"
    "s1,o1,Meals,active,www.example.org,,strange\ns2,o1,Old,inactive,,,\n",
    "locations": "id,name,latitude\nl1,Hall,1\n",
    "services_at_location": "id,service_id,location_id\nx1,s1,l1\n",
    "physical_addresses": "id,location_id,address_1,city,postal_code,country\n"
    "a1,l1,High St 2,Elmtown,1234,NL\n",
    "phones": "id,service_id,number,extension\np1,s1,555 0100,7\n",
    "regular_schedules": "id,service_id,weekday,opens_at,closes_at\nr1,s1,Monday,9:00,12:30\n",
    "services_taxonomy": "id,service_id,taxonomy_id\nt1,s1,BD-1800\n",
    "taxonomy": "id,name\nBD-1800,Emergency Food\n",
}


def test_tables_of_hsds_1_1_are_joined() -> None:
    found = read_directory(zipped(**HSDS_1_1), "old.zip", today=TODAY)
    assert found.form == "HSDS 1.1, CSV"
    meals, old = found.taken
    assert meals.body.name == "Meals"
    assert meals.body.org == "Aid"
    assert meals.body.phones == ("555 0100 ext. 7",)
    assert meals.body.address == "High St 2\n1234 Elmtown\nNL"
    assert meals.body.hours == ("mo 09:00-12:30",)
    assert meals.body.categories == ("food",)
    assert meals.body.url == "https://www.example.org"
    said = {it.what: it.why for it in found.left_out}
    assert "inactive" in said["Old"]
    assert "one of them" in said["the field odd_column"]
    assert old.body.name == "Old"


def test_tables_of_hsds_3_are_joined() -> None:
    tables = {
        "services": "id,organization_id,name,status,assured_date\ns1,o1,Repair,active,2026-01-02\n",
        "organizations": "id,name,description\no1,Aid,x\n",
        "attributes": "id,link_id,taxonomy_term_id,link_entity\na1,s1,t1,service\n",
        "taxonomy_terms": "id,code,name,description\nt1,home-repair,Home repair,x\n",
    }
    [taken] = read_directory(zipped(**tables), "new.zip", today=TODAY).taken
    assert taken.body.categories == ("home-repair",)
    assert taken.body.last_checked == "2026-01-02"


def test_same_service_has_the_same_rid_in_every_export() -> None:
    one = read_directory(zipped(**HSDS_1_1), "a.zip", today=TODAY).taken
    changed = {**HSDS_1_1, "phones": "id,service_id,number\np1,s1,555 0999\n"}
    two = read_directory(zipped(**changed), "b.zip", today="2027-01-01").taken
    assert [it.rid for it in one] == [it.rid for it in two]
    assert one[0].body.phones != two[0].body.phones


@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "latin-1", "utf-16"])
def test_plain_table_in_any_dress_is_read(delimiter: str, encoding: str) -> None:
    rows = [
        ["Nombre", "Teléfono", "Dirección", "Categoría", "Color favorito"],
        ["Comedor Ñandú", "555 0100 / 555 0101", "Calle 1", "Comida", "azul"],
        ["Otro", "", "", "", ""],
    ]
    file = io.StringIO(newline="")
    csv.writer(file, delimiter=delimiter).writerows(rows)
    found = read_directory(file.getvalue().encode(encoding), "lista.csv", today=TODAY)
    first, second = (it.body for it in found.taken)
    assert (first.name, first.phones) == ("Comedor Ñandú", ("555 0100", "555 0101"))
    assert (first.address, first.public_place) == ("Calle 1", True)
    assert first.categories == ("food",)
    assert second.categories == ("other",)
    assert [it.what for it in found.left_out] == ["the field color favorito"]


def test_field_that_cannot_be_used_is_left_out_and_said_and_the_rest_is_kept() -> None:
    service = {"id": "1", "name": "X" * 300, "email": "no address", "url": "javascript:alert(1)"}
    service |= {"description": "d" * 5000, "phones": [{"number": str(n)} for n in range(9)]}
    found = read_directory(json.dumps([service]).encode(), "x.json", today=TODAY)
    [taken] = found.taken
    assert taken.body.url is None
    assert taken.body.email is None
    assert len(taken.body.phones) == 5
    why = " ".join(it.why for it in found.left_out)
    for word in ("characters", "e-mail", "numbers"):
        assert word in why


def bomb() -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("services.csv", b"id,name\n" + b"0" * (40 << 20))
    return file.getvalue()


def nested() -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        archive.writestr("inner.zip", bomb())
    return file.getvalue()


@pytest.mark.parametrize(
    "content",
    [
        pytest.param(b"", id="nothing"),
        pytest.param(b"\x00" * 1000, id="zeros"),
        pytest.param(b"{", id="half of JSON"),
        pytest.param(b"[" * 100_000, id="deep JSON"),
        pytest.param(b"[1, 2, 3]", id="JSON of something else"),
        pytest.param(b"PK\x03\x04" + b"\x00" * 100, id="broken zip"),
        pytest.param(zipped(**HSDS_1_1)[:-40], id="torn zip"),
        pytest.param(bomb(), id="zip that unpacks to 40 MiB"),
        pytest.param(nested(), id="zip in a zip"),
        pytest.param(b"name\n" + b"a\n" * (MAX_ROWS + 1), id="too many rows"),
    ],
)
def test_hostile_file_is_refused_with_a_sentence(content: bytes) -> None:
    try:
        found = read_directory(content, "x.csv", today=TODAY)
    except UserError as err:
        sentence = err.sentence
    else:
        assert found.taken == ()
        return
    assert sentence.endswith(".")


def test_cell_of_ten_megabytes_is_refused_and_said() -> None:
    content = b"name,description\nBig," + b"x" * (10 << 20) + b"\nSmall,y\n"
    with pytest.raises(UserError) as caught:
        read_directory(content, "big.csv", today=TODAY)
    assert "MiB" in caught.value.sentence


LEAF = st.none() | st.booleans() | st.integers() | st.text(max_size=20)
JSON = st.recursive(
    LEAF, lambda it: st.lists(it, max_size=4) | st.dictionaries(st.text(max_size=8), it, max_size=4)
)
FIELDS = st.sampled_from(
    [*SERVICE["properties"], "location", "addresses", "number", "taxonomy_term"]
)


@given(st.lists(st.dictionaries(FIELDS, JSON, max_size=8), max_size=4))
@settings(max_examples=150, deadline=None)
def test_any_json_is_read_or_refused_with_a_sentence(services: list[dict[str, Any]]) -> None:
    try:
        found = read_directory(json.dumps(services).encode(), "x.json", today=TODAY)
    except UserError:
        return
    assert all(len(it.rid) == 16 for it in found.taken)
