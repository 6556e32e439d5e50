"""`pod language`: what the pages and sheets of this pod can be read in, and one more."""

from typing import Final

import click
from babel.messages.pofile import PoFileError

from cli import words
from cli.desk import Desk, Group, pass_desk
from cli.out import Table
from node.shapes.plain import Json
from node.whole_file import write_whole
from node.words import WORDS, Languages, language_name
from node.words.blank import blank, renewed
from node.words.catalogue import SUFFIX, TAG, content_of, files_in, message_count
from protocol.errors import UserError

_MOST_SHOWN: Final = 10
"""Sentences of one file that cannot be used: more are told with --json."""


@click.group("language", cls=Group)
def language() -> None:
    """The languages that pages and sheets of this pod can be read in."""


@language.command("list")
@pass_desk
def list_languages(desk: Desk) -> None:
    """List the languages, and what the pod's own files say.

    A running node takes up a changed file by itself. A sentence that cannot be used is said in
    English, and named here.
    """
    languages = Languages(desk.data_dir / WORDS)
    own, problems, count = languages.of_pod(), languages.problems(), message_count()
    told: list[Json] = []
    rows = []
    for tag in languages.tags():
        name, said = languages.words_in(tag).own_name, own.get(tag)
        told.append(
            {
                "tag": tag,
                "name": name,
                "said": said.said if said else None,
                "left_out": dict(said.left_out) if said else {},
            }
        )
        rows.append((tag, name, f"{said.said} of {count} sentences" if said else ""))
    desk.out.answer(
        {"languages": told, "sentences": count, "problems": dict(problems)},
        Table(("", "Language", "In this pod's own file"), rows, fold=frozenset(("Language",))),
    )
    for tag, said in own.items():
        for message, why in list(said.left_out.items())[:_MOST_SHOWN]:
            desk.out.note(f"{tag}: “{message}” is said in English: {why}.")
    for problem in problems.values():
        desk.out.note(f"{problem}: it is not used.", "Save it anew with a program for .po files.")


@language.command("add")
@click.argument("tag")
@pass_desk
def add(desk: Desk, tag: str) -> None:
    """Begin a pod's own file of a language, with every sentence and room for its translation.

    TAG is the language in short, as browsers say it. Fill the file in with any program for .po
    files, or a plain editor; what is empty is said as before, or in English.

    \b
      pod language add ar
      pod language add zh-Hant
    """
    folder = desk.data_dir / WORDS
    with desk.pod():
        asked = tag.lower()
    file = folder / f"{asked}{SUFFIX}"
    if not TAG.fullmatch(asked):
        raise UserError("invalid", f"{tag!r} is no tag of a language.", "Like ar, so or zh-Hant.")
    if file.exists():
        raise UserError(
            "conflict",
            f"{file} is there already.",
            f"Fill it in; for what is new since: pod language renew {asked}",
        )
    folder.mkdir(exist_ok=True)
    write_whole(file, blank(asked))
    desk.out.answer(
        {"file": str(file), "tag": asked, "sentences": message_count()},
        f"{file} is written, with {message_count()} sentences for {language_name(asked)}.",
        "Fill it in; phones are offered the language from the first sentence on.",
    )


@language.command("renew")
@click.argument("tag")
@pass_desk
def renew(desk: Desk, tag: str) -> None:
    """Bring a pod's own file in step with this program, after an upgrade.

    Sentences that are new come in empty; translations that nothing asks for any more stay at the
    end of the file, and come back with their sentence.

    \b
      pod language renew ar
    """
    asked = tag.lower()
    with desk.pod():
        found = files_in(desk.data_dir / WORDS).get(asked)
    if found is None:
        raise UserError(
            "not_found",
            f"This pod has no file of its own for {tag!r}.",
            f"Begin one: pod language add {asked}",
        )
    try:
        made = renewed(content_of(found))
    except (OSError, ValueError, PoFileError) as err:
        raise UserError(
            "invalid",
            f"{found.path} cannot be read: {err}.",
            "Save it anew with a program for .po files.",
        ) from err
    write_whole(found.path, made.content)
    desk.out.answer(
        {"file": str(found.path), "tag": asked, "new": made.new, "gone": made.gone},
        f"{found.path} is in step: {words.counted(made.new, 'new sentence')}, "
        f"{made.gone} that nothing asks for any more.",
    )
