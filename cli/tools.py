"""`pod tool`: programs that act for people of this pod, over the API. docs/api.md."""

import click

from cli import persons, words
from cli.desk import Desk, Group, pass_desk
from cli.out import Table
from node.aid.devices import Device, Use
from node.pod import Pod
from node.shapes.plain import Json
from protocol.aid.house.member import Member
from protocol.aid.house.rights import MACHINE
from protocol.errors import UserError


@click.group("tool", cls=Group)
def tool() -> None:
    """Programs and calendars that act for somebody of this pod, each by its own token."""


@tool.command("add")
@click.argument("name")
@click.argument("label")
@click.option("--calendar", is_flag=True, help="An address for a calendar, not a token.")
@pass_desk
def add(desk: Desk, *, name: str, label: str, calendar: bool) -> None:
    """Make a token for a program that acts for NAME; LABEL is what the program is called.

    The token is shown once and kept nowhere. The program may whatever NAME may, and members read
    in the log that it was made here. A calendar gets an address instead, for the meetups alone.

    \b
      pod tool add Rosa "Door screen"
      pod tool add Rosa "Kitchen calendar" --calendar
    """
    with desk.pod() as pod:
        found = persons.find(pod, name)
        if calendar:
            _add_calendar(desk, pod, found, label)
            return
        made = pod.devices.add_tool(MACHINE, found.id, label)
        data = {**_data(made.device, pod), "token": made.token}
    desk.out.answer(
        data,
        made.token,
        f"“{made.device.label}” may whatever {found.name} may. Give it the token now: it is kept "
        "nowhere.",
    )


def _add_calendar(desk: Desk, pod: Pod, member: Member, label: str) -> None:
    made = pod.devices.add_calendar(MACHINE, member.id, label)
    path = f"/calendar/{made.token}.ics"
    desk.out.answer(
        {**_data(made.device, pod), "path": path},
        path,
        f"Put the address of the pages before it, as on the flyer, and give it to “{label}”. "
        f"Whoever has it reads the meetups as {member.name} can, and nothing else. It is kept "
        "nowhere.",
    )


@tool.command("list")
@pass_desk
def list_tools(desk: Desk) -> None:
    """List the programs that have a token or an address, without these."""
    with desk.pod() as pod:
        found, now_s = pod.devices.tools(), pod.now().wall_ms / 1000
        data: list[Json] = [_data(it, pod) for it in found]
        names = pod.people.names()
        rows = [
            (
                str(it.number),
                it.label,
                it.use.value,
                names[it.member],
                words.day(it.since_ms / 1000, now_s),
            )
            for it in found
        ]
    if not rows:
        desk.out.answer([], "No program has a token.", "Make one: pod tool add NAME LABEL")
        return
    desk.out.answer(data, Table(("Number", "Called", "Is a", "Acts for", "Since"), rows))


@tool.command("remove")
@click.argument("number", type=int)
@pass_desk
def remove(desk: Desk, *, number: int) -> None:
    """End a program's token, or a calendar's address, at once."""
    with desk.pod() as pod:
        found = next((it for it in pod.devices.tools() if it.number == number), None)
        if found is None:
            raise UserError(
                "not_found", "There is no program {number}.", "See: pod tool list", number=number
            )
        pod.devices.sign_out(found.member, number)
    what = "token" if found.use is Use.PROGRAM else "address"
    data: Json = {"number": number, "removed": True}
    desk.out.answer(data, f"“{found.label}” has no {what} any more.")


def _data(it: Device, pod: Pod) -> dict[str, Json]:
    return {
        "number": it.number,
        "label": it.label,
        "use": it.use.value,
        "name": pod.people.names()[it.member],
        "since_ms": it.since_ms,
        "until_ms": it.until_ms,
    }
