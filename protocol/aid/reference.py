"""How a body names what another pod wrote, and the rid of what may be said about it once.

Spec: docs/kinds.md §1.6.
"""

from hashlib import sha256
from typing import Annotated, Final

from pydantic import StringConstraints

from protocol.identity import PodId
from protocol.record import RID_BYTES

Reference = Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{64}:[0-9a-f]{32}$")]
"""Pod id and rid, in hexadecimal. No scope and no version: what it means may change both."""

_TAG_ABOUT: Final = b"mutualpod/1 about\0"


def refer(author: PodId, rid: bytes) -> str:
    """Return the reference to what author keeps under rid."""
    return f"{author.hex()}:{rid.hex()}"


def referred(reference: str) -> tuple[PodId, bytes]:
    """Return whose it is, and its rid. reference: of the shape of Reference."""
    author, _, rid = reference.partition(":")
    return PodId(bytes.fromhex(author)), bytes.fromhex(rid)


def rid_about(kind: int, reference: str) -> bytes:
    """Return the one rid under which a pod may say something of this kind about reference."""
    author, rid = referred(reference)
    return sha256(_TAG_ABOUT + kind.to_bytes(2, "big") + author + rid).digest()[:RID_BYTES]
