"""Mutual aid: what the kinds of record that travel between pods are.

The sync core never imports this package; it is handed KINDS by node/run.py. To change what an
offer is, read this folder and docs/kinds.md, and no wire bytes.
"""

from typing import Final

from protocol.aid.limits import MAX_LISTING_BYTES
from protocol.aid.listing import LISTING, Listing, check_listing, read_listing
from protocol.errors import UnfitBody
from protocol.kinds import Kind

__all__ = ["KINDS", "LISTING", "Listing", "parse"]

KINDS: Final = (
    Kind(
        code=LISTING,
        name="listing",
        max_payload_bytes=MAX_LISTING_BYTES,
        check=check_listing,
    ),
)


def parse(kind: int, payload: bytes) -> Listing:
    """Return the body that payload holds. Raises UnfitBody, also for a kind not known here."""
    if kind != LISTING:
        raise UnfitBody("kind", f"kind {kind} is not known")
    return read_listing(payload)
