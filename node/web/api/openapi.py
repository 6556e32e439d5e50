"""The OpenAPI 3.1 document, made from the table of operations and the models that it names.

OpenAPI 3.1.0; its schemas are JSON Schema 2020-12, as pydantic writes them.
"""

import re
from collections.abc import Iterable, Mapping
from typing import Any, Final, Literal

from pydantic import BaseModel
from pydantic.json_schema import models_json_schema

from node.web.api.errors import Refusal
from node.web.api.files import FileLine
from node.web.api.operation import PARTS, Given, Operation
from protocol.aid.house.rights import RIGHTS, Right, Role

VERSION: Final = "1"
"""Raised when something is no longer as it was; additions leave it."""
_AT: Final = "#/components/schemas/{model}"
_INTRO: Final = """\
What members of a pod do on its pages, for programs of theirs. A program shows the token that
its member made under "My devices", and may what that member may. Times are Unix seconds where a
name ends in `_s`; days are as the clock on the pod's wall shows them."""
_WRONG: Final = {
    "400": "The body is not one JSON object, or goes beyond what is read.",
    "401": "There is no good token.",
    "403": "The member may not do that, or another pod made it.",
    "404": "There is no such thing here.",
    "409": "It cannot be done as things stand.",
    "412": "It is not as it was read, or nothing is read that `If-Match` could name.",
    "413": "The body is longer than what is read.",
    "415": "The body is of another type than JSON.",
    "422": "Something that was given cannot be used: see `fields`.",
    "429": "That was very often in a short time.",
}


_TAG: Final = {
    "description": "Names what is sent, for `If-None-Match` and `If-Match`.",
    "schema": {"type": "string"},
}
_TAGGED: Final = {"ETag": {"$ref": "#/components/headers/ETag"}}
_CONDITIONS: Final = {
    "IfNoneMatch": {
        "name": "If-None-Match",
        "in": "header",
        "description": "The `ETag` that you have: 304 if it is still the same.",
        "schema": {"type": "string"},
    },
    "IfMatch": {
        "name": "If-Match",
        "in": "header",
        "description": "The `ETag` of what you read: 412 if it has changed since.",
        "schema": {"type": "string"},
    },
}
Reading = Mapping[tuple[str, str], Operation | None]


def document(
    operations: Iterable[Operation], files: Iterable[FileLine], reading: Reading
) -> dict[str, Any]:
    """Return the document of these operations, and of files that a token opens.

    reading: for each operation, what reads the thing that it changes; that has the tag to match.
    """
    lines, other = list(operations), list(files)
    schemas = _schemas(lines, other)
    paths: dict[str, dict[str, Any]] = {}
    for line in lines:
        paths.setdefault(line.path, {})[line.method.lower()] = _operation(
            line, schemas, can_match=reading[line.method, line.path] is not None
        )
    paths |= {it.path: {"get": _file(it, schemas)} for it in other}
    return {
        "openapi": "3.1.0",
        "info": {"title": "mutualpod", "version": VERSION, "description": _INTRO},
        "servers": [{"url": "/"}],
        "security": [{"token": []}],
        "paths": paths,
        "components": {
            "schemas": schemas,
            "parameters": _CONDITIONS,
            "headers": {"ETag": _TAG},
            "securitySchemes": {"token": {"type": "http", "scheme": "bearer"}},
            "responses": {
                status: {"description": said, **_content(Refusal)}
                for status, said in _WRONG.items()
            }
            | {"304": {"description": "It is as you have it.", "headers": _TAGGED}},
        },
    }


def _schemas(lines: list[Operation], files: list[FileLine]) -> dict[str, Any]:
    """Return the schema of each model, those within others too, by name."""
    wanted: dict[tuple[type[BaseModel], Literal["validation", "serialization"]], None] = {
        (Refusal, "serialization"): None
    }
    for line in lines:
        wanted[line.tells, "serialization"] = None
        for model in filter(None, (line.takes, line.asks)):
            wanted[model, "validation"] = None
    for file in files:
        if file.asks is not None:
            wanted[file.asks, "validation"] = None
    _, found = models_json_schema(list(wanted), ref_template=_AT)
    schemas: dict[str, Any] = found["$defs"]
    return {_plain(name): _tidied(schema) for name, schema in schemas.items()}


def _tidied(said: Any) -> Any:
    """Return a schema in our names, without the titles that pydantic makes of them."""
    if isinstance(said, list):
        return [_tidied(it) for it in said]
    if not isinstance(said, dict):
        return said
    kept = {key: it for key, it in said.items() if key != "title" or isinstance(it, dict)}
    if isinstance(reference := kept.get("$ref"), str):
        head, _, name = reference.rpartition("/")
        kept["$ref"] = f"{head}/{_plain(name)}"
    return {key: _tidied(it) for key, it in kept.items()}


def _plain(name: str) -> str:
    """Return a name for a schema; pydantic puts the whole module before one that two have."""
    *_, module, of_its_own = f"__{name}".split("__")
    return module.title() + of_its_own


def _operation(line: Operation, schemas: Mapping[str, Any], *, can_match: bool) -> dict[str, Any]:
    is_read = line.method == "GET"
    wrong = ["400", "413", "415"] if line.takes else []
    wrong += ["401", "403", "404", "409", "422", *(["304"] if is_read else ["412", "429"])]
    told = {"description": line.summary, **_content(line.tells)}
    conditions = ["IfNoneMatch"] * is_read + ["IfMatch"] * can_match
    said: dict[str, Any] = {
        "operationId": operation_id(line),
        "tags": [line.area],
        "summary": line.summary,
        "description": f"For {_who(line.may)}: to {line.may}.",
        "parameters": [
            *map(_part, line.parts),
            *_parameters(line.asks, schemas),
            *({"$ref": f"#/components/parameters/{it}"} for it in conditions),
        ],
        "responses": {
            str(line.status): {**told, "headers": _TAGGED} if is_read else told,
            **{status: {"$ref": f"#/components/responses/{status}"} for status in sorted(wrong)},
        },
    }
    if line.takes is not None:
        said["requestBody"] = {"required": True, **_content(line.takes)}
    if line.may is Right.SEE_PUBLIC:
        said["security"] = [{}, {"token": []}]
    return said


def _file(line: FileLine, schemas: Mapping[str, Any]) -> dict[str, Any]:
    parts = map(_part, re.findall(r"{(\w+)}", line.path))
    wrong = {it: {"$ref": f"#/components/responses/{it}"} for it in ("304", "401", "403", "404")}
    schema = {"type": "object"} if line.media == "application/json" else {"type": "string"}
    content = {"content": {line.media: {"schema": schema}}}
    return {
        "operationId": f"get_file_{re.sub(r'[^a-z]+', '_', line.path).strip('_')}",
        "tags": ["files"],
        "summary": line.summary,
        "description": f"For {_who(Right.SEE_POD)}: to {Right.SEE_POD}.",
        "parameters": [
            *parts,
            *_parameters(line.asks, schemas),
            {"$ref": "#/components/parameters/IfNoneMatch"},
        ],
        "responses": {
            "200": {"description": line.summary, "headers": _TAGGED, **content},
            **wrong,
        },
    }


def operation_id(line: Operation) -> str:
    """Return the name of an operation for programs: get_listings_rid."""
    words = [part.strip("{}").replace("-", "_") for part in line.path.split("/")[2:]]
    return "_".join([line.method.lower(), *filter(None, words)])


def _who(right: Right) -> str:
    roles = RIGHTS[right]
    return "everybody" if Role.GUEST in roles else " and ".join(f"{it}s" for it in sorted(roles))


def _content(model: type[BaseModel]) -> dict[str, Any]:
    name = _AT.format(model=model.__name__)
    return {"content": {"application/json": {"schema": {"$ref": name}}}}


def _part(name: str) -> dict[str, Any]:
    schema = {"type": "string", "pattern": f"^{PARTS[name].pattern}$"}
    return {
        "name": name,
        "in": "path",
        "required": True,
        "description": PARTS[name].means,
        "schema": schema,
    }


def _parameters(asks: type[Given] | None, schemas: Mapping[str, Any]) -> list[dict[str, Any]]:
    if asks is None:
        return []
    said = schemas[asks.__name__]
    needed = said.get("required", ())
    return [
        {"name": name, "in": "query", "required": name in needed, "schema": _given(it)}
        for name, it in said["properties"].items()
    ]


def _given(schema: dict[str, Any]) -> dict[str, Any]:
    """Return the schema of a parameter that is given: left out is how an address says null."""
    if "anyOf" not in schema:
        return schema
    some: dict[str, Any] = next(it for it in schema["anyOf"] if it != {"type": "null"})
    return some
