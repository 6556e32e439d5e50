"""`pod.behalf`: what members do for a neighbour without a phone. Pages: docs/house.md §1.4.

Whoever types something for somebody looks after it beside whose it is: answers wait for nobody
who cannot read them. That, and by whom it was typed, is seen by the pod.
"""

from collections.abc import Iterable

from node.aid.answers import Answer, Answers
from node.aid.people import People
from node.keeper import Keeper
from protocol.aid.house.ask import Ask
from protocol.aid.house.rights import MemberId, Right, Viewer, require, require_own
from protocol.aid.life import Turn
from protocol.errors import UserError
from store.house import answers, typed


class Behalf:
    """Asking for others, and what of all that is a viewer's to look after."""

    def __init__(self, keeper: Keeper, people: People, answers: Answers) -> None:
        self._keeper, self._store = keeper, keeper.store
        self._people, self._answers = people, answers

    def ask(self, viewer: Viewer, rid: bytes, ask: Ask, member: MemberId) -> Answer:
        """Keep what somebody says to a listing of this pod, themselves or by the viewer.

        Raises UserError as Answers.ask, and not_found, not_allowed.
        """
        require_own(viewer, member, Right.POST, Right.POST_FOR_OTHERS)
        self._people.member(viewer, member)
        answer = self._answers.ask(rid, ask, member=member)
        if viewer.member is not None and not viewer.is_self(member):
            with self._store.atomic(self._keeper.now().wall_ms) as tx:
                typed.note_answer(tx, rid, answer.number, viewer.member)
        return answer

    def take_back(self, viewer: Viewer, rid: bytes, number: int) -> None:
        """Take back what the viewer asked, for themselves or for somebody else.

        Raises UserError (not_found, not_allowed, conflict).
        """
        require(viewer, Right.POST)
        if not self.asked([self._answers.answer(rid, number)], viewer):
            raise UserError("not_allowed", "Somebody else asked that.")
        self._answers.turn(rid, number, Turn.TAKE_BACK)

    def asked(self, of: Iterable[Answer], viewer: Viewer) -> list[Answer]:
        """Return which of these answers are the viewer's, or typed by them for somebody."""
        if viewer.member is None:
            return []
        typed_by = typed.answers_of(self._store.connection, viewer.member)
        return [it for it in of if viewer.is_self(it.member) or (it.rid, it.number) in typed_by]

    def given(self, viewer: Viewer) -> list[Answer]:
        """Return all that the viewer asked or offered, for themselves and for others."""
        if viewer.member is None:
            return []
        connection = self._store.connection
        found = [
            *answers.of_member(connection, viewer.member),
            *answers.typed_by(connection, viewer.member),
        ]
        return sorted(found, key=lambda it: (it.came_s, it.rid, it.number))

    def things(self, viewer: Viewer) -> list[bytes]:
        """Return the rids of what the viewer put up for others; some may have gone."""
        if viewer.member is None:
            return []
        return typed.things_of(self._store.connection, viewer.member)
