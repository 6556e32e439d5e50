"""The four messages: what proves something, and that nothing else does."""

import hashlib
from collections.abc import Callable
from typing import cast

import pytest
from hypothesis import given
from hypothesis import strategies as st

from protocol.codec import Value, decode, encode
from protocol.errors import PeerError
from protocol.handshake import (
    Answering,
    Calling,
    Identity,
    Join,
    Peer,
    Purpose,
    Refused,
    Superseded,
    Sync,
    farewell,
    refusal,
    welcome,
)
from protocol.identity import Certificate, open_certificate
from protocol.limits import MAX_ADDRESS_CHARS, MAX_ADDRESSES, MAX_HANDSHAKE_BYTES, MAX_NAME_CHARS
from tests.channels import EPOCH, identity

ANN, BEN, EVE = identity("ann"), identity("ben"), identity("eve")
TLS = bytes(range(32))
JOIN = Join(b"t" * 16, "Elm Street", ("192.168.1.4:4781",))


def calling(
    us: Identity = ANN,
    purpose: Purpose | None = None,
    *,
    expect: Identity = BEN,
    known: Certificate | None = None,
) -> Calling:
    return Calling(
        us,
        purpose or Sync(),
        expect=expect.certificate.pod_id,
        known=known,
        nonce=b"c" * 32,
    )


def answering(us: Identity = BEN, *, tls_hash: bytes = TLS, nonce: bytes = b"s" * 32) -> Answering:
    return Answering(us, tls_hash, nonce=nonce)


def proof_for(caller: Calling, answerer: Answering) -> bytes:
    return caller.prove(answerer.answer(caller.open()), TLS)


def changed(message: bytes, position: int, value: Value) -> bytes:
    """Return the message with another value at one position."""
    fields = list(cast("tuple[Value, ...]", decode(message, max_bytes=1024)))
    fields[position] = value
    return encode(tuple(fields))


@pytest.mark.parametrize("purpose", [Sync(), JOIN])
def test_both_sides_learn_who_the_other_is(purpose: Purpose) -> None:
    caller, answerer = calling(purpose=purpose), answering()
    peer = answerer.admit(proof_for(caller, answerer))
    assert peer.certificate == ANN.certificate
    assert peer.run_id == ANN.run_id
    assert peer.purpose == purpose
    assert not peer.we_called
    assert caller.conclude(welcome("Oak Street")) == Peer(
        BEN.certificate, BEN.run_id, "Oak Street", purpose, we_called=True, tls_hash=TLS
    )


def test_longest_messages_fit() -> None:
    longest_address = "h" * (MAX_ADDRESS_CHARS - 24) + "." + "h" * 18 + ":4781"
    assert len(longest_address) == MAX_ADDRESS_CHARS
    purpose = Join(b"t" * 16, "🏘" * MAX_NAME_CHARS, (longest_address,) * MAX_ADDRESSES)
    caller, answerer = calling(purpose=purpose), answering()
    proof = proof_for(caller, answerer)
    assert len(proof) <= MAX_HANDSHAKE_BYTES
    assert answerer.admit(proof).purpose == purpose


def test_token_is_not_in_what_a_log_would_show() -> None:
    assert "t" * 16 not in repr(JOIN)


def test_first_message_says_nothing_about_the_caller() -> None:
    opening = calling(purpose=JOIN).open()
    assert decode(opening, max_bytes=64) == (1, b"c" * 32)


# --- What the caller refuses ---


def test_another_pod_than_expected_gets_no_proof() -> None:
    with pytest.raises(PeerError) as caught:
        proof_for(calling(expect=BEN), answering(EVE))
    assert caught.value.code == "wrong_pod"


def test_certificate_of_the_expected_pod_without_its_key() -> None:
    thief = Identity(BEN.certificate, EVE.key, EVE.run_id)
    with pytest.raises(PeerError) as caught:
        proof_for(calling(), answering(thief))
    assert caught.value.code == "bad_signature"


def test_another_tls_certificate_than_the_answerer_has() -> None:
    with pytest.raises(PeerError) as caught:
        proof_for(calling(), answering(tls_hash=b"m" * 32))
    assert caught.value.code == "bad_signature"


OTHER_BEN = identity("ben", epoch=EPOCH - 1)


@pytest.mark.parametrize(
    ("position", "value"),
    [(0, OTHER_BEN.certificate.wire), (1, b"r" * 16), (2, b"n" * 32), (3, b"x" * 64)],
    ids=["certificate", "run id", "nonce", "signature"],
)
def test_altered_answer(position: int, value: Value) -> None:
    caller = calling()
    answer = answering().answer(caller.open())
    with pytest.raises(PeerError) as caught:
        caller.prove(changed(answer, position, value), TLS)
    assert caught.value.code == "bad_signature"


def test_answer_to_another_opening() -> None:
    earlier = Calling(ANN, Sync(), expect=BEN.certificate.pod_id, known=None, nonce=b"earlier " * 4)
    with pytest.raises(PeerError) as caught:
        calling().prove(answering().answer(earlier.open()), TLS)
    assert caught.value.code == "bad_signature"


def test_answerer_that_proves_less_than_is_known_of_it() -> None:
    newer = identity("ben", epoch=EPOCH + 1).certificate
    with pytest.raises(Superseded) as caught:
        proof_for(calling(known=newer), answering())
    assert caught.value.certificate == newer


def test_answerer_that_proves_more_than_is_known_of_it() -> None:
    older = identity("ben", epoch=EPOCH - 1).certificate
    caller, answerer = calling(known=older), answering()
    assert answerer.admit(proof_for(caller, answerer))


def test_of_two_certificates_of_one_epoch_the_greater_hash_counts() -> None:
    ours = BEN.certificate
    caller, answerer = calling(known=ours._replace(hash=bytes(32))), answering()
    assert answerer.admit(proof_for(caller, answerer))
    with pytest.raises(Superseded):
        proof_for(calling(known=ours._replace(hash=b"\xff" * 32)), answering())


def test_refusal_reaches_the_caller() -> None:
    caller, answerer = calling(), answering()
    proof_for(caller, answerer)
    assert caller.conclude(refusal(Refused("not_federated"))) == Refused("not_federated")


def test_unknown_code_of_a_later_version_is_a_refusal() -> None:
    caller, answerer = calling(), answering()
    proof_for(caller, answerer)
    assert caller.conclude(encode(("refused", "too_sunny", None))) == Refused("refused")


def test_refusal_brings_the_greater_certificate() -> None:
    newer = identity("ann", epoch=EPOCH + 1).certificate
    refused = Refused("epoch_superseded", newer.wire)
    assert calling().conclude(refusal(refused)) == refused


@pytest.mark.parametrize(
    "certificate",
    [
        ANN.certificate,
        identity("ann", epoch=EPOCH - 1).certificate,
        identity("eve", epoch=EPOCH + 1).certificate,
    ],
    ids=["the same", "a lower one", "of another pod"],
)
def test_nobody_is_superseded_by_what_is_not_greater(certificate: Certificate) -> None:
    with pytest.raises(PeerError, match="supersedes nothing"):
        calling().conclude(refusal(Refused("epoch_superseded", certificate.wire)))
    with pytest.raises(PeerError, match="supersedes nothing"):
        answering().admit(farewell(certificate))


def test_welcome_before_the_answerer_has_proved_itself() -> None:
    with pytest.raises(PeerError):
        calling().conclude(welcome("Oak Street"))


@pytest.mark.parametrize("name", ["", " Oak", "a\nb", "a\u202eb", "x" * (MAX_NAME_CHARS + 1)])
def test_welcome_by_a_name_that_is_none(name: str) -> None:
    caller, answerer = calling(), answering()
    proof_for(caller, answerer)
    with pytest.raises(PeerError) as caught:
        caller.conclude(welcome(name))
    assert caught.value.code == "malformed"


# --- What the answerer refuses ---


@pytest.mark.parametrize(
    ("position", "value"),
    [
        (0, EVE.certificate.wire),
        (0, identity("ann", epoch=EPOCH - 1).certificate.wire),
        (1, b"r" * 16),
        (2, b"x" * 64),
        (3, ("join", b"t" * 16, "Elm Street", ())),
    ],
    ids=["certificate of another pod", "of another epoch", "run id", "signature", "purpose"],
)
def test_altered_proof(position: int, value: Value) -> None:
    answerer = answering()
    proof = proof_for(calling(), answerer)
    with pytest.raises(PeerError) as caught:
        answerer.admit(changed(proof, position, value))
    assert caught.value.code == "bad_signature"


@pytest.mark.parametrize(
    "other",
    [
        answering(nonce=b"S" * 32),
        answering(tls_hash=b"m" * 32),
        answering(EVE),
        answering(identity("ben", run=1)),
    ],
    ids=["nonce", "TLS certificate", "pod", "run"],
)
def test_proof_is_worth_nothing_to_another_answerer(other: Answering) -> None:
    caller = calling(purpose=JOIN)
    proof = proof_for(caller, answering())
    other.answer(caller.open())
    with pytest.raises(PeerError) as caught:
        other.admit(proof)
    assert caught.value.code == "bad_signature"


def test_signature_of_the_answerer_is_none_of_a_caller() -> None:
    answerer = answering()
    answer = decode(answerer.answer(calling().open()), max_bytes=1024)
    assert isinstance(answer, tuple)
    with pytest.raises(PeerError) as caught:
        answerer.admit(encode((answer[0], answer[1], answer[3], ("sync",))))
    assert caught.value.code == "bad_signature"


def test_answerer_learns_that_it_is_superseded() -> None:
    newer = identity("ben", epoch=EPOCH + 1).certificate
    with pytest.raises(Superseded) as caught:
        answering().admit(farewell(newer))
    assert caught.value.certificate == newer


@pytest.mark.parametrize(
    ("opening", "code"),
    [
        ((2, b"c" * 32), "unknown_version"),
        ((2, "another shape", 1), "unknown_version"),
        ((1, b"c" * 31), "malformed"),
        ((1, "c" * 32), "malformed"),
        ((True, b"c" * 32), "malformed"),
        ((1, b"c" * 32, 1), "malformed"),
        ((), "malformed"),
        ({"version": 1}, "malformed"),
    ],
)
def test_opening_of_another_shape(opening: Value, code: str) -> None:
    with pytest.raises(PeerError) as caught:
        answering().answer(encode(opening))
    assert caught.value.code == code


def proof_by_hand(purpose: Value, opening: bytes, answer: bytes) -> bytes:
    """Return Ann's proof as docs/protocol.md §7.1 says it is made, whatever the purpose is."""
    version, nonce_c = cast("tuple[int, bytes]", decode(opening, max_bytes=64))
    wire_s, run_s, nonce_s, signature_s = cast("tuple[bytes, ...]", decode(answer, max_bytes=1024))
    server, client = open_certificate(wire_s), ANN.certificate
    told = (
        *(version, nonce_c, nonce_s, server.pod_id, server.hash, run_s, TLS, signature_s),
        *(client.pod_id, client.hash, ANN.run_id, encode(purpose)),
    )
    digest = hashlib.sha512(encode(told)).digest()
    signature_c = ANN.key.sign(b"mutualpod/1 channel client\0", digest)
    return encode((client.wire, ANN.run_id, signature_c, purpose))


def test_proof_is_what_the_specification_says() -> None:
    caller, answerer = calling(purpose=JOIN), answering()
    answer = answerer.answer(caller.open())
    purpose = ("join", JOIN.token, JOIN.name, JOIN.addresses)
    assert caller.prove(answer, TLS) == proof_by_hand(purpose, caller.open(), answer)


@pytest.mark.parametrize(
    "purpose",
    [
        (),
        "sync",
        ("sink",),
        ("sync", 1),
        ("join", b"t" * 15, "Elm", ()),
        ("join", b"t" * 16, "", ()),
        ("join", b"t" * 16, "Elm\n", ()),
        ("join", b"t" * 16, "x" * (MAX_NAME_CHARS + 1), ()),
        ("join", b"t" * 16, "Elm", ("10.0.0.1:1",) * (MAX_ADDRESSES + 1)),
        ("join", b"t" * 16, "Elm", ("10.0.0.1",)),
        ("join", b"t" * 16, "Elm", (b"10.0.0.1:1",)),
        ("join", b"t" * 16, "Elm", ("h" * MAX_ADDRESS_CHARS + ":1",)),
    ],
    ids=repr,
)
def test_purpose_of_another_shape(purpose: Value) -> None:
    answerer = answering()
    opening = calling().open()
    proof = proof_by_hand(purpose, opening, answerer.answer(opening))
    with pytest.raises(PeerError) as caught:
        answerer.admit(proof)
    assert caught.value.code == "malformed"


# --- Any bytes ---

STAGES: list[Callable[[bytes], object]] = [
    lambda data: answering().answer(data),
    lambda data: calling().prove(data, TLS),
    lambda data: answering().admit(data),
    lambda data: calling().conclude(data),
]
PARTS = st.recursive(
    st.none() | st.booleans() | st.integers(0, 2) | st.binary(max_size=64) | st.text(max_size=64)
    | st.sampled_from(
        ["ok", "refused", "superseded", "sync", ANN.certificate.wire, BEN.certificate.wire]
    ),
    lambda inner: st.lists(inner, max_size=5).map(tuple),
    max_leaves=8,
)  # fmt: skip


@pytest.mark.parametrize("stage", STAGES, ids=["answer", "prove", "admit", "conclude"])
@given(data=st.binary(max_size=1100) | PARTS.map(lambda parts: encode(cast(Value, parts))))
def test_any_bytes_at_any_stage_raise_only_peer_errors(
    stage: Callable[[bytes], object], data: bytes
) -> None:
    try:
        stage(data)
    except PeerError:
        return


@pytest.mark.parametrize("stage", STAGES, ids=["answer", "prove", "admit", "conclude"])
def test_message_one_byte_too_long(stage: Callable[[bytes], object]) -> None:
    with pytest.raises(PeerError) as caught:
        stage(encode((1, bytes(MAX_HANDSHAKE_BYTES - 4))))
    assert caught.value.code == "too_large"
