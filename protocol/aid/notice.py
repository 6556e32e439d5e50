"""A notice: some words of one pod to others. Spec: docs/kinds.md §7."""

from typing import Annotated, ClassVar, Final, Literal, TypeAlias

from protocol.aid import limits
from protocol.aid.body import Body, up_to
from protocol.aid.fields import Cell, Language, Line, Paragraph, Seconds

NOTICE: Final = 6
"""Kind code."""

Topic: TypeAlias = Literal["idea", "request", "alert", "thanks-to-all"]


class Notice(Body):
    """A few words to all who may read them."""

    CODE = NOTICE
    NAME = "notice"
    FIRST: ClassVar = {"topic": "idea"}

    title: Annotated[str, up_to(limits.MAX_TITLE), Line]
    text: Annotated[str, up_to(limits.MAX_NOTICE), Paragraph]
    topic: Topic
    cell: Cell | None = None
    lang: Language | None = None
    posted_s: Seconds | None = None

    def headline(self) -> str:
        return self.title

    def words(self) -> tuple[str, ...]:
        return (self.title, self.text)

    def filed_under(self) -> tuple[str, ...]:
        return (self.topic,)

    def longest_s(self) -> int:
        """An alert ends soon, whatever its author said."""
        return limits.ALERT_S if self.topic == "alert" else 0

    def default_valid_until_s(self, now_s: int) -> int:
        return now_s + (self.longest_s() or limits.NOTICE_OPEN_S)
