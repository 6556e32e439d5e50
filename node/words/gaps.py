"""What a catalogue leaves in English, and how a page says so: to eyes it is plain, to ears not.

A program that reads pages aloud takes each word by the rules of the page's language, unless `lang`
says otherwise. So English in an Arabic page is told apart from its words: text is InEnglish, as
HTML it stands between two marks, and a page that is written has `lang` instead of them. In an
attribute, where nothing can say so, the marks go.
"""

import gettext
import re
from secrets import token_hex
from typing import Any, Final

from jinja2 import Template
from markupsafe import Markup, escape

# No one who writes on a page can know them, so nobody's words can be taken for ours.
_ONCE: Final = token_hex(8)
_BEGIN: Final = f"\ue000{_ONCE}\ue001"
_END: Final = f"\ue002{_ONCE}\ue001"
_TAG: Final = r"<(?:[^<>\"']|\"[^\"]*\"|'[^']*')*>"
_PART: Final = re.compile(f"({_TAG}|{_BEGIN}|{_END})")
_TEXT_ONLY: Final = ("title", "option", "textarea", "text", "tspan", "desc")
"""Elements in which no span can stand: of HTML, and of the pictures in it."""
_WHOLE: Final = re.compile(
    rf"(<({'|'.join(_TEXT_ONLY)})\b(?:[^<>\"']|\"[^\"]*\"|'[^']*')*)>"
    rf"{_BEGIN}([^<\ue000-\ue002]*){_END}(?=</\2>)"
)
_SPAN: Final = '<span lang="en" dir="ltr">'


class InEnglish(str):
    """A text that no catalogue says, in English; filled in, it still is."""

    __slots__ = ()

    def __mod__(self, values: Any) -> "InEnglish":
        return InEnglish(super().__mod__(values))

    def __html__(self) -> Markup:
        return Markup("{}{}{}").format(Markup(_BEGIN), escape(str(self)), Markup(_END))  # noqa: S704


class Gaps(gettext.NullTranslations):
    """The last of the catalogues of a language: says all that none before it does."""

    def gettext(self, message: str) -> str:
        return InEnglish(message)

    def ngettext(self, msgid1: str, msgid2: str, n: int) -> str:
        return InEnglish(super().ngettext(msgid1, msgid2, n))

    def pgettext(self, context: str, message: str) -> str:
        return InEnglish(super().pgettext(context, message))

    def npgettext(self, context: str, msgid1: str, msgid2: str, n: int) -> str:
        return InEnglish(super().npgettext(context, msgid1, msgid2, n))


class Page(Template):
    """A template whose English gaps have their `lang` once it is rendered."""

    def render(self, *args: Any, **kwargs: Any) -> str:
        return told_apart(super().render(*args, **kwargs))


def as_html(text: str) -> str:
    """Return a text that is HTML already, as translations in templates are."""
    return f"{_BEGIN}{text}{_END}" if isinstance(text, InEnglish) else text


def told_apart(html: str) -> str:
    """Return HTML with `lang` in place of marks; as it is, if it has none."""
    if _ONCE not in html:
        return html
    whole = _WHOLE.sub(r'\1 lang="en" dir="ltr">\3', html)
    return "".join(_said(_PART.split(whole)))


def _said(parts: list[str]) -> list[str]:
    """Return the parts of a page: tags without marks, and marks as spans where one can stand."""
    inside = ""
    said = []
    for part in parts:
        if part in (_BEGIN, _END):
            span = _SPAN if part == _BEGIN else "</span>"
            said.append("" if inside else span)
            continue
        if part.startswith("<"):
            name = part.strip("</>").partition(" ")[0].lower()
            if name in _TEXT_ONLY:
                inside = "" if part.startswith("</") else name
            part = part.replace(_BEGIN, "").replace(_END, "")
        said.append(part)
    return said
