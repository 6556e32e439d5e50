"""The items that vectors of set reconciliation speak of: item n, by the rule of the vector.

stamp of n   first_s + n // per_second * apart_s
id of n      SHA-256 of the ASCII text "item n" (n decimal); id_prefix (hex) replaces its
             first bytes
"""

from collections.abc import Mapping
from hashlib import sha256
from typing import Any, Final

NUMBERS: Final = range(2000)
"""All items that any vector speaks of."""


def stamp_s(number: int, rule: Mapping[str, Any]) -> int:
    stamp: int = rule["first_s"] + number // rule["per_second"] * rule["apart_s"]
    return stamp


def record_id(number: int, rule: Mapping[str, Any]) -> bytes:
    prefix = bytes.fromhex(rule["id_prefix"])
    return prefix + sha256(f"item {number}".encode("ascii")).digest()[len(prefix) :]
