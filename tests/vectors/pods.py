"""The two pods of the vectors, and certificates of theirs, made without our own code."""

from hashlib import sha256
from typing import Any, Final

import msgpack

from tests import edwards

POD_SEED: Final = bytes(range(32))
WORKING_SEED: Final = bytes(range(32, 64))
OTHER_SEED: Final = bytes(range(64, 96))
OTHER_WORKING_SEED: Final = bytes(range(96, 128))
POD: Final = edwards.public_key(POD_SEED)
WORKING: Final = edwards.public_key(WORKING_SEED)
OTHER: Final = edwards.public_key(OTHER_SEED)
OTHER_WORKING: Final = edwards.public_key(OTHER_WORKING_SEED)
EPOCH: Final = 1_790_000_000
CERTIFICATE_TAG: Final = b"mutualpod/1 certificate\0"


def certificate_body(*, rest: tuple[Any, ...] = (), **changed: Any) -> bytes:
    fields = {"version": 1, "pod_id": POD, "epoch": EPOCH, "working_key": WORKING}
    fields |= {"issued_s": EPOCH + 1} | changed
    kept = [value for value in fields.values() if value is not ...]
    return msgpack.packb((*kept, *rest))


def certificate_wire(body: bytes, *, seed: bytes = POD_SEED, tag: bytes = CERTIFICATE_TAG) -> bytes:
    return msgpack.packb((body, edwards.sign(seed, tag + body)))


def other_certificate(*, epoch: int = EPOCH + 100, issued_s: int = EPOCH + 101) -> bytes:
    """Return the wire of a certificate of the second pod."""
    names = {"pod_id": OTHER, "working_key": OTHER_WORKING, "epoch": epoch, "issued_s": issued_s}
    return certificate_wire(certificate_body(**names), seed=OTHER_SEED)


def certificate_hash(wire: bytes) -> bytes:
    return sha256(CERTIFICATE_TAG + wire).digest()
