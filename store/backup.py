"""A whole, checked copy of the database while it is in use.

Spec: docs/architecture.md, Storage.
"""

import errno
import os
import sqlite3
from contextlib import closing, suppress
from pathlib import Path

from store.faults import from_sqlite, store_error
from store.probe import RUNNING_MARK, quick_check, reading_only


def back_up(path: Path, to_path: Path) -> None:
    """Write the database at path, as it is at one moment, to to_path; replaces a file there.

    For any thread: it has a connection of its own, and others go on writing meanwhile. The
    copy holds no leftovers of deleted rows. It appears under its name only when it is whole,
    checked and on the disk. Raises StoreError.
    """
    partial = to_path.with_name(to_path.name + ".partial")
    try:
        _clear(partial)
        _copy(path, partial)
        _finish(partial)
        with reading_only(partial) as copy:
            if faults := quick_check(copy):
                raise store_error("damaged", partial, "; ".join(faults))
        put_in_place(partial, to_path)
        sync(to_path.parent)
    except OSError as error:
        raise store_error("read_only", to_path, str(error)) from error
    finally:
        with suppress(OSError):
            _clear(partial)


def put_in_place(partial: Path, path: Path) -> None:
    """Give partial the name of path, in place of a file that is there.

    Raises OSError, also where path is no file: root would put a backup in place of /dev/null.
    """
    if path.exists() and not path.is_file():
        raise OSError(errno.EEXIST, "what is there is no file", str(path))
    os.replace(partial, path)


def sync(path: Path) -> None:
    """Wait until the file or folder at path is on the disk."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _clear(partial: Path) -> None:
    """Remove an unfinished copy, with what SQLite leaves beside one that failed."""
    for end in ("", "-journal", "-wal", "-shm"):
        partial.with_name(partial.name + end).unlink(missing_ok=True)


def _copy(path: Path, partial: Path) -> None:
    try:
        with closing(sqlite3.connect(path, isolation_level=None, timeout=30)) as source:
            source.execute("VACUUM INTO ?", (str(partial),))
    except sqlite3.Error as error:
        raise from_sqlite(error, path) or error from error


def _finish(partial: Path) -> None:
    """Make the copy the file of a pod that was stopped: private, unmarked, on the disk."""
    partial.chmod(0o600)
    try:
        with closing(sqlite3.connect(partial, isolation_level=None)) as copy:
            copy.execute("DELETE FROM meta WHERE key = ?", (RUNNING_MARK,))
            copy.execute("PRAGMA journal_mode = WAL")
    except sqlite3.Error as error:
        raise from_sqlite(error, partial) or error from error
    sync(partial)
