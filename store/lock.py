"""One node on one data directory: an exclusive lock that ends with its process.

Spec: docs/architecture.md, Storage. `pod up`, a restore and a migration hold it; commands that
only read or write records do not, SQLite is their arbiter.
"""

import fcntl
import os
from pathlib import Path
from typing import Final, Self

from store.faults import store_error
from store.owner import give_to_owner

LOCK_NAME: Final = "pod.lock"


class DirectoryLock:
    """A held lock; released by release(), by leaving `with`, or by the end of the process."""

    def __init__(self, descriptor: int) -> None:
        self._descriptor = descriptor

    def release(self) -> None:
        """Let others have it. The file stays: removing it would make two locks possible."""
        if self._descriptor >= 0:
            os.close(self._descriptor)
            self._descriptor = -1

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_error: object) -> None:
        self.release()


def hold_lock(directory: Path) -> DirectoryLock:
    """Take the lock of directory. Raises StoreError (locked, read_only)."""
    path = directory / LOCK_NAME
    try:
        descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        give_to_owner(path)
    except OSError as error:
        raise store_error("read_only", path, str(error)) from error
    try:
        # flock, not lockf: it belongs to this descriptor, so another open file of the same
        # process cannot drop it by closing.
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError as error:
        os.close(descriptor)
        raise store_error("locked", path, str(error)) from error
    return DirectoryLock(descriptor)
