"""Acts: one at a time, whole or not at all, each connection with its pragmas."""

import sqlite3
from pathlib import Path

import pytest

from protocol.errors import LocalError, StoreError
from store import Store, meta
from store.migrations import MIGRATIONS
from store.records import author_number, intake, leave, read, take_in
from store.records.rows import PAST_SURPLUS, STANDING
from tests.store.authors import BEN, NOW_MS, Author, facts, pod, take


def test_act_inside_an_act_is_our_bug(store: Store) -> None:
    def nested() -> None:
        with store.atomic(NOW_MS) as tx:
            meta.put(tx, meta.NAME, "outer")
            with store.atomic(NOW_MS):
                pass

    with pytest.raises(LocalError):
        nested()
    assert meta.get(store.connection, meta.NAME) is None


def test_act_is_saved_when_its_block_ends_and_undone_when_it_raises(store: Store) -> None:
    with store.atomic(NOW_MS) as tx:
        meta.put(tx, meta.NAME, "Elm Street")

    def undone() -> None:
        with store.atomic(NOW_MS) as tx:
            meta.put(tx, meta.NAME, "Oak Street")
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        undone()
    assert meta.get(store.connection, meta.NAME) == "Elm Street"


def test_two_acts_that_read_and_write_follow_one_another(path: Path) -> None:
    """A deferred transaction would fail here: what it read has changed when it comes to write."""
    with pod(path) as one, pod(path) as other:
        other.connection.execute("PRAGMA busy_timeout = 0")
        with one.atomic(NOW_MS) as tx:
            running_ms = meta.get(tx.connection, meta.RUNNING_MS) or 0
            with pytest.raises(StoreError) as caught, other.atomic(NOW_MS):
                pass
            assert caught.value.code == "busy"
            meta.put(tx, meta.RUNNING_MS, running_ms + 1)
        with other.atomic(NOW_MS) as tx:
            meta.put(tx, meta.RUNNING_MS, (meta.get(tx.connection, meta.RUNNING_MS) or 0) + 1)
        assert meta.get(one.connection, meta.RUNNING_MS) == 2


def test_reads_in_one_block_see_one_moment(path: Path) -> None:
    with pod(path) as one, pod(path) as other:
        with one.reading() as connection:
            before = connection.execute("SELECT count(*) FROM record").fetchone()
            take(other, [BEN.record(1)])
            assert connection.execute("SELECT count(*) FROM record").fetchone() == before
        assert one.connection.execute("SELECT count(*) FROM record").fetchone() == (1,)


def test_reading_inside_an_act_sees_what_the_act_wrote(store: Store) -> None:
    with store.atomic(NOW_MS) as tx:
        take_in(tx, [BEN.record(1)], facts())
        with store.reading() as connection:
            assert connection.execute("SELECT count(*) FROM record").fetchone() == (1,)
    assert not store.connection.in_transaction


def test_mistake_of_ours_in_sql_is_not_called_a_fault_of_the_disk(store: Store) -> None:
    with pytest.raises(sqlite3.OperationalError), store.atomic(NOW_MS) as tx:
        tx.connection.execute("SELECT nothing FROM nowhere")


def test_author_keeps_its_number_and_two_processes_agree_on_it(path: Path) -> None:
    stranger = Author("stranger").id
    with pod(path) as one, pod(path) as other:
        numbers = set()
        for store in (one, other, one):
            with store.atomic(NOW_MS) as tx:
                numbers.add(author_number(tx, stranger))
        assert len(numbers) == 1


@pytest.mark.parametrize(
    ("pragma", "value"),
    [
        ("journal_mode", "wal"),
        ("synchronous", 2),
        ("foreign_keys", 1),
        ("trusted_schema", 0),
        ("cell_size_check", 1),
        ("secure_delete", 1),
        ("auto_vacuum", 2),
        ("busy_timeout", 10_000),
        ("journal_size_limit", 4000 * 4096),
        ("wal_autocheckpoint", 4000),
        ("user_version", len(MIGRATIONS) + 1),
    ],
)
def test_pragma_is_in_force(store: Store, pragma: str, value: object) -> None:
    assert store.connection.execute(f"PRAGMA {pragma}").fetchone() == (value,)


def test_every_table_checks_the_types_of_its_columns(store: Store) -> None:
    loose = store.connection.execute(
        "SELECT name FROM pragma_table_list WHERE NOT strict AND name NOT LIKE 'sqlite_%'"
    ).fetchall()
    assert loose == []


@pytest.mark.parametrize(
    "query",
    [
        f"SELECT 1 FROM record WHERE {read.WITH_ID}",
        "SELECT 1 FROM record WHERE substr(id, 1, 8) IN (?, ?)",
        "SELECT count(*) FROM record WHERE place = 2 AND brought_by IS ?",
        *intake._AT_SLOT.values(),
        intake._LEAST,
        STANDING + intake._HELD_BEFORE,
        leave._STAMPED_AFTER,
        STANDING + leave._STAMPED_BEFORE,
        f"{STANDING} author = ?",
        read._PAST,
        read._SHELF,
        read._SLOT_IN_SET,
        read._SLOT_ON_SHELF,
        read._STAMPED_BEFORE,
        read._WHILE_UNSET,
    ],
)
def test_look_up_does_not_walk_the_records(store: Store, query: str) -> None:
    rows = store.connection.execute(f"EXPLAIN QUERY PLAN {query}", [None] * query.count("?"))
    plan = [row[3] for row in rows]
    walks = [step for step in plan if step.startswith("SCAN")]
    # Held, or marked, are a handful; an index that covers the query spares the records.
    few = ("COVERING INDEX", "record_held", "own_version_unset")
    assert all(any(name in step for name in few) for step in walks), plan


@pytest.mark.parametrize("query", [read._PAST, PAST_SURPLUS])
def test_earlier_versions_are_found_by_their_slot(store: Store, query: str) -> None:
    rows = store.connection.execute(f"EXPLAIN QUERY PLAN {query}", [None] * query.count("?"))
    assert any("record_past" in row[3] for row in rows)


def test_withdrawn_words_do_not_stay_in_the_file(path: Path) -> None:
    with pod(path) as store:
        take(store, [BEN.record(slot, text="a secret soup") for slot in range(50)])
        take(store, [BEN.record(slot, NOW_MS + 1, text=None) for slot in range(50)])
    assert b"secret" not in path.read_bytes()
