"""A backup is one moment, whole and checked, and appears under its name only then."""

import os
import sqlite3
import threading
from pathlib import Path

import pytest

from protocol.errors import StoreError
from store import changes
from tests.store.authors import BEN, NOW_MS, assert_whole, in_set, pod, take

BATCH = 20


def test_backup_opens_as_a_pod_with_all_that_was_saved(path: Path, tmp_path: Path) -> None:
    with pod(path, as_node=True) as store:
        take(store, [BEN.record(slot) for slot in range(30)])
        changes.save_indexes(store, changes.load_indexes(store))
        take(store, [BEN.record(99)])
        ids = in_set(store)
        store.backup(tmp_path / "copy.db")
    with pod(tmp_path / "copy.db", as_node=True) as copy:
        assert copy.was_clean  # though the node was running
        assert in_set(copy) == ids
        assert_whole(copy)
        take(copy, [BEN.record(100)])
    assert (tmp_path / "copy.db").stat().st_mode & 0o777 == 0o600


def test_backup_while_another_thread_writes_is_one_moment(path: Path, tmp_path: Path) -> None:
    batches = [
        [BEN.record(slot, text=f"number {slot} " + "x" * 600) for slot in range(n, n + BATCH)]
        for n in range(0, 1000, BATCH)
    ]
    done = threading.Event()
    copies: list[Path] = []

    def copy_again_and_again() -> None:
        while not done.is_set():
            to_path = tmp_path / f"copy {len(copies)}.db"
            store.backup(to_path)
            copies.append(to_path)

    with pod(path) as store:
        take(store, batches[0])
        thread = threading.Thread(target=copy_again_and_again)
        thread.start()
        try:
            for batch in batches:
                take(store, batch)
        finally:
            done.set()
            thread.join()
    assert copies
    for to_path in copies:
        with pod(to_path) as copy:
            assert len(in_set(copy)) % BATCH == 0
            assert_whole(copy)


def test_backup_replaces_an_earlier_one_and_leaves_nothing_else(path: Path, tmp_path: Path) -> None:
    (tmp_path / "copy.db.partial").write_text("of one that was killed")
    with pod(path) as store:
        store.backup(tmp_path / "copy.db")
        take(store, [BEN.record(1)])
        store.backup(tmp_path / "copy.db")
    with pod(tmp_path / "copy.db") as copy:
        assert len(in_set(copy)) == 1
    assert sorted(os.listdir(tmp_path)) == ["copy.db", "pod.db"]


def test_backup_to_where_nothing_can_be_written_says_so(path: Path, tmp_path: Path) -> None:
    with pod(path) as store, pytest.raises(StoreError) as caught:
        store.backup(tmp_path / "nowhere" / "copy.db")
    assert caught.value.code == "read_only"


def test_backup_of_a_damaged_file_is_refused_and_the_last_one_stays(
    path: Path, tmp_path: Path
) -> None:
    to_path = tmp_path / "copy.db"
    with pod(path) as store:
        take(store, [BEN.record(slot, NOW_MS + slot) for slot in range(300)])
        store.backup(to_path)
        (root,) = store.connection.execute(
            "SELECT rootpage FROM sqlite_master WHERE name = 'record'"
        ).fetchone()
    good = to_path.read_bytes()
    data = bytearray(path.read_bytes())
    data[(root - 1) * 4096 : (root - 1) * 4096 + 200] = bytes(200)
    path.write_bytes(data)
    with pod(path) as store, pytest.raises((StoreError, sqlite3.Error)) as caught:
        store.backup(to_path)
    assert getattr(caught.value, "code", None) == "damaged"
    assert to_path.read_bytes() == good
