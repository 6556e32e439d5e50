"""A gettext catalogue, read as its translators keep it: text, no compiled copy beside it.

A copy would be one more file to forget; reading a thousand messages takes some 60 ms on a laptop,
once a process and language. Some ship beside this module; a pod may have more, and better ones, in
the folder `words` beside its database. Those are anybody's: bounded, and a slip stops nothing.
"""

import gettext
import io
import re
from contextlib import suppress
from importlib.resources import files
from importlib.resources.abc import Traversable
from pathlib import Path
from stat import S_ISREG
from typing import Final, NamedTuple

from babel.messages.catalog import Catalog, Message
from babel.messages.mofile import write_mo
from babel.messages.pofile import PoFileError, read_po

from protocol.saying import GAP

SUFFIX: Final = ".po"
TAG: Final = re.compile(r"[A-Za-z]{2,3}(-[A-Za-z0-9]{1,8}){0,3}")
"""The tag of a language (BCP 47), as far as catalogues are named by it."""
MAX_FILES: Final = 24
"""Catalogues that a pod may add: each page names all languages."""
MAX_FILE_BYTES: Final = 1 << 20
"""Of one of them: seven times the Spanish one. Letters of other scripts take three bytes."""
MAX_PLURALS: Final = 6
"""Forms of a plural: Arabic has six, and no language more (CLDR)."""
_TURNS_TEXT: Final = re.compile("[\u202a-\u202e]")
_PROBE: Final = 1000
"""A rule for plurals is tried with the numbers below; pages show no greater one so often."""


class File(NamedTuple):
    """One file of a pod's folder, as it was seen: a change shows in the rest."""

    path: Path
    size: int
    changed_ns: int


def files_in(folder: Path) -> dict[str, File]:
    """Return the catalogues in a folder by their tags, the first MAX_FILES; none if it is none."""
    try:
        named = sorted(it for it in folder.iterdir() if it.suffix == SUFFIX)
    except OSError:
        return {}
    found: dict[str, File] = {}
    for path in named:
        tag = path.stem.lower().replace("_", "-")
        with suppress(OSError):
            seen = path.stat()
            if TAG.fullmatch(tag) and S_ISREG(seen.st_mode) and len(found) < MAX_FILES:
                found[tag] = File(path, seen.st_size, seen.st_mtime_ns)
    return found


def content_of(file: File) -> bytes:
    """Return what is in it. Raises OSError, and ValueError if it is too long for a catalogue."""
    with file.path.open("rb") as opened:
        content = opened.read(MAX_FILE_BYTES + 1)
    if len(content) > MAX_FILE_BYTES:
        raise ValueError(f"longer than {MAX_FILE_BYTES >> 20} MiB")
    return content


def catalogues() -> dict[str, Traversable]:
    """Return the file of each language that has one, by its tag."""
    found = {it.name: it for it in files(__package__).iterdir() if it.name.endswith(SUFFIX)}
    return {name.removesuffix(SUFFIX): found[name] for name in sorted(found)}


def read_catalogue(content: bytes) -> Catalog:
    """Return the catalogue in a file. Raises PoFileError or ValueError if it is none."""
    # Babel makes room for as many forms as the header says; it may say so over several lines.
    if re.search(rb"nplurals\s*=\s*0*([7-9]|[1-9]\d)", re.sub(rb'"\s*"', b"", content)):
        raise ValueError(f"more than {MAX_PLURALS} forms of a plural")
    return read_po(io.BytesIO(content), abort_invalid=True)


class Said(NamedTuple):
    """What a catalogue says: so many messages. left_out: why a translation cannot be used, by its
    English."""

    by: gettext.NullTranslations
    said: int
    left_out: dict[str, str]


def understood(content: bytes) -> Said:
    """Return what a catalogue says; a message that would break its sentence is left out.

    Raises ValueError if it is no catalogue at all.
    """
    try:
        catalogue = read_catalogue(content)
        wrong = {it.id: faults(it) for it in catalogue if it.id and faults(it)}
        for id_ in wrong:
            catalogue.delete(id_)
        compiled = io.BytesIO()
        write_mo(compiled, catalogue)
        compiled.seek(0)
        by = gettext.GNUTranslations(compiled)
        nobody_says = chr(0)
        for number in range(_PROBE):
            by.ngettext(nobody_says, nobody_says, number)
    except (PoFileError, LookupError, TypeError, AttributeError, ArithmeticError) as err:
        raise ValueError(str(err)) from err
    left_out = {(id_ if isinstance(id_, str) else id_[0]): why[0] for id_, why in wrong.items()}
    return Said(by, sum(bool(it.id) and is_said(it) for it in catalogue), left_out)


def is_said(message: Message) -> bool:
    """Tell whether a message has its translation, in each form of a plural."""
    said = message.string
    return all(said or ("",)) if isinstance(said, list | tuple) else bool(said)


def translations(content: bytes) -> gettext.NullTranslations:
    """Return what a catalogue says; one that cannot be read says nothing.

    A slip of an editor costs people their language, never their sheet.
    """
    try:
        return understood(content).by
    except ValueError:
        return gettext.NullTranslations()


def message_count() -> int:
    """Return how many messages a whole catalogue has."""
    return sum(bool(message.id) for message in complete())


def complete() -> Catalog:
    """Return the catalogue that has every message: tests see that Spanish has."""
    return read_catalogue(catalogues()["es"].read_bytes())


def faults(message: Message) -> list[str]:
    """Return what is wrong with a translation: a placeholder lost, invented or misspelt.

    Templates fill in what a sentence leaves open, so a lone % in one that leaves nothing open
    would end its page; and they take a translation for HTML, so it brings no < of its own.
    """
    said = (message.string,) if isinstance(message.string, str) else message.string or ()
    given = "".join(message.id)
    return [
        *map(str, message.check()),
        *["a lone %"] * (not message.python_format and any("%" in it for it in said)),
        *["other {gaps}"] * any(_has_other_gaps(message, it) for it in said),
        *["a < or & of its own"] * any(it in "".join(said) and it not in given for it in "<&"),
        *["a hidden sign that turns text around"] * bool(_TURNS_TEXT.search("".join(said))),
    ]


def _has_other_gaps(message: Message, said: str) -> bool:
    """Tell whether a translation leaves open something else. A plural need not say its number."""
    if isinstance(message.id, str):
        return bool(said) and _gaps(said) != _gaps(message.id)
    given = _gaps("".join(message.id))
    return bool(said) and not given - {"count"} <= _gaps(said) <= given


def _gaps(text: str) -> set[str]:
    return set(GAP.findall(text))
