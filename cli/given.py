"""Files that people name: read in part, so that no device or huge file fills the memory."""

import sys
from pathlib import Path

from protocol.errors import UserError


def content_of(file: Path, most: int) -> bytes:
    """Return what is in a file, or on stdin for `-`: most bytes and one more, if it is longer.

    Raises UserError (not_found) if it cannot be read.
    """
    try:
        with sys.stdin.buffer if str(file) == "-" else file.open("rb") as source:
            return source.read(most + 1)
    except OSError as err:
        raise UserError(
            "not_found", f"{file} cannot be read: {err.strerror}.", "Give the name of a file."
        ) from err


def whole(file: Path, most: int) -> bytes:
    """Return the same, and raise UserError (too_large) if it is longer."""
    content = content_of(file, most)
    if len(content) > most:
        size = f"{most >> 20} MiB" if most >> 20 else f"{most >> 10} KiB"
        raise UserError("too_large", f"{file} has more than {size}.", "Split it into parts.")
    return content


def text_in(file: Path, most: int) -> str:
    """Return a file's text. Raises UserError also if it is none (invalid)."""
    try:
        return whole(file, most).decode("utf-8-sig").rstrip("\n")
    except UnicodeDecodeError as err:
        raise UserError(
            "invalid", f"{file} is no text (UTF-8).", "Save it once more as plain text."
        ) from err
