"""An event: people meet, once or again and again. Spec: docs/kinds.md §6.

Its times are those of the clock on the wall where it takes place, with the name of that clock's
zone: a meetup on Saturdays at ten stays at ten when summer time ends.
"""

from functools import lru_cache
from typing import Annotated, Any, ClassVar, Final, Literal, Self, TypeAlias

from pydantic import Field, StringConstraints, model_validator

from protocol.aid import limits, recurrence
from protocol.aid.body import Body, clash, no_doubles, read_fields, up_to
from protocol.aid.categories import Category
from protocol.aid.fields import (
    Cell,
    Language,
    Line,
    Minute,
    Paragraph,
    Seconds,
    Web,
    WholeDay,
    Zone,
)
from protocol.aid.listing import ReplyVia
from protocol.aid.recurrence import Rule

EVENT: Final = 5
"""Kind code."""

Gathering: TypeAlias = Literal["teach", "social", "work", "meeting", "assembly"]
EventStatus: TypeAlias = Literal["planned", "cancelled"]
EventRepeats: TypeAlias = Literal["none", "weekly", "monthly"]
Provides: TypeAlias = Literal["childcare", "food", "step-free", "interpreting"]

On = Annotated[str, StringConstraints(pattern=r"^(-1|[1-4])?(mo|tu|we|th|fr|sa|su)$")]
"""`sa`; of a month `1sa`, its first Saturday, or `-1sa`, its last."""


class Event(Body):
    """One meetup, or a row of them."""

    CODE = EVENT
    NAME = "event"
    FIRST: ClassVar = {"status": "planned", "gathering": "social"}

    title: Annotated[str, up_to(limits.MAX_TITLE), Line]
    start: Minute
    tz: Zone
    gathering: Gathering
    status: EventStatus
    end: Minute | None = None
    repeats: EventRepeats = "none"
    every: Annotated[int, Field(ge=1, le=limits.MAX_INTERVAL)] = 1  # weeks or months
    on: Annotated[tuple[On, ...], Field(max_length=7)] = ()
    last_day: WholeDay | None = None
    not_on: Annotated[tuple[WholeDay, ...], Field(max_length=limits.MAX_NOT_ON)] = ()
    category: Category | None = None
    place: Annotated[str, up_to(limits.MAX_WHERE), Line] | None = None
    cell: Cell | None = None
    online: Web | None = None
    about: Annotated[str, up_to(limits.MAX_ABOUT), Paragraph] | None = None
    capacity: Annotated[int, Field(ge=1, le=limits.MAX_CAPACITY)] | None = None
    provides: Annotated[tuple[Provides, ...], Field(max_length=4)] = ()
    access: Annotated[str, up_to(limits.MAX_ACCESS), Paragraph] | None = None
    rsvp_via: Annotated[tuple[ReplyVia, ...], Field(max_length=3)] = ()
    lang: Language | None = None
    posted_s: Seconds | None = None

    @model_validator(mode="after")
    def _fields_agree(self) -> Self:
        for field in ("start", "end", "last_day"):
            said = getattr(self, field)
            if said is not None and not "1970" <= said[:4] <= "2199":
                clash(field, "not_in_our_time")
        no_doubles(self, "on", "not_on", "provides", "rsvp_via")
        self._ends_after_it_starts()
        self._repeats_as_it_says()
        return self

    def _ends_after_it_starts(self) -> None:
        if self.end is None:
            return
        if self.end <= self.start:
            clash("end", "ends_before_it_starts")
        if self.rule.lasts > recurrence.LONGEST:
            clash("end", "lasts_too_long")

    def _repeats_as_it_says(self) -> None:
        if self.repeats == "none":
            for field in ("every", "on", "last_day", "not_on"):
                if getattr(self, field) != type(self).model_fields[field].default:
                    clash(field, "only_if_it_repeats")
            return
        if any((day[0] in "-1234") != (self.repeats == "monthly") for day in self.on):
            clash("on", "not_of_this_row")
        if self.on and not self.rule.holds(self.rule.first.date()):
            clash("on", "start_is_not_in_the_row")
        if self.last_day is not None and self.last_day < self.start[:10]:
            clash("last_day", "ends_before_it_starts")

    @property
    def rule(self) -> Rule:
        """When it takes place, by the clock on its wall."""
        return recurrence.read_rule(
            start=self.start,
            end=self.end,
            repeats=self.repeats,
            every=self.every,
            on=self.on,
            last_day=self.last_day,
            not_on=self.not_on,
        )

    def headline(self) -> str:
        return self.title

    def words(self) -> tuple[str, ...]:
        return (self.title, *filter(None, (self.about, self.place)))

    def filed_under(self) -> tuple[str, ...]:
        return tuple(filter(None, (self.gathering, self.category)))

    def begins_s(self, posted_s: int) -> int:  # noqa: ARG002  # its own time counts
        """Early by as far as any zone is from UTC."""
        return recurrence.as_if_utc_s(self.rule.first) - limits.EVENT_AROUND_S

    def closes_s(self, posted_s: int, valid_until_s: int) -> int:  # noqa: ARG002
        """Late by as far as any zone is from UTC; 0 for a row without an end."""
        over = self.rule.over
        if over is None:
            return valid_until_s
        last_s = recurrence.as_if_utc_s(over) + limits.EVENT_AROUND_S
        return min(valid_until_s or last_s, last_s)


@lru_cache(maxsize=512)
def when_in(payload: bytes) -> tuple[Rule, str]:
    """Return when a fit event takes place, and its zone; what else it says is not read.

    The same bytes say the same for ever, and each list of meetups asks hundreds of them.
    """
    said: dict[str, Any] = read_fields(payload)
    rule = recurrence.read_rule(
        start=said["start"],
        end=said.get("end"),
        repeats=said.get("repeats", "none"),
        every=said.get("every", 1),
        on=said.get("on", ()),
        last_day=said.get("last_day"),
        not_on=said.get("not_on", ()),
    )
    return rule, said["tz"]
