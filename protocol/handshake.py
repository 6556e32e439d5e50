"""Two pods prove to each other who they are: four messages, bytes in and bytes out.

Spec: docs/protocol.md §7.1 (rules R3, R11, R12, R16). It runs inside a TLS connection that proves
nothing by itself. The transcript that both sign holds what each side saw of that connection,
so a man in the middle with a TLS certificate of his own is found; and all that tells one side,
connection and run from another, so no answer is worth anything anywhere else.

    caller                                     answerer
    version, nonce                        ->
                                          <-   certificate, run id, nonce, signature
    certificate, run id, signature, purpose ->       (or: "superseded", certificate)
                                          <-   "ok", name   (or: "refused", code, certificate)

The answerer proves itself first: the caller shows neither its name nor an invitation's token
to any pod but the one that it was told to expect. Only to pair (protocol/pairing.py) may a
caller not know yet whom it will meet: it shows who it is, and its people decide.
"""

import hashlib
from dataclasses import dataclass, field
from typing import Final, NamedTuple, TypeAlias

from protocol.codec import Value, decode, encode
from protocol.errors import ERRORS, LocalError, PeerError
from protocol.identity import (
    SIGNATURE_BYTES,
    TAG_CHANNEL_CLIENT,
    TAG_CHANNEL_SERVER,
    Certificate,
    PodId,
    WorkingKey,
    open_certificate,
    short_id,
    verify,
)
from protocol.introduction import is_address, is_pod_name
from protocol.limits import MAX_ADDRESSES, MAX_HANDSHAKE_BYTES

VERSION: Final = 1
NONCE_BYTES: Final = 32
RUN_ID_BYTES: Final = 16
TOKEN_BYTES: Final = 16
COMMITMENT_BYTES: Final = 32
_MAX_ITEMS: Final = 16
_MAX_DEPTH: Final = 3


class Identity(NamedTuple):
    """What one side proves. run_id: 16 random bytes, made when its process started."""

    certificate: Certificate
    key: WorkingKey
    run_id: bytes


@dataclass(frozen=True, slots=True)
class Sync:
    """The caller is a neighbour and wants to exchange records."""


@dataclass(frozen=True, slots=True)
class Join:
    """The caller has an invitation and wants to become a neighbour.

    token: 16 bytes.  name, addresses: what the answerer is to know of the caller.
    """

    token: bytes = field(repr=False)
    name: str
    addresses: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Pair:
    """The caller's people and the answerer's want to compare words. commitment: 32 bytes."""

    commitment: bytes


Purpose: TypeAlias = Sync | Join | Pair


class Peer(NamedTuple):
    """The other side of a connection, proved.

    name: what it calls itself; "" where it has not said so.  we_called: which side dialled.
    tls_hash: SHA-256 of the answerer's TLS certificate, the same for both.
    """

    certificate: Certificate
    run_id: bytes
    name: str
    purpose: Purpose
    we_called: bool
    tls_hash: bytes


class Refused(NamedTuple):
    """The answerer will not have this connection.

    code: a key of ERRORS.  certificate: with epoch_superseded, the caller's greater one as it
    travels; on the caller's side it has been checked.
    """

    code: str
    certificate: bytes | None = None


class Superseded(PeerError):
    """One side proved less than the other knows of it. certificate: the greater one."""

    def __init__(self, certificate: Certificate) -> None:
        super().__init__("epoch_superseded", f"epoch {certificate.epoch} is known")
        self.certificate = certificate


class Calling:
    """The side that dialled: open, prove, conclude, once each and in this order."""

    def __init__(
        self,
        us: Identity,
        purpose: Purpose,
        *,
        expect: PodId | None,
        known: Certificate | None,
        nonce: bytes,
    ) -> None:
        """expect, known: the pod that must answer, and its greatest certificate known here.

        expect: None only to pair: whoever answers will do.  nonce: 32 fresh random bytes.
        """
        if expect is None and not isinstance(purpose, Pair):
            raise LocalError("wrong_pod", "only to pair may anybody answer")
        self._us = us
        self._purpose = purpose
        self._expect = expect
        self._known = known
        self._nonce = nonce
        self._peer: Peer | None = None

    def open(self) -> bytes:
        """Return the first message; it says nothing about who we are."""
        return encode((VERSION, self._nonce))

    def prove(self, answer: bytes, tls_hash: bytes) -> bytes:
        """Return the third message, once the answerer has proved that it is the one expected.

        tls_hash: SHA-256 of the TLS certificate as we saw it.
        Raises PeerError: wrong_pod, bad_signature, what open_certificate raises; and
        Superseded, whose certificate farewell() tells the answerer.
        """
        match _decoded(answer):
            case (bytes() as wire, bytes() as run_id, bytes() as nonce, bytes() as signature) if (
                len(run_id) == RUN_ID_BYTES
                and len(nonce) == NONCE_BYTES
                and len(signature) == SIGNATURE_BYTES
            ):
                pass
            case _:
                raise PeerError("malformed", "answer")
        theirs = open_certificate(wire)
        if self._expect not in (theirs.pod_id, None):
            raise PeerError("wrong_pod", f"{short_id(theirs.pod_id)} answers")
        told = (VERSION, self._nonce, nonce, *_who(theirs, run_id), tls_hash)
        if not verify(theirs.working_key, signature, TAG_CHANNEL_SERVER + _digest(told)):
            raise PeerError("bad_signature", "answerer")
        if self._known is not None and theirs.rank < self._known.rank:
            raise Superseded(self._known)
        self._peer = Peer(theirs, run_id, "", self._purpose, we_called=True, tls_hash=tls_hash)
        us, purpose = self._us, _written(self._purpose)
        ours = (*told, signature, *_who(us.certificate, us.run_id), encode(purpose))
        return encode(
            (
                us.certificate.wire,
                us.run_id,
                us.key.sign(TAG_CHANNEL_CLIENT, _digest(ours)),
                purpose,
            )
        )

    def conclude(self, verdict: bytes) -> Peer | Refused:
        """Return the answerer with its name, or why it refused. PeerError (malformed) else."""
        match _decoded(verdict):
            case ("ok", str() as name) if self._peer and is_pod_name(name):
                return self._peer._replace(name=name)
            case ("refused", str() as code, None):
                return Refused(code if code in ERRORS else "refused")
            case ("refused", "epoch_superseded", bytes() as wire):
                return Refused("epoch_superseded", _greater(wire, self._us.certificate).wire)
        raise PeerError("malformed", "verdict")


class Answering:
    """The side that was dialled: answer, then admit; then welcome or refuse."""

    def __init__(self, us: Identity, tls_hash: bytes, *, nonce: bytes) -> None:
        """tls_hash: SHA-256 of our TLS certificate.  nonce: 32 fresh random bytes."""
        self._us = us
        self._tls_hash = tls_hash
        self._nonce = nonce
        self._told: tuple[Value, ...] = ()

    def answer(self, opening: bytes) -> bytes:
        """Return the second message. Raises PeerError (malformed, unknown_version...)."""
        match _decoded(opening):
            case (bool(), *_):  # True equals 1, but is another byte
                raise PeerError("malformed", "opening")
            case (int() as version, *_) if version != VERSION:
                raise PeerError("unknown_version", f"channel version {version}")
            case (int(), bytes() as nonce) if len(nonce) == NONCE_BYTES:
                pass
            case _:
                raise PeerError("malformed", "opening")
        us = self._us
        told = (VERSION, nonce, self._nonce, *_who(us.certificate, us.run_id), self._tls_hash)
        signature = us.key.sign(TAG_CHANNEL_SERVER, _digest(told))
        self._told = (*told, signature)
        return encode((us.certificate.wire, us.run_id, self._nonce, signature))

    def admit(self, proof: bytes) -> Peer:
        """Return who the caller proved to be, and what it wants. Whether it may is another matter.

        Raises PeerError (bad_signature, malformed...); and Superseded with our own greater
        certificate where the caller knows one.
        """
        match _decoded(proof):
            case ("superseded", bytes() as wire):
                raise Superseded(_greater(wire, self._us.certificate))
            case (bytes() as wire, bytes() as run_id, bytes() as signature, tuple() as purpose) if (
                len(run_id) == RUN_ID_BYTES and len(signature) == SIGNATURE_BYTES
            ):
                pass
            case _:
                raise PeerError("malformed", "proof")
        theirs = open_certificate(wire)
        told = (*self._told, *_who(theirs, run_id), encode(purpose))
        if not verify(theirs.working_key, signature, TAG_CHANNEL_CLIENT + _digest(told)):
            raise PeerError("bad_signature", "caller")
        wanted = _read_purpose(purpose)
        name = wanted.name if isinstance(wanted, Join) else ""
        return Peer(theirs, run_id, name, wanted, we_called=False, tls_hash=self._tls_hash)


def farewell(known: Certificate) -> bytes:
    """Return the third message to an answerer that proved less than known, its own certificate.

    A pod that was stolen, or restored from an old card, learns so from every neighbour it meets.
    """
    return encode(("superseded", known.wire))


def welcome(name: str) -> bytes:
    """Return the last message to a caller that may stay. name: of the answering pod."""
    return encode(("ok", name))


def refusal(refused: Refused) -> bytes:
    """Return the last message to a caller that may not."""
    return encode(("refused", refused.code, refused.certificate))


def _who(certificate: Certificate, run_id: bytes) -> tuple[Value, ...]:
    return certificate.pod_id, certificate.hash, run_id


def _digest(told: tuple[Value, ...]) -> bytes:
    return hashlib.sha512(encode(told)).digest()


def _decoded(data: bytes) -> Value:
    return decode(data, max_bytes=MAX_HANDSHAKE_BYTES, max_items=_MAX_ITEMS, max_depth=_MAX_DEPTH)


def _greater(wire: bytes, ours: Certificate) -> Certificate:
    """Return the certificate in wire if it is of our pod and greater than ours.

    Anyone can say that we are superseded; only the pod key can make it so.
    """
    certificate = open_certificate(wire)
    if certificate.pod_id != ours.pod_id or certificate.rank <= ours.rank:
        raise PeerError("malformed", "certificate that supersedes nothing")
    return certificate


def _written(purpose: Purpose) -> tuple[Value, ...]:
    if isinstance(purpose, Join):
        return "join", purpose.token, purpose.name, purpose.addresses
    if isinstance(purpose, Pair):
        return "pair", purpose.commitment
    return ("sync",)


def _read_purpose(value: tuple[Value, ...]) -> Purpose:
    match value:
        case ("sync",):
            return Sync()
        case ("join", bytes() as token, str() as name, tuple() as addresses) if (
            len(token) == TOKEN_BYTES and is_pod_name(name) and len(addresses) <= MAX_ADDRESSES
        ):
            return Join(token, name, tuple([_address(text) for text in addresses]))
        case ("pair", bytes() as commitment) if len(commitment) == COMMITMENT_BYTES:
            return Pair(commitment)
    raise PeerError("malformed", "purpose")


def _address(value: Value) -> str:
    if not (isinstance(value, str) and is_address(value)):
        raise PeerError("malformed", "address")
    return value
