"""Where a catalogue says nothing, a page is English in part, and says so: for who listens to it."""

from pathlib import Path

import pytest
from jinja2 import DictLoader

from node.words import Languages, Words, templates, words_in
from node.words.gaps import InEnglish, Page
from protocol.saying import Plural, say
from tests.words.test_of_pod import write

SPAN = '<span lang="en" dir="ltr">'


@pytest.fixture
def arabic(tmp_path: Path) -> Words:
    """Arabic, as far as it goes on its first evening: one word."""
    write(tmp_path, "ar.po", {"Board": "اللوحة"})
    return Languages(tmp_path).words_in("ar")


def page(words: Words, template: str, **values: object) -> str:
    env = templates("node.web").overlay(loader=DictLoader({"page": template}))
    env.template_class = Page
    return env.get_template("page").render(words=words, **values)


def test_a_page_says_which_words_are_english_still(arabic: Words) -> None:
    said = page(arabic, '<h1>{{ _("Board") }}</h1><p>{{ _("Food") }}</p>')
    assert said == f"<h1>اللوحة</h1><p>{SPAN}Food</span></p>"


def test_what_code_says_is_told_apart_too(arabic: Words) -> None:
    said = page(arabic, "<p>{{ it }}</p>", it=arabic.gettext("%(left)s left") % {"left": 3})
    assert said == f"<p>{SPAN}3 left</span></p>"
    error = say("No {name}.", {"name": "soup"}, arabic)
    assert page(arabic, "{{ it }}", it=error) == f"{SPAN}No soup.</span>"


@pytest.mark.parametrize("count", [1, 2])
def test_a_plural_is_told_apart(arabic: Words, count: int) -> None:
    template = "{% trans count %}{{ count }} day{% pluralize %}{{ count }} days{% endtrans %}"
    assert page(arabic, template, count=count).startswith(SPAN)
    assert isinstance(say(Plural("{count} day", "{count} days", count), {}, arabic), InEnglish)


@pytest.mark.parametrize("tag", ["en", "es"])
def test_a_whole_language_has_no_gaps(tag: str) -> None:
    template = '<p>{{ _("Audio") }} {{ _("Food") }}</p>'  # audio is Spanish too
    assert "<span" not in page(words_in(tag), template)


def test_in_an_attribute_english_is_plain(arabic: Words) -> None:
    assert page(arabic, '<nav aria-label="{{ _("Pages") }}">') == '<nav aria-label="Pages">'


def test_what_takes_no_span_says_it_itself(arabic: Words) -> None:
    said = page(arabic, '<select><option value="a" selected>{{ _("Food") }}</option></select>')
    assert '<option value="a" selected lang="en" dir="ltr">Food</option>' in said
    assert page(arabic, '<title>{{ _("Food") }} · Elm</title>') == "<title>Food · Elm</title>"


@pytest.mark.parametrize("name", ["<b>", '"><script>', "\ue000\ue001", "\ue002"])
def test_what_people_wrote_into_an_english_sentence_stays_escaped(arabic: Words, name: str) -> None:
    said = page(
        arabic,
        "{{ by_code }}{% trans name=name %}from {{ name }}{% endtrans %}",
        by_code=arabic.gettext("%(name)s is here") % {"name": name},
        name=name,
    )
    assert "<b>" not in said
    assert "<script>" not in said
    assert said.count("<") == 4  # two spans


def test_elsewhere_the_words_are_plain(arabic: Words) -> None:
    assert str(arabic.gettext("Food")).encode() == b"Food"
    assert f"{arabic.gettext('Food')}" == "Food"
