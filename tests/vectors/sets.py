"""Vectors of the four sets of a pair: which records are in each, and its fingerprint (§6.3)."""

from collections.abc import Iterator
from hashlib import sha256
from typing import Any, Final

from tests.vectors.case import Case, accepted, shown
from tests.vectors.pods import OTHER, POD

FLOOR_S: Final = 1_782_216_000
CEILING_S: Final = 1_790_000_600
STAMP_MS: Final = 1_789_000_000_123
FAR: Final = b"\x11" * 32
STRANGER: Final = b"\x22" * 32
LINE: Final = {
    "caller": POD,
    "answerer": OTHER,
    "near": True,
    "carried": [POD, OTHER],
    "network_authors": [POD, OTHER, FAR],
    "floor_s": FLOOR_S,
    "ceiling_s": CEILING_S,
}


def record_id(number: int) -> bytes:
    return sha256(b"record %d" % number).digest()


def row(
    number: int,
    *,
    author: bytes = FAR,
    scope: int = 2,
    stamp_ms: int = STAMP_MS,
    on_shelf: bool = False,
    named: bytes = b"",
) -> dict[str, Any]:
    of = {"author": author.hex(), "scope": scope, "stamp_ms": stamp_ms, "on_shelf": on_shelf}
    return of | {"id": (named or record_id(number)).hex()}


def fingerprint(ids: list[bytes]) -> bytes:
    total = sum(int.from_bytes(one, "little") for one in ids) % 2**256
    count = bytes([len(ids)]) if len(ids) < 128 else bytes([128 | len(ids) >> 7, len(ids) & 127])
    return sha256(total.to_bytes(32, "little") + count).digest()[:16]


def case(name: str, about: str, records: Any, *sets: Any, **changed: Any) -> Case:
    """sets: for each of the four, which of the records it holds, by place in the list."""
    value = []
    for places in sets:
        ids = [bytes.fromhex(records[place]["id"]) for place in places]
        value.append([len(ids), fingerprint(ids).hex()])
    line = {key: shown(it) for key, it in (LINE | changed).items()}
    return accepted(name, about, {**line, "records": records}, {"summaries": value})


def sets() -> Iterator[Case]:
    yield case("empty", "Four empty sets.", [], (), (), (), ())
    yield case("one_record", "One network record.", [row(0)], (), (), (), (0,))
    three = [row(0), row(1, author=POD), row(2, author=OTHER)]
    yield case("three_records", "Of three authors.", three, (), (), (), (0, 1, 2))
    backwards = [row(number, stamp_ms=STAMP_MS - 1000 * number) for number in range(3)]
    about = "The order in which records came does not matter."
    yield case("backwards", about, backwards, (), (), (), (0, 1, 2))
    over = [row(0, named=b"\xff" * 32), row(1, named=b"\2" + bytes(31))]
    yield case(
        "sum_past_2_256", "The sum of the ids is taken modulo 2^256.", over, (), (), (), (0, 1)
    )
    carries = [row(0, named=b"\xff" + bytes(31)), row(1, named=b"\1" + bytes(31))]
    yield case("sum_carries", "Ids are little-endian numbers.", carries, (), (), (), (0, 1))
    many = [row(number) for number in range(128)]
    yield case("128_records", "The count takes two bytes.", many, (), (), (), range(128))
    edges = [
        row(0, stamp_ms=FLOOR_S * 1000 - 1),
        row(1, stamp_ms=FLOOR_S * 1000),
        row(2, stamp_ms=CEILING_S * 1000 + 999),
        row(3, stamp_ms=CEILING_S * 1000 + 1000),
    ]
    about = "Floor and ceiling are whole seconds, and are in."
    yield case("floor_and_ceiling", about, edges, (), (), (), (1, 2))
    about = "No clock is synced: no stamp is too late."
    yield case("no_ceiling", about, edges, (), (), (), (1, 2, 3), ceiling_s=None)
    near = [row(0, author=POD, scope=1), row(1, author=OTHER, scope=1), row(2, scope=1)]
    yield case("near", "Near records of the two alone.", near, (), (), (0, 1), ())
    yield case("near_not_agreed", "One hello said no.", near, (), (), (), (), near=False)
    shelved = [
        row(0, author=POD, on_shelf=True),
        row(1, author=POD, scope=1, on_shelf=True),
        row(2, author=OTHER, on_shelf=True),
        row(3, on_shelf=True),
    ]
    about = "A shelf holds both scopes of its author; that of others is shown to nobody."
    yield case("shelves", about, shelved, (0, 1), (2,), (), ())
    about = "Shelves do not depend on `near`."
    yield case("shelves_near_not_agreed", about, shelved, (0, 1), (2,), (), (), near=False)
    stranger = [row(0, author=STRANGER), row(1, author=STRANGER, scope=1)]
    about = "Records of an author of whom the tables say nothing."
    yield case("stranger", about, stranger, (), (), (), ())
    ours = [
        row(0, author=OTHER, on_shelf=True),
        row(1, author=OTHER, scope=1),
        row(2, author=POD, scope=1),
        row(3, author=OTHER),
    ]
    about = "One side does not carry the answerer: nothing by it is in any set."
    without = {"carried": [POD], "network_authors": [POD, FAR]}
    yield case("answerer_not_carried", about, ours, (), (), (2,), (), **without)
