"""The 24 words that are a pod, and the sheet that holds them until people wrote them down.

Spec: docs/protocol.md §2.1 (pod key). The words encode the 32 bytes of the pod key's
seed (BIP 39, English). A start on a terminal shows them once and keeps nothing; only a start
with no terminal leaves them in a file, mode 0600, until people confirm that they have them.
While that file exists, whoever reads it can speak as this pod: `waiting_sheet` lets every
command say so.
"""

import difflib
import errno
import os
import re
import secrets
from collections.abc import Mapping, Sequence
from datetime import date
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Final

from protocol.errors import StoreError, UserError
from protocol.identity import PodId, PodKey, pod_id_text

if TYPE_CHECKING:
    from mnemonic import Mnemonic

WORDS: Final = 24
SEED_BYTES: Final = 32
CHECKED_WORDS: Final = 3
"""Enough to tell that the paper holds this pod's words, few enough to be done gladly."""
SHEET_NAME: Final = "recovery-sheet.txt"
MAX_SHEET_BYTES: Final = 8192
"""A sheet of ours takes some 1,300; a file far above it is something else."""

_NUMBERED: Final = re.compile(r"\b(\d{1,2})\. ([a-z]{3,8})\b")

_NEIGHBOUR: Final = re.compile(r"^\s*([a-z2-7]{56}(?:@\S+)?)\s*$", re.MULTILINE)

_NEIGHBOURS_SHEET: Final = """\
Keep this with the 24 words of the pod
======================================

Pod     {name}
Pod id  {pod_id}
Made    {made}

Its neighbours, each with its pod id and where it was reached last:

{neighbours}

Nothing here is secret. On a new machine, with the 24 words:

    pod recover --neighbor POD-ID@HOST:PORT     once for each of them
    pod recover --sheet FILE                    if this is a file on a stick

They still know this pod: what it shared comes home from the first that answers. One that
has moved is found if it is on the same Wi-Fi. Print this again when you have new neighbours.
"""
_SHEET: Final = """\
RECOVERY SHEET of a mutualpod
=============================

Pod     {name}
Pod id  {pod_id}
Made    {made}

{words}

These 24 words are this pod. With them a lost, stolen or broken machine is replaced
and every neighbour goes on knowing you. Whoever else reads them can speak as you.

1. Write them on paper, with their numbers. Keep the paper away from the machine;
   best with two people who do not live together.
2. Then run:  pod recovery confirm
   It asks for three of the words and removes this file.
"""


@cache
def _book() -> "Mnemonic":
    # Imported where words are used: 20 ms that `pod status` need not wait for.
    from mnemonic import Mnemonic

    return Mnemonic("english")


# --- Words and seeds ---


def new_seed() -> bytes:
    """Return 32 fresh random bytes, for a pod key or a working key."""
    return secrets.token_bytes(SEED_BYTES)


def words(seed: bytes) -> tuple[str, ...]:
    """Return the 24 words of a seed of 32 bytes."""
    return tuple(_book().to_mnemonic(seed).split())


def seed_from(said: Sequence[str]) -> bytes:
    """Return the seed that 24 words stand for, as people type them: any case, blanks around.

    Raises UserError (invalid), which names the word that is wrong where it can be told.
    """
    if len(said) != WORDS:
        raise UserError(
            "invalid",
            "A recovery sheet has {words} words; these are {given}.",
            "Type all of them in the order of their numbers.",
            words=WORDS,
            given=len(said),
        )
    typed = [known_word(number, word) for number, word in enumerate(said, start=1)]
    if not _book().check(" ".join(typed)):
        raise UserError(
            "invalid",
            "Each word exists, but together they are no recovery sheet.",
            "Two may have changed places, or one was read as another: compare with the paper.",
        )
    return bytes(_book().to_entropy(typed))


def known_word(number: int, said: str) -> str:
    """Return a word of a sheet as it is in the list. Raises UserError (invalid) if it is in none.

    number: which of them it is, from 1.
    """
    word = said.strip().lower()
    if word in _book().wordlist:
        return word
    near = difflib.get_close_matches(word, _book().wordlist, n=3, cutoff=0.7)
    meant = f"Did you mean {' or '.join(near)}?" if near else "Compare it with the paper."
    raise UserError(
        "invalid", "Word {number} is not one of the words that are used.", meant, number=str(number)
    )


def pick_positions() -> tuple[int, ...]:
    """Return three different word numbers, 1 to 24, in rising order."""
    return tuple(sorted(secrets.SystemRandom().sample(range(1, WORDS + 1), CHECKED_WORDS)))


def wrong_words(all_words: Sequence[str], said: Mapping[int, str]) -> list[int]:
    """Return the numbers (from 1) whose word was not said right; none means confirmed."""
    return [
        number for number, word in said.items() if word.strip().lower() != all_words[number - 1]
    ]


def are_words_of(pod_id: PodId, said: Sequence[str]) -> bool:
    """Tell whether 24 words are this pod's. Raises UserError as seed_from does."""
    return PodKey.from_seed(seed_from(said)).pod_id == pod_id


# --- The sheet in a file ---


def sheet_place(data_dir: Path) -> Path:
    """Return where a data directory keeps its sheet, or the link to a sheet elsewhere."""
    return data_dir / SHEET_NAME


def waiting_sheet(data_dir: Path) -> Path | None:
    """Return the file whose words nobody confirmed yet, or None.

    A sheet that was put elsewhere is told even when it is gone from there: until three words
    or all were said, nobody knows that people have them.
    """
    place = sheet_place(data_dir)
    if place.is_symlink():
        return place.readlink()
    return place if place.exists() else None


def write_sheet(
    data_dir: Path, elsewhere: Path | None, *, name: str, seed: bytes, today: date
) -> Path:
    """Write the sheet, mode 0600 and on the disk before this returns, and tell where.

    elsewhere: a path outside the data directory, which then holds a link to it.
    Raises UserError (conflict) if a file is there already: it may be another pod's only sheet.
    """
    place = sheet_place(data_dir)
    target = elsewhere.absolute() if elsewhere else place
    _write_new(target, sheet_text(name, seed, today))
    if target != place:
        place.symlink_to(target)
        _sync_folder(data_dir)
    return target


def sheet_text(name: str, seed: bytes, today: date) -> str:
    """Return the sheet as people read it."""
    return _SHEET.format(
        name=name,
        pod_id=pod_id_text(PodKey.from_seed(seed).pod_id),
        made=today.isoformat(),
        words="\n".join(columns(seed)),
    )


def columns(seed: bytes) -> list[str]:
    """Return the words as eight lines of three columns, each with its number."""
    numbered = [f"{number:2}. {word}" for number, word in enumerate(words(seed), start=1)]
    rows = ("".join(f"{word:<20}" for word in numbered[row::8]) for row in range(8))
    return [f"    {row}".rstrip() for row in rows]


def neighbours_sheet(pod: str, pod_id: PodId, neighbours: Sequence[str], today: date) -> str:
    """Return what is to be kept beside the words, with nothing secret in it.

    neighbours: each `POD-ID@HOST:PORT`, or the id alone where no address is known.
    """
    return _NEIGHBOURS_SHEET.format(
        name=pod,
        pod_id=pod_id_text(pod_id),
        made=today.isoformat(),
        neighbours="\n".join(f"    {it}" for it in neighbours) or "    none yet",
    )


def neighbours_on(path: Path) -> list[str]:
    """Return the lines of a sheet that name a neighbour, `POD-ID[@HOST:PORT]` each.

    Raises UserError (not_found) if nobody finds the file or none is on it.
    """
    found = _NEIGHBOUR.findall(_read(path))
    if not found:
        raise UserError(
            "not_found",
            "{path} names no neighbour.",
            "Give each with --neighbor POD-ID@HOST:PORT.",
            path=path,
        )
    return found


def read_sheet(path: Path) -> tuple[str, ...]:
    """Return the words that a sheet holds.

    Raises UserError: not_found if nobody finds the file, invalid if it is not a whole sheet.
    """
    text = _read(path)
    found = {int(number): word for number, word in _NUMBERED.findall(text)}
    if sorted(found) != list(range(1, WORDS + 1)):
        raise UserError("invalid", "{path} does not hold 24 numbered words.", path=path)
    said = tuple(found[number] for number in sorted(found))
    seed_from(said)
    return said


def _read(path: Path) -> str:
    try:
        with path.open("rb") as file:
            return file.read(MAX_SHEET_BYTES).decode("utf-8", "replace")
    except OSError as err:
        raise UserError(
            "not_found",
            "The recovery sheet {path} cannot be read: {why}.",
            "Plug in what it was written to, or run `pod recovery confirm --all-words`.",
            path=path,
            why=err.strerror,
        ) from err


def remove_sheet(data_dir: Path) -> None:
    """Remove the sheet, and the link to it if it lies elsewhere. None there is no error."""
    place = sheet_place(data_dir)
    if place.is_symlink():
        target = place.readlink()
        target.unlink(missing_ok=True)
        if target.parent.is_dir():
            _sync_folder(target.parent)
    place.unlink(missing_ok=True)
    _sync_folder(data_dir)


def _write_new(path: Path, text: str) -> None:
    flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW
    try:
        with os.fdopen(os.open(path, flags, 0o600), "w", encoding="utf-8") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        _sync_folder(path.parent)
    except FileExistsError as err:
        raise UserError(
            "conflict",
            "{path} exists already and may hold the words of another pod.",
            "Look at it first; give another place with --recovery-file, or move it away.",
            path=path,
        ) from err
    except OSError as err:
        raise StoreError(
            "full" if err.errno == errno.ENOSPC else "missing",
            "The recovery sheet cannot be written to {path}: {why}.",
            "Give another place with --recovery-file.",
            path=path,
            why=err.strerror,
        ) from err


def _sync_folder(folder: Path) -> None:
    # A new name is on the disk only when its folder is: without this, power lost now
    # could leave a pod whose words nobody ever saw.
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
