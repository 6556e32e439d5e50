"""A spreadsheet read: its rows as listings, and everything about it that people should know.

Pure on bytes: no clock, no pod, no file. What the rows mean for a pod is plan.py's to say.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from node.spreadsheet.columns import DELIMITERS, Column, find_layout
from node.spreadsheet.rows import Remark, Row, read_row
from node.spreadsheet.table import Place, Problem, split_rows
from node.spreadsheet.text import read_text
from protocol.saying import Saying


@dataclass(frozen=True, slots=True, kw_only=True)
class Sheet:
    """All of a file. Each of its rows is in rows or in problems, blank ones apart."""

    rows: tuple[Row, ...]
    problems: tuple[Problem, ...]  # rows, or parts of the file, that are left out
    notes: tuple[Problem, ...]  # rows that are taken, with something to look at
    columns: tuple[Column, ...]
    encoding: str
    delimiter: str  # in words

    @property
    def bad_rows(self) -> int:
        """How many rows are left out."""
        return len({problem.place for problem in self.problems})


def read_sheet(data: bytes) -> Sheet:
    """Return the sheet in the bytes of a CSV file.

    data: at most text.MAX_FILE_BYTES, with headings in one of its first rows; other bounds in
    table.py. Raises UserError (invalid, too_large) if the file as a whole cannot be used.
    """
    text = read_text(data)
    layout = find_layout(text)
    table = split_rows(text.text, layout.delimiter)
    headings = {column.field: column.heading for column in layout.columns if column.field}
    rows: list[Row] = []
    problems, notes = table.problems, list[Problem]()
    for cells in table.rows[layout.first_row :]:
        if text.damaged and "\ufffd" in "".join(cells.cells):
            problems.append(Problem(cells.place, "", _LETTERS_LOST))
            continue
        reading = read_row(cells, layout.columns)
        rows += reading.rows
        problems += _placed(cells.place, headings, reading.faults)
        notes += _placed(cells.place, headings, reading.notes)
    return Sheet(
        rows=tuple(rows),
        problems=tuple(sorted(problems)),
        notes=tuple(notes),
        columns=layout.columns,
        encoding=text.encoding,
        delimiter=DELIMITERS[layout.delimiter],
    )


_LETTERS_LOST: Final = Saying("some letters were lost in this file; save it anew as UTF-8")


def _placed(place: Place, headings: dict[str, str], said: Sequence[Remark]) -> Iterator[Problem]:
    for remark in said:
        yield Problem(place, headings.get(remark.field, remark.field), remark.reason)
