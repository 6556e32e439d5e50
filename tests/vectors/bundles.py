"""Vectors of bundles, written from docs/protocol.md §14.1 and §14.2."""

from collections.abc import Iterator
from hashlib import sha256
from typing import Any, Final

import msgpack

from tests import edwards
from tests.vectors import hpke
from tests.vectors.case import Case, accepted, refused, shown
from tests.vectors.frames import WIRE
from tests.vectors.pods import (
    EPOCH,
    OTHER,
    OTHER_WORKING_SEED,
    WORKING_SEED,
    certificate_body,
    certificate_wire,
    other_certificate,
)
from tests.vectors.tables import BY_POD, entry, told

BUNDLE_TAG: Final = b"mutualpod/1 bundle\0"
CERTIFICATES: Final = (certificate_wire(certificate_body()), other_certificate())
SHORT_IDS: Final = (b"\x55" * 8, b"\x77" * 8)
FIELDS: Final = {
    "certificate": CERTIFICATES[0],
    "run_id": b"\xc0" * 16,
    "created_ms": EPOCH * 1000 + 123,
    "clock": 2,
    "floor_s": EPOCH - EPOCH % 3600,
    "table": told(BY_POD),
    "certificates": 2,
    "records": 1,
    "ids": 2,
    "sealed_to": b"",
    "sealed": 0,
}
NOTHING: Final = {"certificates": 0, "records": 0, "ids": 0}


def head(seed: bytes = WORKING_SEED, tag: bytes = BUNDLE_TAG, **changed: Any) -> bytes:
    body = msgpack.packb(tuple((FIELDS | changed).values()))
    return msgpack.packb((64, body, edwards.sign(seed, tag + body)))


PARTS: Final = (
    head(),
    msgpack.packb((4, CERTIFICATES)),
    msgpack.packb((9, (WIRE,))),
    msgpack.packb((65, b"".join(SHORT_IDS))),
)


def open_file(*parts: bytes, magic: bytes = b"mutualpod bundle\1") -> bytes:
    """Return a file of parts, up to its end."""
    return magic + b"".join(len(part).to_bytes(4, "big") + part for part in parts)


def whole(*parts: bytes) -> bytes:
    data = open_file(*parts)
    return data + b"\0\0\0\x24" + msgpack.packb((66, sha256(data).digest()))


MAIL_KEY: Final = hpke.mail_public(OTHER_WORKING_SEED)
"""Of the pod to which things are sealed here: the other one of tests/vectors/pods.py."""
SEALED_HEAD: Final = head(sealed_to=hpke.key_id(MAIL_KEY), sealed=2)
SEALED_PARTS: Final = (PARTS[2], msgpack.packb((65, SHORT_IDS[0])))


def sealed(
    number: int, part: bytes, seed: bytes = WORKING_SEED, first: bytes = SEALED_HEAD
) -> bytes:
    """Return part as number of those that are sealed in the bundle that first is the head of."""
    place = b"mutualpod/1 bundle part\0" + sha256(first).digest() + number.to_bytes(4, "big")
    plain = msgpack.packb((edwards.sign(seed, place + part), part))
    throw_away = sha256(b"throw away" + bytes([number])).digest()
    return msgpack.packb((67, hpke.seal(plain, MAIL_KEY, place, throw_away)))


def good(name: str, about: str, data: bytes, parts: int, *, is_whole: bool, **changed: Any) -> Case:
    """parts: how many of PARTS are read."""
    read: dict[str, Any] = {"certificates_read": (), "records_read": (), "ids_read": ()}
    read |= dict(zip(read, (CERTIFICATES, (WIRE,), SHORT_IDS)[: parts - 1], strict=False))
    value = {key: shown(it) for key, it in (FIELDS | changed | read).items()}
    return accepted(name, about, {"file": data.hex()}, value | {"whole": is_whole})


def good_bundles() -> Iterator[Case]:
    file = whole(*PARTS)
    yield good("whole", "One record, two certificates, two ids.", file, 4, is_whole=True)
    yield good("torn_in_end", "The last byte is missing.", file[:-1], 4, is_whole=False)
    torn = open_file(*PARTS[:3])
    yield good("torn_between", "It ends after the records.", torn, 3, is_whole=False)
    yield good("torn_in_part", "It ends in the records.", torn[:-1], 2, is_whole=False)
    wrong = file[:-32] + bytes(32)
    yield good("digest_wrong", "The digest is another.", wrong, 4, is_whole=False)
    less = whole(*PARTS[:2])
    yield good("less_than_promised", "No record, no ids came.", less, 2, is_whole=False)
    most: dict[str, Any] = {
        "created_ms": 2**53 - 1,
        "clock": 0,
        "floor_s": 2**40 - 1,
        "certificates": 1024,
    }
    most |= {"records": 2_048_000, "ids": 2_048_000}
    most |= {"sealed_to": bytes(8), "sealed": 2048}
    data = whole(head(**most))
    yield good("greatest_numbers", "Every number at its bound.", data, 1, is_whole=False, **most)


def opened(name: str, about: str, *parts: bytes, is_opened: bool) -> Case:
    """A bundle with sealed parts, read by the pod that they are sealed to."""
    told: dict[str, Any] = {"sealed_to": hpke.key_id(MAIL_KEY), "sealed": 2}
    read = {"certificates_read": (), "records_read": (WIRE,), "ids_read": SHORT_IDS[:1]}
    given = {"file": whole(SEALED_HEAD, *parts).hex(), "reader_seed": OTHER_WORKING_SEED.hex()}
    if is_opened:
        value = {key: shown(it) for key, it in (FIELDS | told | read).items()}
        return accepted(name, about, given, value | {"whole": False})
    return refused(name, about, "sealed", "cannot_open", given)


def sealed_bundles() -> Iterator[Case]:
    good_parts = [sealed(number, part) for number, part in enumerate(SEALED_PARTS)]
    yield opened("sealed", "Records and ids for one pod alone.", *good_parts, is_opened=True)
    swapped = "Two sealed parts have changed places."
    yield opened("sealed_swapped", swapped, *reversed(good_parts), is_opened=False)
    other = head(sealed_to=hpke.key_id(MAIL_KEY), sealed=2, created_ms=1)
    moved = (sealed(0, SEALED_PARTS[0], first=other), good_parts[1])
    yield opened("sealed_in_another", "From another bundle.", *moved, is_opened=False)
    given = {"reader_seed": OTHER_WORKING_SEED.hex()}
    for name, about, code, part in (
        ("by_other", "Another pod signed it.", "bad_signature", {"seed": OTHER_WORKING_SEED}),
        ("certificates", "Certificates are for all.", "malformed", {"part": PARTS[1]}),
        ("head", "A head inside.", "malformed", {"part": head()}),
        ("nothing", "A part without any ids.", "malformed", {"part": msgpack.packb((65, b""))}),
    ):
        fields: dict[str, Any] = {"part": SEALED_PARTS[0]} | part
        file = whole(SEALED_HEAD, sealed(0, **fields))
        yield refused(f"sealed_{name}", about, "sealed", code, given | {"file": file.hex()})


def bad(name: str, about: str, stage: str, code: str, data: bytes) -> Case:
    return refused(name, about, stage, code, {"file": data.hex()})


def bad_heads() -> Iterator[Case]:
    def wrong(name: str, about: str, part: bytes, code: str = "malformed") -> Case:
        return bad(name, about, "head", code, whole(part))

    later = open_file(magic=b"mutualpod bundle\2")
    yield bad("version_2", "Of a version to come.", "head", "unknown_version", later)
    other = open_file(*PARTS, magic=b"mutualpod Bundle\1")
    yield bad("magic", "It begins otherwise.", "head", "malformed", other)
    yield wrong("records_first", "No head.", PARTS[2])
    by_other = head(seed=OTHER_WORKING_SEED)
    yield wrong("head_by_other_key", "Another pod signed the head.", by_other, "bad_signature")
    no_tag = head(tag=b"")
    yield wrong("head_without_tag", "Signed without its tag.", no_tag, "bad_signature")
    forged = told((*BY_POD, entry(b"\x11" * 32, 1)))
    body = msgpack.packb(tuple((FIELDS | {"table": forged}).values()))
    part = msgpack.packb((64, body, head()[-64:]))
    yield wrong("table_by_carrier", "Somebody put an author in.", part, "bad_signature")
    delta = told((), removed=(OTHER,))
    yield wrong("table_removes", "A table that removes.", head(table=delta))
    based = told(BY_POD, base=b"\x11" * 32)
    yield wrong("table_on_base", "A change of another table.", head(table=based))
    hashed = told(BY_POD, result=())
    yield wrong("table_hash", "The hash of another table.", head(table=hashed), "table_mismatch")
    for field, value in (
        ("run_id", bytes(15)),
        ("created_ms", 2**53),
        ("clock", 3),
        ("floor_s", True),
        ("certificates", 1025),
        ("records", 2_048_001),
        ("ids", -1),
        ("sealed", 2049),
        ("sealed_to", bytes(8)),
    ):
        yield wrong(f"head_{field}", f"{field} is out of its bounds.", head(**{field: value}))


def bad_parts() -> Iterator[Case]:
    def wrong(name: str, about: str, *parts: bytes) -> Case:
        return bad(name, about, "parts", "malformed", whole(*parts))

    yield wrong("two_heads", "A second head.", head(), head())
    yield wrong("more_records", "One more than promised.", head(), PARTS[2], PARTS[2])
    yield wrong("unpromised", "The head promises nothing.", head(**NOTHING), PARTS[2])
    yield wrong("no_records", "A part without any.", head(), msgpack.packb((9, ())))
    yield wrong("ids_7_bytes", "An id cut short.", head(), msgpack.packb((65, bytes(7))))
    yield wrong("other_frame", "A ping in a file.", head(), msgpack.packb((14, 0, None)))
    yield wrong("unknown_code", "A code of nothing.", head(), msgpack.packb((68, bytes(32))))
    yield wrong("unpromised_sealed", "The head promises none.", head(), sealed(0, PARTS[2]))
    yield wrong("sealed_list", "Sealed, but no bytes.", SEALED_HEAD, msgpack.packb((67, (1,))))
    after = whole(*PARTS) + b"\0"
    yield bad("byte_after", "A byte follows the end.", "parts", "malformed", after)
    zeros = open_file(*PARTS[:2]) + bytes(4)
    yield bad("zeros", "A part of no bytes.", "parts", "malformed", zeros)
    long = open_file(*PARTS[:2]) + b"\0\x10\0\1"
    yield bad("part_too_long", "A part above 1 MiB.", "parts", "too_large", long)


def bundles() -> Iterator[Case]:
    yield from good_bundles()
    yield from sealed_bundles()
    yield from bad_heads()
    yield from bad_parts()
