"""How commands say times, durations and audiences to people; no other module words them.

Local time, English. Times of records are Unix seconds; 0 as an end means "no end".
"""

import re
from datetime import date, datetime, time, timedelta
from typing import Final

from node.aid.reach import Reach
from protocol.aid.audience import Audience
from protocol.aid.limits import MAX_OPEN_S, UNTIL_I_SAY
from protocol.errors import UserError

DAY_S: Final = 86_400
MAX_DAYS: Final = MAX_OPEN_S // DAY_S
LONG_DAYS: Final = 30
"""A pod may have been off for a month; above it a wrong month is likelier."""

_LENGTH: Final = re.compile(r"([0-9]{1,4})\s*(m|min|h|d|w)", re.IGNORECASE)
_UNIT_S: Final = {"m": 60, "min": 60, "h": 3600, "d": DAY_S, "w": 7 * DAY_S}

SHARED: Final = {
    Audience.POD: "this pod only",
    Audience.NEAR: "neighbouring pods",
    Audience.NETWORK: "all pods it reaches",
}
SHARED_SHORT: Final = {
    Audience.POD: "this pod",
    Audience.NEAR: "neighbours",
    Audience.NETWORK: "all",
}
SHARED_MEANS: Final = {
    Audience.POD: "Only this pod sees it: it never leaves this machine.",
    Audience.NEAR: "This pod and its neighbouring pods see it; they do not pass it on.",
    Audience.NETWORK: "It travels from pod to pod; whoever receives it can read it.",
}


def seen_by(audience: Audience, reach: Reach | None) -> str:
    """Return who sees a listing, and how many pods that is as far as this pod knows."""
    shared = SHARED[audience]
    if reach is None:
        return shared
    if not reach.pods:
        return f"{shared}; none yet"
    if reach.is_least:
        return f"{shared}, at least {counted(reach.pods, 'pod')}"
    about = "about " if audience is Audience.NETWORK else ""
    return f"{shared}, {about}{counted(reach.pods, 'pod')} now"


NOT_EVERYWHERE: Final = (
    "Pods that have it take it off as soon as they hear of this. What somebody has read or "
    "printed, nobody can take back."
)


def local(at_s: float) -> datetime:
    """Return a Unix time as the clock on the wall shows it."""
    return datetime.fromtimestamp(at_s).astimezone()


def day(at_s: float, now_s: float) -> str:
    """Return a day, `Sat 12 Dec`; with the year where it is another one."""
    then = local(at_s)
    said = f"{then:%a} {then.day} {then:%b}"
    return said if then.year == local(now_s).year else f"{said} {then.year}"


def minute(at_s: float, now_s: float) -> str:
    """Return a day and minute, `Sat 12 Dec 14:05`."""
    return f"{day(at_s, now_s)} {local(at_s):%H:%M}"


def until(end_s: int, now_s: float) -> str:
    """Return until when a listing is open, as a person would say it."""
    if end_s == UNTIL_I_SAY:
        return "until you say"
    # The end is the first second in which it is closed; people name the last open day.
    if end_s <= now_s:
        return f"ended {day(end_s - 1, now_s)}"
    days = _days_left(end_s, now_s)
    if days == 0:
        return f"until today {local(end_s - 1):%H:%M}"
    return f"until {day(end_s - 1, now_s)} ({_count(days, 'day')} left)"


def open_for(end_s: int, now_s: float) -> str:
    """Return how long an open listing stays so, in few words for a list."""
    days = _days_left(end_s, now_s)
    return f"{_count(days, 'day')} left" if end_s and days else until(end_s, now_s)


def _days_left(end_s: int, now_s: float) -> int:
    return (local(end_s - 1).date() - local(now_s).date()).days


def left(seconds: float) -> str:
    """Return a length of time in its largest whole unit: `19 days`, `3 hours`, `1 minute`."""
    for size, name in ((DAY_S, "day"), (3600, "hour"), (60, "minute")):
        if seconds >= size:
            return _count(int(seconds // size), name)
    return "less than a minute"


def ago(at_s: float, now_s: float) -> str:
    """Return how long ago something was."""
    return f"{left(now_s - at_s)} ago" if now_s - at_s >= 60 else "just now"


def _count(number: int, name: str) -> str:
    return f"{number} {name}" if number == 1 else f"{number} {name}s"


def counted(number: int, one: str, many: str = "") -> str:
    """Return `1 listing` or `3 listings`; many: where -s is not enough."""
    return f"{number:,} {one if number == 1 else many or f'{one}s'}"


# --- What people type ---


def end_of_day_s(text: str, now_s: float) -> int:
    """Return when the day that text names is over, here. Raises UserError (invalid)."""
    try:
        named = date.fromisoformat(text.strip())
    except ValueError:
        raise UserError(
            "invalid",
            "The last day is not a day.",
            f"Write it like {local(now_s):%Y}-12-31, or give --days N.",
        ) from None
    if named < local(now_s).date():
        raise UserError("invalid", "The last day is over already.", "Name a day to come.")
    return _end_of(named, now_s)


def moment_ms(text: str) -> int:
    """Return the moment here that text names, Unix ms. Raises UserError (invalid)."""
    try:
        named = datetime.fromisoformat(text.strip())
        return int(named.astimezone().timestamp() * 1000)
    except (ValueError, OverflowError, OSError):
        raise UserError(
            "invalid", f"{text!r} is not a time.", 'Write it like "2026-11-24 14:05".'
        ) from None


def start_of_day_s(text: str, now_s: float) -> int:
    """Return when the day that text names began, here. Raises UserError (invalid)."""
    try:
        named = date.fromisoformat(text.strip())
    except ValueError:
        raise UserError(
            "invalid", f"{text!r} is not a day.", f"Write it like {local(now_s):%Y-%m-%d}."
        ) from None
    if named > local(now_s).date():
        raise UserError("invalid", "That day has not come yet.", "Name today or an earlier day.")
    return int(datetime.combine(named, time.min).timestamp())


def after_days_s(days: int, now_s: float) -> int:
    """Return the end of the day that comes in so many days. Raises UserError (invalid)."""
    if days < 1:
        raise UserError("invalid", "It would be over at once.", "Give at least one day.")
    return _end_of(local(now_s).date() + timedelta(days=min(days, MAX_DAYS + 1)), now_s)


def _end_of(last: date, now_s: float) -> int:
    if (last - local(now_s).date()).days > MAX_DAYS:
        raise UserError(
            "invalid",
            f"A listing stays open for {MAX_DAYS} days at most, or until you say.",
            "Name a nearer day, or give --no-end.",
        )
    end_s = int(datetime.combine(last + timedelta(days=1), time.min).timestamp())
    return min(end_s, int(now_s) + MAX_OPEN_S)


def length_s(text: str) -> int:
    """Return seconds for `30m`, `12h`, `7d`, `2w`. Raises UserError (invalid)."""
    found = _LENGTH.fullmatch(text.strip())
    if not found or not int(found[1]):
        raise UserError("invalid", "That is not a length of time.", "Write it like 12h or 7d.")
    return int(found[1]) * _UNIT_S[found[2].lower()]
