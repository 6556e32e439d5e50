"""Plays one side of a pairing from a vector, with our own code."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import Any

from node.pairing import spoken
from protocol.identity import open_certificate
from protocol.pairing import Agreement, Introduction, PairingAnswer, PairingCall

Stage = Callable[[str], AbstractContextManager[None]]


def play_pairing(
    stage: Stage,
    *,
    role: str,
    certificate_c: str,
    certificate_s: str,
    tls_hash: str,
    nonce: str,
    received: list[str],
    **of_role: Any,
) -> dict[str, Any]:
    """Return what the side sends and shows. stage: names where it fails."""
    caller, answerer, tls, fresh = map(
        bytes.fromhex, (certificate_c, certificate_s, tls_hash, nonce)
    )
    certificates = open_certificate(caller), open_certificate(answerer)
    first, *rest = map(bytes.fromhex, received)
    value: dict[str, Any]
    if role == "caller":
        call = PairingCall(certificates[0], nonce=fresh)
        ours = Introduction(of_role["name"], tuple(of_role["addresses"]))
        with stage("challenge"):
            message, words = call.reveal(first, certificates[1], tls, ours)
        value = {"commitment": call.commitment.hex(), "sent": [message.hex()]}
    else:
        commitment = bytes.fromhex(of_role["commitment"])
        answer = PairingAnswer(*certificates[::-1], commitment, tls, nonce=fresh)
        value = {"sent": [answer.challenge().hex()]}
        with stage("reveal"):
            theirs, words = answer.check(first)
        value |= {"name": theirs.name, "addresses": [*theirs.addresses]}
    agreement = Agreement()
    with stage("agreement"):
        for message in rest:
            agreement.hear(message)
    return value | {"words": " ".join(spoken(words)), "agreed": agreement.theirs}
