"""Templates for pages and paper: every value escaped, none forgotten, words in any language.

A template is rendered with `words`, the Words of its reader; `_("...")`, `{% trans %}` and the
days in it are then said in that language. No template says `|safe`: what is HTML already comes as
Markup, from code of ours that made it.
"""

from collections.abc import Callable
from functools import cache

from jinja2 import Environment, PackageLoader, StrictUndefined, pass_context
from jinja2.runtime import Context
from markupsafe import Markup

from node.words.gaps import Page, as_html


@cache
def templates(package: str) -> Environment:
    """Return the templates in a package's folder `templates`. One set serves all languages."""
    made = Environment(
        loader=PackageLoader(package),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        auto_reload=False,
        extensions=["jinja2.ext.i18n"],
    )
    made.template_class = Page
    made.filters["bdi"] = bdi
    made.policies["ext.i18n.trimmed"] = True
    made.install_gettext_callables(  # type: ignore[attr-defined]  # by the extension
        *(_in_words(name) for name in ("gettext", "ngettext")),
        newstyle=True,
        **{name: _in_words(name) for name in ("pgettext", "npgettext")},
    )
    return made


def bdi(text: object, lang: str | None = None) -> Markup:
    """Return what somebody wrote as HTML that keeps its own direction, beside any other text.

    lang: the tag of its language, where that is known. It stands in a {% trans %} too.
    """
    if lang:
        return Markup('<bdi lang="{}">{}</bdi>').format(lang, text)
    return Markup("<bdi>{}</bdi>").format(text)


def _in_words(name: str) -> Callable[..., str]:
    """Return a function for templates that asks the reader's words."""

    @pass_context
    def say(context: Context, *said: object) -> str:
        text: str = getattr(context["words"], name)(*said)
        return as_html(text)

    return say
