"""Sealing: opens with one key and one info, and nothing else; the library is RFC 9180's."""

import re

import pytest
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey
from hypothesis import given
from hypothesis import strategies as st

from protocol.errors import PeerError
from protocol.identity import WorkingKey
from protocol.sealed import OVERHEAD_BYTES, MailKey, mail_key_id, seal
from tests.pages import section
from tests.vectors import hpke

SEED = bytes(range(32, 64))
KEY = MailKey(SEED)
INFO = b"to whom, until when"


def refused(act: object, *args: object, **more: object) -> str:
    with pytest.raises(PeerError) as refusal:
        act(*args, **more)  # type: ignore[operator]
    return refusal.value.code


@given(st.binary(max_size=5000), st.binary(max_size=300))
def test_what_is_sealed_opens_and_is_48_bytes_longer(plain: bytes, info: bytes) -> None:
    sealed = seal(plain, KEY.public, info=info)
    assert len(sealed) == len(plain) + OVERHEAD_BYTES
    assert KEY.open_sealed(sealed, info=info) == plain


def test_the_same_is_sealed_differently_each_time() -> None:
    assert seal(b"soup", KEY.public, info=INFO) != seal(b"soup", KEY.public, info=INFO)


def test_opens_with_no_other_key_info_or_suite() -> None:
    sealed = seal(b"soup", KEY.public, info=INFO)
    other = MailKey(bytes(32))
    assert refused(other.open_sealed, sealed, info=INFO) == "cannot_open"
    assert refused(KEY.open_sealed, sealed, info=INFO + b".") == "cannot_open"
    assert refused(KEY.open_sealed, sealed, info=INFO, suite=2) == "unknown_suite"


@given(st.binary(max_size=200))
def test_bytes_of_a_stranger_do_not_open(sealed: bytes) -> None:
    assert refused(KEY.open_sealed, sealed, info=INFO) == "cannot_open"


@given(st.integers(min_value=0, max_value=8 * (OVERHEAD_BYTES + 4) - 1))
def test_one_bit_changed_does_not_open(bit: int) -> None:
    sealed = bytearray(seal(b"soup", KEY.public, info=INFO))
    # The top bit of an X25519 key counts for nothing in the sum, but it is in the key schedule.
    sealed[bit // 8] ^= 1 << bit % 8
    assert refused(KEY.open_sealed, bytes(sealed), info=INFO) == "cannot_open"


@pytest.mark.parametrize("public", [b"", bytes(31), bytes(32), b"\1" + bytes(31), bytes(33)])
def test_nothing_is_sealed_to_what_is_no_key(public: bytes) -> None:
    assert refused(seal, b"soup", public, info=INFO) == "cannot_open"


def test_the_mail_key_is_made_from_the_working_seed_alone() -> None:
    again = MailKey.of(WorkingKey.from_seed(SEED))
    assert again.public == KEY.public == hpke.mail_public(SEED)
    assert again.id == KEY.id == mail_key_id(KEY.public) == hpke.key_id(KEY.public)
    assert KEY.public != WorkingKey.from_seed(SEED).public


def test_the_example_of_the_specification_is_right() -> None:
    told = dict(
        re.findall(r"^\| (public mail key|its id) \| `([0-9a-f]+)` \|", section("15.1"), re.M)
    )
    assert told == {"public mail key": KEY.public.hex(), "its id": KEY.id.hex()}


def test_a_key_that_is_printed_shows_no_secret() -> None:
    assert hpke.mail_secret(SEED).hex() not in f"{KEY!r} {KEY}"
    assert SEED.hex() not in f"{KEY!r} {KEY}"


# --- By RFC 9180 ---

# Appendix A.2.1: base mode of our suite, the first message.
RFC_INFO = bytes.fromhex("4f6465206f6e2061204772656369616e2055726e")
RFC_THROW_AWAY = bytes.fromhex("f4ec9b33b792c372c1d2c2063507b684ef925b8c75a42dbcbf57d63ccd381600")
RFC_SECRET = bytes.fromhex("8057991eef8f1f1af18f4a9491d16a1ce333f695d4db8e38da75975c4478e0fb")
RFC_PLAIN = b"Beauty is truth, truth beauty"
RFC_SEALED = bytes.fromhex(
    "1afa08d3dec047a643885163f1180476fa7ddb54c6a8029ea33f95796bf2ac4a"
    "1c5250d8034ec2b784ba2cfd69dbdb8af406cfe3ff938e131f0def8c8b60b4db21993c62ce81883d2dd1b51a28"
)


def test_what_vectors_are_made_with_is_rfc_9180() -> None:
    public = X25519PrivateKey.from_private_bytes(RFC_SECRET).public_key().public_bytes_raw()
    sealed = hpke.seal(RFC_PLAIN, public, RFC_INFO, RFC_THROW_AWAY, aad=b"Count-0")
    assert sealed == RFC_SEALED


@given(st.binary(max_size=200), st.binary(max_size=200), st.binary(min_size=32, max_size=32))
def test_what_another_implementation_sealed_opens(plain: bytes, info: bytes, key: bytes) -> None:
    assert KEY.open_sealed(hpke.seal(plain, KEY.public, info, key), info=info) == plain
