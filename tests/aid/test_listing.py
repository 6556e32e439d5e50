"""A listing's fields, limits and rules: docs/kinds.md §1 and §2."""

import unicodedata
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from pydantic import ValidationError

from protocol.aid import BODIES, KINDS, LISTING, limits, parse
from protocol.aid.audience import Audience
from protocol.aid.listing import Listing, State, read_listing, state, write_listing
from protocol.aid.sentences import FIELD_WORDS, SENTENCES, WrongFields
from protocol.codec import encode
from protocol.errors import PodError, UnfitBody
from protocol.identity import PodId, WorkingKey
from protocol.kinds import KindTable
from protocol.limits import MAX_BODY_BYTES, UINT53_END, VALID_UNTIL_END_S
from protocol.record import Scope, seal
from tests.aid.listings import FLOWER, FULL, SOUP, listings, payload, soup

# --- What a payload may hold ---


def test_least_body_is_a_listing_with_defaults() -> None:
    listing = read_listing(payload())
    assert listing.model_dump(exclude_defaults=True) == SOUP
    assert (listing.by, listing.plenty, listing.repeats, listing.tags) == (None, False, "none", ())


def test_every_field_filled_with_four_byte_characters_fits_into_a_record() -> None:
    full = write_listing(FULL)
    assert set(FULL) | {"plenty"} == set(Listing.model_fields)
    assert len(full.to_payload()) <= limits.MAX_PAYLOAD_BYTES
    record = seal(
        WorkingKey.from_seed(bytes(32)),
        author=PodId(b"\xff" * 32),
        epoch=UINT53_END - 1,
        kind=LISTING,
        rid=b"\xff" * 16,
        stamp_ms=UINT53_END - 1,
        scope=Scope.NETWORK,
        valid_until_s=VALID_UNTIL_END_S - 1,
        payload=b"\xff" * limits.MAX_PAYLOAD_BYTES,
    )
    assert len(record.body) <= MAX_BODY_BYTES


@given(listings())
def test_reading_gives_back_what_was_written(listing: Listing) -> None:
    assert read_listing(listing.to_payload()) == listing


@given(listings())
def test_equal_listings_have_equal_payloads(listing: Listing) -> None:
    again = Listing.model_validate(dict(reversed(listing.model_dump().items())))
    assert again.to_payload() == listing.to_payload()


def test_unknown_names_are_ignored_so_that_a_later_version_may_add_them() -> None:
    assert read_listing(payload(zeal=7, words=("a", "b"), really=True)) == soup()


TEXT_LIMITS = {
    "title": limits.MAX_TITLE,
    "details": limits.MAX_DETAILS,
    "unit": limits.MAX_UNIT,
    "when": limits.MAX_WHEN,
    "repeats_words": limits.MAX_REPEATS_WORDS,
    "place": limits.MAX_PLACE,
    "access": limits.MAX_ACCESS,
    "by": limits.MAX_BY,
}


@pytest.mark.parametrize(("field", "limit"), TEXT_LIMITS.items())
def test_text_is_taken_at_its_limit_and_refused_one_past_it(field: str, limit: int) -> None:
    read_listing(payload(qty=1, **{field: FLOWER * limit}))
    assert fault_of(payload(qty=1, **{field: FLOWER * (limit + 1)})) == (field, "string_too_long")
    assert fault_of(payload(qty=1, **{field: ""})) == (field, "string_too_short")


AT_LIMIT: list[tuple[dict[str, Any], dict[str, Any], str]] = [
    ({"qty": 1}, {"qty": 0}, "greater_than_equal"),
    ({"qty": limits.MAX_QTY}, {"qty": limits.MAX_QTY + 1}, "less_than_equal"),
    ({"left": 0, "qty": 1}, {"left": -1, "qty": 1}, "greater_than_equal"),
    ({"tags": tuple("abcde")}, {"tags": tuple("abcdef")}, "too_long"),
    ({"tags": ("a" * 30,)}, {"tags": ("a" * 31,)}, "string_too_long"),
    ({"cell": "u33dbc"}, {"cell": "u33dbcf"}, "string_pattern_mismatch"),
    ({"cell": "z"}, {"cell": ""}, "string_pattern_mismatch"),
    ({"cell": "ezs42"}, {"cell": "ezsa2"}, "string_pattern_mismatch"),
    ({"posted_s": (1 << 40) - 1}, {"posted_s": 1 << 40}, "less_than"),
    ({"posted_s": 0}, {"posted_s": -1}, "greater_than_equal"),
    ({"lang": "en"}, {"lang": "english"}, "string_pattern_mismatch"),
    ({"lang": "es-419-x-a"}, {"lang": "es_419"}, "string_pattern_mismatch"),
    (
        {"lang": "zh" + "-abcdefgh" * 3 + "-abcde"},
        {"lang": "zh" + "-abcdefgh" * 4},
        "string_too_long",
    ),
    ({"date_from": "2028-02-29"}, {"date_from": "2026-02-29"}, "not_a_day"),
    ({"date_to": "2026-12-31T23:59"}, {"date_to": "2026-12-31T24:00"}, "not_a_day"),
    ({"date_to": "0001-01-01"}, {"date_to": "0000-01-01"}, "not_a_day"),
    ({"reply_via": ("sealed",)}, {"reply_via": ()}, "too_short"),
]


@pytest.mark.parametrize(("taken", "refused", "rule"), AT_LIMIT)
def test_value_is_taken_at_its_limit_and_refused_one_past_it(
    taken: dict[str, Any], refused: dict[str, Any], rule: str
) -> None:
    read_listing(payload(**taken))
    assert fault_of(payload(**refused)) == (next(iter(refused)), rule)


@pytest.mark.parametrize("field", [*SOUP])
def test_body_without_a_required_field_is_unfit(field: str) -> None:
    assert fault_of(payload(**{field: None})) == (field, "missing")


CHOICES = ["type", "category", "status", "mode", "repeats", "urgency"]


@pytest.mark.parametrize("field", CHOICES)
def test_word_outside_a_choice_is_unfit(field: str) -> None:
    assert fault_of(payload(**{field: "Offer"}))[0] == field


def test_withdrawn_is_no_status_as_a_withdrawal_has_no_body() -> None:
    assert fault_of(payload(status="withdrawn")) == ("status", "literal_error")


@pytest.mark.parametrize("way", ["email", "sealed "])
def test_unknown_way_to_answer_is_unfit(way: str) -> None:
    assert fault_of(payload(reply_via=("sealed", way))) == ("reply_via", "literal_error")


@pytest.mark.parametrize(
    ("fields", "field", "rule"),
    [
        ({"unit": "bags"}, "unit", "unit_without_qty"),
        ({"left": 1}, "left", "left_without_qty"),
        ({"left": 4, "qty": 3}, "left", "left_above_qty"),
        ({"plenty": True, "qty": 3}, "plenty", "plenty_and_qty"),
        ({"tags": ("a", "b", "a")}, "tags", "said_twice"),
        ({"reply_via": ("sealed", "sealed")}, "reply_via", "said_twice"),
        ({"date_from": "2026-04-02", "date_to": "2026-04-01"}, "date_to", "ends_before_it_starts"),
        (
            {"date_from": "2026-04-01T18:00", "date_to": "2026-04-01T17:59"},
            "date_to",
            "ends_before_it_starts",
        ),
    ],
)
def test_fields_that_do_not_go_together_are_unfit(
    fields: dict[str, Any], field: str, rule: str
) -> None:
    assert fault_of(payload(**fields)) == (field, rule)


def test_a_day_is_open_from_its_first_to_its_last_minute() -> None:
    read_listing(payload(date_from="2026-04-01T18:00", date_to="2026-04-01"))
    read_listing(payload(date_from="2026-04-01", date_to="2026-04-01T00:00"))
    read_listing(payload(left=3, qty=3))


# Types that Python, JSON or another node's language might take for each other.
@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("qty", True),
        ("qty", "3"),
        ("plenty", 1),
        ("title", 7),
        ("tags", "soup"),
        ("tags", ("soup", "bread") * 3),
        ("reply_via", "sealed"),
        ("posted_s", "2026-01-01"),
        ("lang", False),
    ],
)
def test_value_of_another_type_is_unfit(field: str, value: object) -> None:
    assert fault_of(payload(**{field: value}))[0] == field


# --- Text that could not be shown safely ---


@pytest.mark.parametrize(
    "char",
    [chr(code) for code in (*range(0x0A), *range(0x0B, 0x20), *range(0x7F, 0xA0), 0x2028, 0x2029)],
)
def test_control_characters_are_unfit_in_every_text(char: str) -> None:
    for field in ("title", "details", "place"):
        assert fault_of(payload(**{field: f"a{char}b"})) == (field, "control_character")


@pytest.mark.parametrize(
    "char", [chr(code) for code in (*range(0x202A, 0x202F), *range(0x2066, 0x206A))]
)
def test_signs_that_turn_text_around_are_unfit(char: str) -> None:
    assert fault_of(payload(title=f"soup {char}eerf")) == ("title", "turns_text")


@pytest.mark.parametrize(
    "text",
    [
        "یک‌شنبه",  # Persian needs a non-joiner
        "مرحبا\u200f!",  # Arabic may need a mark
        "👩‍👩‍👧 welcome",  # families need joiners
        "ክፍት ነው",
        "5 < 6 & <b>not bold</b>",  # text is text: what shows it escapes it
    ],
)
def test_text_of_every_script_is_fit_as_it_is(text: str) -> None:
    assert read_listing(payload(title=text)).title == text


def test_newline_is_fit_where_there_is_room_for_lines_alone() -> None:
    assert read_listing(payload(details="one\ntwo", access="one\ntwo")).details == "one\ntwo"
    for field in ("title", "place", "when", "by"):
        assert fault_of(payload(**{field: "one\ntwo"})) == (field, "more_than_a_line")


def test_text_that_is_not_composed_is_unfit_when_received_and_composed_when_typed() -> None:
    apart = unicodedata.normalize("NFD", "Piñata")
    assert fault_of(payload(title=apart)) == ("title", "not_composed")
    assert soup(title=apart).title == "Piñata"


@pytest.mark.parametrize("text", [" soup", "soup ", "\u00a0soup", "soup\u3000"])
def test_blank_ends_are_unfit_when_received_and_cut_when_typed(text: str) -> None:
    assert fault_of(payload(title=text)) == ("title", "blank_end")
    assert soup(title=text).title == "soup"


@pytest.mark.parametrize("text", ["\u200d", "\u2060\u200b", "\ue000"])
def test_title_that_shows_nothing_is_unfit(text: str) -> None:
    assert fault_of(payload(title=text)) == ("title", "nothing_to_see")


@pytest.mark.parametrize("tag", ["soup,bread", "soup;bread"])
def test_tag_holds_no_separator_of_tags(tag: str) -> None:
    assert fault_of(payload(tags=(tag,))) == ("tags", "separator")


# --- Bytes ---


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"", "malformed"),
        (b"\x80", None),  # an empty map: what is missing is named
        (encode((1, 2)), "malformed"),
        (payload() + b"\0", "malformed"),
        (payload()[:-1], "malformed"),
        (encode({**SOUP, "zeal": {"a": 1}}), "malformed"),
        (encode({**SOUP, "zeal": None}), "malformed"),
        (encode({**SOUP, "zeal": b"a"}), "malformed"),
        (encode({**SOUP, "zeal": (1,)}), "malformed"),
        (encode({f"k{number:03}": 1 for number in range(limits.MAX_FIELDS + 1)}), "malformed"),
        (payload(zeal="a" * limits.MAX_PAYLOAD_BYTES), "too_large"),
        (b"\x82\xa1b\x01\xa1a\x01", "not_canonical"),
        (b"\x82\xa1a\x01\xa1a\x01", "not_canonical"),
        (b"\x81\xa1a\xcd\x00\x05", "not_canonical"),
        (b"\x81\x01\x01", "malformed"),
        (b"\x81\xc4\x00\x01", "malformed"),
        (b"\x81\xa1a\xcb" + bytes(8), "malformed"),
        (b"\x81\xa1a\xc7\x00\x01", "malformed"),
        (b"\xdf\xff\xff\xff\xff", "malformed"),
        (b"\x91" * 2000, "malformed"),
    ],
)
def test_payload_that_is_no_flat_map_in_its_one_form_is_unfit(
    data: bytes, reason: str | None
) -> None:
    with pytest.raises(UnfitBody) as unfit:
        read_listing(data)
    if reason is not None:
        assert (unfit.value.field, unfit.value.detail) == ("payload", f"payload: {reason}")


@given(st.binary(max_size=200))
@example(b"\x81\xa5title\xa1\xff")
def test_any_bytes_are_a_listing_or_unfit(data: bytes) -> None:
    try:
        listing = read_listing(data)
    except UnfitBody:
        return
    assert read_listing(listing.to_payload()) == listing


_VALUES = st.one_of(
    st.booleans(), st.integers(-5, 10_000), st.text(max_size=12), st.tuples(st.text(max_size=5))
)


@given(st.dictionaries(st.sampled_from([*Listing.model_fields]), _VALUES))
def test_any_values_are_a_listing_or_unfit_with_the_field_named(fields: dict[str, Any]) -> None:
    unfit_field = None
    try:
        read_listing(payload(**fields))
    except UnfitBody as unfit:
        unfit_field = unfit.field
    assert unfit_field in {None, *Listing.model_fields}


def test_unfit_body_quotes_nothing() -> None:
    with pytest.raises(UnfitBody) as unfit:
        read_listing(payload(title="secretsecret" * 20))
    error: BaseException | None = unfit.value
    while error:
        assert "secret" not in f"{error!s}{error!r}"
        error = error.__cause__


# --- As a kind ---


def test_kind_table_calls_a_bad_listing_unfit_and_a_good_one_fit() -> None:
    table = KindTable(KINDS)
    assert table.unfit_reason(record_of(payload())) is None
    assert table.unfit_reason(record_of(payload(qty=0))) == "qty: greater_than_equal"
    assert table.unfit_reason(record_of(bytes(limits.MAX_PAYLOAD_BYTES + 1))) is not None


def test_parse_refuses_a_kind_that_is_not_known() -> None:
    assert parse(LISTING, payload()) == soup()
    with pytest.raises(UnfitBody) as unfit:
        parse(999, payload())
    assert unfit.value.field == "kind"


def record_of(data: bytes) -> Any:
    return seal(
        WorkingKey.from_seed(bytes(32)),
        author=PodId(bytes(32)),
        epoch=1,
        kind=LISTING,
        rid=bytes(16),
        stamp_ms=1,
        scope=Scope.NEAR,
        valid_until_s=0,
        payload=data,
    )


# --- From people ---


def test_first_posting_needs_type_title_and_category_alone() -> None:
    typed = {"type": "need", "title": "  A ladder\t", "category": "tools-space", "details": ""}
    assert write_listing(typed) == read_listing(
        payload(type="need", title="A ladder", category="tools-space")
    )


def test_each_wrong_field_has_one_sentence() -> None:
    with pytest.raises(WrongFields) as wrong:
        write_listing({"type": "offer", "title": "a" * 81, "qty": 0, "by": "a\u202eb"})
    assert [(fault.field, fault.sentence) for fault in wrong.value.faults] == [
        ("title", "The title has 81 characters; at most 80 fit."),
        ("category", "The category is needed."),
        ("qty", "The quantity is below 1."),
        ("by", "The name to show holds a hidden sign that turns text around; type it again."),
    ]
    assert wrong.value.code == "invalid"
    assert "aaa" not in wrong.value.detail


def test_every_rule_has_a_sentence_and_every_field_its_words() -> None:
    fields = {field for body in BODIES.values() for field in body.model_fields}
    assert fields <= set(FIELD_WORDS)
    reached = {rule for _, _, rule in AT_LIMIT} | {
        *("missing", "string_too_short", "string_too_long", "literal_error", "not_a_category"),
        *("string_type", "int_type", "bool_type", "tuple_type"),
        *("control_character", "turns_text", "not_composed", "blank_end", "more_than_a_line"),
        *("nothing_to_see", "separator", "unit_without_qty", "left_without_qty", "said_twice"),
        *("left_above_qty", "plenty_and_qty", "ends_before_it_starts"),
    }
    assert reached <= set(SENTENCES)
    for rule in ("string_type", "int_type", "bool_type", "tuple_type"):
        with pytest.raises(ValidationError) as error:
            Listing.model_validate(SOUP | {"title": 1, "qty": "1", "plenty": 1, "tags": "a"})
        assert rule in {found["type"] for found in error.value.errors()}


def test_field_that_does_not_exist_is_the_callers_error() -> None:
    with pytest.raises(TypeError, match="price"):
        write_listing(SOUP | {"price": 5})


@given(st.dictionaries(st.sampled_from([*Listing.model_fields]), _VALUES | st.none()))
def test_anything_typed_is_a_listing_or_sentences(fields: dict[str, Any]) -> None:
    sentences: list[str] = []
    try:
        listing = write_listing(SOUP | fields)
        assert read_listing(listing.to_payload()) == listing
    except WrongFields as wrong:
        sentences = [fault.sentence for fault in wrong.faults]
    assert all(sentence.endswith(".") for sentence in sentences)


@given(listings())
def test_editing_without_a_change_changes_nothing(listing: Listing) -> None:
    assert write_listing(listing.model_dump()) == listing


# --- Who sees what, and for how long ---


@pytest.mark.parametrize(
    ("audience", "cell"),
    [(Audience.POD, "u33dbc"), (Audience.NEAR, "u33dbc"), (Audience.NETWORK, "u33db")],
)
def test_wider_audience_sees_a_coarser_place(audience: Audience, cell: str) -> None:
    assert soup(cell="u33dbc").for_audience(audience) == soup(cell=cell)
    assert soup().for_audience(audience) == soup()


def test_audience_of_this_pod_has_no_scope_to_be_sent_with() -> None:
    assert [audience.scope for audience in Audience] == [None, Scope.NEAR, Scope.NETWORK]


def test_need_closes_sooner_than_an_offer() -> None:
    assert soup(type="need").default_valid_until_s(1000) == 1000 + 14 * 86_400
    assert soup(type="offer").default_valid_until_s(1000) == 1000 + 60 * 86_400


@pytest.mark.parametrize(
    ("fields", "valid_until_s", "expected"),
    [
        ({}, 0, State.OPEN),
        ({}, 101, State.OPEN),
        ({}, 100, State.EXPIRED),
        ({"status": "paused"}, 101, State.PAUSED),
        ({"status": "paused"}, 99, State.EXPIRED),
        ({"status": "done"}, 99, State.DONE),
        ({"qty": 2, "left": 0}, 0, State.SPOKEN_FOR),
        ({"qty": 2, "left": 1}, 0, State.OPEN),
        ({"qty": 2, "left": 0, "status": "paused"}, 0, State.PAUSED),
    ],
)
def test_reader_sees_the_state(fields: dict[str, Any], valid_until_s: int, expected: State) -> None:
    assert state(soup(**fields), valid_until_s, 100) is expected


def fault_of(data: bytes) -> tuple[str, str]:
    """Return field and rule for which data is unfit."""
    with pytest.raises(UnfitBody) as unfit:
        read_listing(data)
    field, _, rule = unfit.value.detail.partition(": ")
    assert field == unfit.value.field
    assert isinstance(unfit.value, PodError)
    return field, rule
