"""`pod care`, `pod buddy`, `pod map`: what would help people, who looks after whom, the gaps."""

from typing import Any

import click

from cli import persons, words
from cli.desk import Desk, Group, command, pass_desk
from cli.fields import category_id
from cli.out import Pairs, Table
from node.aid.care import Noted
from node.pod import Pod
from node.shapes.people import care_data, map_data
from node.shapes.plain import Json
from protocol.aid.categories import CATEGORIES
from protocol.aid.house.rights import MACHINE


@click.group("care", cls=Group)
def care() -> None:
    """What would help somebody in an emergency, for those whom they name.

    No steward reads a note that does not tick stewards, and no command tells that there is one.
    """


@care.command("write")
@click.argument("name")
@click.argument("words_", metavar="WORDS")
@click.option("--need", "needs", multiple=True, metavar="CATEGORY", help="May need help with.")
@click.option("--for", "viewers", multiple=True, metavar="NAME", help="Who may read it.")
@click.option("--stewards", is_flag=True, help="Stewards may read it.")
@pass_desk
def write(
    desk: Desk,
    *,
    name: str,
    words_: str,
    needs: tuple[str, ...],
    viewers: tuple[str, ...],
    stewards: bool,
) -> None:
    """Write down a note as NAME dictates it, in place of the one they had.

    Ask whom it is for; without --for and --stewards it is for themselves alone.

    \b
      pod care write Ben "Insulin in the fridge door" --need health --for Ana --for Rosa
    """
    with desk.pod() as pod:
        whose = persons.find(pod, name)
        said: dict[str, object] = {
            "words": words_,
            "needs": tuple(category_id(it) for it in needs),
            "viewers": tuple(persons.find_all(pod, viewers)),
            "stewards": stewards,
        }
        note = pod.care.write_note(MACHINE, whose.id, said)
        names = pod.people.names()
    readers = [names[it] for it in note.viewers] + ["stewards"] * stewards
    desk.out.answer(
        {"name": whose.name, "readers": list(readers), "review_s": note.review_s},
        f"Written down. It is read by {', '.join([whose.name, *readers])}, and nobody else.",
    )


@care.command("list")
@pass_desk
def list_notes(desk: Desk) -> None:
    """List the notes that stewards may read."""
    with desk.pod() as pod:
        found, now_s = pod.care.notes(MACHINE), _now_s(pod)
        data: list[Json] = [care_data(it, pod.people.names()) for it in found]
    if not found:
        desk.out.answer([], "There is no care note here that stewards may read.")
        return
    rows = [(it.member.name, ", ".join(it.note.needs), _holds(it, now_s)) for it in found]
    desk.out.answer(data, Table(("Name", "May need", ""), rows))


@care.command("show")
@click.argument("name")
@pass_desk
def show(desk: Desk, *, name: str) -> None:
    """Show somebody's note, if stewards may read it."""
    with desk.pod() as pod:
        noted = pod.care.note(MACHINE, persons.find(pod, name).id)
        data, now_s = care_data(noted, pod.people.names()), _now_s(pod)
    desk.out.answer(
        data,
        noted.member.name,
        noted.note.words,
        Pairs([("May need", ", ".join(noted.note.needs)), ("Asked", _holds(noted, now_s))]),
    )


@care.command("delete")
@click.argument("name")
@pass_desk
def delete(desk: Desk, *, name: str) -> None:
    """Delete somebody's note, if there is one."""
    with desk.pod() as pod:
        found = persons.find(pod, name)
        pod.care.delete_note(MACHINE, found.id)
    desk.out.answer(
        {"name": found.name}, f"If there was a care note of {found.name}, it is deleted."
    )


def _holds(noted: Noted, now_s: int) -> str:
    if noted.is_due:
        return "ask whether it still holds"
    return f"ask again {words.day(noted.note.review_s, now_s)}"


# --- Buddies ---


@click.group("buddy", cls=Group)
def buddy() -> None:
    """Pairs of people who look after each other."""


@buddy.command("list")
@pass_desk
def list_buddies(desk: Desk) -> None:
    """List everybody with their buddies, by name."""
    with desk.pod() as pod:
        names, pairs = pod.people.names(), pod.care.buddies(MACHINE)
        listed = [
            (it.name, [names[other] for other in pairs.get(it.id, ())])
            for it in pod.people.members(MACHINE)
        ]
    data: list[Json] = [{"name": name, "buddies": list(buddies)} for name, buddies in listed]
    rows = [(name, ", ".join(sorted(buddies)) or "nobody yet") for name, buddies in listed]
    desk.out.answer(data, Table(("Name", "Buddies"), rows))


@buddy.command("pair")
@click.argument("one")
@click.argument("other")
@pass_desk
def pair(desk: Desk, *, one: str, other: str) -> None:
    """Make two people buddies. Ask both."""
    with desk.pod() as pod:
        first, second = persons.find(pod, one), persons.find(pod, other)
        pod.care.pair(MACHINE, first.id, second.id)
    desk.out.answer([first.name, second.name], f"{first.name} and {second.name} are buddies.")


@buddy.command("part")
@click.argument("one")
@click.argument("other")
@pass_desk
def part(desk: Desk, *, one: str, other: str) -> None:
    """Part two buddies."""
    with desk.pod() as pod:
        first, second = persons.find(pod, one), persons.find(pod, other)
        pod.care.part(MACHINE, first.id, second.id)
    desk.out.answer([first.name, second.name], f"{first.name} and {second.name} are parted.")


# --- The pod map ---


@command("map")
@click.option("--gaps", is_flag=True, help="Only what nobody here said that they can.")
@pass_desk
def map_(desk: Desk, *, gaps: bool) -> None:
    """Show who here can help with what, and where the gaps are.

    May need shows what stewards may read of care notes; people see more of their own.
    """
    with desk.pod() as pod:
        rows = [it for it in pod.care.map(MACHINE) if it.is_gap or not gaps]
    data: list[Json] = [map_data(it) for it in rows]
    desk.out.answer(
        data,
        Table(
            ("Category", "Can help", "May need"),
            [
                (
                    CATEGORIES[it.category],
                    "; ".join(_who(*one) for one in it.can) or "— a gap",
                    ", ".join(member.name for member in it.may_need),
                )
                for it in rows
            ],
            fold=frozenset(("Category", "Can help", "May need")),
        ),
        "A gap is a question to the street: who can?",
    )


def _who(member: Any, ability: Any) -> str:
    said = ", ".join(filter(None, (ability.note, ability.bounds)))
    return f"{member.name} ({said})" if said else str(member.name)


def _now_s(pod: Pod) -> int:
    return pod.now().wall_ms // 1000
