"""Meetups out of an iCalendar file (RFC 5545).

What our rows can say of theirs is taken in, weekly and monthly; each event that cannot be taken is
named with its reason, and nothing is guessed.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Any, Final, NamedTuple
from zoneinfo import ZoneInfo

from icalendar import Calendar, Component

from node.aid.zones import zone_of
from node.references import is_hexadecimal
from protocol.aid.event import Event
from protocol.aid.sentences import WrongFields
from protocol.errors import UserError
from protocol.record import RID_BYTES
from protocol.saying import Saying

MAX_BYTES: Final = 1 << 20
"""Of a file that comes in: a year of a busy centre is a tenth of it."""
MAX_EVENTS: Final = 500
_TAG: Final = b"mutualpod 1 imported event\n"
_KNOWN: Final = frozenset(
    (
        *("UID", "DTSTAMP", "DTSTART", "DTEND", "DURATION", "SUMMARY", "LOCATION", "DESCRIPTION"),
        *("STATUS", "RRULE", "EXDATE", "URL", "CATEGORIES", "SEQUENCE", "LAST-MODIFIED"),
        *("CREATED", "CLASS", "TRANSP", "PRIORITY"),
    )
)
_LEFT_OUT: Final = frozenset(("ORGANIZER", "ATTENDEE", "CONTACT", "GEO"))
"""Names of people and exact points: they belong to nobody's board."""


def rid_of(uid: str) -> bytes:
    """Return the rid of an event of a calendar here: our own, or made of its UID."""
    rid, _, pod = uid.partition("@")
    if len(rid) == 2 * RID_BYTES and is_hexadecimal(rid) and len(pod) > 50:
        return bytes.fromhex(rid)
    return sha256(_TAG + uid.encode("utf-8", "replace")).digest()[:RID_BYTES]


class Taken(NamedTuple):
    """One event of a file. uid: the same in each export, so a file imported twice is one."""

    uid: str
    body: Event


class NotTaken(NamedTuple):
    """One event, or one property of it, that could not be taken, and why."""

    what: str
    why: str


@dataclass(frozen=True, slots=True)
class ReadCalendar:
    """What a file holds. left_out: each thing that is not kept, by name."""

    taken: tuple[Taken, ...]
    left_out: tuple[NotTaken, ...]


def read_calendar(content: bytes, *, zone: str) -> ReadCalendar:
    """Return the events of a calendar file. zone: of times that name none.

    Raises UserError (invalid) for what is no calendar, or too long.
    """
    if len(content) > MAX_BYTES:
        raise UserError(
            "invalid",
            "The file is longer than {most} bytes.",
            "Export fewer meetups.",
            most=MAX_BYTES,
        )
    try:
        calendars = Calendar.from_ical(content, multiple=True)
        if not calendars:
            raise ValueError("no calendar")
        events = [it for calendar in calendars for it in calendar.walk("VEVENT")]
    except (ValueError, KeyError, IndexError, TypeError, AttributeError, RecursionError) as err:
        raise UserError(
            "invalid",
            "This is no calendar file (iCalendar, .ics).",
            "Export it once more from the calendar program.",
            type(err).__name__,
        ) from err
    taken: list[Taken] = []
    left_out: list[NotTaken] = []
    for number, vevent in enumerate(events[:MAX_EVENTS], start=1):
        what = _text(vevent, "SUMMARY", 60) or f"event {number}"
        try:
            taken.append(_taken(vevent, zone, number))
            left_out += [
                NotTaken(what, Saying("{name} is not kept", name=it)) for it in _unkept(vevent)
            ]
        except WrongFields as wrong:
            left_out.append(NotTaken(what, Saying("{why}", why=wrong)))
        except _Cannot as cannot:
            left_out.append(NotTaken(what, cannot.why))
        except (ValueError, TypeError, AttributeError, OverflowError):
            left_out.append(NotTaken(what, Saying("it is not written as RFC 5545 says")))
    if len(events) > MAX_EVENTS:
        rest = len(events) - MAX_EVENTS
        why = Saying("at most {most} are taken at once", most=MAX_EVENTS)
        left_out.append(NotTaken(Saying("{rest} more meetups", rest=rest), why))
    return ReadCalendar(tuple(taken), tuple(left_out))


class _Cannot(Exception):
    """One event that our rows cannot say. why: for people."""

    def __init__(self, why: Saying) -> None:
        super().__init__(why)
        self.why = why


def _unkept(vevent: Component) -> Iterator[str]:
    for name in vevent:
        if name.upper() in _LEFT_OUT or name.upper() not in _KNOWN:
            yield name.upper()
    if any(True for _ in vevent.subcomponents):
        yield "VALARM"


def _taken(vevent: Component, zone: str, number: int) -> Taken:
    start = vevent.decoded("DTSTART", None)
    if not isinstance(start, datetime):
        raise _Cannot(Saying("it does not begin at a time of day, as a meetup does"))
    tz = _zone_name(start, zone)
    wall = start.replace(tzinfo=None)
    fields: dict[str, object] = {
        "title": _line(vevent, "SUMMARY", 80),
        "start": _minute(wall),
        "tz": tz,
        "gathering": "social",
        "status": "cancelled" if _text(vevent, "STATUS", 20) == "CANCELLED" else "planned",
        "end": _minute(wall + lasts) if (lasts := _lasts(vevent, start)) else None,
        "place": _line(vevent, "LOCATION", 120),
        "about": _text(vevent, "DESCRIPTION", 1000),
        "online": _web(vevent),
        **_row(vevent, tz),
    }
    uid = _text(vevent, "UID", 255) or f"{_minute(wall)} {fields['title']} {number}"
    return Taken(uid, Event.write(fields))


def _zone_name(start: datetime, zone: str) -> str:
    if start.tzinfo is None:
        return zone
    if isinstance(start.tzinfo, ZoneInfo):
        return start.tzinfo.key
    name = getattr(start.tzinfo, "zone", None) or str(start.tzinfo)
    if zone_of(name) is None:
        raise _Cannot(Saying("this machine does not know the time zone {zone}", zone=name[:40]))
    return name


def _lasts(vevent: Component, start: datetime) -> timedelta | None:
    end = vevent.decoded("DTEND", None)
    if isinstance(end, datetime):
        if (end.tzinfo is None) != (start.tzinfo is None):
            raise _Cannot(Saying("its end and its beginning are in different kinds of time"))
        return end - start
    lasts = vevent.decoded("DURATION", None)
    return lasts if isinstance(lasts, timedelta) else None


def _row(vevent: Component, tz: str) -> dict[str, object]:
    """Return the fields of a row of meetings. Raises _Cannot for rules that we cannot say."""
    rule = vevent.get("RRULE")
    if rule is None:
        return {}
    if isinstance(rule, list):
        raise _Cannot(Saying("it has more than one rule of repetition"))
    parts = {key.upper(): rule[key] for key in rule}
    frequency = str(parts.pop("FREQ", [""])[0]).lower()
    if frequency not in ("weekly", "monthly"):
        raise _Cannot(
            Saying("it repeats {how}; weeks and months can be said", how=frequency)
            if frequency
            else Saying("it repeats in no way that it names; weeks and months can be said")
        )
    every = int(parts.pop("INTERVAL", [1])[0])
    on = [str(it).lower() for it in parts.pop("BYDAY", [])]
    until = parts.pop("UNTIL", [None])[0]
    parts.pop("WKST", None)
    if parts:
        raise _Cannot(
            Saying(
                "its rule has {parts}, which a row here cannot say", parts=", ".join(sorted(parts))
            )
        )
    last_day = None
    if until is not None:
        zoned = (
            until.astimezone(zone_of(tz)) if isinstance(until, datetime) and until.tzinfo else until
        )
        last_day = (zoned.date() if isinstance(zoned, datetime) else zoned).isoformat()
    return {
        "repeats": frequency,
        "every": every,
        "on": tuple(on),
        "last_day": last_day,
        "not_on": tuple(_left_out_days(vevent)),
    }


def _left_out_days(vevent: Component) -> list[str]:
    said = vevent.get("EXDATE")
    lists: Sequence[Any] = said if isinstance(said, list) else [said] if said is not None else []
    days = {
        it.dt.date() if isinstance(it.dt, datetime) else it.dt for one in lists for it in one.dts
    }
    return sorted(day.isoformat() for day in days)


def _minute(when: datetime) -> str:
    return when.strftime("%Y-%m-%dT%H:%M")


def _text(vevent: Component, name: str, most: int) -> str:
    value = vevent.get(name)
    if isinstance(value, list):
        value = value[0] if value else ""
    return str(value).strip()[:most].strip() if value is not None else ""


def _line(vevent: Component, name: str, most: int) -> str:
    return " ".join(_text(vevent, name, 4 * most).split())[:most].strip()


def _web(vevent: Component) -> str | None:
    said = _text(vevent, "URL", 200)
    return said if said.startswith(("http://", "https://")) else None
