"""`pod invite`: codes with which neighbours join this pod."""

import click

from cli import words
from cli.desk import Desk, Group, pass_desk
from cli.out import Table
from node.config import CONFIG_FILE, load_config
from node.paper.where import Pages, page_addresses
from node.pod import Pod
from node.shapes.people import invite_data, join_request_data
from node.shapes.plain import Json
from protocol.aid.house.limits import INVITE_S
from protocol.aid.house.rights import MACHINE
from protocol.errors import UserError


@click.group("invite", cls=Group)
def invite() -> None:
    """Codes with which people join this pod. (Other pods: pod neighbor invite.)"""


@invite.command("make")
@click.option("--uses", type=int, default=1, help="How many may join with it: 1 to 10.")
@click.option("--valid", metavar="TIME", help="How long: 12h, 7d (as without it), 2w at most.")
@click.option("--guest", is_flag=True, help="They join as guests.")
@pass_desk
def make(desk: Desk, *, uses: int, valid: str | None, guest: bool) -> None:
    """Make a code. It is shown once and kept nowhere; it makes nobody a steward.

    \b
      pod invite make
      pod invite make --uses 8 --valid 2w
    """
    valid_s = words.length_s(valid) if valid else INVITE_S
    with desk.pod() as pod:
        made = pod.invites.make(
            MACHINE, uses=uses, valid_s=valid_s, joins_as="guest" if guest else "member"
        )
        data = {"code": made.code, **invite_data(pod.invites, made.invite)}
        where = page_address(desk, pod)
    desk.out.answer(
        data,
        made.code,
        f"Good for {words.counted(uses, 'person', 'people')}, while this pod's node runs for "
        f"{words.left(valid_s)}. Write it down now: it is kept nowhere.",
        f"To join: open {where} on a phone, on the same Wi-Fi, and type it there. "
        f"On cards: pod print invitation-cards --code {made.code}",
    )


def page_address(desk: Desk, pod: Pod) -> str:
    """Return where somebody with a code finds the pages, as far as this machine can tell."""
    config = load_config(desk.data_dir / CONFIG_FILE)
    try:
        return page_addresses(pod.pod_id, (), Pages(config.web_port, config.web_https))[0]
    except UserError:  # any free port: only the running node knows which
        return "the pod's page"


@invite.command("list")
@pass_desk
def list_invites(desk: Desk) -> None:
    """List the codes that are still good, without the codes."""
    with desk.pod() as pod:
        found = pod.invites.good(MACHINE)
        data: list[Json] = [invite_data(pod.invites, it) for it in found]
        rows = [
            (
                str(it.number),
                it.joins_as,
                str(it.uses_left),
                words.left(pod.invites.running_s_left(it)),
            )
            for it in found
        ]
    if not rows:
        desk.out.answer([], "No invite is waiting.", "Make one: pod invite make")
        return
    desk.out.answer(data, Table(("Number", "Joins as", "People left", "Good for"), rows))


@invite.command("take-back")
@click.argument("number", type=int)
@pass_desk
def take_back(desk: Desk, *, number: int) -> None:
    """End an invite now."""
    with desk.pod() as pod:
        pod.invites.take_back(MACHINE, number)
    desk.out.answer({"number": number, "taken_back": True}, f"Invite {number} is good no more.")


@invite.command("requests")
@pass_desk
def requests(desk: Desk) -> None:
    """List who asks to join, on the pod's public page."""
    with desk.pod() as pod:
        found = pod.join_requests.waiting(MACHINE)
        now_s = pod.now().wall_ms // 1000
    data: list[Json] = [join_request_data(it) for it in found]
    rows = [
        (str(it.number), it.name, it.contact, it.words or "", words.ago(it.asked_s, now_s))
        for it in found
    ]
    if not rows:
        desk.out.answer([], "Nobody asks to join.")
        return
    desk.out.answer(data, Table(("Number", "Name", "How to reach them", "Says", "Asked"), rows))


@invite.command("accept")
@click.argument("number", type=int)
@pass_desk
def accept(desk: Desk, *, number: int) -> None:
    """Make a code for somebody who asks to join, and forget the request."""
    with desk.pod() as pod:
        asked, made = pod.join_requests.accept(MACHINE, number)
        data = {"code": made.code, **invite_data(pod.invites, made.invite)}
    desk.out.answer(
        data,
        made.code,
        f"For {asked.name}, to be reached at {asked.contact}. Neither is kept any longer.",
    )


@invite.command("decline")
@click.argument("number", type=int)
@pass_desk
def decline(desk: Desk, *, number: int) -> None:
    """Forget that somebody asked to join; they hear nothing."""
    with desk.pod() as pod:
        pod.join_requests.decline(MACHINE, number)
    desk.out.answer({"number": number, "forgotten": True}, f"Request {number} is forgotten.")
