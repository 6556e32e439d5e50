"""A program that checks each answer against what /api/openapi.json says of it."""

import re
from dataclasses import dataclass, field
from typing import Any

import jsonschema

from node.web.api.operation import Operation
from node.web.api.table import OPERATIONS, whole
from tests.web.visiting import Answer, Visitor


@dataclass
class Caller:
    """Calls as one member's program. done: the operations that it has seen succeed."""

    tool: Visitor
    done: set[tuple[str, str]] = field(default_factory=set)

    async def get(self, path: str, **headers: str) -> Any:
        return await self.ask("GET", path, **headers)

    async def post(self, path: str, body: object = None, **headers: str) -> Any:
        return await self.ask("POST", path, body, **headers)

    async def ask(self, method: str, path: str, body: object = None, **headers: str) -> Any:
        """Return what is told, of the declared shape and status."""
        line = operation(method, path)
        answer = await self.tool.call(method, path, body, **headers)
        assert answer.status == line.status, (method, path, answer.text)
        check(answer, line, str(line.status))
        self.done.add((line.method, line.path))
        return answer.said

    async def refused(self, method: str, path: str, body: object = None) -> Any:
        """Return the error, declared too."""
        answer = await self.tool.call(method, path, body)
        assert answer.status >= 400, (method, path, answer.text)
        said = whole()["paths"][operation(method, path).path][method.lower()]["responses"]
        assert str(answer.status) in said, (method, path, answer.text)
        validate(answer.said, "Refusal")
        return answer.status, answer.said["error"]


def operation(method: str, path: str) -> Operation:
    """Return the line of the table for an address."""
    bare = path.partition("?")[0]
    for line in OPERATIONS:
        if line.method == method and re.fullmatch(re.sub(r"{\w+}", "[^/]+", line.path), bare):
            return line
    raise AssertionError(f"no operation {method} {bare}")


def check(answer: Answer, line: Operation, status: str) -> None:
    assert answer.headers["content-type"] == "application/json; charset=utf-8"
    said = whole()["paths"][line.path][line.method.lower()]["responses"][status]
    reference = said["content"]["application/json"]["schema"]["$ref"]
    validate(answer.said, reference.rpartition("/")[2])


def validate(said: Any, name: str) -> None:
    """Hold a value against a schema of the document."""
    schema = {"$ref": f"#/components/schemas/{name}", "components": whole()["components"]}
    jsonschema.Draft202012Validator(schema).validate(said)
