"""Files that are wrong, by accident or on purpose: a clear answer in bounded time and memory."""

import tracemalloc
import zipfile
from collections.abc import Callable
from contextlib import suppress
from io import BytesIO

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from node.spreadsheet import read_sheet
from node.spreadsheet.table import (
    MAX_COLUMNS,
    MAX_ROW_CHARS,
    MAX_ROW_DELIMITERS,
    MAX_ROWS,
    MAX_ROWS_WITH_BLANK,
)
from node.spreadsheet.text import MAX_FILE_BYTES
from protocol.errors import UserError

HEAD = b"type,title,details\n"


def refusal_of(data: bytes) -> UserError:
    with pytest.raises(UserError) as refused:
        read_sheet(data)
    assert refused.value.sentence.endswith(".")
    assert refused.value.next_step.endswith(".")
    return refused.value


def workbook() -> bytes:
    file = BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        archive.writestr("xl/workbook.xml", "<workbook/>")
    return file.getvalue()


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (workbook(), "a workbook"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(512), "an old Excel workbook"),
        (b"%PDF-1.7\n", "a PDF"),
        (b"\x1f\x8b\x08" + bytes(20), "a compressed file"),
        (b"SQLite format 3\0", "a database"),
        (HEAD + b"offer,So\0up,\n", "bytes that are no text"),
        (bytes(1000), "bytes that are no text"),
        (b"", "is empty"),
        (b"\n\n\n", "is empty"),
        (b"\xef\xbb\xbf", "is empty"),
        (b"<html><body>Sign in</body></html>", "No row of headings"),
        (b"name,phone\nAna,555-0100\n", "No row of headings"),
    ],
)
def test_file_of_something_else_is_told_for_what_it_is(data: bytes, words: str) -> None:
    refused = refusal_of(data)
    assert refused.code == "invalid"
    assert words in refused.sentence


def test_file_is_refused_one_byte_past_its_limit() -> None:
    row = b"offer,Soup," + b"a" * 9_000 + b"\n"
    data = (HEAD + row * (MAX_FILE_BYTES // len(row))).ljust(MAX_FILE_BYTES, b"\n")
    assert len(read_sheet(data).problems) == MAX_FILE_BYTES // len(row)  # details too long
    assert refusal_of(data + b"\n").code == "too_large"


def test_rows_are_taken_at_their_limit_and_refused_one_past_it() -> None:
    full = HEAD + b"offer,Soup,\n" * (MAX_ROWS - 1)
    assert len(read_sheet(full).rows) == MAX_ROWS - 1
    refused = refusal_of(full + b"need,Ladder,\n")
    assert (refused.code, "5,000 rows" in refused.sentence) == ("too_large", True)


def test_a_million_blank_rows_below_the_last_are_no_rows() -> None:
    assert len(read_sheet(HEAD + b"offer,Soup,\n" + b",,\r\n" * 1_048_576).rows) == 1


def test_blank_rows_between_others_are_bounded_too() -> None:
    blank = MAX_ROWS_WITH_BLANK - 2
    assert len(read_sheet(HEAD + b",,\n" * blank + b"offer,Soup,").rows) == 1
    assert refusal_of(HEAD + b",,\n" * (blank + 1) + b"offer,Soup,").code == "too_large"


def test_rows_that_cannot_be_read_count_as_rows() -> None:
    assert refusal_of(HEAD + b'"a"b\n' * (MAX_ROWS + 1)).code == "too_large"


def test_columns_are_taken_at_their_limit_and_refused_one_past_it() -> None:
    names = [b"type", b"title", *(b"x%d" % number for number in range(MAX_COLUMNS - 2))]
    assert len(read_sheet(b",".join(names) + b"\noffer,Soup\n").rows) == 1
    assert refusal_of(b",".join([*names, b"one more"])).code == "too_large"


@pytest.mark.parametrize("columns", [100_000, 5_000_000])
def test_row_of_very_many_cells_is_refused(columns: int) -> None:
    assert refusal_of(b"title" + b",x" * columns).code == "too_large"
    assert refusal_of(HEAD + b"offer,Soup" + b",x" * columns).code == "too_large"


def test_very_many_cells_over_the_lines_of_one_row_are_refused() -> None:
    assert refusal_of(HEAD + b'a,"b\n' + b'",,,,"c\n' * MAX_ROW_DELIMITERS).code == "too_large"


def test_cell_of_ten_megabytes_costs_its_line_alone() -> None:
    sheet = read_sheet(HEAD + b"offer,Soup," + b"a" * 10_000_000 + b"\nneed,Ladder,\n")
    assert [row.listing.title for row in sheet.rows] == ["Ladder"]
    assert [str(problem) for problem in sheet.problems] == [
        f"line 2: more than {MAX_ROW_CHARS:,} characters; this line was not read"
    ]


@pytest.mark.parametrize("quoted", [b"a" * 200_000, b"a\n" * 100_000])
def test_cell_that_is_opened_and_swallows_the_file_is_told_where_it_opens(quoted: bytes) -> None:
    sheet = read_sheet(HEAD + b'offer,Bread,\noffer,Soup,"' + quoted + b"\nneed,Ladder,\n")
    assert [row.listing.title for row in sheet.rows] == ["Bread"]
    (problem,) = sheet.problems
    assert problem.place.line == 3
    assert "nothing from here to the end of the file was read" in problem.reason


def test_formulas_are_words_here_and_are_escaped_only_on_their_way_out() -> None:
    sheet = read_sheet(HEAD + b'offer,"=HYPERLINK(""http://x"")",@cmd\n')
    assert sheet.rows[0].listing.title == '=HYPERLINK("http://x")'
    assert sheet.rows[0].listing.details == "@cmd"


@pytest.mark.parametrize(
    "cell", ["a\u202eb", "a\x07b", "a\u2028b", "a\x85b"], ids=["bidi", "bell", "U+2028", "U+0085"]
)
def test_hidden_signs_in_a_cell_cost_its_row(cell: str) -> None:
    sheet = read_sheet(HEAD + f"offer,{cell},\noffer,Soup,\n".encode())
    assert [row.listing.title for row in sheet.rows] == ["Soup"]
    assert [problem.column for problem in sheet.problems] == ["title"]


def test_heading_of_a_novel_is_shown_short() -> None:
    sheet = read_sheet(b"title," + b"once upon a time " * 500 + b"\n")
    assert len(sheet.columns[1].heading) <= 60


def test_wrong_delimiter_in_some_rows_is_reported_there() -> None:
    sheet = read_sheet(b"type;title;details\noffer;Soup;hot\noffer,Stew,hot\n")
    assert [row.listing.title for row in sheet.rows] == ["Soup"]
    assert [problem.place.line for problem in sheet.problems] == [3]


# Each megabyte given may cost a few: its text, and rows that are kept until the next is refused.
@pytest.mark.parametrize(
    "data",
    [
        lambda: HEAD + b"," * 8_000_000,
        lambda: HEAD + b"a,b,c\n" * 1_300_000,
        lambda: HEAD + b'"' * 8_000_000,
        lambda: HEAD + b'""\n' * 2_600_000,
        lambda: HEAD + b'a"b\n"c"d\n' * 800_000,
        lambda: HEAD + b"\n" * 8_000_000,
        lambda: HEAD + b"\xff\xfe" * 4_000_000,
        lambda: b"=" * 8_000_000,
    ],
)
def test_memory_stays_within_a_few_times_the_file(data: Callable[[], bytes]) -> None:
    given_bytes = data()
    tracemalloc.start()
    with suppress(UserError):
        read_sheet(given_bytes)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 6 * len(given_bytes)


_PARTS = st.sampled_from(
    [b"type,title\n", b"offer,Soup\n", b'"', b",", b";", b"\n", b"\r", b"\xff", b"\0", b"a", b"'="]
)


@given(st.binary() | st.lists(_PARTS).map(b"".join))
@example(b"\xff\xfe\x00")
@example(b"sep=;\ntitle;type\n")
def test_any_bytes_are_a_sheet_or_refused(data: bytes) -> None:
    try:
        sheet = read_sheet(data)
    except UserError:
        return
    rows = {row.place for row in sheet.rows}
    assert rows.isdisjoint(problem.place for problem in sheet.problems)
