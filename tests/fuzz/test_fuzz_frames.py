"""Bytes are a frame in one way only, or refused."""

import msgpack
from hypothesis import given
from hypothesis import strategies as st

from protocol.errors import PeerError
from protocol.frame_bytes import decode_frame, encode_frame
from protocol.frames import Frame
from tests.fuzz.frames import frames
from tests.fuzz.odd_bytes import anything, msgpack_like, mutated

any_frame = frames([bytes(32)], [bytes(32)], [(b"body", bytes(64))], [b"certificate"])
arrays = st.lists(anything, max_size=7).flatmap(
    lambda fields: st.integers(0, 17).map(lambda code: msgpack.packb([code, *fields]))
)


@given(any_frame)
def test_every_frame_comes_back(frame: Frame) -> None:
    assert decode_frame(encode_frame(frame)) == frame


@given(msgpack_like | arrays | mutated(any_frame.map(encode_frame)))
def test_any_bytes_are_what_encode_writes_or_refused(data: bytes) -> None:
    try:
        frame = decode_frame(data)
    except PeerError:
        return
    assert encode_frame(frame) == data
