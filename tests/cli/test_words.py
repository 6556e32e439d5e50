"""How times are said and read: plain, local, and right on the days when clocks change."""

import time
from collections.abc import Iterator
from datetime import datetime

import pytest

from cli import words
from protocol.errors import UserError

NOW = (2026, 11, 23)


@pytest.fixture(autouse=True)
def in_madrid(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setenv("TZ", "Europe/Madrid")
    time.tzset()
    yield
    monkeypatch.undo()
    time.tzset()


def at(year: int, month: int, day: int, hour: int = 12, minute: int = 0) -> int:
    return int(datetime(year, month, day, hour, minute).timestamp())  # noqa: DTZ001  # local


@pytest.mark.parametrize(
    ("end", "said"),
    [
        ((2026, 12, 13, 0), "until Sat 12 Dec (19 days left)"),
        ((2027, 1, 2, 0), "until Fri 1 Jan 2027 (39 days left)"),
        ((2026, 11, 25, 0), "until Tue 24 Nov (1 day left)"),
        ((2026, 11, 24, 0), "until today 23:59"),
        ((2026, 11, 23, 12, 1), "until today 12:00"),
        ((2026, 11, 23, 12), "ended Mon 23 Nov"),
        ((2026, 11, 20, 0), "ended Thu 19 Nov"),
    ],
)
def test_end_is_said_plainly(end: tuple[int, ...], said: str) -> None:
    assert words.until(at(*end), at(*NOW)) == said


def test_no_end_is_said_plainly() -> None:
    assert words.until(0, at(*NOW)) == "until you say"
    assert words.open_for(0, at(*NOW)) == "until you say"


def test_in_a_list_the_days_are_enough() -> None:
    assert words.open_for(at(2026, 12, 13, 0), at(*NOW)) == "19 days left"
    assert words.open_for(at(2026, 11, 25, 0), at(*NOW)) == "1 day left"
    assert words.open_for(at(2026, 11, 24, 0), at(*NOW)) == "until today 23:59"


def test_past_is_said_in_its_largest_unit() -> None:
    now = at(*NOW)
    assert words.ago(now - 59, now) == "just now"
    assert words.ago(now - 60, now) == "1 minute ago"
    assert words.ago(now - 7200, now) == "2 hours ago"
    assert words.ago(now + 5, now) == "just now"


def test_numbers_are_counted_in_words() -> None:
    assert words.counted(1, "listing") == "1 listing"
    assert words.counted(0, "listing") == "0 listings"
    assert words.counted(1234, "story", "stories") == "1,234 stories"


def test_last_day_is_whole() -> None:
    assert words.end_of_day_s("2026-12-31", at(*NOW)) == at(2027, 1, 1, 0)
    assert words.end_of_day_s("2026-11-23", at(*NOW)) == at(2026, 11, 24, 0)


def test_days_are_calendar_days_across_the_change_of_clocks() -> None:
    before = at(2026, 10, 24)  # the next night has 25 hours
    assert words.after_days_s(1, before) == at(2026, 10, 26, 0)


@pytest.mark.parametrize("text", ["", "31 Dec", "2026-02-30", "2026-13-01", "12/31/2026", "9" * 99])
def test_a_day_that_is_none_is_refused(text: str) -> None:
    with pytest.raises(UserError, match="not a day"):
        words.end_of_day_s(text, at(*NOW))


def test_a_day_that_is_over_is_refused() -> None:
    with pytest.raises(UserError, match="over already"):
        words.end_of_day_s("2026-11-22", at(*NOW))


def test_longest_time_is_allowed_and_one_day_more_is_not() -> None:
    now = at(*NOW)
    assert words.after_days_s(words.MAX_DAYS, now) > now
    with pytest.raises(UserError, match="at most"):
        words.after_days_s(words.MAX_DAYS + 1, now)
    with pytest.raises(UserError, match="at most"):
        words.end_of_day_s("9999-12-31", now)
    with pytest.raises(UserError, match="at most"):
        words.after_days_s(10**30, now)


@pytest.mark.parametrize("days", [0, -1])
def test_no_days_at_all_is_refused(days: int) -> None:
    with pytest.raises(UserError, match="at once"):
        words.after_days_s(days, at(*NOW))


@pytest.mark.parametrize(
    ("text", "seconds"), [("30m", 1800), ("12h", 43200), ("7d", 604800), (" 2 W ", 1209600)]
)
def test_lengths_of_time(text: str, seconds: int) -> None:
    assert words.length_s(text) == seconds


@pytest.mark.parametrize("text", ["", "7", "d", "0d", "-1d", "7 days", "99999d", "७d"])
def test_a_length_that_is_none_is_refused(text: str) -> None:
    with pytest.raises(UserError, match="length of time"):
        words.length_s(text)
