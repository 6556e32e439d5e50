"""Canonical msgpack: the one byte form of every signed or hashed value.

Spec: docs/protocol.md §3. Equal values have equal bytes, so a signature over the bytes is
a signature over the value. Only module of the project that imports msgpack.
"""

from itertools import chain, pairwise
from typing import Any, Final, TypeAlias, cast

from msgpack import packb, unpackb

from protocol.errors import LocalError, PeerError
from protocol.limits import MAX_DEPTH, MAX_ITEMS

Value: TypeAlias = bool | int | bytes | str | tuple["Value", ...] | dict[str, "Value"] | None

FlatMap: TypeAlias = dict[str, bool | int | str | tuple[str, ...]]


def encode(value: Value) -> bytes:
    """Return the one byte form of value.

    Integers -2^63 to 2^64 - 1; text without lone surrogates; map keys text, written in
    ascending order of their UTF-8 bytes. Raises LocalError (malformed) on anything else.
    """
    try:
        data: bytes = packb(_plain(value))
    except (TypeError, ValueError, OverflowError, RecursionError) as err:
        raise LocalError("malformed", f"cannot encode: {type(err).__name__}") from err
    return data


def encode_row(row: tuple[Any, ...]) -> bytes:
    """Return the byte form of a row without maps, the quick way for frames.

    Not looked through: what is in it, the caller's types say.
    """
    data: bytes = packb(row)
    return data


def decode(
    data: bytes, *, max_bytes: int, max_items: int = MAX_ITEMS, max_depth: int = MAX_DEPTH
) -> Value:
    """Return the value that data encodes; arrays come back as tuples.

    data: exactly one value in canonical form, nothing after it.
    max_bytes: longer input is refused unread.
    max_items: values in all; the outer one and the keys of maps count.
    max_depth: arrays and maps inside one another.
    Raises PeerError (too_large, malformed, not_canonical) and nothing else.
    """
    if len(data) > max_bytes:
        raise PeerError("too_large", f"{len(data)} bytes, limit {max_bytes}")
    _refuse_excess(data, max_items, max_depth)
    try:
        value: Value = unpackb(data, use_list=False, object_pairs_hook=_ordered_map)
        canonical = packb(value)
    except (ValueError, TypeError) as err:
        raise PeerError("malformed", type(err).__name__) from err
    # msgpack reads cd 00 05 as 5 and d9 01 61 as "a"; our own encoder would write neither.
    if canonical != data:
        raise PeerError("not_canonical", f"{len(data)} bytes in, {len(canonical)} out")
    return value


def decode_flat(data: bytes, *, fields: int) -> tuple[Any, ...]:
    """Return the items of one short array, the quick way for signed records.

    Nothing is walked: what an array of numbers and byte strings cannot hold is cut short by
    msgpack's own bounds, and the caller, who bounds data, checks the type of each item.
    Raises PeerError (malformed, not_canonical) and nothing else.
    """
    try:
        row = unpackb(
            data, use_list=False, max_array_len=fields, max_map_len=0, max_str_len=0, max_ext_len=0
        )
        canonical = packb(row)
    except (ValueError, TypeError) as err:
        raise PeerError("malformed", type(err).__name__) from err
    if type(row) is not tuple:
        raise PeerError("malformed", type(row).__name__)
    if canonical != data:
        raise PeerError("not_canonical", f"{len(data)} bytes in, {len(canonical)} out")
    return row


def decode_map(data: bytes, *, max_bytes: int, max_pairs: int) -> FlatMap:
    """Return one flat map, the quick way for the bodies of kinds.

    Flat: each value is a boolean, an integer, text, or an array of at most max_pairs texts.
    Raises PeerError (too_large, malformed, not_canonical) and nothing else.
    """
    if len(data) > max_bytes:
        raise PeerError("too_large", f"{len(data)} bytes, limit {max_bytes}")
    try:
        found = unpackb(
            data,
            use_list=False,
            max_array_len=max_pairs,
            max_map_len=max_pairs,
            max_bin_len=0,
            max_ext_len=0,
        )
        canonical = packb(dict(sorted(found.items())))
    except (ValueError, TypeError, AttributeError) as err:
        raise PeerError("malformed", type(err).__name__) from err
    values = found.values()
    texts = chain(found, *[value for value in values if type(value) is tuple])
    if not (_FLAT.issuperset(map(type, values)) and _TEXT.issuperset(map(type, texts))):
        raise PeerError("malformed", "not a flat map")
    if canonical != data:
        raise PeerError("not_canonical", f"{len(data)} bytes in, {len(canonical)} out")
    return cast(FlatMap, found)


_FLAT: Final = frozenset((bool, int, str, tuple))
_TEXT: Final = frozenset((str,))


def _plain(value: object) -> Value:
    """Return value with its maps sorted; TypeError for what the protocol has no form for."""
    if value is None or isinstance(value, (bool, int, bytes, str)):
        return value
    if isinstance(value, tuple):
        return tuple([_plain(item) for item in value])
    if isinstance(value, dict) and all(isinstance(key, str) for key in value):
        # Code points sort as their UTF-8 bytes do.
        return {key: _plain(value[key]) for key in sorted(value)}
    raise TypeError(type(value).__name__)


def _ordered_map(pairs: list[tuple[Any, Value]]) -> dict[str, Value]:
    """Refuse a map that encode would not have written; re-encoding keeps the order it finds."""
    if not all(isinstance(key, str) for key, _ in pairs):
        raise PeerError("malformed", "map key is not text")
    if any(key >= following for (key, _), (following, _) in pairwise(pairs)):
        raise PeerError("not_canonical", "map keys not in ascending order")
    return dict(pairs)


# What the first byte of a value says. _CONTENT_BYTES: how many bytes follow it. _LENGTH_BYTES:
# how many bytes of length follow it, and then that many of content. _COUNT_BYTES: how many
# bytes of count follow it, and how many values stand for one. Floats, ext types and the
# unused c1 are in none.
_CONTENT_BYTES: Final = (
    dict.fromkeys((*range(0x80), *range(0xE0, 0x100), 0xC0, 0xC2, 0xC3), 0)
    | {0xA0 + length: length for length in range(32)}
    | {0xCC: 1, 0xCD: 2, 0xCE: 4, 0xCF: 8, 0xD0: 1, 0xD1: 2, 0xD2: 4, 0xD3: 8}
)
_LENGTH_BYTES: Final = {0xC4: 1, 0xC5: 2, 0xC6: 4, 0xD9: 1, 0xDA: 2, 0xDB: 4}
_COUNT_BYTES: Final = {0xDC: (2, 1), 0xDD: (4, 1), 0xDE: (2, 2), 0xDF: (4, 2)}


def _refuse_excess(data: bytes, max_items: int, max_depth: int) -> None:
    """Count values and nesting before anything is allocated for them.

    msgpack makes room for as many values as a header claims, at each of 1,023 levels, and
    turns 1 MiB of empty arrays into 70 MB of objects. So the headers are walked first; bytes
    that end too early or too late are left for msgpack to refuse.
    """
    at, items, end = 0, 1, len(data)
    to_come = [1]  # values still to come at each open level
    while to_come and at < end:
        to_come[-1] -= 1
        head = data[at]
        at += 1
        if (content := _CONTENT_BYTES.get(head)) is not None:
            at += content
        elif width := _LENGTH_BYTES.get(head):
            at += width + int.from_bytes(data[at : at + width], "big")
        else:
            inside, width = _claimed(head, data, at)
            at += width
            items += inside
            if items > max_items or len(to_come) > max_depth:
                raise PeerError("too_large", f"{items} values, depth {len(to_come)}")
            to_come.append(inside)
        while to_come and not to_come[-1]:
            to_come.pop()


def _claimed(head: int, data: bytes, at: int) -> tuple[int, int]:
    """Return how many values an array or map claims, and the bytes that this count takes."""
    if 0x90 <= head <= 0x9F:
        return head - 0x90, 0
    if 0x80 <= head <= 0x8F:
        return 2 * (head - 0x80), 0
    if head not in _COUNT_BYTES:
        raise PeerError("malformed", f"no value begins with {head:#04x}")
    width, each = _COUNT_BYTES[head]
    return each * int.from_bytes(data[at : at + width], "big"), width
