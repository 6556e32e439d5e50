"""Six words by which people tell that nobody sits in the middle (R11)."""

import itertools

import pytest

from protocol.errors import LocalError, PeerError
from protocol.handshake import Calling, Join, Pair, Sync
from protocol.identity import Certificate
from protocol.limits import MAX_ADDRESS_CHARS, MAX_ADDRESSES, MAX_HANDSHAKE_BYTES, MAX_NAME_CHARS
from protocol.pairing import (
    WORD_BITS,
    WORD_COUNT,
    Agreement,
    Introduction,
    PairingAnswer,
    PairingCall,
    Words,
    commitment_of,
    words_of,
)
from tests.channels import EPOCH, identity

ANN = identity("ann")
BEN = identity("ben")
EVE = identity("eve")
TLS, TLS_OF_EVE = bytes(range(32)), b"e" * 32
ELM = Introduction("Elm Street", ("192.0.2.1:4781",))


def certificate(name: str) -> Certificate:
    return identity(name).certificate


def call(nonce: bytes = b"c" * 32, us: str = "ann") -> PairingCall:
    return PairingCall(certificate(us), nonce=nonce)


def answer(
    commitment: bytes, *, us: str = "ben", peer: str = "ann", nonce: bytes = b"s" * 32
) -> PairingAnswer:
    return PairingAnswer(certificate(us), certificate(peer), commitment, TLS, nonce=nonce)


def test_both_sides_get_the_same_words_and_the_answerer_hears_who_calls() -> None:
    caller = call()
    answerer = answer(caller.commitment)
    reveal, words = caller.reveal(answerer.challenge(), certificate("ben"), TLS, ELM)
    assert answerer.check(reveal) == (ELM, words)
    assert len(words) == WORD_COUNT
    assert all(0 <= word < 1 << WORD_BITS for word in words)


def test_all_that_tells_one_attempt_from_another_is_in_the_words() -> None:
    usual = (certificate("ann"), certificate("ben"), b"c" * 32, b"s" * 32, TLS)
    later = identity("ann", epoch=EPOCH + 1).certificate
    changes = [
        (0, certificate("eve")),
        (0, later),
        (1, certificate("eve")),
        (2, b"d" * 32),
        (3, b"d" * 32),
        (4, bytes(32)),
    ]
    seen = {words_of(*usual)}
    for place, other in changes:
        changed = [*usual]
        changed[place] = other
        seen.add(words_of(*changed))  # type: ignore[arg-type]
    seen.add(words_of(usual[1], usual[0], *usual[2:]))  # the caller stands first
    assert len(seen) == len(changes) + 2


def test_words_spread_over_the_whole_list() -> None:
    places: set[int] = set()
    for number in range(4000):
        nonce = number.to_bytes(32, "big")
        places.update(words_of(ANN.certificate, BEN.certificate, nonce, bytes(32), TLS))
    assert len(places) == 1 << WORD_BITS


def test_a_caller_is_bound_to_its_nonce_and_to_itself() -> None:
    nonce = b"c" * 32
    bound = commitment_of(nonce, certificate("ann"))
    later = identity("ann", epoch=EPOCH + 1).certificate
    others = {
        commitment_of(b"d" * 32, certificate("ann")),
        commitment_of(nonce, certificate("eve")),
        commitment_of(nonce, later),
    }
    assert len(others | {bound}) == 4


@pytest.mark.parametrize("revealed", [b"d" * 32, bytes(32)])
def test_another_nonce_than_it_was_bound_to_is_refused(revealed: bytes) -> None:
    answerer = answer(call().commitment)
    reveal, _ = call(revealed).reveal(answerer.challenge(), certificate("ben"), TLS, ELM)
    with pytest.raises(PeerError) as caught:
        answerer.check(reveal)
    assert caught.value.code == "commitment_broken"


def test_a_commitment_of_another_caller_is_worth_nothing() -> None:
    """Eve repeats what she heard Ann send: hash, and then nonce."""
    overheard = call()
    answerer = answer(overheard.commitment, peer="eve")
    reveal, _ = overheard.reveal(answerer.challenge(), certificate("ben"), TLS, ELM)
    with pytest.raises(PeerError) as caught:
        answerer.check(reveal)
    assert caught.value.code == "commitment_broken"


def test_a_reveal_is_worth_nothing_in_the_next_attempt() -> None:
    caller = call()
    first = answer(caller.commitment)
    reveal, words = caller.reveal(first.challenge(), certificate("ben"), TLS, ELM)
    again = answer(caller.commitment, nonce=b"another " * 4)
    assert again.check(reveal)[1] != words


def test_the_longest_reveal_fits() -> None:
    longest = "h" * (MAX_ADDRESS_CHARS - 24) + "." + "h" * 18 + ":4781"
    ours = Introduction("🏘" * MAX_NAME_CHARS, (longest,) * MAX_ADDRESSES)
    caller = call()
    answerer = answer(caller.commitment)
    reveal, _ = caller.reveal(answerer.challenge(), certificate("ben"), TLS, ours)
    assert len(reveal) <= MAX_HANDSHAKE_BYTES
    assert answerer.check(reveal)[0] == ours


@pytest.mark.parametrize("purpose", [Sync(), Join(bytes(16), "Elm", ())])
def test_only_to_pair_may_anybody_answer(purpose: Sync | Join) -> None:
    with pytest.raises(LocalError):
        Calling(ANN, purpose, expect=None, known=None, nonce=bytes(32))
    Calling(ANN, Pair(bytes(32)), expect=None, known=None, nonce=bytes(32))


# --- What people say ---


@pytest.mark.parametrize("order", list(itertools.permutations(["ours", "theirs"])))
def test_it_stands_when_both_have_agreed(order: tuple[str, str]) -> None:
    ours, theirs = Agreement(), Agreement()
    said = theirs.agree()
    assert not ours.stands
    for who in order:
        assert not ours.stands
        if who == "ours":
            ours.agree()
        else:
            ours.hear(said)
    assert ours.stands


# --- Who sits in the middle ---

CUT = 2
"""So many words of the six, 22 bits: few enough for this test to try them all."""


def try_nonces(wanted: Words) -> PairingCall:
    """Return a call of Eve's with whose nonce Ben's first words are those of Ann's screen.

    As words_of does it, in a loop that a test can wait for; it takes some 2^22 tries.
    """
    from hashlib import sha256

    from protocol.identity import TAG_PAIRING_WORDS

    eve, ben = certificate("eve"), certificate("ben")
    before = sha256(TAG_PAIRING_WORDS + eve.pod_id + ben.pod_id + eve.hash + ben.hash)
    after = b"s" * 32 + TLS
    first = wanted[0] << WORD_BITS | wanted[1]
    target = (first << 2).to_bytes(3, "big")
    for number in range(1 << 26):
        nonce = number.to_bytes(32, "little")
        tried = before.copy()
        tried.update(nonce + after)
        begins = tried.digest()[:3]
        if begins[:2] == target[:2] and begins[2] & 0xFC == target[2]:
            return call(nonce, "eve")
    raise AssertionError("not one in 2^26")


def test_who_may_choose_every_nonce_cannot_make_two_words_agree() -> None:
    """Eve answers Ann and calls Ben, and Ann's words are on the screen before Ben is shown any.

    She has heard Ben's nonce and looks for one of hers that makes the first two words agree. She
    finds it; but Ben has her commitment to another.
    """
    caller = call()
    eve_answers = answer(caller.commitment, us="eve", peer="ann", nonce=b"any " * 8)
    _, on_anns_screen = caller.reveal(eve_answers.challenge(), certificate("eve"), TLS_OF_EVE, ELM)
    ben = answer(call(b"some" * 8, "eve").commitment, peer="eve")
    eve_calls = try_nonces(on_anns_screen)
    reveal, on_eves = eve_calls.reveal(ben.challenge(), certificate("ben"), TLS, ELM)
    assert on_eves[:CUT] == on_anns_screen[:CUT]  # she would win, were she not bound
    with pytest.raises(PeerError) as caught:
        ben.check(reveal)
    assert caught.value.code == "commitment_broken"
