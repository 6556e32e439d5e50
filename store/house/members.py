"""The people of the pod, how to reach them, and whose a listing is.

Pages: docs/house.md §1. Who leaves is deleted: all that is theirs refers to their row and goes
with it, and what others wrote about them in passing forgets who it was.
"""

import sqlite3
from typing import Any, Final

from protocol.aid.fields import fold
from protocol.aid.house.member import Contact, Member
from protocol.aid.house.rights import MemberId, Role
from store.database import Tx
from store.house import rows

TABLES: Final = (
    """
-- A person of the pod, by what they chose to say.
CREATE TABLE IF NOT EXISTS house_member (
  id BLOB PRIMARY KEY CHECK (length(id) = 16),
  name TEXT NOT NULL,
  folded TEXT NOT NULL UNIQUE,      -- the name without case and accents: people are named by it
  pronouns TEXT,
  languages TEXT NOT NULL,          -- JSON list of BCP 47 tags
  how_best TEXT,
  role TEXT NOT NULL CHECK (role IN ('guest', 'member', 'steward')),
  presence TEXT NOT NULL CHECK (presence IN ('here', 'resting', 'away')),
  joined_s INTEGER NOT NULL,        -- Unix time
  suspended_until_s INTEGER NOT NULL  -- Unix time, 0 for not suspended
) STRICT, WITHOUT ROWID
""",
    """
-- A way to reach a person. Seen on a screen and printed on paper are two consents.
CREATE TABLE IF NOT EXISTS house_contact (
  member BLOB NOT NULL REFERENCES house_member ON DELETE CASCADE,
  number INTEGER NOT NULL,          -- order in which they want to be reached
  type TEXT NOT NULL,
  value TEXT NOT NULL,
  on_screen TEXT NOT NULL CHECK (on_screen IN ('nobody', 'stewards', 'pod')),
  on_paper INTEGER NOT NULL CHECK (on_paper IN (0, 1)),
  PRIMARY KEY (member, number)
) STRICT, WITHOUT ROWID
""",
    """
-- Whose a listing of this pod is: it travels without a name.
CREATE TABLE IF NOT EXISTS house_listing_of (
  rid BLOB PRIMARY KEY CHECK (length(rid) = 16),
  member BLOB NOT NULL REFERENCES house_member ON DELETE CASCADE,
  typed_for INTEGER NOT NULL CHECK (typed_for IN (0, 1))  -- 1: somebody else typed it
) STRICT, WITHOUT ROWID
""",
    "CREATE INDEX IF NOT EXISTS house_listing_of_member ON house_listing_of (member)",
)


def put_member(tx: Tx, member: Member) -> None:
    """Save a person; contacts are saved by put_contacts alone."""
    row = member.model_dump(exclude={"contacts"}) | {"folded": fold(member.name)}
    rows.save(tx, "house_member", row, key=("id",))


def put_contacts(tx: Tx, member: MemberId, contacts: tuple[Contact, ...]) -> None:
    """Save these contacts in place of all that a person had."""
    rows.delete(tx, "house_contact", "member = ?", (member,))
    for number, contact in enumerate(contacts):
        row = {"member": member, "number": number, **contact.model_dump()}
        rows.add(tx, "house_contact", row)


def delete_member(tx: Tx, member: MemberId) -> None:
    """Delete a person and all that is theirs."""
    rows.delete(tx, "house_member", "id = ?", (member,))


def member(connection: sqlite3.Connection, id_: MemberId) -> Member | None:
    """Return one person, or None."""
    found = _members(connection, "WHERE id = ?", (id_,))
    return found[0] if found else None


def member_named(connection: sqlite3.Connection, name: str) -> Member | None:
    """Return the person of that name, whatever case and accents."""
    found = _members(connection, "WHERE folded = ?", (fold(name),))
    return found[0] if found else None


def members(connection: sqlite3.Connection) -> list[Member]:
    """Return all, by name: no other order of people exists here."""
    return _members(connection, "ORDER BY folded")


def count(connection: sqlite3.Connection) -> int:
    """Return how many people the pod has."""
    return rows.count(connection, "house_member")


def is_mentioned(
    connection: sqlite3.Connection, member: MemberId, *, but_in: frozenset[str]
) -> bool:
    """Tell whether something in the house is about a person, but in these tables."""
    tables = connection.execute(
        "SELECT name FROM sqlite_schema WHERE type = 'table' AND name LIKE 'house_%'"
    )
    for (table,) in tables.fetchall():
        if table in but_in:
            continue
        for _, _, referred, column, *_ in connection.execute(f"PRAGMA foreign_key_list({table})"):
            if referred == "house_member" and rows.has(connection, table, column, member):
                return True
    return False


def stewards(connection: sqlite3.Connection) -> int:
    """Return how many of them are stewards."""
    found = connection.execute("SELECT count(*) FROM house_member WHERE role = 'steward'")
    return int(found.fetchone()[0])


def _members(
    connection: sqlite3.Connection, rest: str, values: tuple[object, ...] = ()
) -> list[Member]:
    contacts: dict[MemberId, list[Contact]] = {}
    for row in rows.select(connection, "house_contact", "ORDER BY member, number"):
        contacts.setdefault(row["member"], []).append(_contact(row))
    return [
        _member(row, tuple(contacts.get(row["id"], ())))
        for row in rows.select(connection, "house_member", rest, values)
    ]


def _member(row: dict[str, Any], contacts: tuple[Contact, ...]) -> Member:
    del row["folded"]
    languages, role = rows.listed(row.pop("languages")), Role(row.pop("role"))
    return Member(**row, languages=languages, role=role, contacts=contacts)


def _contact(row: dict[str, Any]) -> Contact:
    return Contact(
        type=row["type"],
        value=row["value"],
        on_screen=row["on_screen"],
        on_paper=bool(row["on_paper"]),
    )


# --- Whose a listing is ---


def note_whose(tx: Tx, rid: bytes, member: MemberId, *, typed_for: bool) -> None:
    """Note whose a listing is. typed_for: somebody else typed it for them."""
    row = {"rid": rid, "member": member, "typed_for": typed_for}
    rows.save(tx, "house_listing_of", row, key=("rid",))


def whose(connection: sqlite3.Connection, rid: bytes) -> tuple[MemberId, bool] | None:
    """Return whose a listing is, and whether somebody else typed it; None: nobody said."""
    for row in rows.select(connection, "house_listing_of", "WHERE rid = ?", (rid,)):
        return row["member"], bool(row["typed_for"])
    return None


def listings_of(connection: sqlite3.Connection, member: MemberId) -> list[bytes]:
    """Return the rids of all listings of a person."""
    found = rows.select(connection, "house_listing_of", "WHERE member = ? ORDER BY rid", (member,))
    return [row["rid"] for row in found]


def forget_whose(tx: Tx, rid: bytes) -> None:
    """Forget whose a listing was."""
    rows.delete(tx, "house_listing_of", "rid = ?", (rid,))


def every_listing_of(connection: sqlite3.Connection) -> list[bytes]:
    """Return the rids of all listings of which it is known whose they are."""
    return [row["rid"] for row in rows.select(connection, "house_listing_of")]
