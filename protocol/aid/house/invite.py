"""Invites: the code on a card with which a neighbour joins the pod.

Pages: docs/house.md §1.3. (An *invitation* is what pods hand to pods.) The code itself is kept
nowhere, only its hash; looking at it uses nothing up.
"""

from hashlib import sha256
from typing import Final, Literal, NamedTuple, TypeAlias

from protocol.aid.house.limits import CODE_LETTERS
from protocol.aid.house.rights import MemberId
from protocol.errors import UserError

ALPHABET: Final = "ABCDEFGHJKMNPQRSTUVWXYZ"
"""Capitals without I, L and O: what is read aloud or from a card is not mistaken."""
CODE_BYTES: Final = 2 * CODE_LETTERS
"""Random bytes that a code is made from: two for each letter, so that all are as good as even."""
_TAG: Final = b"mutualpod 1 invite\n"

JoinsAs: TypeAlias = Literal["guest", "member"]
"""A steward is made by stewards, in person; no code does."""


class Invite(NamedTuple):
    """An invite as stewards see it. number: its name here.  uses_left: how many may still join."""

    number: int
    joins_as: JoinsAs
    made_by: MemberId | None
    made_ms: int
    expires_running_ms: int
    uses_left: int


def make_code(random: bytes) -> str:
    """Return a code from CODE_BYTES of randomness: ABCD-EFGH."""
    pairs = zip(random[::2], random[1::2], strict=True)
    letters = [ALPHABET[(high << 8 | low) % len(ALPHABET)] for high, low in pairs]
    half = CODE_LETTERS // 2
    return f"{''.join(letters[:half])}-{''.join(letters[half:])}"


def code_hash(said: str) -> bytes:
    """Return the hash of a code as it was typed: case, blanks and dashes do not count.

    Raises UserError (invalid) for what cannot be a code.
    """
    letters = "".join(said.upper().replace("-", " ").split())
    if len(letters) != CODE_LETTERS or letters.strip(ALPHABET):
        raise UserError(
            "invalid",
            "A code has {most} letters, like ABCD-EFGH, and no I, L, O or digits.",
            "Copy it from the card once more.",
            most=CODE_LETTERS,
        )
    return sha256(_TAG + letters.encode()).digest()
