"""`pod print`: sheets of paper, each as one file for any browser."""

from inspect import cleandoc
from pathlib import Path
from typing import Any, Final

import click

from cli.desk import Desk, command, pass_desk
from cli.out import Pairs
from node.config import CONFIG_FILE, load_config
from node.paper import SHEETS, Job, Options, Paper, Style, is_a_sheet, print_sheet
from node.paper.job import MOST_LISTINGS
from node.paper.where import Pages
from node.whole_file import write_whole
from node.words import WORDS, Languages, Words
from protocol.errors import UserError

_PAPERS: Final = {paper.value: paper for paper in Paper}


@command("print")
@click.argument("sheet", type=click.Choice(list(SHEETS)), metavar="SHEET")
@click.option(
    "--paper",
    type=click.Choice(list(_PAPERS), case_sensitive=False),
    default=Paper.A4.value,
    metavar="|".join(_PAPERS),
    help="Size of the paper.",
)
@click.option("--large", is_flag=True, help="Large print: no letter below 16 pt.")
@click.option("--lang", default="en", metavar="TAG", help="In which language: en, es.")
@click.option(
    "--out",
    type=click.Path(dir_okay=False, allow_dash=True, path_type=Path),
    help="The file to write; `-` is stdout. Without it, SHEET.html in this folder.",
)
@click.option("--inside", is_flag=True, help="board, resources, event: all, for inside.")
@click.option(
    "--limit", type=click.IntRange(1), default=MOST_LISTINGS, help="board, resources: how many."
)
@click.option("--wifi", metavar="NAME", help="flyer, invitation-cards: the pod's Wi-Fi.")
@click.option("--wifi-password", metavar="WORDS", help="What joins it; people will read it.")
@click.option(
    "--address",
    "addresses",
    multiple=True,
    metavar="HOST[:PORT]",
    help="flyer, invitation-cards: where phones find the pod; may be repeated.",
)
@click.option(
    "--code", "codes", multiple=True, metavar="CODE", help="invitation-cards: of pod invite make."
)
@click.option("--invitation", metavar="TEXT", help="invitation-cards: one for another pod.")
@click.option("--item", metavar="REF", help="proposal, event: which one.")
@pass_desk
def print_(
    desk: Desk,
    /,
    *,
    sheet: str,
    paper: str,
    large: bool,
    lang: str,
    out: Path | None,
    **options: Any,
) -> None:
    """Write a sheet to print: one HTML file that any browser opens and prints.

    \b
    {sheets}

    Printing changes nothing in the pod. Nobody's name, number or address is on a sheet unless
    they said that it may stand on paper.

    \b
      pod print board --paper Letter --large
      pod print flyer --wifi "Maple Street" --wifi-password "bread and roses" --lang es
    """
    config = load_config(desk.data_dir / CONFIG_FILE)
    pages = Pages(config.web_port, config.web_https)
    languages = Languages(desk.data_dir / WORDS)
    words = _words_in(languages, lang)
    style = Style(words=words, languages=languages, paper=_PAPERS[paper], large=large)
    with desk.pod() as pod:
        job = Job(pod=pod, style=style, options=Options(**options), pages=pages)
        printed = print_sheet(job, sheet)
    if str(out) == "-":
        desk.out.raw(printed.html.encode())
        return
    file = out or _own_file(sheet)
    write_whole(file, printed.html.encode())
    desk.out.answer(
        {
            "file": str(file),
            "sheet": sheet,
            "paper": paper,
            "large": large,
            "lang": style.words.tag,
            "contents": printed.contents,
            "left_out": printed.left_out,
        },
        f"{file} is written: open it in a browser, and print it.",
        Pairs([("Version", printed.contents), ("Paper", paper)]),
    )
    if not config.web and "addresses" in SHEETS[sheet].takes:
        desk.out.note(
            "The members' pages are switched off, so the address on it leads nowhere.",
            "pod config set web true",
        )
    if printed.left_out:
        desk.out.note(printed.left_out)


print_.help = cleandoc(print_.help or "").format(
    sheets="\n".join(f"  {name:<18}{sheet.summary}" for name, sheet in SHEETS.items())
)


def _words_in(languages: Languages, asked: str) -> Words:
    """Return the language if sheets speak it: people should learn here, and not at the printer."""
    found = languages.words_in(asked)
    if found.tag.partition("-")[0].lower() == asked.partition("-")[0].lower():
        return found
    raise UserError(
        "invalid",
        f"Sheets cannot be had in {asked!r} yet.",
        f"Choose one of: {', '.join(languages.tags())}. Or add it: pod language add {asked}",
    )


def _own_file(sheet: str) -> Path:
    """Return the file that a sheet goes to by itself; only an older sheet is written over."""
    file = Path(f"{sheet}.html")
    if file.exists() and not (file.is_file() and is_a_sheet(file)):
        raise UserError(
            "conflict",
            f"{file} is here already, and it is no sheet of a pod.",
            f"Give another name: pod print {sheet} --out FILE",
        )
    return file
