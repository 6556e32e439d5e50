"""What a stranger leaves who asks to join. Pages: docs/house.md §1.5."""

from typing import Annotated

from pydantic import BaseModel, ConfigDict, StringConstraints

from protocol.aid.fields import Line, Seconds
from protocol.aid.house import limits
from protocol.aid.house.member import Name, up_to


class JoinRequest(BaseModel):
    """Somebody who is no member and would like to be. number: its name here."""

    model_config = ConfigDict(frozen=True, strict=True, extra="forbid")

    name: Name
    contact: Annotated[str, StringConstraints(min_length=1, max_length=limits.MAX_CONTACT), Line]
    words: Annotated[str, up_to(limits.MAX_JOIN_WORDS)] | None = None
    number: int = 0
    asked_s: Seconds = 0
