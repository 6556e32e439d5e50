"""One signed record: its header, its id, its slot, and which of two versions wins.

Spec: docs/protocol.md §4. The payload is opaque here: kinds.py knows who may look inside.
read_record runs once for every record that arrives, so it checks by hand and walks nothing.
"""

import re
from enum import IntEnum
from hashlib import sha256
from typing import Final, NamedTuple

from protocol.codec import decode_flat, encode_row
from protocol.errors import LocalError, PeerError
from protocol.identity import KEY_BYTES, SIGNATURE_BYTES, TAG_RECORD, PodId, WorkingKey, verify
from protocol.limits import KIND_END, MAX_BODY_BYTES, UINT53_END, VALID_UNTIL_END_S

RECORD_VERSION: Final = 1
RID_BYTES: Final = 16

_FIELDS: Final = 9
_BEGINNING: Final = bytes((0x90 | _FIELDS, RECORD_VERSION))


class Scope(IntEnum):
    """How far the author lets a record go. Signed, so no relay can widen it."""

    NEAR = 1  # direct neighbours of the author, not passed on
    NETWORK = 2  # anyone


Slot = tuple[PodId, int, int, bytes]
"""(author, scope, kind, rid): what a greater version replaces (R1)."""


class Record(NamedTuple):
    """One record as received; body and signature are kept for ever as they came.

    stamp_ms: Unix time of signing.  valid_until_s: Unix time after which readers see the
    listing as closed, 0 for none.  payload: None for a withdrawal (tombstone).
    """

    id: bytes
    author: PodId
    epoch: int
    kind: int
    rid: bytes
    stamp_ms: int
    scope: int
    valid_until_s: int
    payload: bytes | None
    body: bytes
    signature: bytes

    @property
    def slot(self) -> Slot:
        return (self.author, self.scope, self.kind, self.rid)

    @property
    def rank(self) -> tuple[int, int, bytes]:
        """Of two records in one slot the greater rank wins everywhere (R1)."""
        return (self.epoch, self.stamp_ms, self.id)

    @property
    def is_tombstone(self) -> bool:
        return self.payload is None

    @property
    def wire(self) -> tuple[bytes, bytes]:
        return (self.body, self.signature)


def seal(
    key: WorkingKey,
    *,
    author: PodId,
    epoch: int,
    kind: int,
    rid: bytes,
    stamp_ms: int,
    scope: int,
    valid_until_s: int,
    payload: bytes | None,
) -> Record:
    """Return the signed record. Raises LocalError (malformed, too_large) on a broken bound."""
    scope = int(scope)  # a Scope in, a plain integer kept: it is compared, stored and packed
    header = (author, epoch, kind, rid, stamp_ms, scope, valid_until_s, payload)
    if fault := _header_fault(*header):
        raise LocalError("malformed", fault)
    body = encode_row((RECORD_VERSION, *header))
    if len(body) > MAX_BODY_BYTES:
        raise LocalError("too_large", f"{len(body)} bytes")
    return Record(sha256(TAG_RECORD + body).digest(), *header, body, key.sign(TAG_RECORD, body))


def read_record(body: bytes, signature: bytes) -> Record:
    """Return the record in body. The signature is not checked: see has_valid_signature.

    Raises PeerError (too_large, unknown_version, malformed, not_canonical) and nothing else.
    """
    if len(body) > MAX_BODY_BYTES:
        raise PeerError("too_large", f"body of {len(body)} bytes")
    if len(signature) != SIGNATURE_BYTES:
        raise PeerError("malformed", f"signature of {len(signature)} bytes")
    if body[:2] != _BEGINNING:
        raise _foreign(body[:2])
    header = decode_flat(body, fields=_FIELDS)[1:]
    if fault := _header_fault(*header):
        raise PeerError("malformed", fault)
    return Record._make((sha256(TAG_RECORD + body).digest(), *header, body, signature))


def has_valid_signature(record: Record, working_key: bytes) -> bool:
    """Tell whether record was signed by working_key, the one its author's certificate names."""
    return verify(working_key, record.signature, TAG_RECORD + record.body)


def rids_that_begin(digits: str) -> tuple[bytes, bytes] | None:
    """Return the least and the greatest rid that begin so, None if none can.

    digits: hexadecimal, upper or lower case, as people type them.
    """
    most = 2 * RID_BYTES
    if not re.fullmatch(rf"[0-9a-fA-F]{{0,{most}}}", digits):
        return None
    return bytes.fromhex(digits.ljust(most, "0")), bytes.fromhex(digits.ljust(most, "f"))


def _header_fault(
    author: object,
    epoch: object,
    kind: object,
    rid: object,
    stamp_ms: object,
    scope: object,
    valid_until_s: object,
    payload: object,
) -> str:
    """Return the name of the first field out of its bounds, or "". A bool is no integer here."""
    if type(author) is not bytes or len(author) != KEY_BYTES:
        return "author"
    if type(epoch) is not int or not 0 <= epoch < UINT53_END:
        return "epoch"
    if type(kind) is not int or not 0 <= kind < KIND_END:
        return "kind"
    if type(rid) is not bytes or len(rid) != RID_BYTES:
        return "rid"
    if type(stamp_ms) is not int or not 0 <= stamp_ms < UINT53_END:
        return "stamp_ms"
    if type(scope) is not int or not 1 <= scope <= 2:
        return "scope"
    if type(valid_until_s) is not int or not 0 <= valid_until_s < VALID_UNTIL_END_S:
        return "valid_until_s"
    if payload is not None and type(payload) is not bytes:
        return "payload"
    return ""


def _foreign(beginning: bytes) -> PeerError:
    """Return the error for a body that does not begin as version 1 does.

    Bodies of every version are short arrays whose first item is the version, below 128: so
    much must be readable for ever, or a later version could not be told from rubbish.
    """
    is_array = len(beginning) == 2 and 0x91 <= beginning[0] <= 0x9F
    if is_array and beginning[1] <= 0x7F and beginning[1] != RECORD_VERSION:
        return PeerError("unknown_version", f"record version {beginning[1]}")
    return PeerError("malformed", f"body begins {beginning.hex()}")
