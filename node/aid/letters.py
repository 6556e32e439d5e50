"""`pod.letters`: replies to other pods' listings, answers to ours, RSVPs and reports.

Spec: docs/kinds.md §12. A letter is saved and handed to the mail room in one act; one that comes
is saved, and whoever has to know of it is told, in the act that ends its journey. For one thread.
"""

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from typing import Final, TypeAlias

from node.aid.card import Card
from node.keeper import Keeper
from node.mail import MailRoom
from node.mail_doors import LetterIn, MailDoors
from node.references import digits_of
from protocol.aid.house.rights import MemberId
from protocol.aid.letter import Answer, LetterBody, Reply, Report, Rsvp, Unask, Verdict, read_letter
from protocol.aid.life import check_day
from protocol.aid.limits import LATE_AFTER_S, LETTERS_KEPT_S
from protocol.errors import UnfitBody, UserError
from protocol.identity import PodId
from store import Tx, mail
from store.aid import BoardItem
from store.house import letters
from store.house.letters import Fate, KeptLetter

OnLetter: TypeAlias = Callable[[Tx, KeptLetter, LetterBody], None]
"""Told of a letter that has come and can be read, inside the act that saves it."""


class State(StrEnum):
    """Where a letter is. Arrived means saved by the other pod's machine, not read."""

    WAITING = "waiting to be sent"
    UNDER_WAY = "on its way"
    ARRIVED = "arrived"
    GIVEN_UP = "no word that it arrived"
    CAME = "came"


class Hindrance(StrEnum):
    """Why a letter to a pod cannot leave yet."""

    NO_CARD = "no_card"
    OUT_OF_REACH = "out_of_reach"


_STATES: Final = {Fate.ARRIVED: State.ARRIVED, Fate.GIVEN_UP: State.GIVEN_UP}


@dataclass(frozen=True, slots=True, kw_only=True)
class Letter:
    """One letter as people see it. body: None if this version cannot read it."""

    kept: KeptLetter
    state: State
    body: LetterBody | None

    @property
    def is_new(self) -> bool:
        """Whether it came and nobody has looked at it."""
        return self.kept.fate is Fate.UNSEEN

    @property
    def is_about_ours(self) -> bool:
        """Whether it is about a thing of this pod's own."""
        return self.kept.is_ours == isinstance(self.body, Answer)

    @property
    def is_late(self) -> bool:
        """Whether it took longer than a day: by two clocks, so for people to judge."""
        kept = self.kept
        return not kept.is_ours and kept.settled_s - kept.written_s > LATE_AFTER_S


class Letters:
    """All letters of one pod. on_letter: who has to know of letters that come."""

    def __init__(self, keeper: Keeper, card: Card) -> None:
        self.keeper = keeper
        self.on_letter: list[OnLetter] = []
        self._card = card
        doors = MailDoors(
            recipient_key=lambda _, pod_id: card.mail_key_of(pod_id),
            deliver=self._deliver,
            arrived=lambda tx, message_id: self._settle(tx, message_id, Fate.ARRIVED),
            given_up=lambda tx, message_id: self._settle(tx, message_id, Fate.GIVEN_UP),
            show_key=card.show_key,
        )
        keeper.mail_doors = doors
        self._room = MailRoom(keeper, doors)

    # --- Writing ---

    def reply(self, item: BoardItem, *, member: MemberId | None = None, **fields: object) -> Letter:
        """Say that somebody here would like what another pod offers, or has what it needs.

        member: who writes, and reads the answer.  fields: qty, message, contact, from_label, on.
        Raises UserError (invalid, over_quota, not_found for a listing of our own).
        """
        on = fields.get("on")
        check_day(item.listing, on if isinstance(on, str) else None)
        body = Reply.write({"re": item.rid.hex(), **fields})
        return self.send(item.author, body, member=member)

    def unask(self, letter: Letter, message: str | None = None) -> Letter:
        """Take a reply of ours back: by letter, as it may have come already.

        Raises UserError (invalid, over_quota).
        """
        if not letter.kept.is_ours or not isinstance(letter.body, Reply):
            raise UserError("invalid", "Only a reply of ours can be taken back.", "See: pod mail")
        fields = {"re": letter.kept.message_id.hex(), "message": message}
        return self.send(letter.kept.pod_id, Unask.write(fields))

    def answer(self, letter: Letter, verdict: Verdict, message: str | None = None) -> Letter:
        """Answer a reply that came. Raises UserError (invalid, over_quota)."""
        if letter.kept.is_ours or not isinstance(letter.body, Reply):
            raise UserError("invalid", "Only a reply that came can be answered.", "See: pod mail")
        now = self.keeper.now()
        with self.keeper.store.atomic(now.wall_ms) as tx:
            kept = letter.kept
            sent = self.answer_in(tx, kept.pod_id, kept.message_id, verdict, message)
            letters.set_fate(tx, letter.kept, Fate.SEEN)
        return self._shown(sent)

    def answer_in(
        self, tx: Tx, to: PodId, message_id: bytes, verdict: Verdict, message: str | None = None
    ) -> KeptLetter:
        """The same, as part of a larger act: of what the pod decides about its listing.

        message_id: of the reply that came from that pod.
        """
        fields = {"re": message_id.hex(), "verdict": verdict, "message": message}
        return self.send_in(tx, to, Answer.write(fields))

    def rsvp(
        self, to: PodId, rid: bytes, *, member: MemberId | None = None, **fields: object
    ) -> Letter:
        """Say how many come to another pod's event. fields: people, message, from_label, on."""
        return self.send(to, Rsvp.write({"re": rid.hex(), **fields}), member=member)

    def report(
        self, to: PodId, rid: bytes, *, member: MemberId | None = None, **fields: object
    ) -> Letter:
        """Tell a pod that something it published is wrong or does harm. fields: reason, message."""
        return self.send(to, Report.write({"re": rid.hex(), **fields}), member=member)

    def send(self, to: PodId, body: LetterBody, *, member: MemberId | None = None) -> Letter:
        """Write a letter to another pod. Raises UserError (invalid, over_quota)."""
        with self.keeper.store.atomic(self.keeper.now().wall_ms) as tx:
            sent = self.send_in(tx, to, body, member=member)
        return self._shown(sent)

    def send_in(
        self, tx: Tx, to: PodId, body: LetterBody, *, member: MemberId | None = None
    ) -> KeptLetter:
        """The same, as part of a larger act. member: None for who has the letter it answers."""
        content = body.to_payload()
        message_id = self._room.send_in(tx, to, content)
        known, about = letters.belongs(tx.connection, to, body, is_ours=True)
        return letters.add(
            tx,
            KeptLetter(
                is_ours=True,
                pod_id=to,
                message_id=message_id,
                content=content,
                written_s=tx.now_ms // 1000,
                fate=Fate.SENT,
                member=member or known,
                about=about,
            ),
        )

    def retry(self, letter: Letter) -> Letter:
        """Send a letter once more that was given up. Raises UserError (invalid, over_quota)."""
        kept = letter.kept
        if kept.fate is not Fate.GIVEN_UP:
            raise UserError(
                "invalid", "This letter is {state}.", "See: pod mail", state=letter.state
            )
        with self.keeper.store.atomic(self.keeper.now().wall_ms) as tx:
            self._room.send_in(tx, kept.pod_id, kept.content, message_id=kept.message_id)
            letters.set_fate(tx, kept, Fate.SENT, settled_s=0)
        return self.find(kept.message_id.hex())

    def forget(self, letter: Letter) -> None:
        """Keep a letter no longer. One that is on its way may still arrive."""
        with self.keeper.store.atomic(self.keeper.now().wall_ms) as tx:
            self.forget_in(tx, letter)

    def forget_in(self, tx: Tx, letter: Letter) -> None:
        """The same, as part of a larger act."""
        if letter.kept.fate is Fate.SENT:
            self._room.take_back_in(tx, letter.kept.message_id)
        letters.forget(tx, letter.kept)

    def tidy(self) -> None:
        """Forget letters as old as that."""
        now = self.keeper.now()
        with self.keeper.store.atomic(now.wall_ms) as tx:
            letters.forget_old(tx, now.wall_ms // 1000 - LETTERS_KEPT_S)

    # --- Reading ---

    def all(self) -> list[Letter]:
        """Return all letters, the newest first."""
        return list(map(self._shown, letters.all_letters(self.keeper.store.connection)))

    def of_member(
        self, member: MemberId, *, about: bytes | None = None, limit: int
    ) -> list[Letter]:
        """Return a member's letters, the newest first. about: only those about that thing."""
        connection = self.keeper.store.connection
        found = letters.of_member(connection, member, about=about, limit=limit)
        return list(map(self._shown, found))

    def of_typist(self, member: MemberId, *, limit: int) -> list[Letter]:
        """Return letters about things of this pod that member typed for somebody else."""
        found = map(self._shown, letters.of_typist(self.keeper.store.connection, member, limit))
        return [it for it in found if it.is_about_ours]

    def of_nobody(self, *, about: bytes | None = None) -> list[Letter]:
        """Return the letters that are nobody's, the newest first. about: only those about that."""
        found = letters.of_nobody(self.keeper.store.connection, about=about)
        return list(map(self._shown, found))

    def unseen_of(self, member: MemberId) -> int:
        """Return how many letters have come for one member, who has not looked at them."""
        return letters.unseen_of(self.keeper.store.connection, member)

    def have_unseen(self) -> set[MemberId]:
        """Return the members who have letters that they have not looked at; not how many."""
        return letters.have_unseen(self.keeper.store.connection)

    def unseen(self) -> int:
        """Return how many letters have come that nobody has looked at."""
        return letters.unseen(self.keeper.store.connection)

    def find(self, reference: str) -> Letter:
        """Return the letter that reference names: four or more digits that its id begins with.

        Raises UserError (invalid, not_found, ambiguous).
        """
        digits = digits_of(reference)
        if digits is None:
            raise UserError(
                "invalid", "'{reference}' names no letter.", "See: pod mail", reference=reference
            )
        found = letters.find(self.keeper.store.connection, digits)
        if not found:
            raise UserError(
                "not_found",
                "There is no letter {digits} here (any more).",
                "See: pod mail",
                digits=digits,
            )
        if len(found) > 1:
            raise UserError(
                "ambiguous",
                "More than one letter begins with {digits}.",
                "Give more digits.",
                digits=digits,
            )
        return self._shown(found[0])

    def numbered(self, number: int) -> Letter | None:
        """Return the letter that is kept under number, None if there is none."""
        kept = letters.numbered(self.keeper.store.connection, number)
        return None if kept is None else self._shown(kept)

    def note_seen(self, letter: Letter) -> None:
        """Note that somebody has looked at it. Nobody else is told."""
        if letter.is_new:
            with self.keeper.store.atomic(self.keeper.now().wall_ms) as tx:
                letters.set_fate(tx, letter.kept, Fate.SEEN)

    def hindrance(self, to: PodId) -> Hindrance | None:
        """Return why a letter to a pod cannot leave at present; None if it can."""
        if not self._room.knows_way_to(to):
            return Hindrance.OUT_OF_REACH
        return None if self._card.mail_key_of(to) else Hindrance.NO_CARD

    def _shown(self, kept: KeptLetter) -> Letter:
        return Letter(kept=kept, state=self._state(kept), body=_read(kept.content))

    def _state(self, kept: KeptLetter) -> State:
        if not kept.is_ours:
            return State.CAME
        if kept.fate is not Fate.SENT:
            return _STATES[kept.fate]
        copies = mail.copies_of_letter(self.keeper.store.connection, kept.message_id)
        return State.UNDER_WAY if copies else State.WAITING

    # --- Doors of the mail room ---

    def _deliver(self, tx: Tx, letter: LetterIn) -> bool:
        if not letters.has_room(tx.connection, letter.brought_by):
            return False
        body = _read(letter.content)
        whose: tuple[MemberId | None, bytes | None] = None, None
        if body is not None:
            whose = letters.belongs(tx.connection, letter.sender, body, is_ours=False)
        fresh = KeptLetter(
            is_ours=False,
            pod_id=letter.sender,
            message_id=letter.message_id,
            content=letter.content,
            written_s=letter.written_s,
            fate=Fate.UNSEEN,
            settled_s=tx.now_ms // 1000,
            brought_by=letter.brought_by,
            member=whose[0],
            about=whose[1],
        )
        kept = letters.add(tx, fresh)
        if body is not None:  # else kept: a later version may read it
            for tell in self.on_letter:
                tell(tx, kept, body)
        return True

    def _settle(self, tx: Tx, message_id: bytes, fate: Fate) -> None:
        kept = letters.of_ours(tx.connection, message_id)
        if kept is not None:
            letters.set_fate(tx, kept, fate, settled_s=tx.now_ms // 1000)


def _read(content: bytes) -> LetterBody | None:
    try:
        return read_letter(content)
    except UnfitBody:
        return None
