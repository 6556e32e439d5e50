"""A tool: a program that acts for one person of the pod. Pages: docs/api.md."""

from typing import Annotated

from pydantic import BaseModel, ConfigDict

from protocol.aid.fields import Line
from protocol.aid.house import limits
from protocol.aid.house.member import up_to


class Tool(BaseModel):
    """What its person calls it, so that they know which one to sign out."""

    model_config = ConfigDict(frozen=True, strict=True, extra="forbid")

    label: Annotated[str, up_to(limits.MAX_LABEL), Line]
