"""What people can do, what would help them, and who looks after whom. Pages: docs/house.md §2."""

import sqlite3
from typing import Final

from protocol.aid.house.care import Ability, CareNote
from protocol.aid.house.rights import MemberId
from store.database import Tx
from store.house import rows

TABLES: Final = (
    """
-- What a person can do for others, one row for each category.
CREATE TABLE IF NOT EXISTS house_ability (
  member BLOB NOT NULL REFERENCES house_member ON DELETE CASCADE,
  category TEXT NOT NULL,
  note TEXT,
  bounds TEXT,                      -- what they cannot do, or when
  PRIMARY KEY (member, category)
) STRICT, WITHOUT ROWID
""",
    """
-- What would help a person in an emergency; for whom is in house_care_viewer.
CREATE TABLE IF NOT EXISTS house_care_note (
  member BLOB PRIMARY KEY REFERENCES house_member ON DELETE CASCADE,
  words TEXT NOT NULL,
  needs TEXT NOT NULL,              -- JSON list of categories
  stewards INTEGER NOT NULL CHECK (stewards IN (0, 1)),  -- 1: stewards may read it too
  written_s INTEGER NOT NULL,
  review_s INTEGER NOT NULL         -- Unix time at which to ask whether it still holds
) STRICT, WITHOUT ROWID
""",
    """
-- Who may read a care note besides the person it is about.
CREATE TABLE IF NOT EXISTS house_care_viewer (
  member BLOB NOT NULL REFERENCES house_care_note ON DELETE CASCADE,
  viewer BLOB NOT NULL REFERENCES house_member ON DELETE CASCADE,
  PRIMARY KEY (member, viewer)
) STRICT, WITHOUT ROWID
""",
    """
-- Two people who look after each other; one row a pair, the lesser id first.
CREATE TABLE IF NOT EXISTS house_buddies (
  one BLOB NOT NULL REFERENCES house_member ON DELETE CASCADE,
  other BLOB NOT NULL REFERENCES house_member ON DELETE CASCADE,
  PRIMARY KEY (one, other),
  CHECK (one < other)
) STRICT, WITHOUT ROWID
""",
)


def put_ability(tx: Tx, member: MemberId, ability: Ability) -> None:
    """Save what somebody can do, in place of what they said of the same category."""
    row = {"member": member, **ability.model_dump()}
    rows.save(tx, "house_ability", row, key=("member", "category"))


def delete_ability(tx: Tx, member: MemberId, category: str) -> bool:
    """Delete what somebody said of a category; tell whether there was something."""
    found = rows.delete(tx, "house_ability", "member = ? AND category = ?", (member, category))
    return found > 0


def abilities(connection: sqlite3.Connection) -> dict[MemberId, list[Ability]]:
    """Return what everybody can do."""
    found: dict[MemberId, list[Ability]] = {}
    for row in rows.select(connection, "house_ability", "ORDER BY member, category"):
        found.setdefault(row.pop("member"), []).append(Ability(**row))
    return found


def put_note(tx: Tx, member: MemberId, note: CareNote) -> None:
    """Save a care note in place of the one there was."""
    row = {"member": member, **note.model_dump(exclude={"viewers"})}
    rows.save(tx, "house_care_note", row, key=("member",))
    rows.delete(tx, "house_care_viewer", "member = ?", (member,))
    for viewer in note.viewers:
        rows.add(tx, "house_care_viewer", {"member": member, "viewer": viewer})


def delete_note(tx: Tx, member: MemberId) -> bool:
    """Delete a care note; tell whether there was one."""
    return rows.delete(tx, "house_care_note", "member = ?", (member,)) > 0


def notes(connection: sqlite3.Connection) -> dict[MemberId, CareNote]:
    """Return all care notes. What of them a viewer may read is for the caller to say."""
    viewers: dict[MemberId, list[MemberId]] = {}
    for row in rows.select(connection, "house_care_viewer", "ORDER BY member, viewer"):
        viewers.setdefault(row["member"], []).append(row["viewer"])
    found = {}
    for row in rows.select(connection, "house_care_note"):
        member, needs = row.pop("member"), rows.listed(row.pop("needs"))
        stewards = bool(row.pop("stewards"))
        readers = tuple(viewers.get(member, ()))
        found[member] = CareNote(**row, needs=needs, viewers=readers, stewards=stewards)
    return found


def pair(tx: Tx, one: MemberId, other: MemberId) -> None:
    """Make two people buddies."""
    row = {"one": min(one, other), "other": max(one, other)}
    rows.save(tx, "house_buddies", row, key=("one", "other"))


def part(tx: Tx, one: MemberId, other: MemberId) -> bool:
    """Part two buddies; tell whether they were."""
    pair_ = (min(one, other), max(one, other))
    return rows.delete(tx, "house_buddies", "one = ? AND other = ?", pair_) > 0


def buddies(connection: sqlite3.Connection) -> dict[MemberId, tuple[MemberId, ...]]:
    """Return each person's buddies."""
    found: dict[MemberId, tuple[MemberId, ...]] = {}
    for row in rows.select(connection, "house_buddies", "ORDER BY one, other"):
        for one, other in ((row["one"], row["other"]), (row["other"], row["one"])):
            found[one] = (*found.get(one, ()), other)
    return found
