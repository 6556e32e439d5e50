"""A roll call: in a crisis everybody is asked whether they are all right.

Pages: docs/house.md §4. Any member begins one, and it ends by itself. Who was not yet heard
from comes first, beside whoever rings or knocks for them. No alarm leaves the pod.
"""

from collections.abc import Iterable, Mapping
from enum import StrEnum
from typing import Annotated, Final, NamedTuple

from pydantic import BaseModel, ConfigDict

from protocol.aid.fields import Line, Seconds, fold
from protocol.aid.house import limits
from protocol.aid.house.member import Id, Member, up_to
from protocol.aid.house.rights import MemberId


class Answer(StrEnum):
    """What somebody, or somebody for them, says."""

    NEED_HELP = "need help"
    HELPING = "ok, can help"
    OK = "ok"
    AWAY = "away"


class How(StrEnum):
    """How an answer came."""

    SELF = "said so"
    BUDDY = "by a buddy"
    SEEN = "seen by"
    PAPER = "from paper"


class RollCall(BaseModel):
    """One roll call. deadline_s: when people want to have heard from all, 0 for none."""

    model_config = ConfigDict(frozen=True, strict=True, extra="forbid")

    number: int
    question: Annotated[str, up_to(limits.MAX_TITLE), Line]
    opened_by: Id | None = None
    opened_s: Seconds
    deadline_s: Seconds = 0
    ends_s: Seconds
    """By itself, or when somebody ended it."""

    def is_on(self, now_s: int) -> bool:
        """Tell whether people are being asked."""
        return now_s < self.ends_s


class CheckIn(BaseModel):
    """One person's answer. by: who gave it, if it was not themselves."""

    model_config = ConfigDict(frozen=True, strict=True, extra="forbid")

    member: Id
    answer: Answer
    how: How
    by: Id | None = None
    words: Annotated[str, up_to(limits.MAX_CHECK_IN_WORDS), Line] | None = None
    at_s: Seconds


class BoardLine(NamedTuple):
    """One person on the board of a roll call. check_in: None if not yet heard from.

    caller: who rings or knocks for them, None for the first of the tree.
    """

    member: Member
    check_in: CheckIn | None
    caller: MemberId | None
    buddies: tuple[MemberId, ...]


_FIRST: Final = {answer: number for number, answer in enumerate(Answer, start=1)}


def board(
    members: Iterable[Member],
    check_ins: Mapping[MemberId, CheckIn],
    callers: Mapping[MemberId, MemberId | None],
    branches: Mapping[MemberId, int],
    buddies: Mapping[MemberId, tuple[MemberId, ...]],
) -> list[BoardLine]:
    """Return the board: not yet heard from first, then who needs help, then the others.

    The silent stand together by branch of the phone tree and by caller, so that one person can
    ring all of theirs; else the order is that of names.
    """

    def place(line: BoardLine) -> tuple[object, ...]:
        name = fold(line.member.name)
        if line.check_in is not None:
            return (_FIRST[line.check_in.answer], 0, b"", name)
        return (0, branches.get(line.member.id, len(branches)), line.caller or b"", name)

    lines = [
        BoardLine(it, check_ins.get(it.id), callers.get(it.id), buddies.get(it.id, ()))
        for it in members
    ]
    return sorted(lines, key=place)
