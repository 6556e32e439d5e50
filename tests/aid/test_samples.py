"""The sample listings that ship with the project: a street one would like to live in."""

import re
from collections import Counter
from datetime import UTC

from node.samples import sample_sheet
from node.spreadsheet import Sheet, Terms, What, plan_import, read_sheet
from protocol.aid.audience import Audience
from protocol.aid.categories import CATEGORIES
from protocol.identity import PodId


def sheet() -> Sheet:
    return read_sheet(sample_sheet())


def test_every_row_is_read_and_every_column_understood() -> None:
    samples = sheet()
    assert (samples.problems, samples.notes) == ((), ())
    assert [column.why_not for column in samples.columns if column.field is None] == []


def test_there_are_enough_of_everything_to_look_around() -> None:
    listings = [row.listing for row in sheet().rows]
    assert len(listings) >= 60
    languages = Counter(listing.lang for listing in listings)
    assert languages.keys() == {"en", "es"}
    assert min(languages.values()) >= 25
    types = Counter(listing.type for listing in listings)
    assert min(types.values()) >= 25
    assert {listing.category for listing in listings} == set(CATEGORIES)
    assert len({listing.mode for listing in listings}) == 7  # all six, and not said
    assert len({listing.title for listing in listings}) == len(listings)


def test_samples_name_no_person_and_no_way_to_reach_one() -> None:
    for row in sheet().rows:
        said = row.listing.model_dump_json(exclude={"date_from", "date_to"})
        assert not re.search(r"@|https?:|www\.|\d{4}", said), row.listing.title
        assert row.listing.by is None


def test_import_of_the_samples_adds_them_all_once() -> None:
    terms = Terms(PodId(bytes(32)), 1_767_225_600, UTC, Audience.NEAR)
    actions = plan_import(sheet(), lambda _: None, terms)
    assert {action.what for action in actions} == {What.ADD}
    assert len({action.rid for action in actions}) == len(actions)
