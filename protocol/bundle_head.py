"""What the creator of a bundle says and signs of the whole file: its first part.

Spec: docs/protocol.md §14.1 (R13).
"""

from typing import Final, NamedTuple

from protocol.clock import ClockState
from protocol.codec import decode, encode
from protocol.errors import PeerError
from protocol.frame_bytes import read_table, write_table
from protocol.identity import TAG_BUNDLE, Certificate, WorkingKey, open_certificate, verify
from protocol.limits import (
    MAX_BUNDLE_RECORDS,
    MAX_FRAME_BYTES,
    MAX_SEALED_PARTS,
    MAX_TABLE_ENTRIES,
    UINT53_END,
    VALID_UNTIL_END_S,
)
from protocol.sealed import KEY_ID_BYTES
from protocol.trust import Table

RUN_ID_BYTES: Final = 16
HEAD_CODE: Final = 64
"""Codes of frames end below it."""
_CLOCKS: Final = tuple(ClockState)  # by their codes: 0 unset, 1 guess, 2 synced


class Head(NamedTuple):
    """What the creator says and signs of the whole file.

    run_id: of the process that wrote it.  created_ms: Unix time, worth what clock says.
    floor_s: nothing stamped below it is inside.  table: what the creator would tell a
    neighbour.  certificates, records, ids: how many of each follow, for all.  sealed_to: id of
    the mail key to which the sealed parts are sealed, empty if there are none; sealed: how many.
    """

    certificate: Certificate
    run_id: bytes
    created_ms: int
    clock: ClockState
    floor_s: int
    table: Table
    certificates: int
    records: int
    ids: int
    sealed_to: bytes = b""
    sealed: int = 0


def write_head(key: WorkingKey, head: Head) -> bytes:
    """Return the first part of a bundle, signed. key: the working key of head.certificate."""
    body = encode(
        (
            head.certificate.wire,
            head.run_id,
            head.created_ms,
            _CLOCKS.index(head.clock),
            head.floor_s,
            write_table(head.table),
            head.certificates,
            head.records,
            head.ids,
            head.sealed_to,
            head.sealed,
        )
    )
    return encode((HEAD_CODE, body, key.sign(TAG_BUNDLE, body)))


def read_head(data: bytes) -> Head:
    """Return what the first part says. Raises PeerError (malformed, bad_signature, ...)."""
    value = decode(data, max_bytes=MAX_FRAME_BYTES)
    match value:
        case (int(code), bytes(body), bytes(signature)) if code == HEAD_CODE:
            head = _open_head(body)
        case _:
            raise PeerError("malformed", "head")
    if not verify(head.certificate.working_key, signature, TAG_BUNDLE + body):
        raise PeerError("bad_signature", "head of a bundle")
    return head


def _open_head(body: bytes) -> Head:
    match decode(body, max_bytes=MAX_FRAME_BYTES):
        case (
            bytes(wire), bytes(run_id), int(created_ms), int(clock), int(floor_s), bytes(table),
            int(certificates), int(records), int(ids), bytes(sealed_to), int(sealed),
        ):  # fmt: skip
            pass
        case _:
            raise PeerError("malformed", "head")
    bounds = (
        (created_ms, UINT53_END),
        (clock, len(_CLOCKS)),
        (floor_s, VALID_UNTIL_END_S),
        (certificates, MAX_TABLE_ENTRIES + 1),
        (records, MAX_BUNDLE_RECORDS + 1),
        (ids, MAX_BUNDLE_RECORDS + 1),
        (sealed, MAX_SEALED_PARTS + 1),
    )
    # A bool is no integer here, whatever Python says.
    if any(type(number) is not int or not 0 <= number < end for number, end in bounds):
        raise PeerError("malformed", "number in a head")
    if len(run_id) != RUN_ID_BYTES or len(sealed_to) != (KEY_ID_BYTES if sealed else 0):
        raise PeerError("malformed", "id in a head")
    return Head(
        open_certificate(wire),
        run_id,
        created_ms,
        _CLOCKS[clock],
        floor_s,
        read_table(table),
        certificates,
        records,
        ids,
        sealed_to,
        sealed,
    )
