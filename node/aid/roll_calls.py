"""`pod.roll_calls`: in a crisis, is everybody all right? Pages: docs/house.md §4."""

from typing import NamedTuple

from node.aid.steward_log import StewardLog
from node.keeper import Keeper
from protocol.aid.form import fill
from protocol.aid.house import roll_call
from protocol.aid.house.limits import KEEP_ANSWERS_S, MAX_ROLL_CALLS, ROLL_CALL_S
from protocol.aid.house.phone_tree import grow, laid_out, persons
from protocol.aid.house.rights import MemberId, Right, Viewer, may, require, require_own
from protocol.aid.house.roll_call import Answer, BoardLine, CheckIn, How, RollCall
from protocol.clock import ClockState
from protocol.errors import UserError
from store.house import care, members, roll_calls, trees


class Board(NamedTuple):
    """The board of a roll call, the silent first."""

    roll_call: RollCall
    is_on: bool
    lines: list[BoardLine]


class Asking(NamedTuple):
    """A roll call that is on, to one person. answer: what is known of them, None for nothing."""

    roll_call: RollCall
    answer: Answer | None


class RollCalls:
    """The roll calls of one pod; one at a time."""

    def __init__(self, keeper: Keeper) -> None:
        self._keeper, self._store = keeper, keeper.store

    def open(self, viewer: Viewer, question: str, *, deadline_s: int = 0) -> RollCall:
        """Begin to ask everybody. Raises UserError (conflict, invalid, over_quota, not_allowed)."""
        require(viewer, Right.OPEN_ROLL_CALL)
        now_s = self._now_s
        with self._store.atomic(now_s * 1000) as tx:
            kept = roll_calls.roll_calls(tx.connection)
            if any(it.is_on(now_s) for it in kept):
                raise UserError(
                    "conflict", "A roll call is on already.", "See it: pod rollcall board"
                )
            if len(kept) >= MAX_ROLL_CALLS:
                raise UserError("over_quota", "Too many roll calls in a month.", "Wait a day.")
            opened = fill(
                RollCall,
                {
                    "number": max((it.number for it in kept), default=0) + 1,
                    "question": question,
                    "opened_by": viewer.member,
                    "opened_s": now_s,
                    "deadline_s": deadline_s,
                    "ends_s": now_s + ROLL_CALL_S,
                },
            )
            roll_calls.put_roll_call(tx, opened)
        return opened

    def renew(self, viewer: Viewer) -> RollCall:
        """Let the one that is on go on for three days from now."""
        return self._change(viewer, self._now_s + ROLL_CALL_S)

    def end(self, viewer: Viewer) -> RollCall:
        """End the one that is on; its answers are deleted after 30 days."""
        return self._change(viewer, self._now_s)

    def check_in(
        self,
        viewer: Viewer,
        member: MemberId,
        answer: Answer,
        *,
        words: str | None = None,
        seen_by: MemberId | None = None,
    ) -> CheckIn:
        """Note somebody's answer: their own, a buddy's, or that of whoever saw them.

        seen_by: who knocked, if another typed it: a steward, in the open. At the machine without
        it: from paper. Raises UserError (not_found, invalid, conflict, not_allowed).
        """
        require_own(viewer, member, Right.CHECK_IN, Right.CHECK_IN_OTHERS)
        is_named = seen_by is not None and not viewer.is_self(seen_by)
        if is_named:
            require(viewer, Right.EDIT_OTHERS)
        with self._store.atomic(self._keeper.now().wall_ms) as tx:
            current = self._current()
            for id_ in filter(None, (member, seen_by)):
                if members.member(tx.connection, id_) is None:
                    raise UserError("not_found", "That person is not in this pod.", "")
            how, by = self._how(viewer, member, seen_by)
            if how is not How.SELF:
                _check_is_free(roll_calls.check_ins(tx.connection, current.number).get(member))
            said = {"member": member, "answer": answer, "words": words, "at_s": self._now_s}
            check_in = fill(CheckIn, {**said, "how": how, "by": by})
            roll_calls.put_check_in(tx, current.number, check_in)
            if is_named:
                StewardLog.note_in(tx, viewer, "check_in_typed", about=member)
        return check_in

    def is_on(self) -> bool:
        """Tell whether people are being asked now."""
        return any(it.is_on(self._now_s) for it in roll_calls.roll_calls(self._store.connection))

    def asks(self, viewer: Viewer) -> Asking | None:
        """Return the roll call that asks viewer now, None if none is on. For every page: cheap."""
        if viewer.member is None or not may(viewer, Right.CHECK_IN):
            return None
        with self._store.reading() as connection:
            newest = roll_calls.newest(connection)
            if newest is None or not newest.is_on(self._now_s):
                return None
            answer = roll_calls.check_in_of(connection, newest.number, viewer.member)
        return Asking(newest, answer)

    def kept(self, viewer: Viewer) -> list[RollCall]:
        """Return all whose answers are still kept, the newest first."""
        require(viewer, Right.SEE_POD)
        return roll_calls.roll_calls(self._store.connection)

    def board(self, viewer: Viewer, number: int | None = None) -> Board | None:
        """Return the board of a roll call, without a number of the newest; None: it is not kept."""
        require(viewer, Right.SEE_POD)
        with self._store.reading() as connection:
            kept = [it for it in roll_calls.roll_calls(connection) if number in (None, it.number)]
            if not kept:
                return None
            everybody = members.members(connection)
            buddies = care.buddies(connection)
            people = persons(everybody, buddies)
            tree = laid_out(grow(trees.plan(connection), people), people)
            answers = roll_calls.check_ins(connection, kept[0].number)
        lines = roll_call.board(
            [it.seen_by(viewer) for it in everybody],
            answers,
            {step.to: step.caller for step in tree.steps},
            tree.branches,
            buddies,
        )
        return Board(kept[0], kept[0].is_on(self._now_s), lines)

    def forget_old(self) -> None:
        """Delete roll calls, and so all answers, 30 days after their end."""
        now = self._keeper.now()
        if now.state is not ClockState.UNSET:
            with self._store.atomic(now.wall_ms) as tx:
                roll_calls.forget_ended(tx, now.wall_ms // 1000 - KEEP_ANSWERS_S)

    def _change(self, viewer: Viewer, ends_s: int) -> RollCall:
        require(viewer, Right.OPEN_ROLL_CALL)
        with self._store.atomic(self._keeper.now().wall_ms) as tx:
            changed = self._current().model_copy(update={"ends_s": ends_s})
            roll_calls.put_roll_call(tx, changed)
        return changed

    def _current(self) -> RollCall:
        for found in roll_calls.roll_calls(self._store.connection):
            if found.is_on(self._now_s):
                return found
        raise UserError("not_found", "No roll call is on.", 'Begin one: pod rollcall open "Storm"')

    def _how(
        self, viewer: Viewer, member: MemberId, seen_by: MemberId | None
    ) -> tuple[How, MemberId | None]:
        if viewer.is_self(member):
            return How.SELF, None
        by = seen_by or viewer.member
        if by is None:
            return How.PAPER, None
        buddies = care.buddies(self._store.connection).get(member, ())
        return (How.BUDDY if by in buddies else How.SEEN), by

    @property
    def _now_s(self) -> int:
        return self._keeper.now().wall_ms // 1000


def _check_is_free(was: CheckIn | None) -> None:
    """Let others answer for somebody, but never in place of their own word that they need help."""
    if was is not None and was.how is How.SELF and was.answer is Answer.NEED_HELP:
        raise UserError(
            "conflict",
            "They said themselves that they need help: only they can say that it is over.",
            "Go and see them; they say it on their own phone.",
        )
