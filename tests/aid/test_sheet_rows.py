"""From the cells of a row to its listings: values as people write them."""

from typing import Any

import pytest

from node.spreadsheet import words
from node.spreadsheet.cells import read_cell
from node.spreadsheet.sheet import Sheet, read_sheet
from node.spreadsheet.values import PLENTY, Unreadable, read_day, read_until
from node.spreadsheet.words import fold, turned
from node.words.languages import languages, words_in
from protocol.aid import limits
from protocol.aid.audience import Audience
from protocol.aid.categories import CATEGORIES
from tests.aid.listings import soup


def sheet_of(headings: str, *rows: str) -> Sheet:
    return read_sheet("\n".join((headings, *rows, "")).encode())


def said(headings: str, row: str) -> dict[str, Any]:
    """Return what one row says beyond the defaults."""
    sheet = sheet_of(headings, row)
    assert sheet.problems == ()
    (only,) = sheet.rows
    return only.listing.model_dump(exclude_defaults=True)


# --- Values ---


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("2026-03-31", "2026-03-31"),
        ("2026/3/1", "2026-03-01"),
        ("2026-03-31 18:00", "2026-03-31T18:00"),
        ("2026-03-31T9:05:00", "2026-03-31T09:05"),
        ("31/3/2026", "2026-03-31"),
        ("31.03.2026", "2026-03-31"),
        ("3/31/2026", "2026-03-31"),
        ("31-3-2026 18:00", "2026-03-31T18:00"),
        ("5/5/2026", "2026-05-05"),
        ("31 de marzo de 2026", "2026-03-31"),
        ("31 March 2026", "2026-03-31"),
        ("March 31st, 2026", "2026-03-31"),
        ("1 dic. 2026", "2026-12-01"),
    ],
)
def test_day_is_read_in_the_ways_people_write_it(text: str, day: str) -> None:
    assert read_day(text) == day


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("3/4/2026", "day and month could be either way round; write 2026-04-03 or 2026-03-04"),
        ("31/3/26", "a year of two digits can be read in several ways; write it in four"),
        ("30/2/2026", "there is no such day"),
        ("2026-02-30", "there is no such day"),
        ("31/13/2026", "there is no such day"),
        ("31 brumaire 2026", "not a day; write it like 2026-03-31"),
        ("March", "not a day; write it like 2026-03-31"),
    ],
)
def test_day_that_nobody_can_be_sure_of_is_reported(text: str, reason: str) -> None:
    with pytest.raises(Unreadable) as unreadable:
        read_day(text)
    assert str(unreadable.value) == reason


@pytest.mark.parametrize(
    ("heading", "cell", "fields"),
    [
        ("How many", "3", {"qty": 3}),
        ("How many", "3.0", {"qty": 3}),
        ("How many", "3 bags of wood", {"qty": 3, "unit": "bags of wood"}),
        ("Cantidad", "de sobra", {"plenty": True}),
        ("Plenty", "sí", {"plenty": True}),
        ("Plenty", "✓", {"plenty": True}),
        ("Plenty", "no", {}),
        ("When", "Saturdays 10-12", {"when": "Saturdays 10-12"}),
        ("When", "31/3/2026", {"date_from": "2026-03-31"}),
        ("How often", "cada semana", {"repeats": "weekly"}),
        ("How often", "every second Sunday", {"repeats_words": "every second Sunday"}),
        ("Urgent?", "Sí", {"urgency": "now"}),
        ("Urgent?", "no hurry", {"urgency": "whenever"}),
        ("Give or lend", "préstamo", {"mode": "lend"}),
        ("Status", "hecho", {"status": "done"}),
        ("Language", "Español", {"lang": "es"}),
        ("Language", "oj", {"lang": "oj"}),
        ("Tags", "a, b;c", {"tags": ("a", "b", "c")}),
        ("Geohash", "U33DBCFVX", {"cell": "u33dbc"}),
        ("Where", "'=behind the shop", {"place": "=behind the shop"}),
        ("Shown as", "Ana", {"by": "Ana"}),
        (
            "How to answer",
            "at the meetup; steward",
            {"reply_via": ("at-meetup", "through-steward")},
        ),
    ],
)
def test_cell_says_what_people_mean(heading: str, cell: str, fields: dict[str, Any]) -> None:
    least = soup().model_dump(exclude_defaults=True)
    assert said(f"type,title,category,{heading}", f'offer,Hot soup,food,"{cell}"') == least | fields


@pytest.mark.parametrize(
    ("heading", "cell"),
    [
        ("How many", "some"),
        ("How many", "-1"),
        ("How many", "10000"),
        ("Left", "two"),
        ("Plenty", "perhaps"),
        ("When", "3/4/2026"),
        ("Urgent?", "purple"),
        ("Give or lend", "sell"),
        ("Status", "purple"),
        ("Until", "some day"),
        ("Who can see it", "my aunt"),
        ("Posted", "yesterday"),
        ("Geohash", "home"),
        ("Language", "the one I speak"),
        ("How to answer", "carrier pigeon"),
        ("Tags", "a,b,c,d,e,f"),
    ],
)
def test_cell_that_says_nothing_we_know_costs_its_row_and_is_reported(
    heading: str, cell: str
) -> None:
    sheet = sheet_of(f"type,title,{heading}", f'offer,Soup,"{cell}"', "offer,Bread,")
    assert [row.listing.title for row in sheet.rows] == ["Bread"]
    assert [(problem.place.line, problem.column) for problem in sheet.problems] == [(2, heading)]


def test_all_that_is_wrong_in_a_row_is_told_at_once() -> None:
    sheet = sheet_of("type,title,qty,from", "gift,Soup,some,3/4/2026")
    assert [problem.column for problem in sheet.problems] == ["from", "qty", "type"]
    assert sheet.bad_rows == 1


@pytest.mark.parametrize(
    ("cell", "until"),
    [
        ("until I say", 0),
        ("Sin fecha", 0),
        ("2026-03-31", "2026-03-31"),
        ("31/3/2026", "2026-03-31"),
        ("2026-03-31T18:00:00Z", 1_774_980_000),
        ("1099511627775", (1 << 40) - 1),
    ],
)
def test_end_is_read_as_a_moment_or_a_day(cell: str, until: int | str) -> None:
    assert read_until(cell) == until


@pytest.mark.parametrize(
    ("cell", "audience"),
    [("neighbours", Audience.NEAR), ("Toda la red", Audience.NETWORK), ("privado", Audience.POD)],
)
def test_audience_is_read_and_never_widened(cell: str, audience: Audience) -> None:
    assert read_cell("audience", cell) == {"audience": audience}


# --- Rows ---


def test_answers_to_what_can_you_offer_and_what_do_you_need_are_two_listings() -> None:
    sheet = sheet_of(
        "Your name,What can you offer?,What do you need?,Area",
        "Ana,Lentil soup,A ladder,North side",
        "Ben,nothing,A lift,",
        "Cem,-,nada,",
    )
    listings = [row.listing for row in sheet.rows]
    assert [(item.type, item.title, item.place) for item in listings] == [
        ("offer", "Lentil soup", "North side"),
        ("need", "A ladder", "North side"),
        ("need", "A lift", None),
    ]
    assert [str(problem) for problem in sheet.problems] == ["line 4: neither an offer nor a need"]
    assert all(item.by is None for item in listings)


def test_ticks_beside_a_title_say_offer_or_need() -> None:
    sheet = sheet_of("What,Offer,Need", "Soup,x,", "Ladder,,x", "Song,maybe,", "Chair,,")
    assert [(row.listing.type, row.listing.title) for row in sheet.rows] == [
        ("offer", "Soup"),
        ("need", "Ladder"),
    ]
    assert [str(problem) for problem in sheet.problems] == [
        "line 4: neither yes nor no",
        "line 5, type: The sort is needed.",
    ]


def test_title_too_long_for_a_title_is_kept_whole_in_the_details() -> None:
    long = "I can help with " + "gardens and " * 10 + "sheds"
    sheet = sheet_of("I can offer,Notes", f"{long},Weekends", f'"{"a" * 90}\nb",')
    first, second = (row.listing for row in sheet.rows)
    assert len(first.title) <= limits.MAX_TITLE
    assert long.startswith(first.title.removesuffix("…"))
    assert first.details == f"{long}\nWeekends"
    assert second.title == "a" * 79 + "…"
    assert [note.column for note in sheet.notes] == ["title", "title"]


@pytest.mark.parametrize(
    ("category", "found", "tags", "notes"),
    [
        ("Kite making", "other", ("wind", "Kite making"), 1),
        ("Food; Kites", "food", ("wind", "Kites"), 1),
        ("Kites, Food, Water", "food", ("wind", "Kites", "Water"), 2),
        ("wind", "other", ("wind",), 1),
        ("k" * (limits.MAX_TAG + 1), "other", ("wind",), 1),
        ("a;b;c;d;e", "other", ("wind", "a", "b", "c", "d"), 5),
    ],
)
def test_category_beyond_the_one_that_is_known_becomes_a_tag(
    category: str, found: str, tags: tuple[str, ...], notes: int
) -> None:
    sheet = sheet_of("type,title,category,tags", f'offer,Kites,"{category}",wind')
    assert (sheet.rows[0].listing.category, sheet.rows[0].listing.tags) == (found, tags)
    assert len(sheet.notes) == notes


@pytest.mark.parametrize("text", ["call 555-0100-22", "ana@example.org", "tel. +1 (555) 01 00"])
def test_contact_details_in_the_words_are_pointed_at(text: str) -> None:
    (note,) = sheet_of("type,title,details", f"offer,Soup,{text}").notes
    assert note.column == "details"
    assert "would travel" in note.reason


@pytest.mark.parametrize("text", ["from 10 to 12", "2026-03-31 to 2026-04-02", "a @ b", "12 345"])
def test_other_numbers_are_no_contact_details(text: str) -> None:
    assert sheet_of("type,title,details", f"offer,Soup,{text}").notes == ()


def test_row_longer_than_its_headings_is_reported_and_a_shorter_one_read() -> None:
    sheet = sheet_of("type,title,details", "offer,Soup,a,b", "offer,Bread", "offer,Jam,c,,")
    assert [row.listing.title for row in sheet.rows] == ["Bread", "Jam"]
    assert [str(problem) for problem in sheet.problems] == [
        "line 2: 4 cells under 3 headings; text with a delimiter in it needs quotation marks"
    ]


def test_letters_lost_in_the_file_are_reported_in_their_row() -> None:
    sheet = read_sheet(
        "type,title\noffer,Piñata\noffer,Caf".encode() + b"\xff\noffer,Caf\xc3\xa9\n"
    )
    assert [row.listing.title for row in sheet.rows] == ["Piñata", "Café"]
    assert [str(problem) for problem in sheet.problems] == [
        "line 3: some letters were lost in this file; save it anew as UTF-8"
    ]


def test_blank_rows_are_no_rows() -> None:
    sheet = sheet_of("type,title", "", " , ", "offer,Soup", ",")
    assert (len(sheet.rows), sheet.problems) == (1, ())


# --- Words ---


TABLES = (
    *(words.HEADINGS, words.TYPES, words.MODES, words.STATUSES, words.REPEATS, words.URGENCIES),
    *(words.REPLY_WAYS, words.AUDIENCES, words.LANGUAGES, words.MONTHS, words.CATEGORY_WORDS),
    *(words.PRIVATE, words.NO, words.NO_END, PLENTY),
)


def test_words_are_written_as_cells_are_folded_or_they_would_never_match() -> None:
    assert [word for table in TABLES for word in table if fold(word) != word] == []


def test_word_with_two_meanings_is_refused() -> None:
    assert turned({"a": "x, y", "b": "z"}) == {"x": "a", "y": "a", "z": "b"}
    with pytest.raises(ValueError, match="twice"):
        turned({"a": "x", "b": "x"})


def test_no_heading_of_a_field_is_about_a_person() -> None:
    assert {
        field for heading, field in words.HEADINGS.items() if words.PRIVATE & {*heading.split()}
    } == {"by"}


def test_every_category_is_known_by_its_id_and_by_its_name_in_every_language() -> None:
    for id_, name in CATEGORIES.items():
        said = {id_, *(words_in(tag).gettext(name) for tag in languages())}
        assert len(said) > 2
        assert [read_cell("category", word)["category"] for word in said] == [id_] * len(said)
