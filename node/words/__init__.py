"""The words of pages and paper in people's languages: texts, plurals, dates.

English stands in the code and templates; each other language is one gettext catalogue, beside this
module (`es.po`) or in the folder `words` of a pod, which a neighbour can edit with any program for
it (docs/languages.md). What a catalogue does not say is said in English. What people wrote is never
translated.
"""

from node.words.faults import beside_field
from node.words.languages import (
    ENGLISH,
    SHIPPED,
    WORDS,
    Languages,
    Words,
    language_name,
    languages,
    wider,
    words_in,
)
from node.words.steps import next_step
from node.words.templates import templates

__all__ = [
    "ENGLISH",
    "SHIPPED",
    "WORDS",
    "Languages",
    "Words",
    "beside_field",
    "language_name",
    "languages",
    "next_step",
    "templates",
    "wider",
    "words_in",
]
