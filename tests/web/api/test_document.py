"""/api/openapi.json: whole, valid, and true of every operation of the table."""

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

import jsonschema
import pytest

from node.web.api.files import FILES
from node.web.api.operation import PARTS
from node.web.api.table import OPERATIONS, ROUTES, whole
from node.web.app import all_routes
from node.web.live import Live
from node.web.site import Door
from protocol.aid.house.rights import Right
from tests.web.api.pages import PAGE, written

STRUCTURE: Final = json.loads((Path(__file__).parent / "openapi_31.json").read_text("utf-8"))
"""What OpenAPI 3.1.0 asks of a document, as far as ours has it: with what is unknown refused."""


def references(said: Any) -> Iterator[str]:
    if isinstance(said, dict):
        if isinstance(said.get("$ref"), str):
            yield said["$ref"]
        for it in said.values():
            yield from references(it)
    elif isinstance(said, list):
        for it in said:
            yield from references(it)


def test_document_has_the_structure_of_openapi() -> None:
    jsonschema.Draft202012Validator(STRUCTURE).validate(whole())


@pytest.mark.parametrize(
    "spoil",
    [
        lambda it: it.pop("openapi"),
        lambda it: it["paths"].update({"no-slash": {}}),
        lambda it: it["paths"]["/api/listings"]["get"].pop("responses"),
        lambda it: it["paths"]["/api/listings"]["get"]["parameters"][0].pop("in"),
    ],
)
def test_spoilt_document_is_found(spoil: Any) -> None:
    said = json.loads(json.dumps(whole()))
    spoil(said)
    assert not jsonschema.Draft202012Validator(STRUCTURE).is_valid(said)


def test_every_schema_is_one() -> None:
    for schema in whole()["components"]["schemas"].values():
        jsonschema.Draft202012Validator.check_schema(schema)


def test_every_reference_leads_somewhere() -> None:
    found = set(references(whole()))
    assert found
    for reference in found:
        at = whole()
        for step in reference.removeprefix("#/").split("/"):
            at = at[step]


def test_every_schema_has_a_name_that_programs_can_use() -> None:
    names = whole()["components"]["schemas"]
    assert [name for name in names if not re.fullmatch("[A-Z][A-Za-z]+", name)] == []
    assert {"ListingState", "ProposalState"} <= names.keys()


def test_every_schema_is_used() -> None:
    used = {it.rpartition("/")[2] for it in references(whole())}
    asked = {it.asks.__name__ for it in (*OPERATIONS, *FILES) if it.asks is not None}
    assert set(whole()["components"]["schemas"]) - used - asked == set()


def test_every_operation_is_in_the_document_and_nothing_else() -> None:
    told = {(path, method) for path, it in whole()["paths"].items() for method in it}
    files = {(file.path, "get") for file in FILES}
    assert told == {(line.path, line.method.lower()) for line in OPERATIONS} | files
    assert len(told) == len(OPERATIONS) + len(FILES)
    names = [it["operationId"] for path in whole()["paths"].values() for it in path.values()]
    assert len(set(names)) == len(names)


def test_every_operation_has_a_route() -> None:
    routed = {(route.method, route.path) for route in ROUTES}
    assert routed == {(line.method, line.route) for line in OPERATIONS} | {
        ("GET", "/api/openapi.json")
    }
    assert all(route.door is Door.TOOL for route in ROUTES)


def test_every_part_of_a_path_is_described() -> None:
    paths = [it.path for it in (*OPERATIONS, *FILES)]
    assert {part for path in paths for part in re.findall(r"{(\w+)}", path)} == set(PARTS)


def test_every_file_that_a_token_opens_is_in_the_document() -> None:
    routes = [it for it in all_routes(Live(), "AAAA-AAAA") if it.door is Door.EITHER]
    assert {re.sub("{[^}]*}+", "{}", it.path) for it in routes} == {
        re.sub("{[^}]*}", "{}", it.path) for it in FILES
    }
    assert {it.may for it in routes} == {Right.SEE_POD}
    assert {it.method for it in routes} == {"GET"}


def test_summaries_are_sentences() -> None:
    for line in OPERATIONS:
        assert re.fullmatch(r"[A-Z].{8,120}\.", line.summary), line.path


def test_page_has_the_table_of_operations() -> None:
    page = PAGE.read_text("utf-8")
    assert written(page) == page, "python -m tests.web.api.pages"
