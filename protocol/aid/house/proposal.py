"""Deciding together: proposals, positions, and the pod's own rule for when something is agreed.

Pages: docs/house.md §3. Positions are shown as names and words. Nothing is won by numbers: one
block holds, many who stand aside mean "talk more", and a count is used only to see whether
enough people have spoken.
"""

from collections.abc import Callable, Iterable
from enum import StrEnum
from typing import Annotated, Final, NamedTuple

from pydantic import BaseModel, ConfigDict, Field, model_validator
from pydantic_core import PydanticCustomError

from protocol.aid.fields import Line, Paragraph, Seconds
from protocol.aid.house import limits
from protocol.aid.house.member import Id, up_to
from protocol.aid.house.rights import MemberId


class State(StrEnum):
    """How far a proposal is."""

    DRAFT = "draft"  # only who writes it sees it
    TALKING = "talking"
    TESTING = "testing"
    AGREED = "agreed"
    BLOCKED = "blocked"
    PARKED = "parked"
    WITHDRAWN = "withdrawn"


NEXT: Final[dict[State, frozenset[State]]] = {
    State.DRAFT: frozenset((State.TALKING, State.WITHDRAWN)),
    State.TALKING: frozenset((State.TESTING, State.PARKED, State.WITHDRAWN)),
    State.TESTING: frozenset(
        (State.TALKING, State.AGREED, State.BLOCKED, State.PARKED, State.WITHDRAWN)
    ),
    State.BLOCKED: frozenset((State.TALKING, State.PARKED, State.WITHDRAWN)),
    State.PARKED: frozenset((State.TALKING, State.WITHDRAWN)),
    State.AGREED: frozenset(),
    State.WITHDRAWN: frozenset(),
}
"""Where a proposal may go from where it is."""
CLOSED: Final = frozenset((State.AGREED, State.WITHDRAWN))
TAKES_POSITIONS: Final = frozenset((State.TALKING, State.TESTING, State.BLOCKED))


class Stand(StrEnum):
    """A position on a proposal. Not yet: they have heard, and need time."""

    AGREE = "agree"
    RESERVATIONS = "agree with reservations"
    ASIDE = "stand aside"
    BLOCK = "block"
    NOT_YET = "not yet"


class Position(BaseModel):
    """Where one person stands. recorded: said at a meeting, and typed in by a steward."""

    model_config = ConfigDict(frozen=True, strict=True, extra="forbid")

    stand: Stand
    words: Annotated[str, up_to(limits.MAX_POSITION_WORDS), Paragraph] | None = None
    recorded: bool = False

    @model_validator(mode="after")
    def _a_block_has_words(self) -> "Position":
        if self.stand is Stand.BLOCK and self.words is None:
            raise PydanticCustomError("block_without_words", "no words", {"field": "words"})
        return self


class Proposal(BaseModel):
    """One proposal in its present wording.

    wording: its number; with each new one positions begin anew.  removes: whom it would have
    leave; that person takes no position.
    """

    model_config = ConfigDict(frozen=True, strict=True, extra="forbid")

    id: Id
    title: Annotated[str, up_to(limits.MAX_TITLE), Line]
    text: Annotated[str, up_to(limits.MAX_TEXT), Paragraph]
    wording: Annotated[int, Field(ge=1, le=limits.MAX_WORDINGS)] = 1
    state: State = State.DRAFT
    proposed_by: Id | None = None
    removes: Id | None = None
    opened_s: Seconds = 0
    changed_s: Seconds = 0
    test_ends_s: Seconds = 0


class PodRules(BaseModel):
    """What a pod has agreed on how it works; changed in the open."""

    model_config = ConfigDict(frozen=True, strict=True, extra="forbid")

    floor_percent: Annotated[int, Field(ge=1, le=100)] = 50  # of those present
    aside_percent: Annotated[int, Field(ge=1, le=100)] = 33  # of those who took a position
    test_days: Annotated[int, Field(ge=0, le=limits.MAX_TEST_DAYS)] = 3
    hide_names: bool = False  # until a proposal is closed
    members_invite: bool = False


class Standing(StrEnum):
    """How a proposal stands now: what would become of it."""

    BLOCKED = "blocked"
    TESTING = "still being tested"
    TOO_FEW = "too few have taken a position"
    TALK_MORE = "many stand aside: talk more"
    AGREED = "agreed"


class Heard(NamedTuple):
    """What was heard on a proposal."""

    stands: tuple[Stand, ...]
    present: int
    is_over: bool
    rules: PodRules

    @property
    def spoken(self) -> int:
        return sum(it is not Stand.NOT_YET for it in self.stands)


_RULE: Final[tuple[tuple[Standing, Callable[[Heard], bool]], ...]] = (
    (Standing.BLOCKED, lambda it: Stand.BLOCK in it.stands),
    (Standing.TESTING, lambda it: not it.is_over),
    (Standing.TOO_FEW, lambda it: it.spoken * 100 < it.rules.floor_percent * it.present),
    (Standing.TOO_FEW, lambda it: it.spoken == 0),
    (
        Standing.TALK_MORE,
        lambda it: it.stands.count(Stand.ASIDE) * 100 >= it.rules.aside_percent * it.spoken,
    ),
    (Standing.AGREED, lambda _: True),
)
"""The first line that holds decides. docs/house.md §3.3 has the same table."""

BECOMES: Final[dict[Standing, State]] = {
    Standing.BLOCKED: State.BLOCKED,
    Standing.TALK_MORE: State.TALKING,
    Standing.AGREED: State.AGREED,
}
"""What a tested proposal becomes; what is not here stays in its test."""


def standing(stands: Iterable[Stand], *, present: int, is_over: bool, rules: PodRules) -> Standing:
    """Return how a proposal stands. present: members who are here.  is_over: its test."""
    heard = Heard(tuple(stands), present, is_over, rules)
    return next(found for found, holds in _RULE if holds(heard))


def may_become(was: State, wanted: State) -> bool:
    """Tell whether a proposal may go from one state to another."""
    return wanted in NEXT[was]


class Agreement(BaseModel):
    """What the pod has agreed on, until when it is looked at again."""

    model_config = ConfigDict(frozen=True, strict=True, extra="forbid")

    id: Id
    title: Annotated[str, up_to(limits.MAX_TITLE), Line]
    text: Annotated[str, up_to(limits.MAX_TEXT), Paragraph]
    agreed_s: Seconds
    review_s: Seconds
    ended_s: Seconds = 0  # 0: it holds
    proposal: Id | None = None


__all__ = [
    "BECOMES",
    "CLOSED",
    "NEXT",
    "TAKES_POSITIONS",
    "Agreement",
    "MemberId",
    "PodRules",
    "Position",
    "Proposal",
    "Stand",
    "Standing",
    "State",
    "may_become",
    "standing",
]
