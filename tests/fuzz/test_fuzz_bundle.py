"""Any bytes: a bundle gives parts up to where it stops to be one, and raises PeerError alone."""

from typing import Any

import msgpack
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from protocol.bundle import MAGIC, End, Ids, Part, open_sealed, read_bundle
from protocol.bundle_head import Head
from protocol.codec import encode
from protocol.errors import PeerError
from protocol.frames import Certificates, MailBatch, MailTokens, Records
from protocol.sealed import MailKey, seal
from protocol.sealed_part import Sealed, place_of
from tests.bundles import Author, bundle_of, framed, head_fields, head_of, made_of, signed_head
from tests.fuzz.odd_bytes import msgpack_like, mutated, nearly

ELM, OAK = Author(1), Author(2)
RECORDS = [OAK.write(f"note {number}") for number in range(3)]
WHOLE = bundle_of(ELM, OAK, records=RECORDS)
FIELDS = head_fields(head_of(ELM, OAK, records=2, ids=2))
WIRE = RECORDS[0].wire


def signed(values: tuple[Any, ...]) -> bytes:
    body: bytes = msgpack.packb(values)
    head: bytes = msgpack.packb((64, body, ELM.key.sign(b"mutualpod/1 bundle\0", body)))
    return head


heads = st.tuples(*(nearly(st.just(value)) for value in FIELDS.values())).map(signed)
parts = st.one_of(
    st.just((9, (WIRE,))).map(msgpack.packb),
    st.just((4, (OAK.certificate.wire,))).map(msgpack.packb),
    st.binary(max_size=24).map(lambda packed: msgpack.packb((65, packed))),
    st.binary(min_size=32, max_size=32).map(lambda digest: msgpack.packb((66, digest))),
    heads,
    msgpack_like,
).filter(bool)
files = st.one_of(
    st.binary(max_size=200).map(lambda rest: MAGIC + b"\x01" + rest),
    st.tuples(heads, st.lists(parts, max_size=4)).map(lambda it: made_of(it[0], *it[1])),
    mutated(st.just(WHOLE)),
    st.binary(max_size=60),
)


def read(chunks: list[bytes]) -> tuple[list[Part], str | None]:
    found: list[Part] = []
    try:
        found.extend(read_bundle(chunks))  # what came before an error stays
    except PeerError as err:
        return found, err.code
    return found, None


@given(files)
@example(MAGIC + b"\x01" + framed(b"\xdd\xff\xff\xff\xff"))  # an array of 4 G items
@example(made_of(signed_head(ELM.key, FIELDS), b"\x91" * 100_000))  # nested deep
@example(made_of(signed_head(ELM.key, FIELDS), b"\xdc\xff\xff" + b"\x80" * 65_535))  # empty maps
@example(MAGIC + b"\x01\xff\xff\xff\xff")
def test_any_file_gives_parts_and_then_ends_or_is_refused(data: bytes) -> None:
    found, code = read([data])
    assert all(isinstance(part, Head) == (at == 0) for at, part in enumerate(found))
    assert all(not isinstance(part, End) for part in found[:-1])
    if found:
        assert isinstance(found[0], Head)
        assert found[0].certificate.pod_id == ELM.pod_id
        _assert_within(found[0], found[1:])
    if code is not None:
        assert not any(isinstance(part, End) for part in found)


def _assert_within(head: Head, rest: list[Part]) -> None:
    """No file makes a reader hold or check more than its creator signed."""
    assert sum(len(p.wires) for p in rest if isinstance(p, Records)) <= head.records
    assert sum(len(p.wires) for p in rest if isinstance(p, Certificates)) <= head.certificates
    assert sum(len(p.short_ids) for p in rest if isinstance(p, Ids)) <= head.ids


@given(files, st.integers(1, 50))
def test_chunks_of_any_size_give_the_same(data: bytes, size: int) -> None:
    chunks = [data[at : at + size] for at in range(0, len(data), size)]
    assert _shown(read(chunks)) == _shown(read([data]))


def _shown(result: tuple[list[Part], str | None]) -> tuple[list[Any], str | None]:
    found, code = result
    return [tuple(part[:5]) if isinstance(part, Head) else part for part in found], code


# --- What is sealed ---

KEY = MailKey(bytes(32))
HEAD = head_of(ELM, OAK, records=0)
PLACE = place_of(bytes(32), 0)
plains = st.one_of(
    st.binary(max_size=60),
    msgpack_like,
    # Signed by the creator: what a neighbour gone bad can make.
    parts.map(lambda part: encode((ELM.key.sign(PLACE, part), part))),
    parts.map(lambda part: msgpack.packb((bytes(64), part))),
)


@given(plains)
@example(encode((ELM.key.sign(PLACE, b""), b"")))
@example(encode((ELM.key.sign(PLACE, b"\x92\x42\xc4\x00"), b"\x92\x42\xc4\x00")))  # an end within
def test_whatever_is_sealed_to_us_is_a_part_by_the_creator_or_refused(plain: bytes) -> None:
    sealed = Sealed(PLACE, seal(plain, KEY.public, info=PLACE))
    try:
        inner = open_sealed(sealed, HEAD, KEY)
    except PeerError:
        return
    assert isinstance(inner, Records | Ids | MailBatch | MailTokens)
    assert len(inner[0]) > 0
    signature, part = msgpack.unpackb(plain)
    assert ELM.key.sign(PLACE, part) == signature


@given(st.binary(max_size=200))
def test_whatever_bytes_stand_for_a_sealed_part_do_not_open(data: bytes) -> None:
    with pytest.raises(PeerError) as refusal:
        open_sealed(Sealed(PLACE, data), HEAD, KEY)
    assert refusal.value.code == "cannot_open"
