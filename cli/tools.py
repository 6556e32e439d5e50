"""`pod tool`: programs that act for people of this pod, over the API. docs/api.md."""

import click

from cli import persons, words
from cli.desk import Desk, Group, pass_desk
from cli.out import Table
from node.aid.devices import Device
from node.pod import Pod
from node.shapes.plain import Json
from protocol.aid.house.rights import MACHINE
from protocol.errors import UserError


@click.group("tool", cls=Group)
def tool() -> None:
    """Programs that act for somebody of this pod, each by a token of its own. See docs/api.md."""


@tool.command("add")
@click.argument("name")
@click.argument("label")
@pass_desk
def add(desk: Desk, *, name: str, label: str) -> None:
    """Make a token for a program that acts for NAME; LABEL is what the program is called.

    The token is shown once and kept nowhere. The program may whatever NAME may, and members read
    in the log that it was made here.

    \b
      pod tool add Rosa "Door screen"
    """
    with desk.pod() as pod:
        found = persons.find(pod, name)
        made = pod.devices.add_tool(MACHINE, found.id, label)
        data = {**_data(made.device, pod), "token": made.token}
    desk.out.answer(
        data,
        made.token,
        f"“{made.device.label}” may whatever {found.name} may. Give it the token now: it is kept "
        "nowhere.",
    )


@tool.command("list")
@pass_desk
def list_tools(desk: Desk) -> None:
    """List the programs that have a token, without their tokens."""
    with desk.pod() as pod:
        found, now_s = pod.devices.tools(), pod.now().wall_ms / 1000
        data: list[Json] = [_data(it, pod) for it in found]
        names = pod.people.names()
        rows = [
            (str(it.number), it.label, names[it.member], words.day(it.since_ms / 1000, now_s))
            for it in found
        ]
    if not rows:
        desk.out.answer([], "No program has a token.", "Make one: pod tool add NAME LABEL")
        return
    desk.out.answer(data, Table(("Number", "Program", "Acts for", "Since"), rows))


@tool.command("remove")
@click.argument("number", type=int)
@pass_desk
def remove(desk: Desk, *, number: int) -> None:
    """End a program's token at once."""
    with desk.pod() as pod:
        found = next((it for it in pod.devices.tools() if it.number == number), None)
        if found is None:
            raise UserError(
                "not_found", "There is no program {number}.", "See: pod tool list", number=number
            )
        pod.devices.sign_out(found.member, number)
    desk.out.answer({"number": number, "removed": True}, f"“{found.label}” has no token any more.")


def _data(it: Device, pod: Pod) -> dict[str, Json]:
    return {
        "number": it.number,
        "label": it.label,
        "name": pod.people.names()[it.member],
        "since_ms": it.since_ms,
        "until_ms": it.until_ms,
    }
