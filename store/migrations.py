"""How a file of an earlier version becomes one of this version: ordered functions.

Spec: docs/architecture.md, Storage. A migration is one transaction: killed in the middle, the
file is as it was. Before it a whole copy is made beside the file, and stays there.
"""

import sqlite3
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Final

from store.backup import back_up
from store.faults import store_error

if TYPE_CHECKING:
    from sqlite_utils import Database

Migration = Callable[["Database"], None]
"""Changes the tables of one version into those of the next. It is given sqlite-utils for its
transform(), which rebuilds a table in ways that ALTER TABLE cannot."""

# What was signed after a theft waits for people (R4); bundles of pods that are no neighbours (R13).
# Two nodes whose people compare words (R11); sealed mail (R15). Neighbours that break the protocol
# wait, and since when and for whose flood an author is not carried can be told.
_VERSION_2: Final = """
ALTER TABLE own_version ADD COLUMN at_ms INTEGER NOT NULL DEFAULT 0;
ALTER TABLE own_version ADD COLUMN doubt INTEGER NOT NULL DEFAULT 0 CHECK (doubt BETWEEN 0 AND 2);
CREATE INDEX own_version_doubt ON own_version (record) WHERE doubt = 1;
CREATE TABLE carried_neighbour (
  pod_id BLOB PRIMARY KEY CHECK (length(pod_id) = 32),
  until_ms INTEGER NOT NULL,
  told BLOB NOT NULL
) STRICT, WITHOUT ROWID;
CREATE TABLE pairing (
  mode INTEGER PRIMARY KEY,
  tag TEXT NOT NULL,
  addresses TEXT NOT NULL,
  state TEXT NOT NULL,
  code TEXT NOT NULL,
  failures INTEGER NOT NULL,
  attempt INTEGER NOT NULL,
  pod_id BLOB CHECK (length(pod_id) = 32),
  name TEXT NOT NULL,
  place TEXT NOT NULL,
  words TEXT NOT NULL,
  agreed_until_ms INTEGER NOT NULL
) STRICT;
CREATE TABLE mail (
  number INTEGER PRIMARY KEY,
  id BLOB NOT NULL UNIQUE,
  recipient BLOB NOT NULL,
  epoch INTEGER NOT NULL,
  expires_s INTEGER NOT NULL,
  token_hash BLOB NOT NULL,
  brought_by BLOB REFERENCES neighbour ON DELETE CASCADE,
  until_running_ms INTEGER NOT NULL,
  wire BLOB
) STRICT;
CREATE INDEX mail_by_token ON mail (token_hash);
CREATE INDEX mail_by_bringer ON mail (brought_by);
CREATE TABLE mail_copy (
  mail INTEGER NOT NULL REFERENCES mail ON DELETE CASCADE,
  neighbour BLOB NOT NULL REFERENCES neighbour ON DELETE CASCADE,
  PRIMARY KEY (mail, neighbour)
) STRICT, WITHOUT ROWID;
CREATE TABLE mail_released (
  number INTEGER PRIMARY KEY,
  token_hash BLOB NOT NULL UNIQUE,
  token BLOB NOT NULL,
  brought_by BLOB REFERENCES neighbour ON DELETE CASCADE,
  until_running_ms INTEGER NOT NULL
) STRICT;
CREATE INDEX mail_released_by_bringer ON mail_released (brought_by);
CREATE TABLE letter_out (
  message_id BLOB PRIMARY KEY,
  recipient BLOB NOT NULL,
  written_s INTEGER NOT NULL,
  content BLOB NOT NULL,
  until_running_ms INTEGER NOT NULL,
  own_epoch INTEGER,
  sealed_to BLOB,
  mail INTEGER REFERENCES mail ON DELETE SET NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX letter_out_by_mail ON letter_out (mail);
CREATE TABLE letter_seen (
  number INTEGER PRIMARY KEY,
  sender BLOB NOT NULL,
  message_id BLOB NOT NULL,
  until_running_ms INTEGER NOT NULL,
  UNIQUE (sender, message_id)
) STRICT;
CREATE TABLE conduct (
  neighbour BLOB PRIMARY KEY REFERENCES neighbour ON DELETE CASCADE,
  faults INTEGER NOT NULL,
  code TEXT NOT NULL,
  at_ms INTEGER NOT NULL,
  until_ms INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
ALTER TABLE author ADD COLUMN not_carried_since_ms INTEGER;
ALTER TABLE author ADD COLUMN not_carried_branch BLOB;
"""


def _to_version_2(db: "Database") -> None:
    # Not executescript, which would end the act of the migration.
    for statement in _VERSION_2.split(";\n"):
        db.execute(statement)


# Which neighbours are there, and what of ours each holds, so that pages can say what waits; and
# what our people call a neighbour.
_VERSION_3: Final = """
CREATE TABLE in_touch (
  neighbour BLOB PRIMARY KEY REFERENCES neighbour ON DELETE CASCADE,
  is_open INTEGER NOT NULL CHECK (is_open IN (0, 1)),
  holds_near INTEGER NOT NULL,
  holds_network INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
ALTER TABLE neighbour ADD COLUMN called TEXT;
"""


def _to_version_3(db: "Database") -> None:
    for statement in _VERSION_3.split(";\n"):
        db.execute(statement)


MIGRATIONS: Final[tuple[Migration, ...]] = (_to_version_2, _to_version_3)
"""MIGRATIONS[n] leads from version n + 1 to n + 2. Never changed once released."""


def migrate(
    connection: sqlite3.Connection, path: Path, *, version: int, steps: Sequence[Migration]
) -> None:
    """Bring the file from version up to the last of steps, after copying it.

    The copy is named for its version: pod.db.version-1. Raises StoreError.
    """
    # Here, not above: a quarter of a second and 16 MB that only a migration needs.
    from sqlite_utils import Database

    back_up(path, path.with_name(f"{path.name}.version-{version}"))
    # Rebuilding a table drops the old one; with foreign keys on, that deletes what refers to it.
    connection.execute("PRAGMA foreign_keys = OFF")
    connection.execute("BEGIN EXCLUSIVE")
    try:
        for number, step in enumerate(steps[version - 1 :], start=version + 1):
            step(Database(connection, execute_plugins=False))
            connection.execute(f"PRAGMA user_version = {number:d}")
        if broken := connection.execute("PRAGMA foreign_key_check").fetchall():
            raise store_error("damaged", path, f"{len(broken)} broken references")
        connection.execute("COMMIT")
    except BaseException:
        if connection.in_transaction:
            connection.execute("ROLLBACK")
        raise
    connection.execute("PRAGMA foreign_keys = ON")
