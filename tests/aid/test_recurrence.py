"""When rows of meetups take place. docs/kinds.md §6.2, against another reader of RFC 5545."""

from datetime import datetime, timedelta
from itertools import islice
from typing import Any

import pytest
from dateutil.rrule import MO, MONTHLY, WEEKLY, rrule, rruleset, weekday
from hypothesis import given
from hypothesis import strategies as st

from protocol.aid.event import Event
from protocol.aid.recurrence import WEEKDAYS, occurrences
from tests.aid.bodies import LEAST

at = datetime.fromisoformat  # a clock on a wall
START = at("2026-03-07T10:00")  # a Saturday, the first of its month
FAR = at("2300-01-01T00:00")


def event(**fields: Any) -> Event:
    said = LEAST["event"] | {"start": START.isoformat()[:16]} | fields
    return Event.write(said)


def next_ones(after: datetime, number: int = 4, **fields: Any) -> list[str]:
    found = islice(occurrences(event(**fields).rule, after, FAR), number)
    return [moment.isoformat()[:16] for moment in found]


def test_single_meetup_is_next_until_it_is_over() -> None:
    told = ["2026-03-07T10:00"]
    assert next_ones(at("2026-03-07T11:59")) == told
    assert next_ones(at("2026-03-07T12:00")) == []
    long = {"end": "2026-03-09T10:00"}
    assert next_ones(at("2026-03-09T09:59"), **long) == told


def test_week_after_week_on_its_day() -> None:
    assert next_ones(START, 3, repeats="weekly") == [
        "2026-03-07T10:00",
        "2026-03-14T10:00",
        "2026-03-21T10:00",
    ]


def test_first_and_last_saturday_of_each_month() -> None:
    assert next_ones(START, repeats="monthly", on=("1sa", "-1sa")) == [
        "2026-03-07T10:00",
        "2026-03-28T10:00",
        "2026-04-04T10:00",
        "2026-04-25T10:00",
    ]


def test_thirty_first_is_left_out_where_a_month_has_none() -> None:
    said = {"start": "2026-03-31T10:00", "repeats": "monthly"}
    assert next_ones(START, 3, **said) == [
        "2026-03-31T10:00",
        "2026-05-31T10:00",
        "2026-07-31T10:00",
    ]


def test_row_ends_with_its_last_day_and_leaves_days_out() -> None:
    said = {"repeats": "weekly", "last_day": "2026-03-21", "not_on": ("2026-03-14",)}
    assert next_ones(START, **said) == ["2026-03-07T10:00", "2026-03-21T10:00"]


def test_row_that_began_long_ago_is_looked_up_at_once() -> None:
    said = {"start": "1970-01-03T10:00", "repeats": "weekly"}
    assert next_ones(START, 1, **said) == ["2026-03-07T10:00"]


def test_whole_row_left_out_ends_the_search() -> None:
    """A hostile row must not be looked through for ever."""
    said = {"repeats": "weekly", "every": 12, "not_on": ("2026-03-07",), "last_day": "2199-12-31"}
    assert len(next_ones(START, 10_000, **said)) < 100


DAYS = {name: weekday(n) for n, name in enumerate(WEEKDAYS)}


@st.composite
def rows(draw: st.DrawFn) -> Event:
    """Any row that comes again."""
    repeats = draw(st.sampled_from(["weekly", "monthly"]))
    first = draw(st.datetimes(at("1990-01-01T00:00"), at("2030-01-01T00:00")))
    name = WEEKDAYS[first.weekday()]
    others = draw(st.lists(st.sampled_from(WEEKDAYS), max_size=3))
    if repeats == "monthly":
        nth = (first.day - 1) // 7 + 1
        own = f"{nth}{name}" if nth < 5 else f"-1{name}"
        others = [f"{draw(st.sampled_from(['-1', '1', '2', '3', '4']))}{it}" for it in others]
        on = draw(st.sampled_from([(), (own, *others)]))
    else:
        on = draw(st.sampled_from([(), (name, *others)]))
    last = draw(st.none() | st.integers(0, 500).map(lambda n: first.date() + timedelta(days=n)))
    skipped = draw(st.lists(st.integers(0, 400), max_size=5, unique=True))
    return event(
        start=first.isoformat()[:16],
        repeats=repeats,
        every=draw(st.integers(1, 12)),
        on=tuple(dict.fromkeys(on)),
        last_day=last.isoformat() if last else None,
        not_on=tuple((first.date() + timedelta(days=n)).isoformat() for n in skipped),
    )


def by_rfc(row: Event, after: datetime, before: datetime) -> list[datetime]:
    rule, found = row.rule, rruleset()
    kind, days = (WEEKLY, row.on) if row.repeats == "weekly" else (MONTHLY, row.on)
    on = [DAYS[it[-2:]](int(it[:-2])) if it[:-2] else DAYS[it] for it in days]
    until = None
    if rule.last_day is not None:
        until = datetime.combine(rule.last_day, datetime.max.time())
    found.rrule(
        rrule(kind, rule.first, interval=rule.every, wkst=MO, byweekday=on or None, until=until)
    )
    for day in rule.not_on:
        found.exdate(datetime.combine(day, rule.first.time()))
    return [it for it in found.between(after, before, inc=True) if it + rule.lasts > after]


@given(rows(), st.integers(-100, 4000))
def test_row_is_the_one_that_rfc_5545_means(row: Event, days: int) -> None:
    after = row.rule.first + timedelta(days=days)
    before = after + timedelta(days=365)
    expected = by_rfc(row, after - row.rule.lasts, before - timedelta(minutes=1))
    found = [*occurrences(row.rule, after, before)]
    assert found == [it for it in expected if it + row.rule.lasts > after]


@given(rows())
def test_event_is_closed_only_when_its_last_is_over_in_every_zone(row: Event) -> None:
    closes_s = row.closes_s(0, 0)
    for moment in islice(occurrences(row.rule, row.rule.first, FAR), 50):
        over = (moment + row.rule.lasts - at("1970-01-01T00:00")).total_seconds()
        assert closes_s == 0 or over + 14 * 3600 <= closes_s
        assert row.begins_s(0) <= over - 14 * 3600 - row.rule.lasts.total_seconds() + 14 * 3600


@pytest.mark.parametrize("start", ["1970-01-01T00:00", "2199-12-31T23:59"])
def test_rows_at_the_ends_of_time_do_not_overflow(start: str) -> None:
    for repeats in ("none", "weekly", "monthly"):
        row = event(start=start, repeats=repeats, every=12 if repeats != "none" else 1)
        assert isinstance(row.closes_s(0, 0), int)
        assert len([*occurrences(row.rule, row.rule.first, FAR)]) >= 1
