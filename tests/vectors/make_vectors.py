"""Writes all vectors but those of set reconciliation: `python -m tests.vectors.make_vectors`.

Never run by CI: the files are part of the specification, and a change of one is a change of
protocol. Written without our own code, from docs/protocol.md, with msgpack, SHA-256 and the
arithmetic of tests/edwards.py, so that our code is measured against something else.
"""

import base64
import json
from collections.abc import Iterator
from hashlib import sha256
from pathlib import Path
from typing import Any, Final

import msgpack

from tests import edwards
from tests.edwards import BASE, SMALL_ORDER, compress
from tests.vectors.bundles import bundles
from tests.vectors.case import Case, accepted, refused
from tests.vectors.frames import frames
from tests.vectors.handshakes import handshakes
from tests.vectors.invitations import invitations
from tests.vectors.mails import mails
from tests.vectors.odd_signatures import signatures
from tests.vectors.pairings import pairings
from tests.vectors.pods import (
    CERTIFICATE_TAG,
    OTHER_SEED,
    POD,
    POD_SEED,
    WORKING,
    WORKING_SEED,
    certificate_body,
    certificate_wire,
)
from tests.vectors.sets import sets
from tests.vectors.tables import tables

FOLDER: Final = Path(__file__).parent

RID: Final = bytes(range(0xA0, 0xB0))
RECORD_TAG: Final = b"mutualpod/1 record\0"


# --- Pod ids ---


def pod_id_raw(key: bytes, version: int = 1) -> bytes:
    tail = bytes([version])
    return key + sha256(b"mutualpod/1 pod id\0" + key + tail).digest()[:2] + tail


def pod_ids() -> Iterator[Case]:
    def text_of(raw: bytes) -> str:
        return base64.b32encode(raw).decode().lower().rstrip("=")

    text = text_of(pod_id_raw(POD))
    groups = " ".join(text[at : at + 8] for at in range(0, 56, 8)).upper()
    value = {"pod_id": POD.hex(), "text": text}

    def wrong(name: str, about: str, given: str) -> Case:
        return refused(name, about, "parse", "invalid_pod_id", {"text": given})

    yield accepted("as_printed", "The text form as a node prints it.", {"text": text}, value)
    yield accepted("in_groups", "Typed in capitals and groups.", {"text": groups}, value)
    yield accepted(
        "hyphens", "Hyphens and a line break.", {"text": text[:20] + "-\n" + text[20:]}, value
    )
    other = "b" if text[7] == "a" else "a"
    yield wrong("character_changed", "One character differs.", text[:7] + other + text[8:])
    swapped = text[:5] + text[6] + text[5] + text[7:]
    yield wrong("characters_swapped", "Two neighbouring characters changed places.", swapped)
    checksum = bytes([POD[0]]) + pod_id_raw(POD)[1:32] + b"\0\0\1"
    yield wrong("checksum_wrong", "The checksum is two zero bytes.", text_of(checksum))
    yield wrong("version_2", "Whole, but of a version to come.", text_of(pod_id_raw(POD, 2)))
    yield wrong("too_short", "The last character is missing.", text[:-1])
    yield wrong("too_long", "One character too many.", text + "a")
    yield wrong("digit_0", "A zero for an o: base32 has no zero.", "0" + text[1:])
    yield wrong("padded", "Eight characters of padding follow.", text + "========")
    yield wrong("not_ascii", "A long s, which a careless reader takes for an s.", "ſ" + text[1:])
    yield wrong("empty", "Nothing.", "")


# --- Certificates ---


def certificates() -> Iterator[Case]:
    def good(name: str, about: str, **changed: int) -> Case:
        wire = certificate_wire(certificate_body(**changed))
        numbers = {"epoch": 1_790_000_000, "issued_s": 1_790_000_001} | changed
        value = {"pod_id": POD.hex(), "working_key": WORKING.hex(), **numbers}
        value["hash"] = sha256(CERTIFICATE_TAG + wire).hexdigest()
        return accepted(name, about, {"wire": wire.hex()}, value)

    def bad(name: str, about: str, code: str, wire: bytes, stage: str = "parse") -> Case:
        return refused(name, about, stage, code, {"wire": wire.hex()})

    def bad_body(name: str, about: str, code: str, **changed: Any) -> Case:
        return bad(name, about, code, certificate_wire(certificate_body(**changed)))

    yield good("plain", "A certificate as any node makes it.")
    yield good(
        "greatest_numbers", "Every number at its bound.", epoch=2**53 - 1, issued_s=2**40 - 1
    )
    yield good("zeros", "Every number zero.", epoch=0, issued_s=0)

    body = certificate_body()
    signature = edwards.sign(POD_SEED, CERTIFICATE_TAG + body)
    wire = certificate_wire(body)
    yield bad_body("version_2", "A version to come.", "unknown_version", version=2)
    yield bad_body("version_0", "There is no version 0.", "unknown_version", version=0)
    yield bad_body("version_true", "The version is a bool.", "malformed", version=True)
    yield bad_body("field_missing", "No date.", "malformed", issued_s=...)
    yield bad_body("field_more", "A sixth field.", "malformed", rest=(0,))
    yield bad_body("epoch_2_53", "Epoch one past its bound.", "malformed", epoch=2**53)
    yield bad_body("epoch_negative", "Epoch -1.", "malformed", epoch=-1)
    yield bad_body("epoch_bool", "Epoch is a bool.", "malformed", epoch=True)
    yield bad_body("epoch_float", "Epoch is a float.", "malformed", epoch=1.0)
    yield bad_body("issued_2_40", "Date one past its bound.", "malformed", issued_s=2**40)
    yield bad_body("pod_id_31_bytes", "The pod id is short.", "malformed", pod_id=POD[:31])
    yield bad_body("working_key_33_bytes", "A long key.", "malformed", working_key=WORKING + b"\0")
    yield bad_body("working_key_text", "The key is text.", "malformed", working_key="k" * 32)
    yield bad_body("nested", "An array for a field.", "malformed", working_key=(1, 2))
    long_form = certificate_body(epoch=5).replace(b"\x05\xc4", b"\xcd\x00\x05\xc4")
    yield bad("epoch_long_form", "5 in three bytes.", "not_canonical", certificate_wire(long_form))
    body_as_text = msgpack.packb(("b" * 20, signature))
    yield bad("body_text", "The body is text.", "malformed", body_as_text)
    three = msgpack.packb((body, signature, 0))
    yield bad("three_parts", "Something follows the signature.", "malformed", three)
    short = msgpack.packb((body, signature[:63]))
    yield bad("signature_63_bytes", "The signature is short.", "malformed", short)
    yield bad("trailing_byte", "A byte follows.", "malformed", wire + b"\0")
    yield bad("truncated", "The last byte is missing.", "malformed", wire[:-1])
    yield bad("empty", "Nothing.", "malformed", b"")
    stuffed = msgpack.packb((body + bytes(60), signature))
    yield bad("too_long", "More bytes than any certificate has.", "too_large", stuffed)

    def unsigned(name: str, about: str, wire: bytes) -> Case:
        return bad(name, about, "bad_signature", wire, "signature")

    self_signed = certificate_wire(body, seed=WORKING_SEED)
    yield unsigned("by_working_key", "The working key certifies itself.", self_signed)
    yield unsigned("without_tag", "Signed without a tag.", certificate_wire(body, tag=b""))
    as_record = certificate_wire(body, tag=RECORD_TAG)
    yield unsigned("under_record_tag", "Signed as if it were a record.", as_record)
    raised = msgpack.packb((certificate_body(epoch=1_790_000_002), signature))
    yield unsigned("epoch_raised", "The epoch was raised after signing.", raised)
    yield unsigned("signature_zero", "64 zero bytes.", msgpack.packb((body, bytes(64))))
    weak = certificate_body(pod_id=compress(SMALL_ORDER[0]))
    forged = msgpack.packb((weak, compress(BASE) + (1).to_bytes(32, "little")))
    yield unsigned("pod_id_neutral", "The neutral point, for which anyone can sign.", forged)


# --- Records ---


def record_body(*, rest: tuple[Any, ...] = (), **changed: Any) -> bytes:
    fields: dict[str, Any] = {"version": 1, "author": POD, "epoch": 1_790_000_000}
    fields |= {"kind": 65_000, "rid": RID, "stamp_ms": 1_790_000_123_456, "scope": 2}
    fields |= {"valid_until_s": 1_792_000_000, "payload": b"\x81\xa4text\xa5hello"} | changed
    kept = [value for value in fields.values() if value is not ...]
    return msgpack.packb((*kept, *rest))


def record_input(
    body: bytes, *, seed: bytes = WORKING_SEED, tag: bytes = RECORD_TAG
) -> dict[str, str]:
    signature = edwards.sign(seed, tag + body)
    return {"body": body.hex(), "signature": signature.hex(), "working_key": WORKING.hex()}


def good_records() -> Iterator[Case]:
    def good(name: str, about: str, **changed: Any) -> Case:
        body = record_body(**changed)
        payload = changed.get("payload", b"\x81\xa4text\xa5hello")
        value = {"epoch": 1_790_000_000, "kind": 65_000, "stamp_ms": 1_790_000_123_456}
        value |= {"scope": 2, "valid_until_s": 1_792_000_000} | changed
        value |= {"author": POD.hex(), "rid": RID.hex()}
        value |= {"payload": None if payload is None else payload.hex()}
        value |= {"id": sha256(RECORD_TAG + body).hexdigest()}
        return accepted(name, about, record_input(body), value)

    yield good("network", "A record that may go anywhere.")
    yield good("near", "A record for direct neighbours.", scope=1)
    yield good("withdrawal", "A tombstone: no payload.", payload=None, valid_until_s=0)
    yield good("payload_empty", "An empty payload is not a withdrawal.", payload=b"")
    most = {"epoch": 2**53 - 1, "kind": 2**16 - 1, "stamp_ms": 2**53 - 1}
    yield good("greatest_numbers", "Every number at its bound.", **most, valid_until_s=2**40 - 1)
    zeros = {"epoch": 0, "kind": 0, "stamp_ms": 0, "valid_until_s": 0}
    yield good("zeros", "Every number zero.", **zeros)
    longest = bytes(8192 - len(record_body(payload=bytes(300))) + 300)
    yield good("longest", "A body of 8192 bytes.", payload=longest)


def malformed_records() -> Iterator[Case]:
    def bad(name: str, about: str, code: str, body: bytes) -> Case:
        return refused(name, about, "parse", code, record_input(body))

    def wrong(name: str, about: str, **changed: Any) -> Case:
        return bad(name, about, "malformed", record_body(**changed))

    yield bad("version_2", "A version to come.", "unknown_version", record_body(version=2))
    later = msgpack.packb((2, {"any": "shape"}))
    yield bad("version_2_other_shape", "A version to come, shaped anew.", "unknown_version", later)
    yield bad("version_0", "There is no version 0.", "unknown_version", record_body(version=0))
    yield wrong("version_true", "The version is a bool.", version=True)
    yield wrong("field_missing", "Eight fields.", payload=...)
    yield wrong("field_more", "Ten fields.", rest=(0,))
    yield wrong("author_31_bytes", "The author is short.", author=POD[:31])
    yield wrong("author_text", "The author is text.", author="a" * 32)
    yield wrong("epoch_2_53", "Epoch one past its bound.", epoch=2**53)
    yield wrong("epoch_negative", "Epoch -1.", epoch=-1)
    yield wrong("epoch_bool", "Epoch is a bool.", epoch=True)
    yield wrong("kind_2_16", "Kind one past its bound.", kind=2**16)
    yield wrong("rid_15_bytes", "The rid is short.", rid=RID[:15])
    yield wrong("stamp_2_53", "Stamp one past its bound.", stamp_ms=2**53)
    yield wrong("stamp_negative", "Stamp -1.", stamp_ms=-1)
    yield wrong("stamp_float", "The stamp is a float.", stamp_ms=1.5)
    yield wrong("scope_0", "Private is not a scope of records.", scope=0)
    yield wrong("scope_3", "There is no third scope.", scope=3)
    yield wrong("scope_bool", "True is not 1.", scope=True)
    yield wrong("valid_until_2_40", "The end, one past its bound.", valid_until_s=2**40)
    yield wrong("valid_until_nil", "No end is 0, not nil.", valid_until_s=None)
    yield wrong("payload_text", "The payload is text.", payload="hello")
    yield wrong("payload_map", "The payload is a map.", payload={"text": "hello"})
    yield wrong("payload_array", "The payload is an array.", payload=(1,))
    yield wrong("payload_ext", "The payload is an extension.", payload=msgpack.ExtType(1, b"x"))
    body = record_body(stamp_ms=5)
    three = body.replace(RID + b"\x05", RID + b"\xcd\x00\x05")
    yield bad("stamp_long_form", "5 in three bytes.", "not_canonical", three)
    signed = record_body(stamp_ms=300).replace(b"\xcd\x01\x2c", b"\xd1\x01\x2c")
    yield bad("stamp_signed_form", "300 as a signed number.", "not_canonical", signed)
    payload = record_body(payload=b"hello").replace(b"\xc4\x05hello", b"\xc5\x00\x05hello")
    yield bad("payload_long_form", "A length in two bytes.", "not_canonical", payload)
    yield bad("array_long_form", "A count in two bytes.", "malformed", b"\xdc\x00\x09" + body[1:])
    yield bad("version_long_form", "Version 1 in two bytes.", "malformed", b"\x99\xcc" + body[1:])
    yield bad("trailing_byte", "A byte follows.", "malformed", body + b"\0")
    yield bad("truncated", "The last byte is missing.", "malformed", body[:-1])
    yield bad("empty", "Nothing.", "malformed", b"")
    longest = 8192 - len(record_body(payload=bytes(300))) + 300
    too_long = record_body(payload=bytes(longest + 1))
    yield bad("too_long", "A body of 8193 bytes.", "too_large", too_long)
    short = record_input(body) | {"signature": record_input(body)["signature"][:126]}
    yield refused("signature_63_bytes", "The signature is short.", "parse", "malformed", short)


def unsigned_records() -> Iterator[Case]:
    body = record_body()

    def unsigned(name: str, about: str, given: dict[str, str]) -> Case:
        return refused(name, about, "signature", "bad_signature", given)

    other = record_input(body, seed=OTHER_SEED)
    yield unsigned("signature_by_other_key", "Another key than the certified one signed.", other)
    pod = record_input(body, seed=POD_SEED)
    yield unsigned("signature_by_pod_key", "The pod key signs certificates alone.", pod)
    yield unsigned("signature_without_tag", "Signed without a tag.", record_input(body, tag=b""))
    tagged = record_input(body, tag=CERTIFICATE_TAG)
    yield unsigned("signature_under_certificate_tag", "Signed as if a certificate.", tagged)
    zero = record_input(body) | {"signature": bytes(64).hex()}
    yield unsigned("signature_zero", "64 zero bytes.", zero)
    widened = record_input(record_body(scope=1)) | {"body": body.hex()}
    yield unsigned("scope_widened", "Signed as near, sent on as network.", widened)
    neutral = record_input(body) | {"working_key": compress(SMALL_ORDER[0]).hex()}
    neutral |= {"signature": (compress(BASE) + (1).to_bytes(32, "little")).hex()}
    yield unsigned("working_key_neutral", "A key for which anyone can sign.", neutral)


def records() -> Iterator[Case]:
    yield from good_records()
    yield from malformed_records()
    yield from unsigned_records()


def main() -> None:
    for what, cases in {
        "pod_id": pod_ids,
        "certificate": certificates,
        "record": records,
        "signature": signatures,
        "frame": frames,
        "table": tables,
        "sets": sets,
        "handshake": handshakes,
        "invitation": invitations,
        "bundle": bundles,
        "pairing": pairings,
        "mail": mails,
    }.items():
        for case in cases():
            case = {"what": what} | case
            name = case.pop("name")
            path = FOLDER / f"{what}_{name}.json"
            path.write_text(json.dumps(case, indent=1, ensure_ascii=False) + "\n", "utf-8")


if __name__ == "__main__":
    main()
