"""Any bytes in the place of a pairing's message: taken as they are written, or a PeerError."""

import contextlib

import msgpack
from hypothesis import given
from hypothesis import strategies as st

from protocol.codec import encode
from protocol.errors import PeerError
from protocol.introduction import is_address, is_pod_name
from protocol.limits import MAX_ADDRESSES
from protocol.pairing import (
    WORD_BITS,
    Agreement,
    Introduction,
    PairingAnswer,
    PairingCall,
    commitment_of,
)
from tests.channels import identity
from tests.fuzz.odd_bytes import msgpack_like, mutated, nearly

ANN, BEN = identity("ann").certificate, identity("ben").certificate
NONCE = b"n" * 32
TLS = bytes(32)

challenges = st.tuples(nearly(st.just("nonce")), nearly(st.binary(min_size=32, max_size=32)))
reveals = st.tuples(
    nearly(st.just("reveal")),
    nearly(st.just(NONCE)),
    nearly(st.text(max_size=61)),
    nearly(st.lists(st.sampled_from(["192.0.2.1:1", "a.local:4781", "no port"]), max_size=5)),
)
agreements = st.tuples(nearly(st.just("agreed")))


def messages(fields: st.SearchStrategy[tuple[object, ...]]) -> st.SearchStrategy[bytes]:
    whole = fields.map(msgpack.packb)
    return whole | mutated(whole) | msgpack_like


@given(messages(challenges))
def test_any_challenge_is_answered_or_refused(message: bytes) -> None:
    with contextlib.suppress(PeerError):
        _, words = PairingCall(ANN, nonce=NONCE).reveal(message, BEN, TLS, Introduction("Ann", ()))
        assert all(word < 1 << WORD_BITS for word in words)


@given(messages(reveals))
def test_any_reveal_introduces_a_pod_or_is_refused(message: bytes) -> None:
    answer = PairingAnswer(BEN, ANN, commitment_of(NONCE, ANN), TLS, nonce=NONCE)
    with contextlib.suppress(PeerError):
        theirs, _ = answer.check(message)
        assert is_pod_name(theirs.name)
        assert all(map(is_address, theirs.addresses))
        assert len(theirs.addresses) <= MAX_ADDRESSES
        assert message == encode(("reveal", NONCE, theirs.name, theirs.addresses))


@given(messages(agreements))
def test_nothing_but_a_yes_is_a_yes(message: bytes) -> None:
    agreement = Agreement()
    with contextlib.suppress(PeerError):
        agreement.hear(message)
    assert agreement.theirs == (message == Agreement().agree())
