"""Writing a file whole or not at all, for its owner's eyes only."""

import os
import tempfile
from pathlib import Path

from protocol.errors import StoreError
from store.backup import put_in_place, sync
from store.owner import give_to_owner


def write_whole(path: Path, content: bytes) -> None:
    """Put content in place of what is at path, mode 0600; on the disk when this returns.

    Raises StoreError (read_only); then what was at path is as it was.
    """
    unfinished = ""
    try:
        descriptor, unfinished = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
        with os.fdopen(descriptor, "wb") as file:
            file.write(content)
        give_to_owner(Path(unfinished))
        sync(Path(unfinished))
        put_in_place(Path(unfinished), path)
        sync(path.parent)
    except OSError as err:
        if unfinished:
            Path(unfinished).unlink(missing_ok=True)
        raise StoreError(
            "read_only",
            "{path} cannot be written: {why}.",
            "Is its folder there and yours, and is there room on the disk?",
            path=path,
            why=err.strerror,
        ) from err
