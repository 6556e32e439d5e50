"""Which phones are remembered, and for whom: a session of the members' pages each.

Spec: docs/pages.md. Of the cookie only a hash is here: who reads this file cannot use it. When a
device was used is not kept, only until when it is good, in steps of a month.
"""

import sqlite3
from typing import Final, NamedTuple

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
-- Codes by which a member signs in one more device. The code itself is kept nowhere.
CREATE TABLE IF NOT EXISTS house_device_code (
  hash BLOB PRIMARY KEY CHECK (length(hash) = 32),
  member BLOB NOT NULL UNIQUE REFERENCES house_member ON DELETE CASCADE,  -- the newest alone
  expires_running_ms INTEGER NOT NULL  -- by the time that the node ran, not by a clock
) STRICT, WITHOUT ROWID
""",
)


class Device(NamedTuple):
    """One remembered device."""

    number: int
    token_hash: bytes
    member: bytes
    form_token: str
    label: str
    since_ms: int
    until_ms: int


def add(tx: Tx, device: Device, *, most_of_member: int, most: int) -> None:
    """Remember a device (its number is given here); beyond either bound the oldest go."""
    tx.connection.execute(
        "INSERT INTO house_device (token_hash, member, form_token, label, since_ms, until_ms)"
        " VALUES (?, ?, ?, ?, ?, ?)",
        device[1:],
    )
    tx.connection.execute(
        "DELETE FROM house_device WHERE number IN (SELECT number FROM house_device"
        " WHERE member = ? ORDER BY number DESC LIMIT -1 OFFSET ?)",
        (device.member, most_of_member),
    )
    tx.connection.execute(
        "DELETE FROM house_device WHERE number IN"
        " (SELECT number FROM house_device ORDER BY number DESC LIMIT -1 OFFSET ?)",
        (most,),
    )


def find(connection: sqlite3.Connection, token_hash: bytes) -> Device | None:
    """Return the device that holds this token."""
    row = connection.execute(
        "SELECT * FROM house_device WHERE token_hash = ?", (token_hash,)
    ).fetchone()
    return None if row is None else Device(*row)


def of_member(connection: sqlite3.Connection, member: bytes) -> list[Device]:
    """Return a member's devices, the newest first."""
    rows = connection.execute(
        "SELECT * FROM house_device WHERE member = ? ORDER BY number DESC", (member,)
    )
    return [Device(*row) for row in rows]


def extend(tx: Tx, number: int, until_ms: int) -> None:
    """Keep a device for longer."""
    tx.connection.execute(
        "UPDATE house_device SET until_ms = ? WHERE number = ?", (until_ms, number)
    )


def forget(tx: Tx, member: bytes, number: int | None = None) -> None:
    """Sign one device of a member out, or all of them."""
    tx.connection.execute(
        "DELETE FROM house_device WHERE member = ? AND number = ifnull(?, number)",
        (member, number),
    )


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
