"""A slip of whoever edits a catalogue costs a sentence its language, and no page."""

import pytest

from node.words.catalogue import translations

HEADER = 'msgid ""\nmsgstr ""\n"Content-Type: text/plain; charset=utf-8\\n"\n\n'
SLIP = HEADER + '#, python-format\nmsgid "until %(day)s"\nmsgstr "hasta %(dia)s"\n'


def test_a_misspelt_placeholder_costs_one_translation_and_no_page() -> None:
    said = translations(f'{SLIP}\nmsgid "Food"\nmsgstr "Comida"\n'.encode())
    assert said.gettext("until %(day)s") % {"day": "Monday"} == "until Monday"
    assert said.gettext("Food") == "Comida"


@pytest.mark.parametrize("content", [b"not a catalogue", b"\xff\xfe", b'msgid "open'])
def test_a_file_that_is_no_catalogue_says_nothing(content: bytes) -> None:
    assert translations(content).gettext("Food") == "Food"


@pytest.mark.parametrize("said", ["100 % gratis", "%(dia)s", "%s"])
def test_a_lone_percent_costs_one_translation_and_no_page(said: str) -> None:
    found = translations(f'{HEADER}msgid "free"\nmsgstr "{said}"\n'.encode())
    assert found.gettext("free") == "free"


@pytest.mark.parametrize(
    "said", ["{campo} falta.", "Falta.", "{field.__class__} falta.", "{field} {x}"]
)
def test_another_gap_costs_one_translation(said: str) -> None:
    found = translations(f'{HEADER}msgid "{{field}} is needed."\nmsgstr "{said}"\n'.encode())
    assert found.gettext("{field} is needed.") == "{field} is needed."


def test_a_plural_may_say_one_in_words() -> None:
    forms = 'msgstr[0] "un bulto de {pod}"\nmsgstr[1] "{count} bultos de {pod}"\n'
    said = f'msgid "{{count}} sack of {{pod}}"\nmsgid_plural "{{count}} sacks of {{pod}}"\n{forms}'
    header = HEADER.replace("\n\n", '\n"Plural-Forms: nplurals=2; plural=(n != 1);\\n"\n\n')
    found = translations(f"{header}{said}".encode())
    assert (
        found.ngettext("{count} sack of {pod}", "{count} sacks of {pod}", 1) == "un bulto de {pod}"
    )
