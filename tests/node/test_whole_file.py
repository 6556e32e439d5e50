"""A file is written whole, in place of a file and of nothing else."""

import os
from pathlib import Path

import pytest

from node.whole_file import write_whole
from protocol.errors import StoreError
from store.backup import put_in_place


def test_file_is_replaced_whole(tmp_path: Path) -> None:
    path = tmp_path / "sheet"
    path.write_bytes(b"before")
    write_whole(path, b"after")
    assert path.read_bytes() == b"after"
    assert path.stat().st_mode & 0o777 == 0o600
    assert os.listdir(tmp_path) == ["sheet"]


def test_what_is_no_file_stays_what_it_is(tmp_path: Path) -> None:
    """Root who has a backup written to /dev/null would take it from the whole machine."""
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    with pytest.raises(StoreError, match="no file"):
        write_whole(pipe, b"secret")
    assert pipe.is_fifo()
    (tmp_path / "partial").touch()
    with pytest.raises(OSError, match="no file"):
        put_in_place(tmp_path / "partial", pipe)
    assert pipe.is_fifo()
    assert sorted(os.listdir(tmp_path)) == ["partial", "pipe"]
