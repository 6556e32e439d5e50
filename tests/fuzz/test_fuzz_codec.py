"""Any bytes: decode returns a value or raises PeerError, and nothing of another size."""

from hypothesis import given
from hypothesis import strategies as st

from protocol.codec import Value, decode, decode_flat, decode_map, encode
from protocol.errors import PeerError
from tests.fuzz.odd_bytes import msgpack_like


def size(value: Value) -> int:
    """Count the values that decode counts."""
    if isinstance(value, dict):
        return 1 + sum(1 + size(inner) for inner in value.values())
    return 1 + sum(map(size, value)) if isinstance(value, tuple) else 1


@given(msgpack_like, st.integers(0, 300), st.integers(1, 60), st.integers(0, 5))
def test_decode_stays_within_its_bounds(
    data: bytes, max_bytes: int, max_items: int, max_depth: int
) -> None:
    try:
        value = decode(data, max_bytes=max_bytes, max_items=max_items, max_depth=max_depth)
    except PeerError:
        return
    assert len(data) <= max_bytes
    assert size(value) <= max_items
    assert encode(value) == data


@given(msgpack_like)
def test_decode_flat_returns_a_row_or_refuses(data: bytes) -> None:
    try:
        row = decode_flat(data, fields=9)
    except PeerError:
        return
    assert len(row) <= 9


@given(msgpack_like)
def test_decode_map_returns_a_flat_map_or_refuses(data: bytes) -> None:
    try:
        found = decode_map(data, max_bytes=300, max_pairs=9)
    except PeerError:
        return
    assert decode(data, max_bytes=300) == found
