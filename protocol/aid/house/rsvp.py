"""Whether somebody of this pod comes to a meetup. It never leaves. Pages: docs/house.md §6.

The pod that invites has to know how many chairs and which needs; others learn nothing.
"""

from typing import Annotated, Final, Literal, TypeAlias

from pydantic import BaseModel, ConfigDict, Field

from protocol.aid.fields import Line, WholeDay
from protocol.aid.house import limits
from protocol.aid.house.member import Id, up_to
from protocol.aid.reference import Reference

Coming: TypeAlias = Literal["yes", "maybe", "no"]
COMING: Final[tuple[Coming, ...]] = ("yes", "maybe", "no")


class Rsvp(BaseModel):
    """One person's word on one meeting of a meetup."""

    model_config = ConfigDict(frozen=True, strict=True, extra="forbid")

    event: Reference
    day: WholeDay  # of this meeting of the row
    member: Id
    coming: Coming
    along: Annotated[int, Field(ge=0, le=limits.MAX_COMING_ALONG)] = 0  # people brought along
    wishes: Annotated[str, up_to(limits.MAX_RSVP_WISHES), Line] | None = None
