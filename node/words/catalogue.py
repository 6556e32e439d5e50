"""A gettext catalogue, read as its translators keep it: text, no compiled copy beside it.

A copy would be one more file to forget; reading hundreds of messages takes some 30 ms on a laptop,
once a process and language.
"""

import gettext
import io
from importlib.resources import files
from importlib.resources.abc import Traversable
from typing import Final

from babel.messages.catalog import Catalog, Message
from babel.messages.mofile import write_mo
from babel.messages.pofile import PoFileError, read_po

from protocol.saying import GAP

SUFFIX: Final = ".po"


def catalogues() -> dict[str, Traversable]:
    """Return the file of each language that has one, by its tag."""
    found = {it.name: it for it in files(__package__).iterdir() if it.name.endswith(SUFFIX)}
    return {name.removesuffix(SUFFIX): found[name] for name in sorted(found)}


def read_catalogue(content: bytes) -> Catalog:
    """Return the catalogue in a file. Raises PoFileError or ValueError if it is none."""
    return read_po(io.BytesIO(content), abort_invalid=True)


def translations(content: bytes) -> gettext.NullTranslations:
    """Return what a catalogue says; a message that would break its sentence is left out.

    A file that is no catalogue at all says nothing: a slip of an editor costs people their
    language, never their sheet.
    """
    try:
        catalogue = read_catalogue(content)
    except (PoFileError, ValueError):
        return gettext.NullTranslations()
    for message in [message for message in catalogue if message.id and faults(message)]:
        catalogue.delete(message.id, message.context)
    compiled = io.BytesIO()
    write_mo(compiled, catalogue)
    compiled.seek(0)
    return gettext.GNUTranslations(compiled)


def faults(message: Message) -> list[str]:
    """Return what is wrong with a translation: a placeholder lost, invented or misspelt.

    Templates fill in what a sentence leaves open, so a lone % in one that leaves nothing open
    would end its page.
    """
    said = (message.string,) if isinstance(message.string, str) else message.string or ()
    lone = not message.python_format and any("%" in it for it in said)
    found = [*map(str, message.check()), *["a lone %"] * lone]
    return [*found, *["other {gaps}"] * any(_has_other_gaps(message, it) for it in said)]


def _has_other_gaps(message: Message, said: str) -> bool:
    """Tell whether a translation leaves open something else. A plural need not say its number."""
    if isinstance(message.id, str):
        return bool(said) and _gaps(said) != _gaps(message.id)
    given = _gaps("".join(message.id))
    return bool(said) and not given - {"count"} <= _gaps(said) <= given


def _gaps(text: str) -> set[str]:
    return set(GAP.findall(text))
