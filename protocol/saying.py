"""A sentence for people, in whichever language its reader has.

It stands in code as an English template with named gaps, so that a catalogue can hold it, and what
fills the gaps is given beside it. A value is never read as a template, whoever wrote it.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Final, Protocol
from unicodedata import bidirectional

GAP: Final = re.compile(r"\{([a-z_]+)\}")
"""A gap: {name}. Nothing else is special in a template, a lone brace neither."""


def N_(message: str) -> str:  # noqa: N802  # the name that tools for catalogues look for
    """Mark a message for the catalogues; it is said later, in the words of its reader."""
    return message


class Speaker(Protocol):
    """One language. node.words.Words is the one of pages and paper."""

    def gettext(self, message: str) -> str:
        """Return an English text in this language."""

    def ngettext(self, one: str, many: str, number: int) -> str:
        """Return the one of two English texts that fits a number, in this language."""

    def number(self, number: int) -> str:
        """Return a quantity as it is written there."""


class Word(str):
    """A value that is a word of ours, so one to translate too; a member of a StrEnum is another."""

    __slots__ = ()


@dataclass(frozen=True, slots=True)
class Plural:
    """A text that depends on a number, which stands in its gap {count}."""

    one: str
    many: str
    count: int


class _English:
    def gettext(self, message: str) -> str:
        return message

    def ngettext(self, one: str, many: str, number: int) -> str:
        return one if number == 1 else many

    def number(self, number: int) -> str:
        return f"{number:,}"


ENGLISH: Final[Speaker] = _English()
Template = str | Plural


class Saying(str):
    """A sentence that is kept for its reader: as text it is English, `sentence_in` has others."""

    __slots__ = ("_template", "_values")
    _template: Template
    _values: Mapping[str, object]

    def __new__(cls, template: Template, **values: object) -> "Saying":
        """Return a template, marked for the catalogues by this call, with what fills its gaps."""
        made = super().__new__(cls, say(template, values, ENGLISH))
        made._template, made._values = template, values
        return made

    def sentence_in(self, speaker: Speaker) -> str:
        """Return the sentence in a language."""
        return say(self._template, self._values, speaker)


def say(template: Template, values: Mapping[str, object], speaker: Speaker) -> str:
    """Return a template in the speaker's language, its gaps filled.

    values: text stands as it is; a whole number is a quantity (give what is only called by a number
    as text); a Word, a StrEnum, a Plural whatever has a sentence_in, and each of a
    tuple are said by the speaker too.
    """
    if isinstance(template, Plural):
        text = speaker.ngettext(template.one, template.many, template.count)
        values = {**values, "count": template.count}
    else:
        # What is gaps alone has no words to translate, and no catalogue has it.
        has_words = any(sign.isalpha() for sign in GAP.sub("", template))
        text = speaker.gettext(str(template)) if has_words else str(template)
    filled = GAP.sub(lambda gap: _said(values.get(gap[1], gap[0]), speaker), text)
    return type(text)(filled)  # a text that knows in which language it is still does


def _said(value: object, speaker: Speaker) -> str:
    if isinstance(value, Plural):
        return say(value, {}, speaker)
    sentence_in = getattr(value, "sentence_in", None)
    if sentence_in is not None:
        return str(sentence_in(speaker))
    if type(value) is tuple:  # and no named one, which may have words of its own
        return " ".join(_said(part, speaker) for part in value)
    if isinstance(value, Word | StrEnum):
        return speaker.gettext(str(value))
    if isinstance(value, int) and not isinstance(value, bool):
        return speaker.number(value)
    return str(value) if speaker is ENGLISH else isolated(str(value))


def isolated(text: str) -> str:
    """Return a text that may be written from the right so that it turns nothing around it.

    In signs of its own (UAX #9 §2.4.2), not in HTML: errors go to paper and programs too.
    """
    is_turned = any(bidirectional(sign) in {"R", "AL"} for sign in text)
    return f"\u2068{text}\u2069" if is_turned else text
