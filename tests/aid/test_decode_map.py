"""codec.decode_map, the quick way for bodies of kinds, against the general decode."""

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from protocol.codec import decode, decode_map, encode
from protocol.errors import PeerError

_FLAT = st.one_of(
    st.booleans(),
    st.integers(-(1 << 63), (1 << 64) - 1),
    st.text(),
    st.lists(st.text(), max_size=20).map(tuple),
)


@given(st.dictionaries(st.text(), _FLAT, max_size=20))
def test_flat_map_comes_back(value: dict[str, bool | int | str | tuple[str, ...]]) -> None:
    assert decode_map(encode(value), max_bytes=10_000, max_pairs=30) == value


@given(st.binary() | st.dictionaries(st.text(), _FLAT).map(encode))
@example(b"\x81\xa1a\xcb" + bytes(8))
@example(b"\x81\xa1a\x81\xa1a\x01")
@example(b"\x81\xc4\x00\x01")
@example(b"\x82\xa1a\x01\xa1a\x02")
def test_it_takes_nothing_that_decode_refuses_and_reads_it_alike(data: bytes) -> None:
    try:
        found = decode_map(data, max_bytes=1000, max_pairs=64)
    except PeerError:
        return
    assert decode(data, max_bytes=1000) == found


def test_bounds_hold_at_the_limit_and_one_past_it() -> None:
    three = dict.fromkeys("abc", ("x", "y", "z"))
    data = encode(three)
    assert decode_map(data, max_bytes=len(data), max_pairs=3) == three
    with pytest.raises(PeerError, match="too_large"):
        decode_map(data, max_bytes=len(data) - 1, max_pairs=3)
    for too_many in ({**three, "d": 1}, {"a": tuple("wxyz")}):
        with pytest.raises(PeerError, match="malformed"):
            decode_map(encode(too_many), max_bytes=1000, max_pairs=3)


def test_deep_nesting_is_refused_without_making_room_for_it() -> None:
    for data in (b"\x91" * 900, b"\x81\xa1a" + b"\x9f" * 900, b"\xdd\xff\xff\xff\xff"):
        with pytest.raises(PeerError, match="malformed"):
            decode_map(data, max_bytes=1000, max_pairs=64)
