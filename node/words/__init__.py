"""The words of pages and paper in people's languages: texts, plurals, dates.

English stands in the code and templates; each other language is one gettext catalogue beside
this module, `es.po`, which a neighbour can edit with any program for it (docs/adr/0023-words.md).
What a catalogue does not say is said in English. What people wrote is never translated.
"""

from node.words.languages import ENGLISH, Words, language_name, languages, words_in
from node.words.steps import next_step
from node.words.templates import templates

__all__ = ["ENGLISH", "Words", "language_name", "languages", "next_step", "templates", "words_in"]
