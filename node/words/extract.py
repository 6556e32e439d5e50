"""Finds for the catalogues what stands unmarked in lower layers; pyproject.toml names it.

The protocol knows no language but English: names beside ids, and sentences about fields.
"""

from collections.abc import Iterator

from protocol.aid.categories import CATEGORIES
from protocol.aid.sentences import FIELD_WORDS, SENTENCES


def categories(*_asked: object, **_options: object) -> Iterator[tuple[int, None, str, list[str]]]:
    """Yield the English name of each category, in the form of Babel's extractors."""
    for number, name in enumerate(CATEGORIES.values(), start=1):
        yield number, None, name, []


def sentences(*_asked: object, **_options: object) -> Iterator[tuple[int, None, str, list[str]]]:
    """Yield what is said of fields that cannot be used, and the names of the fields."""
    said = [*SENTENCES.values(), *FIELD_WORDS.values()]
    for number, text in enumerate(dict.fromkeys(said), start=1):
        yield number, None, text, []
