"""Sealed mail under way, our own letters until they have arrived, and what is remembered of both.

Spec: docs/protocol.md §15 (R15). Carriers choose what goes in: every table has a bound, by the
neighbour that brought it. What is remembered ends in running time, which no wrong clock can move.
"""

import sqlite3
from collections.abc import Iterable
from typing import Final, NamedTuple

from protocol.identity import PodId
from protocol.limits import LETTERS_REMEMBERED, RELEASED_PER_NEIGHBOUR
from protocol.mail import Mail
from store.database import Tx


class Carried(NamedTuple):
    """Mail that is here, without its bytes. brought_by: None for our own."""

    number: int
    id: bytes
    recipient: PodId
    epoch: int
    expires_s: int
    token_hash: bytes
    brought_by: PodId | None


class LetterOut(NamedTuple):
    """A letter of our own that has not arrived. mail: the number of what carries it, if sealed.

    until_running_ms: in the node's running time.  own_epoch: ours when it was sealed.
    sealed_to: the recipient's mail key then.
    epoch, expires_s: of that mail.  copies: neighbours that have taken it.
    """

    message_id: bytes
    recipient: PodId
    written_s: int
    content: bytes
    until_running_ms: int
    own_epoch: int | None = None
    sealed_to: bytes | None = None
    mail: int | None = None
    epoch: int | None = None
    expires_s: int | None = None
    copies: int = 0


# --- Mail under way ---


def put_mail(
    tx: Tx, mail: Mail, *, brought_by: PodId | None, until_running_ms: int, is_refused: bool = False
) -> int:
    """Keep mail; return its number. is_refused: only that it was here."""
    cursor = tx.connection.execute(
        "INSERT INTO mail (id, recipient, epoch, expires_s, token_hash, brought_by,"
        " until_running_ms, wire) VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
        (
            mail.id,
            mail.recipient,
            mail.epoch,
            mail.expires_s,
            mail.token_hash,
            brought_by,
            until_running_ms,
            None if is_refused else mail.wire,
        ),
    )
    return int(cursor.lastrowid or 0)


def has_mail(connection: sqlite3.Connection, mail_id: bytes) -> bool:
    """Tell whether this mail is here, or was and could not be opened."""
    row = connection.execute("SELECT 1 FROM mail WHERE id = ?", (mail_id,)).fetchone()
    return row is not None


def has_any(connection: sqlite3.Connection) -> bool:
    """Tell whether anything of mail is remembered here, of whatever kind."""
    (found,) = connection.execute(
        "SELECT EXISTS (SELECT 1 FROM mail) OR EXISTS (SELECT 1 FROM mail_released)"
        " OR EXISTS (SELECT 1 FROM letter_seen)"
    ).fetchone()
    return bool(found)


def recipients(connection: sqlite3.Connection) -> list[PodId]:
    """Return the pods to which mail is under way."""
    return [PodId(row[0]) for row in connection.execute("SELECT DISTINCT recipient FROM mail")]


def mail_of(connection: sqlite3.Connection, neighbour: PodId) -> int:
    """Return how much mail is here that neighbour brought."""
    (count,) = connection.execute(
        "SELECT count(*) FROM mail WHERE brought_by = ?", (neighbour,)
    ).fetchone()
    return int(count)


_FIELDS: Final = "number, id, recipient, epoch, expires_s, token_hash, brought_by"


def carried(connection: sqlite3.Connection) -> list[Carried]:
    """Return all mail under way: our own first, the rest in fair turns over who brought it."""
    rows = connection.execute(
        f"SELECT {_FIELDS} FROM (SELECT *, row_number() OVER (PARTITION BY brought_by"  # noqa: S608
        " ORDER BY number) AS turn FROM mail WHERE wire IS NOT NULL)"
        " ORDER BY brought_by IS NOT NULL, turn, number"
    )
    return [Carried(*row) for row in rows]


def mail_wires(connection: sqlite3.Connection, ids: Iterable[bytes]) -> list[bytes]:
    """Return the bytes of those of ids that are under way, in the order of ids."""
    found = [
        connection.execute("SELECT wire FROM mail WHERE id = ?", (mail_id,)).fetchone()
        for mail_id in ids
    ]
    return [row[0] for row in found if row is not None and row[0] is not None]


def note_copies(tx: Tx, ids: Iterable[bytes], neighbour: PodId) -> None:
    """Note that neighbour has taken this mail from us."""
    tx.connection.executemany(
        "INSERT OR IGNORE INTO mail_copy SELECT mail.number, pod_id FROM mail, neighbour"
        " WHERE id = ? AND pod_id = ?",
        [(mail_id, neighbour) for mail_id in ids],
    )


def copies(connection: sqlite3.Connection) -> dict[int, set[PodId]]:
    """Return the neighbours that have taken each mail, by its number."""
    taken: dict[int, set[PodId]] = {}
    for number, neighbour in connection.execute("SELECT mail, neighbour FROM mail_copy"):
        taken.setdefault(number, set()).add(neighbour)
    return taken


def delete_lower(tx: Tx, recipient: PodId, epoch: int) -> None:
    """Delete mail that was sealed to an earlier epoch of its recipient than epoch."""
    tx.connection.execute("DELETE FROM mail WHERE recipient = ? AND epoch < ?", (recipient, epoch))


def delete_mail(tx: Tx, number: int) -> None:
    tx.connection.execute("DELETE FROM mail WHERE number = ?", (number,))


def forget_refused(tx: Tx) -> None:
    """Take again what was refused: whoever wrote it may be carried by now, which no mail shows."""
    tx.connection.execute("DELETE FROM mail WHERE wire IS NULL")


def delete_old(tx: Tx, *, running_ms: int, now_s: int | None) -> None:
    """Delete what was kept long enough. now_s: of a synced clock, or None."""
    tx.connection.execute(
        "DELETE FROM mail WHERE until_running_ms <= ? OR expires_s <= ?",
        (running_ms, -1 if now_s is None else now_s),
    )
    for table in ("mail_released", "letter_seen"):
        tx.connection.execute(
            f"DELETE FROM {table} WHERE until_running_ms <= ?",  # noqa: S608
            (running_ms,),
        )


# --- Released tokens ---


def released_token(connection: sqlite3.Connection, token_hash: bytes) -> bytes | None:
    """Return the token that this is the hash of, if it was released."""
    row = connection.execute(
        "SELECT token FROM mail_released WHERE token_hash = ?", (token_hash,)
    ).fetchone()
    return None if row is None else bytes(row[0])


def released_tokens(connection: sqlite3.Connection, limit: int) -> list[bytes]:
    """Return the tokens released last, at most limit."""
    rows = connection.execute(
        "SELECT token FROM mail_released ORDER BY number DESC LIMIT ?", (limit,)
    )
    return [bytes(row[0]) for row in rows]


def mail_of_token(connection: sqlite3.Connection, token_hash: bytes) -> list[Carried]:
    """Return the mail here that the token with this hash deletes."""
    rows = connection.execute(
        f"SELECT {_FIELDS} FROM mail WHERE token_hash = ?",  # noqa: S608
        (token_hash,),
    )
    return [Carried(*row) for row in rows]


def release(
    tx: Tx, token_hash: bytes, token: bytes, *, brought_by: PodId | None, until_running_ms: int
) -> None:
    """Delete what the token deletes, and remember it: of each bringer the latest."""
    tx.connection.execute("DELETE FROM mail WHERE token_hash = ?", (token_hash,))
    tx.connection.execute(
        "INSERT OR IGNORE INTO mail_released (token_hash, token, brought_by, until_running_ms)"
        " VALUES (?, ?, ?, ?)",
        (token_hash, token, brought_by, until_running_ms),
    )
    tx.connection.execute(
        "DELETE FROM mail_released WHERE brought_by IS ? AND number <= (SELECT number"
        " FROM mail_released WHERE brought_by IS ? ORDER BY number DESC LIMIT 1 OFFSET ?)",
        (brought_by, brought_by, RELEASED_PER_NEIGHBOUR),
    )


# --- Our own letters ---

_OUT: Final = (
    "SELECT message_id, letter_out.recipient, written_s, content,"
    " letter_out.until_running_ms, own_epoch, sealed_to, mail, mail.epoch, expires_s,"
    " (SELECT count(*) FROM mail_copy WHERE mail_copy.mail = letter_out.mail)"
    " FROM letter_out LEFT JOIN mail ON number = mail"
)


def put_letter(tx: Tx, letter: LetterOut) -> None:
    """Keep a letter of our own until it has arrived; it is not sealed yet."""
    tx.connection.execute(
        "INSERT INTO letter_out VALUES (?, ?, ?, ?, ?, NULL, NULL, NULL)", letter[:5]
    )


def letters_out(connection: sqlite3.Connection) -> list[LetterOut]:
    """Return all letters of ours that have not arrived, the oldest first."""
    rows = connection.execute(f"{_OUT} ORDER BY written_s, message_id")
    return [LetterOut(*row) for row in rows]


def copies_of_letter(connection: sqlite3.Connection, message_id: bytes) -> int:
    """Return how many neighbours have taken a letter of ours that has not arrived."""
    row = connection.execute(f"{_OUT} WHERE message_id = ?", (message_id,)).fetchone()
    return 0 if row is None else LetterOut(*row).copies


def letter_of_mail(connection: sqlite3.Connection, number: int) -> LetterOut | None:
    """Return the letter of ours that this mail carries, if it is ours."""
    row = connection.execute(f"{_OUT} WHERE mail = ?", (number,)).fetchone()
    return None if row is None else LetterOut(*row)


def note_sealed(tx: Tx, message_id: bytes, *, mail: int, own_epoch: int, sealed_to: bytes) -> None:
    """Note which mail carries a letter, sealed under which epoch of ours and to which key."""
    tx.connection.execute(
        "UPDATE letter_out SET mail = ?, own_epoch = ?, sealed_to = ? WHERE message_id = ?",
        (mail, own_epoch, sealed_to, message_id),
    )


def drop_letter(tx: Tx, message_id: bytes) -> None:
    """Send a letter no longer: it has arrived, or was given up."""
    row = tx.connection.execute(
        "SELECT mail FROM letter_out WHERE message_id = ?", (message_id,)
    ).fetchone()
    tx.connection.execute("DELETE FROM letter_out WHERE message_id = ?", (message_id,))
    if row is not None and row[0] is not None:
        delete_mail(tx, row[0])


# --- Letters that came ---


def was_seen(connection: sqlite3.Connection, sender: PodId, message_id: bytes) -> bool:
    """Tell whether this letter has come before, sealed this way or another."""
    row = connection.execute(
        "SELECT 1 FROM letter_seen WHERE sender = ? AND message_id = ?", (sender, message_id)
    ).fetchone()
    return row is not None


def note_seen(tx: Tx, sender: PodId, message_id: bytes, *, until_running_ms: int) -> None:
    """Remember a letter that came: the latest LETTERS_REMEMBERED."""
    tx.connection.execute(
        "INSERT OR IGNORE INTO letter_seen (sender, message_id, until_running_ms) VALUES (?, ?, ?)",
        (sender, message_id, until_running_ms),
    )
    tx.connection.execute(
        "DELETE FROM letter_seen WHERE number <= (SELECT number FROM letter_seen"
        " ORDER BY number DESC LIMIT 1 OFFSET ?)",
        (LETTERS_REMEMBERED,),
    )
