"""How a page is written: its template, in the visitor's language, with what every page shows."""

from collections.abc import Mapping, Sequence
from typing import Any, Final

from aiohttp import web

from node.web.assets import Asset
from node.web.says import Says
from node.web.viewer import Viewer
from node.words import Languages, Words, templates, wider
from node.words.catalogue import TAG

LANGUAGE: Final = "language"
"""The cookie of a visitor's choice: it stays on the device."""
_MAX_ACCEPTED: Final = 10


class View:
    """Renders templates of node/web."""

    def __init__(self, assets: Mapping[str, Asset], languages: Languages) -> None:
        self.languages = languages
        self._templates = templates("node.web")
        self._assets = assets

    def render(
        self, template: str, request: web.BaseRequest, viewer: Viewer, values: Mapping[str, Any]
    ) -> str:
        """Return the page. values: by the names that its template asks for."""
        self.languages.look_again()
        words = self.words(request)
        shared = {
            "words": words,
            "viewer": viewer,
            "here": request.path,
            "languages": [self.languages.words_in(tag) for tag in self.languages.tags()],
            "say": Says(words, viewer.now_s),
            "is_secret": request.secure,
            "asset": lambda name: self._assets[name].path,
        }
        return self._templates.get_template(template).render(shared | dict(values))

    def words(self, request: web.BaseRequest) -> Words:
        """Return the words of this visitor's language."""
        language = language_of(request, self.languages.tags())
        return self.languages.words_in(language, region_of(request, language))


def language_of(request: web.BaseRequest, known: Sequence[str]) -> str:
    """Return the language that the visitor chose, or the first of the browser's that we have."""
    chosen = request.cookies.get(LANGUAGE)
    if chosen in known:
        return str(chosen)
    for tag in accepted(request.headers.get("Accept-Language", "")):
        if found := next((it for it in wider(tag) if it in known), None):
            return found
    return known[0]


def region_of(request: web.BaseRequest, language: str) -> str:
    """Return the tag of a language as the browser has it: en-us for en. It decides of dates."""
    wished = accepted(request.headers.get("Accept-Language", ""))
    fitting = (it for it in wished if it.startswith(f"{language.lower()}-") and TAG.fullmatch(it))
    return next(fitting, language)


def accepted(header: str) -> list[str]:
    """Return the language tags of an Accept-Language header (RFC 9110 §12.5.4), best first."""
    wished = []
    for part in header[:500].split(",")[:_MAX_ACCEPTED]:
        tag, _, weight = part.partition(";")
        try:
            quality = float(weight.strip().removeprefix("q=") or 1)
        except ValueError:
            continue
        if tag.strip() and quality > 0:
            wished.append((quality, tag.strip().lower()))
    return [tag for _, tag in sorted(wished, key=lambda it: -it[0])]
