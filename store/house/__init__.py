"""What never leaves this pod. Spec: docs/house.md, and docs/kinds.md §1.5 for bodies.

These rows are truth themselves, not made from records. They have no wire form, so nothing here
can be sent by mistake. Each subject has a module of its own, with its tables in TABLES.
"""

import re
import sqlite3
from typing import Final

from store.database import Tx
from store.house import (
    answers,
    bodies,
    care,
    decisions,
    devices,
    imports,
    invites,
    join_requests,
    letters,
    members,
    merges,
    roll_calls,
    rsvps,
    steward_log,
    trees,
    typed,
    ways,
)

_SUBJECTS: Final = (
    bodies,
    members,
    imports,
    merges,
    invites,
    join_requests,
    care,
    ways,
    decisions,
    roll_calls,
    rsvps,
    trees,
    answers,
    typed,
    letters,
    steward_log,
    devices,
)
_TABLES: Final = tuple(statement for subject in _SUBJECTS for statement in subject.TABLES)
NAMES: Final = frozenset(re.findall(r"CREATE TABLE IF NOT EXISTS (\w+)", "\n".join(_TABLES)))
"""All tables of the house."""

__all__ = [
    "NAMES",
    "answers",
    "bodies",
    "care",
    "decisions",
    "devices",
    "imports",
    "invites",
    "is_prepared",
    "join_requests",
    "letters",
    "members",
    "merges",
    "prepare",
    "roll_calls",
    "rsvps",
    "steward_log",
    "trees",
    "typed",
    "ways",
]


def is_prepared(connection: sqlite3.Connection) -> bool:
    """Tell whether all tables are there; if not, prepare."""
    rows = connection.execute("SELECT name FROM sqlite_schema WHERE type = 'table'")
    return {str(name) for (name,) in rows} >= NAMES


def prepare(tx: Tx) -> None:
    """Make the tables that are not there."""
    for statement in _TABLES:
        tx.connection.execute(statement)
    bodies.take_over_listings(tx)
    letters.take_over(tx)
