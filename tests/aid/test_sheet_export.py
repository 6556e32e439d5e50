"""Listings as files: CSV that no program takes for formulas, JSON with stable keys."""

import csv
import io
import json

from hypothesis import example, given
from hypothesis import strategies as st

from node.spreadsheet import Held, read_sheet, to_csv, to_json
from node.spreadsheet.cells import escaped, unescaped
from protocol.aid.audience import Audience
from protocol.aid.listing import Listing
from protocol.identity import pod_id_text
from tests.aid.listings import listings, soup
from tests.aid.test_sheet_plan import NOW_S, US, item

FORMULAS = ("=", "+", "-", "@", "\t", "\r", "＝", "＋", "－", "＠")


@given(st.text(st.sampled_from("'=+-@\t\r a＝"), max_size=6) | st.text())
@example("'=")
@example("''=")
@example("'")
def test_escaping_is_undone_exactly_and_leaves_no_formula(text: str) -> None:
    assert not escaped(text).startswith(FORMULAS)
    assert unescaped(escaped(text)) == text


def test_cells_of_other_peoples_files_come_as_they_are() -> None:
    assert [unescaped(text) for text in ("'tis", "-", "a'=b", "")] == ["'tis", "-", "a'=b", ""]


@given(st.lists(listings(), max_size=2))
def test_no_cell_of_an_export_is_a_formula(some: list[Listing]) -> None:
    data = to_csv([item(b"r" * 16, Held(listing, Audience.NEAR, 0)) for listing in some])
    rows = list(csv.reader(io.StringIO(data.decode("utf-8-sig"), newline="")))
    assert len(rows) == len(some) + 1
    assert [cell for row in rows for cell in row if cell.startswith(FORMULAS)] == []


@given(listings())
def test_export_is_read_as_the_listing_that_it_was(listing: Listing) -> None:
    sheet = read_sheet(to_csv([item(b"r" * 16, Held(listing, Audience.NEAR, 0))]))
    assert sheet.problems == ()
    (row,) = sheet.rows
    assert row.listing == listing
    assert (row.key, row.audience, row.until) == ("72" * 16, Audience.NEAR, 0)


def test_every_column_of_an_export_is_read() -> None:
    assert [column.why_not for column in read_sheet(to_csv([])).columns if not column.field] == []


def test_mark_is_for_spreadsheet_programs_and_can_be_left_out() -> None:
    assert to_csv([]).startswith(b"\xef\xbb\xbfid,pod id,type,title,")
    assert to_csv([], mark=False).startswith(b"id,pod id,type,title,")


def test_json_has_the_same_keys_for_every_listing_and_null_for_what_is_not_said() -> None:
    least = item(b"r" * 16, Held(soup(), Audience.NETWORK, 0))
    most = item(
        b"s" * 16,
        Held(soup(qty=3, tags=("a", "b"), posted_s=NOW_S), Audience.POD, NOW_S + 1),
    )
    first, second = json.loads(to_json([least, most]))
    assert list(first) == list(second)
    assert first == dict.fromkeys(first) | {
        "id": "72" * 16,
        "pod_id": pod_id_text(US),
        "type": "offer",
        "title": "Hot soup",
        "category": "food",
        "status": "open",
        "tags": [],
        "plenty": False,
        "repeats": "none",
        "reply_via": ["sealed"],
        "audience": "network",
        "stamp": "2026-01-01T00:00:00Z",
    }
    assert (second["qty"], second["tags"], second["until"]) == (
        3,
        ["a", "b"],
        "2026-01-01T00:00:01Z",
    )


def test_times_that_no_calendar_has_are_written_as_numbers() -> None:
    far = (1 << 40) - 1
    (row,) = json.loads(to_json([item(b"r" * 16, Held(soup(posted_s=far), Audience.NEAR, far))]))
    assert (row["until"], row["posted"]) == (str(far), str(far))
