"""A reading: a text, film or course that a pod recommends. Spec: docs/kinds.md §8."""

from typing import Annotated, ClassVar, Final, Literal, TypeAlias

from protocol.aid import limits
from protocol.aid.body import Body, up_to
from protocol.aid.categories import Category
from protocol.aid.fields import Day, Language, Line, Link, Paragraph, Seconds

READING: Final = 7
"""Kind code."""

Medium: TypeAlias = Literal["text", "video", "audio", "zine", "course"]


class Reading(Body):
    """Something to read, see or hear, alone or together."""

    CODE = READING
    NAME = "reading"
    FIRST: ClassVar = {"medium": "text"}

    title: Annotated[str, up_to(limits.MAX_READING_TITLE), Line]
    medium: Medium
    made_by: Annotated[str, up_to(limits.MAX_AUTHORS), Line] | None = None
    category: Category | None = None
    link: Link | None = None
    paper_copy: Annotated[str, up_to(limits.MAX_PAPER_COPY), Line] | None = None  # where one lies
    note: Annotated[str, up_to(limits.MAX_READING_NOTE), Paragraph] | None = None
    talk_on: Day | None = None  # when people talk about it
    lang: Language | None = None
    posted_s: Seconds | None = None

    def headline(self) -> str:
        return self.title

    def words(self) -> tuple[str, ...]:
        return (self.title, *filter(None, (self.made_by, self.note)))

    def filed_under(self) -> tuple[str, ...]:
        return tuple(filter(None, (self.medium, self.category)))
