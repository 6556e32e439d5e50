"""The messages of the handshake, as both sides send them or with one thing changed (§7.1).

Keys, runs and nonces are those of the example in §7.1. What is signed can differ from what is
sent; a case is what one side is given (caller, answerer).
"""

from hashlib import sha512
from typing import Any, Final

import msgpack

from tests import edwards
from tests.vectors.case import shown
from tests.vectors.pods import (
    EPOCH,
    OTHER,
    OTHER_WORKING_SEED,
    POD,
    WORKING_SEED,
    certificate_body,
    certificate_hash,
    certificate_wire,
    other_certificate,
)

SERVER_TAG: Final = b"mutualpod/1 channel server\0"
CLIENT_TAG: Final = b"mutualpod/1 channel client\0"
RUN_C, NONCE_C = b"\xc0" * 16, b"\xc1" * 32
RUN_S, NONCE_S = b"\x50" * 16, b"\x51" * 32
TLS_HASH: Final = b"\xee" * 32
CERTIFICATE_C: Final = certificate_wire(certificate_body())
CERTIFICATE_S: Final = other_certificate()
LATER_C: Final = certificate_wire(certificate_body(epoch=EPOCH + 50))
LATER_S: Final = other_certificate(epoch=EPOCH + 200)
NAME: Final = "Oak Street"
SYNC: Final = ("sync",)
JOIN: Final = ("join", b"\x70" * 16, "Elm Street", ("192.168.1.4:4781", "elm.local:4781"))
PAIR: Final = ("pair", b"\x72" * 32)
OPENING: Final = msgpack.packb((1, NONCE_C))


def told(**changed: Any) -> tuple[Any, ...]:
    fields = {"version": 1, "nonce_c": NONCE_C, "nonce_s": NONCE_S, "pod_id": OTHER}
    fields |= {"hash": certificate_hash(CERTIFICATE_S), "run": RUN_S, "tls_hash": TLS_HASH}
    return tuple((fields | changed).values())


def server_signature(
    *, seed: bytes = OTHER_WORKING_SEED, tag: bytes = SERVER_TAG, **changed: Any
) -> bytes:
    return edwards.sign(seed, tag + sha512(msgpack.packb(told(**changed))).digest())


SIGNATURE_S: Final = server_signature()


def asked(**changed: Any) -> tuple[Any, ...]:
    fields = {"told": told(), "signature_s": SIGNATURE_S, "pod_id": POD}
    fields |= {"hash": certificate_hash(CERTIFICATE_C), "run": RUN_C, "purpose": SYNC} | changed
    before, *after, purpose = fields.values()
    return (*before, *after, msgpack.packb(purpose))


def client_signature(
    *, seed: bytes = WORKING_SEED, tag: bytes = CLIENT_TAG, **changed: Any
) -> bytes:
    return edwards.sign(seed, tag + sha512(msgpack.packb(asked(**changed))).digest())


def answer(*, sent: Any = (), rest: tuple[Any, ...] = (), **signed: Any) -> bytes:
    """Return message 2. sent: fields that differ from what was signed."""
    fields = {"certificate": CERTIFICATE_S, "run": RUN_S, "nonce": NONCE_S}
    fields |= {"signature": server_signature(**signed)} | dict(sent)
    return msgpack.packb((*fields.values(), *rest))


def proof(*, sent: Any = (), rest: tuple[Any, ...] = (), **signed: Any) -> bytes:
    """Return message 3. sent: fields that differ from what was signed."""
    fields = {"certificate": CERTIFICATE_C, "run": RUN_C, "signature": client_signature(**signed)}
    fields |= {"purpose": signed.get("purpose", SYNC)} | dict(sent)
    return msgpack.packb((*fields.values(), *rest))


WELCOME: Final = msgpack.packb(("ok", NAME))


def caller(
    *received: bytes,
    purpose: Any = SYNC,
    known: bytes | None = None,
    expect: bytes | None = OTHER,
) -> dict[str, Any]:
    given = {"role": "caller", "working_seed": WORKING_SEED, "certificate": CERTIFICATE_C}
    given |= {"run": RUN_C, "nonce": NONCE_C, "tls_hash": TLS_HASH, "expect": expect}
    given |= {"known": known, "purpose": purpose, "received": received}
    return {name: shown(value) for name, value in given.items()}


def answerer(*received: bytes) -> dict[str, Any]:
    given = {"role": "answerer", "working_seed": OTHER_WORKING_SEED, "certificate": CERTIFICATE_S}
    given |= {"run": RUN_S, "nonce": NONCE_S, "tls_hash": TLS_HASH, "name": NAME}
    given |= {"received": received}
    return {name: shown(value) for name, value in given.items()}
