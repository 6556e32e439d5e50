"""Opening what arrives: from the wires of one frame to records whose signatures hold.

Spec: docs/protocol.md §4.5. This is where the time of a first sync goes, so it needs nothing
but keys: several frames can be opened at once, in threads, ahead of the one that stores them.
"""

from collections.abc import Callable, Iterable
from typing import NamedTuple, TypeAlias

from protocol.errors import PeerError, Refusal
from protocol.frames import Wire
from protocol.identity import PodId
from protocol.record import Record, has_valid_signature, read_record

KeysOf: TypeAlias = Callable[[PodId, int], tuple[bytes, ...]]
"""(author, epoch) -> working keys that may have signed; empty if no certificate is known."""


class Opened(NamedTuple):
    """One wire after opening.

    record: None if the bytes are not a record.  refusal: why it is not taken, if it is not.
    key: the working key that signed it. None without a refusal: no certificate of its epoch
    is known yet, and the record must wait (R3).
    """

    record: Record | None
    refusal: Refusal | None
    key: bytes | None


def open_batch(wires: Iterable[Wire], keys_of: KeysOf) -> list[Opened]:
    """Return each wire opened, in order. Nothing is raised for what a peer sent."""
    return [_open(body, signature, keys_of) for body, signature in wires]


def check_again(record: Record, keys_of: KeysOf) -> Opened:
    """Return the record checked with the keys known now."""
    keys = keys_of(record.author, record.epoch)
    for key in keys:
        if has_valid_signature(record, key):
            return Opened(record, None, key)
    return Opened(record, Refusal.BAD_SIGNATURE if keys else None, None)


def _open(body: bytes, signature: bytes, keys_of: KeysOf) -> Opened:
    try:
        record = read_record(body, signature)
    except PeerError as err:
        return Opened(None, Refusal(err.code), None)
    return check_again(record, keys_of)
