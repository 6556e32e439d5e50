"""From a file's bytes to its text: which encoding people's spreadsheet programs have used.

Guesses only among what such programs write: UTF-8 with or without a mark, UTF-16, Windows-1252.
"""

import re
from typing import Final, NamedTuple

from protocol.errors import UserError
from protocol.saying import N_, Word

MAX_FILE_BYTES: Final = 10 << 20
"""A street's sheet takes some 100 kB; this much still fits the memory of a small Pi twice."""

# What people hand over in place of a CSV file, by its first bytes.
_OTHER_FILES: Final[dict[bytes, str]] = {
    b"PK\x03\x04": N_("a workbook (.xlsx or .ods)"),
    b"\xd0\xcf\x11\xe0": N_("an old Excel workbook (.xls)"),
    b"%PDF": N_("a PDF"),
    b"\x1f\x8b": N_("a compressed file"),
    b"\x89PNG": N_("a picture"),
    b"\xff\xd8\xff": N_("a picture"),
    b"SQLite f": N_("a database"),
}


class Text(NamedTuple):
    """A file's text and how it was read; no byte-order mark in it.

    damaged: some bytes were no letters of this encoding; U+FFFD stands for them.
    """

    text: str
    encoding: str
    damaged: bool = False


def read_text(data: bytes) -> Text:
    """Return the text of data. Raises UserError (too_large, invalid) if it is no text file."""
    if len(data) > MAX_FILE_BYTES:
        raise UserError(
            "too_large",
            "The file has {given} MiB; at most {most} can be read.",
            "Split it into parts; rows that are already here are not added twice.",
            given=len(data) >> 20,
            most=MAX_FILE_BYTES >> 20,
        )
    for beginning, name in _OTHER_FILES.items():
        if data.startswith(beginning):
            raise UserError(
                "invalid",
                "This is {name}, not a CSV file.",
                "Open it, and save the sheet as CSV (UTF-8).",
                name=Word(name),
            )
    found = _decoded(data)
    if "\0" in found.text:
        raise UserError(
            "invalid",
            "The file holds bytes that are no text.",
            "Open it in a spreadsheet program, and save it as CSV (UTF-8).",
        )
    return found


def _decoded(data: bytes) -> Text:
    for mark, codec, name in (
        (b"\xef\xbb\xbf", "utf-8", "UTF-8 with a mark"),
        (b"\xff\xfe", "utf-16-le", "UTF-16"),
        (b"\xfe\xff", "utf-16-be", "UTF-16"),
    ):
        if data.startswith(mark):
            return _as_far_as_possible(data.removeprefix(mark), codec, name)
    if utf16 := _utf16_without_mark(data[:4096]):
        return _as_far_as_possible(data, utf16, "UTF-16")
    utf8 = _as_far_as_possible(data, "utf-8", "UTF-8")
    return _old_windows(data) if utf8.damaged and _is_no_utf8(utf8.text) else utf8


def _as_far_as_possible(data: bytes, codec: str, name: str) -> Text:
    try:
        return Text(data.decode(codec), name)
    except UnicodeDecodeError:
        return Text(data.decode(codec, "replace"), name, damaged=True)


def _utf16_without_mark(sample: bytes) -> str | None:
    """Latin letters in UTF-16 have a zero in every second byte."""
    half = len(sample) // 2
    if half and sample[1::2].count(0) > 0.7 * half and sample[0::2].count(0) == 0:
        return "utf-16-le"
    if half and sample[0::2].count(0) > 0.7 * half and sample[1::2].count(0) == 0:
        return "utf-16-be"
    return None


def _is_no_utf8(text: str) -> bool:
    """Tell Windows-1252, where hardly any letter fits UTF-8, from UTF-8 with some damage.

    Taking the second for the first would read every "ñ" as "Ã±" and say nothing.
    """
    return len(re.findall(r"[^\x00-\x7f\ufffd]", text)) <= text.count("\ufffd")


def _old_windows(data: bytes) -> Text:
    try:
        return Text(data.decode("cp1252"), "Windows-1252")
    except UnicodeDecodeError:
        return Text(data.decode("latin-1"), "Latin-1")
