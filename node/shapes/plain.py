"""What JSON is made of, and how things are named in it. Imports nothing: every command does."""

from collections.abc import Sequence
from typing import Final, TypeAlias

Json: TypeAlias = "None | bool | int | float | str | Sequence[Json] | dict[str, Json]"
REFERENCE_DIGITS: Final = 8
"""Of a hexadecimal id: no pod has so many things that two begin alike by chance."""


def reference_of(id_: bytes) -> str:
    """Return what people type to name a thing."""
    return id_.hex()[:REFERENCE_DIGITS]
