"""A crisis status: how a pod is doing in a crisis, for other pods. One a pod, no number in it.

Spec: docs/kinds.md §9. Who has been heard from never leaves a pod; here it is a band. What is
older than two days is not shown: it would send help to where none is needed.
"""

from typing import Annotated, ClassVar, Final, Literal, Self, TypeAlias

from pydantic import Field, model_validator

from protocol.aid import limits
from protocol.aid.body import Body, no_doubles, up_to
from protocol.aid.categories import Category
from protocol.aid.fields import Language, Line, Paragraph, Seconds
from protocol.record import RID_BYTES

CRISIS_STATUS: Final = 8
"""Kind code."""
CRISIS_RID: Final = bytes(RID_BYTES)
"""A pod has one status, so its slot is known beforehand."""

Level: TypeAlias = Literal["watch", "active", "recovering", "over"]
HeardFrom: TypeAlias = Literal["few", "some", "most", "all"]

_Categories = Annotated[tuple[Category, ...], Field(max_length=limits.MAX_CRISIS_CATEGORIES)]


class CrisisStatus(Body):
    """How one pod is."""

    CODE = CRISIS_STATUS
    NAME = "crisis_status"
    FIRST: ClassVar = {"level": "active"}

    level: Level
    what: Annotated[str, up_to(limits.MAX_CRISIS_WHAT), Line] | None = None
    we_can_help: _Categories = ()
    we_need: _Categories = ()
    safe_places: Annotated[str, up_to(limits.MAX_SAFE_PLACES), Paragraph] | None = None
    heard_from: HeardFrom | None = None  # of its people
    lang: Language | None = None
    posted_s: Seconds | None = None

    @model_validator(mode="after")
    def _fields_agree(self) -> Self:
        no_doubles(self, "we_can_help", "we_need")
        return self

    def headline(self) -> str:
        return f"{self.level}: {self.what}" if self.what else self.level

    def words(self) -> tuple[str, ...]:
        return (self.headline(), self.safe_places or "")

    def filed_under(self) -> tuple[str, ...]:
        return (self.level,)

    def only_rid(self) -> bytes:
        return CRISIS_RID

    def longest_s(self) -> int:
        return limits.CRISIS_S

    def default_valid_until_s(self, now_s: int) -> int:
        return now_s + limits.CRISIS_S
