"""A catalogue for whoever translates: what people see first stands first, and stays in step.

Spec: docs/languages.md. Somebody with an hour gets through joining, the first page and the board;
the rest can wait, as it is said in English until then.
"""

import gettext
import io
from collections.abc import Iterator
from importlib.resources import files
from typing import Final, NamedTuple

from babel import Locale, localedata
from babel.messages.catalog import Catalog, Message
from babel.messages.pofile import write_po

from node.words.catalogue import complete, is_said, read_catalogue
from node.words.templates import templates
from protocol.aid.categories import CATEGORIES

FIRST: Final = (
    *("base.html", "setup.html", "join.html", "public.html", "home.html"),
    *("post_category.html", "post.html", "board.html", "items.html", "listing.html"),
    *("mine.html", "more.html", "meetups.html", "meetup.html", "asked.html", "roll_call.html"),
)
"""Pages in the order in which somebody new comes to them."""
_BEGINS: Final = "=== What people see first: joining, the first page, the board, asking ==="
_GOES_ON: Final = "=== All the rest, in the order of the alphabet ==="
_EXAMPLES: Final = 5
_HEADER: Final = """\
# What a pod's pages and paper say, each text once: English in msgid, yours between the quotes below
# it. What you leave empty is said in English. Keep what stands in {{braces}} or like %(this)s.
# What people see first stands first. Of a text with numbers, the lines are for:
{examples}
msgid ""
msgstr ""
"Language: {tag}\\n"
"Plural-Forms: {forms}\\n"
"MIME-Version: 1.0\\n"
"Content-Type: text/plain; charset=utf-8\\n"
"Content-Transfer-Encoding: 8bit\\n"

"""


class Renewed(NamedTuple):
    """A catalogue in step with this program. gone: translations that nothing asks for any more."""

    content: bytes
    new: int
    gone: int


def blank(tag: str) -> bytes:
    """Return a catalogue of a language with every message and no translation yet."""
    known = Locale.parse(tag, sep="-") if localedata.exists(tag.replace("-", "_")) else None
    made = Catalog(locale=known, charset="utf-8")
    for message, comments in _in_order():
        made.add(message.id, flags=message.flags, auto_comments=comments, context=message.context)
    examples = "\n".join(_examples(made))
    header = _HEADER.format(tag=tag, forms=made.plural_forms, examples=examples)
    return header.encode() + _body(made)


def renewed(content: bytes) -> Renewed:
    """Return a catalogue with exactly the messages of this program, under the header that it had.

    What it says of others is kept at its end, and comes back with them. Raises PoFileError or
    ValueError if it is no catalogue.
    """
    header, _, _ = content.partition(b"\n\n")
    old, made = read_catalogue(content), Catalog(charset="utf-8")
    left = {it.id: it for it in (*old, *old.obsolete.values()) if it.id and is_said(it)}
    new = 0
    for message, comments in _in_order():
        known = old.get(message.id, message.context)
        back = left.pop(message.id, None)
        new += known is None
        said = known or back
        made.add(
            message.id,
            string=said.string if said else None,
            flags=message.flags | ({"fuzzy"} & set(said.flags) if said else set()),
            auto_comments=comments,
            user_comments=said.user_comments if said else (),
            context=message.context,
        )
    made.obsolete.update(left)
    return Renewed(header + b"\n\n" + _body(made), new, len(left))


def _in_order() -> Iterator[tuple[Message, list[str]]]:
    """Yield every message, those of FIRST before the rest, with a word where each part begins."""
    left = {_texts(it): it for it in complete() if it.id}
    first = [left.pop(it) for it in dict.fromkeys(_first()) if it in left]
    for part, begins in ((first, _BEGINS), (list(left.values()), _GOES_ON)):
        for number, message in enumerate(part):
            yield message, [begins] * (number == 0)


def _first() -> Iterator[tuple[str, ...]]:
    """Yield what the first pages say, in their order; some of it more than once."""
    env = templates("node.web")
    for name in FIRST:
        source = (files("node.web") / "templates" / name).read_text("utf-8")
        for _, _, said in env.extract_translations(source):  # type: ignore[attr-defined]
            texts = said if isinstance(said, tuple) else (said,)
            yield tuple(it for it in texts if it)
    yield from ((it,) for it in CATEGORIES.values())


def _texts(message: Message) -> tuple[str, ...]:
    return (message.id,) if isinstance(message.id, str) else tuple(message.id)


def _examples(made: Catalog) -> Iterator[str]:
    """Yield for which numbers each form of a plural is."""
    form_of = gettext.c2py(made.plural_expr)
    for form in range(made.num_plurals):
        numbers = [str(it) for it in range(1000) if form_of(it) == form]
        more = ", …" if len(numbers) > _EXAMPLES else ""
        yield f"# msgstr[{form}]: {', '.join(numbers[:_EXAMPLES])}{more}"


def _body(made: Catalog) -> bytes:
    body = io.BytesIO()
    write_po(body, made, width=100, omit_header=True)
    return body.getvalue()
