"""Canonical msgpack: equal values have equal bytes, and only those bytes are read."""

import tracemalloc

import msgpack
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from protocol.codec import FlatMap, Value, decode, decode_flat, decode_map, encode
from protocol.errors import LocalError, PeerError
from protocol.limits import MAX_DEPTH, MAX_FRAME_BYTES, MAX_ITEMS

scalars = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-(2**63), 2**64 - 1),
    st.binary(max_size=300),
    st.text(st.characters(exclude_categories=["Cs"]), max_size=80),
)
keys = st.text(st.characters(exclude_categories=["Cs"]), max_size=5)
values: st.SearchStrategy[Value] = st.recursive(
    scalars,
    lambda inner: (
        st.lists(inner, max_size=20).map(tuple) | st.dictionaries(keys, inner, max_size=20)
    ),
    max_leaves=60,
)


def depth(value: Value) -> int:
    if isinstance(value, dict):
        return 1 + max(map(depth, value.values()), default=0)
    return 1 + max(map(depth, value), default=0) if isinstance(value, tuple) else 0


def read(data: bytes) -> Value:
    return decode(data, max_bytes=MAX_FRAME_BYTES)


def code_of(data: bytes, **bounds: int) -> str:
    with pytest.raises(PeerError) as refusal:
        decode(data, **({"max_bytes": MAX_FRAME_BYTES} | bounds))
    return refusal.value.code


@given(values.filter(lambda value: depth(value) <= MAX_DEPTH))
def test_what_is_encoded_is_read_back_equal_and_of_equal_type(value: Value) -> None:
    back = read(encode(value))
    assert back == value
    assert encode(back) == encode(value)  # True is not 1 there


@given(st.binary(max_size=200))
@example(b"\xcd\x00\x05")  # 5, in the long form
@example(b"\xd0\x05")  # 5, as a signed number
@example(b"\xd9\x01a")  # "a", with a length of its own
@example(b"\xc5\x00\x01a")  # b"a", with a length in two bytes
@example(b"\xdc\x00\x01\x05")  # (5,), with a count in two bytes
@example(b"\x82\xa1a\x01\xa1a\x02")  # the key "a" twice
@example(b"\x82\xa1b\x01\xa1a\x02")  # the key "b" before "a"
@example(b"\x81\x01\x02")  # a key that is a number
@example(b"\x81\xc4\x01a\x02")  # a key that is a byte string
@example(b"\x81\x90\x02")  # a key that is an array
@example(b"\xca\x3f\x80\x00\x00")  # 1.0
@example(b"\xcb\x7f\xf8" + bytes(6))  # not a number
@example(b"\xd4\x01a")  # an extension
@example(b"\xd6\xff" + bytes(4))  # a timestamp
@example(b"\xa2\xff\xff")  # text that is not UTF-8
@example(b"\xa3\xed\xa0\x80")  # a lone surrogate
@example(b"\x05\x05")  # two values
@example(b"\x92\x05")  # a value is missing
@example(b"\xc1")
@example(b"")
def test_decode_accepts_only_what_encode_writes(data: bytes) -> None:
    try:
        value = read(data)
    except PeerError:
        return
    assert encode(value) == data


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b"\xcd\x00\x05", "not_canonical"),
        (b"\x82\xa1a\x01\xa1a\x02", "not_canonical"),
        (b"\x82\xa1b\x01\xa1a\x02", "not_canonical"),
        (b"\x81\x01\x02", "malformed"),
        (b"\xcb\x7f\xf8" + bytes(6), "malformed"),
        (b"\xd4\x01a", "malformed"),
        (b"\xa2\xff\xff", "malformed"),
        (b"\x05\x05", "malformed"),
        (b"", "malformed"),
    ],
)
def test_each_fault_has_its_code(data: bytes, code: str) -> None:
    assert code_of(data) == code


@given(st.dictionaries(keys, st.none(), max_size=8))
@example({"\uffff": None, "\U00010000": None})  # in UTF-16 they would sort the other way
def test_keys_are_written_in_the_order_of_their_utf8_bytes(value: dict[str, None]) -> None:
    back = read(encode(value))
    assert isinstance(back, dict)
    assert [key.encode() for key in back] == sorted(key.encode() for key in value)


def test_input_is_read_up_to_its_bound_and_no_further() -> None:
    data = encode(b"12345")
    assert decode(data, max_bytes=len(data)) == b"12345"
    assert code_of(data, max_bytes=len(data) - 1) == "too_large"


def test_as_many_values_as_allowed_are_read_and_no_more() -> None:
    most = encode((0,) * (MAX_ITEMS - 1))
    assert len(read(most)) == MAX_ITEMS - 1  # type: ignore[arg-type]
    assert code_of(encode((0,) * MAX_ITEMS)) == "too_large"
    spread = encode({"a": (1, 2), "b": ()})
    assert decode(spread, max_bytes=99, max_items=7) == {"a": (1, 2), "b": ()}
    assert code_of(spread, max_items=6) == "too_large"
    for count in (15, 16, 70_000):  # each has a header of its own
        row = (None,) * count
        assert decode(encode(row), max_bytes=1 << 20, max_items=count + 1) == row
        assert code_of(encode(row), max_items=count) == "too_large"
        table: Value = {f"{number:05}": None for number in range(count)}
        assert decode(encode(table), max_bytes=1 << 20, max_items=2 * count + 1) == table
        assert code_of(encode(table), max_items=2 * count) == "too_large"


def test_nesting_is_read_as_deep_as_allowed_and_no_deeper() -> None:
    deep = b"\x91" * (MAX_DEPTH - 1) + b"\x90"
    assert encode(read(deep)) == deep
    assert code_of(b"\x91" + deep) == "too_large"
    beside = encode(((((),),), ((),)))
    assert decode(beside, max_bytes=99, max_depth=4) == ((((),),), ((),))


@pytest.mark.parametrize(
    "bomb",
    [
        b"\xdd\xff\xff\xff\xff",
        b"\xdf\xff\xff\xff\xff",
        b"\xc6\xff\xff\xff\xff",
        b"\xdc\x0f\xff" + b"\xdc\x0f\xff" * 1000,
        b"\xdd\x00\x0f\xff\xff" + b"\x90" * 0xFFFFF,
        b"\x91" * (1 << 20),
        b"\x9f" * (1 << 20),
        b"\xdc\x0f\xfe" + (b"\xdc\x0f\xfe" + b"\x90" * 0xFFE) * 250,
    ],
    ids=lambda bomb: f"{bomb[:6].hex()}_{len(bomb)}",
)
def test_a_claim_of_many_values_costs_no_memory(bomb: bytes) -> None:
    tracemalloc.start()
    try:
        assert code_of(bomb, max_bytes=2 << 20) in ("too_large", "malformed")
        _, peak_bytes = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert peak_bytes < 100_000


@pytest.mark.parametrize(
    "value",
    [
        1.0,
        [1],
        bytearray(b"a"),
        {1: 2},
        {b"a": 1},
        2**64,
        -(2**63) - 1,
        "\ud800",
        {1, 2},
        ((1.0,),),
    ],
    ids=repr,
)
def test_what_has_no_form_is_our_own_bug(value: object) -> None:
    with pytest.raises(LocalError) as bug:
        encode(value)  # type: ignore[arg-type]
    assert bug.value.code == "malformed"


def test_endless_nesting_is_our_own_bug() -> None:
    value: Value = ()
    for _ in range(100_000):
        value = (value,)
    with pytest.raises(LocalError):
        encode(value)


@given(
    st.lists(st.one_of(st.none(), st.integers(0, 2**64 - 1), st.binary(max_size=40)), max_size=9)
)
def test_a_flat_row_is_read_as_decode_reads_it(row: list[Value]) -> None:
    data = encode(tuple(row))
    assert decode_flat(data, fields=9) == read(data)


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (encode((0,) * 10), "malformed"),
        (encode(5), "malformed"),
        (encode({"a": 1}), "malformed"),
        (b"\x91\xcd\x00\x05", "not_canonical"),
        (b"\x91\x05\x05", "malformed"),
        (b"\x91" * 1100, "malformed"),
        (msgpack.packb((msgpack.ExtType(1, b"a"),)), "malformed"),
    ],
)
def test_a_flat_row_of_another_shape_is_refused(data: bytes, code: str) -> None:
    with pytest.raises(PeerError) as refusal:
        decode_flat(data, fields=9)
    assert refusal.value.code == code


texts = st.text(st.characters(exclude_categories=["Cs"]), max_size=8)
flat_values = texts | st.booleans() | st.integers(-(2**63), 2**64 - 1)
flat_maps = st.dictionaries(keys, flat_values | st.lists(texts, max_size=3).map(tuple), max_size=9)


@given(flat_maps)
def test_a_flat_map_is_read_as_decode_reads_it(value: FlatMap) -> None:
    data = encode(value)  # type: ignore[arg-type]
    assert decode_map(data, max_bytes=len(data), max_pairs=9) == read(data) == value


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (encode({str(number): 0 for number in range(10)}), "malformed"),
        (encode({"a": tuple("0123456789")}), "malformed"),
        (encode({"a": (1,)}), "malformed"),
        (encode({"a": (("b",),)}), "malformed"),
        (encode({"a": None}), "malformed"),
        (encode({"a": b"b"}), "malformed"),
        (encode({"a": {}}), "malformed"),
        (encode(("a",)), "malformed"),
        (b"\x81\xa1a\xca\x3f\x80\x00\x00", "malformed"),
        (b"\x81\xc4\x00\x01", "malformed"),
        (b"\x82\xa1a\x01\xa1a\x02", "not_canonical"),
        (b"\x82\xa1b\x01\xa1a\x02", "not_canonical"),
        (b"\x81\xa1a\xcd\x00\x05", "not_canonical"),
        (encode({"a": "0123456789" * 10}), "too_large"),
    ],
)
def test_a_map_that_is_not_flat_or_not_canonical_is_refused(data: bytes, code: str) -> None:
    with pytest.raises(PeerError) as refusal:
        decode_map(data, max_bytes=100, max_pairs=9)
    assert refusal.value.code == code
