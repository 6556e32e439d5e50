"""Opening: what is not ours, too new or damaged is refused in words, and no byte is touched."""

import hashlib
import os
import random
import shutil
import sqlite3
import subprocess
import sys
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest

from protocol.errors import StoreError
from store import changes, hold_lock, open_store
from store.migrations import MIGRATIONS
from store.probe import APPLICATION_ID
from tests.store.authors import BEN, NOW_MS, assert_whole, in_set, pod, take

LATER = len(MIGRATIONS) + 2
"""A version of the file that this program cannot know."""


def traces(folder: Path) -> dict[str, str]:
    """Return every file in folder with a hash of its bytes."""
    return {
        file.name: hashlib.sha256(file.read_bytes()).hexdigest() if file.is_file() else "folder"
        for file in folder.iterdir()
    }


def filled(path: Path, records: int = 300) -> None:
    with pod(path, as_node=True) as store:
        take(store, [BEN.record(slot, NOW_MS + slot) for slot in range(records)])


def refusal(path: Path, *, as_node: bool = False) -> StoreError:
    """Return how opening is refused; the folder must be as it was."""
    before = traces(path.parent)
    with pytest.raises(StoreError) as caught:
        open_store(path, now_ms=NOW_MS, create=True, as_node=as_node)
    assert traces(path.parent) == before
    error = caught.value
    assert error.sentence.endswith(".")
    assert error.next_step.endswith(".")
    return error


def a_text_file(path: Path) -> None:
    path.write_text("bread, soup, a ladder\n" * 200)


def an_empty_file(path: Path) -> None:
    path.touch()


def a_folder(path: Path) -> None:
    path.mkdir()


def another_program(path: Path) -> None:
    with closing(sqlite3.connect(path)) as other:
        other.execute("CREATE TABLE photos (name)")


def another_program_that_was_killed(path: Path) -> None:
    """Its database and its log, as they lay on the disk while it ran."""
    beside = path.with_name("theirs")
    with closing(sqlite3.connect(beside, isolation_level=None)) as other:
        other.execute("PRAGMA journal_mode = WAL")
        other.execute("CREATE TABLE photos (name)")
        shutil.copy(beside, path)
        shutil.copy(f"{beside}-wal", f"{path}-wal")
        shutil.copy(f"{beside}-shm", f"{path}-shm")
    beside.unlink()


@pytest.mark.parametrize(
    "make",
    [a_text_file, an_empty_file, a_folder, another_program, another_program_that_was_killed],
)
@pytest.mark.parametrize("as_node", [True, False])
def test_something_else_is_refused_and_not_touched(
    path: Path, make: Callable[[Path], None], as_node: bool
) -> None:
    make(path)
    # SQLite keeps an index of the log in -shm and renews it to read; it holds nothing.
    ignored = Path(f"{path}-shm")
    ignored.unlink(missing_ok=True)
    if make is another_program_that_was_killed:
        with pytest.raises(StoreError) as caught:
            open_store(path, now_ms=NOW_MS, as_node=as_node)
        assert caught.value.code == "not_a_pod"
        with closing(sqlite3.connect(path)) as other:
            assert other.execute("SELECT count(*) FROM photos").fetchone() == (0,)
    else:
        assert refusal(path, as_node=as_node).code == "not_a_pod"


def test_missing_file_is_refused_and_not_made(path: Path) -> None:
    with pytest.raises(StoreError) as caught:
        open_store(path, now_ms=NOW_MS)
    assert caught.value.code == "missing"
    assert traces(path.parent) == {}


def test_file_of_a_later_version_is_refused(path: Path) -> None:
    filled(path)
    with closing(sqlite3.connect(path)) as later:
        later.execute(f"PRAGMA user_version = {LATER}")
    assert refusal(path).code == "too_new"


def test_later_version_that_stands_in_the_log_alone_is_refused(path: Path, tmp_path: Path) -> None:
    # As a later version leaves it that is killed right after its migration.
    filled(path)
    killed = tmp_path / "killed" / "pod.db"
    killed.parent.mkdir()
    with closing(sqlite3.connect(path, isolation_level=None)) as later:
        later.execute(f"PRAGMA user_version = {LATER}")
        for end in ("", "-wal"):
            shutil.copy(f"{path}{end}", f"{killed}{end}")
    before = traces(killed.parent)
    with pytest.raises(StoreError) as caught:
        open_store(killed, now_ms=NOW_MS)
    assert caught.value.code == "too_new"
    after = traces(killed.parent)
    after.pop("pod.db-shm", None)
    assert after == before


@pytest.mark.parametrize("kept_percent", [5, 50, 99])
def test_file_cut_short_is_refused(path: Path, kept_percent: int) -> None:
    filled(path)
    data = path.read_bytes()
    path.write_bytes(data[: len(data) * kept_percent // 100])
    assert refusal(path).code == "damaged"


def test_damaged_beginning_is_refused(path: Path) -> None:
    filled(path)
    data = bytearray(path.read_bytes())
    data[100:4096] = random.Random(1).randbytes(3996)
    path.write_bytes(data)
    assert refusal(path).code == "damaged"


def leave_running(path: Path) -> None:
    """Leave the mark that a node leaves which did not stop."""
    with closing(sqlite3.connect(path)) as connection, connection:
        connection.execute("INSERT INTO meta VALUES ('running', 1)")


def damage_page(path: Path, page: int) -> None:
    data = bytearray(path.read_bytes())
    start = (page - 1) * 4096
    data[start : start + 64] = random.Random(page).randbytes(64)
    path.write_bytes(data)


def a_page_of_records(path: Path) -> int:
    with closing(sqlite3.connect(path)) as connection:
        (root,) = connection.execute(
            "SELECT rootpage FROM sqlite_master WHERE name = 'record_by_age'"
        ).fetchone()
    return int(root)


def test_after_an_unclean_stop_damage_is_found_before_the_node_starts(path: Path) -> None:
    filled(path)
    leave_running(path)
    damage_page(path, a_page_of_records(path))
    assert refusal(path, as_node=True).code == "damaged"


def test_after_a_clean_stop_the_node_starts_without_reading_the_whole_file(path: Path) -> None:
    filled(path)
    damage_page(path, a_page_of_records(path))
    store = open_store(path, now_ms=NOW_MS, as_node=True)
    try:
        assert store.was_clean
        assert store.quick_check() != []
    finally:
        store.close()


def test_command_does_not_read_the_whole_file_whatever_came_before(path: Path) -> None:
    filled(path)
    leave_running(path)
    damage_page(path, a_page_of_records(path))
    with pod(path) as store:
        assert not store.was_clean
        assert len(in_set(store)) == 300


def test_whole_file_after_an_unclean_stop_opens_and_says_so(path: Path) -> None:
    filled(path)
    leave_running(path)
    with pod(path, as_node=True) as store:
        assert not store.was_clean
        assert_whole(store)
    with pod(path, as_node=True) as store:
        assert store.was_clean


def test_command_beside_a_running_node_leaves_its_mark(path: Path) -> None:
    with pod(path, as_node=True) as node:
        with pod(path) as command:
            take(command, [BEN.record(1)])
        assert node.connection.execute("SELECT 1 FROM meta WHERE key = 'running'").fetchone()
    with pod(path, as_node=True) as node:
        assert node.was_clean


def test_closing_leaves_one_private_file(path: Path) -> None:
    filled(path)
    assert list(traces(path.parent)) == ["pod.db"]
    assert path.stat().st_mode & 0o777 == 0o600


def test_closing_twice_is_closing(path: Path) -> None:
    store = open_store(path, now_ms=NOW_MS, create=True, as_node=True)
    store.close()
    store.close()


def test_what_was_saved_is_there_after_opening_again(path: Path) -> None:
    filled(path, 7)
    with pod(path) as store:
        assert len(in_set(store)) == 7
        assert store.connection.execute("PRAGMA application_id").fetchone() == (APPLICATION_ID,)


def test_name_with_odd_characters_is_a_name(tmp_path: Path) -> None:
    path = tmp_path / "100% ours?#&.db"
    with pod(path) as store:
        take(store, [BEN.record(1)])
        store.backup(tmp_path / "copy?.db")
    assert sorted(os.listdir(tmp_path)) == ["100% ours?#&.db", "copy?.db"]


WITHOUT_RIGHTS = """
import os, sys, urllib.parse  # by root, whose interpreter may be nobody else's to read
from pathlib import Path
from protocol.errors import StoreError
from store import open_store
if os.geteuid() == 0:
    os.setgid(65534)
    os.setuid(65534)
try:
    open_store(Path(sys.argv[1]), now_ms=1, create=True)
except StoreError as error:
    print(error.code)
"""


@pytest.mark.parametrize("what", ["an existing pod", "a new pod"])
def test_folder_that_cannot_be_written_is_refused_in_words(what: str) -> None:
    folder = Path("/dev/shm") / f"pod-test-{os.getpid()}"  # others may enter it, unlike tmp_path
    folder.mkdir(mode=0o755)
    try:
        path = folder / "pod.db"
        if what == "an existing pod":
            filled(path, 3)
            path.chmod(0o644)
        folder.chmod(0o555)
        before = traces(folder)
        root = Path(__file__).parents[2]
        done = subprocess.run(
            [sys.executable, "-c", WITHOUT_RIGHTS, str(path)],
            cwd=root,
            capture_output=True,
            text=True,
            check=False,
        )
        assert (done.stdout.strip(), done.stderr) == ("read_only", "")
        assert traces(folder) == before
    finally:
        folder.chmod(0o755)
        shutil.rmtree(folder)


def test_lock_is_for_one_and_is_free_again_when_it_ends(tmp_path: Path) -> None:
    with hold_lock(tmp_path), pytest.raises(StoreError) as caught:
        hold_lock(tmp_path)
    assert caught.value.code == "locked"
    hold_lock(tmp_path).release()


LOCKED_AND_KILLED = """
import os, sys
from pathlib import Path
from store import hold_lock
hold_lock(Path(sys.argv[1]))
os.kill(os.getpid(), 9)
"""


def test_lock_of_a_killed_process_is_free(tmp_path: Path) -> None:
    child = subprocess.run(
        [sys.executable, "-c", LOCKED_AND_KILLED, str(tmp_path)],
        cwd=Path(__file__).parents[2],
        check=False,
    )
    assert child.returncode == -9
    hold_lock(tmp_path).release()


def test_two_that_make_a_pod_at_once_open_the_same_one(path: Path) -> None:
    with pod(path) as one, pod(path) as other:
        take(one, [BEN.record(1)])
        assert len(in_set(other)) == 1
        assert changes.load_indexes(other).seq == 1
