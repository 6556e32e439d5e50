"""From bytes to text and rows: encodings, delimiters, quotation marks, lines."""

import csv
import io
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from node.spreadsheet.columns import find_layout
from node.spreadsheet.sheet import read_sheet
from node.spreadsheet.table import MAX_CELL, Place, split_rows
from node.spreadsheet.text import Text, read_text
from protocol.errors import UserError

WORDS = "type;title\nofrezco;Piñatas y café, “más” – 5 €\n"
DATA = Path(__file__).parent / "data"


@pytest.mark.parametrize(
    ("data", "encoding"),
    [
        (WORDS.encode("utf-8"), "UTF-8"),
        (WORDS.encode("utf-8-sig"), "UTF-8 with a mark"),
        (WORDS.encode("utf-16"), "UTF-16"),
        (b"\xfe\xff" + WORDS.encode("utf-16-be"), "UTF-16"),
        (WORDS.encode("utf-16-le"), "UTF-16"),
        (WORDS.encode("utf-16-be"), "UTF-16"),
        (WORDS.encode("cp1252"), "Windows-1252"),
    ],
)
def test_text_is_the_same_in_every_encoding_that_programs_write(data: bytes, encoding: str) -> None:
    assert read_text(data) == Text(WORDS, encoding)


def test_byte_that_windows_1252_lacks_is_read_as_latin_1() -> None:
    assert read_text(b"title\nni\xf1o \x8d\n").encoding == "Latin-1"


@pytest.mark.parametrize("at", [0, 1])
def test_utf8_with_one_broken_letter_stays_utf8(at: int) -> None:
    letters = "ñáéíóú".encode()
    text = read_text(letters[:at] + b"\xff" + letters[at + 1 :])
    assert text.encoding == "UTF-8"
    assert text.damaged
    assert text.text.endswith("áéíóú")


def test_truncated_utf16_is_damaged() -> None:
    assert read_text(WORDS.encode("utf-16")[:-1]).damaged


@given(st.text(st.characters(codec="utf-8", exclude_characters="\0"), min_size=1))
def test_utf8_is_never_taken_for_anything_else(text: str) -> None:
    assert read_text(text.encode()).text == text.removeprefix("\ufeff")


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_delimiter_and_line_ends_are_found(delimiter: str, end: str) -> None:
    lines = [["Type", "Title", "Details"], ["offer", "Soup", "a, b; c | d\te"]]
    file = io.StringIO(newline="")
    csv.writer(file, delimiter=delimiter, lineterminator=end).writerows(lines)
    sheet = read_sheet(file.getvalue().encode())
    assert [row.listing.details for row in sheet.rows] == ["a, b; c | d e"]
    assert [row.listing.title for row in sheet.rows] == ["Soup"]


def test_excels_own_line_names_the_delimiter() -> None:
    sheet = read_sheet(b'"sep=|"\r\ntype|title\r\nneed|a,b;c\r\n')
    assert [row.listing.title for row in sheet.rows] == ["a,b;c"]


def test_rows_are_counted_as_programs_count_and_lines_as_editors_do() -> None:
    table = split_rows('a\n"b\nb"\n\nc\n', ",")
    assert [(cells.place, cells.cells) for cells in table.rows] == [
        (Place(1, 1), ["a"]),
        (Place(2, 2), ["b\nb"]),
        (Place(5, 4), ["c"]),
    ]
    assert [str(cells.place) for cells in table.rows] == ["line 1", "line 2", "line 5 (row 4)"]


def test_cell_is_taken_at_its_limit_and_reported_one_past_it() -> None:
    table = split_rows(f"{'a' * MAX_CELL}\n{'a' * (MAX_CELL + 1)}\nb\n", ",")
    assert [len(cells.cells[0]) for cells in table.rows] == [MAX_CELL, 1]
    assert [str(problem) for problem in table.problems] == [
        "line 2: a cell has more than 10,000 characters"
    ]


def test_stray_quotation_mark_costs_its_own_rows_and_no_others() -> None:
    table = split_rows('a,b\n"c"d,e\nf,5" pipe\n"g,\nh"i\nj,k\n', ",")
    assert [cells.cells for cells in table.rows] == [["a", "b"], ["f", '5" pipe'], ["j", "k"]]
    assert [problem.place.line for problem in table.problems] == [2, 4]
    assert "this line was not read" in table.problems[0].reason
    assert "lines up to 5 were not read" in table.problems[1].reason


def test_quotation_mark_that_is_never_closed_is_reported_where_it_opens() -> None:
    table = split_rows('a,b\nc,d\ne,"f\ng,h\n', ",")
    assert [cells.cells for cells in table.rows] == [["a", "b"], ["c", "d"]]
    assert [problem.place.line for problem in table.problems] == [3]
    assert "nothing from here to the end" in table.problems[0].reason


@given(
    st.lists(st.lists(st.text(st.characters(codec="utf-8"), max_size=9), min_size=1, max_size=4))
)
def test_whatever_a_program_quotes_comes_back(rows: list[list[str]]) -> None:
    cells = [[cell.strip(" ") for cell in row] for row in rows]
    file = io.StringIO(newline="")
    csv.writer(file, quoting=csv.QUOTE_ALL, lineterminator="\n").writerows(cells)
    table = split_rows(file.getvalue(), ",")
    assert [row.cells for row in table.rows] == [
        row for row in cells if any(cell.strip() for cell in row)
    ]
    assert table.problems == []


# --- Headings ---


@pytest.mark.parametrize(
    ("heading", "field"),
    [
        ("TITLE", "title"),
        ("Título", "title"),
        (" ¿Qué es? ", "title"),
        ("Title / Título", "title"),
        ("What (in a few words)", "title"),
        ("¿Qué puedes ofrecer?", "offers"),
        ("Urgent?", "urgency"),
        ("DESCRIPCIÓN:", "details"),
        ("Valid_until", "until"),
        ("offer/need", "type"),
    ],
)
def test_heading_is_known_in_its_spellings(heading: str, field: str) -> None:
    layout = find_layout(
        Text(f'"{heading}","{"Title" if field != "title" else "Type"}"\n', "UTF-8")
    )
    assert layout.columns[0].field == field


def test_headings_below_some_rows_of_titles_are_found() -> None:
    sheet = read_sheet(b"Our street,,\n\nupdated in May,,\nType,Title,Zodiac\noffer,Soup,\n")
    assert [row.listing.title for row in sheet.rows] == ["Soup"]
    assert sheet.problems == ()


def test_each_column_says_its_field_or_why_it_is_not_read() -> None:
    sheet = read_sheet(b"Title,Type,Full Name,WhatsApp no.,Zodiac,,Notes,Details\n")
    assert [(column.heading, column.field, column.why_not) for column in sheet.columns] == [
        ("Title", "title", ""),
        ("Type", "type", ""),
        ("Full Name", None, "about a person: stays in your file, and does not travel"),
        ("WhatsApp no.", None, "about a person: stays in your file, and does not travel"),
        ("Zodiac", None, "not a heading that we know"),
        ("", None, "no heading"),
        ("Notes", "details", ""),
        ("Details", None, "the column “Notes” already gives this"),
    ]


def test_file_without_headings_is_refused_with_its_beginning_and_what_to_do() -> None:
    with pytest.raises(UserError) as refused:
        read_sheet(b"offer,Soup\nneed,Ladder\n")
    assert "begins “offer,Soup need,Ladder”" in refused.value.sentence
    assert "headings in the first row" in refused.value.next_step


def test_spanish_sheet_as_an_old_excel_saved_it() -> None:
    sheet = read_sheet((DATA / "vecinos.csv").read_bytes())
    assert (sheet.encoding, sheet.delimiter) == ("Windows-1252", "semicolon")
    assert [(row.listing.type, row.listing.title, row.listing.category) for row in sheet.rows] == [
        ("offer", "Sopa de calabaza", "food"),
        ("need", "Un taladro", "tools-space"),
        ("offer", "Compañía para ir al médico", "emotional-support"),
        ("need", "Ropa de niño, talla 8", "clothing"),
        ("offer", "Clases de piñatas", "other"),
    ]
    assert [row.listing.date_from for row in sheet.rows[:3]] == [
        "2030-03-31",
        "2030-04-01",
        "2030-04-01",
    ]
    assert sheet.rows[3].listing.details == "Chaqueta y zapatos\nmejor usados que nuevos"
    either, neither = map(str, sheet.problems)
    assert either.startswith("line 10 (row 9), Fecha de inicio: day and month could be either")
    assert either.endswith("write 2030-04-03 or 2030-03-04")
    assert neither == "line 11 (row 10), ¿Ofrezco o necesito?: say one of: offer, need"
    assert sheet.bad_rows == 2
