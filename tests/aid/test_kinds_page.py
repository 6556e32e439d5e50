"""docs/kinds.md says what the code does: fields, limits, categories, headings, bounds."""

import json
import re
from pathlib import Path
from typing import Any
from uuid import UUID, uuid5

import pytest

from node.spreadsheet import What, table, text
from node.spreadsheet.columns import HEADINGS_WITHIN
from node.spreadsheet.words import HEADINGS, fold
from node.words.languages import words_in
from protocol.aid import limits
from protocol.aid.categories import CATEGORIES, PICTOGRAMS, TAXONOMY_URI
from protocol.aid.listing import Listing, read_listing
from protocol.errors import UnfitBody

PAGE = (Path(__file__).parents[2] / "docs" / "kinds.md").read_text("utf-8")
VECTORS = json.loads((Path(__file__).parent / "data" / "listings.json").read_text("utf-8"))


def rows(section: str) -> list[list[str]]:
    """Return the cells of the tables below a heading, without the head of each table."""
    body = PAGE.split(f"### {section}\n", 1)[1].split("\n##", 1)[0]
    lines = [line for line in body.splitlines() if line.startswith("|")]
    cells = [[cell.strip() for cell in line.strip("|").split("|")] for line in lines]
    heads = {i - 1 for i, row in enumerate(cells) if set(row[0]) <= {"-"} and row[0]}
    return [row for i, row in enumerate(cells) if i not in heads and i - 1 not in heads]


def test_every_field_is_told_with_its_limits() -> None:
    told = {row[0]: row[1] for row in rows("2.1 Fields")}
    names = {name.removesuffix(" R").strip("`"): form for name, form in told.items()}
    assert list(names) == list(Listing.model_fields)
    required = {name.strip("` R") for name in told if name.endswith(" R")}
    assert required == {n for n, field in Listing.model_fields.items() if field.is_required()}
    expected = {
        "title": limits.MAX_TITLE,
        "details": limits.MAX_DETAILS,
        "qty": limits.MAX_QTY,
        "unit": limits.MAX_UNIT,
        "when": limits.MAX_WHEN,
        "repeats_words": limits.MAX_REPEATS_WORDS,
        "cell": limits.NEAR_CELL,
        "place": limits.MAX_PLACE,
        "access": limits.MAX_ACCESS,
        "by": limits.MAX_BY,
        "lang": limits.MAX_LANG,
    }
    assert {name: numbers(names[name])[-1] for name in expected} == expected
    assert numbers(names["tags"]) == [limits.MAX_TAGS, limits.MAX_TAG]


def numbers(words: str) -> list[int]:
    return [int(number.replace(",", "")) for number in re.findall(r"\d[\d,]*", words)]


def test_every_choice_is_told() -> None:
    told = {
        row[0].strip("` R"): set(re.findall(r"`([\w-]+)`", row[1])) for row in rows("2.1 Fields")
    }
    schema = Listing.model_json_schema()["properties"]
    for name, field in schema.items():
        choices = next((part["enum"] for part in walk(field) if "enum" in part), [])
        if name != "category":  # told in §2.2, see below
            assert set(choices) == told[name] - {"qty", "date_from"}


def walk(schema: Any) -> list[dict[str, Any]]:
    parts = [*schema.get("anyOf", []), schema.get("items", {})]
    return [schema, *(part for part in parts if part)]


def test_every_category_is_told_in_its_order() -> None:
    spanish = words_in("es")
    assert [tuple(row) for row in rows("2.2 Categories")] == [
        (f"`{id_}`", name, spanish.gettext(name), f"`{PICTOGRAMS[id_]}`")
        for id_, name in CATEGORIES.items()
    ]


def test_no_two_categories_have_one_name_or_picture() -> None:
    assert list(PICTOGRAMS) == list(CATEGORIES)
    spanish = {words_in("es").gettext(name) for name in CATEGORIES.values()}
    for said in (spanish, {*CATEGORIES.values()}, {*PICTOGRAMS.values()}):
        assert len(said) == len(CATEGORIES)


def test_the_taxonomy_of_categories_is_told() -> None:
    space = UUID(TAXONOMY_URI)
    assert TAXONOMY_URI in PAGE
    assert f"(`food`: `{uuid5(space, 'food')}`)" in PAGE


@pytest.mark.parametrize(
    "words",
    [
        f"{limits.MAX_PAYLOAD_BYTES:,} bytes",
        f"At most {limits.MAX_FIELDS} names",
        f"A need closes after {limits.NEED_OPEN_S // 86_400} days",
        f"an offer after {limits.OFFER_OPEN_S // 86_400},",
        f"{limits.MAX_OPEN_S // 86_400} days ahead",
        f"{limits.NETWORK_CELL} characters",
        f"{text.MAX_FILE_BYTES >> 20} MiB",
        f"{table.MAX_ROWS:,}, or {table.MAX_ROWS_WITH_BLANK:,} with blank ones",
        f"| columns | {table.MAX_COLUMNS} |",
        f"| cell | {table.MAX_CELL:,} characters |",
        f"| row | {table.MAX_ROW_CHARS:,} characters |",
        f"first {HEADINGS_WITHIN} rows",
    ],
)
def test_bounds_are_told(words: str) -> None:
    assert words in " ".join(PAGE.split())


def test_headings_that_the_page_names_are_known() -> None:
    for field, headings in rows("11.2 Headings"):
        known = {HEADINGS.get(fold(heading)) for heading in re.split("[,·]", headings)}
        assert len(known) == 1
        assert None not in known
        if field.startswith("`"):
            assert known == {field.strip("`")}
    told = {row[0].strip("`") for row in rows("11.2 Headings")}
    assert set(Listing.model_fields) <= told


def test_everything_that_an_import_does_is_told() -> None:
    assert [row[0] for row in rows("11.4 What an import does") if row[0]] == list(What)


@pytest.mark.parametrize("vector", VECTORS, ids=lambda vector: vector["name"])
def test_listing_vectors(vector: dict[str, Any]) -> None:
    data = bytes.fromhex(vector["payload"])
    if "unfit" in vector:
        with pytest.raises(UnfitBody) as unfit:
            read_listing(data)
        assert unfit.value.detail == vector["unfit"]
    else:
        said = read_listing(data).model_dump(mode="json", exclude_defaults=True)
        assert said == vector["listing"]
