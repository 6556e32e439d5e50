"""Any kind of body as a CSV that a spreadsheet program opens, and back without loss.

One column for each field; the lines of a cell are the items of a list. Cells that a program would
take for a formula begin with an apostrophe, as in the listings' own files.
"""

import csv
import io
from collections.abc import Iterable, Mapping
from hashlib import sha256
from typing import Final, Generic, NamedTuple, TypeVar

from node.aid.items import Item
from node.formats.tables import Row, columns_left_out, numbered_rows
from node.references import is_hexadecimal
from node.spreadsheet.cells import escaped, unescaped
from protocol.aid.body import Body
from protocol.aid.form import typed_as, whole_number
from protocol.aid.sentences import WrongFields
from protocol.record import RID_BYTES
from protocol.saying import Saying

B = TypeVar("B", bound=Body)
_TAG: Final = b"mutualpod 1 imported row\n"
_UNSEEN: Final = frozenset(("posted_s", "mail_key"))
_YES: Final = {"yes": True, "true": True, "1": True, "no": False, "false": False, "0": False}


class ReadSheet(NamedTuple, Generic[B]):
    """What a file holds. taken: (what, rid, body); left_out: (what, why)."""

    taken: list[tuple[str, bytes, B]]
    left_out: list[tuple[str, str]]


def write_sheet(kind: type[B], items: Iterable[Item[B]], *, mark: bool = True) -> bytes:
    """Return a CSV in UTF-8. mark: begin with a byte-order mark, which Excel needs."""
    fields = [name for name in kind.model_fields if name not in _UNSEEN]
    file = io.StringIO(newline="")
    writer = csv.writer(file, lineterminator="\r\n")
    writer.writerow(("id", *fields, "audience"))
    for item in items:
        said = item.body.model_dump()
        cells = [_cell(said[name]) for name in fields]
        writer.writerow([escaped(it) for it in (item.rid.hex(), *cells, item.audience.value)])
    return file.getvalue().encode("utf-8-sig" if mark else "utf-8")


def read_sheet(kind: type[B], content: bytes) -> ReadSheet[B]:
    """Return the bodies in a CSV whose headings are names of fields.

    A row without an id gets one made of what it says first. Raises UserError for what is no table.
    """
    taken: list[tuple[str, bytes, B]] = []
    left_out: list[tuple[str, str]] = []
    strange: dict[str, int] = {}
    for line, row in numbered_rows(content):
        for heading in row.keys() - kind.model_fields.keys() - {"id", "audience"}:
            strange[heading] = strange.get(heading, 0) + 1
        try:
            body = kind.write(_fields(kind, row))
        except WrongFields as wrong:
            left_out.append((Saying("line {line}", line=str(line)), Saying("{why}", why=wrong)))
            continue
        taken.append((body.headline(), body.only_rid() or _rid(row), body))
    left_out += columns_left_out(strange)
    return ReadSheet(taken, left_out)


def _cell(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, tuple | list):
        return "\n".join(map(str, value))
    return str(value)


def _fields(kind: type[Body], row: Mapping[str, str]) -> dict[str, object]:
    said: dict[str, object] = {}
    for name, cell in row.items():
        if name in kind.model_fields and name not in _UNSEEN:
            said[name] = _value(typed_as(kind, name), unescaped(cell))
    return said


def _value(kind: type, cell: str) -> object:
    if kind is tuple:
        return tuple(it.strip() for it in cell.splitlines() if it.strip())
    if kind is bool:
        return _YES.get(cell.lower(), cell)
    if kind is int:
        return whole_number(cell)
    return cell


def _rid(row: Row) -> bytes:
    said = row.get("id", "")
    if len(said) == 2 * RID_BYTES and is_hexadecimal(said):
        return bytes.fromhex(said)
    first = "\n".join(f"{name}={cell}" for name, cell in sorted(row.items()))
    return sha256(_TAG + (said or first).encode("utf-8", "replace")).digest()[:RID_BYTES]
