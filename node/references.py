"""A reference: the first digits of an id, as people copy them from a list."""

from typing import Final

MIN_DIGITS: Final = 4
"""Of an id or of a pod's text form: fewer would name several things before long."""


def is_hexadecimal(said: str) -> bool:
    return bool(said) and not said.strip("0123456789abcdef")


def digits_of(reference: str) -> str | None:
    """Return the digits that reference gives; None if it can name nothing."""
    digits = reference.strip().lower()
    return digits if len(digits) >= MIN_DIGITS and is_hexadecimal(digits) else None
