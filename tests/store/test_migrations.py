"""A file of an earlier version becomes one of this version, or stays what it was."""

import os
import signal
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest
from sqlite_utils import Database

from protocol.errors import StoreError
from store import hold_lock, open_store
from store.database import _PRAGMAS
from store.migrations import MIGRATIONS
from store.probe import APPLICATION_ID
from tests.store.authors import BEN, NOW_MS, assert_whole, in_set, pod, take


def add_colour(db: Database) -> None:
    db["neighbour"].add_column("colour", str)  # type: ignore[union-attr]


def author_without_why(db: Database) -> None:
    """Rebuild a table that others refer to, as ALTER TABLE cannot."""
    db["author"].transform(drop={"not_carried_why"}, rename={"hidden": "unseen"})  # type: ignore[union-attr]


def break_references(db: Database) -> None:
    db.execute("DELETE FROM author")


def fail_late(db: Database) -> None:
    add_colour(db)
    db.execute("INSERT INTO nowhere VALUES (1)")


OLD = len(MIGRATIONS) + 1
"""The version of this program; the tests invent two later ones."""
NEW = OLD + 2
STEPS = (*MIGRATIONS, add_colour, author_without_why)


def columns(path: Path, table: str) -> set[str]:
    with closing(sqlite3.connect(path)) as connection:
        return {row[1] for row in connection.execute(f"PRAGMA table_info({table})")}


def version(path: Path) -> int:
    with closing(sqlite3.connect(path)) as connection:
        return int(connection.execute("PRAGMA user_version").fetchone()[0])


def filled(path: Path) -> set[bytes]:
    with pod(path) as store:
        take(store, [BEN.record(slot) for slot in range(50)])
        return in_set(store)


def test_steps_run_in_order_and_records_stay(path: Path) -> None:
    ids = filled(path)
    store = open_store(path, now_ms=NOW_MS, migrations=STEPS)
    try:
        assert in_set(store) == ids
        assert store.connection.execute("PRAGMA foreign_keys").fetchone() == (1,)
        take(store, [BEN.record(99)])
        assert_whole(store)
    finally:
        store.close()
    assert version(path) == NEW
    assert "colour" in columns(path, "neighbour")
    assert {"unseen"} == columns(path, "author") & {"unseen", "hidden", "not_carried_why"}


def test_only_the_steps_that_are_missing_run(path: Path) -> None:
    filled(path)
    open_store(path, now_ms=NOW_MS, migrations=STEPS[:-1]).close()
    open_store(path, now_ms=NOW_MS, migrations=STEPS).close()
    open_store(path, now_ms=NOW_MS, migrations=STEPS).close()
    assert version(path) == NEW


def test_whole_copy_of_the_old_file_is_left(path: Path) -> None:
    ids = filled(path)
    open_store(path, now_ms=NOW_MS, migrations=STEPS).close()
    with pod(path.with_name(f"pod.db.version-{OLD}")) as copy:
        assert in_set(copy) == ids
        assert_whole(copy)


def test_new_file_has_the_newest_version_at_once(path: Path) -> None:
    open_store(path, now_ms=NOW_MS, create=True, migrations=STEPS).close()
    assert version(path) == NEW
    assert not path.with_name(f"pod.db.version-{OLD}").exists()


def test_step_that_fails_leaves_the_file_as_it_was(path: Path) -> None:
    ids = filled(path)
    with pytest.raises(sqlite3.OperationalError):
        open_store(path, now_ms=NOW_MS, migrations=(*MIGRATIONS, fail_late))
    assert version(path) == OLD
    assert "colour" not in columns(path, "neighbour")
    with pod(path) as store:
        assert in_set(store) == ids


def test_step_that_breaks_references_is_undone(path: Path) -> None:
    ids = filled(path)
    with pytest.raises(StoreError) as caught:
        open_store(path, now_ms=NOW_MS, migrations=(*MIGRATIONS, break_references))
    assert caught.value.code == "damaged"
    with pod(path) as store:
        assert in_set(store) == ids
        assert_whole(store)


def test_file_does_not_change_its_shape_under_a_running_node(path: Path) -> None:
    with hold_lock(path.parent):
        filled(path)
        with pytest.raises(StoreError) as caught:
            open_store(path, now_ms=NOW_MS, migrations=STEPS)
        assert caught.value.code == "locked"
        assert version(path) == OLD
        open_store(path, now_ms=NOW_MS, migrations=STEPS, as_node=True).close()
    assert version(path) == NEW


MIGRATE_AND_DIE = """
import os, sys
from pathlib import Path
from store import open_store
from tests.store.test_migrations import STEPS

def die_after(step, statements):
    def steps(db):
        left = [statements]
        def count():
            left[0] -= 1
            if left[0] < 0:
                os.kill(os.getpid(), 9)
            return 0
        db.conn.set_progress_handler(count, 20)
        step(db)
    return steps

open_store(Path(sys.argv[1]), now_ms=1, migrations=[die_after(s, int(sys.argv[2])) for s in STEPS])
"""


@pytest.mark.parametrize("ticks", [0, 3, 9, 30, 90, 10**9])
def test_killed_in_the_middle_the_file_is_old_or_new(path: Path, ticks: int) -> None:
    ids = filled(path)
    done = subprocess.run(
        [sys.executable, "-c", MIGRATE_AND_DIE, str(path), str(ticks)],
        cwd=Path(__file__).parents[2],
        check=False,
    )
    assert done.returncode == (0 if ticks == 10**9 else -signal.SIGKILL)
    assert version(path) in (OLD, NEW)
    open_store(path, now_ms=NOW_MS, migrations=STEPS).close()
    assert version(path) == NEW
    assert os.path.exists(path.with_name(f"pod.db.version-{OLD}"))
    with closing(open_store(path, now_ms=NOW_MS, migrations=STEPS)) as store:
        assert in_set(store) == ids
        assert_whole(store)


def test_migration_leaves_the_pragmas_in_force(path: Path) -> None:
    filled(path)
    with closing(open_store(path, now_ms=NOW_MS, migrations=STEPS)) as store:
        values = {
            name: store.connection.execute(f"PRAGMA {name}").fetchone()[0]
            for name in ("foreign_keys", "synchronous", "trusted_schema")
        }
    assert values == {"foreign_keys": 1, "synchronous": 2, "trusted_schema": 0}
    assert len(_PRAGMAS) > 3


# --- The versions that there were ---


def file_of_version_1(path: Path) -> None:
    """Make an empty file as the first version of this program made it."""
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        connection.execute("PRAGMA auto_vacuum = INCREMENTAL")
        connection.execute("PRAGMA journal_mode = WAL")
        connection.execute(f"PRAGMA application_id = {APPLICATION_ID:d}")
        connection.execute("PRAGMA user_version = 1")
        connection.executescript(Path(__file__).with_name("version_1.sql").read_text())


def shape(path: Path) -> dict[str, list[tuple[object, ...]]]:
    """Return the columns of every table, and every index by its text."""
    with closing(sqlite3.connect(path)) as connection:
        names = connection.execute("SELECT type, name, sql FROM sqlite_master ORDER BY name")
        return {
            name: connection.execute(f"PRAGMA table_xinfo({name})").fetchall()
            if kind == "table"
            else [(" ".join((text or "").split()),)]
            for kind, name, text in names.fetchall()
        }


def test_a_file_of_version_1_becomes_what_a_new_file_is(path: Path) -> None:
    file_of_version_1(path)
    open_store(path, now_ms=NOW_MS).close()
    new = path.with_name("new.db")
    open_store(new, now_ms=NOW_MS, create=True).close()
    assert version(path) == version(new) == OLD
    assert shape(path) == shape(new)
