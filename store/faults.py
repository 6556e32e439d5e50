"""What SQLite says, in words for people: one table from its codes to our StoreError.

Spec: docs/protocol.md §9 for the codes.
"""

import os
import sqlite3
from pathlib import Path
from typing import Final

from protocol.errors import StoreError

# Sentence and next step for each code; {file} is the name of the file.
WORDS: Final[dict[str, tuple[str, str]]] = {
    "missing": (
        "There is no pod in {folder}.",
        "Make one with `pod init`, or name its folder with --data.",
    ),
    "not_a_pod": (
        "{file} is not the database of a pod.",
        "Check the folder given with --data; nothing in it was changed.",
    ),
    "too_new": (
        "{file} was written by a later version of this program.",
        "Install that version or a later one; nothing was changed.",
    ),
    "damaged": (
        "{file} is damaged.",
        "Keep a copy of it as it is, then restore a backup; neighbours still have what was shared.",
    ),
    "busy": (
        "Another program has been writing to {file} for too long.",
        "Try again in a minute.",
    ),
    "full": (
        "The disk is full, so nothing can be saved to {file}.",
        "Free some space; nothing that was saved is lost.",
    ),
    "read_only": (
        "{file} cannot be opened for writing.",
        "Check who owns the file and its folder, and whether the disk is mounted read-only.",
    ),
    "locked": (
        "Another program of this pod is running on {folder}.",
        "Stop it first, or use it instead of starting another.",
    ),
    "unreadable": (
        "The disk reported an error while {file} was read or written.",
        "Check the card and its power supply, and copy {file} to another disk soon.",
    ),
}

_CODES: Final[dict[int, str]] = {
    sqlite3.SQLITE_BUSY: "busy",
    sqlite3.SQLITE_LOCKED: "busy",
    sqlite3.SQLITE_FULL: "full",
    sqlite3.SQLITE_CORRUPT: "damaged",
    sqlite3.SQLITE_NOTADB: "not_a_pod",
    sqlite3.SQLITE_READONLY: "read_only",
    sqlite3.SQLITE_CANTOPEN: "read_only",
    sqlite3.SQLITE_PERM: "read_only",
    sqlite3.SQLITE_IOERR: "unreadable",
}
_PRIMARY: Final = 0xFF  # the low byte of an extended code says what, the rest where


_LEAST_ROOM: Final = 64 * 1024
"""Bytes: the file beside a database by which its readers find each other begins with 32 KiB."""


def store_error(code: str, path: Path, detail: str = "") -> StoreError:
    """Return the error for code, one of those above, about the file at path."""
    sentence, next_step = WORDS[code]
    return StoreError(code, sentence, next_step, detail, file=str(path), folder=str(path.parent))


def from_sqlite(error: sqlite3.Error, path: Path) -> StoreError | None:
    """Return what error means for people; None if it is a mistake of ours, not of the disk."""
    number = getattr(error, "sqlite_errorcode", None)
    code = None if number is None else _CODES.get(number & _PRIMARY)
    if code == "unreadable" and _has_no_room(path.parent):
        code = "full"  # SQLite needs a few KB beside the file even to read it
    return None if code is None else store_error(code, path, str(error))


def _has_no_room(folder: Path) -> bool:
    try:
        room = os.statvfs(folder)
    except OSError:
        return False
    return room.f_bavail * room.f_frsize < _LEAST_ROOM
