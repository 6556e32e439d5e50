"""Meetups as an iCalendar file (RFC 5545): one VEVENT for each event, with a UID that stays.

The lines are written here, and the library reads them back in tests: it takes twenty times as long
to write them, and calendar programs ask again and again. Tables of zones are the library's.
"""

from collections.abc import Iterable, Iterator
from datetime import UTC, date, datetime, time, tzinfo
from functools import lru_cache
from typing import Final

from icalendar import Timezone

from node.aid.items import Item
from node.aid.zones import zone_of
from protocol.aid.event import Event
from protocol.identity import pod_id_text

PRODUCT: Final = "-//mutualpod//EN"
_UTC: Final = "UTC"
_LINE_BYTES: Final = 75
"""RFC 5545 §3.1: what is longer goes on in the next line, behind a blank."""
_ZONES: Final = 1024
"""Tables of zones that are kept, some 1 kB each: more than there are."""
_ESCAPES: Final = str.maketrans({"\\": r"\\", ";": r"\;", ",": r"\,", "\n": r"\n", "\r": None})


def write_calendar(items: Iterable[Item[Event]], *, name: str) -> bytes:
    """Return a calendar file with these events; one that repeats is one VEVENT."""
    found = list(items)
    begin = ("BEGIN:VCALENDAR", "VERSION:2.0", f"PRODID:{PRODUCT}", f"X-WR-CALNAME:{_text(name)}")
    zones = sorted({it.body.tz for it in found if _is_far(it.body.tz)})
    return b"".join(
        (
            *map(_folded, begin),
            *map(_zone_table, zones),
            *(_folded(line) for item in found for line in _vevent(item)),
            b"END:VCALENDAR\r\n",
        )
    )


def uid_of(item: Item[Event]) -> str:
    """Return the name by which calendars know an event: it stays, whatever is changed."""
    return f"{item.rid.hex()}@{pod_id_text(item.author)}"


def _vevent(item: Item[Event]) -> Iterator[str]:
    said, rule = item.body, item.body.rule
    yield "BEGIN:VEVENT"
    yield f"UID:{uid_of(item)}"
    yield f"DTSTAMP:{_in_utc(datetime.fromtimestamp(item.stamp_ms // 1000, UTC))}"
    # Each version has a greater number than the one before: seconds since the event was posted.
    yield f"SEQUENCE:{max(0, item.stamp_ms // 1000 - item.posted_s) & 0x7FFFFFFF}"
    yield f"SUMMARY:{_text(said.title)}"
    yield f"DTSTART{_on_wall(said.tz, rule.first)}"
    yield f"DTEND{_on_wall(said.tz, rule.first + rule.lasts)}"
    if said.repeats != "none":
        yield f"RRULE:{_rrule(said)}"
        if rule.not_on:
            left_out = (datetime.combine(day, rule.first.time()) for day in sorted(rule.not_on))
            yield f"EXDATE{_on_wall(said.tz, *left_out)}"
    yield f"STATUS:{'CANCELLED' if said.status == 'cancelled' else 'CONFIRMED'}"
    if said.place:
        yield f"LOCATION:{_text(said.place)}"
    if about := "\n\n".join(filter(None, (said.about, said.access))):
        yield f"DESCRIPTION:{_text(about)}"
    if said.online:
        yield f"URL:{said.online}"
    if said.category:
        yield f"CATEGORIES:{_text(said.category)}"
    yield "END:VEVENT"


def _rrule(said: Event) -> str:
    parts = [f"FREQ={said.repeats.upper()}", f"INTERVAL={said.every}"]
    if said.on:
        parts.append(f"BYDAY={','.join(said.on).upper()}")
    if said.last_day:
        # RFC 5545 §3.3.10: in UTC where the start has a zone.
        last = datetime.combine(date.fromisoformat(said.last_day), time(23, 59, 59))
        parts.append(f"UNTIL={_in_utc(last.replace(tzinfo=_wall(said.tz)).astimezone(UTC))}")
    return ";".join(parts)


# --- Times ---


def _is_far(name: str) -> bool:
    """Tell whether a zone needs a table in the file: not UTC, nor what nobody here knows."""
    return name != _UTC and zone_of(name) is not None


def _wall(name: str) -> tzinfo:
    return zone_of(name) or UTC


def _on_wall(zone: str, *times: datetime) -> str:
    """Return what follows the name of a property whose value is these times."""
    said = ",".join(f"{it:%Y%m%dT%H%M%S}" for it in times)
    return f";TZID={zone}:{said}" if _is_far(zone) else f":{said.replace(',', 'Z,')}Z"


def _in_utc(at: datetime) -> str:
    return f"{at:%Y%m%dT%H%M%SZ}"


@lru_cache(maxsize=_ZONES)
def _zone_table(name: str) -> bytes:
    """Return the VTIMEZONE of a zone: some 5 ms of work, so once in a run."""
    return bytes(Timezone.from_tzinfo(_wall(name), name).to_ical())


# --- Lines ---


def _text(said: str) -> str:
    """Return a value of type TEXT (RFC 5545 §3.3.11)."""
    return said.translate(_ESCAPES)


def _folded(line: str) -> bytes:
    """Return a line of the file, broken where it is too long, and never within a character."""
    rest = line.encode()
    parts = []
    while len(rest) > _LINE_BYTES:
        end = _LINE_BYTES
        while rest[end] & 0xC0 == 0x80:
            end -= 1
        parts.append(rest[:end])
        rest = b" " + rest[end:]
    return b"\r\n".join((*parts, rest, b""))
