"""Single values of this pod, each under a name with a type.

Spec: docs/protocol.md §5 for the clock and the floor.
"""

import sqlite3
from dataclasses import dataclass
from typing import Final, Generic, TypeVar

from store.database import Tx

Value = TypeVar("Value", int, str, bytes)


@dataclass(frozen=True, slots=True)
class Setting(Generic[Value]):
    """A name in the table meta and the type of its value."""

    key: str
    type: type[Value]


POD_ID: Final = Setting("pod_id", bytes)
"""Our own id; set once, when the pod is made."""
NAME: Final = Setting("name", str)
EPOCH: Final = Setting("epoch", int)
"""Epoch of our own greatest certificate. Read in the act that signs: another process may have
changed it, and then the working key file is read again (R14)."""
FLOOR_S: Final = Setting("floor_s", int)
"""Everything with a stamp below it has been deleted; Unix seconds, whole hours (R6)."""
CLOCK_SAVED_MS: Final = Setting("clock_saved_ms", int)
"""What the clock said when it was last saved, Unix ms."""
TOLD_BOOT: Final = Setting("told_boot", str)
"""Of the time that a person or a neighbour told: in which start of the machine, ..."""
TOLD_AHEAD_MS: Final = Setting("told_ahead_ms", int)
"""... how far it was ahead of the monotonic clock, ..."""
TOLD_IS_CONFIRMED: Final = Setting("told_is_confirmed", int)
"""... and whether it was a person."""
RUN: Final = Setting("run", int)
"""Number of the node's last run: what commands and pages sign beside it is of that run (R5)."""
RUNNING_MS: Final = Setting("running_ms", int)
"""How long this node has been running in all; invitations end by it, not by dates."""
FLOOR_MOVED_RUNNING_MS: Final = Setting("floor_moved_running_ms", int)
"""RUNNING_MS when the floor last moved: it may move two days for each day of running."""
BACKUP_KEY: Final = Setting("backup_key", bytes)
"""The public half of the key that backups are sealed to."""
BACKUP_MS: Final = Setting("backup_ms", int)
"""When the last backup was made, Unix ms."""
SET_UP_MS: Final = Setting("set_up_ms", int)
"""When people said that they need no list of first steps any more, Unix ms."""
DOUBT_BELOW_EPOCH: Final = Setting("doubt_below_epoch", int)
"""After a theft: our versions of lower epochs may be the thief's (R4) ..."""
DOUBT_SINCE_MS: Final = Setting("doubt_since_ms", int)
"""... if they are stamped at this time or later, and come home now."""
PRUNED_SEQ: Final = Setting("pruned_seq", int)
"""Changes up to this one are no longer in the log; only store/changes.py uses it."""


def get(connection: sqlite3.Connection, setting: Setting[Value]) -> Value | None:
    """Return the value of setting, or None if it was never set."""
    row = connection.execute("SELECT value FROM meta WHERE key = ?", (setting.key,)).fetchone()
    if row is None:
        return None
    if not isinstance(row[0], setting.type):
        raise TypeError(f"meta {setting.key} holds {type(row[0]).__name__}")
    return row[0]


def put(tx: Tx, setting: Setting[Value], value: Value) -> None:
    """Set the value of setting."""
    tx.connection.execute(
        "INSERT INTO meta VALUES (?, ?) ON CONFLICT DO UPDATE SET value = excluded.value",
        (setting.key, value),
    )
