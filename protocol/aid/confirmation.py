"""A confirmation: what one pod found when it looked at a resource of another.

Spec: docs/kinds.md §5. Each pod says one thing of each resource, and all of them are shown side
by side: nobody's word overrules another's.
"""

from typing import Annotated, Final, Literal, Self, TypeAlias

from pydantic import model_validator

from protocol.aid import limits
from protocol.aid.body import Body, clash, up_to
from protocol.aid.fields import Language, Paragraph, Seconds, WholeDay
from protocol.aid.reference import Reference, rid_about

CONFIRMATION: Final = 4
"""Kind code."""

Says: TypeAlias = Literal["still-true", "changed", "closed", "duplicate"]


class Confirmation(Body):
    """What one pod says of one resource."""

    CODE = CONFIRMATION
    NAME = "confirmation"

    target: Reference
    says: Says
    date: WholeDay  # on which somebody looked
    duplicate_of: Reference | None = None
    note: Annotated[str, up_to(limits.MAX_NOTE), Paragraph] | None = None
    lang: Language | None = None
    posted_s: Seconds | None = None

    @model_validator(mode="after")
    def _fields_agree(self) -> Self:
        if (self.says == "duplicate") != (self.duplicate_of is not None):
            clash("duplicate_of", "duplicate_of_what")
        if self.duplicate_of == self.target:
            clash("duplicate_of", "of_itself")
        return self

    def looked_on(self) -> str:
        return self.date

    def doubts(self) -> bool:
        return self.says != "still-true"

    def headline(self) -> str:
        return self.says

    def words(self) -> tuple[str, ...]:
        return (self.note or "",)

    def subject(self) -> str:
        return self.target

    def only_rid(self) -> bytes:
        return rid_about(CONFIRMATION, self.target)
