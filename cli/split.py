"""`pod split`: a large pod becomes two."""

import os
from pathlib import Path

import click

from cli import persons, words
from cli.desk import Desk, Group, pass_desk
from node.aid.split import MAX_SPLIT_BYTES
from protocol.aid.house.rights import MACHINE
from protocol.errors import UserError


@click.group("split", cls=Group)
def split() -> None:
    """Make two pods of a large one: write here, take there, then leave here.

    \b
      pod split write elm.json Ana Ben --all-agreed     in the old pod
      pod split take elm.json                           in the new one
      pod member leave Ana --withdraw                   in the old pod, for each
    """


@split.command("write")
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
@click.argument("names", nargs=-1, required=True)
@click.option("--all-agreed", is_flag=True, help="Each of them was asked, and agreed.")
@pass_desk
def write(desk: Desk, *, file: Path, names: tuple[str, ...], all_agreed: bool) -> None:
    """Write to FILE what NAMES take along: profiles, contacts, abilities, what they posted.

    Care notes stay: their writers write them anew. The file is for the other steward's hands
    alone; nobody else on this machine can read it.
    """
    if not all_agreed:
        raise UserError(
            "invalid",
            "Ask each of them first: their telephone numbers go to another machine.",
            "When all have agreed: --all-agreed",
        )
    if file.exists():
        raise UserError("conflict", f"{file} is there already.", "Name another file.")
    with desk.pod() as pod:
        ids = persons.find_all(pod, names)
        data = pod.splitting.start_data(MACHINE, ids)
    with open(file, "xb", opener=_for_owner) as out:
        out.write(data)
    desk.out.answer(
        {"file": str(file), "people": len(ids)},
        f"Written: {words.counted(len(ids), 'person', 'people')}.",
        f"In the new pod: pod split take {file.name}. Then delete the file.",
    )


@split.command("take")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@pass_desk
def take(desk: Desk, *, file: Path) -> None:
    """Take in what FILE brings: all of it, or nothing."""
    with file.open("rb") as source:
        data = source.read(MAX_SPLIT_BYTES + 1)
    with desk.pod() as pod:
        taken = pod.splitting.take(MACHINE, data)
    desk.out.answer(
        {"people": taken.people, "listings": taken.listings},
        f"Taken in: {words.counted(taken.people, 'person', 'people')}, "
        f"{words.counted(taken.listings, 'listing')}.",
        "Delete the file now, here and on its stick.",
    )


def _for_owner(path: str, flags: int) -> int:
    return os.open(path, flags, 0o600)
