"""Any bytes to set reconciliation: an answer, or the one error; never more than asked for."""

from random import Random

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from protocol.errors import PeerError
from protocol.index import IndexView, RecordIndex
from protocol.reconcile import MIN_FRAME_LIMIT, answer, compare, initiate, read_ranges
from protocol.varint import encode_varint, read_varint

NOW_S = 1_790_000_000


def made_view(count: int, seed: int) -> IndexView:
    chance = Random(seed)
    index = RecordIndex()
    for _ in range(count):
        index.add(NOW_S + chance.randrange(300), chance.randbytes(32), 0)
    return index.view()


VERSIONS_NOT_OURS = {bytes([byte]) for byte in range(0x60, 0x70)} - {b"\x61"}
VIEW = made_view(700, 1)
OTHER = made_view(700, 2)

varints = st.integers(0, 2**64 - 1) | st.integers(0, 300)
prefixes = st.binary(max_size=33)
payloads = st.one_of(
    st.just(b"\0"),
    st.binary(min_size=16, max_size=16).map(lambda data: b"\1" + data),
    st.lists(st.binary(min_size=32, max_size=32), max_size=5).map(
        lambda ids: b"\2" + encode_varint(len(ids)) + b"".join(ids)
    ),
    st.tuples(varints, st.binary(max_size=40)).map(
        lambda parts: b"\2" + encode_varint(parts[0]) + parts[1]
    ),
    varints.map(encode_varint),
)


@st.composite
def ranges(draw: st.DrawFn) -> bytes:
    """One range, most often well-formed."""
    prefix = draw(prefixes)
    return encode_varint(draw(varints)) + bytes([len(prefix)]) + prefix + draw(payloads)


@st.composite
def nearly_right(draw: st.DrawFn) -> bytes:
    """A message of the protocol with a few bytes changed, put in or left out."""
    message = bytearray(draw(st.sampled_from(MESSAGES)))
    for _ in range(draw(st.integers(1, 3))):
        at = draw(st.integers(0, len(message)))
        message[at : at + draw(st.integers(0, 3))] = draw(st.binary(max_size=3))
    return bytes(message)


def real_messages() -> list[bytes]:
    messages = [initiate(VIEW)]
    while messages[-1] != b"\x61":
        messages.append(answer(OTHER, messages[-1], frame_limit=0))
        messages.append(compare(VIEW, messages[-1], frame_limit=0).reply or b"\x61")
    return messages


MESSAGES = real_messages()

any_message = st.one_of(
    st.binary(max_size=200),
    st.binary(max_size=200).map(lambda data: b"\x61" + data),
    st.lists(ranges(), max_size=6).map(lambda parts: b"\x61" + b"".join(parts)),
    nearly_right(),
)


def refusal_code(message: bytes) -> str | None:
    """Return the code with which both sides refuse message, None if they take it."""
    codes = set[str | None]()
    for side in (answer, compare):
        try:
            side(VIEW, message, frame_limit=MIN_FRAME_LIMIT)
            codes.add(None)
        except PeerError as err:
            codes.add(err.code)
    (code,) = codes
    return code


@settings(max_examples=500, deadline=None)
@given(any_message)
@example(b"")
@example(b"\x61\x80\x00\x00")
@example(b"\x61\0\0\x02" + encode_varint(2**63))
def test_any_bytes_are_answered_or_refused_on_both_sides_alike(message: bytes) -> None:
    if message[:1] in VERSIONS_NOT_OURS:
        assert answer(VIEW, message, frame_limit=0) == b"\x61"
        with pytest.raises(PeerError, match="unknown_version"):
            compare(VIEW, message, frame_limit=0)
        return
    if refusal_code(message):
        return
    reply = answer(VIEW, message, frame_limit=MIN_FRAME_LIMIT)
    found = compare(VIEW, message, frame_limit=MIN_FRAME_LIMIT)
    for sent in (reply, found.reply or b"\x61"):
        assert len(sent) <= MIN_FRAME_LIMIT
        list(read_ranges(sent))
    assert len(found.need) <= len(message) // 32
    assert len(found.have) <= len(VIEW)


@settings(max_examples=300, deadline=None)
@given(st.lists(ranges(), max_size=6))
def test_what_is_sent_back_names_own_ids_alone(parts: list[bytes]) -> None:
    message = b"\x61" + b"".join(parts)
    own = {record_id for _, record_id in VIEW.items(0, len(VIEW))}
    try:
        reply = answer(VIEW, message, frame_limit=0)
        found = compare(VIEW, message, frame_limit=0)
    except PeerError:
        return
    assert own.issuperset(found.have)
    for _, mode, payload in read_ranges(reply):
        if mode == 2:
            assert own.issuperset(payload[at : at + 32] for at in range(0, len(payload), 32))


@given(st.binary(max_size=14), st.integers(0, 3))
@example(b"\x80\x00", 0)
@example(b"\x82" + b"\x80" * 8 + b"\x00", 0)
@example(b"\x81" + b"\xff" * 8 + b"\x7f", 0)
def test_varint_is_read_only_as_it_is_written(data: bytes, at: int) -> None:
    try:
        number, end = read_varint(data, at)
    except PeerError:
        return
    assert number < 2**64
    assert encode_varint(number) == data[at:end]


@given(varints, st.binary(max_size=3))
def test_varint_that_is_written_is_read(number: int, rest: bytes) -> None:
    written = encode_varint(number)
    assert read_varint(written + rest, 0) == (number, len(written))


@settings(max_examples=300, deadline=None)
@given(st.binary(max_size=400) | st.binary(max_size=60).map(lambda data: b"1IPM" + data))
def test_any_bytes_are_no_index_or_a_value_error(data: bytes) -> None:
    with pytest.raises(ValueError, match="index"):
        RecordIndex.from_blob(data)
