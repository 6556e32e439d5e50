"""Who of this pod comes to which meeting. Pages: docs/house.md §6."""

import sqlite3
from typing import Final

from protocol.aid.house.rights import MemberId
from protocol.aid.house.rsvp import Rsvp
from store.database import Tx
from store.house import rows

TABLES: Final = (
    """
-- A person's word on one meeting; the newest only. Deleted a month after the day.
CREATE TABLE IF NOT EXISTS house_rsvp (
  event TEXT NOT NULL,              -- reference: pod id and rid
  day TEXT NOT NULL,                -- ISO day, by the clock where it takes place
  member BLOB NOT NULL REFERENCES house_member ON DELETE CASCADE,
  coming TEXT NOT NULL,
  along INTEGER NOT NULL,
  wishes TEXT,                      -- a seat near the door, no nuts
  PRIMARY KEY (event, day, member)
) STRICT, WITHOUT ROWID
""",
    "CREATE INDEX IF NOT EXISTS house_rsvp_by_member ON house_rsvp (member)",
)


def put(tx: Tx, rsvp: Rsvp) -> None:
    """Save a person's word in place of their last on that meeting."""
    rows.save(tx, "house_rsvp", rsvp.model_dump(), key=("event", "day", "member"))


def of_meeting(connection: sqlite3.Connection, event: str, day: str) -> list[Rsvp]:
    """Return all words on one meeting."""
    found = rows.select(connection, "house_rsvp", "WHERE event = ? AND day = ?", (event, day))
    return [Rsvp(**row) for row in found]


def count_of(connection: sqlite3.Connection, member: MemberId) -> int:
    """Return on how many meetings a person has a word."""
    found = connection.execute("SELECT count(*) FROM house_rsvp WHERE member = ?", (member,))
    return int(found.fetchone()[0])


def forget_before(tx: Tx, day: str) -> int:
    """Forget who came before that day; return how many words there were."""
    return rows.delete(tx, "house_rsvp", "day < ?", (day,))
