"""Any bytes: read_record returns a record that says just these bytes, or raises PeerError."""

import msgpack
import pytest
from hypothesis import given
from hypothesis import strategies as st

from protocol.codec import encode
from protocol.errors import PeerError
from protocol.limits import KIND_END, MAX_BODY_BYTES, UINT53_END, VALID_UNTIL_END_S
from protocol.record import has_valid_signature, read_record
from tests.fuzz.odd_bytes import msgpack_like, mutated, nearly


def uints(end: int) -> st.SearchStrategy[int]:
    return st.integers(0, end - 1) | st.sampled_from([0, 1, end - 1])


rows = st.tuples(
    nearly(st.just(1)),
    nearly(st.binary(min_size=32, max_size=32)),
    nearly(uints(UINT53_END)),
    nearly(uints(KIND_END)),
    nearly(st.binary(min_size=16, max_size=16)),
    nearly(uints(UINT53_END)),
    nearly(st.integers(1, 2)),
    nearly(uints(VALID_UNTIL_END_S)),
    nearly(st.none() | st.binary(max_size=100)),
)
bodies = rows.map(msgpack.packb) | mutated(rows.map(msgpack.packb)) | msgpack_like


@given(bodies, nearly(st.just(bytes(64))).filter(lambda value: isinstance(value, bytes)))
def test_read_record_returns_what_the_bytes_say_or_refuses(body: bytes, signature: bytes) -> None:
    try:
        record = read_record(body, signature)
    except PeerError:
        return
    assert record.wire == (body, signature)
    assert len(body) <= MAX_BODY_BYTES
    row = (1, record.author, record.epoch, record.kind, record.rid, record.stamp_ms)
    assert encode((*row, record.scope, record.valid_until_s, record.payload)) == body
    assert not has_valid_signature(record, record.author)


@given(st.integers(0, 2), st.binary(max_size=40))
def test_a_body_longer_than_its_bound_is_refused_unread(past: int, beginning: bytes) -> None:
    body = beginning.ljust(MAX_BODY_BYTES + 1 + past, b"\x91")
    with pytest.raises(PeerError, match="too_large"):
        read_record(body, bytes(64))
