"""From text to rows of cells, with the line that each began in; nothing is dropped unsaid.

The csv module does the quoting rules of RFC 4180. Around it stand the bounds: a lost quotation
mark or a hostile file must not make one cell of megabytes or a row of millions of cells.
"""

import csv
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Final, NamedTuple

from protocol.errors import UserError
from protocol.saying import Saying

MAX_ROWS: Final = 5_000
"""More than any pod has neighbours' things; keeps a preview readable in seconds on a Pi."""
MAX_ROWS_WITH_BLANK: Final = 100_000
"""Blank rows between others cost time too."""
MAX_COLUMNS: Final = 200
"""Forms with every question of a census have fewer."""
MAX_CELL: Final = 10_000
"""Characters: ten times the longest field."""
MAX_ROW_CHARS: Final = 100_000
"""A row longer than this has lost a quotation mark; below the csv module's 131,072 a cell."""
MAX_ROW_DELIMITERS: Final = 10_000
"""Delimiters in one row, those inside quotation marks too: bounds what csv makes room for."""


class Place(NamedTuple):
    """Where in a file: line as a text editor counts, row as a spreadsheet program does."""

    line: int
    row: int

    def __str__(self) -> str:
        same = self.line == self.row
        return f"line {self.line}" if same else f"line {self.line} (row {self.row})"


class Problem(NamedTuple):
    """Something that people should look at. column: its heading, or "" for the whole row."""

    place: Place
    column: str
    reason: str

    def __str__(self) -> str:
        return f"{self.place}{self.column and f', {self.column}'}: {self.reason}"


class Cells(NamedTuple):
    """One row as it stands in the file; never without something in it."""

    place: Place
    cells: list[str]


@dataclass(slots=True)
class Table:
    """The rows of a file, and what of it could not be read as rows."""

    rows: list[Cells] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)


def split_rows(text: str, delimiter: str, *, first_rows: int | None = None) -> Table:
    """Return the rows of text that hold anything.

    first_rows: stop after so many, blank ones counted, for a look. Raises UserError (too_large)
    for more than MAX_ROWS rows or MAX_COLUMNS cells in one; everything else is a problem.
    """
    table = Table()
    # Programs that were asked to colour a column save a million blank rows below the last.
    lines = _Lines(text.rstrip(f"\r\n\t {delimiter}"), delimiter)
    reader = csv.reader(lines, delimiter=delimiter, strict=True, skipinitialspace=True)
    row = 0
    while first_rows is None or row < first_rows:
        row += 1
        if not _read_row(table, reader, lines, Place(lines.begin_row(), row)):
            break
        if len(table.rows) + len(table.problems) > MAX_ROWS or row > MAX_ROWS_WITH_BLANK:
            raise _too_many()
    return table


def _read_row(table: Table, reader: Iterator[list[str]], lines: "_Lines", place: Place) -> bool:
    """Add the next row to table, or what is wrong with it. False: there is nothing more."""
    try:
        _take(table, place, next(reader))
    except StopIteration:
        return False
    except _RowTooLong:
        if lines.line > place.line or lines.leaves_mark_open:
            table.problems.append(_never_closed(place))
            return False
        table.problems.append(_too_long(place))
    except csv.Error:
        if lines.at_end:
            table.problems.append(_never_closed(place))
            return False
        table.problems.append(_stray_mark(place, lines.line))
    return True


class _RowTooLong(Exception):
    """The row has more than MAX_ROW_CHARS characters."""


# A line with its end. Not str.splitlines, which breaks at U+2028 too, nor io.StringIO, which
# keeps four bytes for each character of the file.
_LINE: Final = re.compile(r"[^\r\n]*(?:\r\n?|\n)|[^\r\n]+")


class _Lines:
    """Hands lines to csv one by one, and minds what the row they belong to has grown to."""

    def __init__(self, text: str, delimiter: str) -> None:
        self.line = 0
        self.at_end = False
        self.leaves_mark_open = False  # of a line that was too long
        self._lines = _LINE.finditer(text)
        self._delimiter = delimiter
        self._chars = 0
        self._delimiters = 0

    def begin_row(self) -> int:
        """Return the number of the line in which the next row begins."""
        self._chars = self._delimiters = 0
        return self.line + 1

    def __iter__(self) -> Iterator[str]:
        return self

    def __next__(self) -> str:
        found = next(self._lines, None)
        if found is None:
            self.at_end = True
            raise StopIteration
        line = found.group()
        self.line += 1
        self._chars += len(line)
        self._delimiters += line.count(self._delimiter)
        if self._delimiters > MAX_ROW_DELIMITERS:
            raise _too_wide(self.line)
        if self._chars > MAX_ROW_CHARS:
            self.leaves_mark_open = line.count('"') % 2 == 1
            raise _RowTooLong
        return line


def _take(table: Table, place: Place, cells: list[str]) -> None:
    if not any(cell.strip() for cell in cells):
        return
    if len(cells) > MAX_COLUMNS:
        raise _too_wide(place.line)
    if any(len(cell) > MAX_CELL for cell in cells):
        reason = Saying("a cell has more than {most} characters", most=MAX_CELL)
        table.problems.append(Problem(place, "", reason))
        return
    table.rows.append(Cells(place, cells))


def _too_many() -> UserError:
    return UserError(
        "too_large",
        "The file has more than {most} rows, or {blank} with blank ones.",
        "Split it into parts; rows that are already here are not added twice.",
        most=MAX_ROWS,
        blank=MAX_ROWS_WITH_BLANK,
    )


def _too_wide(line: int) -> UserError:
    return UserError(
        "too_large",
        "Line {line} has more than {most} cells.",
        "Is this a CSV file of listings? Save it anew as CSV (UTF-8), and leave out other columns.",
        line=str(line),
        most=MAX_COLUMNS,
    )


def _never_closed(place: Place) -> Problem:
    return Problem(
        place,
        "",
        Saying(
            "a quotation mark in this row is not closed within {most} characters; "
            "nothing from here to the end of the file was read",
            most=MAX_ROW_CHARS,
        ),
    )


def _too_long(place: Place) -> Problem:
    reason = Saying("more than {most} characters; this line was not read", most=MAX_ROW_CHARS)
    return Problem(place, "", reason)


def _stray_mark(place: Place, last_line: int) -> Problem:
    if last_line == place.line:
        reason = Saying(
            'a quotation mark stands inside a cell (write it twice: ""); this line was not read'
        )
    else:
        reason = Saying(
            'a quotation mark stands inside a cell (write it twice: ""); lines up to {last} were '
            "not read",
            last=str(last_line),
        )
    return Problem(place, "", reason)
