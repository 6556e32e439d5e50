"""Which phones, programs and calendars are remembered, and for whom.

Spec: docs/pages.md, docs/api.md. Of a cookie or token only a hash is here: who reads this file
cannot use it. When a device was used is not kept, only until when it is good, in steps of a month.
"""

import sqlite3
from enum import StrEnum
from typing import Any, Final, NamedTuple

from store.database import Tx

TABLES: Final = (
    """
-- Devices signed in to the members' pages.
CREATE TABLE IF NOT EXISTS house_device (
  number INTEGER PRIMARY KEY AUTOINCREMENT,  -- names a device on its member's own list
  token_hash BLOB NOT NULL UNIQUE CHECK (length(token_hash) = 32),
  member BLOB NOT NULL REFERENCES house_member ON DELETE CASCADE,
  form_token TEXT NOT NULL,         -- goes into each form, and comes back with it
  label TEXT NOT NULL,              -- what its owner calls it, or a guess like "Android phone"
  since_ms INTEGER NOT NULL,
  until_ms INTEGER NOT NULL
) STRICT
""",
    """
-- Which devices are programs: they show a token with each request, and never a cookie.
CREATE TABLE IF NOT EXISTS house_tool (
  device INTEGER PRIMARY KEY REFERENCES house_device ON DELETE CASCADE
) STRICT
""",
    """
-- Which devices are calendars: they ask at an address that holds their token, for meetups alone.
CREATE TABLE IF NOT EXISTS house_calendar (
  device INTEGER PRIMARY KEY REFERENCES house_device ON DELETE CASCADE
) STRICT
""",
    """
-- Codes by which a member signs in one more device. The code itself is kept nowhere.
CREATE TABLE IF NOT EXISTS house_device_code (
  hash BLOB PRIMARY KEY CHECK (length(hash) = 32),
  member BLOB NOT NULL UNIQUE REFERENCES house_member ON DELETE CASCADE,  -- the newest alone
  expires_running_ms INTEGER NOT NULL  -- by the time that the node ran, not by a clock
) STRICT, WITHOUT ROWID
""",
)


class Use(StrEnum):
    """What a device is, and so where its token counts: nowhere else."""

    PHONE = "phone"  # in a cookie
    PROGRAM = "program"  # in the Authorization of a request
    CALENDAR = "calendar"  # in the address of its file


_MARK: Final = {
    Use.PROGRAM: "INSERT INTO house_tool VALUES (?)",
    Use.CALENDAR: "INSERT INTO house_calendar VALUES (?)",
}


class Device(NamedTuple):
    """One remembered device."""

    number: int
    token_hash: bytes
    member: bytes
    form_token: str
    label: str
    since_ms: int
    until_ms: int
    use: Use = Use.PHONE


_FOUND: Final = (
    "SELECT house_device.*, CASE"
    " WHEN number IN (SELECT device FROM house_tool) THEN 'program'"
    " WHEN number IN (SELECT device FROM house_calendar) THEN 'calendar'"
    " ELSE 'phone' END FROM house_device"
)


def add_phone(tx: Tx, device: Device, *, most_of_member: int, most: int) -> None:
    """Remember a phone (its number is given here); beyond either bound the oldest go."""
    _insert(tx, device)
    tx.connection.execute(
        "DELETE FROM house_device WHERE number IN (SELECT number FROM house_device"
        " WHERE member = ? AND number NOT IN (SELECT device FROM house_tool"
        " UNION ALL SELECT device FROM house_calendar)"
        " ORDER BY number DESC LIMIT -1 OFFSET ?)",
        (device.member, most_of_member),
    )
    tx.connection.execute(
        "DELETE FROM house_device WHERE number IN (SELECT number FROM house_device"
        " WHERE number NOT IN (SELECT device FROM house_tool"
        " UNION ALL SELECT device FROM house_calendar)"
        " ORDER BY number DESC LIMIT -1 OFFSET ?)",
        (most,),
    )


def add_other(tx: Tx, device: Device, *, most_of_member: int, most: int) -> bool:
    """Remember what is no phone; False beyond either bound: nothing is cut off for a new one."""
    alike = [it.member for it in everybody(tx.connection) if it.use is device.use]
    if len(alike) >= most or alike.count(device.member) >= most_of_member:
        return False
    number = _insert(tx, device)
    tx.connection.execute(_MARK[device.use], (number,))
    return True


def _insert(tx: Tx, device: Device) -> int:
    done = tx.connection.execute(
        "INSERT INTO house_device (token_hash, member, form_token, label, since_ms, until_ms)"
        " VALUES (?, ?, ?, ?, ?, ?)",
        device[1:-1],
    )
    return int(done.lastrowid or 0)


def find(connection: sqlite3.Connection, token_hash: bytes) -> Device | None:
    """Return the device that holds this token."""
    row = connection.execute(f"{_FOUND} WHERE token_hash = ?", (token_hash,)).fetchone()
    return None if row is None else _device(row)


def of_member(connection: sqlite3.Connection, member: bytes) -> list[Device]:
    """Return a member's devices, the newest first."""
    return [it for it in everybody(connection) if it.member == member]


def everybody(connection: sqlite3.Connection) -> list[Device]:
    """Return all devices, the newest first."""
    return [_device(row) for row in connection.execute(f"{_FOUND} ORDER BY number DESC")]


def _device(row: tuple[Any, ...]) -> Device:
    return Device._make((*row[:-1], Use(row[-1])))


def extend(tx: Tx, number: int, until_ms: int) -> None:
    """Keep a device for longer."""
    tx.connection.execute(
        "UPDATE house_device SET until_ms = ? WHERE number = ?", (until_ms, number)
    )


def exchange(tx: Tx, old_hash: bytes, new_hash: bytes) -> bool:
    """Put a token in place of another; False if nobody holds the old one (any more)."""
    done = tx.connection.execute(
        "UPDATE house_device SET token_hash = ? WHERE token_hash = ?", (new_hash, old_hash)
    )
    return done.rowcount == 1


def forget(tx: Tx, member: bytes, number: int | None = None) -> None:
    """Sign one device of a member out; or all, and nobody by a code that was made before."""
    tx.connection.execute(
        "DELETE FROM house_device WHERE member = ? AND number = ifnull(?, number)",
        (member, number),
    )
    if number is None:
        tx.connection.execute("DELETE FROM house_device_code WHERE member = ?", (member,))


def forget_ended(tx: Tx, now_ms: int) -> None:
    """Forget devices whose time is over."""
    tx.connection.execute("DELETE FROM house_device WHERE until_ms < ?", (now_ms,))


def put_code(tx: Tx, code_hash: bytes, member: bytes, expires_running_ms: int) -> None:
    """Save a code in place of the one that its member had."""
    tx.connection.execute(
        "INSERT OR REPLACE INTO house_device_code VALUES (?, ?, ?)",
        (code_hash, member, expires_running_ms),
    )


def member_of_code(
    connection: sqlite3.Connection, code_hash: bytes, running_ms: int
) -> bytes | None:
    """Return whose code this is, if it is still good."""
    row = connection.execute(
        "SELECT member FROM house_device_code WHERE hash = ? AND expires_running_ms > ?",
        (code_hash, running_ms),
    ).fetchone()
    return None if row is None else bytes(row[0])


def use_code(tx: Tx, code_hash: bytes) -> None:
    """End a code."""
    tx.connection.execute("DELETE FROM house_device_code WHERE hash = ?", (code_hash,))
