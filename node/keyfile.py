"""The working key on disk: its seed, for this node's user alone.

Spec: docs/protocol.md §2. Stolen with the machine, it is worth nothing to the thief once the
people have made a greater epoch from their words.
"""

from contextlib import suppress
from pathlib import Path
from typing import Final

from node.whole_file import write_whole
from protocol.errors import StoreError
from protocol.identity import KEY_BYTES, WorkingKey
from store.backup import sync

NAME: Final = "working.key"
STAGED: Final = "working.key.next"


def write_key(folder: Path, seed: bytes) -> None:
    """Put the seed in place of what is there, whole or not at all. Raises StoreError."""
    _write(folder / NAME, seed)


def stage_key(folder: Path, seed: bytes) -> None:
    """Put the seed beside the key in use; read_key takes it up once it is certified here.

    Between the file and the act that certifies it power may go: either way one of the two keys
    is the one that the database names. Raises StoreError.
    """
    _write(folder / STAGED, seed)


def read_key(folder: Path, certified: bytes) -> WorkingKey:
    """Return the working key. Raises StoreError (missing, damaged, unsafe).

    certified: the one that our greatest certificate names; if it is staged, it is put in place.
    """
    with suppress(StoreError, FileNotFoundError):  # another process may have been faster
        if _read(folder / STAGED).public == certified:
            (folder / STAGED).replace(folder / NAME)
            sync(folder)
    return _read(folder / NAME)


def _write(path: Path, seed: bytes) -> None:
    write_whole(path, f"{seed.hex()}\n".encode("ascii"))


def _read(path: Path) -> WorkingKey:
    try:
        mode = path.stat().st_mode
        seed = bytes.fromhex(path.read_text(encoding="ascii").strip())
    except FileNotFoundError as err:
        raise StoreError(
            "missing",
            "The working key of this pod, {path}, is missing.",
            "Restore a backup, or make a new key from the recovery words.",
            path=path,
        ) from err
    except (OSError, ValueError) as err:
        raise _damaged(path) from err
    if len(seed) != KEY_BYTES:
        raise _damaged(path)
    if mode & 0o077:
        raise StoreError(
            "unsafe",
            "Others on this machine can read the working key, {path}.",
            "Run: chmod 600 {path}",
            path=path,
        )
    return WorkingKey.from_seed(seed)


def _damaged(path: Path) -> StoreError:
    return StoreError(
        "damaged",
        "The working key of this pod, {path}, cannot be read.",
        "Restore a backup, or make a new key from the recovery words.",
        path=path,
    )
