"""Vectors of signatures: the ordinary, and the odd cases on which libraries differ.

The twelve of Chalkias, Garillot and Nikolaenko, "Taming the many EdDSAs" (2020), table 5, made
anew from their description, and some more. Stages: "length", "point" (the key or R may not
have this encoding), "equation" (S < L, and the equation without the cofactor).
"""

from collections.abc import Callable, Iterator
from itertools import count
from typing import Final

from tests import edwards
from tests.edwards import BASE, SMALL_ORDER, L, add, challenge, compress, multiply
from tests.vectors.case import Case, accepted, refused

RFC8032_TEST_1_SEED: Final = bytes.fromhex(
    "9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60"
)
A_SCALAR: Final = edwards.secret_scalar(bytes(range(32))) % L
R_SCALAR: Final = 0x6D757475616C706F64
A_POINT: Final = multiply(A_SCALAR, BASE)
R_POINT: Final = multiply(R_SCALAR, BASE)
NEUTRAL_SIGNED: Final = (1 | 1 << 255).to_bytes(32, "little")  # y = 1, and a sign for x = 0


def ground(key: bytes, r: bytes, fits: Callable[[int], object]) -> tuple[bytes, int]:
    """Return a message for which the challenge over these bytes fits, and that challenge."""
    for number in count():
        message = b"odd case %d" % number
        if fits(k := challenge(r, key, message)):
            return message, k
    raise AssertionError("count has no end")


def odd(key: bytes, r: bytes, s: int, message: bytes) -> dict[str, str]:
    signature = r + s.to_bytes(32, "little")
    return {"public_key": key.hex(), "signature": signature.hex(), "message": message.hex()}


def refuse(name: str, about: str, stage: str, given: dict[str, str]) -> Case:
    return refused(name, about, stage, "bad_signature", given)


def signatures() -> Iterator[Case]:
    yield from plain()
    yield from points()
    yield from chalkias()
    yield from chalkias_not_canonical()


def plain() -> Iterator[Case]:
    seed = RFC8032_TEST_1_SEED
    key, signature = edwards.public_key(seed), edwards.sign(seed, b"")
    whole = {"public_key": key.hex(), "signature": signature.hex(), "message": ""}
    yield accepted("rfc8032_test_1", "RFC 8032 §7.1, TEST 1.", whole, {})
    yield refuse("message_changed", "Another message.", "equation", whole | {"message": "00"})
    flipped = signature[:63] + bytes([signature[63] ^ 1])
    yield refuse("s_changed", "One bit of S.", "equation", whole | {"signature": flipped.hex()})
    short, long = signature[:63], signature + b"\0"
    yield refuse("63_bytes", "A byte is missing.", "length", whole | {"signature": short.hex()})
    yield refuse("65_bytes", "A byte too many.", "length", whole | {"signature": long.hex()})
    yield refuse("key_31_bytes", "A short key.", "length", whole | {"public_key": key[:31].hex()})


def points() -> Iterator[Case]:
    key, r, s = compress(A_POINT), compress(R_POINT), 12345
    off_curve, above_p = (2).to_bytes(32, "little"), (edwards.P + 3).to_bytes(32, "little")
    assert edwards.decompress(off_curve) is None
    assert edwards.decompress(above_p) is not None
    about = "y = 2 is no point."
    yield refuse("key_off_curve", about, "equation", odd(off_curve, r, s, b""))
    yield refuse("r_off_curve", about, "equation", odd(key, off_curve, s, b""))
    about = "y = p + 3 says the point of y = 3."
    yield refuse("key_y_above_p", about, "point", odd(above_p, r, s, b""))
    yield refuse("r_y_above_p", about, "point", odd(key, above_p, s, b""))
    mixed_r = compress(add(R_POINT, SMALL_ORDER[1]))
    about = "An honest key, R of mixed order: holds only times the cofactor."
    s = (R_SCALAR + challenge(mixed_r, key, b"") * A_SCALAR) % L
    yield refuse("r_mixed_order", about, "equation", odd(key, mixed_r, s, b""))


# With T of order 8 in both key and R, [k]T + T is neutral where k is 7 modulo 8: only then does
# the equation hold as it stands.
def cancels(k: int) -> bool:
    return k % 8 == 7


def keeps(k: int) -> bool:
    return k % 8 == 1


def whole(k: int) -> bool:
    return k % 8 == 0


def chalkias() -> Iterator[Case]:
    """Cases 0 to 7."""
    small = compress(SMALL_ORDER[1])
    key, mixed_key = compress(A_POINT), compress(add(A_POINT, SMALL_ORDER[1]))
    r, mixed_r = compress(R_POINT), compress(add(R_POINT, SMALL_ORDER[1]))

    def answer(k: int) -> int:
        return (R_SCALAR + k * A_SCALAR) % L

    message, _ = ground(small, small, cancels)
    given = odd(small, small, 0, message)
    yield refuse("chalkias_00", "S = 0, key and R of small order.", "point", given)
    message, _ = ground(small, mixed_r, cancels)
    given = odd(small, mixed_r, R_SCALAR, message)
    yield refuse("chalkias_01", "Key of small order, R of mixed order.", "point", given)
    message, k = ground(mixed_key, small, cancels)
    given = odd(mixed_key, small, k * A_SCALAR % L, message)
    yield refuse("chalkias_02", "Key of mixed order, R of small order.", "point", given)
    message, k = ground(mixed_key, mixed_r, cancels)
    given = odd(mixed_key, mixed_r, answer(k), message)
    yield accepted("chalkias_03", "Key and R of mixed order; holds as it stands.", given, {})
    message, k = ground(mixed_key, mixed_r, keeps)
    given = odd(mixed_key, mixed_r, answer(k), message)
    about = "Key and R of mixed order; holds only times the cofactor."
    yield refuse("chalkias_04", about, "equation", given)
    message, k = ground(mixed_key, r, lambda k: k % 8 and 8 * k % L % 8)
    given = odd(mixed_key, r, answer(k), message)
    about = "Key of mixed order; holds times the cofactor, if 8 k is not reduced first."
    yield refuse("chalkias_05", about, "equation", given)
    message, k = ground(key, r, lambda k: answer(k) + L < 2**253)
    given = odd(key, r, answer(k) + L, message)
    yield refuse("chalkias_06", "S + L: one signature in two forms.", "equation", given)
    given = odd(key, r, answer(k) + 14 * L, message)
    yield refuse("chalkias_07", "S + 14 L: the top bits are set.", "equation", given)


def chalkias_not_canonical() -> Iterator[Case]:
    """Cases 8 to 11: the neutral point in another encoding than its canonical one."""
    canonical, other = compress(SMALL_ORDER[0]), NEUTRAL_SIGNED
    mixed_key, r = compress(add(A_POINT, SMALL_ORDER[1])), compress(R_POINT)
    for number, hashed, how in ((8, canonical, "made canonical"), (9, other, "as it came")):
        message, k = ground(mixed_key, hashed, whole)
        given = odd(mixed_key, other, k * A_SCALAR % L, message)
        about = f"R not canonical, hashed {how}."
        yield refuse(f"chalkias_{number:02}", about, "point", given)
    for number, hashed, how in ((10, canonical, "made canonical"), (11, other, "as it came")):
        message, _ = ground(hashed, r, whole)
        about = f"Key not canonical, hashed {how}."
        yield refuse(f"chalkias_{number}", about, "point", odd(other, r, R_SCALAR, message))
