"""Proposals, positions, agreements and the pod's rules. Pages: docs/house.md §3."""

import sqlite3
from typing import Any, Final

from protocol.aid.house.proposal import Agreement, PodRules, Position, Proposal, Stand, State
from protocol.aid.house.rights import MemberId
from store.database import Tx
from store.house import rows

TABLES: Final = (
    """
-- A proposal in its present wording.
CREATE TABLE IF NOT EXISTS house_proposal (
  id BLOB PRIMARY KEY CHECK (length(id) = 16),
  title TEXT NOT NULL,
  text TEXT NOT NULL,
  wording INTEGER NOT NULL,
  state TEXT NOT NULL,              -- protocol/aid/house/proposal.py has all
  proposed_by BLOB REFERENCES house_member ON DELETE SET NULL,
  removes BLOB REFERENCES house_member ON DELETE SET NULL,  -- whom it would have leave
  opened_s INTEGER NOT NULL,
  changed_s INTEGER NOT NULL,       -- of the state or the wording
  test_ends_s INTEGER NOT NULL      -- 0: it is not tested
) STRICT, WITHOUT ROWID
""",
    """
-- Earlier wordings of a proposal, so that people can see what changed.
CREATE TABLE IF NOT EXISTS house_wording (
  proposal BLOB NOT NULL REFERENCES house_proposal ON DELETE CASCADE,
  number INTEGER NOT NULL,
  title TEXT NOT NULL,
  text TEXT NOT NULL,
  PRIMARY KEY (proposal, number)
) STRICT, WITHOUT ROWID
""",
    """
-- Where a person stands on the present wording of a proposal.
CREATE TABLE IF NOT EXISTS house_position (
  proposal BLOB NOT NULL REFERENCES house_proposal ON DELETE CASCADE,
  member BLOB NOT NULL REFERENCES house_member ON DELETE CASCADE,
  stand TEXT NOT NULL,
  words TEXT,
  recorded INTEGER NOT NULL CHECK (recorded IN (0, 1)),  -- 1: said at a meeting, typed by a steward
  PRIMARY KEY (proposal, member)
) STRICT, WITHOUT ROWID
""",
    """
-- What the pod has agreed on. ended_s: 0 while it holds.
CREATE TABLE IF NOT EXISTS house_agreement (
  id BLOB PRIMARY KEY CHECK (length(id) = 16),
  title TEXT NOT NULL,
  text TEXT NOT NULL,
  agreed_s INTEGER NOT NULL,
  review_s INTEGER NOT NULL,        -- Unix time at which to look at it again
  ended_s INTEGER NOT NULL,
  proposal BLOB REFERENCES house_proposal ON DELETE SET NULL
) STRICT, WITHOUT ROWID
""",
    """
-- How the pod works, where it differs from what pods begin with.
CREATE TABLE IF NOT EXISTS house_rule (
  name TEXT PRIMARY KEY,
  value INTEGER NOT NULL
) STRICT, WITHOUT ROWID
""",
)


def put_proposal(tx: Tx, proposal: Proposal) -> None:
    """Save a proposal."""
    rows.save(tx, "house_proposal", proposal.model_dump(), key=("id",))


def keep_wording(tx: Tx, proposal: Proposal) -> None:
    """Keep the wording that a proposal has, before it gets another; positions begin anew."""
    row = {
        "proposal": proposal.id,
        "number": proposal.wording,
        "title": proposal.title,
        "text": proposal.text,
    }
    rows.save(tx, "house_wording", row, key=("proposal", "number"))
    rows.delete(tx, "house_position", "proposal = ?", (proposal.id,))


def wordings(connection: sqlite3.Connection, proposal: bytes) -> list[tuple[int, str, str]]:
    """Return the earlier wordings of a proposal: number, title, text."""
    found = rows.select(
        connection, "house_wording", "WHERE proposal = ? ORDER BY number", (proposal,)
    )
    return [(row["number"], row["title"], row["text"]) for row in found]


def proposals(connection: sqlite3.Connection) -> list[Proposal]:
    """Return all, the one that changed last first."""
    found = rows.select(connection, "house_proposal", "ORDER BY changed_s DESC, id")
    return [_proposal(row) for row in found]


def delete_proposal(tx: Tx, id_: bytes) -> None:
    """Delete a proposal, its wordings and its positions."""
    rows.delete(tx, "house_proposal", "id = ?", (id_,))


def delete_drafts(tx: Tx, author: MemberId) -> None:
    """Delete what somebody had not yet put to the pod."""
    rows.delete(tx, "house_proposal", "state = 'draft' AND proposed_by = ?", (author,))


def put_position(tx: Tx, proposal: bytes, member: MemberId, position: Position) -> None:
    """Save where somebody stands."""
    row = {"proposal": proposal, "member": member, **position.model_dump()}
    rows.save(tx, "house_position", row, key=("proposal", "member"))


def positions(connection: sqlite3.Connection, proposal: bytes) -> dict[MemberId, Position]:
    """Return where people stand on a proposal."""
    found = rows.select(connection, "house_position", "WHERE proposal = ?", (proposal,))
    return {
        row["member"]: Position(
            stand=Stand(row["stand"]), words=row["words"], recorded=bool(row["recorded"])
        )
        for row in found
    }


def put_agreement(tx: Tx, agreement: Agreement) -> None:
    """Save an agreement."""
    rows.save(tx, "house_agreement", agreement.model_dump(), key=("id",))


def agreements(connection: sqlite3.Connection) -> list[Agreement]:
    """Return all, those to be looked at first first; those that ended too."""
    found = rows.select(connection, "house_agreement", "ORDER BY review_s, id")
    return [Agreement(**row) for row in found]


def delete_agreement(tx: Tx, id_: bytes) -> None:
    """Delete an agreement."""
    rows.delete(tx, "house_agreement", "id = ?", (id_,))


def put_rules(tx: Tx, rules: PodRules) -> None:
    """Save the pod's rules."""
    for name, value in rules.model_dump().items():
        rows.save(tx, "house_rule", {"name": name, "value": value}, key=("name",))


def rules(connection: sqlite3.Connection) -> PodRules:
    """Return the pod's rules; what was never set is as pods begin."""
    kept = {row["name"]: row["value"] for row in rows.select(connection, "house_rule")}
    begin = PodRules().model_dump()
    said = {name: type(begin[name])(value) for name, value in kept.items() if name in begin}
    return PodRules(**said)


def _proposal(row: dict[str, Any]) -> Proposal:
    return Proposal(**{**row, "state": State(row["state"])})
