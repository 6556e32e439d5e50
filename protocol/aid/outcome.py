"""An outcome: where one pod stands on a question that was put to several.

Spec: docs/kinds.md §10. How people of the pod stand stays in the pod; what travels is what they
came to together.
"""

from typing import Annotated, Final, Literal, TypeAlias

from protocol.aid import limits
from protocol.aid.body import Body, up_to
from protocol.aid.fields import Language, Line, Paragraph, Seconds, WholeDay
from protocol.aid.reference import Reference, rid_about

OUTCOME: Final = 9
"""Kind code."""

Position: TypeAlias = Literal["agree", "reservations", "stand-aside", "block", "not-yet"]


class Outcome(Body):
    """What one pod came to."""

    CODE = OUTCOME
    NAME = "outcome"

    proposal: Reference  # the notice that puts the question
    title: Annotated[str, up_to(limits.MAX_TITLE), Line]
    position: Position
    text: Annotated[str, up_to(limits.MAX_OUTCOME), Paragraph] | None = None
    decided_on: WholeDay | None = None
    lang: Language | None = None
    posted_s: Seconds | None = None

    def headline(self) -> str:
        return self.title

    def words(self) -> tuple[str, ...]:
        return (self.title, self.text or "")

    def subject(self) -> str:
        return self.proposal

    def filed_under(self) -> tuple[str, ...]:
        return (self.position,)

    def only_rid(self) -> bytes:
        return rid_about(OUTCOME, self.proposal)
