"""What stands in a bundle for one neighbour alone: parts, signed by its creator and sealed.

Spec: docs/protocol.md §14.3 (R9, R13). Sealing hides; it does not say who sealed. So each part
is signed too, over the head of its bundle and its number in it: no carrier takes a part out of
one bundle and puts it into another, or its own among those of the creator.
"""

from typing import Final, NamedTuple

from protocol.codec import decode, encode
from protocol.errors import PeerError
from protocol.identity import TAG_BUNDLE_PART, WorkingKey, verify
from protocol.limits import MAX_FRAME_BYTES
from protocol.sealed import MailKey, seal

_NUMBER_BYTES: Final = 4


class Sealed(NamedTuple):
    """A sealed part as it was read. place: what it is bound to."""

    place: bytes
    data: bytes


def place_of(head_digest: bytes, number: int) -> bytes:
    """Return what part number (from 0) of the bundle with this head is bound to.

    head_digest: SHA-256 of the head as it stands in the file.
    """
    return TAG_BUNDLE_PART + head_digest + number.to_bytes(_NUMBER_BYTES, "big")


def seal_part(part: bytes, to: bytes, *, key: WorkingKey, place: bytes) -> bytes:
    """Return part, signed by key and sealed to a public mail key.

    Raises PeerError (cannot_open) for a mail key that is none.
    """
    return seal(encode((key.sign(place, part), part)), to, info=place)


def open_part(sealed: Sealed, mail_key: MailKey, signer: bytes) -> bytes:
    """Return the part that was sealed. signer: the working key of the bundle's creator.

    Raises PeerError (cannot_open, bad_signature, malformed, not_canonical).
    """
    plain = mail_key.open_sealed(sealed.data, info=sealed.place)
    match decode(plain, max_bytes=MAX_FRAME_BYTES):
        case (bytes(signature), bytes(part)):
            pass
        case _:
            raise PeerError("malformed", "sealed part")
    if not verify(signer, signature, sealed.place + part):
        raise PeerError("bad_signature", "sealed part")
    return part
