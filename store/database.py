"""The database file: how it is opened, written in one act at a time, and closed.

Spec: docs/architecture.md, Storage (R14). One thread owns the connection of a Store and does
all of its work, so the connection is opened without SQLite's check of the thread: the thread
that opens it need not be the one that keeps it. Other processes open the same file for
themselves; BEGIN IMMEDIATE makes the acts of all of them follow one another.
"""

import os
import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final, Protocol

from protocol.errors import LocalError
from protocol.identity import PodId
from protocol.record import Record, Slot
from store.backup import back_up, sync
from store.faults import from_sqlite, store_error
from store.lock import hold_lock
from store.migrations import MIGRATIONS, Migration, migrate
from store.probe import APPLICATION_ID, RUNNING_MARK, Look, look_at, quick_check

BUSY_TIMEOUT_S: Final = 10
"""How long an act waits for another process: a large import writes for some seconds at most."""
CHECKPOINT_PAGES: Final = 4000
PAGES_FREED_AT_ONCE: Final = 256
WAL_LIMIT_BYTES: Final = CHECKPOINT_PAGES * 4096

# Each is set on every connection; those that live in the file are set in _make.
_PRAGMAS: Final = (
    # Once a person was told "saved" or a neighbour "I have it", a power cut must not undo it:
    # of 400 simulated cuts NORMAL lost acknowledged acts in 125, of 10,000 FULL in none.
    "synchronous = FULL",
    # The columns that refer to an author or a neighbour mean nothing without it.
    "foreign_keys = ON",
    # Nothing that a prepared file carries in its schema (views, triggers) may call a function.
    "trusted_schema = OFF",
    # Damaged pages are noticed when they are read, not when they have spread.
    "cell_size_check = ON",
    # What people withdrew is overwritten, not left readable in free pages. Costs under 3 %.
    "secure_delete = ON",
    # The inner pages of the indexes of 100,000 records; the operating system caches the rest.
    "cache_size = -8000",
    # Ids and slots fall on random pages: moved to the file each 16 MB instead of each 4, a page
    # is written once where it changed many times. A first sync takes a fifth less time.
    f"wal_autocheckpoint = {CHECKPOINT_PAGES:d}",
    # The log does not keep the size of the largest act there ever was.
    f"journal_size_limit = {WAL_LIMIT_BYTES:d}",
)


class Projection(Protocol):
    """Tables made from records, kept up to date in the transaction that changes the set."""

    def apply(
        self, connection: sqlite3.Connection, taken: Sequence[Record], gone: Sequence[Slot]
    ) -> None:
        """Show taken and no longer show gone.

        taken: records now in the set and fit for their kind, withdrawals among them.
        gone: slots that have no version to show any more. No slot is in both.
        """


@dataclass(frozen=True, slots=True)
class Tx:
    """One act: everything in it is saved, or nothing is.

    now_ms: the act's one time, Unix ms.  numbers: local numbers of authors met so far.
    """

    connection: sqlite3.Connection
    now_ms: int
    projections: Sequence[Projection] = ()
    numbers: dict[PodId, int] = field(default_factory=dict)


class Store:
    """An open database. For one thread; made by open_store."""

    def __init__(
        self, path: Path, connection: sqlite3.Connection, *, was_clean: bool, as_node: bool
    ) -> None:
        self.path = path
        self.connection = connection
        self.was_clean = was_clean
        self.projections: list[Projection] = []
        self._as_node = as_node
        self._numbers: dict[PodId, int] = {}
        self._seen_version = -1

    @contextmanager
    def atomic(self, now_ms: int) -> Iterator[Tx]:
        """Open one act: saved and on the disk when the block ends, undone if it raises.

        Raises LocalError if another act is open, StoreError (busy, full, damaged, read_only,
        unreadable); anything that the block raises comes out as it is.
        """
        if self.connection.in_transaction:
            raise LocalError("conflict", "an act inside an act")
        with self._explained():
            self.connection.execute("BEGIN IMMEDIATE")
            try:
                self._forget_old_numbers()
                yield Tx(self.connection, now_ms, self.projections, self._numbers)
                self.connection.execute("COMMIT")
            except BaseException:
                # Numbers given in this act are undone with it.
                self._numbers.clear()
                # A full disk may have undone it already, and may fail to undo it: then the
                # connection cannot be used, and the first error says why.
                with suppress(sqlite3.Error):
                    self.connection.execute("ROLLBACK")
                raise

    @contextmanager
    def reading(self) -> Iterator[sqlite3.Connection]:
        """Let all reads in the block see one moment; inside an act, what the act sees."""
        with self._explained():
            if self.connection.in_transaction:
                yield self.connection
                return
            self.connection.execute("BEGIN")
            try:
                yield self.connection
            finally:
                self.connection.execute("ROLLBACK")

    def data_version(self) -> int:
        """Return a number that changes when another connection has written, not by our acts."""
        with self._explained():
            (version,) = self.connection.execute("PRAGMA data_version").fetchone()
        return int(version)

    def quick_check(self) -> list[str]:
        """Return what is wrong in the file, at most 20 lines; none if it is whole."""
        with self._explained():
            return quick_check(self.connection)

    def give_back(self) -> int:
        """Give some freed pages back to the disk, and the log; return how many are left to give.

        Until then the log holds what people have deleted, readable by whoever has the card: in a
        small pod it would be months until 16 MB are full.
        """
        with self._explained():
            # Not execute: it takes one step, and this statement frees one page a step.
            self.connection.executescript(f"PRAGMA incremental_vacuum({PAGES_FREED_AT_ONCE:d})")
            self._cut_log()
            (left,) = self.connection.execute("PRAGMA freelist_count").fetchone()
        return int(left)

    def _cut_log(self) -> None:
        """Move the log into the file and leave nothing of it; while somebody reads, not yet."""
        (patience_ms,) = self.connection.execute("PRAGMA busy_timeout").fetchone()
        self.connection.execute("PRAGMA busy_timeout = 0")
        try:
            self.connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
        finally:
            self.connection.execute(f"PRAGMA busy_timeout = {patience_ms:d}")

    def backup(self, to_path: Path) -> None:
        """Write a whole, checked copy to to_path; see store.backup.back_up. For any thread."""
        back_up(self.path, to_path)

    def close(self) -> None:
        """Leave a file that is whole in itself, with no log beside it. May be called twice."""
        with suppress(sqlite3.Error):
            if self._as_node:
                self.connection.execute("DELETE FROM meta WHERE key = ?", (RUNNING_MARK,))
            self.connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        self.connection.close()

    def _forget_old_numbers(self) -> None:
        """Numbers are given for ever, but another process may have dropped unused authors."""
        version = self.data_version()
        if version != self._seen_version:
            self._numbers.clear()
            self._seen_version = version

    @contextmanager
    def _explained(self) -> Iterator[None]:
        try:
            yield
        except sqlite3.Error as error:
            raise from_sqlite(error, self.path) or error from error


def open_store(
    path: Path,
    *,
    now_ms: int,
    create: bool = False,
    as_node: bool = False,
    migrations: Sequence[Migration] = MIGRATIONS,
) -> Store:
    """Open the database at path; at the end of the day, call close.

    create: make it if there is none.  as_node: the caller holds the directory's lock, runs for
    long, and wants the file read through if the last run did not stop cleanly.
    Raises StoreError (missing, not_a_pod, too_new, damaged, busy, full, locked, read_only,
    unreadable); then the file is as it was.
    """
    newest = len(migrations) + 1
    if create and not path.exists():
        _make(path, version=newest)
    look = look_at(path, newest=newest, check_unclean=as_node)
    try:
        connection = _connect(path)
        try:
            _make_ready(connection, path, look, migrations, as_node=as_node)
            if as_node:
                _mark_running(connection, now_ms)
        except BaseException:
            connection.close()
            raise
    except sqlite3.Error as error:
        raise from_sqlite(error, path) or error from error
    return Store(path, connection, was_clean=look.was_clean, as_node=as_node)


def _connect(path: Path) -> sqlite3.Connection:
    connection = sqlite3.connect(
        f"{path.absolute().as_uri()}?mode=rw",
        uri=True,
        timeout=BUSY_TIMEOUT_S,
        isolation_level=None,  # BEGIN, COMMIT and ROLLBACK are written where they happen
        check_same_thread=False,
        cached_statements=256,
    )
    try:
        for pragma in _PRAGMAS:
            connection.execute(f"PRAGMA {pragma}")
    except sqlite3.Error:  # it holds the file, and a stick could not be taken out
        connection.close()
        raise
    return connection


def _make_ready(
    connection: sqlite3.Connection,
    path: Path,
    look: Look,
    migrations: Sequence[Migration],
    *,
    as_node: bool,
) -> None:
    """Bring the file to this version; fail here, not in the first act, if it cannot be written."""
    if look.version <= len(migrations):
        with _alone(path, as_node=as_node):
            migrate(connection, path, version=look.version, steps=migrations)
    connection.execute("BEGIN IMMEDIATE")
    connection.execute("ROLLBACK")


@contextmanager
def _alone(path: Path, *, as_node: bool) -> Iterator[None]:
    """Hold the lock while the file changes its shape: a node of the old shape may be running."""
    if as_node:
        yield
        return
    with hold_lock(path.parent):
        yield


def _mark_running(connection: sqlite3.Connection, now_ms: int) -> None:
    connection.execute(
        "INSERT INTO meta VALUES (?, ?) ON CONFLICT DO UPDATE SET value = excluded.value",
        (RUNNING_MARK, now_ms),
    )


def _make(path: Path, *, version: int) -> None:
    """Put a new database at path, whole or not at all; one that appears meanwhile stays."""
    unfinished = path.with_name(f"{path.name}.{os.getpid()}.new")
    try:
        os.close(os.open(unfinished, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))
        with closing(sqlite3.connect(unfinished, isolation_level=None)) as connection:
            # Freed pages go back to the disk a few at a time, when the node is idle.
            connection.execute("PRAGMA auto_vacuum = INCREMENTAL")
            connection.execute("PRAGMA journal_mode = WAL")
            connection.execute(f"PRAGMA application_id = {APPLICATION_ID:d}")
            connection.execute(f"PRAGMA user_version = {version:d}")
            schema = Path(__file__).with_name("schema.sql").read_text(encoding="utf-8")
            connection.executescript(schema)
        sync(unfinished)
        with suppress(FileExistsError):
            os.link(unfinished, path)
        sync(path.parent)
    except sqlite3.Error as error:
        raise from_sqlite(error, path) or error from error
    except OSError as error:
        raise store_error("read_only", path, str(error)) from error
    finally:
        with suppress(OSError):
            unfinished.unlink(missing_ok=True)
