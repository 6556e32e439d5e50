"""`pod way`, `pod tree`, `pod log`: how people of this pod keep in touch, and what stewards did."""

from typing import Any, get_args

import click

from cli import words
from cli.desk import Desk, Group, command, pass_desk
from cli.out import Block, Table
from node.aid.phone_trees import TreeView
from node.shapes.people import log_data, namer, numbers, tree_data
from node.shapes.plain import Json
from protocol.aid.house.phone_tree import Step
from protocol.aid.house.rights import MACHINE
from protocol.aid.house.steward_log import sentence
from protocol.aid.house.way import Sort, Way


@click.group("way", cls=Group)
def way() -> None:
    """How the people of this pod keep in touch, in the order in which to try."""


@way.command("list")
@pass_desk
def list_ways(desk: Desk) -> None:
    """List the ways, the one to try first first."""
    with desk.pod() as pod:
        found = pod.ways.ways(MACHINE)
    if not found:
        desk.out.answer([], "No way is noted yet.", 'Begin: pod way add "Knock at No. 4"')
        return
    data: list[Json] = [it.model_dump(mode="json") for it in found]
    rows = [
        (str(number), it.name, it.how or "", _works(it), "public" if it.public else "")
        for number, it in enumerate(found, start=1)
    ]
    headings = ("", "Way", "How", "Works", "")
    desk.out.answer(data, Table(headings, rows, fold=frozenset(("Way", "How"))))


@way.command("add")
@click.argument("name")
@click.option("--how", help="A frequency, a corner, a link.")
@click.option("--sort", type=click.Choice(get_args(Sort)), help="Digital, or analog as without it.")
@click.option("--without-internet", is_flag=True, help="It works without the internet.")
@click.option("--without-power", is_flag=True, help="It works without power.")
@click.option("--public", is_flag=True, help="The public page may show it.")
@click.option("--place", type=click.IntRange(1), help="1 is tried first; without it, the last.")
@click.option("--was", metavar="NAME", help="It takes the place of this one, under another name.")
@pass_desk
def add(desk: Desk, /, *, place: int | None, was: str | None, **fields: Any) -> None:
    """Note a way, or change the one of that name.

    \b
      pod way add "Chat group" --sort digital
      pod way add "Whistle at the corner" --without-internet --without-power --place 1
    """
    with desk.pod() as pod:
        noted = pod.ways.put(MACHINE, fields, place=place, was=was)
    desk.out.answer(noted.model_dump(mode="json"), f"Noted: {noted.name}; works {_works(noted)}")


@way.command("remove")
@click.argument("name")
@pass_desk
def remove(desk: Desk, *, name: str) -> None:
    """Take a way off the list."""
    with desk.pod() as pod:
        pod.ways.remove(MACHINE, name)
    desk.out.answer({"name": name, "removed": True}, f"Removed: {name}")


def _works(it: Way) -> str:
    if it.without_power:
        return "without power" + ("" if it.without_internet else ", with internet")
    return "without internet" if it.without_internet else "while all is well"


# --- The phone tree ---


@command("tree")
@click.option("--anew", is_flag=True, help="Make it anew, as if no sheet of it hung anywhere.")
@pass_desk
def tree(desk: Desk, *, anew: bool) -> None:
    """Show who rings whom in an emergency, so that everybody is reached once.

    Nobody has more than three calls and knocks. Who joins or leaves changes as few lines as can
    be, so old sheets stay nearly right.
    """
    with desk.pod() as pod:
        if anew:
            pod.phone_trees.replant(MACHINE)
        view = pod.phone_trees.tree(MACHINE)
    desk.out.answer(tree_data(view), *_tree_said(view))


def _tree_said(view: TreeView) -> list[Block]:
    found, name = view.tree, namer(view)
    if found.first is None:
        return [
            "Nobody here has a telephone that somebody may ring.",
            "Note one: pod member contact NAME phone NUMBER --show pod",
        ]
    rows = [
        (name(it.caller), _reaches(it, view), ", ".join(name(other) for other in it.if_silent))
        for it in found.steps
    ]
    said: list[Block] = [
        f"{name(found.first)} begins.",
        Table(("Who", "reaches", "If silent, ring"), rows, fold=frozenset(("If silent, ring",))),
    ]
    if found.call_backs:
        who = ", ".join(name(it) for it in found.call_backs)
        said.append(f"Then back to {name(found.first)}: {who}.")
    if found.not_reached:
        who = ", ".join(name(it) for it in found.not_reached)
        said.append(f"! Nobody has a call left for: {who}. More telephones are needed.")
    return said


def _reaches(step: Step, view: TreeView) -> str:
    who = view.members[step.to]
    if step.knock:
        doors = [it.value for it in who.contacts if it.type == "door"]
        return f"{who.name}, by a knock" + (f" at {doors[0]}" if doors else "")
    return f"{who.name}, {numbers(who) or 'number with them'}"


# --- The steward log ---


@command("log")
@click.option("--limit", type=click.IntRange(1), default=30, help="So many at most (30).")
@pass_desk
def log(desk: Desk, *, limit: int) -> None:
    """Show what stewards did to the things of others, as every member can read it."""
    with desk.pod() as pod:
        names, now_s = pod.people.names(), pod.now().wall_ms // 1000
        found = pod.steward_log.entries(MACHINE, limit)
    if not found:
        desk.out.answer([], "Stewards have done nothing to the things of others.")
        return
    data: list[Json] = [log_data(it, names) for it in found]
    rows = [(words.minute(it.at_ms / 1000, now_s), sentence(it, names)) for it in found]
    desk.out.answer(data, Table(("When", "What"), rows, fold=frozenset(("What",))))
