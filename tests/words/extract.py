"""Finds for the catalogues what stands unmarked in lower layers; pyproject.toml names it.

The protocol knows no language but English: names beside ids, sentences about fields, and what an
error says. Babel's own extractor for Python finds what is marked; this one finds errors too.
"""

import ast
from collections.abc import Collection, Iterator
from typing import IO, Any, Final

from babel.messages.extract import extract_python

from node.aid.letters import State as Letter
from node.channel import REFUSALS
from node.notices import NOTICES
from protocol.aid.categories import CATEGORIES
from protocol.aid.house import steward_log
from protocol.aid.house.proposal import State as Proposed
from protocol.aid.house.rights import Right, Role
from protocol.aid.life import Standing
from protocol.aid.sentences import FIELD_WORDS, SENTENCES
from protocol.errors import is_command
from protocol.saying import GAP
from store.faults import WORDS

Found = tuple[int, str | None, Any, Any]
ERRORS: Final = ("ExplainedError", "UserError", "StoreError", "ConfigError", "LinkError")
KEPT: Final = ("Saying", "Unreadable")
"""What keeps a sentence for its reader."""

_SAY: Final = "say"
"""What code of pages calls its reader's gettext or ngettext."""


def python(
    file: IO[bytes], keywords: Collection[str], comment_tags: Any, options: Any
) -> Iterator[Found]:
    """Yield what is marked in a module, what its errors say, and what depends on a number."""
    extract: Any = extract_python  # its hints name its yields in another order
    marked = extract(file, {*keywords, _SAY}, comment_tags, options)
    for line, name, texts, comments in marked:
        if name == _SAY:
            yield line, "gettext" if isinstance(texts, str) else "ngettext", texts, comments
        else:
            yield line, name, texts, comments
    file.seek(0)
    for node in ast.walk(ast.parse(file.read())):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
            if node.func.id in ERRORS:
                for text in said_by(node):
                    yield node.lineno, None, text, []
            elif node.func.id in KEPT and isinstance(node.args[0], ast.Constant):
                text = node.args[0].value
                if any(sign.isalpha() for sign in GAP.sub("", text)):
                    yield node.lineno, None, text, []
            elif node.func.id == "Plural":
                forms = tuple(ast.literal_eval(form) for form in node.args[:2])
                yield node.lineno, "ngettext", forms, []


def said_by(error: ast.Call) -> list[str]:
    """Return the texts in the call that makes an error, but for commands."""
    given = [*error.args[1:3], *(it.value for it in error.keywords if it.arg == "on_page")]
    branches = [part for it in given for part in _branches(it)]
    texts = [it.value for it in branches if isinstance(it, ast.Constant)]
    return [it for it in texts if isinstance(it, str) and GAP.sub("", it) and not is_command(it)]


def _branches(node: ast.expr) -> list[ast.expr]:
    return (
        [*_branches(node.body), *_branches(node.orelse)] if isinstance(node, ast.IfExp) else [node]
    )


def categories(*_asked: object, **_options: object) -> Iterator[Found]:
    """Yield the English name of each category, in the form of Babel's extractors."""
    for number, name in enumerate(CATEGORIES.values(), start=1):
        yield number, None, name, []


def sentences(*_asked: object, **_options: object) -> Iterator[Found]:
    """Yield what is said of fields that cannot be used, and the names of the fields."""
    yield from _numbered([*SENTENCES.values(), *FIELD_WORDS.values()])


def tables(*_asked: object, **_options: object) -> Iterator[Found]:
    """Yield what errors say that are made from tables, who may do what, and how things stand."""
    pairs = [*REFUSALS.values(), *WORDS.values()]
    yield from _numbered([text for pair in pairs for text in pair if not is_command(text)])
    log = (*steward_log.SENTENCES.values(), *steward_log.NOTES.values(), steward_log.A_STEWARD)
    yield from _numbered([*log, steward_log.WHO_LEFT, steward_log.THEY_LEFT])
    yield from _numbered([*NOTICES.values(), *Right, *Role, *Proposed, *Standing, *Letter])


def _numbered(texts: Collection[str]) -> Iterator[Found]:
    for number, text in enumerate(dict.fromkeys(texts), start=1):
        if text:
            yield number, None, str(text), []
