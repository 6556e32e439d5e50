"""Ed25519 by its definition (RFC 8032 §5.1), slowly: to make and judge odd signatures.

Nothing of ours and no library of cryptography is used, so what both say here is a second
opinion. Points are (x, y); 20 ms a multiplication; not for secrets.
"""

import hashlib
from typing import Final

Point = tuple[int, int]

P: Final = 2**255 - 19
L: Final = 2**252 + 27742317777372353535851937790883648493
D: Final = -121665 * pow(121666, -1, P) % P
NEUTRAL: Final = (0, 1)


def add(one: Point, other: Point) -> Point:
    (x1, y1), (x2, y2) = one, other
    product = D * x1 * x2 * y1 * y2 % P
    x = (x1 * y2 + x2 * y1) * pow(1 + product, -1, P)
    y = (y1 * y2 + x1 * x2) * pow(1 - product, -1, P)
    return x % P, y % P


def multiply(scalar: int, point: Point) -> Point:
    total = NEUTRAL
    while scalar:
        if scalar & 1:
            total = add(total, point)
        point = add(point, point)
        scalar >>= 1
    return total


def negate(point: Point) -> Point:
    return -point[0] % P, point[1]


def compress(point: Point) -> bytes:
    """Return the canonical 32 bytes of point."""
    return (point[1] | (point[0] & 1) << 255).to_bytes(32, "little")


def decompress(encoded: bytes) -> Point | None:
    """Return the point, as a lenient library reads it: y may lie above P, x = 0 may be signed."""
    number = int.from_bytes(encoded, "little")
    y, sign = number % 2**255 % P, number >> 255
    square = (y * y - 1) * pow(D * y * y + 1, -1, P) % P
    x = pow(square, (P + 3) // 8, P)
    if (x * x - square) % P:
        x = x * pow(2, (P - 1) // 4, P) % P
    if (x * x - square) % P:
        return None
    return (-x % P if x & 1 != sign else x), y


_BASE_Y: Final = 4 * pow(5, -1, P) % P
_base = decompress(_BASE_Y.to_bytes(32, "little"))
assert _base is not None
BASE: Final = _base


def _order_8() -> Point:
    """Return a point of order 8: L times any point whose part of small order is whole."""
    for y in range(2, 100):
        point = decompress(y.to_bytes(32, "little"))
        if point and multiply(4, torsion := multiply(L, point)) != NEUTRAL:
            return torsion
    raise AssertionError("half of all points have one")


SMALL_ORDER: Final = tuple(multiply(times, _order_8()) for times in range(8))
"""The eight points of small order: [i]T for a T of order 8."""


def secret_scalar(seed: bytes) -> int:
    low = int.from_bytes(hashlib.sha512(seed).digest()[:32], "little")
    return low & (1 << 254) - 8 | 1 << 254


def public_key(seed: bytes) -> bytes:
    return compress(multiply(secret_scalar(seed), BASE))


def challenge(encoded_r: bytes, encoded_key: bytes, message: bytes) -> int:
    digest = hashlib.sha512(encoded_r + encoded_key + message).digest()
    return int.from_bytes(digest, "little") % L


def sign(seed: bytes, message: bytes) -> bytes:
    nonce = hashlib.sha512(hashlib.sha512(seed).digest()[32:] + message).digest()
    r = int.from_bytes(nonce, "little") % L
    encoded_r = compress(multiply(r, BASE))
    k = challenge(encoded_r, public_key(seed), message)
    return encoded_r + ((r + k * secret_scalar(seed)) % L).to_bytes(32, "little")


def solves(key: bytes, signature: bytes, message: bytes, *, cofactor: int = 1) -> bool:
    """Tell whether [cofactor](S B - R - k A) is neutral, with points read leniently and any S."""
    point_a, point_r = decompress(key), decompress(signature[:32])
    if point_a is None or point_r is None:
        return False
    k = challenge(signature[:32], key, message)
    right = add(point_r, multiply(k, point_a))
    left = multiply(int.from_bytes(signature[32:], "little"), BASE)
    return multiply(cofactor, add(left, negate(right))) == NEUTRAL
