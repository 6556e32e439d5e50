"""Tables of text from files that people really have: CSV alone, or many CSVs in one zip.

Bounded at every step: a file of 200 bytes can unpack to a gigabyte. What is not a table is refused
with a sentence; what is odd in a table is left to whoever reads its columns.
"""

import csv
import io
import zipfile
from collections.abc import Iterator, Mapping
from pathlib import PurePosixPath
from typing import TYPE_CHECKING, Final

from node.spreadsheet.text import read_text
from protocol.errors import UserError
from protocol.saying import Plural, Saying

if TYPE_CHECKING:
    from _csv import Reader

MAX_UNPACKED_BYTES: Final = 32 << 20
MAX_TABLES: Final = 64
MAX_ROWS: Final = 20_000
"""Of all tables of one file; the directory of a large city has as many services."""
MAX_CELL: Final = 20_000
"""Characters: longer than any field that is kept; the rest of such a cell is cut, and said."""

Row = dict[str, str]
Tables = dict[str, list[Row]]
"""By the name of the table: the file's without folder and ending, lower case."""


def read_tables(
    content: bytes, name: str, *, max_unpacked_bytes: int = MAX_UNPACKED_BYTES
) -> Tables:
    """Return the tables in a zip of CSVs, or in one CSV of that name.

    max_unpacked_bytes: of all in a zip. Raises UserError (invalid, too_large).
    """
    if content.startswith(b"PK\x03\x04"):
        return dict(_unzipped(content, max_unpacked_bytes))
    return {_table_name(name): read_rows(content)}


def read_rows(content: bytes) -> list[Row]:
    """Return the rows of one CSV, by heading, trimmed, without empty cells."""
    return [row for _, row in numbered_rows(content)]


def numbered_rows(content: bytes) -> list[tuple[int, Row]]:
    """Return the rows of one CSV as read_rows does, each with the line on which it begins."""
    text = read_text(content).text
    sample = text[:8192]
    try:
        dialect: type[csv.Dialect] | csv.Dialect = csv.Sniffer().sniff(sample, ",;\t|")
    except csv.Error:
        dialect = csv.excel
    csv.field_size_limit(max(csv.field_size_limit(), len(text) + 1))
    reader = csv.reader(io.StringIO(text), dialect)
    try:
        headings = [heading.strip().lower() for heading in next(reader, [])]
        return list(_rows(reader, headings))
    except csv.Error as err:
        raise UserError(
            "invalid", "The table breaks off in the middle.", "Export it once more.", str(err)
        ) from err


def columns_left_out(strange: Mapping[str, int]) -> list[tuple[Saying, Saying]]:
    """Return what to say of columns that mean nothing here. strange: rows that fill each one."""
    return [
        (
            Saying("the column {heading}", heading=heading),
            Saying(
                Plural(
                    "has no place here; it is filled in one row",
                    "has no place here; it is filled in {count} rows",
                    count,
                )
            ),
        )
        for heading, count in sorted(strange.items())
    ]


def _rows(reader: "Reader", headings: list[str]) -> Iterator[tuple[int, Row]]:
    ended = reader.line_num
    for number, cells in enumerate(reader):
        line, ended = ended + 1, reader.line_num
        if number >= MAX_ROWS:
            raise UserError(
                "too_large",
                "More than {most} rows.",
                "Split the file into parts.",
                most=MAX_ROWS,
            )
        pairs = zip(headings, cells, strict=False)
        row = {heading: cell.strip()[:MAX_CELL] for heading, cell in pairs if heading}
        more = [cell.strip() for cell in cells[len(headings) :] if cell.strip()]
        if more:
            row["(beyond the last heading)"] = " ".join(more)[:MAX_CELL]
        kept = {heading: cell for heading, cell in row.items() if cell}
        if kept:
            yield line, kept


def _unzipped(content: bytes, max_unpacked_bytes: int) -> Iterator[tuple[str, list[Row]]]:
    try:
        archive = zipfile.ZipFile(io.BytesIO(content))
        members = [it for it in archive.infolist() if it.filename.lower().endswith(".csv")]
        if not members or len(members) > MAX_TABLES:
            raise UserError(
                "invalid",
                "A zip of 1 to {most} CSV files is needed.",
                "Zip the CSVs alone.",
                most=MAX_TABLES,
            )
        left = max_unpacked_bytes
        for member in members:
            with archive.open(member) as file:
                data = file.read(left + 1)
            left -= len(data)
            if left < 0:
                raise UserError("too_large", "The zip unpacks to too much.", "Split it into parts.")
            yield _table_name(member.filename), read_rows(data)
    except (zipfile.BadZipFile, RuntimeError, NotImplementedError, OSError, EOFError) as err:
        raise UserError(
            "invalid", "The zip is broken, or locked.", "Zip the CSV files once more.", str(err)
        ) from err


def _table_name(name: str) -> str:
    return PurePosixPath(name.replace("\\", "/")).stem.lower()
