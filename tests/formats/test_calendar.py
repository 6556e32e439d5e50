"""Meetups as iCalendar, out and in again (RFC 5545)."""

import sys
from datetime import UTC, datetime

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from icalendar import Calendar

from node.aid.items import Item
from node.formats.calendar import uid_of, write_calendar
from node.formats.calendar_in import MAX_BYTES, MAX_EVENTS, read_calendar
from protocol.aid import limits
from protocol.aid.audience import Audience
from protocol.aid.event import Event
from protocol.errors import UserError
from store.aid import Position

PLAIN = {
    "title": "Coffee; with, signs\\",
    "start": "2027-03-01T15:00",
    "end": "2027-03-01T17:00",
    "tz": "Europe/Madrid",
    "gathering": "social",
}
ROWS = [
    {},
    {"repeats": "weekly"},
    {"repeats": "weekly", "every": 2, "on": ("mo", "th"), "not_on": ("2027-03-15",)},
    {"repeats": "monthly", "on": ("1mo",), "last_day": "2027-12-31"},
    {"repeats": "monthly", "on": ("-1mo",), "start": "2027-03-29T15:00", "end": "2027-03-29T17:00"},
    {"place": "The corner, by the well", "about": "Bring a cup ☕" * 20, "status": "cancelled"},
]


def item(body: Event, rid: bytes = b"r" * 16) -> Item[Event]:
    return Item(
        author=b"\x01" * 32,
        audience=Audience.NETWORK,
        rid=rid,
        record=None,
        stamp_ms=1_800_000_000_000,
        posted_s=1_799_000_000,
        valid_until_s=0,
        closes_s=0,
        body=body,
        position=Position(0, 0),
    )


@pytest.mark.parametrize("more", ROWS)
def test_what_is_written_is_read_again(more: dict[str, object]) -> None:
    body = Event.write(PLAIN | more)
    found = read_calendar(write_calendar([item(body)], name="Elm"), zone="UTC")
    [taken] = found.taken
    assert taken.uid == uid_of(item(body))
    for name in ("title", "start", "end", "tz", "repeats", "every", "last_day", "not_on", "status"):
        assert getattr(taken.body, name) == getattr(body, name), name
    assert set(taken.body.on) == set(body.on)
    assert found.left_out == ()


def test_calendars_reader_sees_zone_rule_and_sequence() -> None:
    body = Event.write(PLAIN | {"repeats": "weekly", "last_day": "2027-12-31"})
    read = Calendar.from_ical(write_calendar([item(body)], name="Elm"))
    [vevent] = read.walk("VEVENT")
    assert vevent.decoded("dtstart").utcoffset().total_seconds() == 3600
    assert vevent["rrule"]["FREQ"] == ["WEEKLY"]
    # In UTC, as the start has a zone: the last second of that day in Madrid.
    assert vevent["rrule"]["UNTIL"] == [datetime(2027, 12, 31, 22, 59, 59, tzinfo=UTC)]
    assert vevent["sequence"] == 1_000_000
    assert [it["TZID"] for it in read.walk("VTIMEZONE")] == ["Europe/Madrid"]


WORDS = st.text(st.characters(exclude_categories=("C", "Zl", "Zp")), min_size=1, max_size=100)


@given(WORDS, st.lists(WORDS, max_size=5).map("\n".join), st.integers(0, 200))
@example('a\\n;b,c:d"e^', "1\n\n2\\", 60)
@example("x", "\N{HOT BEVERAGE}" * 60, 0)
def test_whatever_people_write_reads_the_same_and_no_line_is_long(
    title: str, about: str, before: int
) -> None:
    """Each character is broken off at each place of a line: those before it push it on."""
    said = {"title": title, "place": f"{'x' * before}{title}", "about": about or None}
    body = Event.model_construct(**Event.write(PLAIN).model_dump() | said)
    content = write_calendar([item(body)], name=title)
    assert all(len(line) <= 75 for line in content.split(b"\r\n"))
    [vevent] = Calendar.from_ical(content).walk("VEVENT")
    for key, value in (("SUMMARY", title), ("LOCATION", said["place"]), ("DESCRIPTION", about)):
        assert str(vevent.get(key, "")) == value


@pytest.mark.parametrize(
    ("zone", "tables", "begins"),
    [
        ("Atlantic/Reykjavik", ["Atlantic/Reykjavik"], "2027-03-01T15:00+00:00"),
        ("America/Argentina/Buenos_Aires", ["America/Argentina/Buenos_Aires"], "15:00-03:00"),
        ("UTC", [], "15:00+00:00"),
        ("Moon/Tycho", [], "15:00+00:00"),
    ],
)
def test_each_zone_stands_in_the_file_once_under_its_own_name(
    zone: str, tables: list[str], begins: str
) -> None:
    two = [item(Event.write(PLAIN | {"tz": zone}), rid) for rid in (b"r" * 16, b"s" * 16)]
    read = Calendar.from_ical(write_calendar(two, name="Elm"))
    assert [it["TZID"] for it in read.walk("VTIMEZONE")] == tables
    at = read.walk("VEVENT")[1].decoded("DTSTART")
    assert at.isoformat(timespec="minutes").endswith(begins)


def test_a_full_calendar_is_written_with_little_work() -> None:
    """Calendar programs ask for it again and again, and the pages' machine is small."""
    rows = [Event.write(PLAIN | more) for more in ROWS]
    many = [item(rows[n % len(rows)], n.to_bytes(16)) for n in range(limits.MAX_IN_CALENDAR)]
    write_calendar(many, name="Elm")  # from here on the tables of zones are known
    calls = 0

    def count(_frame: object, event: str, _argument: object) -> None:
        nonlocal calls
        calls += event in ("call", "c_call")

    sys.setprofile(count)
    try:
        content = write_calendar(many, name="Elm")
    finally:
        sys.setprofile(None)
    assert content.count(b"BEGIN:VEVENT") == len(many)
    assert calls < 150 * len(many)


def written(*lines: str) -> bytes:
    body = ["BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:x", "BEGIN:VEVENT", *lines]
    return "\r\n".join([*body, "END:VEVENT", "END:VCALENDAR", ""]).encode()


BASE = ("UID:1@x", "DTSTAMP:20270101T000000Z", "SUMMARY:Talk", "DTSTART:20270301T150000")


def test_time_without_a_zone_is_of_the_pods_own() -> None:
    [taken] = read_calendar(written(*BASE, "DURATION:PT90M"), zone="America/Lima").taken
    assert (taken.body.tz, taken.body.end) == ("America/Lima", "2027-03-01T16:30")


@pytest.mark.parametrize(
    ("lines", "why"),
    [
        (("DTSTART;VALUE=DATE:20270301",), "time of day"),
        (("DTSTART:20270301T150000", "RRULE:FREQ=DAILY"), "daily"),
        (("DTSTART:20270301T150000", "RRULE:FREQ=YEARLY"), "yearly"),
        (("DTSTART:20270301T150000", "RRULE:FREQ=WEEKLY;COUNT=4"), "COUNT"),
        (("DTSTART:20270301T150000", "RRULE:FREQ=MONTHLY;BYSETPOS=1;BYDAY=MO"), "BYSETPOS"),
        (("DTSTART:20270301T150000", "DTEND:20260301T150000"), "before"),
        (("DTSTART:notatime",), "time of day"),
        ((), "time of day"),
    ],
)
def test_event_that_rows_cannot_say_is_named_with_its_reason(
    lines: tuple[str, ...], why: str
) -> None:
    found = read_calendar(written("UID:1", "SUMMARY:Talk", *lines), zone="UTC")
    assert found.taken == ()
    [left] = found.left_out
    assert left.what == "Talk"
    assert why in left.why


def test_names_of_people_and_points_are_left_out_and_said() -> None:
    lines = (*BASE, "ATTENDEE;CN=Ana:mailto:ana@example.org", "GEO:40.4;-3.7", "X-ODD:1")
    found = read_calendar(written(*lines), zone="UTC")
    assert len(found.taken) == 1
    assert {it.why.split()[0] for it in found.left_out} == {"ATTENDEE", "GEO", "X-ODD"}
    assert "ana@" not in str(found.taken)


@pytest.mark.parametrize(
    "content",
    [b"", b"\xff\xfe\x00", b"BEGIN:VCALENDAR", b"a,b\r\n1,2\r\n", b"BEGIN:VEVENT\r\n" * 2000],
)
def test_what_is_no_calendar_changes_nothing_and_is_said(content: bytes) -> None:
    with pytest.raises(UserError) as caught:
        read_calendar(content, zone="UTC")
    assert "calendar" in caught.value.sentence


def test_file_and_number_of_events_are_bounded() -> None:
    with pytest.raises(UserError):
        read_calendar(b"x" * (MAX_BYTES + 1), zone="UTC")
    event = "BEGIN:VEVENT\r\nUID:{}\r\nSUMMARY:T\r\nDTSTART:20270301T150000\r\nEND:VEVENT\r\n"
    many = "".join(event.format(number) for number in range(MAX_EVENTS + 3))
    found = read_calendar(f"BEGIN:VCALENDAR\r\n{many}END:VCALENDAR\r\n".encode(), zone="UTC")
    assert len(found.taken) == MAX_EVENTS
    assert found.left_out[-1].what == "3 more meetups"
