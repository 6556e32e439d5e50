"""What the travelling kinds of mutual aid say, laid out for pages and lists.

Derived from records (docs/kinds.md §1.5): everything here can be dropped and made again. The
store calls apply in the transaction that changes the set, so lists and records never differ.
Each part has tables of its own for the kinds that it names in KINDS; this package is the
store.Projection that they are together.
"""

import re
import sqlite3
from collections.abc import Iterable, Sequence
from typing import Final

from protocol.aid import BODIES
from protocol.identity import PodId
from protocol.record import Record, Slot
from store.aid import items, listings
from store.aid.items import Item, ItemQuery
from store.aid.listings import (
    MAX_PAGE,
    NO_BOUND,
    BoardItem,
    BoardQuery,
    board,
    count,
    ending,
    find,
)
from store.aid.placed import Placed, Position, is_fit, placed, to_show, uuid_of

__all__ = [
    "INDEXES",
    "LAYOUT",
    "MAX_PAGE",
    "NO_BOUND",
    "TABLES",
    "BoardItem",
    "BoardQuery",
    "Item",
    "ItemQuery",
    "Placed",
    "Position",
    "apply",
    "board",
    "count",
    "ending",
    "find",
    "is_current",
    "is_shown",
    "items",
    "rebuild",
    "remove",
    "settle",
    "show",
    "uuid_of",
]

_PARTS: Final = (listings, items)
_LAYOUT_TABLE: Final = """
-- By which rules the rows of all aid_* tables were made: see LAYOUT.
CREATE TABLE aid_layout (version INTEGER NOT NULL) STRICT
"""
TABLES: Final = (*listings.TABLES, *items.TABLES, _LAYOUT_TABLE)
INDEXES: Final = (*listings.INDEXES, *items.INDEXES)
LAYOUT: Final = 7
"""Raised with every change of TABLES, INDEXES or the rules in protocol/aid: rows made by others
are made anew."""


# --- Writing, inside the act that changes the records ---


def apply(connection: sqlite3.Connection, taken: Sequence[Record], gone: Sequence[Slot]) -> None:
    """Show taken, which are fit or withdrawals, and no longer show gone; no slot is in both."""
    withdrawn = [record.slot for record in taken if record.payload is None]
    remove(connection, [*gone, *withdrawn])
    show(connection, placed(taken))


def show(connection: sqlite3.Connection, shown: Iterable[Placed]) -> None:
    """Show bodies, each in place of the last version of its slot.

    Payloads are fit: they were checked when they were stored, or were written here. Kinds that
    are not known here are passed over.
    """
    given = list(shown)
    for part in _PARTS:
        part.show(connection, [it for it in given if it.kind in part.KINDS])


def remove(connection: sqlite3.Connection, slots: Iterable[Slot]) -> None:
    """No longer show what is in these slots; those of unknown kinds are passed over."""
    given = list(slots)
    for part in _PARTS:
        part.remove(connection, [slot for slot in given if slot[2] in part.KINDS])


def is_current(connection: sqlite3.Connection) -> bool:
    """Tell whether the tables were made by the rules of this version; if not, rebuild them."""
    made = "SELECT 1 FROM sqlite_schema WHERE type = 'table' AND name = 'aid_layout'"
    if not connection.execute(made).fetchone():
        return False
    return connection.execute("SELECT version FROM aid_layout").fetchall() == [(LAYOUT,)]


def is_shown(connection: sqlite3.Connection, author: PodId, rid: bytes) -> bool:
    """Tell whether a pod has anything under rid, of whatever kind and for whomever."""
    found = connection.execute(
        "SELECT EXISTS (SELECT 1 FROM aid_listing WHERE rid = ?1 AND author = ?2)"
        " OR EXISTS (SELECT 1 FROM aid_item WHERE rid = ?1 AND author = ?2)",
        (rid, author),
    )
    return bool(found.fetchone()[0])


def rebuild(connection: sqlite3.Connection, pod_only: Iterable[Placed] = ()) -> None:
    """Make all tables anew from the records that are shown, and from what never left this pod.

    Fitness is judged again, as the rules may have changed since a record came.
    """
    for table in _tables_of(TABLES):
        connection.execute(f"DROP TABLE IF EXISTS {table}")
    for statement in TABLES:
        connection.execute(statement)
    connection.execute("INSERT INTO aid_layout VALUES (?)", (LAYOUT,))
    for part in _PARTS:
        part.fill(connection, filter(is_fit, placed(to_show(connection, part.KINDS))))
    for statement in INDEXES:  # after the rows: sorted once, not grown
        connection.execute(statement)
    show(connection, [it for it in pod_only if it.kind in BODIES and is_fit(it)])


def settle(connection: sqlite3.Connection) -> None:
    """Let the words of what is gone leave the file, a bounded part in one call."""
    for part in _PARTS:
        part.settle(connection)


def _tables_of(statements: Iterable[str]) -> list[str]:
    return re.findall(r"CREATE (?:VIRTUAL )?TABLE (\w+)", "\n".join(statements))
