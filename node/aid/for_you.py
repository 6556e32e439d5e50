"""`pod.for_you`: what of the pod waits for one member. Pages: docs/house.md §11.

Nobody else is told that it waits, and nothing counts how long somebody took.
"""

from collections.abc import Iterator
from enum import StrEnum
from itertools import islice
from typing import Final, NamedTuple

from node.aid.agreements import Agreements
from node.aid.behalf import Behalf
from node.aid.care import Care
from node.aid.decisions import Decisions
from node.aid.merging import Merging
from node.keeper import Keeper
from protocol.aid.house.proposal import State
from protocol.aid.house.rights import Right, Viewer, may
from protocol.aid.life import Standing
from store.house import answers

MOST: Final = 12
"""Things told at once: a screen of an old phone twice over; the rest follows."""


class What(StrEnum):
    """Why something waits for somebody."""

    ASKED = "somebody asks"
    PROMISED = "they said yes"
    TO_DECIDE = "a proposal is tested, and you took no position"
    TO_REVIEW = "an agreement is to be looked at again"
    CARE = "your care note is a year old"
    TWICE = "a steward says that you are here twice"


class Waits(NamedTuple):
    """One thing that waits. id: of the listing, proposal or agreement; empty for the rest."""

    what: What
    title: str
    id: bytes


class ForYou:
    """What waits for the people of one pod, each for themselves."""

    def __init__(
        self,
        keeper: Keeper,
        behalf: Behalf,
        decisions: Decisions,
        agreements: Agreements,
        care: Care,
        merging: Merging,
    ) -> None:
        self._keeper, self._behalf = keeper, behalf
        self._decisions, self._agreements, self._care = decisions, agreements, care
        self._merging = merging

    def waiting(self, viewer: Viewer) -> list[Waits]:
        """Return what waits for viewer: other people first, then words to look at again."""
        if viewer.member is None or not may(viewer, Right.SEE_POD):
            return []
        return list(islice(self._each(viewer), MOST))

    def _each(self, viewer: Viewer) -> Iterator[Waits]:
        yield from self._of_others(viewer)
        for offer in self._merging.asks(viewer):
            other = offer.goes if viewer.is_self(offer.stays) else offer.stays
            yield Waits(What.TWICE, self._merging.names()[other], b"")
        yield from self._to_decide(viewer)
        yield from self._to_look_at_again(viewer)

    def _of_others(self, viewer: Viewer) -> Iterator[Waits]:
        connection = self._keeper.store.connection
        for rid, title in answers.waiting_of(connection, viewer.member or b""):
            yield Waits(What.ASKED, title, rid)
        for answer in self._behalf.given(viewer):
            if answer.standing is Standing.PROMISED and answer.over_s is None:
                yield Waits(What.PROMISED, answer.title, answer.rid)

    def _to_decide(self, viewer: Viewer) -> Iterator[Waits]:
        for it in self._decisions.proposals(viewer):
            is_asked = it.state is State.TESTING and it.removes != viewer.member
            if is_asked and self._decisions.view(viewer, it.id).mine is None:
                yield Waits(What.TO_DECIDE, it.title, it.id)

    def _to_look_at_again(self, viewer: Viewer) -> Iterator[Waits]:
        now_s = self._keeper.now().wall_ms // 1000
        for it in self._agreements.all(viewer):
            if not it.ended_s and it.review_s <= now_s:
                yield Waits(What.TO_REVIEW, it.title, it.id)
        for noted in self._care.notes(viewer):
            if noted.is_due and viewer.is_self(noted.member.id):
                yield Waits(What.CARE, "", b"")
