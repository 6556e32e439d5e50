"""A full disk: nothing is half-written, reading goes on, and the ballast lets people clean up."""

import gc
import os
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from protocol.errors import StoreError
from store import Store, changes, upkeep
from store.records import drop_author, take_in
from tests.store.authors import BEN, CARO, NOW_MS, Author, assert_whole, facts, in_set, pod, take

DISK_BYTES = 4 << 20
BALLAST_BYTES = 1500 << 10


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A disk of 4 MiB, in memory."""
    if os.geteuid() != 0:
        pytest.skip("only root can make a small disk")
    folder = tmp_path / "disk"
    folder.mkdir()
    made = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", f"size={DISK_BYTES}", "none", str(folder)],
        check=False,
        capture_output=True,
    )
    if made.returncode != 0:
        pytest.skip(f"no small disk can be made here: {made.stderr.decode().strip()}")
    try:
        yield folder
    finally:
        if subprocess.run(["umount", str(folder)], check=False).returncode != 0:
            subprocess.run(["umount", "--lazy", str(folder)], check=True)  # or it stays
            pytest.fail("something still holds a file of the disk")


def fill(store: Store, author: Author) -> set[bytes]:
    """Save records until the disk is full; return the ids of all that were acknowledged."""
    acknowledged: set[bytes] = set()
    for n in range(2000):
        batch = [author.record(n * 9 + k, text="x" * 800) for k in range(9)]
        try:
            intake = take(store, batch)
        except StoreError as error:
            last = error
            break
        acknowledged |= {record.id for record in intake.taken}
    assert last.code == "full"
    return acknowledged


def test_full_disk_loses_nothing_and_can_be_cleaned(small_disk: Path) -> None:
    upkeep.keep_ballast(small_disk, BALLAST_BYTES)
    with pod(small_disk / "pod.db") as store:
        acknowledged = fill(store, BEN)
        assert in_set(store) == acknowledged
        assert_whole(store)
        (record_id, *_) = acknowledged
        assert store.connection.execute(
            "SELECT count(*) FROM record WHERE id = ?", (record_id,)
        ).fetchone() == (1,)

        assert upkeep.free_ballast(small_disk)
        with store.atomic(NOW_MS) as tx:
            assert drop_author(tx, BEN.id) == len(acknowledged)
        left = [store.give_back()]
        while left[-1]:
            left.append(store.give_back())
            assert left[-1] < left[-2]
        store.connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        assert shutil.disk_usage(small_disk).free > BALLAST_BYTES
        assert len(take(store, [CARO.record(1)]).taken) == 1
        upkeep.keep_ballast(small_disk, BALLAST_BYTES)
        assert_whole(store)


def test_full_disk_still_opens_and_reads(small_disk: Path) -> None:
    path = small_disk / "pod.db"
    with pod(path) as store:
        acknowledged = fill(store, BEN)
    with pod(path) as store:
        assert in_set(store) == acknowledged
        assert sum(map(len, changes.load_indexes(store).indexes)) == len(acknowledged)


def test_backup_to_a_full_disk_fails_and_leaves_no_part(small_disk: Path, path: Path) -> None:
    with pod(path) as store:
        for n in range(0, 5000, 500):
            author = Author(str(n))
            epochs = {author.id: 100}
            batch = [author.record(k, text="x" * 900) for k in range(500)]
            take(store, batch, epochs=epochs)
        with pytest.raises(StoreError) as caught:
            store.backup(small_disk / "copy.db")
    assert caught.value.code == "full"
    assert list(small_disk.iterdir()) == []


def test_limit_of_pages_is_a_full_disk_and_undoes_the_whole_act(store: Store) -> None:
    take(store, [BEN.record(slot) for slot in range(50)])
    before = in_set(store)
    loaded = changes.load_indexes(store)
    (pages,) = store.connection.execute("PRAGMA page_count").fetchone()
    store.connection.execute(f"PRAGMA max_page_count = {pages + 5}")
    with pytest.raises(StoreError) as caught, store.atomic(NOW_MS) as tx:
        take_in(tx, [CARO.record(slot, text="x" * 900) for slot in range(300)], facts())
    assert caught.value.code == "full"
    assert in_set(store) == before
    assert changes.catch_up(store, loaded) == []
    store.connection.execute("PRAGMA max_page_count = 1000000")
    assert len(take(store, [CARO.record(slot) for slot in range(300)]).taken) == 300
    assert_whole(store)


def test_a_disk_without_one_free_byte_is_called_full_and_no_failing_card(small_disk: Path) -> None:
    with pod(small_disk / "pod.db"):
        pass
    with pytest.raises(OSError, match="No space"):
        (small_disk / "photos").write_bytes(bytes(DISK_BYTES))
    assert code_at_opening(small_disk / "pod.db") == "full"
    gc.collect()  # an exception holds its frames, and they the file: the disk stays busy


def code_at_opening(path: Path) -> str:
    try:
        with pod(path):
            return ""
    except StoreError as refused:
        return refused.code
