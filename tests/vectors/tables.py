"""Vectors of tables: the frames that tell them, and what follows for the pair (§6.1, §6.3)."""

from collections.abc import Iterator
from hashlib import sha256
from typing import Any, Final, TypeAlias

import msgpack

from tests.vectors.case import Case, accepted, refused, shown
from tests.vectors.pods import (
    EPOCH,
    OTHER,
    POD,
    certificate_body,
    certificate_hash,
    certificate_wire,
    other_certificate,
)

Entry: TypeAlias = tuple[bytes, int, bytes, int, bool]

TABLE_TAG: Final = b"mutualpod/1 table\0"
NOBODY: Final = bytes(16)
"""The tag of an author of whom the teller knows no certificate."""
TAGS: Final = {
    POD: certificate_hash(certificate_wire(certificate_body()))[:16],
    OTHER: certificate_hash(other_certificate())[:16],
}
ONE, TWO, THREE = (bytes([byte]) * 32 for byte in (0x11, 0x22, 0x33))


def entry(author: bytes, distance: int, *, carried: bool = True, tag: bytes = b"") -> Entry:
    return author, EPOCH, tag or TAGS.get(author, author[:16]), distance, carried


BY_POD: Final = (entry(POD, 0), entry(OTHER, 1))
"""What the two tell of themselves, being federated: POD is a, OTHER is b."""
BY_OTHER: Final = (entry(OTHER, 0), entry(POD, 1))


def table_hash(entries: Any, *, tag: bytes = TABLE_TAG) -> bytes:
    return sha256(tag + msgpack.packb(sorted(entries))).digest()


def told(
    changed: Any, *, base: bytes | None = None, removed: Any = (), result: Any = None, **tag: bytes
) -> bytes:
    """Return a frame. result: the entries that it leads to, if not just those changed."""
    named = table_hash(changed if result is None else result, **tag)
    return msgpack.packb((2, base, changed, removed, named))


def given(by_a: Any, by_b: Any = ()) -> dict[str, Any]:
    return {"a": POD.hex(), "b": OTHER.hex(), "told_by_a": shown(by_a), "told_by_b": shown(by_b)}


def good(name: str, about: str, by_a: Any, entries: Any, authors: Any) -> Case:
    """by_a: frames in order.  entries: what they lead to.  authors: then in the network set."""
    value = {"hash_a": table_hash(entries), "hash_b": table_hash(())}
    value |= {"network_authors": sorted(authors), "carried": sorted((POD, OTHER))}
    return accepted(name, about, given(by_a), {key: shown(it) for key, it in value.items()})


def hashes() -> Iterator[Case]:
    """Yield tables by one side, and frames that lead to them; the other side tells nothing."""
    alone = (entry(POD, 0),)
    yield good("empty", "Nothing was told: the empty table has a hash too.", (), (), ())
    yield good("empty_told", "The empty table, told.", (told(()),), (), ())
    yield good("one_entry", "A pod that knows nobody.", (told(alone),), alone, (POD,))
    three = (entry(THREE, 2), entry(TWO, 3), entry(ONE, 1))
    about = "Told in descending order: the hash is over ascending pod ids."
    yield good("three_entries", about, (told(three),), three, (ONE, TWO, THREE))
    base = table_hash(three)
    moved = (entry(THREE, 1), entry(POD, 0))
    after = (*moved, entry(TWO, 3))
    delta = told(moved, base=base, removed=(ONE,), result=after)
    about = "A change: one entry new, one changed, one gone."
    yield good("change", about, (told(three), delta), after, (POD, TWO, THREE))
    back = told((entry(ONE, 4),), base=base, removed=(ONE,), result=(*three[:2], entry(ONE, 4)))
    about = "One author is taken out and put in: out first."
    after = (*three[:2], entry(ONE, 4))
    yield good("removed_and_changed", about, (told(three), back), after, (ONE, TWO, THREE))
    absent = told((), base=base, removed=(POD,), result=three)
    about = "Who is not in the table can be taken out."
    yield good("removed_is_absent", about, (told(three), absent), three, (ONE, TWO, THREE))
    twice = told((entry(ONE, 6), entry(ONE, 2)), result=(entry(ONE, 2),))
    yield good("author_twice", "Of two entries the later.", (twice,), (entry(ONE, 2),), (ONE,))
    anew = told(alone)
    yield good("from_nothing_again", "Base nil: all is new.", (told(three), anew), alone, (POD,))
    named = told(alone, base=table_hash(()))
    yield good("base_is_empty_table", "By its hash, not by nil.", (named,), alone, (POD,))


def mismatches() -> Iterator[Case]:
    three = (entry(ONE, 1), entry(TWO, 3), entry(THREE, 2))

    def bad(name: str, about: str, *frames: bytes) -> Case:
        return refused(name, about, "change", "table_mismatch", given(frames))

    untagged = told(three, tag=b"")
    yield bad("hash_without_tag", "The hash is over the entries alone.", untagged)
    unsorted = (2, None, three[::-1], (), sha256(TABLE_TAG + msgpack.packb(three[::-1])).digest())
    yield bad("hash_as_told", "The hash is over entries as told.", msgpack.packb(unsorted))
    base = table_hash(three)
    part = told((entry(POD, 0),), base=base)
    yield bad("hash_of_change", "The hash is of the change alone.", told(three), part)
    far = told((entry(ONE, 2),), base=base, result=three)
    yield bad("hash_of_other_distance", "The hash of what was before.", told(three), far)
    kept = told((), base=base, removed=(ONE,), result=three)
    yield bad("hash_with_removed", "The hash counts who is gone.", told(three), kept)
    older = told(three, base=table_hash(three[:2]))
    yield bad("base_not_held", "A change of a table never told.", told(three), older)
    yield bad("base_of_nothing", "A change, and no table was told.", told(three, base=base))
    many = [entry(number.to_bytes(32), 2, tag=NOBODY) for number in range(1025)]
    frames = (told(many[:1024]), told(many[1024:], base=table_hash(many[:1024]), result=many))
    about = "1024 entries, and a change that brings one more."
    yield refused("1025_entries", about, "change", "too_large", given(frames))


def pairs() -> Iterator[Case]:
    """Yield what tables of both say of the author ONE, who is neither of them."""

    def case(
        name: str, about: str, by_a: Any, by_b: Any, *, shared: bool, carried: Any = (POD, OTHER)
    ) -> Case:
        a, b = (*BY_POD, *by_a), (*BY_OTHER, *by_b)
        authors = {*carried, *([ONE] if shared else [])}
        value = {"hash_a": table_hash(a), "hash_b": table_hash(b)}
        value |= {"network_authors": sorted(authors), "carried": sorted(carried)}
        tables = given((told(a),), (told(b),))
        return accepted(name, about, tables, {key: shown(it) for key, it in value.items()})

    def one(distance: int, **more: Any) -> tuple[Entry]:
        return (entry(ONE, distance, **more),)

    yield case("pair_alone", "Two neighbours who know nobody else.", (), (), shared=False)
    yield case("told_by_one", "An absent entry counts as 6.", one(5), (), shared=True)
    yield case("rim", "The lesser distance is 5.", one(6), one(5), shared=True)
    yield case("out_of_reach", "The lesser distance is 6.", one(6), one(6), shared=False)
    yield case("told_by_one_out_of_reach", "6, and an absent entry.", (), one(6), shared=False)
    about = "Distance 0 of another pod counts as 6."
    yield case("distance_0_claimed", about, one(0), one(6), shared=False)
    yield case("distance_0_claimed_alone", about, one(0), (), shared=False)
    about = "Distance 0 of another counts as 6; the other side's word stands."
    yield case("distance_0_claimed_other_near", about, one(0), one(3), shared=True)
    hidden = one(2, carried=False)
    yield case("not_carried", "One side does not carry it.", hidden, one(2), shared=False)
    yield case("not_carried_told_by_one", "The other tells nothing.", (), hidden, shared=False)
    yield case("tags_differ", "Two certificates.", one(2), one(2, tag=bytes(16)), shared=False)
    last = one(2, tag=ONE[:15] + b"\x12")
    yield case("tags_differ_in_last_byte", "All 16 bytes count.", one(2), last, shared=False)
    about = "Neither knows a certificate: their tags are equal."
    yield case("tags_zero", about, one(2, tag=NOBODY), one(3, tag=NOBODY), shared=True)
    later = ((ONE, EPOCH + 1, ONE[:16], 3, True),)
    about = "The tags are equal, and decide; a table that lies of the epoch gains nothing."
    yield case("epochs_differ", about, one(2), later, shared=True)
    a, b = (entry(POD, 0), entry(OTHER, 1, carried=False)), BY_OTHER
    value = {"hash_a": table_hash(a), "hash_b": table_hash(b)}
    value |= {"network_authors": [POD], "carried": [POD]}
    about = "a does not carry its neighbour b: nothing by b is in any set."
    shown_value = {key: shown(it) for key, it in value.items()}
    yield accepted("neighbour_not_carried", about, given((told(a),), (told(b),)), shown_value)


def tables() -> Iterator[Case]:
    yield from hashes()
    yield from mismatches()
    yield from pairs()
