"""The bytes of frames: a canonical msgpack array each, whose first value is its code.

Spec: docs/protocol.md §7.2. Here only shapes and bounds are checked. The same bytes stand in
bundles, and a table is kept as one frame.
"""

from collections.abc import Callable
from struct import Struct
from typing import Any, Final, TypeAlias, cast

from protocol.codec import decode, encode_row
from protocol.errors import ERRORS, LocalError, PeerError
from protocol.frames import (
    SETS,
    Bye,
    Certificates,
    Frame,
    Gone,
    Hello,
    MailBatch,
    MailOffers,
    MailTokens,
    MailWant,
    Offer,
    Ping,
    Pong,
    Ranges,
    Records,
    Refused,
    RoundDone,
    RoundWanted,
    Sets,
    SetsReply,
    Summary,
    TableFrame,
    Want,
    WantCertificates,
    Wire,
)
from protocol.limits import (
    CERTIFICATES_PER_FRAME,
    IDS_PER_FRAME,
    MAIL_PER_FRAME,
    MAX_BODY_BYTES,
    MAX_CERTIFICATE_BYTES,
    MAX_FRAME_BYTES,
    MAX_MAIL_BYTES,
    MAX_TABLE_ENTRIES,
    REACH_HOPS,
    RECORDS_PER_FRAME,
    SHORT_ID_BYTES,
    UINT53_END,
    VALID_UNTIL_END_S,
)
from protocol.mail import TOKEN_BYTES
from protocol.trust import CERTIFICATE_TAG_BYTES, EMPTY_TABLE, Entry, Table

Check: TypeAlias = Callable[[Any], Any]
"""Takes a decoded value, returns it (or what it stands for), or raises ValueError.

What has the right type and is more than may be is too_large, as anywhere else."""


def _number(below: int) -> Check:
    def check(value: Any) -> int:
        if type(value) is not int or not 0 <= value < below:
            raise ValueError("number")
        return value

    return check


def _bytes(length: int) -> Check:
    def check(value: Any) -> bytes:
        if type(value) is not bytes or len(value) != length:
            raise ValueError("bytes")
        return value

    return check


def _some_bytes(most: int) -> Check:
    def check(value: Any) -> bytes:
        if type(value) is not bytes or not value:
            raise ValueError("bytes")
        if len(value) > most:
            raise PeerError("too_large", f"{len(value)} bytes, limit {most}")
        return value

    return check


def _flag(value: Any) -> bool:
    if type(value) is not bool:
        raise ValueError("flag")
    return value


def _known_code(value: Any) -> str:
    if type(value) is not str or value not in ERRORS:
        raise ValueError("code")
    return value


def _or_nil(check: Check) -> Check:
    return lambda value: None if value is None else check(value)


def _list(check: Check, most: int) -> Check:
    def check_all(value: Any) -> tuple[Any, ...]:
        if type(value) is not tuple:
            raise ValueError("list")
        if len(value) > most:
            raise PeerError("too_large", f"list of {len(value)}, limit {most}")
        return tuple([check(item) for item in value])

    return check_all


def _row(make: Callable[..., Any], *checks: Check) -> Check:
    def check(value: Any) -> Any:
        if type(value) is not tuple or len(value) != len(checks):
            raise ValueError("row")
        return make(*[check(item) for check, item in zip(checks, value, strict=True)])

    return check


def _wire(value: Any) -> Wire:
    body, signature = value if type(value) is tuple and len(value) == 2 else (None, None)
    if type(body) is not bytes or type(signature) is not bytes or len(signature) != 64:
        raise ValueError("wire")
    if len(body) > MAX_BODY_BYTES:
        raise PeerError("too_large", f"body of {len(body)} bytes")
    return body, signature


_hash = _bytes(32)
_seconds = _number(VALID_UNTIL_END_S)
_now = _or_nil(_seconds)
_counter = _number(UINT53_END)
_ids = _list(_hash, IDS_PER_FRAME)
_short_ids = _list(_bytes(SHORT_ID_BYTES), IDS_PER_FRAME)
_entry = _row(
    Entry,
    _hash,
    _number(UINT53_END),
    _bytes(CERTIFICATE_TAG_BYTES),
    _number(REACH_HOPS + 1),
    _flag,
)
_summary = _row(Summary, _counter, _bytes(16))
_offer = _row(Offer, _hash, _hash, _number(UINT53_END), _seconds, _hash)


def _four(check: Check) -> Check:
    checks = _row(lambda *items: items, *[check] * SETS)
    return checks


# code -> (frame, what each of its fields must be). Codes are never used again for another.
_SHAPES: Final[dict[int, tuple[type[Any], tuple[Check, ...]]]] = {
    1: (Hello, (_number(256), _flag, _seconds, _now, _hash, _hash)),
    2: (
        TableFrame,
        (_or_nil(_hash), _list(_entry, MAX_TABLE_ENTRIES), _list(_hash, MAX_TABLE_ENTRIES), _hash),
    ),
    3: (WantCertificates, (_list(_hash, CERTIFICATES_PER_FRAME),)),
    4: (Certificates, (_list(_some_bytes(MAX_CERTIFICATE_BYTES), CERTIFICATES_PER_FRAME),)),
    5: (Sets, (_counter, _seconds, _now, _hash, _hash, _four(_summary))),
    6: (SetsReply, (_counter, _number(3), _seconds, _now, _four(_flag))),
    7: (Ranges, (_counter, _number(SETS), _some_bytes(MAX_FRAME_BYTES))),
    8: (Want, (_short_ids,)),
    9: (Records, (_list(_wire, RECORDS_PER_FRAME),)),
    10: (Gone, (_short_ids,)),
    11: (Refused, (_ids,)),
    12: (RoundDone, (_counter,)),
    13: (RoundWanted, ()),
    14: (Ping, (_seconds, _now)),
    15: (Pong, (_seconds, _now)),
    16: (Bye, (_known_code, _or_nil(_some_bytes(MAX_CERTIFICATE_BYTES)))),
    17: (MailOffers, (_list(_offer, MAIL_PER_FRAME),)),
    18: (MailWant, (_list(_hash, MAIL_PER_FRAME),)),
    19: (MailBatch, (_list(_some_bytes(MAX_MAIL_BYTES), MAIL_PER_FRAME),)),
    20: (MailTokens, (_list(_bytes(TOKEN_BYTES), MAIL_PER_FRAME),)),
}
_CODES: Final = {frame: code for code, (frame, _) in _SHAPES.items()}
_MAX_FRAME_ITEMS: Final = 2 + 4 + 6 * MAX_TABLE_ENTRIES + MAX_TABLE_ENTRIES


def encode_frame(frame: Frame) -> bytes:
    """Return the bytes of frame. LocalError if they pass MAX_FRAME_BYTES."""
    data = encode_row((_CODES[type(frame)], *frame))
    if len(data) > MAX_FRAME_BYTES:
        raise LocalError("too_large", f"{type(frame).__name__} of {len(data)} bytes")
    return data


def decode_frame(data: bytes) -> Frame:
    """Return the frame that data is. PeerError (too_large, malformed, not_canonical) only."""
    wires = _wires_in(data)
    if wires is not None:
        return Records(wires)
    value = decode(data, max_bytes=MAX_FRAME_BYTES, max_items=_MAX_FRAME_ITEMS)
    if type(value) is not tuple or not value or type(value[0]) is not int:
        raise PeerError("malformed", "not a frame")
    if value[0] not in _SHAPES:
        raise PeerError("malformed", f"frame code {value[0]}")
    frame, checks = _SHAPES[value[0]]
    try:
        return cast(Frame, _row(frame, *checks)(value[1:]))
    except ValueError as err:
        raise PeerError("malformed", f"{frame.__name__}: {err}") from err


_ONE_WIRE: Final = Struct(">BBH")
"""How a wire begins: an array of two, a byte string, and its length in two bytes or in one."""


def _wires_in(data: bytes) -> tuple[Wire, ...] | None:
    """Return what a well-formed frame of records holds, the quick way for a first sync.

    None for any other bytes: whether they are a frame, or what is wrong with them, decode says.
    """
    if len(data) > MAX_FRAME_BYTES or data[:3] != b"\x92\x09\xdc":
        return None
    count, at = int.from_bytes(data[3:5], "big"), 5
    if not 16 <= count <= RECORDS_PER_FRAME:
        return None
    wires: list[Wire] = []
    while at < len(data) - _ONE_WIRE.size:
        pair, kind, size = _ONE_WIRE.unpack_from(data, at)
        if kind == 0xC4:
            begin, size = at + 3, size >> 8
        elif kind == 0xC5 and 256 <= size <= MAX_BODY_BYTES:
            begin = at + 4
        else:
            return None
        end = begin + size
        at = end + 66
        if pair != 0x92 or data[end : end + 2] != b"\xc4\x40":
            return None
        wires.append((data[begin:end], data[end + 2 : at]))
    return tuple(wires) if at == len(data) and len(wires) == count else None


def write_table(table: Table) -> bytes:
    """Return a whole table as one frame."""
    return encode_frame(TableFrame(None, tuple(table.entries.values()), (), table.hash))


def read_table(data: bytes) -> Table:
    """Return the table that write_table wrote. Raises PeerError (malformed, table_mismatch)."""
    frame = decode_frame(data)
    if not isinstance(frame, TableFrame) or frame.base is not None or frame.removed:
        raise PeerError("malformed", "not a whole table")
    return EMPTY_TABLE.changed_by(frame.changed, (), to_hash=frame.hash)
