"""An ask: what somebody says to a listing. They ask for what is offered, or offer what is needed.

Spec: docs/kinds.md §2.5. From a member of this pod it stays here as it is; what another pod's
member asks comes in a sealed letter (docs/protocol.md), and is then kept like one.
"""

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from protocol.aid.fields import Day, Line, Paragraph
from protocol.aid.house import limits
from protocol.aid.limits import MAX_QTY


def _up_to(limit: int) -> StringConstraints:
    return StringConstraints(min_length=1, max_length=limit)


class Ask(BaseModel):
    """What somebody says to a listing. All of it may be left out.

    qty: how many of what there is.  by: as who asks wants to be called.  contact: how to reach
    them, given for this one answer.  day: where a listing repeats.
    """

    model_config = ConfigDict(frozen=True, strict=True, extra="forbid")

    qty: Annotated[int, Field(ge=1, le=MAX_QTY)] = 1
    by: Annotated[str, _up_to(limits.MAX_NAME), Line] | None = None
    words: Annotated[str, _up_to(limits.MAX_ASK_WORDS), Paragraph] | None = None
    contact: Annotated[str, _up_to(limits.MAX_CONTACT), Line] | None = None
    day: Annotated[Day, StringConstraints(max_length=10)] | None = None
