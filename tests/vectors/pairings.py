"""Vectors of pairing: one side of one attempt, what it hears, and what it says to that (§10.4).

The channel is that of the handshake's example. Stages are the messages, in order: "challenge" or
"reveal", then "agreement".
"""

from collections.abc import Iterator
from hashlib import sha256
from typing import Any, Final

import msgpack
from mnemonic import Mnemonic

from tests.vectors.case import Case, accepted, refused, shown
from tests.vectors.handshake_messages import CERTIFICATE_C, CERTIFICATE_S, LATER_C, TLS_HASH
from tests.vectors.pods import OTHER, POD, certificate_hash

COMMITMENT_TAG: Final = b"mutualpod/1 pairing commitment\0"
WORDS_TAG: Final = b"mutualpod/1 pairing words\0"
NONCE_C, NONCE_S = b"\xd1" * 32, b"\x61" * 32
NAME: Final = "Elm Street"
ADDRESSES: Final = ("192.168.1.4:4781", "elm.local:4781")
COMMITMENT: Final = sha256(COMMITMENT_TAG + NONCE_C + POD + CERTIFICATE_C).digest()
CHALLENGE: Final = msgpack.packb(("nonce", NONCE_S))
REVEAL: Final = msgpack.packb(("reveal", NONCE_C, NAME, ADDRESSES))
AGREED: Final = msgpack.packb(("agreed",))


def words(**changed: bytes) -> str:
    fields = {"pod_c": POD, "pod_s": OTHER}
    fields |= {"c": certificate_hash(CERTIFICATE_C), "s": certificate_hash(CERTIFICATE_S)}
    fields |= {"nonce_c": NONCE_C, "nonce_s": NONCE_S, "tls_hash": TLS_HASH}
    digest = sha256(WORDS_TAG + b"".join((fields | changed).values())).digest()
    bits = "".join(f"{byte:08b}" for byte in digest)
    book = Mnemonic("english").wordlist
    return " ".join(book[int(bits[at : at + 11], 2)] for at in range(0, 66, 11))


def caller(*received: bytes) -> dict[str, Any]:
    given = {"role": "caller", "certificate_c": CERTIFICATE_C, "certificate_s": CERTIFICATE_S}
    given |= {"tls_hash": TLS_HASH, "nonce": NONCE_C, "name": NAME, "addresses": ADDRESSES}
    return {name: shown(value) for name, value in (given | {"received": received}).items()}


def answerer(
    *received: bytes, commitment: bytes = COMMITMENT, certificate_c: bytes = CERTIFICATE_C
) -> dict[str, Any]:
    given = {"role": "answerer", "certificate_c": certificate_c, "certificate_s": CERTIFICATE_S}
    given |= {"tls_hash": TLS_HASH, "nonce": NONCE_S, "commitment": commitment}
    return {name: shown(value) for name, value in (given | {"received": received}).items()}


def calls() -> Iterator[Case]:
    sent = {"commitment": COMMITMENT.hex(), "sent": [REVEAL.hex()]}
    value = sent | {"words": words(), "agreed": False}
    yield accepted("caller", "Before people have answered.", caller(CHALLENGE), value)
    agreed = value | {"agreed": True}
    about = "The people of the other side agreed."
    yield accepted("caller_agreed", about, caller(CHALLENGE, AGREED), agreed)
    other = msgpack.packb(("nonce", bytes(32)))
    about = "Another nonce of the answerer: other words."
    yield accepted(
        "caller_nonce_zero", about, caller(other), value | {"words": words(nonce_s=bytes(32))}
    )

    def bad(name: str, about: str, code: str, message: bytes) -> Case:
        return refused(f"challenge_{name}", about, "challenge", code, caller(message))

    short = msgpack.packb(("nonce", bytes(31)))
    yield bad("31_bytes", "A short nonce.", "malformed", short)
    yield bad("text", "The nonce is text.", "malformed", msgpack.packb(("nonce", "n" * 32)))
    yield bad("field_more", "A field more.", "malformed", msgpack.packb(("nonce", NONCE_S, 0)))
    yield bad("reveal", "The other side's own reveal comes back.", "malformed", REVEAL)
    long_form = b"\xdc\0\2" + CHALLENGE[1:]
    yield bad("long_form", "A count in two bytes.", "not_canonical", long_form)
    yield bad("empty", "Nothing.", "malformed", b"")


def answers() -> Iterator[Case]:
    value = {"sent": [CHALLENGE.hex()], "name": NAME, "addresses": shown(ADDRESSES)}
    value |= {"words": words(), "agreed": False}
    yield accepted("answerer", "The same words as the caller's.", answerer(REVEAL), value)
    bare = msgpack.packb(("reveal", NONCE_C, NAME, ()))
    about = "The caller does not know where it is."
    yield accepted("answerer_no_addresses", about, answerer(bare), value | {"addresses": []})

    def bad(name: str, about: str, code: str, message: bytes, **given: bytes) -> Case:
        return refused(f"reveal_{name}", about, "reveal", code, answerer(message, **given))

    def malformed(name: str, about: str, *fields: Any) -> Case:
        return bad(name, about, "malformed", msgpack.packb(("reveal", *fields)))

    def broken(name: str, about: str, message: bytes = REVEAL, **given: bytes) -> Case:
        return bad(name, about, "commitment_broken", message, **given)

    other = msgpack.packb(("reveal", bytes(32), NAME, ADDRESSES))
    yield broken("other_nonce", "Another nonce than it was bound to.", other)
    yield broken("zero_commitment", "Bound to nothing.", commitment=bytes(32))
    untagged = sha256(NONCE_C + POD + CERTIFICATE_C).digest()
    yield broken("without_tag", "The hash has no tag.", commitment=untagged)
    nobody = sha256(COMMITMENT_TAG + NONCE_C).digest()
    yield broken("nonce_alone", "The hash does not say who calls.", commitment=nobody)
    about = "Bound under another certificate than it proved."
    yield broken("other_certificate", about, certificate_c=LATER_C)
    yield malformed("nonce_31_bytes", "A short nonce.", bytes(31), NAME, ADDRESSES)
    yield malformed("name_of_61", "One character too many.", NONCE_C, "n" * 61, ADDRESSES)
    yield malformed("name_two_lines", "A name is one line.", NONCE_C, "Elm\nStreet", ADDRESSES)
    yield malformed("five_addresses", "One too many.", NONCE_C, NAME, ADDRESSES[:1] * 5)
    yield malformed("address_number", "An address is text.", NONCE_C, NAME, (4781,))
    yield malformed("address_no_port", "No port.", NONCE_C, NAME, ("elm.local",))
    yield malformed("addresses_missing", "None is an empty list.", NONCE_C, NAME)
    padded = msgpack.packb(("reveal", NONCE_C, NAME, ADDRESSES, bytes(1024)))
    yield bad("too_long", "Longer than a message may be.", "too_large", padded)


def agreements() -> Iterator[Case]:
    def bad(name: str, about: str, code: str, *messages: bytes) -> Case:
        return refused(f"agreement_{name}", about, "agreement", code, answerer(REVEAL, *messages))

    yield bad("field_more", "A field more.", "malformed", msgpack.packb(("agreed", True)))
    yield bad("text", "Not an array.", "malformed", msgpack.packb("agreed"))
    yield bad("reveal_again", "It reveals once more.", "malformed", REVEAL)
    yield bad("twice", "People agree once.", "out_of_turn", AGREED, AGREED)


def pairings() -> Iterator[Case]:
    yield from calls()
    yield from answers()
    yield from agreements()
