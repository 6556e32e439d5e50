"""A bundle: what a pod holds for all, as one file that a person carries down the road.

Spec: docs/protocol.md §14 (R13). Bytes out, bytes in, part by part, so that neither side ever
holds a whole file. Records and certificates stand in it as the frames of §7.2. Here the form,
the bounds and the creator's signature are checked; each record still has to verify alone. What
is for one neighbour alone stands in parts sealed to it (sealed_part.py).
"""

from collections.abc import Iterable, Iterator
from hashlib import sha256
from typing import Final, NamedTuple, TypeAlias

from protocol.bundle_head import Head, read_head, write_head
from protocol.codec import decode, encode
from protocol.errors import LocalError, PeerError
from protocol.frame_bytes import decode_frame, encode_frame
from protocol.frames import Certificates, MailBatch, MailTokens, Records, Wire
from protocol.identity import WorkingKey
from protocol.limits import (
    BUNDLE_PART_BYTES,
    CERTIFICATES_PER_FRAME,
    IDS_PER_FRAME,
    MAIL_PER_FRAME,
    MAX_FRAME_BYTES,
    SHORT_ID_BYTES,
)
from protocol.parts import in_batches, in_parts
from protocol.sealed import MailKey
from protocol.sealed_part import Sealed, open_part, place_of, seal_part

MAGIC: Final = b"mutualpod bundle"
BUNDLE_VERSION: Final = 1
MAIL_PER_PART: Final = 10
"""About as many bytes as in a part of records."""
_SIZE_BYTES: Final = 4

_IDS: Final = 65
_END: Final = 66
_SEALED: Final = 67


class Ids(NamedTuple):
    """Beginnings of ids of network records that the creator holds, in the file or not."""

    short_ids: tuple[bytes, ...]


class End(NamedTuple):
    """The closing part. is_whole: every byte and every record is as the creator wrote it."""

    is_whole: bool


Inner: TypeAlias = Records | Ids | MailBatch | MailTokens
"""What a sealed part can hold."""
Part: TypeAlias = Head | Certificates | Records | Ids | Sealed | End


class For(NamedTuple):
    """What a bundle holds for one neighbour alone. mail_key: its public one."""

    mail_key: bytes
    parts: Iterable[Inner]


# --- Writing ---


def write_bundle(
    key: WorkingKey,
    head: Head,
    certificates: Iterable[bytes],
    wires: Iterable[Wire],
    short_ids: Iterable[bytes],
    alone: For | None = None,
) -> Iterator[bytes]:
    """Yield the bytes of a bundle, one part at a time.

    key: the working key of head.certificate. The others: as many as head says, certificates in
    their wire form. Raises LocalError (conflict) at the end if they were not as many, and
    PeerError (cannot_open) for a mail key to which nothing can be sealed.
    """
    digest = sha256()
    left = _counts(head)

    def parts() -> Iterator[bytes]:
        first = write_head(key, head)
        yield first
        for wires_of_some in in_parts(certificates, CERTIFICATES_PER_FRAME):
            left[Certificates] -= len(wires_of_some)
            yield encode_frame(Certificates(wires_of_some))
        for sealed in _sealed_parts(key, first, alone):
            left[Sealed] -= 1
            yield sealed
        for batch in in_batches(wires, BUNDLE_PART_BYTES):
            left[Records] -= len(batch)
            yield encode_frame(Records(batch))
        for some in in_parts(short_ids, IDS_PER_FRAME):
            left[Ids] -= len(some)
            yield _plain(Ids(some))

    piece = MAGIC + bytes((BUNDLE_VERSION,))
    for part in parts():
        piece += _framed(part)
        digest.update(piece)
        yield piece
        piece = b""
    if any(left.values()):
        raise LocalError("conflict", "other counts than in the head")
    yield _framed(encode((_END, digest.digest())))


def _sealed_parts(key: WorkingKey, head: bytes, alone: For | None) -> Iterator[bytes]:
    if alone is None:
        return
    head_digest = sha256(head).digest()
    for number, part in enumerate(alone.parts):
        place = place_of(head_digest, number)
        yield encode((_SEALED, seal_part(_plain(part), alone.mail_key, key=key, place=place)))


def _plain(part: Inner) -> bytes:
    return encode((_IDS, b"".join(part.short_ids))) if isinstance(part, Ids) else encode_frame(part)


def inner_parts(
    wires: Iterable[Wire],
    short_ids: Iterable[bytes],
    mail: Iterable[bytes] = (),
    tokens: Iterable[bytes] = (),
) -> Iterator[Inner]:
    """Yield what is for one neighbour alone in parts of the size that a tear may cost."""
    yield from map(Records, in_batches(wires, BUNDLE_PART_BYTES))
    yield from map(MailBatch, in_parts(mail, MAIL_PER_PART))
    yield from map(MailTokens, in_parts(tokens, MAIL_PER_FRAME))
    yield from map(Ids, in_parts(short_ids, IDS_PER_FRAME))


def _counts(head: Head) -> dict[type, int]:
    return {
        Certificates: head.certificates,
        Records: head.records,
        Ids: head.ids,
        Sealed: head.sealed,
    }


def _framed(part: bytes) -> bytes:
    return len(part).to_bytes(_SIZE_BYTES, "big") + part


# --- Reading ---


def read_bundle(chunks: Iterable[bytes]) -> Iterator[Part]:
    """Yield the parts of a bundle, its Head first, as they come in.

    chunks: the file, cut anywhere. Of a file that is torn come the parts before the tear, and
    no End. Raises PeerError (malformed, not_canonical, too_large, unknown_version,
    bad_signature) where the bytes stop to be a bundle; what came before was one.
    """
    source = _Source(chunks)
    left: dict[type, int] | None = None
    beginning = source.take(len(MAGIC) + 1)
    if beginning is None:
        return
    _check_beginning(beginning)
    digest = sha256(beginning)
    while (size := source.take(_SIZE_BYTES)) is not None:
        data = source.take(_checked_size(size))
        if data is None:
            return
        if left is None:
            head = read_head(data)
            left, head_digest = _counts(head), sha256(data).digest()
            yield head
        elif _code_of(data) == _SEALED:
            place = place_of(head_digest, head.sealed - left[Sealed])
            sealed = Sealed(place, _read_bytes(data))
            _count(Sealed, 1, left)
            yield sealed
        else:
            part = _read_part(data, digest.digest())
            if isinstance(part, End):
                _expect_nothing_after(source)
                yield End(part.is_whole and not any(left.values()))
                return
            (items,) = part
            _count(type(part), len(items), left)
            yield part
        digest.update(size + data)


def open_sealed(sealed: Sealed, head: Head, mail_key: MailKey) -> Inner:
    """Return what was sealed for us alone in the bundle with this head.

    Raises PeerError (cannot_open, bad_signature, malformed, not_canonical, ...).
    """
    data = open_part(sealed, mail_key, head.certificate.working_key)
    part = _read_ids(_read_bytes(data)) if _code_of(data) == _IDS else decode_frame(data)
    if not isinstance(part, Inner) or not part[0]:
        raise PeerError("malformed", f"{type(part).__name__} sealed")
    return part


class _Source:
    """Takes pieces of any length from chunks of any length."""

    def __init__(self, chunks: Iterable[bytes]) -> None:
        self._chunks = iter(chunks)
        self._held = bytearray()

    def take(self, size: int) -> bytes | None:
        """Return the next size bytes, or None if the chunks end before."""
        while len(self._held) < size:
            chunk = next(self._chunks, None)
            if chunk is None:
                return None
            self._held += chunk
        taken = bytes(self._held[:size])
        del self._held[:size]
        return taken


def _count(kind: type, items: int, left: dict[type, int]) -> None:
    """Hold the parts to what the head says of them: so a file of any length has an end."""
    left[kind] -= items
    if not items or left[kind] < 0:
        raise PeerError("malformed", f"{items} {kind.__name__} in a part")


def _check_beginning(beginning: bytes) -> None:
    if beginning[:-1] != MAGIC:
        raise PeerError("malformed", "not a bundle")
    if beginning[-1] != BUNDLE_VERSION:
        raise PeerError("unknown_version", f"bundle version {beginning[-1]}")


def _checked_size(size: bytes) -> int:
    number = int.from_bytes(size, "big")
    if not 0 < number <= MAX_FRAME_BYTES:
        raise PeerError("too_large" if number else "malformed", f"part of {number} bytes")
    return number


def _expect_nothing_after(source: _Source) -> None:
    if source.take(1) is not None:
        raise PeerError("malformed", "bytes after the end")


def _read_part(data: bytes, digest: bytes) -> Certificates | Records | Ids | End:
    """Return the part that data is. digest: of all before it."""
    code = _code_of(data)
    if code not in (_IDS, _END):
        frame = decode_frame(data)
        if not isinstance(frame, Certificates | Records):
            raise PeerError("malformed", f"{type(frame).__name__} in a bundle")
        return frame
    value = _read_bytes(data)
    if code == _END:
        if len(value) != len(digest):
            raise PeerError("malformed", "end")
        return End(value == digest)
    return _read_ids(value)


def _read_bytes(data: bytes) -> bytes:
    """Return the one field of a part that is bytes."""
    value = decode(data, max_bytes=MAX_FRAME_BYTES)
    if type(value) is not tuple or len(value) != 2 or type(value[1]) is not bytes:
        raise PeerError("malformed", "part")
    return value[1]


def _code_of(data: bytes) -> int:
    """Return the first item of a short array of two; codes below 128 are one byte."""
    return data[1] if len(data) > 1 and data[0] == 0x92 else -1


def _read_ids(packed: bytes) -> Ids:
    if len(packed) % SHORT_ID_BYTES or len(packed) > IDS_PER_FRAME * SHORT_ID_BYTES:
        raise PeerError("malformed", f"ids of {len(packed)} bytes")
    starts = range(0, len(packed), SHORT_ID_BYTES)
    return Ids(tuple(packed[at : at + SHORT_ID_BYTES] for at in starts))
