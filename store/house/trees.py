"""The plan of the phone tree, kept so that old sheets stay good. Pages: docs/house.md §2.6."""

import sqlite3
from typing import Final

from protocol.aid.house.phone_tree import Plan
from store.database import Tx
from store.house import rows

TABLES: Final = (
    """
-- A person's place in the phone tree: a seat if they ring others, else who reaches them.
CREATE TABLE IF NOT EXISTS house_tree (
  member BLOB PRIMARY KEY REFERENCES house_member ON DELETE CASCADE,
  seat INTEGER,
  reached_by BLOB REFERENCES house_member ON DELETE SET NULL
) STRICT, WITHOUT ROWID
""",
)


def put_plan(tx: Tx, plan: Plan) -> None:
    """Save a plan in place of the one there was."""
    rows.delete(tx, "house_tree", "1", ())
    for seat, member in enumerate(plan.seats):
        rows.add(tx, "house_tree", {"member": member, "seat": seat})
    for member, helper in plan.quiet.items():
        rows.add(tx, "house_tree", {"member": member, "reached_by": helper})


def plan(connection: sqlite3.Connection) -> Plan:
    """Return the plan, an empty one if there is none."""
    found = list(rows.select(connection, "house_tree", "ORDER BY seat, member"))
    seats = tuple(row["member"] for row in found if row["seat"] is not None)
    quiet = {row["member"]: row["reached_by"] for row in found if row["reached_by"] is not None}
    return Plan(seats, quiet)
