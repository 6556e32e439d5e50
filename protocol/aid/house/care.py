"""What people can do, what would help them in an emergency, and who looks after whom.

Pages: docs/house.md §2. A care note is written by the person (or as they dictate it) for the
people they name. No steward reads it unless they ticked stewards; that there is one is told
to nobody else, so no list of the vulnerable can be made.
"""

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

from protocol.aid.categories import Category
from protocol.aid.fields import Line, Paragraph, Seconds
from protocol.aid.house import limits
from protocol.aid.house.member import Id, up_to
from protocol.aid.house.rights import MemberId, Role, Viewer


class Ability(BaseModel):
    """What somebody can do for others, and within which limits; for the pod to see."""

    model_config = ConfigDict(frozen=True, strict=True, extra="forbid")

    category: Category
    note: Annotated[str, up_to(limits.MAX_ABILITY_NOTE), Line] | None = None
    bounds: Annotated[str, up_to(limits.MAX_ABILITY_NOTE), Line] | None = None


class CareNote(BaseModel):
    """What would help one person in an emergency, for those they name.

    needs: in which categories they may need help.  viewers: who may read all this.
    stewards: whether stewards may too.  review_s: when to ask whether it still holds.
    """

    model_config = ConfigDict(frozen=True, strict=True, extra="forbid")

    words: Annotated[str, up_to(limits.MAX_CARE_WORDS), Paragraph]
    needs: Annotated[tuple[Category, ...], Field(max_length=limits.MAX_CARE_NEEDS)] = ()
    viewers: Annotated[tuple[Id, ...], Field(max_length=limits.MAX_MEMBERS)] = ()
    stewards: bool = False
    written_s: Seconds = 0
    review_s: Seconds = 0

    def is_seen_by(self, viewer: Viewer, whose: MemberId) -> bool:
        """Tell whether viewer may read the note that is `whose`."""
        if viewer.role is Role.GUEST and not viewer.is_self(whose):
            return False
        if viewer.is_self(whose) or any(viewer.is_self(it) for it in self.viewers):
            return True
        return self.stewards and viewer.role is Role.STEWARD
