"""What holds for every kind that travels, and each kind's own rules. docs/kinds.md §1 to §10."""

import hashlib
import json
from pathlib import Path
from typing import Any, get_args, get_origin

import pytest
from hypothesis import given
from hypothesis import strategies as st
from jsonschema import Draft202012Validator
from pydantic import StringConstraints
from pydantic.fields import FieldInfo

from protocol.aid import BODIES, KINDS, Body, limits, parse
from protocol.aid.audience import Audience
from protocol.aid.fields import Line, Paragraph
from protocol.aid.sentences import FIELD_WORDS, SENTENCES, WrongFields
from protocol.codec import encode
from protocol.errors import UnfitBody
from tests.aid import forms
from tests.aid.bodies import FULL, LEAST, OTHER
from tests.aid.kind_cases import CROSS, TAKEN_AND_REFUSED, payload
from tests.aid.listings import FLOWER
from tests.aid.make_vectors import kind_vector

BY_NAME = {body.NAME: body for body in BODIES.values()}
KIND_NAMES = list(BY_NAME)


def fault_of(kind: str, **fields: Any) -> tuple[str, str]:
    with pytest.raises(UnfitBody) as unfit:
        BY_NAME[kind].read(payload(kind, **fields))
    field, _, rule = unfit.value.detail.partition(": ")
    return field, rule


def fit(kind: str, **fields: Any) -> Any:
    return BY_NAME[kind].read(payload(kind, **fields))


# --- Every kind ---


def test_codes_are_those_of_the_page() -> None:
    named = [(f"| {kind.code} | `{kind.name}` |") for kind in KINDS]
    page = forms.PAGE.read_text("utf-8")
    assert [line for line in named if line not in page] == []
    assert [kind.code for kind in KINDS] == list(range(1, 10))


@pytest.mark.parametrize("kind", KIND_NAMES)
def test_least_body_is_fit_and_says_no_more_than_it_must(kind: str) -> None:
    body = BY_NAME[kind].read(payload(kind))
    assert body.model_dump(exclude_defaults=True) == LEAST[kind]
    required = {n for n, field in type(body).model_fields.items() if field.is_required()}
    assert set(LEAST[kind]) == required
    assert body.headline()


@pytest.mark.parametrize("kind", KIND_NAMES)
def test_every_field_filled_with_four_byte_characters_fits(kind: str) -> None:
    body = BY_NAME[kind].write(FULL[kind])
    assert set(type(body).model_fields) - set(FULL[kind]) <= {"plenty"}
    assert len(body.to_payload()) <= limits.MAX_PAYLOAD_BYTES
    assert BY_NAME[kind].read(body.to_payload()) == body


@pytest.mark.parametrize("kind", KIND_NAMES)
def test_body_without_a_required_field_is_unfit(kind: str) -> None:
    for field in LEAST[kind]:
        assert fault_of(kind, **{field: None}) == (field, "missing")


@pytest.mark.parametrize("kind", KIND_NAMES)
def test_unknown_names_are_ignored_so_that_a_later_version_may_add_them(kind: str) -> None:
    assert fit(kind, zeal=7, wishes=("a", "b"), really=True) == fit(kind)


@pytest.mark.parametrize("kind", KIND_NAMES)
def test_price_is_a_field_of_no_kind(kind: str) -> None:
    with pytest.raises(TypeError, match="price"):
        BY_NAME[kind].write(LEAST[kind] | {"price": 5})


def texts_of(kind: str) -> list[tuple[str, int, bool]]:
    """Return (field, longest, whether it is one line) of the free texts of a kind."""
    found = []
    for name, field in BY_NAME[kind].model_fields.items():
        marks = marks_of(field)
        most = [mark.max_length for mark in marks if isinstance(mark, StringConstraints)]
        if most and (Line in marks or Paragraph in marks):
            found.append((name, most[0], Line in marks))
    return found


def marks_of(field: FieldInfo) -> list[Any]:
    """Return what is said of a text, also where None is an alternative; nothing of lists."""
    if get_origin(field.annotation) is tuple:
        return []
    if field.annotation is str:
        return list(field.metadata)
    parts = [get_args(part) for part in get_args(field.annotation)]
    return next((list(part[1:]) for part in parts if part and part[0] is str), [])


@pytest.mark.parametrize(
    ("kind", "field", "limit", "one_line"),
    [(kind, *text) for kind in KIND_NAMES for text in texts_of(kind)],
)
def test_text_is_taken_at_its_limit_and_without_what_cannot_be_shown(
    kind: str, field: str, limit: int, *, one_line: bool
) -> None:
    full = {"public_place": True} if kind == "resource" else {}
    full |= {"qty": 1} if kind == "listing" else {}
    fit(kind, **full, **{field: FLOWER * limit})
    for text, rule in {
        FLOWER * (limit + 1): "string_too_long",
        "": "string_too_short",
        "a\x07b": "control_character",
        "a\u202eb": "turns_text",
        "Pin\u0303ata": "not_composed",
        "soup\u00a0": "blank_end",
    }.items():
        assert fault_of(kind, **full, **{field: text}) == (field, rule)
    if one_line:
        assert fault_of(kind, **full, **{field: "a\nb"}) == (field, "more_than_a_line")
    else:
        fit(kind, **full, **{field: "a\nb"})


def test_texts_are_found_by_the_test_above() -> None:
    assert sum(len(texts_of(kind)) for kind in KIND_NAMES) > 30


@given(st.sampled_from(KIND_NAMES), st.binary(max_size=200))
def test_any_bytes_are_fit_or_unfit_and_nothing_else(kind: str, data: bytes) -> None:
    try:
        body = parse(BY_NAME[kind].CODE, data)
    except UnfitBody:
        return
    assert parse(body.CODE, body.to_payload()) == body


_ODD = st.one_of(
    st.text(max_size=20),
    st.integers(-(2**63), 2**64 - 1),
    st.booleans(),
    st.lists(st.text(max_size=8), max_size=30).map(tuple),
    st.sampled_from(["-1mo", "2026-02-30", "0001-01-01T00:00", "9999-12-31T23:59", "https://a"]),
)
_RIGHT = st.sampled_from([value for full in FULL.values() for value in full.values()])


@given(st.sampled_from(KIND_NAMES), st.data())
def test_any_values_are_fit_or_unfit_and_what_is_fit_can_be_shown(
    kind: str, data: st.DataObject
) -> None:
    names = st.sampled_from([*BY_NAME[kind].model_fields])
    said = data.draw(st.dictionaries(names, _ODD | _RIGHT, max_size=6))
    try:
        body = BY_NAME[kind].read(encode(FULL[kind] | said))
    except UnfitBody:
        return
    assert BY_NAME[kind].read(body.to_payload()) == body
    assert isinstance(body.closes_s(0, 0), int)
    assert body.begins_s(7) <= 2**40
    assert all(isinstance(word, str) for word in (*body.words(), *body.filed_under()))
    assert len(body.for_audience(Audience.NETWORK).to_payload()) <= limits.MAX_PAYLOAD_BYTES


@given(st.sampled_from(KIND_NAMES), st.data())
def test_what_a_person_types_is_a_body_or_sentences(kind: str, data: st.DataObject) -> None:
    names = st.sampled_from([*BY_NAME[kind].model_fields])
    said = data.draw(st.dictionaries(names, _ODD | st.none(), max_size=6))
    try:
        body = BY_NAME[kind].write(LEAST[kind] | said)
    except WrongFields:
        return
    assert BY_NAME[kind].read(body.to_payload()) == body


def test_unfit_reason_quotes_nothing_of_the_body() -> None:
    for kind in KIND_NAMES:
        field = next(iter(LEAST[kind]))
        with pytest.raises(UnfitBody) as unfit:
            fit(kind, **{field: "secretsecret" * 200})
        assert "secret" not in f"{unfit.value}{unfit.value.detail}"


# --- What is written of them ---


def test_field_tables_of_the_page_are_those_of_the_classes() -> None:
    """If not: python -m tests.aid.forms."""
    page = forms.PAGE.read_text("utf-8")
    assert page == forms.page_with_forms(page)
    assert page.count("<!-- fields of ") == len(BODIES) - 1  # listings have a table by hand


@pytest.mark.parametrize("kind", KIND_NAMES)
def test_schema_is_that_of_the_class_and_takes_what_is_fit(kind: str) -> None:
    """If not: python -m tests.aid.forms."""
    path = forms.SCHEMAS / f"{kind}.json"
    assert path.read_text("utf-8") == forms.schema(BY_NAME[kind])
    said = json.loads(path.read_text("utf-8"))
    Draft202012Validator.check_schema(said)
    validator = Draft202012Validator(said)
    for fields in (LEAST[kind], FULL[kind]):
        body: Body = BY_NAME[kind].write(fields)
        assert [*validator.iter_errors(body.model_dump(mode="json", exclude_defaults=True))] == []
    assert [*validator.iter_errors({})]


def test_every_field_has_words_and_every_rule_a_sentence() -> None:
    fields = {field for body in BODIES.values() for field in body.model_fields}
    assert fields - set(FIELD_WORDS) == set()
    rules = {rule for _, _, rule in CROSS} | {"not_a_minute", "not_a_whole_day", "no_key"}
    assert rules - set(SENTENCES) == set()


# --- Rules of one kind ---


@pytest.mark.parametrize(("kind", "fields", "rule"), CROSS)
def test_fields_that_do_not_go_together_are_unfit(
    kind: str, fields: dict[str, Any], rule: str
) -> None:
    assert fault_of(kind, **fields) == (next(iter(fields)), rule)


def test_confirmation_of_a_duplicate_says_of_what() -> None:
    assert fault_of("confirmation", says="duplicate") == ("duplicate_of", "duplicate_of_what")
    fit("confirmation", says="duplicate", duplicate_of=OTHER)


@pytest.mark.parametrize(("kind", "field", "taken", "refused", "rule"), TAKEN_AND_REFUSED)
def test_value_is_taken_or_refused(
    kind: str, field: str, taken: Any, refused: Any, rule: str
) -> None:
    fit(kind, **{field: taken})
    assert fault_of(kind, **{field: refused}) == (field, rule)


@pytest.mark.parametrize("point", ["90,180", "-90,-180", "0,0", "52.37403,-4.88969"])
def test_point_is_a_place_on_earth(point: str) -> None:
    assert fit("resource", public_place=True, point=point).point == point
    for wrong in ("91,0", "0,181", "90.5,0", "1,180.1", "1;2", "1.123456,2", "1e1,2", "1, 2"):
        rule = fault_of("resource", public_place=True, point=wrong)
        assert rule == ("point", "string_pattern_mismatch")


def test_place_that_is_not_public_is_a_coarse_cell_to_the_network() -> None:
    here = fit("resource", cell="u33dbc")
    assert here.for_audience(Audience.NETWORK).cell == "u33db"
    assert here.for_audience(Audience.NEAR).cell == "u33dbc"
    public = fit("resource", cell="u33dbc", public_place=True)
    assert public.for_audience(Audience.NETWORK).cell == "u33dbc"


@pytest.mark.parametrize(
    ("kind", "fields", "hours"),
    [("notice", {"topic": "alert"}, 72), ("crisis_status", {}, 48)],
)
def test_what_is_urgent_is_over_soon_whatever_its_author_says(
    kind: str, fields: dict[str, Any], hours: int
) -> None:
    body = fit(kind, **fields)
    assert body.closes_s(1000, 0) == 1000 + hours * 3600
    assert body.closes_s(1000, 1 << 39) == 1000 + hours * 3600
    assert body.closes_s(1000, 5000) == 5000
    assert body.default_valid_until_s(1000) == 1000 + hours * 3600


def test_other_notices_are_as_long_as_their_author_says() -> None:
    assert fit("notice").closes_s(1000, 0) == 0
    assert fit("notice").default_valid_until_s(0) == 30 * 86_400


def test_matters_of_which_a_pod_has_one_word_stand_under_one_rid() -> None:
    here, there = fit("confirmation"), fit("confirmation", target=OTHER)
    assert here.only_rid() == fit("confirmation", says="closed").only_rid()
    assert here.only_rid() != there.only_rid()
    assert fit("outcome").only_rid() != here.only_rid()
    assert fit("crisis_status").only_rid() == fit("pod_card").only_rid() == bytes(16)
    assert {fit(kind).only_rid() for kind in ("listing", "resource", "event", "notice")} == {None}


def test_rid_about_a_reference_is_the_hash_that_the_page_says() -> None:
    said = b"mutualpod/1 about\0" + b"\x00\x04" + b"\xff" * 48
    assert fit("confirmation").only_rid() == hashlib.sha256(said).digest()[:16]


# --- What other nodes are held to ---

VECTORS = json.loads((Path(__file__).parent / "data" / "kinds.json").read_text("utf-8"))


@pytest.mark.parametrize("vector", VECTORS, ids=lambda it: f"{it['kind']}-{it['name']}")
def test_vector_of_a_kind(vector: dict[str, Any]) -> None:
    """If not: python -m tests.aid.make_vectors; a vector that changes is a change of the kind."""
    data = bytes.fromhex(vector["payload"])
    assert kind_vector(vector["kind"], vector["name"], data) == vector


def test_vectors_are_of_every_kind_fit_and_unfit() -> None:
    assert {it["kind"] for it in VECTORS} == set(KIND_NAMES) - {"listing"}
    for kind in set(KIND_NAMES) - {"listing"}:
        assert {"unfit" in it for it in VECTORS if it["kind"] == kind} == {True, False}
