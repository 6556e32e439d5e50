"""`pod.letterbox`: whose letters are whose, who reads them, and what they do with them.

Spec: docs/house.md §10. A letter belongs to the member who wrote it, whose listing it asks for, or
whose letter it answers. That member alone reads it here; what is nobody's a steward reads, and
not where others on the Wi-Fi could read along. At the machine, `pod.letters` holds all of them.
"""

import logging
from collections.abc import Iterable, Sequence
from typing import Final, NamedTuple

from node.aid.answers import Answer as Kept
from node.aid.exchange import Exchange
from node.aid.letters import Letter, Letters, State
from node.aid.meetups import Meeting, Meetups
from node.aid.people import People
from node.aid.steward_log import StewardLog
from protocol.aid.house.rights import MemberId, Right, Viewer, may, require
from protocol.aid.letter import Answer, Reply, Rsvp, Unask, Verdict
from protocol.errors import UserError
from protocol.identity import PodId
from store import Tx
from store.aid import BoardItem
from store.house import letters as rows
from store.house import members, typed

log = logging.getLogger(__name__)

MOST_LETTERS: Final = 200
"""Of one member, the newest: what pages look through."""
DIGITS: Final = 8


class Thread(NamedTuple):
    """What was written to and fro with one pod about one thing: the oldest letter first."""

    letters: list[Letter]

    @property
    def newest(self) -> Letter:
        return self.letters[-1]

    @property
    def has_news(self) -> bool:
        """Tell whether something came that nobody has looked at."""
        return any(it.is_new for it in self.letters)


class Waiting(NamedTuple):
    """Letters that nobody has looked at: whose there are, and all that are nobody's."""

    of_members: list[str]
    of_nobody: list[Letter]


def may_read(
    viewer: Viewer, whose: MemberId | None, typist: MemberId | None = None, *, is_secret: bool
) -> bool:
    """Tell whether viewer may read a letter.

    typist: who typed what it is about, for whose it is.  is_secret: nobody on the way can read
    along.
    """
    if whose is None:
        return is_secret and may(viewer, Right.SORT_LETTERS)
    is_own = viewer.is_self(whose) or viewer.is_self(typist)
    return is_own and may(viewer, Right.WRITE_LETTERS)


def reference(letter: Letter) -> str:
    """Return what names a letter on pages: its number, and the beginning of its id, because a
    number is given again once the last letter is forgotten."""
    return f"{letter.kept.number}-{letter.kept.message_id.hex()[:DIGITS]}"


class Letterbox:
    """The letters of one pod, as its people have them."""

    def __init__(
        self,
        letters: Letters,
        exchange: Exchange,
        meetups: Meetups,
        people: People,
        steward_log: StewardLog,
    ) -> None:
        self._letters, self._exchange, self._meetups = letters, exchange, meetups
        self._people, self._log = people, steward_log
        people.on_leaving.append(self._let_go)

    # --- Reading ---

    def threads(self, viewer: Viewer) -> list[Thread]:
        """Return the viewer's own letters, by what they are about; the newest thread first."""
        return _threads(self._of(viewer))

    def about(self, viewer: Viewer, item: BoardItem) -> Thread | None:
        """Return the viewer's own letters about a listing, of whichever pods; None for none."""
        ours = self._letters.keeper.pod_id
        found = self._of(viewer, item.rid)
        mine = [it for it in found if item.author in (ours, it.kept.pod_id)]
        return Thread(mine[::-1]) if mine else None

    def opened(
        self, viewer: Viewer, answers: Sequence[Kept], *, is_secret: bool
    ) -> tuple[list[Kept], frozenset[int]]:
        """Return answers to a listing without what came in letters that viewer may not read.

        Also the numbers of those. That somebody asks, and how it stands, is no secret in the pod.
        """
        sealed = frozenset(
            it.number
            for it in answers
            if it.pod is not None and not self._may_open(viewer, it, is_secret=is_secret)
        )
        shown = [
            it._replace(by=None, words=None, contact=None) if it.number in sealed else it
            for it in answers
        ]
        return shown, sealed

    def _may_open(self, viewer: Viewer, answer: Kept, *, is_secret: bool) -> bool:
        whose = self._whose(answer)
        return may_read(viewer, whose, self._typist(answer.rid, whose), is_secret=is_secret)

    def _whose(self, answer: Kept) -> MemberId | None:
        """Return whose the letter is that an answer came in; once forgotten, whose the listing."""
        connection = self._letters.keeper.store.connection
        if answer.pod is not None and answer.letter is not None:
            kept = rows.find_one(connection, answer.letter, answer.pod, is_ours=False)
            if kept is not None:
                return kept.member
        found = members.whose(connection, answer.rid)
        return found[0] if found else None

    def told(self, viewer: Viewer, meeting: Meeting) -> Letter | None:
        """Return the viewer's last word to another pod on a meeting that it invites to."""
        item, on = meeting.item, Meetups.day_told(meeting)
        for letter in self._of(viewer, item.rid):
            is_to_them = letter.kept.is_ours and letter.kept.pod_id == item.author
            if is_to_them and isinstance(letter.body, Rsvp) and letter.body.on == on:
                return letter
        return None

    def news(self, viewer: Viewer) -> int:
        """Return how many letters have come for the viewer that they have not looked at."""
        if viewer.member is None:
            return 0
        typed = self._letters.of_typist(viewer.member, limit=MOST_LETTERS)
        own = self._letters.unseen_of(viewer.member)
        return own + sum(it.is_new for it in typed)

    def find(self, viewer: Viewer, said: str, *, is_secret: bool) -> Letter:
        """Return the letter that said, as `reference` names it. Raises UserError (not_found).

        Who may not read a letter does not learn that there is one.
        """
        letter = self._named(said)
        if letter is None or not self._may_read(viewer, letter, is_secret=is_secret):
            raise UserError("not_found", "There is no such letter here for you (any more).")
        return letter

    def _may_read(self, viewer: Viewer, letter: Letter, *, is_secret: bool) -> bool:
        about = letter.kept.about if letter.is_about_ours else None
        typist = self._typist(about, letter.kept.member)
        return may_read(viewer, letter.kept.member, typist, is_secret=is_secret)

    def _typist(self, rid: bytes | None, whose: MemberId | None) -> MemberId | None:
        """Return who typed a thing of this pod for whose a letter about it is."""
        connection = self._letters.keeper.store.connection
        found = None if rid is None else members.whose(connection, rid)
        if rid is None or found != (whose, True):
            return None
        return typed.typist(connection, rid)

    def _named(self, said: str) -> Letter | None:
        number = said.partition("-")[0]
        is_number = number.isdecimal() and len(number) < 16
        letter = self._letters.numbered(int(number)) if is_number else None
        return letter if letter is not None and reference(letter) == said else None

    def open(self, viewer: Viewer, said: str, *, is_secret: bool) -> Thread:
        """Return a letter with all about the same thing, and note that it was looked at.

        Raises UserError (not_found).
        """
        letter = self.find(viewer, said, is_secret=is_secret)
        kept = letter.kept
        if kept.member is None:
            found = self.of_nobody()
        else:
            found = self._letters.of_member(kept.member, about=kept.about, limit=MOST_LETTERS)
        with_it = [it for it in found if _key(it) == _key(letter)] or [letter]
        thread = Thread(with_it[::-1])
        self.note_seen(thread)
        return thread

    def note_seen(self, thread: Thread) -> None:
        """Note that all letters of a thread were looked at. Nobody else is told."""
        for letter in thread.letters:
            self._letters.note_seen(letter)

    def _of(self, viewer: Viewer, about: bytes | None = None) -> list[Letter]:
        if viewer.member is None or not may(viewer, Right.WRITE_LETTERS):
            return []
        own = self._letters.of_member(viewer.member, about=about, limit=MOST_LETTERS)
        for_others = self._letters.of_typist(viewer.member, limit=MOST_LETTERS)
        found = own + [it for it in for_others if about in (None, it.kept.about)]
        return sorted(found, key=lambda it: it.kept.number, reverse=True)[:MOST_LETTERS]

    # --- What is nobody's ---

    def waiting(self, viewer: Viewer) -> Waiting:
        """Return whose letters wait to be looked at, and what is nobody's, for who sorts them.

        What the letters say is not for these eyes. Raises UserError (not_allowed).
        """
        require(viewer, Right.SORT_LETTERS)
        names = self._people.names()
        whose = [names[id_] for id_ in self._letters.have_unseen() if id_ in names]
        return Waiting(sorted(whose), self.of_nobody())

    def of_nobody(self) -> list[Letter]:
        """Return the letters that are nobody's, the newest first.

        Without those that say who comes to a meetup of this pod: the whole pod holds it, and
        reads them there.
        """
        found = self._letters.of_nobody()
        return [it for it in found if it.kept.is_ours or not isinstance(it.body, Rsvp)]

    def give(self, viewer: Viewer, said: str, member: MemberId) -> None:
        """Say whose a letter is that is nobody's, with all of its thread. Raises UserError."""
        require(viewer, Right.SORT_LETTERS)
        letter = self._named(said)
        if letter is None or letter.kept.member is not None:
            raise UserError("not_found", "There is no such letter that is nobody's (any more).")
        keeper, is_self = self._letters.keeper, viewer.is_self(member)
        with keeper.store.atomic(keeper.now().wall_ms) as tx:
            self._people.member(viewer, member)
            for it in self.of_nobody():
                if _key(it) == _key(letter):
                    rows.give(tx, it.kept.number, member, it.kept.about)
            what = "letter_taken" if is_self else "letter_given"
            self._log.note_in(tx, viewer, what, about=None if is_self else member)

    # --- What people do with them ---

    def answer(
        self, viewer: Viewer, said: str, verdict: Verdict, message: str | None, *, is_secret: bool
    ) -> None:
        """Answer a reply: promise, decline, or say that it waits. Raises UserError."""
        self._exchange.answer(self.find(viewer, said, is_secret=is_secret), verdict, message)

    def unask(self, viewer: Viewer, said: str, message: str | None, *, is_secret: bool) -> None:
        """Take back what was asked of another pod. Raises UserError."""
        self._letters.unask(self.find(viewer, said, is_secret=is_secret), message)

    def retry(self, viewer: Viewer, said: str, *, is_secret: bool) -> None:
        """Send a letter once more of which nobody heard that it arrived. Raises UserError."""
        self._letters.retry(self.find(viewer, said, is_secret=is_secret))

    def forget(self, viewer: Viewer, said: str, *, is_secret: bool) -> None:
        """Keep a letter no longer. Raises UserError (not_found)."""
        self._letters.forget(self.find(viewer, said, is_secret=is_secret))

    def tell(
        self, viewer: Viewer, meeting: Meeting, people: int, *, label: str, message: str | None
    ) -> Letter:
        """Tell the pod that invites how many come with the viewer; 0 takes it back.

        label: how they call the viewer there. The first one stays: their list has one line for
        each. Raises UserError.
        """
        require(viewer, Right.WRITE_LETTERS)
        last = self.told(viewer, meeting)
        if last is not None and isinstance(last.body, Rsvp):
            label = last.body.from_label or label
            if last.state is State.WAITING:  # they need not hear what is no longer so
                self._letters.forget(last)
        said = {"from_label": label or None, "message": message}
        return self._meetups.tell(meeting, people, member=viewer.member, **said)

    def report(self, viewer: Viewer, item: BoardItem, reason: str, message: str | None) -> Letter:
        """Tell a pod that a listing of its own is wrong or does harm. Raises UserError."""
        require(viewer, Right.WRITE_LETTERS)
        if item.author == self._letters.keeper.pod_id:
            raise UserError("invalid", "It is this pod's own.", "Speak with whose it is.")
        said = {"reason": reason, "message": message}
        return self._letters.report(item.author, item.rid, member=viewer.member, **said)

    # --- Leaving ---

    def _let_go(self, tx: Tx, member: MemberId) -> None:
        """Forget the letters of somebody who leaves; what they asked of others is taken back.

        What only tells another pod how things stand goes on by itself, and is kept by nobody.
        """
        mine = self._letters.of_member(member, limit=-1)
        unasked = {it.body.re for it in mine if it.kept.is_ours and isinstance(it.body, Unask)}
        for letter in mine:
            if isinstance(letter.body, Answer | Unask):
                rows.forget(tx, letter.kept)
                continue
            has_left = letter.state in (State.UNDER_WAY, State.ARRIVED)
            is_asked = isinstance(letter.body, Reply) and has_left
            if is_asked and letter.kept.message_id.hex() not in unasked:
                self._unask_for_nobody(tx, letter)
            self._letters.forget_in(tx, letter)

    def _unask_for_nobody(self, tx: Tx, letter: Letter) -> None:
        body = Unask.write({"re": letter.kept.message_id.hex()})
        try:
            rows.forget(tx, self._letters.send_in(tx, letter.kept.pod_id, body))
        except UserError as err:  # no room for another letter: they wait for whoever has left
            log.info("not_taken_back code=%s", err.code)


def _key(letter: Letter) -> tuple[PodId, bytes]:
    return letter.kept.pod_id, letter.kept.about or letter.kept.message_id


def _threads(newest_first: Iterable[Letter]) -> list[Thread]:
    found: dict[tuple[PodId, bytes], list[Letter]] = {}
    for letter in newest_first:
        found.setdefault(_key(letter), []).insert(0, letter)
    return [Thread(it) for it in found.values()]
