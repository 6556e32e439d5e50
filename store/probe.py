"""A look at a file before it is opened for writing, that leaves every byte as it is.

Spec: docs/architecture.md, Storage. Opening a file with SQLite the usual way may create,
recover or shorten files beside it. What turns out to be too new, foreign or damaged must stay
as it was found, so it is first read in a mode that cannot write.
"""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final, NamedTuple

from store.faults import from_sqlite, store_error

APPLICATION_ID: Final = 0x4D50_4F44
"""b"MPOD" in the file's header: how a file says that it is ours."""
RUNNING_MARK: Final = "running"
"""Key in meta, there while a node runs: found at start, the last run did not stop cleanly."""


class Look(NamedTuple):
    """What a pod's file says of itself."""

    version: int  # of its schema
    was_clean: bool


def look_at(path: Path, *, newest: int, check_unclean: bool) -> Look:
    """Return what the file at path is.

    newest: the schema version of this program.  check_unclean: read the whole file through
    if the last run did not stop cleanly.
    Raises StoreError (missing, not_a_pod, too_new, damaged, read_only, unreadable); then no
    byte in the folder has changed.
    """
    _refuse_other_than_file(path)
    with reading_only(path) as connection:
        (application_id,) = connection.execute("PRAGMA application_id").fetchone()
        (version,) = connection.execute("PRAGMA user_version").fetchone()
        if application_id != APPLICATION_ID or version < 1:
            raise store_error("not_a_pod", path, f"application id {application_id:#x}")
        if version > newest:
            raise store_error("too_new", path, f"version {version}, this program {newest}")
        _refuse_cut_short(connection, path)
        mark = connection.execute("SELECT 1 FROM meta WHERE key = ?", (RUNNING_MARK,)).fetchone()
        # The last to close takes the log away, so one with something in it was left behind;
        # or another command is at work, and reading the file through costs only time.
        was_clean = mark is None and not _has_content(_log_of(path))
        if check_unclean and not was_clean and (faults := quick_check(connection)):
            raise store_error("damaged", path, "; ".join(faults))
        return Look(version, was_clean)


def quick_check(connection: sqlite3.Connection) -> list[str]:
    """Return what SQLite finds wrong in the file, at most 20 lines; none if it is whole."""
    lines = [row[0] for row in connection.execute("PRAGMA quick_check(20)")]
    return [] if lines == ["ok"] else lines


@contextmanager
def reading_only(path: Path) -> Iterator[sqlite3.Connection]:
    """Open the file so that nothing can be written; SQLite's errors become StoreError.

    Without a log beside it the file is whole in itself, and `immutable` keeps SQLite from
    making one. With a log (another process has it open, or was killed) `ro` reads both.
    """
    mode = "mode=ro" if _log_of(path).exists() else "immutable=1"
    try:
        connection = sqlite3.connect(f"{path.absolute().as_uri()}?{mode}", uri=True)
    except sqlite3.Error as error:
        raise from_sqlite(error, path) or error from error
    try:
        yield connection
    except sqlite3.Error as error:
        raise from_sqlite(error, path) or store_error("damaged", path, str(error)) from error
    finally:
        connection.close()


def _refuse_other_than_file(path: Path) -> None:
    try:
        if not path.exists():
            raise store_error("missing", path)
        if not path.is_file():
            raise store_error("not_a_pod", path, "not a regular file")
        if path.stat().st_size == 0:
            raise store_error("not_a_pod", path, "empty file")
    except PermissionError as error:
        raise store_error("read_only", path, str(error)) from error


def _refuse_cut_short(connection: sqlite3.Connection, path: Path) -> None:
    """SQLite itself notices whole pages that are missing, but not the rest of the last one."""
    (pages,) = connection.execute("PRAGMA page_count").fetchone()
    (page_bytes,) = connection.execute("PRAGMA page_size").fetchone()
    size = path.stat().st_size
    if size < pages * page_bytes and not _log_of(path).exists():
        raise store_error("damaged", path, f"{size} bytes for {pages} pages of {page_bytes}")


def _log_of(path: Path) -> Path:
    return path.with_name(path.name + "-wal")


def _has_content(log: Path) -> bool:
    try:
        return log.stat().st_size > 0
    except FileNotFoundError:
        return False
