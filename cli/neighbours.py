"""`pod neighbor`: federation with other pods, which people make and people end."""

import asyncio
import sys
from collections.abc import Sequence
from typing import Final

import click

from cli import standing, words
from cli.desk import Desk, Group, pass_desk
from cli.naming import heard, what_they_see
from cli.out import Block, Pairs, Qr, Table
from cli.pairing import pair
from node import health
from node.addresses import own_addresses
from node.config import CONFIG_FILE, load_config
from node.invitation import read_invitation
from node.pod import Pod
from node.shapes.names import Names
from node.shapes.plain import Json
from node.shapes.pods import neighbour_shape, standing_shape
from node.standing import leaving_with, standing_of
from protocol.aid.house.rights import MACHINE
from protocol.errors import UserError
from protocol.identity import pod_id_text, short_id
from protocol.introduction import read_address
from protocol.limits import MAX_ADDRESSES, MAX_INVITATION_CHARS
from store.aid import BoardQuery

_NODE_IS_OFF: Final = ("This pod's node is not running.", "pod up")


@click.group("neighbor", cls=Group)
def neighbor() -> None:
    """Become neighbours with other pods: by an invitation, or by six words that people compare."""


neighbor.add_command(pair)


@neighbor.command("invite")
@click.option(
    "--address",
    "addresses",
    multiple=True,
    metavar="HOST:PORT",
    help="Where this pod is reached; without it, what the machine finds out.",
)
@click.option("--valid", default="7d", metavar="TIME", help="Good for so long (7d, 12h).")
@click.option("--no-qr", is_flag=True, help="No code for a phone's camera.")
@pass_desk
def invite(desk: Desk, *, addresses: tuple[str, ...], valid: str, no_qr: bool) -> None:
    """Make an invitation for one other pod.

    It holds a secret that works once: hand it over yourself, on paper, as a code from screen to
    phone, or by a message that only its reader sees.
    """
    valid_s = words.length_s(valid)
    where = _our_addresses(desk, addresses)
    if not where:
        raise UserError(
            "invalid",
            "This machine has no address that others could reach.",
            "Connect it to a network, or give --address HOST:PORT.",
        )
    with desk.pod() as pod:
        text = pod.federation.invite(MACHINE, where, valid_s)
        said = _invitation_said(pod, text, where, valid_s)
    if sys.stdout.isatty() and not no_qr:
        # In upper case it needs a smaller code; it means the same.
        said.insert(3, Qr(text.upper()))
    listed: list[Json] = [*where]
    desk.out.answer({"invitation": text, "addresses": listed, "valid_s": valid_s}, *said)
    if not health.is_running(desk.data_dir):
        desk.out.note("Nobody can use it while this pod's node is not running.", "pod up")


def _invitation_said(pod: Pod, text: str, where: Sequence[str], valid_s: int) -> list[Block]:
    return [
        "An invitation for one other pod. Whoever uses it first becomes your neighbour:",
        "",
        text,
        "",
        "There they run:  pod neighbor accept TEXT",
        f"It is good for one pod, for {words.left(valid_s)} in which this node runs.",
        f"It says that this pod is at {', '.join(where)}.",
        f"{what_they_see(pod)} Look at who came, and let it: pod neighbor list",
    ]


def _our_addresses(desk: Desk, given: Sequence[str]) -> list[str]:
    """Return where this pod is reached: what was said, what is set, or what can be found out."""
    config = load_config(desk.data_dir / CONFIG_FILE)
    if given:
        read = [str(read_address(text, default_port=config.sync_port)) for text in given]
        if len(read) > MAX_ADDRESSES:
            raise UserError(
                "invalid",
                f"An invitation names {MAX_ADDRESSES} addresses at most.",
                "Keep those by which others reach this pod.",
            )
        return read
    return list(config.addresses) or own_addresses(config.sync_port)


@neighbor.command("accept")
@click.argument("text")
@click.option(
    "--address",
    "addresses",
    multiple=True,
    metavar="HOST:PORT",
    help="Where the other pod is, if it has moved; may be given more than once.",
)
@click.option("--yes", is_flag=True, help="Do not ask.")
@pass_desk
def accept(desk: Desk, *, text: str, addresses: tuple[str, ...], yes: bool) -> None:
    """Become the neighbour of the pod that gave you this invitation.

    TEXT is the invitation; `-` reads it from stdin, which keeps it out of the shell's history.
    The other pod's node has to be running; this one's need not.
    """
    from node import federation  # with all of aiohttp, which the other commands need not wait for

    if text == "-":
        text = sys.stdin.read(MAX_INVITATION_CHARS + 1)
    invitation = read_invitation(text)
    also = [str(read_address(it)) for it in addresses]
    with desk.pod() as pod:
        if not yes:
            desk.out.insist(f"{what_they_see(pod)} Become a neighbour of {invitation.name}?")
        joining = federation.accept(pod, text, our_addresses=_our_addresses(desk, ()), also=also)
        found = asyncio.run(joining)
        pod.federation.joined(MACHINE, found.pod_id)
        name = Names(pod).of(found.pod_id)
    desk.out.answer(
        neighbour_shape(found).to_json(),
        f"{name} and this pod are neighbours now.",
        "What each shares with neighbouring pods, or with all, travels while both nodes run.",
    )
    if not health.is_running(desk.data_dir):
        desk.out.note(*_NODE_IS_OFF)


@neighbor.command("list")
@pass_desk
def list_(desk: Desk) -> None:
    """Show this pod's neighbouring pods.

    A pod that used an invitation gets what is shared with neighbouring pods only after its name
    was seen here: by this list.
    """
    with desk.pod() as pod:
        found, names, now_s = pod.neighbours.all(), Names(pod), pod.now().wall_ms / 1000
        if not desk.out.json:
            pod.neighbours.note_seen()
    listed: list[Json] = [neighbour_shape(it).to_json() for it in found]
    if not found:
        desk.out.answer(listed, "This pod has no neighbours yet. Invite one: pod neighbor invite")
        return
    rows = [
        (
            names.of(it.pod_id),
            short_id(it.pod_id),
            words.day(it.since_ms / 1000, now_s),
            heard(it, now_s),
            "" if it.seen_by_steward else "new: from now on it gets near listings too",
        )
        for it in found
    ]
    desk.out.answer(listed, Table(("Neighbour", "Id", "Since", "Last heard", ""), rows))


@neighbor.command("show")
@click.argument("pod_name", metavar="POD")
@pass_desk
def show(desk: Desk, *, pod_name: str) -> None:
    """Show one neighbour: what it brings, what this pod chose, and what went wrong.

    POD is its name, or its id or the start of it.
    """
    with desk.pod() as pod:
        found, names, now_s = pod.neighbours.find(pod_name), Names(pod), pod.now().wall_ms / 1000
        shared = pod.listings.count(BoardQuery(author=found.pod_id))
        stands = standing_of(pod.keeper, found.pod_id)
    desk.out.answer(
        neighbour_shape(found).to_json() | standing_shape(stands).to_json(),
        names.of(found.pod_id),
        Pairs(
            [
                ("Pod id", pod_id_text(found.pod_id)),
                ("Calls itself", found.own_name if found.own_name != found.name else ""),
                ("Since", words.day(found.since_ms / 1000, now_s)),
                ("Heard", heard(found, now_s)),
                ("Addresses", ", ".join(found.addresses)),
                ("Gets", "near and network" if found.near_allowed else "network, until seen"),
                ("Its board", words.counted(shared, "open listing")),
                *standing.rows(stands, names, now_s),
            ]
        ),
        *standing.next_steps(stands, found.name),
    )


@neighbor.command("remove")
@click.argument("pod_name", metavar="POD")
@click.option("--purge", is_flag=True, help="Delete at once what came through it alone.")
@click.option("--yes", is_flag=True, help="Do not ask.")
@pass_desk
def remove(desk: Desk, *, pod_name: str, purge: bool, yes: bool) -> None:
    """End the federation with a neighbour. POD is its name, or its id or the start of it.

    What it shared with neighbouring pods alone is deleted here at once. What is for all, and came
    through this neighbour alone, is left to fade in 90 days; with --purge it goes at once too.
    """
    with desk.pod() as pod:
        found = pod.neighbours.find(pod_name)
        name = Names(pod).of(found.pod_id)
        goes = standing.what_goes(name, leaving_with(pod.keeper, found.pod_id), purge=purge)
        if not yes:
            desk.out.insist(f"{' '.join(goes)} End it?")
        left = pod.federation.end(MACHINE, found.pod_id, purge=purge)
    desk.out.answer(
        {
            "pod_id": pod_id_text(found.pod_id),
            "removed": True,
            "deleted": left.near + (left.behind if purge else 0),
            "left_to_fade": 0 if purge else left.behind,
        },
        f"{name} is no neighbour any more.",
        *goes,
    )


@neighbor.command("name")
@click.argument("pod_name", metavar="POD")
@click.argument("name")
@pass_desk
def name_(desk: Desk, *, pod_name: str, name: str) -> None:
    """Call a neighbour NAME here; "" as it calls itself. It is not told."""
    with desk.pod() as pod:
        found = pod.neighbours.find(pod_name)
        pod.federation.call(MACHINE, found.pod_id, name)
        now = next(it for it in pod.neighbours.all() if it.pod_id == found.pod_id)
    desk.out.answer(neighbour_shape(now).to_json(), f"{now.own_name} is called {now.name} here.")


@neighbor.command("forgive")
@click.argument("pod_name", metavar="POD")
@pass_desk
def forgive(desk: Desk, *, pod_name: str) -> None:
    """Meet a neighbour again at once that had to wait for what it sent.

    For when its people have said what was wrong, and that it is mended.
    """
    with desk.pod() as pod:
        found = pod.neighbours.find(pod_name)
        pod.federation.forgive(MACHINE, found.pod_id)
        name = Names(pod).of(found.pod_id)
    desk.out.answer(
        {"pod_id": pod_id_text(found.pod_id), "forgiven": True},
        f"{name} is met again as soon as both nodes run.",
    )
