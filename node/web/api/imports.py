"""Operations on files that bring listings, people and things: looked at first, taken back later.

A program sends the file with the look and with the yes: nothing of it waits in between.
"""

import binascii
from base64 import b64decode
from collections.abc import Mapping
from typing import Annotated, Final, Literal

from pydantic import Field

from node.aid.import_files import MAX_FILE_BYTES, File, Look, Sort
from node.aid.imports import Will
from node.shapes.plain import Json
from node.shapes.shape import Shape, listed
from node.web.api.operation import Call, Given, Operation, get, post
from protocol.aid.audience import Audience
from protocol.aid.house.rights import Right
from protocol.errors import UserError

MAX_SENT_BYTES: Final = 2 * MAX_FILE_BYTES
"""Of the body: base64 makes a third more of a file, JSON at most twice as much of a table."""
_MAX_NAME: Final = 80


class FileGiven(Given):
    """A file. content: as text, or in base64 if `encoding` says so; 256 KiB at most.

    audience: who may see what is new in it; people are for the pod.  again: bring back what was
    withdrawn here.
    """

    sort: Annotated[Sort, Field(strict=False)]
    content: str
    encoding: Literal["text", "base64"] = "text"
    file: Annotated[str, Field(max_length=_MAX_NAME)] = ""
    audience: Annotated[Audience, Field(strict=False)] = Audience.POD
    again: bool = False


class RowShape(Shape):
    """One thing in a file, and what becomes of it."""

    what: str
    will: Will


class LeftOut(Shape):
    """What cannot be taken in, and why."""

    what: str
    why: str


class ColumnShape(Shape):
    """A column of a table. field: what it was read as; null: nothing."""

    heading: str
    field: str | None


class LookShape(Shape):
    """What taking a file in would do. form: what it was read as."""

    form: str
    rows: tuple[RowShape, ...]
    left_out: tuple[LeftOut, ...]
    columns: tuple[ColumnShape, ...]


class TakenIn(LookShape):
    """What was done. number: by which it can be taken back; null: there was nothing to do."""

    number: int | None


class ImportShape(Shape):
    """What a file brought, and can be taken back. staying: who would stay, by name."""

    number: int
    sort: Sort | None
    file: str
    at_ms: int
    rows: int
    staying: tuple[str, ...]


class TakenBackImport(Shape):
    """count: things that are as they were before.  staying: people of whom something came."""

    number: int
    count: int
    staying: tuple[str, ...]


def _file(call: Call) -> File:
    said: FileGiven = call.said
    content = said.content.encode()
    if said.encoding == "base64":
        try:
            content = b64decode(content, validate=True)
        except binascii.Error as err:
            raise UserError("invalid", "The file is not in base64.") from err
    if len(content) > MAX_FILE_BYTES:
        raise UserError(
            "too_large",
            "The file has more than {most} KiB.",
            "Split it into parts.",
            most=MAX_FILE_BYTES >> 10,
        )
    return File(said.sort, said.file, content, said.audience, said.again)


def _look(call: Call) -> Mapping[str, Json]:
    return _told(call.pod.import_files.look(call.viewer.looking, _file(call))).to_json()


def _told(look: Look) -> LookShape:
    return LookShape(
        form=str(look.form),
        rows=tuple(RowShape(what=str(it.name), will=it.will) for it in look.rows),
        left_out=tuple(LeftOut(what=str(what), why=str(why)) for what, why in look.left_out),
        columns=tuple(ColumnShape(heading=head, field=field) for head, field in look.columns),
    )


def _take_in(call: Call) -> Mapping[str, Json]:
    door, looking, file = call.pod.import_files, call.viewer.looking, _file(call)
    look = _told(door.look(looking, file))
    return {**look.to_json(), "number": door.take_in(looking, file)}


def _imports(call: Call) -> Mapping[str, Json]:
    found = call.pod.import_files.brought(call.viewer.looking)
    items: list[Json] = [
        ImportShape(
            number=it.imported.number,
            sort=it.sort,
            file=it.imported.file,
            at_ms=it.imported.at_ms,
            rows=it.imported.rows,
            staying=tuple(member.name for member in it.staying),
        ).to_json()
        for it in found
    ]
    return {"items": items}


def _undo(call: Call) -> Mapping[str, Json]:
    number = int(call.path["number"])
    done = call.pod.import_files.take_back(call.viewer.looking, number)
    staying = tuple(it.name for it in done.staying)
    return TakenBackImport(number=number, count=done.things, staying=staying).to_json()


_STEWARDS: Final = Right.RUN_MACHINE
OPERATIONS: Final[tuple[Operation, ...]] = (
    get(
        "/api/imports",
        "What files brought and can be taken back, the newest first.",
        _imports,
        listed("Imports", ImportShape),
        may=_STEWARDS,
    ),
    post(
        "/api/imports/look",
        "Say what taking a file in would do; nothing is changed.",
        _look,
        LookShape,
        takes=FileGiven,
        may=_STEWARDS,
        body_bytes=MAX_SENT_BYTES,
    ),
    post(
        "/api/imports",
        "Take a file in, by how things stand now.",
        _take_in,
        TakenIn,
        takes=FileGiven,
        may=_STEWARDS,
        body_bytes=MAX_SENT_BYTES,
        status=201,
    ),
    post(
        "/api/imports/{number}/undo",
        "Put everything as it was before a file was taken in.",
        _undo,
        TakenBackImport,
        may=_STEWARDS,
    ),
)
