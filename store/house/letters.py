"""Letters between this pod and others: what came, what was sent, whose it is, what became of it.

Spec: docs/kinds.md §12. They are private and never leave but sealed, as the mail of store/mail.py.
"""

import sqlite3
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Any, Final

from protocol.aid.house.rights import MemberId
from protocol.aid.letter import Answer, LetterBody, Reply, Unask, read_letter
from protocol.aid.limits import LETTERS_FROM_NEIGHBOUR, LETTERS_SENT
from protocol.errors import UnfitBody
from protocol.identity import PodId
from store.database import Tx
from store.house import members, rows

TABLES: Final = (
    """
-- A letter of ours to another pod, or of another pod to us.
CREATE TABLE IF NOT EXISTS house_letter (
  number INTEGER PRIMARY KEY,       -- in order, as written or as come
  is_ours INTEGER NOT NULL CHECK (is_ours IN (0, 1)),
  pod_id BLOB NOT NULL,             -- the other pod
  message_id BLOB NOT NULL,
  content BLOB NOT NULL,            -- as docs/kinds.md §12 has it; of others', perhaps not
  written_s INTEGER NOT NULL,       -- Unix time, by the clock of who wrote it
  fate TEXT NOT NULL CHECK (fate IN ('sent', 'arrived', 'given up', 'unseen', 'seen')),
  settled_s INTEGER NOT NULL,       -- Unix time at which it came or its fate was known; 0: not yet
  brought_by BLOB                   -- of others': the neighbour that delivered it
) STRICT
""",
    """
CREATE UNIQUE INDEX IF NOT EXISTS house_letter_by_id ON house_letter (message_id, pod_id, is_ours)
""",
    """
-- Whose a letter is, and what it is about. A member's row goes only after their letters (no ON
-- DELETE): else what somebody who leaves wrote would become nobody's, for stewards to read.
CREATE TABLE IF NOT EXISTS house_letter_of (
  letter INTEGER PRIMARY KEY REFERENCES house_letter ON DELETE CASCADE,
  member BLOB REFERENCES house_member,  -- null: nobody's
  about BLOB CHECK (length(about) = 16) -- rid of a listing, an event, ...; null: not known
) STRICT
""",
    "CREATE INDEX IF NOT EXISTS house_letter_of_member ON house_letter_of (member, about)",
)


class Fate(StrEnum):
    """What became of a letter. Of ours SENT, ARRIVED or GIVEN_UP; of others' UNSEEN or SEEN."""

    SENT = "sent"
    ARRIVED = "arrived"
    GIVEN_UP = "given up"
    UNSEEN = "unseen"
    SEEN = "seen"


@dataclass(frozen=True, slots=True, kw_only=True)
class KeptLetter:
    """One letter. settled_s: when it came, arrived or was given up; 0 for not yet.

    member: whose it is, None for nobody's.  about: rid of what it is about, if that is known.
    """

    number: int = 0
    is_ours: bool
    pod_id: PodId
    message_id: bytes
    content: bytes
    written_s: int
    fate: Fate
    settled_s: int = 0
    brought_by: PodId | None = None
    member: MemberId | None = None
    about: bytes | None = None


_OF: Final = ("member", "about")
_LETTERS: Final = "house_letter LEFT JOIN house_letter_of ON letter = number"


def add(tx: Tx, letter: KeptLetter) -> KeptLetter:
    """Keep a letter; of our own that are settled the oldest go beyond LETTERS_SENT."""
    apart = ("number", *_OF)
    row = {name: getattr(letter, name) for name in KeptLetter.__slots__ if name not in apart}
    number = rows.add(tx, "house_letter", row)
    give(tx, number, letter.member, letter.about)
    rows.delete(
        tx,
        "house_letter",
        "is_ours = 1 AND fate <> 'sent' AND number <= (SELECT number FROM house_letter"
        " WHERE is_ours = 1 ORDER BY number DESC LIMIT 1 OFFSET ?)",
        (LETTERS_SENT,),
    )
    return replace(letter, number=number)


def give(tx: Tx, number: int, member: MemberId | None, about: bytes | None) -> None:
    """Note whose a letter is, and what it is about."""
    row = {"letter": number, "member": member, "about": about}
    rows.save(tx, "house_letter_of", row, key=("letter",))


def has_room(connection: sqlite3.Connection, brought_by: PodId) -> bool:
    """Tell whether one more letter that this neighbour delivers can be kept."""
    (count,) = connection.execute(
        "SELECT count(*) FROM house_letter WHERE is_ours = 0 AND brought_by = ?", (brought_by,)
    ).fetchone()
    return int(count) < LETTERS_FROM_NEIGHBOUR


def set_fate(tx: Tx, letter: KeptLetter, fate: Fate, *, settled_s: int | None = None) -> None:
    """Note what became of a letter."""
    tx.connection.execute(
        "UPDATE house_letter SET fate = ?, settled_s = ifnull(?, settled_s) WHERE number = ?",
        (fate.value, settled_s, letter.number),
    )


def find_one(
    connection: sqlite3.Connection, message_id: bytes, pod_id: PodId, *, is_ours: bool
) -> KeptLetter | None:
    """Return the letter with this id, written by us to that pod, or by that pod."""
    found = _letters(
        connection,
        "WHERE message_id = ? AND pod_id = ? AND is_ours = ?",
        (message_id, pod_id, int(is_ours)),
    )
    return found[0] if found else None


def of_ours(connection: sqlite3.Connection, message_id: bytes) -> KeptLetter | None:
    """Return the letter of ours with this id."""
    found = _letters(connection, "WHERE message_id = ? AND is_ours = 1", (message_id,))
    return found[0] if found else None


def numbered(connection: sqlite3.Connection, number: int) -> KeptLetter | None:
    """Return the letter with that number."""
    found = _letters(connection, "WHERE number = ?", (number,))
    return found[0] if found else None


def find(connection: sqlite3.Connection, digits: str) -> list[KeptLetter]:
    """Return the letters whose ids begin with these hexadecimal digits."""
    return _letters(
        connection, "WHERE lower(hex(message_id)) LIKE ? || '%' ORDER BY number", (digits,)
    )


def all_letters(connection: sqlite3.Connection) -> list[KeptLetter]:
    """Return all letters, the newest first."""
    return _letters(connection, "ORDER BY number DESC")


def unseen(connection: sqlite3.Connection) -> int:
    """Return how many letters have come that nobody has looked at."""
    row = connection.execute("SELECT count(*) FROM house_letter WHERE fate = 'unseen'").fetchone()
    return int(row[0])


# --- Whose they are ---


def of_member(
    connection: sqlite3.Connection, member: MemberId, *, about: bytes | None = None, limit: int
) -> list[KeptLetter]:
    """Return a member's letters, the newest first. about: only those about that thing."""
    narrower, values = ("", ()) if about is None else (" AND about = ?", (about,))
    return _letters(
        connection,
        f"WHERE member = ?{narrower} ORDER BY number DESC LIMIT ?",
        (member, *values, limit),
    )


def of_typist(connection: sqlite3.Connection, member: MemberId, limit: int) -> list[KeptLetter]:
    """Return the letters about things that member typed for others, to whom these belong.

    The newest first. Another pod may have a thing under the rid of ours: see which one it is about.
    """
    return _letters(
        connection,
        "WHERE (about, member) IN (SELECT whose.rid, whose.member FROM house_listing_of AS whose"
        " JOIN house_typed_thing AS typed ON typed.rid = whose.rid"
        " WHERE whose.typed_for AND typed.member = ?) ORDER BY number DESC LIMIT ?",
        (member, limit),
    )


def of_nobody(connection: sqlite3.Connection, *, about: bytes | None = None) -> list[KeptLetter]:
    """Return the letters that are nobody's, the newest first. about: only those about that."""
    narrower, values = ("", ()) if about is None else (" AND about = ?", (about,))
    return _letters(connection, f"WHERE member IS NULL{narrower} ORDER BY number DESC", values)


def unseen_of(connection: sqlite3.Connection, member: MemberId) -> int:
    """Return how many letters have come for one member, who has not looked at them."""
    row = connection.execute(
        f"SELECT count(*) FROM {_LETTERS} WHERE fate = 'unseen' AND member = ?",  # noqa: S608
        (member,),
    ).fetchone()
    return int(row[0])


def have_unseen(connection: sqlite3.Connection) -> set[MemberId]:
    """Return the members who have letters that they have not looked at; not how many."""
    found = connection.execute(
        f"SELECT DISTINCT member FROM {_LETTERS} WHERE fate = 'unseen' AND member IS NOT NULL"  # noqa: S608
    )
    return {member for (member,) in found}


def belongs(
    connection: sqlite3.Connection, pod_id: PodId, body: LetterBody, *, is_ours: bool
) -> tuple[MemberId | None, bytes | None]:
    """Return whose a letter is by what stands here, and what it is about.

    What asks for a listing is of whoever posted that; what answers a letter is of whose that was.
    The rest is nobody's: of a meetup that the pod holds, or a report, which no one person judges.
    """
    if isinstance(body, Answer | Unask):
        # Only of the very pod that it was written to, or came from: ids of letters are no secret.
        of_ours = isinstance(body, Unask) == is_ours
        reply = find_one(connection, bytes.fromhex(body.re), pod_id, is_ours=of_ours)
        return (reply.member, reply.about) if reply else (None, None)
    about = bytes.fromhex(body.re)
    if isinstance(body, Reply) and not is_ours:
        found = members.whose(connection, about)
        return (found[0] if found else None), about
    return None, about


def take_over(tx: Tx) -> None:
    """Note whose the letters are that were kept before that was noted, as far as it can be told."""
    for letter in _letters(tx.connection, "WHERE letter IS NULL ORDER BY number"):
        with suppress(UnfitBody):
            body = read_letter(letter.content)
            of = belongs(tx.connection, letter.pod_id, body, is_ours=letter.is_ours)
            give(tx, letter.number, *of)


# --- Forgetting ---


def forget(tx: Tx, letter: KeptLetter) -> None:
    """Keep a letter no longer."""
    rows.delete(tx, "house_letter", "number = ?", (letter.number,))


def forget_old(tx: Tx, before_s: int) -> None:
    """Forget what was settled before before_s; what is under way stays."""
    rows.delete(tx, "house_letter", "settled_s > 0 AND settled_s < ?", (before_s,))


def _letters(
    connection: sqlite3.Connection, rest: str, values: Sequence[object] = ()
) -> list[KeptLetter]:
    return [_letter(row) for row in rows.select(connection, _LETTERS, rest, values)]


def _letter(row: dict[str, Any]) -> KeptLetter:
    del row["letter"]
    return KeptLetter(**row | {"is_ours": bool(row["is_ours"]), "fate": Fate(row["fate"])})
