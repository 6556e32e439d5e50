"""Set reconciliation: find which records two pods do not share, by what differs alone.

Spec: docs/protocol.md §6.5, which is Negentropy Protocol V1 as published; every message here is
byte for byte what its reference writes. The caller's side runs initiate and then compare for
each answer; the other side runs answer. Nothing is kept between two messages, so the index
may change meanwhile: then an item may be reported twice, or only by the next round.
"""

from collections.abc import Iterator
from typing import Final, NamedTuple

from protocol.blocks import ID_BYTES, Bound
from protocol.errors import LocalError, PeerError
from protocol.index_view import FINGERPRINT_BYTES, INFINITY, IndexView
from protocol.varint import encode_varint, read_varint

PROTOCOL_VERSION: Final = 0x61
VERSIONS: Final = range(0x60, 0x70)
SKIP, FINGERPRINT, ID_LIST = range(3)  # modes of a range
BUCKETS: Final = 16
MIN_FRAME_LIMIT: Final = 4096
FRAME_RESERVE: Final = 200
"""Bytes kept free below the frame limit, for the range that stands for all the rest."""


class Comparison(NamedTuple):
    """What one answer told. have: ids to offer.  need: ids to ask for.  reply: None = done.

    Over a whole round an id may come twice, so the caller takes each once.
    """

    have: list[bytes]
    need: list[bytes]
    reply: bytes | None


def initiate(view: IndexView) -> bytes:
    """Return the first message of a round: about 340 bytes, 1 KB at most."""
    message = _Message(view, frame_limit=0)
    message.split(0, len(view), INFINITY)
    return bytes(message.out)


def answer(view: IndexView, message: bytes, *, frame_limit: int) -> bytes:
    """Return the answer to a message of the side that started the round.

    frame_limit: bytes that the answer may have, 4096 at least; 0 for no limit.
    Time grows with the ranges in the message and the bytes in the answer, memory with the
    answer. Raises PeerError (malformed, not_canonical) and nothing else that bytes can cause.
    """
    if _version(message) != PROTOCOL_VERSION:
        return bytes((PROTOCOL_VERSION,))  # the published way to say which one we speak
    reply = _Message(view, frame_limit)
    low = 0
    for bound, mode, payload in read_ranges(message):
        if reply.is_full:
            continue  # but what follows must be well-formed too
        high = view.find(bound)
        if mode == SKIP or (mode == FINGERPRINT and view.fingerprint(low, high) == payload):
            reply.skip(bound)
        elif mode == FINGERPRINT:
            reply.split(low, high, bound)
        else:
            high = reply.list_ids(low, high, bound)
        reply.end_range(high)
        low = high
    return bytes(reply.out)


def compare(view: IndexView, message: bytes, *, frame_limit: int) -> Comparison:
    """Return what an answer tells us, and our next message.

    frame_limit and errors as for answer; another version is PeerError (unknown_version).
    """
    if (version := _version(message)) != PROTOCOL_VERSION:
        raise PeerError("unknown_version", f"reconciliation {version:#x}")
    have: list[bytes] = []
    need: list[bytes] = []
    reply = _Message(view, frame_limit)
    low = 0
    for bound, mode, payload in read_ranges(message):
        if reply.is_full:
            continue
        high = view.find(bound)
        if mode == FINGERPRINT and view.fingerprint(low, high) != payload:
            reply.split(low, high, bound)
        else:
            reply.skip(bound)
        if mode == ID_LIST:
            theirs = dict.fromkeys(_ids(payload))
            for _, record_id in view.items(low, high):
                if record_id in theirs:
                    del theirs[record_id]
                else:
                    have.append(record_id)
            need += theirs
        reply.end_range(high)
        low = high
    return Comparison(have, need, bytes(reply.out) if len(reply.out) > 1 else None)


def read_ranges(message: bytes) -> Iterator[tuple[Bound, int, bytes]]:
    """Yield (upper bound, mode, payload) of each range after the version byte.

    payload: the fingerprint, or the ids one after another. Raises PeerError (malformed,
    not_canonical) at the first fault. Bounds never descend, so an index is walked at most once.
    """
    at, stamp, last = 1, 0, (0, bytes(ID_BYTES))
    while at < len(message):
        code, at = read_varint(message, at)
        stamp = INFINITY[0] if code == 0 else stamp + code - 1
        if code and stamp >= INFINITY[0]:
            raise PeerError("malformed", "bound beyond infinity")
        size, at = read_varint(message, at)
        if size > ID_BYTES:
            raise PeerError("malformed", f"id prefix of {size} bytes")
        prefix, at = _take(message, at, size)
        padded = (stamp, prefix.ljust(ID_BYTES, b"\0"))
        # Equal is well-formed: a full frame may list up to infinity and then add the rest.
        if padded < last:
            raise PeerError("malformed", "bounds descend")
        last = padded
        mode, at = read_varint(message, at)
        payload = b""
        if mode == FINGERPRINT:
            payload, at = _take(message, at, FINGERPRINT_BYTES)
        elif mode == ID_LIST:
            count, at = read_varint(message, at)
            payload, at = _take(message, at, count * ID_BYTES)
        elif mode != SKIP:
            raise PeerError("malformed", f"range mode {mode}")
        yield (stamp, prefix), mode, payload


class _Message:
    """A message being written: the ranges so far, and a skip that is not written yet."""

    def __init__(self, view: IndexView, frame_limit: int) -> None:
        if frame_limit and frame_limit < MIN_FRAME_LIMIT:
            raise LocalError("too_large", f"frame limit {frame_limit}, least {MIN_FRAME_LIMIT}")
        self.out = bytearray((PROTOCOL_VERSION,))
        self.is_full = False
        self._view = view
        self._room = frame_limit - FRAME_RESERVE if frame_limit else None
        self._settled = 1  # length of `out` that stays if the range now written is too much
        self._last_stamp = 0
        self._skipped: Bound | None = None

    def skip(self, bound: Bound) -> None:
        """Settle everything up to bound; neighbouring skips become one, a last one none."""
        self._skipped = bound

    def split(self, low: int, high: int, bound: Bound) -> None:
        """Write the range that ends at bound and holds our items low to high - 1.

        Few items go as a list of ids, more as 16 fingerprints.
        """
        self._write_skip()
        if high - low < 2 * BUCKETS:
            self._write_ids(low, high, bound)
            return
        size, larger = divmod(high - low, BUCKETS)
        for bucket in range(BUCKETS):
            end = low + size + (bucket < larger)
            self._write_bound(self._border(end) if end < high else bound, FINGERPRINT)
            self.out += self._view.fingerprint(low, end)
            low = end

    def list_ids(self, low: int, high: int, bound: Bound) -> int:
        """Write the range that ends at bound as a list, or as much of it as the frame takes.

        Return the position up to which our items are in it.
        """
        room = None if self._room is None else self._room - len(self.out)
        self._write_skip()
        if room is not None and (fits := room // ID_BYTES + 1) < high - low:
            high = low + fits
            bound = self._view.item(high)
        self._write_ids(low, high, bound)
        self._settled = len(self.out)
        return high

    def end_range(self, high: int) -> None:
        """Keep the range just written if it fits, else one fingerprint of all that is left.

        high: position of our first item above the range.
        """
        if self._room is not None and len(self.out) > self._room:
            del self.out[self._settled :]
            self._write_bound(INFINITY, FINGERPRINT)
            self.out += self._view.fingerprint(high, len(self._view))
            self.is_full = True
        self._settled = len(self.out)

    def _write_skip(self) -> None:
        if self._skipped is not None:
            self._write_bound(self._skipped, SKIP)
            self._skipped = None

    def _write_ids(self, low: int, high: int, bound: Bound) -> None:
        self._write_bound(bound, ID_LIST)
        self.out += encode_varint(high - low)
        self.out += b"".join([record_id for _, record_id in self._view.items(low, high)])

    def _write_bound(self, bound: Bound, mode: int) -> None:
        stamp_s, prefix = bound
        code = 0 if stamp_s == INFINITY[0] else 1 + stamp_s - self._last_stamp
        self._last_stamp = stamp_s
        self.out += encode_varint(code)
        self.out.append(len(prefix))
        self.out += prefix
        self.out.append(mode)

    def _border(self, position: int) -> Bound:
        """Return the shortest bound between the items before and at position."""
        (stamp_before, before), (stamp_s, record_id) = self._view.items(position - 1, position + 1)
        if stamp_s != stamp_before:
            return stamp_s, b""
        pairs = enumerate(zip(before, record_id, strict=True))
        return stamp_s, record_id[: 1 + next(at for at, (left, right) in pairs if left != right)]


def _version(message: bytes) -> int:
    """Return the version byte, which need not be one that we speak."""
    if not message or message[0] not in VERSIONS:
        raise PeerError("malformed", "no version of set reconciliation")
    return message[0]


def _take(message: bytes, at: int, size: int) -> tuple[bytes, int]:
    """Return (bytes, where they end); refused before anything is copied if they are not there."""
    if size > len(message) - at:
        raise PeerError("malformed", f"{size} bytes announced, {len(message) - at} left")
    return message[at : at + size], at + size


def _ids(payload: bytes) -> list[bytes]:
    return [payload[at : at + ID_BYTES] for at in range(0, len(payload), ID_BYTES)]
