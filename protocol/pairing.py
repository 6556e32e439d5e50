"""Two pods become neighbours when their people read the same six words to each other.

Spec: docs/protocol.md §10.4 (rule R11). One attempt on a proved channel, bytes in and bytes out.
The channel proves that nobody sits between the two *keys*; the words, read aloud, that each key
is the one of the people who read them. Whoever sits in the middle has a key of his own, so the
words of the two screens hash different things; and as the caller is bound to its nonce before it
sees the answerer's, he cannot try nonces until they agree: he has one chance in 2^66.

    caller                                          answerer
    in its proof: SHA-256(tag, nonce_c, who)   ->
                                               <-   nonce_s
    nonce_c, name, addresses                   ->
    agreed                                    <->   agreed, when the people of each have said so
"""

import hashlib
from typing import Final, NamedTuple, TypeAlias

from protocol.codec import Value, decode, encode
from protocol.errors import PeerError
from protocol.handshake import NONCE_BYTES
from protocol.identity import TAG_PAIRING_COMMITMENT, TAG_PAIRING_WORDS, Certificate
from protocol.introduction import is_address, is_pod_name
from protocol.limits import MAX_ADDRESSES, MAX_HANDSHAKE_BYTES

WORD_COUNT: Final = 6
WORD_BITS: Final = 11
"""A word of a list of 2,048."""

Words: TypeAlias = tuple[int, ...]
"""WORD_COUNT places in the list of words, from 0."""


class Introduction(NamedTuple):
    """What a caller says of itself once it has shown its nonce. addresses: hints, at most 4."""

    name: str
    addresses: tuple[str, ...]


class PairingCall:
    """The side that dialled: commitment, then reveal, once each."""

    def __init__(self, us: Certificate, *, nonce: bytes) -> None:
        """nonce: 32 fresh random bytes."""
        self._us = us
        self._nonce = nonce
        self.commitment = commitment_of(nonce, us)

    def reveal(
        self, challenge: bytes, peer: Certificate, tls_hash: bytes, ours: Introduction
    ) -> tuple[bytes, Words]:
        """Return what answers a challenge, and the words. PeerError (malformed...) else.

        peer, tls_hash: as proved on the channel.
        """
        match _decoded(challenge):
            case ("nonce", bytes() as theirs) if len(theirs) == NONCE_BYTES:
                pass
            case _:
                raise PeerError("malformed", "challenge")
        message = encode(("reveal", self._nonce, ours.name, ours.addresses))
        return message, words_of(self._us, peer, self._nonce, theirs, tls_hash)


class PairingAnswer:
    """The side that was dialled: challenge, then check, once each."""

    def __init__(
        self,
        us: Certificate,
        peer: Certificate,
        commitment: bytes,
        tls_hash: bytes,
        *,
        nonce: bytes,
    ) -> None:
        """peer, commitment, tls_hash: as proved on the channel.  nonce: 32 fresh random bytes."""
        self._us = us
        self._peer = peer
        self._commitment = commitment
        self._tls_hash = tls_hash
        self._nonce = nonce

    def challenge(self) -> bytes:
        """Return the message that answers the caller's commitment."""
        return encode(("nonce", self._nonce))

    def check(self, reveal: bytes) -> tuple[Introduction, Words]:
        """Return who calls, and the words. PeerError (commitment_broken, malformed...) else."""
        match _decoded(reveal):
            case ("reveal", bytes() as nonce, str() as name, tuple() as addresses) if (
                len(nonce) == NONCE_BYTES
                and is_pod_name(name)
                and len(addresses) <= MAX_ADDRESSES
                and all(isinstance(it, str) and is_address(it) for it in addresses)
            ):
                pass
            case _:
                raise PeerError("malformed", "reveal")
        if commitment_of(nonce, self._peer) != self._commitment:
            raise PeerError("commitment_broken")
        words = words_of(self._peer, self._us, nonce, self._nonce, self._tls_hash)
        return Introduction(name, tuple(map(str, addresses))), words


class Agreement:
    """What the people of both sides have said of the words; it stands when both have agreed."""

    def __init__(self) -> None:
        self.ours = False
        self.theirs = False

    @property
    def stands(self) -> bool:
        return self.ours and self.theirs

    def agree(self) -> bytes:
        """Note that our people agree; return what tells the other side."""
        self.ours = True
        return encode(("agreed",))

    def hear(self, message: bytes) -> None:
        """Take what the other side says. PeerError (malformed..., out_of_turn) else."""
        if _decoded(message) != ("agreed",):
            raise PeerError("malformed", "agreement")
        if self.theirs:
            raise PeerError("out_of_turn", "agreed twice")
        self.theirs = True


def commitment_of(nonce: bytes, caller: Certificate) -> bytes:
    """Return the hash that binds a caller to its nonce before it has seen the other."""
    told = TAG_PAIRING_COMMITMENT + nonce + caller.pod_id + caller.wire
    return hashlib.sha256(told).digest()


def words_of(
    caller: Certificate, answerer: Certificate, nonce_c: bytes, nonce_s: bytes, tls_hash: bytes
) -> Words:
    """Return the words of one attempt: all that tells it from any other, the caller first."""
    told = (
        *(caller.pod_id, answerer.pod_id),
        *(caller.hash, answerer.hash),
        *(nonce_c, nonce_s, tls_hash),
    )
    digest = hashlib.sha256(TAG_PAIRING_WORDS + b"".join(told)).digest()
    bits = int.from_bytes(digest, "big")
    places = range(256 - WORD_BITS, 256 - WORD_BITS * (WORD_COUNT + 1), -WORD_BITS)
    return tuple([bits >> place & (1 << WORD_BITS) - 1 for place in places])


def _decoded(data: bytes) -> Value:
    return decode(data, max_bytes=MAX_HANDSHAKE_BYTES, max_items=16, max_depth=3)
