"""Varints of set reconciliation: base 128, most significant digit first.

Spec: docs/protocol.md §6.5. Each byte but the last has its high bit set, and a number takes as
few bytes as it can. (Not LEB128, which runs the other way.)
"""

from typing import Final

from protocol.errors import PeerError

UINT64_END: Final = 1 << 64
MAX_VARINT_BYTES: Final = 10
"""What 64 bits take, seven in each byte."""


def encode_varint(number: int) -> bytes:
    """Return the varint of number, which is 0 or more."""
    if number < 0x80:
        return bytes((number,))
    digits = [number & 0x7F]
    while number := number >> 7:
        digits.append(0x80 | number & 0x7F)
    return bytes(reversed(digits))


def read_varint(data: bytes, at: int) -> tuple[int, int]:
    """Return (number, where it ends) of the varint at data[at:]; the number is below 2^64.

    Raises PeerError (malformed: cut short, above 64 bits; not_canonical: a leading zero digit).
    """
    # Most numbers here take one byte, and a hostile message is made of nothing else.
    if at < len(data) and (byte := data[at]) < 0x80:
        return byte, at + 1
    number = 0
    for end, byte in enumerate(data[at : at + MAX_VARINT_BYTES], at + 1):
        number = number << 7 | byte & 0x7F
        if byte < 0x80:
            if number >= UINT64_END:
                raise PeerError("malformed", "varint above 64 bits")
            return number, end
        # The references read such a number; then one value has many forms.
        if number == 0:
            raise PeerError("not_canonical", "varint with a leading zero digit")
    raise PeerError("malformed", "varint cut short or above 64 bits")
