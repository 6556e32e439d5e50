"""Ways in which the people of a pod keep in touch, in the order in which to try them.

Pages: docs/house.md §2.4. A chat group, a radio channel, a noticeboard, a corner to meet at.
(A *channel* is what two nodes have.)
"""

from typing import Annotated, Literal, TypeAlias

from pydantic import BaseModel, ConfigDict

from protocol.aid.fields import Line
from protocol.aid.house import limits
from protocol.aid.house.member import Name, up_to

Sort: TypeAlias = Literal["digital", "analog"]


class Way(BaseModel):
    """One way to keep in touch. Whether it works in an outage is said, not guessed."""

    model_config = ConfigDict(frozen=True, strict=True, extra="forbid")

    name: Name
    sort: Sort = "analog"
    how: Annotated[str, up_to(limits.MAX_WAY_HOW), Line] | None = None
    without_internet: bool = False
    without_power: bool = False
    public: bool = False  # whether the public page may show it
