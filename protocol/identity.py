"""Who signed this: pod keys, working keys, certificates, and the one rule of validation.

Spec: docs/protocol.md §2. The pod key is the pod's identity and stays on paper; the working
key lives on the Pi and signs records and handshakes; a certificate by the pod key names it.
Beside sealed.py the only module of protocol that imports a library of cryptography.
"""

import base64
import binascii
import hashlib
from collections.abc import Callable, Iterable
from functools import lru_cache
from typing import Final, NamedTuple, NewType, TypeGuard

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from protocol.codec import decode, encode
from protocol.errors import LocalError, PeerError, UserError
from protocol.limits import MAX_CERTIFICATE_BYTES, PARSED_KEYS, UINT53_END, VALID_UNTIL_END_S

# Every signature and hash is over tag + bytes, so what was signed for one purpose says
# nothing in another. The number is the version of the protocol.
TAG_RECORD: Final = b"mutualpod/1 record\0"
TAG_CERTIFICATE: Final = b"mutualpod/1 certificate\0"
TAG_POD_ID: Final = b"mutualpod/1 pod id\0"
TAG_TABLE: Final = b"mutualpod/1 table\0"
TAG_CHANNEL_SERVER: Final = b"mutualpod/1 channel server\0"
TAG_CHANNEL_CLIENT: Final = b"mutualpod/1 channel client\0"
TAG_INVITATION: Final = b"mutualpod/1 invitation\0"
TAG_BACKUP_KEY: Final = b"mutualpod/1 backup key\0"
TAG_BUNDLE: Final = b"mutualpod/1 bundle\0"
TAG_PAIRING_COMMITMENT: Final = b"mutualpod/1 pairing commitment\0"
TAG_PAIRING_WORDS: Final = b"mutualpod/1 pairing words\0"
TAG_BUNDLE_PART: Final = b"mutualpod/1 bundle part\0"
TAG_MAIL_KEY: Final = b"mutualpod/1 mail key\0"
TAG_MAIL: Final = b"mutualpod/1 mail\0"
TAG_MAIL_TOKEN: Final = b"mutualpod/1 mail token\0"
TAG_LETTER: Final = b"mutualpod/1 letter\0"

KEY_BYTES: Final = 32
SIGNATURE_BYTES: Final = 64

PodId = NewType("PodId", bytes)
"""The 32 bytes of a pod key's public half."""


# --- The one rule of validation ---

_P: Final = (1 << 255) - 19
_ORDER_8_Y: Final = 0x7A03AC9277FDC74EC6CC392CFA53202A0F67100D760B3CBA4FD84D3D706A17C7


def _refused_points() -> frozenset[bytes]:
    """The 48 encodings that neither a key nor an R may have.

    Eight points of small order, for which one signature fits many messages or many keys; and
    all encodings but the canonical one: y not below p, or a sign where x is 0.
    """
    small_order = (0, 1, _P - 1, _ORDER_8_Y, _P - _ORDER_8_Y)
    return frozenset(
        (y | sign << 255).to_bytes(32, "little")
        for y in (*small_order, *range(_P, 1 << 255))
        for sign in (0, 1)
    )


_REFUSED_POINTS: Final = _refused_points()


def is_admissible_point(encoded: bytes) -> bool:
    """Tell whether a key or an R may be these 32 bytes. The curve is left to the library."""
    return encoded not in _REFUSED_POINTS


Signer = Callable[[bytes], bytes]
"""Message in, signature of RFC 8032 out: the same from every library."""


class Library(NamedTuple):
    """What we take from one library of cryptography.

    signer(seed, public_key): a Signer with this key.
    solves(public_key, signature, message): S < L, and the equation without the cofactor holds.
    """

    name: str
    signer: Callable[[bytes, bytes], Signer]
    solves: Callable[[bytes, bytes, bytes], bool]


def _cryptography() -> Library:
    parsed = lru_cache(maxsize=PARSED_KEYS)(Ed25519PublicKey.from_public_bytes)

    def signer(seed: bytes, _public_key: bytes) -> Signer:
        return Ed25519PrivateKey.from_private_bytes(seed).sign

    def solves(public_key: bytes, signature: bytes, message: bytes) -> bool:
        try:
            parsed(public_key).verify(signature, message)
        except InvalidSignature:
            return False
        return True

    return Library("cryptography", signer, solves)


def _pynacl() -> Library | None:
    """The extra `fast`: the same answers in half the time; None where it is not installed."""
    try:
        from nacl.bindings import crypto_sign, crypto_sign_open
        from nacl.exceptions import BadSignatureError
    except ImportError:
        return None

    def signer(seed: bytes, public_key: bytes) -> Signer:
        secret = seed + public_key
        return lambda message: crypto_sign(message, secret)[:SIGNATURE_BYTES]

    def solves(public_key: bytes, signature: bytes, message: bytes) -> bool:
        try:
            crypto_sign_open(signature + message, public_key)
        except BadSignatureError:
            return False
        return True

    return Library("PyNaCl", signer, solves)


# R has a component of order 8 and S fits only when that is multiplied away. Some libsodium do
# so; with one of those this node would hold records that its neighbours refuse.
_COFACTOR_PROBE: Final = (
    bytes.fromhex("9cd654bf755f2fb6070e24f1bc83c3a521869084012885e3b76b5c7deb1afbbe"),
    bytes.fromhex(
        "004521645a265620f9fb8d07b55207801facb1afc146c7166ec33150fab915b0"
        "453074eed4609bef0af0bdaacfab263bc7644df073a53ef57cbb13372f0bec0b"
    ),
    b"mutualpod/1 probe",
)


def first_that_keeps_the_rule(libraries: Iterable[Library]) -> Library:
    """Return the first library that verifies without the cofactor, as verify promises."""
    return next(library for library in libraries if not library.solves(*_COFACTOR_PROBE))


LIBRARIES: Final = tuple(lib for lib in (_pynacl(), _cryptography()) if lib is not None)
"""The libraries installed, the fastest first."""

IN_USE: Final = first_that_keeps_the_rule(LIBRARIES)
VERIFIER: Final = IN_USE.name


def verify(public_key: bytes, signature: bytes, message: bytes, library: Library = IN_USE) -> bool:
    """Tell whether signature over message is by public_key.

    RFC 8032 §5.1.7 without the cofactor, S < L, canonical encodings, no key and no R of small
    order: one rule for all nodes, or their sets would never become equal. The odd cases are in
    tests/vectors/signature_*.json. Wrong lengths are False. Safe in several threads at once;
    both libraries let other threads run meanwhile.
    """
    if len(public_key) != KEY_BYTES or len(signature) != SIGNATURE_BYTES:
        return False
    if not is_admissible_point(public_key) or not is_admissible_point(signature[:32]):
        return False
    return library.solves(public_key, signature, message)


# --- Pod ids as people see them ---

_TEXT_VERSION: Final = b"\x01"


def pod_id_text(pod_id: PodId) -> str:
    """Return the 56 characters by which people copy a pod id: key, checksum, version."""
    text = base64.b32encode(pod_id + _checksum(pod_id) + _TEXT_VERSION)
    return text.decode("ascii").lower()


def parse_pod_id(text: str) -> PodId:
    """Return the pod id that text shows; upper case, spaces and hyphens do no harm.

    A wrong character is found but once in 65,536 times. Raises UserError (invalid_pod_id).
    """
    compact = "".join(text.split()).replace("-", "")
    try:
        raw = base64.b32decode(compact.encode("ascii"), casefold=True)
    except (binascii.Error, UnicodeEncodeError):
        raw = b""
    pod_id = PodId(raw[:KEY_BYTES])
    if len(raw) != 35 or raw[KEY_BYTES:] != _checksum(pod_id) + _TEXT_VERSION:
        raise UserError(
            "invalid_pod_id",
            "That is not a pod id, or a character of it is wrong.",
            "Copy all 56 characters again, or scan the QR code.",
        )
    return pod_id


def short_id(pod_id: PodId) -> str:
    """Return the first 8 characters of the text form: for logs and tables, never for trust."""
    return pod_id_text(pod_id)[:8]


def _checksum(pod_id: bytes) -> bytes:
    return hashlib.sha256(TAG_POD_ID + pod_id + _TEXT_VERSION).digest()[:2]


# --- Certificates and keys ---


class Certificate(NamedTuple):
    """A pod key's word that working_key signs for it from this epoch on.

    epoch: below 2^53.  issued_s: Unix time, for people; nothing is decided by it.
    """

    wire: bytes
    pod_id: PodId
    epoch: int
    working_key: bytes
    issued_s: int
    hash: bytes

    @property
    def rank(self) -> tuple[int, bytes]:
        """Of two certificates of one pod the greater rank wins everywhere (R3)."""
        return (self.epoch, self.hash)

    @property
    def tag16(self) -> bytes:
        """The 16 bytes that stand for this certificate in tables."""
        return self.hash[:16]


_CERTIFICATE_VERSION: Final = 1
_Fields = tuple[int, bytes, int, bytes, int]  # version, pod id, epoch, working key, issued_s


def open_certificate(wire: bytes) -> Certificate:
    """Return the certificate in wire after checking the pod key's signature.

    Raises PeerError (too_large, malformed, not_canonical, unknown_version, bad_signature).
    """
    match decode(wire, max_bytes=MAX_CERTIFICATE_BYTES):
        case (bytes() as body, bytes() as signature) if len(signature) == SIGNATURE_BYTES:
            pass
        case _:
            raise PeerError("malformed", "certificate: not a body and a signature")
    fields = decode(body, max_bytes=MAX_CERTIFICATE_BYTES)
    if not _is_certifiable(fields):
        version = fields[0] if isinstance(fields, tuple) and fields else None
        is_foreign = type(version) is int and version != _CERTIFICATE_VERSION
        raise PeerError("unknown_version" if is_foreign else "malformed", "certificate: fields")
    _, pod_id, epoch, working_key, issued_s = fields
    if not verify(pod_id, signature, TAG_CERTIFICATE + body):
        raise PeerError("bad_signature", "certificate")
    digest = hashlib.sha256(TAG_CERTIFICATE + wire).digest()
    return Certificate(wire, PodId(pod_id), epoch, working_key, issued_s, digest)


def _is_certifiable(fields: object) -> TypeGuard[_Fields]:
    """Tell whether fields are those of a certificate, within bounds. A bool is no integer."""
    match fields:
        case (version, bytes() as pod_id, epoch, bytes() as working_key, issued_s):
            return (
                type(version) is type(epoch) is type(issued_s) is int
                and version == _CERTIFICATE_VERSION
                and len(pod_id) == len(working_key) == KEY_BYTES
                and 0 <= epoch < UINT53_END
                and 0 <= issued_s < VALID_UNTIL_END_S
            )
    return False


class PodKey:
    """The pod's identity. Made from the 24 words when it is needed, and not kept."""

    def __init__(self, seed: bytes) -> None:
        self.pod_id = PodId(_public_half(seed))
        self._seed = seed
        self._sign = IN_USE.signer(seed, self.pod_id)

    @classmethod
    def from_seed(cls, seed: bytes) -> "PodKey":
        """Return the key of this 32-byte seed. Raises LocalError (malformed)."""
        return cls(seed)

    def certify(self, epoch: int, working_key: bytes, issued_s: int) -> Certificate:
        """Return the certificate that makes working_key this pod's from epoch on.

        Raises LocalError (malformed) if a bound of docs/protocol.md §2 is broken.
        """
        fields = (_CERTIFICATE_VERSION, self.pod_id, epoch, working_key, issued_s)
        if not _is_certifiable(fields):
            raise LocalError("malformed", "certificate: bounds")
        body = encode(fields)
        wire = encode((body, self._sign(TAG_CERTIFICATE + body)))
        digest = hashlib.sha256(TAG_CERTIFICATE + wire).digest()
        return Certificate(wire, self.pod_id, epoch, working_key, issued_s, digest)

    def backup_private_key(self) -> bytes:
        """Return the X25519 key that opens backups: derived from the words, never kept."""
        hkdf = HKDF(algorithm=SHA256(), length=KEY_BYTES, salt=None, info=TAG_BACKUP_KEY)
        return hkdf.derive(self._seed)

    def backup_public_key(self) -> bytes:
        """Return the X25519 key to which backups are sealed; it stays with the pod."""
        private = X25519PrivateKey.from_private_bytes(self.backup_private_key())
        return private.public_key().public_bytes_raw()


class WorkingKey:
    """The key that lives on the Pi. public and seed: 32 bytes each."""

    def __init__(self, seed: bytes) -> None:
        self.public = _public_half(seed)
        self.seed = seed
        self._sign = IN_USE.signer(seed, self.public)

    @classmethod
    def from_seed(cls, seed: bytes) -> "WorkingKey":
        """Return the key of this 32-byte seed. Raises LocalError (malformed)."""
        return cls(seed)

    def sign(self, tag: bytes, data: bytes) -> bytes:
        """Return the 64-byte signature over tag + data. tag: one of TAG_*."""
        return self._sign(tag + data)


def _public_half(seed: bytes) -> bytes:
    if len(seed) != KEY_BYTES:
        raise LocalError("malformed", f"seed of {len(seed)} bytes")
    return Ed25519PrivateKey.from_private_bytes(seed).public_key().public_bytes_raw()
