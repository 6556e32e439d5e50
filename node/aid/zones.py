"""Times by the clock of the place where something happens: zones, and what a window shows there."""

import os
from collections.abc import Iterator
from datetime import UTC, datetime, tzinfo
from functools import lru_cache
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from protocol.aid.recurrence import Rule, occurrences


class Window:
    """A time to look at, in Unix seconds. Each clock is asked once what it shows then."""

    def __init__(self, after_s: int, before_s: int) -> None:
        self.after_s = after_s
        self.before_s = before_s
        self._on_walls: dict[str, tuple[tzinfo, datetime, datetime]] = {}

    def days(self, rule: Rule, zone: str) -> Iterator[datetime]:
        """Yield the beginnings that fall into it, the soonest first; UTC if nobody knows zone."""
        wall, after, before = self._on_wall(zone)
        return (it.replace(tzinfo=wall) for it in occurrences(rule, after, before))

    def _on_wall(self, zone: str) -> tuple[tzinfo, datetime, datetime]:
        if zone not in self._on_walls:
            wall = zone_of(zone) or UTC
            shown = [datetime.fromtimestamp(at_s, wall) for at_s in (self.after_s, self.before_s)]
            after, before = (it.replace(tzinfo=None) for it in shown)
            self._on_walls[zone] = wall, after, before
        return self._on_walls[zone]


@lru_cache(maxsize=64)
def zone_of(name: str) -> tzinfo | None:
    """Return the zone of that name, None if this machine does not know it.

    name: of the shape of protocol.aid.fields.Zone, so it is no path out of the tables.
    """
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return None


def local_zone_name() -> str:
    """Return the name of this machine's own zone, UTC if it has none."""
    named = os.environ.get("TZ", "").removeprefix(":")
    path = os.path.realpath("/etc/localtime").partition("zoneinfo/")[2]
    return next((name for name in (named, path) if name and zone_of(name)), "UTC")
