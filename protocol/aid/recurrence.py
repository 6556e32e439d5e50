"""When a row of meetups takes place: weekly or monthly, on days of the week.

Spec: docs/kinds.md §6.2, a part of the rules of RFC 5545 §3.3.10. All times here are those of a
clock on a wall, without a zone; what they are elsewhere is asked of a table of zones, and such
tables belong to a machine. Work is bounded by the window that is asked for, never by how long
ago a row began.
"""

from calendar import monthrange
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from itertools import count, islice
from typing import Final

WEEKDAYS: Final = ("mo", "tu", "we", "th", "fr", "sa", "su")
LONGEST: Final = timedelta(days=31)
"""One meetup, a camp for instance."""
SHORT: Final = timedelta(hours=2)
"""How long one is taken to last that says nothing of its end."""
_MAX_WEEKS: Final = 60
"""Weeks, or months, of a row that are looked through at once: a year of any, and a month more."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """A row of meetups. repeats: none, weekly, monthly.  on: as in Event, or empty.

    first: the beginning of the first.  last_day: on which one may begin.
    """

    first: datetime
    lasts: timedelta
    repeats: str
    every: int
    on: frozenset[str]
    last_day: date | None
    not_on: frozenset[date]

    @property
    def over(self) -> datetime | None:
        """When the last is over at the latest; None if there is no last one."""
        if self.repeats == "none":
            return self.first + self.lasts
        if self.last_day is None:
            return None
        return datetime.combine(self.last_day, self.first.time()) + self.lasts

    def holds(self, day: date) -> bool:
        """Tell whether one may begin on that day, as far as the days of the week say."""
        return next(_days(self, day), None) == day


def read_rule(
    *,
    start: str,
    end: str | None,
    repeats: str,
    every: int,
    on: Sequence[str],
    last_day: str | None,
    not_on: Sequence[str],
) -> Rule:
    """Return the rule that the fields of an event say."""
    first = datetime.fromisoformat(start)
    return Rule(
        first=first,
        lasts=datetime.fromisoformat(end) - first if end else SHORT,
        repeats=repeats,
        every=every,
        on=frozenset(on),
        last_day=date.fromisoformat(last_day) if last_day else None,
        not_on=frozenset(map(date.fromisoformat, not_on)),
    )


def occurrences(rule: Rule, after: datetime, before: datetime) -> Iterator[datetime]:
    """Yield the beginnings of those that are not over at `after` and begin before `before`.

    The soonest first. Both times are by the clock on the same wall; of a longer window than a
    year the later part may be missing.
    """
    for day in _days(rule, max(rule.first, after - rule.lasts).date()):
        begins = datetime.combine(day, rule.first.time())
        if begins >= before or (rule.last_day is not None and day > rule.last_day):
            return
        if day not in rule.not_on and begins + rule.lasts > after and begins >= rule.first:
            yield begins


def as_if_utc_s(local: datetime) -> int:
    """Return a wall's time in seconds, as if that wall stood in Greenwich in winter."""
    return int(local.replace(tzinfo=UTC).timestamp())


def _days(rule: Rule, since: date) -> Iterator[date]:
    """Yield the days from since on which one may begin, in order, for about a year."""
    if rule.repeats == "none":
        yield rule.first.date()
        return
    days = _weekly(rule, since) if rule.repeats == "weekly" else _monthly(rule, since)
    yield from (day for day in days if day >= since)


def _weekly(rule: Rule, since: date) -> Iterator[date]:
    monday = rule.first.date() - timedelta(days=rule.first.weekday())
    gone = (since - monday).days // (7 * rule.every)
    on = sorted(map(WEEKDAYS.index, rule.on)) or [rule.first.weekday()]
    for number in islice(count(gone), _MAX_WEEKS):
        week = monday + timedelta(weeks=number * rule.every)
        yield from (week + timedelta(days=weekday) for weekday in on)


def _monthly(rule: Rule, since: date) -> Iterator[date]:
    born = rule.first.year * 12 + rule.first.month - 1
    gone = (since.year * 12 + since.month - 1 - born) // rule.every
    on = [(int(it[:-2]), WEEKDAYS.index(it[-2:])) for it in rule.on]
    for number in islice(count(gone), _MAX_WEEKS):
        year, month = divmod(born + number * rule.every, 12)
        first, days = date(year, month + 1, 1), monthrange(year, month + 1)[1]
        found = {_nth(first, days, nth, weekday) for nth, weekday in on} or {rule.first.day}
        yield from (first.replace(day=day) for day in sorted(found) if day <= days)


def _nth(first: date, days: int, nth: int, weekday: int) -> int:
    """Return the day of the nth such weekday in a month, -1 for the last; too great for none."""
    day = 1 + (weekday - first.weekday()) % 7
    return day + 7 * (nth - 1 if nth > 0 else (days - day) // 7)
