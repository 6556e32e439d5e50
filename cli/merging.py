"""`pod member merge` and what belongs to it: two entries of one person."""

import click

from cli import persons, words
from cli.desk import Desk, command, pass_desk
from cli.out import Block, Pairs, Table
from node.aid.merging import Look, Side
from node.pod import Pod
from node.shapes.people import person_data
from node.shapes.plain import Json
from protocol.aid.house.rights import MACHINE, MemberId


@command("merge")
@click.argument("name")
@click.argument("stays")
@click.option("--dry-run", is_flag=True, help="Only show what would become of both.")
@click.option("--no-longer", is_flag=True, help="Take back what was said, while it waits.")
@click.option("--yes", is_flag=True, help="Do not ask.")
@pass_desk
def merge(
    desk: Desk, /, *, name: str, stays: str, dry_run: bool, no_longer: bool, yes: bool
) -> None:
    """Say that NAME is the same person as STAYS: all that is of NAME becomes theirs.

    Whoever has signed in as one of the two says yes on their own phone first. Where nobody has,
    it is done at once. It can be taken apart again for 30 days: pod member unmerge.

    \b
      pod member merge --dry-run "Maria (paper)" Maria
      pod member merge "Maria (paper)" Maria
    """
    with desk.pod() as pod:
        goes_id, stays_id = persons.find(pod, name).id, persons.find(pod, stays).id
        if no_longer:
            pod.merging.say_no(MACHINE, goes_id, stays_id)
            desk.out.answer({"state": "taken back"}, "Nobody says that of these two any more.")
            return
        look = pod.merging.look(MACHINE, goes_id, stays_id)
        shown = _shown(pod, look)
        if dry_run:
            desk.out.answer(_data(look, "not said"), *shown, "Nothing is said or changed yet.")
            return
        if not yes:
            desk.out.show_beside(*shown)
            desk.out.insist("Are these two one person?")
        waits = pod.merging.say(MACHINE, goes_id, stays_id)
        if waits is None:
            number = pod.merging.done(MACHINE, stays_id)[0].number
            desk.out.answer(
                {**_data(look, "done"), "number": number},
                f"{look.goes.member.name} and {look.becomes.name} are one entry now.",
                f"To take them apart again: pod member unmerge {number}",
            )
            return
        asked = " and ".join(_asked(pod, (goes_id, waits.goes_yes), (stays_id, waits.stays_yes)))
        desk.out.answer(
            _data(look, "waits"),
            f"It waits for a yes on the phone of {asked}.",
            "On their first page: Is that you as well?",
        )


def _asked(pod: Pod, *two: tuple[MemberId, bool]) -> list[str]:
    names = pod.people.names()
    return [names[it] for it, said in two if not said and pod.devices.of_member(it)]


def _shown(pod: Pod, look: Look) -> list[Block]:
    now_s = pod.now().wall_ms // 1000
    blocks: list[Block] = [
        *_side("Goes", look.goes),
        *_side("Stays", look.stays),
        f"Then: {look.becomes.name}",
        persons.page(look.becomes, now_s),
        "",
    ]
    if look.ends:
        blocks.append(f"{look.becomes.name} stays a {look.becomes.role}: that the other was a")
        blocks[-1] = f"{blocks[-1]} {look.ends} ends."
    blocks.append("What only they may see moves too, if there is any, and nobody else sees it.")
    return blocks


def _side(what: str, side: Side) -> list[Block]:
    rows = [
        ("Can help with", ", ".join(it.category for it in side.abilities)),
        ("Buddies", ", ".join(side.buddies)),
        ("On the board", ", ".join(side.things)),
    ]
    found = [row for row in rows if row[1]]
    return [f"{what}: {side.member.name}", *([Pairs(found)] if found else [])]


def _data(look: Look, state: str) -> dict[str, Json]:
    return {
        "state": state,
        "goes": person_data(look.goes.member),
        "stays": person_data(look.stays.member),
        "becomes": person_data(look.becomes),
        "ends": None if look.ends is None else look.ends.value,
    }


@command("merges")
@pass_desk
def merges(desk: Desk) -> None:
    """Show which entries wait to be put together, and which can be taken apart again."""
    with desk.pod() as pod:
        names, now_s = pod.people.names(), pod.now().wall_ms // 1000
        waiting = [
            (names[it.goes], names[it.stays], words.minute(it.said_s, now_s))
            for it in pod.merging.offers(MACHINE)
        ]
        done = [
            (it.number, it.name, person.name, words.minute(it.done_s, now_s))
            for person in pod.people.members(MACHINE)
            for it in pod.merging.done(MACHINE, person.id)
        ]
    data: Json = {
        "waiting": [{"goes": goes, "stays": stays} for goes, stays, _ in waiting],
        "done": [{"number": it[0], "went": it[1], "stays": it[2]} for it in done],
    }
    blocks: list[Block] = []
    if waiting:
        blocks += [Table(("Waits: goes", "stays", "said"), waiting)]
    if done:
        rows = [(str(number), *rest) for number, *rest in done]
        blocks += [Table(("Number", "Went", "Into", "When"), rows)]
    if not blocks:
        blocks = ["Nobody is said to be here twice.", "To say so: pod member merge --help"]
    desk.out.answer(data, *blocks)


@command("unmerge")
@click.argument("number", type=int)
@pass_desk
def unmerge(desk: Desk, *, number: int) -> None:
    """Take two entries apart again, by the number of `pod member merges`.

    What moved and is still there goes back; what was changed or taken off since stays so. Who was
    a steward comes back as a member.
    """
    with desk.pod() as pod:
        back = pod.merging.undo(MACHINE, number)
    desk.out.answer(person_data(back), f"{back.name} is in this pod again.")
