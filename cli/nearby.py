"""`pod nearby`: who is seen on this LAN, and what each is to us."""

import asyncio
from collections.abc import Sequence
from functools import partial
from typing import Final, NamedTuple

import click

from cli.desk import Desk, command, pass_desk
from cli.out import Block, Table
from node.addresses import lan_hosts
from node.config import CONFIG_FILE, load_config
from node.shapes.names import THIS_POD, Names
from node.shapes.plain import Json
from protocol.identity import PodId, pod_id_text, short_id

_SECONDS: Final = 4
"""Who is there answers within one; the rest is for packets that are lost on the radio."""
_NEIGHBOUR: Final = "neighbour"
_UNKNOWN: Final = "unknown"
_NOBODY: Final = (
    "Is the other node running (pod up), on this same network? Guest Wi-Fi often keeps machines "
    "apart; an invitation needs none of this: pod neighbor invite"
)


@command("nearby")
@click.option(
    "--seconds",
    type=click.IntRange(1, 120),
    default=_SECONDS,
    show_default=True,
    help="Look for so long.",
)
@pass_desk
def nearby(desk: Desk, *, seconds: int) -> None:
    """Look who is on this LAN. Works with the node running or not.

    It shows what machines there say of themselves. Whether one of them really is a neighbour,
    the two nodes prove to each other when they connect.
    """
    from node.discovery import look_around  # other commands need not wait for its library

    config = load_config(desk.data_dir / CONFIG_FILE)
    with desk.pod() as pod:
        us, names = pod.pod_id, Names(pod)
        known = {short_id(it): it for it in [*(n.pod_id for n in pod.neighbours.all()), us]}
    found = asyncio.run(look_around(partial(lan_hosts, config.listen), seconds))

    sights = [Sight(it.tag, it.addresses, known.get(it.tag), us) for it in found.seen]
    desk.out.answer(
        {"trouble": found.trouble, "seen": [it.data(names) for it in sights]},
        *_said(sights, names, found.trouble),
    )
    if not config.mdns:
        desk.out.note("This pod does not show itself on the LAN.", "pod config set mdns true")


class Sight(NamedTuple):
    """A pod that is seen. pod_id: of whom it seems to be, None if we know no such pod."""

    tag: str
    addresses: tuple[str, ...]
    pod_id: PodId | None
    us: PodId

    @property
    def what(self) -> str:
        if self.pod_id is None:
            return _UNKNOWN
        return THIS_POD if self.pod_id == self.us else _NEIGHBOUR

    def data(self, names: Names) -> Json:
        """Return it for programs. docs/commands.md lists the keys."""
        return {
            "tag": self.tag,
            "is": self.what,
            "name": names.of(self.pod_id) if self.pod_id else None,
            "pod_id": pod_id_text(self.pod_id) if self.pod_id else None,
            "addresses": [*self.addresses],
        }


def _said(sights: Sequence[Sight], names: Names, trouble: str | None) -> list[Block]:
    if trouble is not None:
        return [f"This machine cannot look around: {trouble}.", "next: Is it on a network?"]
    rows = [
        (it.tag, names.of(it.pod_id) if it.pod_id else _UNKNOWN, ", ".join(it.addresses))
        for it in sights
    ]
    blocks: list[Block] = [Table(("Id", "Seems to be", "At"), rows)] if rows else []
    there = {it.what for it in sights}
    if there <= {THIS_POD}:
        blocks += ["No other pod is seen here.", f"next: {_NOBODY}"]
    elif _UNKNOWN in there:
        blocks.append("next: To become neighbours, run on both machines: pod neighbor pair")
    return blocks
