"""Bundles: read as written, up to the tear and no further, and never against their creator."""

from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from protocol.bundle import MAGIC, End, Ids, Part, read_bundle, write_bundle
from protocol.bundle_head import Head
from protocol.codec import encode
from protocol.errors import LocalError, PeerError
from protocol.frames import Certificates, Hello, Records, TableFrame
from protocol.limits import (
    BUNDLE_PART_BYTES,
    MAX_BUNDLE_RECORDS,
    MAX_FRAME_BYTES,
    MAX_TABLE_ENTRIES,
    UINT53_END,
)
from protocol.trust import Table
from tests.bundles import Author, bundle_of, framed, head_fields, head_of, made_of, signed_head

ELM, OAK, THIEF = Author(1), Author(2), Author(3)
RECORDS = [OAK.write(f"note {number}") for number in range(3)]
WHOLE = bundle_of(ELM, OAK, records=RECORDS)


END_BYTES = 40


def parts_of(data: bytes) -> list[Part]:
    return list(read_bundle([data]))


def refusal_of(data: bytes) -> str:
    with pytest.raises(PeerError) as refusal:
        parts_of(data)
    return refusal.value.code


def test_a_bundle_is_read_as_it_was_written() -> None:
    head, certificates, records, ids, end = parts_of(WHOLE)
    assert said([head]) == said([head_of(ELM, OAK, records=3, ids=3)])
    assert certificates == Certificates((ELM.certificate.wire, OAK.certificate.wire))
    assert records == Records(tuple(record.wire for record in RECORDS))
    assert ids == Ids(tuple(record.id[:8] for record in RECORDS))
    assert end == End(is_whole=True)


@given(st.sets(st.integers(0, len(WHOLE))))
def test_it_does_not_matter_how_the_file_is_cut_into_chunks(cuts: set[int]) -> None:
    ends = [*sorted(cuts), len(WHOLE)]
    chunks = [WHOLE[start:end] for start, end in zip([0, *ends], ends, strict=False)]
    assert said(list(read_bundle(chunks))) == said(parts_of(WHOLE))


def test_a_file_cut_at_any_byte_gives_the_parts_before_the_cut_and_no_end() -> None:
    whole = said(parts_of(WHOLE))
    lengths = set()
    for cut in range(len(WHOLE)):
        parts = said(parts_of(WHOLE[:cut]))
        assert parts == whole[: len(parts)]
        assert len(parts) < len(whole)
        lengths.add(len(parts))
    assert lengths == {0, 1, 2, 3, 4}


def test_any_changed_byte_is_seen() -> None:
    for at in range(len(WHOLE)):
        changed = bytearray(WHOLE)
        changed[at] ^= 1
        try:
            parts = parts_of(bytes(changed))
        except PeerError:
            continue
        assert End(is_whole=True) not in parts


def test_parts_are_small_so_that_a_tear_costs_little() -> None:
    long = [OAK.write("x" * 600, rid=bytes([n]) * 16) for n in range(250)]
    parts = [p for p in parts_of(bundle_of(ELM, OAK, records=long)) if isinstance(p, Records)]
    assert [wire for part in parts for wire in part.wires] == [record.wire for record in long]
    sizes = [sum(len(body) for body, _ in part.wires) for part in parts]
    assert len(sizes) > 2
    assert all(BUNDLE_PART_BYTES <= size < BUNDLE_PART_BYTES + 8192 for size in sizes[:-1])


def test_nothing_can_be_written_that_the_head_does_not_promise() -> None:
    for promised in (2, 4):
        head = head_of(ELM, OAK, records=promised)
        wires = [record.wire for record in RECORDS]
        certificates = [ELM.certificate.wire, OAK.certificate.wire]
        with pytest.raises(LocalError):
            list(write_bundle(ELM.key, head, certificates, wires, []))


# --- Who made it ---


def test_a_head_signed_by_another_key_is_refused() -> None:
    head = head_of(ELM, OAK, records=0)
    assert refusal_of(made_of(signed_head(THIEF.key, head_fields(head)))) == "bad_signature"


def test_a_table_changed_by_the_carrier_is_refused() -> None:
    """The one who carries the stick cannot bring a pod of its own nearer."""
    head = head_of(ELM, OAK, records=0)
    part = signed_head(ELM.key, head_fields(head))
    forged = Table([*head.table.entries.values(), THIEF.entry(1)])
    body = encode(tuple(head_fields(head._replace(table=forged)).values()))
    assert refusal_of(made_of(encode((64, body, part[-64:])))) == "bad_signature"


def test_the_signature_is_over_the_purpose_too() -> None:
    body = encode(tuple(head_fields(head_of(ELM, OAK, records=0)).values()))
    signature = ELM.key.sign(b"mutualpod/1 record\0", body)
    assert refusal_of(made_of(encode((64, body, signature)))) == "bad_signature"


def test_a_certificate_by_another_pod_is_refused() -> None:
    wire = ELM.certificate.wire[:-1] + bytes([ELM.certificate.wire[-1] ^ 1])
    fields = head_fields(head_of(ELM, OAK, records=0)) | {"certificate": wire}
    assert refusal_of(made_of(signed_head(ELM.key, fields))) == "bad_signature"


# --- Odd bytes ---


def test_another_version_is_told_from_what_is_no_bundle() -> None:
    assert refusal_of(made_of(version=2)) == "unknown_version"
    assert refusal_of(b"PK" + WHOLE[2:]) == "malformed"


def test_zeros_after_the_tear_are_no_records() -> None:
    """What a stick pulled out too early often holds."""
    found: list[Part] = []
    with pytest.raises(PeerError, match="malformed"):
        found.extend(read_bundle([WHOLE[:-END_BYTES] + bytes(1000)]))
    assert said(found) == said(parts_of(WHOLE))[:-1]


@pytest.mark.parametrize(
    ("length", "code"),
    [(0, "malformed"), (MAX_FRAME_BYTES + 1, "too_large"), (2**32 - 1, "too_large")],
)
def test_a_length_that_lies_is_refused_before_anything_is_kept(length: int, code: str) -> None:
    def chunks() -> Iterator[bytes]:
        yield MAGIC + b"\1" + length.to_bytes(4, "big")
        raise AssertionError("read on")

    with pytest.raises(PeerError) as refusal:
        list(read_bundle(chunks()))
    assert refusal.value.code == code


def test_bytes_after_the_end_are_refused() -> None:
    assert refusal_of(WHOLE + b"\0") == "malformed"


def test_a_wrong_digest_is_told() -> None:
    end = encode((66, bytes(32)))
    assert parts_of(WHOLE[: -len(framed(end))] + framed(end))[-1] == End(is_whole=False)


def test_a_bundle_that_lacks_what_its_head_promises_is_not_whole() -> None:
    part = signed_head(ELM.key, head_fields(head_of(ELM, OAK, records=1)))
    assert parts_of(made_of(part))[-1] == End(is_whole=False)


HEAD = signed_head(ELM.key, head_fields(head_of(ELM, OAK, records=1, ids=1)))
WIRE = RECORDS[0].wire


@pytest.mark.parametrize(
    "parts",
    [
        (Records((WIRE,)),),
        (Certificates((ELM.certificate.wire,)), HEAD),
        (HEAD, HEAD),
        (HEAD, Records(())),
        (HEAD, Records((WIRE, WIRE))),
        (HEAD, Records((WIRE,)), Records((WIRE,))),
        (HEAD, Certificates((b"x",) * 3)),
        (HEAD, encode((65, b""))),
        (HEAD, encode((65, bytes(7)))),
        (HEAD, encode((65, bytes(16)))),
        (HEAD, encode((65, (bytes(8),)))),
        (HEAD, encode((66, bytes(31)))),
        (HEAD, encode((68, bytes(32)))),
        (HEAD, Hello(1, True, 0, None, bytes(32), bytes(32))),
        (HEAD, TableFrame(None, (), (), bytes(32))),
        (HEAD, b"\xc1"),
    ],
    ids=[
        "no_head", "late_head", "two_heads", "empty_records", "more_records", "more_parts",
        "more_certificates", "no_ids", "odd_ids", "more_ids", "ids_as_list", "short_digest",
        "unknown_code", "hello", "table", "no_msgpack",
    ],
)  # fmt: skip
def test_parts_out_of_place_or_more_than_promised_are_refused(parts: tuple[Any, ...]) -> None:
    assert refusal_of(made_of(*parts)) == "malformed"


@pytest.mark.parametrize(
    "changed",
    [
        {"run_id": bytes(15)},
        {"run_id": "0123456789abcdef"},
        {"created_ms": UINT53_END},
        {"created_ms": -1},
        {"created_ms": True},
        {"clock": 3},
        {"floor_s": None},
        {"table": b""},
        {"certificates": MAX_TABLE_ENTRIES + 1},
        {"records": MAX_BUNDLE_RECORDS + 1},
        {"ids": MAX_BUNDLE_RECORDS + 1},
        {"more": 0},
    ],
    ids=lambda changed: "_".join(map(str, *changed.items()))[:30],
)
def test_odd_heads_are_refused_even_if_signed(changed: dict[str, Any]) -> None:
    fields = head_fields(head_of(ELM, OAK, records=0)) | changed
    assert refusal_of(made_of(signed_head(ELM.key, fields))) == "malformed"


def test_the_greatest_numbers_are_read() -> None:
    head = head_of(ELM, OAK, records=MAX_BUNDLE_RECORDS, ids=MAX_BUNDLE_RECORDS)
    head = head._replace(created_ms=UINT53_END - 1, certificates=MAX_TABLE_ENTRIES)
    assert said(parts_of(made_of(signed_head(ELM.key, head_fields(head)))))[:1] == said([head])


def said(parts: list[Part]) -> list[Any]:
    """Return parts in a form that can be compared: a Table is known by its hash."""
    return [
        part._replace(table=part.table.hash) if isinstance(part, Head) else part  # type: ignore[arg-type]
        for part in parts
    ]
