"""`pod recovery`, and the moments in which people meet the 24 words."""

import sys
from functools import partial
from pathlib import Path
from typing import Final

import click

from cli import words
from cli.desk import Desk, Group, pass_desk
from node import recovery as words_and_sheet
from node.recovery import CHECKED_WORDS, WORDS
from node.shapes.plain import Json
from protocol.errors import EXIT_NO, UserError
from protocol.identity import PodKey, pod_id_text

TRIES: Final = 3
"""Wrong answers to one question before the words are shown again, or the check ends."""

_NOT_ERASED = (
    "A memory card or USB stick does not erase for certain: whoever gets it later may still find "
    "the words. If that worries you and this pod has no neighbours yet, move its folder away and "
    "run `pod init` at a terminal: then no file ever holds them."
)


@click.group("recovery", cls=Group)
def recovery() -> None:
    """The 24 words from which this pod can be made again."""


@recovery.command("confirm")
@click.option(
    "--all-words",
    is_flag=True,
    help="Check all 24 words (typed, or read from stdin): needs no sheet to compare with.",
)
@pass_desk
def confirm(desk: Desk, all_words: bool) -> None:  # noqa: FBT001  # click hands it over so
    """Check that people have the words on paper, then remove the recovery sheet.

    Asks for three words of the sheet. The words themselves are never shown and never taken as
    arguments, where other programs of this machine could read them.
    """
    sheet = words_and_sheet.waiting_sheet(desk.data_dir)
    if sheet is None:
        desk.out.answer(
            {"confirmed": True, "removed": None}, "There is no recovery sheet on this machine."
        )
        return
    known = _knows_all(desk) if all_words else _knows_three(desk, sheet)
    if not known:
        desk.out.answer(
            {"confirmed": False, "removed": None},
            "Those are not the words of this pod. The sheet stays where it is.",
        )
        raise click.exceptions.Exit(EXIT_NO)
    words_and_sheet.remove_sheet(desk.data_dir)
    desk.out.answer(
        {"confirmed": True, "removed": str(sheet)}, f"Confirmed; {sheet} is removed.", _NOT_ERASED
    )


@recovery.command("sheet")
@pass_desk
def sheet(desk: Desk) -> None:
    """Print who this pod's neighbours are and where: keep it with the 24 words.

    With it the words alone are enough, on a bare new machine. Nothing in it is secret.
    """
    with desk.pod() as pod:
        known = [
            "@".join([pod_id_text(it.pod_id), *it.addresses[:1]]) for it in pod.neighbours.all()
        ]
        today = words.local(pod.now().wall_ms / 1000).date()
        text = words_and_sheet.neighbours_sheet(pod.name, pod.pod_id, known, today)
        said: Json = {"name": pod.name, "pod_id": pod_id_text(pod.pod_id), "neighbours": [*known]}
    desk.out.answer(said, text.rstrip("\n"))


@recovery.command("age-key")
@pass_desk
def age_key(desk: Desk) -> None:
    """Print the key that opens this pod's backups with the age tool, where this program is not.

    It is made from the 24 words, asked for at a terminal or read from stdin; no pod is needed
    here. Write it to a file that nobody else reads, and delete that afterwards:

      age --decrypt --identity KEY-FILE BACKUP > pod.tar
    """
    from node.backup import identity_of

    identity = identity_of(PodKey.from_seed(words_and_sheet.seed_from(ask_words(desk))))
    desk.out.answer({"identity": identity}, identity)
    desk.out.note("Whoever has this key reads every backup of this pod.")


def ask_words(desk: Desk) -> list[str]:
    """Ask for the 24 words; they never stand on a command line, where others can read them."""
    if desk.out.can_ask():
        desk.out.tell(f"The {WORDS} words, from the paper. Ctrl-C ends, and changes nothing.")
        return [
            desk.out.ask_until_right(f"Word {number}", partial(words_and_sheet.known_word, number))
            for number in range(1, WORDS + 1)
        ]
    return sys.stdin.read(4096).split()


def nag(desk: Desk) -> None:
    """Say so while the words lie in a file."""
    sheet = words_and_sheet.waiting_sheet(desk.data_dir)
    if sheet:
        desk.out.note(
            f"The 24 recovery words lie in {sheet}: whoever reads them can speak as this pod.",
            "write them on paper, then run: pod recovery confirm",
        )


def hand_over(desk: Desk, seed: bytes) -> None:
    """Show the words of a new pod once, and go on only when people have them on paper."""
    while True:
        desk.out.show_once(
            f"The {WORDS} words of this pod",
            "",
            *words_and_sheet.columns(seed),
            "",
            "Write them on paper now, with their numbers. They are shown this once and",
            "kept nowhere. With them a lost or broken machine is replaced, and every",
            "neighbour goes on knowing this pod. Whoever else reads them can speak as this",
            "pod.",
            "",
            until="Press Enter when they are on paper.",
        )
        desk.out.tell(f"Now {CHECKED_WORDS} of them, from the paper.")
        if _says_three(desk, words_and_sheet.words(seed)):
            return
        desk.out.tell("Here they are once more.")


def _knows_three(desk: Desk, sheet: Path) -> bool:
    known = words_and_sheet.read_sheet(sheet)
    if not desk.out.can_ask():
        raise UserError(
            "invalid",
            f"This asks for {CHECKED_WORDS} words, and nobody is there to type them.",
            "Run it at a terminal (ssh -t), or give --all-words with the words on stdin.",
        )
    return _says_three(desk, known)


def _says_three(desk: Desk, known: tuple[str, ...]) -> bool:
    return all(_says(desk, known, number) for number in words_and_sheet.pick_positions())


def _says(desk: Desk, known: tuple[str, ...], number: int) -> bool:
    for _ in range(TRIES):
        if not words_and_sheet.wrong_words(known, {number: desk.out.ask(f"Word {number}")}):
            return True
        desk.out.tell(f"That is not word {number}. Look at the paper again.")
    return False


def _knows_all(desk: Desk) -> bool:
    said = ask_words(desk)
    with desk.pod() as pod:
        return words_and_sheet.are_words_of(pod.pod_id, said)
