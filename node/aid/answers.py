"""Answers: what people say to this pod's listings, and what the pod promises them.

Spec: docs/kinds.md §2.5. Whatever is decided is decided in one act, with the listing as it then
stands: however many ask for the last one at once, it is promised once.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from node.aid.listings import Listings
from node.aid.writing import was_shared
from node.keeper import Keeper
from protocol.aid.audience import Audience
from protocol.aid.house.ask import Ask
from protocol.aid.life import (
    STANDING_AFTER,
    Standing,
    Turn,
    check_day,
    give_back,
    is_by_day,
    promise,
    room,
    turned,
)
from protocol.aid.listing import LISTING, Listing, State, state
from protocol.aid.sentences import Fault, WrongFields
from protocol.clock import Now
from protocol.errors import UserError
from protocol.identity import PodId
from store import Tx
from store.aid import BoardItem
from store.house import answers
from store.house.answers import Answer

__all__ = ["Answer", "Answers", "FromPod"]

OPEN: Final = frozenset((Standing.WAITING, Standing.PROMISED))


@dataclass(frozen=True, slots=True)
class FromPod:
    """Whose letter an ask came in. letter: its message id, which is never taken twice."""

    pod: PodId
    letter: bytes


def check_ask(listing: Listing, ask: Ask) -> None:
    """See that an ask names a day where each is by itself: nobody could promise it on a page.

    Raises WrongFields.
    """
    if is_by_day(listing) and ask.day is None:
        raise WrongFields((Fault("day", "missing", {}),))


class Answers:
    """Everything that was said to this pod's listings."""

    def __init__(self, keeper: Keeper, listings: Listings) -> None:
        self.keeper = keeper
        self.listings = listings
        self.on_change: list[Callable[[Tx, Answer], None]] = []
        """Who has to know how an answer stands now, told in the act that changes it."""
        listings.on_over.append(self._close)

    # --- Asking ---

    def ask(self, rid: bytes, ask: Ask, *, member: bytes | None = None) -> Answer:
        """Keep what somebody of this pod says to a listing of this pod.

        member: who asks, if the pod's people are in it. Raises UserError (not_found, not_yours,
        conflict, over_quota, invalid for no day where it repeats: nobody could promise that).
        """
        now = self.keeper.now()
        with self.keeper.store.atomic(now.wall_ms) as tx:
            item = self.listings.own(rid)
            found = state(item.listing, item.valid_until_s, now.wall_ms // 1000)
            if found is State.DONE:
                raise UserError("conflict", "This is done; there is nothing to ask for any more.")
            check_day(item.listing, ask.day)
            is_late = found is State.EXPIRED
            fresh = _fresh(rid, item.listing.title, ask, now)
            number = answers.add(tx, fresh._replace(member=member, is_late=is_late))
            if number is None:
                raise UserError(
                    "over_quota",
                    "This listing has as many answers as are kept.",
                    "Speak with whoever made it.",
                )
        return self.answer(rid, number)

    def take_in(self, tx: Tx, rid: bytes, ask: Ask, source: FromPod, now: Now) -> Answer | None:
        """Keep what another pod's letter says to a listing of ours, whatever became of it.

        What comes after a withdrawal is gone at once, what comes after the end is marked late:
        either is kept and answered. None: this was never a listing that the pod could know, or it
        has said too much to it.
        """
        fresh = self._fresh_from_afar(rid, ask, now)
        if fresh is None:
            return None
        number = answers.add(tx, fresh._replace(pod=source.pod, letter=source.letter))
        return None if number is None else answers.answer(tx.connection, rid, number)

    def _fresh_from_afar(self, rid: bytes, ask: Ask, now: Now) -> Answer | None:
        item = self._still_own(rid)
        if item is None:
            if not was_shared(self.keeper, LISTING, rid):
                return None
            gone = _fresh(rid, "", ask, now)
            return gone._replace(standing=Standing.GONE, is_late=True)
        if item.audience is Audience.POD:
            return None
        fresh = _fresh(rid, item.listing.title, ask, now)
        match state(item.listing, item.valid_until_s, now.wall_ms // 1000):
            case State.DONE:
                return fresh._replace(standing=Standing.GONE, is_late=True)
            case State.EXPIRED:
                return fresh._replace(is_late=True)
        return fresh

    # --- Reading ---

    def of(self, rid: bytes) -> list[Answer]:
        """Return all answers to one listing, in the order in which they came."""
        return answers.of_listing(self.keeper.store.connection, rid)

    def all(self) -> list[Answer]:
        """Return all answers that are kept, the oldest first."""
        return answers.all_answers(self.keeper.store.connection)

    def answer(self, rid: bytes, number: int) -> Answer:
        """Return one answer. Raises UserError (not_found)."""
        found = answers.answer(self.keeper.store.connection, rid, number)
        if found is None:
            raise UserError(
                "not_found",
                "There is no answer {number} to this listing.",
                "See: pod answers",
                number=str(number),
            )
        return found

    def room(self, item: BoardItem, day: str | None = None) -> int | None:
        """Return how many can still be promised, for day if it repeats; None for plenty."""
        connection = self.keeper.store.connection
        return room(item.listing, answers.promised_on(connection, item.rid, day))

    def is_spoken_for(self, answer: Answer) -> bool:
        """Tell whether nothing is left of what an answer asks for."""
        item = self._still_own(answer.rid)
        return item is not None and self.room(item, answer.day) == 0

    def unknown_promises(self, item: BoardItem) -> int:
        """Return how many are promised to nobody whom this machine knows.

        So it is after a restored backup: neighbours brought home that it is promised, not to whom.
        """
        listing = item.listing
        if listing.left is None or is_by_day(listing):
            return 0
        known = answers.promised_on(self.keeper.store.connection, item.rid, None)
        return max(0, (listing.qty or 1) - listing.left - known)

    def can(self, answer: Answer, turn: Turn) -> bool:
        """Tell whether this turn may follow."""
        return turn in STANDING_AFTER[answer.standing]

    # --- What becomes of an answer ---

    def promise(
        self, rid: bytes, number: int, *, qty: int | None = None, day: str | None = None
    ) -> Answer:
        """Promise what was asked for; `left` falls. qty, day: if it is not what was asked.

        Raises UserError (conflict) if that many are not left, or it is over.
        """
        now = self.keeper.now()
        with self.keeper.store.atomic(now.wall_ms) as tx:
            item, answer = self.listings.own(rid), self.answer(rid, number)
            answer = answer._replace(qty=qty or answer.qty, day=day or answer.day)
            check_day(item.listing, answer.day)
            if item.listing.status == "done":
                raise UserError("conflict", "This is done.", "Open it again: pod reopen")
            standing = turned(answer.standing, Turn.PROMISE)
            that_day = answers.promised_on(tx.connection, rid, answer.day)
            self._change(tx, item, promise(item.listing, answer.qty, that_day), now)
            self._save(tx, answer._replace(standing=standing))
            self._tell_others(tx, answer)
        return self.answer(rid, number)

    def turn(self, rid: bytes, number: int, turn: Turn) -> Answer:
        """Unpromise, decline, take back, or note that what was lent came home.

        What was promised can be promised again. Raises UserError (conflict, not_found).
        """
        if turn is Turn.PROMISE:
            return self.promise(rid, number)
        now = self.keeper.now()
        with self.keeper.store.atomic(now.wall_ms) as tx:
            self.turn_in(tx, self.answer(rid, number), turn, now)
        return self.answer(rid, number)

    def turn_in(self, tx: Tx, answer: Answer, turn: Turn, now: Now) -> None:
        """The same, as part of a larger act."""
        standing = turned(answer.standing, turn)
        if answer.standing is Standing.PROMISED and (item := self._still_own(answer.rid)):
            if turn is Turn.COME_HOME and item.listing.mode != "lend":
                raise UserError("conflict", "This was given, not lent.", "Done with it? pod done")
            self._change(tx, item, give_back(item.listing, answer.qty), now)
        self._save(tx, answer._replace(standing=standing))

    def _close(self, tx: Tx, rid: bytes, is_withdrawn: bool) -> None:  # noqa: FBT001  # as told
        """Nothing is left to ask for. What was promised of a listing that is done was kept."""
        over = OPEN if is_withdrawn else {Standing.WAITING}
        for answer in answers.of_listing(tx.connection, rid):
            if answer.standing in over:
                self._save(tx, answer._replace(standing=turned(answer.standing, Turn.CLOSE)))

    def _tell_others(self, tx: Tx, promised: Answer) -> None:
        """Have those who wait for the same told, if nothing is left for them now."""
        for answer in answers.of_listing(tx.connection, promised.rid):
            if answer.standing is Standing.WAITING and self.is_spoken_for(answer):
                self._tell(tx, answer)

    def _save(self, tx: Tx, answer: Answer) -> None:
        answers.save(tx, answer)
        self._tell(tx, answer)

    def _tell(self, tx: Tx, answer: Answer) -> None:
        for tell in self.on_change:
            tell(tx, answer)

    def take_back_in(self, tx: Tx, source: FromPod, now: Now) -> None:
        """Take back what a pod asked in a letter, because it says so."""
        answer = answers.of_letter(tx.connection, source.pod, source.letter)
        if answer is not None and self.can(answer, Turn.TAKE_BACK):
            self.turn_in(tx, answer, Turn.TAKE_BACK, now)

    def forget_member_in(self, tx: Tx, member: bytes, now: Now) -> None:
        """Delete what somebody who leaves has asked; what was promised to them is free again."""
        for answer in answers.of_member(tx.connection, member):
            if answer.standing in OPEN:
                self.turn_in(tx, answer, Turn.TAKE_BACK, now)
            answers.drop(tx, answer)

    def _change(self, tx: Tx, item: BoardItem, listing: Listing, now: Now) -> None:
        if listing != item.listing:
            self.listings.change_in(tx, item, listing, now)

    def _still_own(self, rid: bytes) -> BoardItem | None:
        try:
            return self.listings.own(rid)
        except UserError:
            return None


def _fresh(rid: bytes, title: str, ask: Ask, now: Now) -> Answer:
    """Return an answer as it comes, with number 0."""
    return Answer(
        rid=rid,
        number=0,
        title=title,
        pod=None,
        letter=None,
        member=None,
        by=ask.by,
        words=ask.words,
        contact=ask.contact,
        qty=ask.qty,
        day=ask.day,
        standing=Standing.WAITING,
        is_late=False,
        told=None,
        came_s=now.wall_ms // 1000,
        over_s=None,
    )
