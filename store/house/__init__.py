"""What never leaves this pod. Spec: docs/kinds.md §2.5.

These rows are truth themselves, not made from records. They have no wire form, so nothing here
can be sent by mistake. Each subject has a module of its own, with its tables in TABLES.
"""

import re
import sqlite3
from typing import Final

from store.database import Tx
from store.house import listings

_TABLES: Final = (*listings.TABLES,)
_NAMES: Final = frozenset(re.findall(r"CREATE TABLE IF NOT EXISTS (\w+)", "\n".join(_TABLES)))

__all__ = ["is_prepared", "listings", "prepare"]


def is_prepared(connection: sqlite3.Connection) -> bool:
    """Tell whether all tables are there; if not, prepare."""
    rows = connection.execute("SELECT name FROM sqlite_schema WHERE type = 'table'")
    return {str(name) for (name,) in rows} >= _NAMES


def prepare(tx: Tx) -> None:
    """Make the tables that are not there."""
    for statement in _TABLES:
        tx.connection.execute(statement)
