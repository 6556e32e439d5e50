"""Plays one side of a handshake from a vector, with our own code."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import Any

from protocol.handshake import (
    Answering,
    Calling,
    Identity,
    Join,
    Pair,
    Peer,
    Purpose,
    Sync,
    welcome,
)
from protocol.identity import PodId, WorkingKey, open_certificate
from tests.vectors.case import shown

Stage = Callable[[str], AbstractContextManager[None]]


def play_handshake(
    stage: Stage,
    *,
    role: str,
    working_seed: str,
    certificate: str,
    run: str,
    nonce: str,
    tls_hash: str,
    received: list[str],
    **of_role: Any,
) -> dict[str, Any]:
    """Return the messages that the side sends and whom it met. stage: names where it fails."""
    us = Identity(
        open_certificate(bytes.fromhex(certificate)),
        WorkingKey.from_seed(bytes.fromhex(working_seed)),
        bytes.fromhex(run),
    )
    play = play_caller if role == "caller" else play_answerer
    rest = bytes.fromhex(nonce), bytes.fromhex(tls_hash), list(map(bytes.fromhex, received))
    return play(stage, us, *rest, **of_role)


def play_caller(
    stage: Stage,
    us: Identity,
    nonce: bytes,
    tls_hash: bytes,
    received: list[bytes],
    *,
    expect: str | None,
    known: str | None,
    purpose: list[Any],
) -> dict[str, Any]:
    calling = Calling(
        us,
        purpose_of(*purpose),
        expect=PodId(bytes.fromhex(expect)) if expect else None,
        known=open_certificate(bytes.fromhex(known)) if known else None,
        nonce=nonce,
    )
    answer, *verdicts = received
    sent = [calling.open()]
    with stage("answer"):
        sent.append(calling.prove(answer, tls_hash))
    (verdict,) = verdicts
    with stage("verdict"):
        outcome = calling.conclude(verdict)
    if isinstance(outcome, Peer):
        return {"sent": shown(sent), "peer": met(outcome) | {"name": outcome.name}}
    refused = {"code": outcome.code, "certificate": shown(outcome.certificate)}
    return {"sent": shown(sent), "refused": refused}


def play_answerer(
    stage: Stage, us: Identity, nonce: bytes, tls_hash: bytes, received: list[bytes], *, name: str
) -> dict[str, Any]:
    answering = Answering(us, tls_hash, nonce=nonce)
    opening, *proofs = received
    with stage("opening"):
        sent = [answering.answer(opening)]
    (proof,) = proofs
    with stage("proof"):
        peer = answering.admit(proof)
    sent.append(welcome(name))
    return {"sent": shown(sent), "peer": met(peer) | {"purpose": shown(told_of(peer.purpose))}}


def met(peer: Peer) -> dict[str, Any]:
    certificate = peer.certificate
    told = {"pod_id": certificate.pod_id, "epoch": certificate.epoch, "run": peer.run_id}
    return {name: shown(value) for name, value in told.items()}


def purpose_of(word: str, *fields: Any) -> Purpose:
    if word == "sync":
        return Sync()
    if word == "pair":
        return Pair(*map(bytes.fromhex, fields))
    token, name, addresses = fields
    return Join(bytes.fromhex(token), name, tuple(addresses))


def told_of(purpose: Purpose) -> tuple[Any, ...]:
    if isinstance(purpose, Sync):
        return ("sync",)
    if isinstance(purpose, Pair):
        return "pair", purpose.commitment
    return "join", purpose.token, purpose.name, purpose.addresses
