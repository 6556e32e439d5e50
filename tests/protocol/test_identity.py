"""Keys, certificates, the text form of a pod id, and the one rule of signatures."""

import hmac
import json
from concurrent.futures import ThreadPoolExecutor
from hashlib import sha256
from pathlib import Path

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from protocol import identity
from protocol.codec import encode
from protocol.errors import LocalError, PeerError, UserError
from protocol.identity import (
    IN_USE,
    LIBRARIES,
    Library,
    PodId,
    PodKey,
    WorkingKey,
    first_that_keeps_the_rule,
    is_admissible_point,
    open_certificate,
    parse_pod_id,
    pod_id_text,
    short_id,
    verify,
)
from protocol.limits import MAX_CERTIFICATE_BYTES, UINT53_END, VALID_UNTIL_END_S
from tests import edwards

SEED = bytes(range(32))
OTHER_SEED = bytes(range(32, 64))
WORKING = WorkingKey.from_seed(OTHER_SEED).public
SIGNATURE_VECTORS = sorted((Path(__file__).parents[1] / "vectors").glob("signature_*.json"))
every_library = pytest.mark.parametrize("library", LIBRARIES, ids=lambda library: library.name)
seeds = st.binary(min_size=32, max_size=32)


# --- The one rule ---


def by_definition(key: bytes, signature: bytes, message: bytes) -> bool:
    """The rule of docs/protocol.md §2, from the curve itself and from no library."""
    if (len(key), len(signature)) != (32, 64):
        return False
    for encoded in (key, signature[:32]):
        point = edwards.decompress(encoded)
        if point is None or edwards.compress(point) != encoded or point in edwards.SMALL_ORDER:
            return False
    s = int.from_bytes(signature[32:], "little")
    return s < edwards.L and edwards.solves(key, signature, message)


def from_vector(path: Path) -> tuple[bytes, bytes, bytes]:
    given = json.loads(path.read_text("utf-8"))["input"]
    key, signature, message = (given[name] for name in ("public_key", "signature", "message"))
    return bytes.fromhex(key), bytes.fromhex(signature), bytes.fromhex(message)


@every_library
@pytest.mark.parametrize("path", SIGNATURE_VECTORS, ids=lambda path: path.stem)
def test_each_library_judges_each_odd_case_by_the_rule(path: Path, library: Library) -> None:
    assert verify(*from_vector(path), library) == by_definition(*from_vector(path))


@pytest.mark.parametrize("name", ["chalkias_04", "chalkias_05", "r_mixed_order"])
def test_the_cases_that_tell_the_cofactor_do_tell_it(name: str) -> None:
    (path,) = (path for path in SIGNATURE_VECTORS if path.stem == f"signature_{name}")
    assert edwards.solves(*from_vector(path), cofactor=8)
    assert not edwards.solves(*from_vector(path))


def test_the_points_refused_are_those_of_the_definition() -> None:
    """Small order, or not canonical: y from p up, and a sign where x is 0."""
    p = edwards.P
    number = [edwards.compress(point) for point in edwards.SMALL_ORDER]
    number += [
        (y | sign << 255).to_bytes(32, "little") for y in range(p, 2**255) for sign in (0, 1)
    ]
    number += [(y | 1 << 255).to_bytes(32, "little") for y in (1, p - 1)]
    assert len(set(number)) == 48
    assert not any(map(is_admissible_point, number))
    assert len(identity._REFUSED_POINTS) == 48


@settings(max_examples=30)  # the definition takes a tenth of a second
@given(key=st.integers(0, 7), r=st.integers(0, 7), message=st.binary(max_size=20))
def test_torsion_in_key_or_r_is_judged_by_the_rule(key: int, r: int, message: bytes) -> None:
    secret, nonce = edwards.secret_scalar(SEED), edwards.secret_scalar(OTHER_SEED)
    point_a = edwards.add(edwards.multiply(secret, edwards.BASE), edwards.SMALL_ORDER[key])
    point_r = edwards.add(edwards.multiply(nonce, edwards.BASE), edwards.SMALL_ORDER[r])
    encoded_a, encoded_r = edwards.compress(point_a), edwards.compress(point_r)
    s = (nonce + edwards.challenge(encoded_r, encoded_a, message) * secret) % edwards.L
    case = (encoded_a, encoded_r + s.to_bytes(32, "little"), message)
    assert edwards.solves(*case, cofactor=8)
    assert {verify(*case, library) for library in LIBRARIES} == {by_definition(*case)}


@every_library
@given(key=st.binary(max_size=40), signature=st.binary(max_size=70), message=st.binary(max_size=40))
@example(key=bytes(32), signature=bytes(64), message=b"")
@example(key=b"\xff" * 32, signature=b"\xff" * 64, message=b"")
def test_bytes_that_nobody_signed_are_refused(
    library: Library, key: bytes, signature: bytes, message: bytes
) -> None:
    assert verify(key, signature, message, library) is False


@settings(max_examples=30)
@given(seed=seeds, message=st.binary(max_size=100))
def test_every_library_signs_as_defined(seed: bytes, message: bytes) -> None:
    public = edwards.public_key(seed)
    signatures = {library.signer(seed, public)(message) for library in LIBRARIES}
    assert signatures == {edwards.sign(seed, message)}
    assert WorkingKey.from_seed(seed).public == public


@every_library
@given(message=st.binary(max_size=100), at=st.integers(0, 511))
def test_one_changed_bit_of_a_signature_is_refused(
    library: Library, message: bytes, at: int
) -> None:
    signature = WorkingKey.from_seed(OTHER_SEED).sign(b"", message)
    assert verify(WORKING, signature, message, library)
    changed = bytearray(signature)
    changed[at // 8] ^= 1 << at % 8
    assert not verify(WORKING, bytes(changed), message, library)
    assert not verify(WORKING, signature, message + b"\0", library)


def test_the_published_signature_of_rfc_8032_is_ours() -> None:
    seed = bytes.fromhex("9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60")
    key = WorkingKey.from_seed(seed)
    assert key.public.hex() == "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a"
    assert key.sign(b"", b"").hex() == (
        "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555fb8821590a33bac"
        "c61e39701cf9b46bd25bf5f0595bbe24655141438e7a100b"
    )


def test_a_library_that_multiplies_by_the_cofactor_is_not_used() -> None:
    def cofactored(key: bytes, signature: bytes, message: bytes) -> bool:
        return edwards.solves(key, signature, message, cofactor=8)

    lenient = Library("cofactored", IN_USE.signer, cofactored)
    defined = Library("by definition", IN_USE.signer, edwards.solves)
    assert first_that_keeps_the_rule((lenient, defined, IN_USE)) is defined
    assert IN_USE is LIBRARIES[0]


@every_library
def test_a_signature_cannot_lend_bytes_to_its_message(library: Library) -> None:
    """libsodium takes both as one string, so another cut of it must not verify."""
    whole = WorkingKey.from_seed(OTHER_SEED).sign(b"", b"message") + b"message"
    for cut in range(len(whole) + 1):
        assert verify(WORKING, whole[:cut], whole[cut:], library) == (cut == 64)


@every_library
def test_threads_that_verify_at_once_all_get_the_right_answer(library: Library) -> None:
    keys = [WorkingKey.from_seed(sha256(bytes([n])).digest()) for n in range(40)]
    signed = [(key.public, key.sign(b"tag", b"%d" % n), b"tag%d" % n) for n, key in enumerate(keys)]
    forged = [(public, signature, b"tag") for public, signature, _ in signed]
    with ThreadPoolExecutor(4) as pool:
        answers = list(pool.map(lambda case: verify(*case, library), (signed + forged) * 5))
    assert answers == ([True] * 40 + [False] * 40) * 5


# --- Pod ids as people see them ---


@given(seeds)
def test_a_pod_id_survives_being_written_and_typed(key: bytes) -> None:
    text = pod_id_text(PodId(key))
    assert len(text) == 56
    assert parse_pod_id(text) == key
    assert parse_pod_id(f" {text[:9].upper()} -{text[9:]}\n") == key
    assert text.startswith(short_id(PodId(key)))
    assert len(short_id(PodId(key))) == 8


def test_any_one_wrong_character_is_found() -> None:
    """All 1,736 changes of each of five ids. A checksum of 16 bits lets 1 in 65,536 pass."""
    for number in range(5):
        text = pod_id_text(PodId(sha256(bytes([number])).digest()))
        for at, right in enumerate(text):
            for wrong in "abcdefghijklmnopqrstuvwxyz234567":
                if wrong != right:
                    with pytest.raises(UserError):
                        parse_pod_id(text[:at] + wrong + text[at + 1 :])


@given(st.text(max_size=80))
def test_any_other_text_is_refused_with_a_next_step(text: str) -> None:
    with pytest.raises(UserError) as refusal:
        parse_pod_id(text)
    assert refusal.value.code == "invalid_pod_id"
    assert refusal.value.next_step


# --- Certificates and keys ---


@given(seeds, seeds, st.integers(0, UINT53_END - 1), st.integers(0, VALID_UNTIL_END_S - 1))
def test_a_certificate_is_opened_as_it_was_made(
    seed: bytes, working: bytes, epoch: int, issued_s: int
) -> None:
    made = PodKey.from_seed(seed).certify(epoch, working, issued_s)
    assert open_certificate(made.wire) == made
    assert (made.epoch, made.working_key, made.issued_s) == (epoch, working, issued_s)
    assert made.pod_id == PodKey.from_seed(seed).pod_id
    assert made.hash == sha256(identity.TAG_CERTIFICATE + made.wire).digest()
    assert made.tag16 == made.hash[:16]
    assert len(made.wire) <= MAX_CERTIFICATE_BYTES


@pytest.mark.parametrize(
    ("epoch", "working_key", "issued_s"),
    [
        (UINT53_END, WORKING, 0),
        (-1, WORKING, 0),
        (True, WORKING, 0),
        (1, WORKING[:31], 0),
        (1, WORKING, VALID_UNTIL_END_S),
        (1, WORKING, -1),
    ],
)
def test_a_certificate_out_of_bounds_is_not_made(
    epoch: int, working_key: bytes, issued_s: int
) -> None:
    with pytest.raises(LocalError):
        PodKey.from_seed(SEED).certify(epoch, working_key, issued_s)


def test_of_two_certificates_the_greater_epoch_wins_and_then_the_greater_hash() -> None:
    key = PodKey.from_seed(SEED)
    low, high = key.certify(1, WORKING, 99), key.certify(2, WORKING, 0)
    twin = key.certify(2, key.pod_id, 0)
    assert low.rank < high.rank
    assert (high.rank < twin.rank) == (high.hash < twin.hash)


@given(at=st.integers(0, 8 * 141 - 1))
def test_one_changed_bit_of_a_certificate_is_refused(at: int) -> None:
    wire = bytearray(PodKey.from_seed(SEED).certify(3, WORKING, 4).wire)
    assert len(wire) == 141
    wire[at // 8] ^= 1 << at % 8
    with pytest.raises(PeerError):
        open_certificate(bytes(wire))


def test_a_pod_that_certifies_for_another_is_refused() -> None:
    thief, victim = PodKey.from_seed(OTHER_SEED), PodKey.from_seed(SEED)
    body = encode((1, victim.pod_id, 9, WORKING, 0))
    signature = WorkingKey.from_seed(OTHER_SEED).sign(identity.TAG_CERTIFICATE, body)
    assert verify(thief.pod_id, signature, identity.TAG_CERTIFICATE + body)
    with pytest.raises(PeerError) as refusal:
        open_certificate(encode((body, signature)))
    assert refusal.value.code == "bad_signature"


def test_the_tags_are_all_different_and_none_begins_another() -> None:
    tags = [value for name, value in vars(identity).items() if name.startswith("TAG_")]
    assert len(tags) >= 10
    assert all(tag.startswith(b"mutualpod/1 ") and tag.index(0) == len(tag) - 1 for tag in tags)
    assert len(set(tags)) == len(tags)


@pytest.mark.parametrize("seed", [b"", SEED[:31], SEED + b"\0"])
@pytest.mark.parametrize("key", [PodKey, WorkingKey])
def test_a_seed_of_another_length_is_our_own_bug(
    key: type[PodKey] | type[WorkingKey], seed: bytes
) -> None:
    with pytest.raises(LocalError):
        key.from_seed(seed)


@settings(max_examples=30)
@given(seeds)
def test_the_backup_key_comes_from_the_seed_alone_and_is_no_other_key(seed: bytes) -> None:
    """HKDF-SHA256 (RFC 5869) without salt, then X25519 (RFC 7748), by their definitions."""
    extracted = hmac.digest(bytes(32), seed, "sha256")
    derived = hmac.digest(extracted, identity.TAG_BACKUP_KEY + b"\1", "sha256")
    scalar = int.from_bytes(derived, "little") & (1 << 254) - 8 | 1 << 254
    _, y = edwards.multiply(scalar, edwards.BASE)
    u = (1 + y) * pow(1 - y, -1, edwards.P) % edwards.P
    assert PodKey.from_seed(seed).backup_public_key() == u.to_bytes(32, "little")


@pytest.mark.parametrize("key", [PodKey.from_seed(SEED), WorkingKey.from_seed(SEED)])
def test_a_key_that_is_printed_shows_no_seed(key: PodKey | WorkingKey) -> None:
    assert SEED.hex() not in f"{key!r} {key}"
    assert repr(SEED)[2:10] not in f"{key!r} {key}"
