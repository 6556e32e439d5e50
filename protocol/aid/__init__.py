"""Mutual aid: what the kinds of record that travel between pods are.

The sync core never imports this package; it is handed KINDS by node/run.py. To change what an
offer is, read this folder and docs/kinds.md, and no wire bytes.
"""

from typing import Final

from protocol.aid.body import Body
from protocol.aid.confirmation import Confirmation
from protocol.aid.crisis_status import CrisisStatus
from protocol.aid.event import Event
from protocol.aid.listing import LISTING, Listing
from protocol.aid.notice import Notice
from protocol.aid.outcome import Outcome
from protocol.aid.pod_card import PodCard
from protocol.aid.reading import Reading
from protocol.aid.resource import Resource
from protocol.errors import UnfitBody

__all__ = ["BODIES", "KINDS", "LISTING", "Body", "Listing", "parse"]

_KINDS: Final = (
    *(Listing, PodCard, Resource, Confirmation, Event),
    *(Notice, Reading, CrisisStatus, Outcome),
)
BODIES: Final[dict[int, type[Body]]] = {body.CODE: body for body in _KINDS}
"""What travels, by kind code."""
KINDS: Final = tuple(body.kind() for body in BODIES.values())


def parse(kind: int, payload: bytes) -> Body:
    """Return the body that payload holds. Raises UnfitBody, also for a kind not known here."""
    if kind not in BODIES:
        raise UnfitBody("kind", f"kind {kind} is not known")
    return BODIES[kind].read(payload)
