"""Sealing to one pod: only the machine that holds its mail key can open what is sealed.

Spec: docs/protocol.md §15.1. HPKE (RFC 9180), base mode, single shot: X25519, HKDF-SHA256,
ChaCha20-Poly1305. It says nothing of who sealed: what must be known of that is signed inside.
"""

from hashlib import sha256
from typing import Final

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.hpke import AEAD, KDF, KEM, Suite
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from protocol.errors import PeerError
from protocol.identity import KEY_BYTES, TAG_MAIL_KEY, WorkingKey

SUITE: Final = 1
"""The one suite of version 1. A second one, post-quantum perhaps, gets another number."""
OVERHEAD_BYTES: Final = 48
"""What sealing adds: 32 bytes of a throw-away key, 16 of a tag."""
KEY_ID_BYTES: Final = 8

_SUITE: Final = Suite(KEM.X25519, KDF.HKDF_SHA256, AEAD.CHACHA20_POLY1305)


class MailKey:
    """What opens mail to a pod. public: goes into its pod card.  id: names it in mail.

    Made from the seed of the working key, so the two always belong to the same epoch: a
    machine cannot hold one without the other, and a new working key ends both.
    """

    def __init__(self, working_seed: bytes) -> None:
        hkdf = HKDF(algorithm=SHA256(), length=KEY_BYTES, salt=None, info=TAG_MAIL_KEY)
        self._private = X25519PrivateKey.from_private_bytes(hkdf.derive(working_seed))
        self.public = self._private.public_key().public_bytes_raw()
        self.id = mail_key_id(self.public)

    @classmethod
    def of(cls, working_key: WorkingKey) -> "MailKey":
        return cls(working_key.seed)

    def open_sealed(self, sealed: bytes, *, info: bytes, suite: int = SUITE) -> bytes:
        """Return what was sealed to this key with the same info.

        Raises PeerError (unknown_suite, cannot_open).
        """
        if suite != SUITE:
            raise PeerError("unknown_suite", f"suite {suite}")
        try:
            return _SUITE.decrypt(sealed, self._private, info=info)
        except InvalidTag as err:
            raise PeerError("cannot_open", f"{len(sealed)} bytes") from err


def mail_key_id(public: bytes) -> bytes:
    """Return the KEY_ID_BYTES by which mail names the key that it is sealed to."""
    return sha256(TAG_MAIL_KEY + public).digest()[:KEY_ID_BYTES]


def seal(plain: bytes, to: bytes, *, info: bytes) -> bytes:
    """Return plain, sealed with SUITE to a public mail key: OVERHEAD_BYTES longer.

    info: what the opener must know and agree on; it is authenticated, not hidden.
    Raises PeerError (cannot_open) for a key of other length, or to which everybody can open.
    """
    try:
        return _SUITE.encrypt(plain, X25519PublicKey.from_public_bytes(to), info=info)
    except ValueError as err:
        raise PeerError("cannot_open", "not a mail key") from err
