"""A frame of records is read a quick way; it must read nothing that the slow way would not."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from protocol.codec import encode
from protocol.errors import PeerError
from protocol.frame_bytes import decode_frame, encode_frame
from protocol.frames import Records
from protocol.limits import MAX_BODY_BYTES, RECORDS_PER_FRAME

bodies = st.integers(0, 600).map(lambda size: b"b" * size) | st.binary(max_size=40)
wires = st.tuples(bodies, st.binary(min_size=64, max_size=64))


@given(st.lists(wires, max_size=40))
def test_frame_of_records_comes_back(some: list[tuple[bytes, bytes]]) -> None:
    frame = Records(tuple(some))
    assert decode_frame(encode_frame(frame)) == frame


@given(st.lists(wires, min_size=16, max_size=24), st.data())
def test_altered_frame_is_what_encode_writes_or_refused(
    some: list[tuple[bytes, bytes]], data: st.DataObject
) -> None:
    raw = bytearray(encode_frame(Records(tuple(some))))
    at = data.draw(st.integers(0, len(raw) - 1) | st.integers(0, 12))
    size = data.draw(st.integers(0, 2))
    raw[at : at + size] = data.draw(st.binary(max_size=2) | st.sampled_from([b"\xc4", b"\xc5"]))
    try:
        frame = decode_frame(bytes(raw))
    except PeerError:
        return
    assert encode_frame(frame) == raw


@pytest.mark.parametrize("size", [0, 255, 256, MAX_BODY_BYTES])
def test_body_of_any_size_is_read(size: int) -> None:
    frame = Records(((b"b" * size, bytes(64)),) * 16)
    assert decode_frame(encode_frame(frame)) == frame


@pytest.mark.parametrize(
    ("why", "code"),
    [
        ("a body too long", "too_large"),
        ("a signature too short", "malformed"),
        ("more records than fit", "too_large"),
        ("more records than its count", "malformed"),
        ("fewer records than its count", "malformed"),
        ("a length in more bytes than it needs", "not_canonical"),
    ],
)
def test_frame_of_records_that_breaks_a_rule_is_refused(why: str, code: str) -> None:
    wire = (b"b" * 300, bytes(64))
    many = encode((9, (wire,) * 20))
    raw = {
        "a body too long": encode((9, ((b"b" * (MAX_BODY_BYTES + 1), bytes(64)),) * 20)),
        "a signature too short": encode((9, ((b"b", bytes(63)),) * 20)),
        "more records than fit": encode((9, ((b"", bytes(64)),) * (RECORDS_PER_FRAME + 1))),
        "more records than its count": many[:4] + b"\x13" + many[5:],
        "fewer records than its count": many[:4] + b"\x15" + many[5:],
        "a length in more bytes than it needs": encode((9, ((b"b", bytes(64)),) * 20)).replace(
            b"\xc4\x01b", b"\xc5\x00\x01b"
        ),
    }[why]
    with pytest.raises(PeerError) as refused:
        decode_frame(raw)
    assert refused.value.code == code
