"""HPKE in base mode (RFC 9180) written out: to make vectors, and to check the library by.

It shares nothing with protocol/sealed.py but the primitives, and takes the throw-away key as an
argument, so that what it seals is the same each time.
"""

import hmac
from hashlib import sha256
from struct import pack

from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey
from cryptography.hazmat.primitives.ciphers.aead import ChaCha20Poly1305

KEM_ID, KDF_ID, AEAD_ID = 0x0020, 0x0001, 0x0003
KEM_SUITE = b"KEM" + pack(">H", KEM_ID)
HPKE_SUITE = b"HPKE" + pack(">HHH", KEM_ID, KDF_ID, AEAD_ID)


def extract(salt: bytes, suite: bytes, label: bytes, secret: bytes) -> bytes:
    """LabeledExtract, §4."""
    return hmac.digest(salt or bytes(32), b"HPKE-v1" + suite + label + secret, "sha256")


def expand(key: bytes, suite: bytes, label: bytes, info: bytes, length: int) -> bytes:
    """LabeledExpand, §4; one block is enough for all that is needed here."""
    assert length <= 32
    labelled = pack(">H", length) + b"HPKE-v1" + suite + label + info
    return hmac.digest(key, labelled + b"\1", "sha256")[:length]


def seal(plain: bytes, to: bytes, info: bytes, throw_away: bytes, aad: bytes = b"") -> bytes:
    """Return enc || ciphertext: Encap (§4.1), KeyScheduleS (§5.1), Seal (§5.2)."""
    ephemeral = X25519PrivateKey.from_private_bytes(throw_away)
    enc = ephemeral.public_key().public_bytes_raw()
    shared = ephemeral.exchange(X25519PublicKey.from_public_bytes(to))
    prk = extract(b"", KEM_SUITE, b"eae_prk", shared)
    secret = expand(prk, KEM_SUITE, b"shared_secret", enc + to, 32)
    hashes = (extract(b"", HPKE_SUITE, label, data) for label, data in _inputs(info))
    context = b"\0" + b"".join(hashes)
    prk = extract(secret, HPKE_SUITE, b"secret", b"")
    key = expand(prk, HPKE_SUITE, b"key", context, 32)
    nonce = expand(prk, HPKE_SUITE, b"base_nonce", context, 12)
    return enc + ChaCha20Poly1305(key).encrypt(nonce, plain, aad)


def _inputs(info: bytes) -> tuple[tuple[bytes, bytes], ...]:
    return ((b"psk_id_hash", b""), (b"info_hash", info))


def mail_secret(working_seed: bytes) -> bytes:
    """Return the secret mail key of a working key: HKDF-SHA256 (RFC 5869) without salt."""
    prk = hmac.digest(bytes(32), working_seed, "sha256")
    return hmac.digest(prk, b"mutualpod/1 mail key\0\1", "sha256")


def mail_public(working_seed: bytes) -> bytes:
    private = X25519PrivateKey.from_private_bytes(mail_secret(working_seed))
    return private.public_key().public_bytes_raw()


def key_id(public: bytes) -> bytes:
    return sha256(b"mutualpod/1 mail key\0" + public).digest()[:8]
