"""Where letters and answers meet: a reply becomes an answer to our listing, and is written back.

Spec: docs/kinds.md §2.5 and §12. Only the pod that made a listing promises, so what becomes of an
answer is decided on its machine alone; the pod that asked is told by letter, each time that
changes. It is told what was said last, never a history.
"""

import logging
from typing import Final

from node.aid.answers import Answer, Answers, FromPod
from node.aid.letters import Letter, Letters
from protocol.aid.house.ask import Ask
from protocol.aid.letter import LetterBody, Reply, Unask, Verdict
from protocol.aid.life import Standing, Turn
from protocol.errors import UserError
from store import Tx
from store.house import answers as kept
from store.house.letters import KeptLetter

log = logging.getLogger(__name__)

VERDICT: Final[dict[Standing, Verdict]] = {
    Standing.WAITING: "waiting",
    Standing.PROMISED: "accepted",
    Standing.DECLINED: "declined",
    Standing.GONE: "gone",
}
"""What the other pod is told. That something came home, or was taken back, it knows itself."""
TURN: Final[dict[Verdict, Turn]] = {
    "accepted": Turn.PROMISE,
    "declined": Turn.DECLINE,
    "waiting": Turn.UNPROMISE,
}
"""What people say to an answer by saying it to the letter."""


class Exchange:
    """One pod's. It listens to letters that come, and to answers that change."""

    def __init__(self, letters: Letters, answers: Answers) -> None:
        self._letters = letters
        self._answers = answers
        self._words: dict[tuple[bytes, int], str | None] = {}
        """What is said to one answer while it is decided; others hear of it without these words."""
        letters.on_letter.append(self._hear)
        answers.on_change.append(self._write_back)

    def answer(self, letter: Letter, verdict: Verdict, message: str | None = None) -> None:
        """Answer a reply: promise, decline, or say that it waits; and have it written back.

        Raises UserError (invalid, conflict, over_quota).
        """
        of_listing = self.answer_of(letter)
        turn = TURN.get(verdict)
        if of_listing is None or turn is None or not self._answers.can(of_listing, turn):
            # Nothing changes by it: a word more, or about a listing that is not here.
            if verdict == "accepted" and (of_listing is None or of_listing.told != "accepted"):
                raise UserError(
                    "conflict",
                    "That cannot be promised: the listing is not here, or it is over.",
                    "Say so instead: pod mail answer --decline",
                )
            self._letters.answer(letter, verdict, message)
            return
        self._words = {(of_listing.rid, of_listing.number): message}
        try:
            self._answers.turn(of_listing.rid, of_listing.number, turn)
        finally:
            self._words = {}
        self._letters.note_seen(letter)

    def answer_of(self, letter: Letter) -> Answer | None:
        """Return what a reply that came has become; None: it is about no listing that is here."""
        if not isinstance(letter.body, Reply):
            return None
        rid = bytes.fromhex(letter.body.re)
        source = letter.kept.pod_id, letter.kept.message_id
        found = [it for it in self._answers.of(rid) if (it.pod, it.letter) == source]
        return found[0] if found else None

    def _hear(self, tx: Tx, letter: KeptLetter, body: LetterBody) -> None:
        if isinstance(body, Reply):
            # Every bound of a reply is within that of an ask, or nobody could be told.
            asked = Ask(
                qty=body.qty or 1,
                by=body.from_label,
                words=body.message,
                contact=body.contact,
                day=body.on,
            )
            source = FromPod(letter.pod_id, letter.message_id)
            now = self._letters.keeper.now()
            answer = self._answers.take_in(tx, bytes.fromhex(body.re), asked, source, now)
            if answer is not None:
                self._write_back(tx, answer)
        elif isinstance(body, Unask):
            source = FromPod(letter.pod_id, bytes.fromhex(body.re))
            self._answers.take_back_in(tx, source, self._letters.keeper.now())

    def _write_back(self, tx: Tx, answer: Answer) -> None:
        """Tell the pod that asked how its answer stands, if it was told something else."""
        verdict = VERDICT.get(answer.standing)
        if answer.pod is None or answer.letter is None or verdict in (None, answer.told):
            return
        has_just_come = verdict == "waiting" and answer.told is None
        if has_just_come and not self._answers.is_spoken_for(answer):
            return
        try:
            words = self._words.get((answer.rid, answer.number))
            self._letters.answer_in(tx, answer.pod, answer.letter, verdict, words)
        except UserError as err:  # no room for another letter: people can write it later
            log.info("not_written_back code=%s", err.code)
            return
        kept.save(tx, answer._replace(told=verdict))
