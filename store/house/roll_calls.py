"""Roll calls and their answers, which are deleted a month after. Pages: docs/house.md §4."""

import sqlite3
from typing import Final

from protocol.aid.house.rights import MemberId
from protocol.aid.house.roll_call import Answer, CheckIn, How, RollCall
from store.database import Tx
from store.house import rows

TABLES: Final = (
    """
-- One time that everybody was asked whether they are all right.
CREATE TABLE IF NOT EXISTS house_roll_call (
  number INTEGER PRIMARY KEY,
  question TEXT NOT NULL,
  opened_by BLOB REFERENCES house_member ON DELETE SET NULL,
  opened_s INTEGER NOT NULL,
  deadline_s INTEGER NOT NULL,      -- 0 for none
  ends_s INTEGER NOT NULL           -- by itself, or when somebody ended it
) STRICT
""",
    """
-- What somebody answered, or somebody for them; the newest only.
CREATE TABLE IF NOT EXISTS house_check_in (
  roll_call INTEGER NOT NULL REFERENCES house_roll_call ON DELETE CASCADE,
  member BLOB NOT NULL REFERENCES house_member ON DELETE CASCADE,
  answer TEXT NOT NULL,
  how TEXT NOT NULL,
  "by" BLOB REFERENCES house_member ON DELETE SET NULL,
  words TEXT,
  at_s INTEGER NOT NULL,
  PRIMARY KEY (roll_call, member)
) STRICT, WITHOUT ROWID
""",
)


def put_roll_call(tx: Tx, roll_call: RollCall) -> None:
    """Save a roll call."""
    rows.save(tx, "house_roll_call", roll_call.model_dump(), key=("number",))


def roll_calls(connection: sqlite3.Connection) -> list[RollCall]:
    """Return all that are kept, the newest first."""
    found = rows.select(connection, "house_roll_call", "ORDER BY number DESC")
    return [RollCall(**row) for row in found]


def newest(connection: sqlite3.Connection) -> RollCall | None:
    """Return the newest, None if none is kept."""
    found = rows.select(connection, "house_roll_call", "ORDER BY number DESC LIMIT 1")
    return next((RollCall(**row) for row in found), None)


def check_in_of(connection: sqlite3.Connection, roll_call: int, member: MemberId) -> Answer | None:
    """Return what is known of one person in a roll call."""
    where = "WHERE roll_call = ? AND member = ?"
    for row in rows.select(connection, "house_check_in", where, (roll_call, member)):
        return Answer(row["answer"])
    return None


def put_check_in(tx: Tx, roll_call: int, check_in: CheckIn) -> None:
    """Save an answer in place of the person's last."""
    row = {"roll_call": roll_call, **check_in.model_dump()}
    rows.save(tx, "house_check_in", row, key=("roll_call", "member"))


def check_ins(connection: sqlite3.Connection, roll_call: int) -> dict[MemberId, CheckIn]:
    """Return the answers to a roll call."""
    found = {}
    for row in rows.select(connection, "house_check_in", "WHERE roll_call = ?", (roll_call,)):
        del row["roll_call"]
        said = {**row, "answer": Answer(row["answer"]), "how": How(row["how"])}
        found[row["member"]] = CheckIn(**said)
    return found


def forget_ended(tx: Tx, before_s: int) -> int:
    """Forget roll calls that ended before before_s, and their answers; return how many."""
    return rows.delete(tx, "house_roll_call", "ends_s < ?", (before_s,))
