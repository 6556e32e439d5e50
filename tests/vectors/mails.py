"""Vectors of mail, written from docs/protocol.md §15, sealed by tests/vectors/hpke.py.

The second pod of the vectors writes to the first one.
"""

from collections.abc import Iterator
from hashlib import sha256
from typing import Any, Final

import msgpack

from tests import edwards
from tests.vectors import hpke
from tests.vectors.case import Case, accepted, refused
from tests.vectors.pods import (
    EPOCH,
    OTHER,
    OTHER_SEED,
    OTHER_WORKING_SEED,
    POD,
    WORKING_SEED,
    other_certificate,
)

KEY: Final = hpke.mail_public(WORKING_SEED)
THROW_AWAY: Final = bytes(range(0x70, 0x90))
MESSAGE_ID: Final = bytes(range(0xB0, 0xC0))
TOKEN: Final = bytes(range(0xD0, 0xE0))
EXPIRES_S: Final = EPOCH + 14 * 86_400
WRITTEN_S: Final = EPOCH + 77
CONTENT: Final = b"Two bags of rice?"
LETTER_TAG: Final = b"mutualpod/1 letter\0"
MAIL_TAG: Final = b"mutualpod/1 mail\0"


def body(*, rest: tuple[Any, ...] = (), **changed: Any) -> bytes:
    fields: dict[str, Any] = {
        "certificate": other_certificate(),
        "recipient": POD,
        "recipient_key": KEY,
        "message_id": MESSAGE_ID,
        "written_s": WRITTEN_S,
        "content": CONTENT,
        "token": TOKEN,
    } | changed
    return msgpack.packb((*(value for value in fields.values() if value is not ...), *rest))


def letter(
    what: bytes, *, seed: bytes = OTHER_WORKING_SEED, tag: bytes = LETTER_TAG, cut: int = 64
) -> bytes:
    return msgpack.packb((what, edwards.sign(seed, tag + what)[:cut]))


def padded(plain: bytes, step: int = 512) -> bytes:
    filled = len(plain).to_bytes(2, "big") + plain
    return filled + bytes(-len(filled) % step)


def mail(plain: bytes, *, info: bytes | None = None, to: bytes = KEY, **changed: Any) -> bytes:
    """Return mail whose sealed part is plain; info: what it is bound to, if not to its outside."""
    fields: dict[str, Any] = {
        "version": 1,
        "suite": 1,
        "recipient": POD,
        "epoch": EPOCH,
        "key_id": hpke.key_id(KEY),
        "expires_s": EXPIRES_S,
        "token_hash": sha256(b"mutualpod/1 mail token\0" + TOKEN).digest(),
    } | changed
    outside = tuple(fields.values())
    bound = MAIL_TAG + msgpack.packb(outside) if info is None else info
    return msgpack.packb((*outside, hpke.seal(plain, to, bound, THROW_AWAY)))


def given(wire: bytes) -> dict[str, Any]:
    return {"wire": wire.hex(), "us": POD.hex(), "working_seed": WORKING_SEED.hex()}


def good(name: str, about: str, wire: bytes, **changed: Any) -> Case:
    value = {
        "id": sha256(MAIL_TAG + wire).hexdigest(),
        "recipient": POD.hex(),
        "epoch": EPOCH,
        "expires_s": EXPIRES_S,
        "sender": OTHER.hex(),
        "message_id": MESSAGE_ID.hex(),
        "written_s": WRITTEN_S,
        "content": CONTENT.hex(),
        "token": TOKEN.hex(),
    }
    return accepted(name, about, given(wire), value | changed)


def outside(name: str, about: str, wire: bytes, code: str = "malformed") -> Case:
    return refused(name, about, "outside", code, given(wire))


def sealed(name: str, about: str, wire: bytes, code: str = "cannot_open") -> Case:
    return refused(name, about, "sealed", code, given(wire))


def inside(name: str, about: str, plain: bytes, code: str = "malformed") -> Case:
    return refused(name, about, "letter", code, given(mail(plain)))


def mails() -> Iterator[Case]:
    plain = padded(letter(body()))
    wire = mail(plain)
    yield good("plain", "A letter of a line.", wire)
    longest = padded(letter(body(content=bytes(5632))))
    yield good("longest", "The longest content.", mail(longest), content=bytes(5632).hex())
    numbers = {"epoch": 2**53 - 1, "expires_s": 2**40 - 1}
    yield good("greatest_numbers", "Every number at its bound.", mail(plain, **numbers), **numbers)
    late = padded(letter(body(written_s=0)))
    yield good("written_at_0", "A clock that was never set.", mail(late), written_s=0)

    yield outside("version_2", "A version to come.", mail(plain, version=2), "unknown_version")
    yield outside("version_true", "The version is a bool.", mail(plain, version=True))
    yield outside("suite_256", "A suite past its bound.", mail(plain, suite=256))
    yield outside("recipient_31_bytes", "The recipient is short.", mail(plain, recipient=POD[1:]))
    yield outside("epoch_2_53", "Epoch one past its bound.", mail(plain, epoch=2**53))
    yield outside("key_id_9_bytes", "The key id is long.", mail(plain, key_id=bytes(9)))
    yield outside("expires_2_40", "The end one past its bound.", mail(plain, expires_s=2**40))
    yield outside("expires_float", "The end is a float.", mail(plain, expires_s=1.0))
    yield outside("token_hash_31_bytes", "The hash is short.", mail(plain, token_hash=bytes(31)))
    fields = msgpack.unpackb(wire)
    yield outside("field_more", "A ninth field.", msgpack.packb((*fields, 0)))
    yield outside("field_missing", "Nothing is sealed.", msgpack.packb(fields[:-1]))
    yield outside("sealed_empty", "48 bytes seal nothing.", mail(b""))
    yield outside("sealed_6193_bytes", "A byte more than twelve steps.", mail(bytes(6145)))
    too_long = msgpack.packb((*fields[:-1], bytes(6400)))
    yield outside("too_long", "More than 6,400 bytes.", too_long, "too_large")
    yield outside("trailing_byte", "A byte follows.", wire + b"\0")
    yield outside("empty", "Nothing.", b"")
    long_form = wire.replace(b"\x98\x01\x01", b"\x98\x01\xcc\x01")
    yield outside("suite_long_form", "Suite 1 in two bytes.", long_form, "not_canonical")

    yield sealed("suite_2", "A suite to come.", mail(plain, suite=2), "unknown_suite")
    for name in ("recipient", "epoch", "key_id", "expires_s", "token_hash"):
        other = dict(
            zip(("recipient", "key_id", "token_hash"), (OTHER, bytes(8), bytes(32)), strict=True)
        )
        changed = msgpack.packb((*_replaced(fields, name, other.get(name, EPOCH + 5)), fields[-1]))
        yield sealed(f"{name}_changed", "A carrier has changed the outside.", changed)
    yield sealed("last_bit", "A carrier has changed a bit.", wire[:-1] + bytes([wire[-1] ^ 1]))
    yield sealed(
        "to_other_key",
        "Sealed to the key of another pod.",
        mail(plain, to=hpke.mail_public(OTHER_WORKING_SEED)),
    )
    yield sealed("without_info", "Bound to nothing.", mail(plain, info=b""))
    yield sealed(
        "without_tag",
        "Bound to the outside, without a tag.",
        mail(plain, info=msgpack.packb(tuple(fields[:-1]))),
    )

    signed = letter(body())
    yield inside("not_padded", "Not filled up.", len(signed).to_bytes(2, "big") + signed)
    yield inside("step_1024", "Filled up to another step.", padded(signed) + bytes(512))
    yield inside("padding_not_zero", "The filling says something.", padded(signed)[:-1] + b"\1")
    yield inside("length_past_end", "Longer than what is there.", b"\xff\xff" + padded(signed)[2:])
    yield inside(
        "length_one_less",
        "The length cuts the letter.",
        (len(signed) - 1).to_bytes(2, "big") + padded(signed)[2:],
    )
    yield inside("signature_63_bytes", "The signature is short.", padded(letter(body(), cut=63)))
    yield inside("no_letter", "A number.", padded(b"\x07"))
    yield inside("body_field_more", "An eighth field.", padded(letter(body(rest=(0,)))))
    yield inside("body_field_missing", "No token.", padded(letter(body(token=...))))
    yield inside("content_empty", "Nothing is said.", padded(letter(body(content=b""))))
    yield inside(
        "content_5633_bytes", "A byte too much.", padded(letter(body(content=bytes(5633))))
    )
    yield inside("content_text", "The content is text.", padded(letter(body(content="rice"))))
    yield inside("written_2_40", "Written past the bound.", padded(letter(body(written_s=2**40))))
    yield inside(
        "message_id_15_bytes", "The id is short.", padded(letter(body(message_id=bytes(15))))
    )
    yield inside("certificate_empty", "No certificate.", padded(letter(body(certificate=b""))))
    forged = other_certificate()[:-1] + b"\0"
    yield inside(
        "certificate_forged",
        "The pod key did not sign it.",
        padded(letter(body(certificate=forged))),
        "bad_signature",
    )
    yield inside(
        "by_other_key",
        "Another key than the certified one signed.",
        padded(letter(body(), seed=WORKING_SEED)),
        "bad_signature",
    )
    yield inside(
        "by_pod_key",
        "The pod key signs certificates alone.",
        padded(letter(body(), seed=OTHER_SEED)),
        "bad_signature",
    )
    yield inside(
        "without_letter_tag",
        "Signed without a tag.",
        padded(letter(body(), tag=b"")),
        "bad_signature",
    )
    yield inside(
        "resealed",
        "Written to another pod, whose people sealed it to us.",
        padded(letter(body(recipient=OTHER))),
        "other_recipient",
    )
    yield inside(
        "other_key_of_ours",
        "Written to us, and to another key.",
        padded(letter(body(recipient_key=bytes(32)))),
        "other_recipient",
    )
    yield inside(
        "other_token",
        "The token is of another mail.",
        padded(letter(body(token=bytes(16)))),
        "other_token",
    )


def _replaced(fields: list[Any], name: str, value: Any) -> list[Any]:
    names = ["version", "suite", "recipient", "epoch", "key_id", "expires_s", "token_hash"]
    return [value if it == name else old for it, old in zip(names, fields, strict=False)]
