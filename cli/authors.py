"""`pod author`: what this pod shows and carries of other pods. Its own choice, told to nobody."""

from typing import Final

import click

from cli import words
from cli.desk import Desk, Group, pass_desk
from cli.out import Table
from node.shapes.names import Names
from protocol.aid.house.rights import MACHINE
from protocol.identity import pod_id_text, short_id
from store.peers import Author

_HIDDEN: Final = (
    "Nothing of that pod is on this pod's board any more. It is still carried: pods behind this "
    "one get it, and nobody is told. Back again: pod author unhide"
)
_BLOCKED: Final = (
    "This pod carries nothing of that pod any more, and what it had is deleted. Neighbours see "
    "that it is not carried, not why; it may still reach them by other ways. Where nobody else "
    "carries it, this cuts it off: to not see it, hiding is enough. Back again: pod author unblock"
)


@click.group("author", cls=Group)
def author() -> None:
    """What this pod shows and carries of other pods."""


@author.command("list")
@pass_desk
def list_authors(desk: Desk) -> None:
    """List the pods that are hidden or not carried here."""
    with desk.pod() as pod:
        names, now_s = Names(pod), pod.now().wall_ms / 1000
        chosen = [it for it in pod.authors.all() if it.hidden or not it.carried]
        desk.out.answer(
            [
                {
                    "pod_id": pod_id_text(it.pod_id),
                    "name": names.of(it.pod_id),
                    "hidden": it.hidden,
                    "carried": it.carried,
                    "why": it.not_carried_why,
                    "since_ms": it.not_carried_since_ms,
                    "branch": pod_id_text(it.branch) if it.branch else None,
                }
                for it in chosen
            ],
            Table(
                ("Pod", "Id", "Here"),
                [
                    (
                        names.of(it.pod_id),
                        short_id(it.pod_id),
                        "hidden" if it.carried else _not_carried(it, names, now_s),
                    )
                    for it in chosen
                ],
            )
            if chosen
            else "Every pod that is known here is shown and carried.",
        )


def _not_carried(it: Author, names: Names, now_s: float) -> str:
    since = it.not_carried_since_ms
    day = f" since {words.day(since / 1000, now_s)}" if since else ""
    through = f", {names.of(it.branch)} brought more than fits" if it.branch else ""
    return f"not carried{day}: {it.not_carried_why}{through}"


@author.command("hide")
@click.argument("pod_name", metavar="POD")
@pass_desk
def hide(desk: Desk, *, pod_name: str) -> None:
    """Take what POD writes off this pod's board; it is carried all the same."""
    _hide(desk, pod_name, hidden=True, said=_HIDDEN)


@author.command("unhide")
@click.argument("pod_name", metavar="POD")
@pass_desk
def unhide(desk: Desk, *, pod_name: str) -> None:
    """Show what POD writes again."""
    _hide(desk, pod_name, hidden=False, said="It is on the board again.")


@author.command("block")
@click.argument("pod_name", metavar="POD")
@click.option("--yes", is_flag=True, help="Do not ask.")
@pass_desk
def block(desk: Desk, *, pod_name: str, yes: bool) -> None:
    """Carry nothing of POD any more, and delete what is here."""
    ask = None if yes else "Carry nothing of {name} any more?"
    _carry(desk, pod_name, carried=False, ask=ask, said=_BLOCKED)


@author.command("unblock")
@click.argument("pod_name", metavar="POD")
@pass_desk
def unblock(desk: Desk, *, pod_name: str) -> None:
    """Carry what POD shares again."""
    said = "It is carried again; what it shares comes within minutes."
    _carry(desk, pod_name, carried=True, said=said)


def _hide(desk: Desk, pod_name: str, *, hidden: bool, said: str) -> None:
    with desk.pod() as pod:
        found = pod.authors.find(pod_name)
        pod.federation.hide(MACHINE, found, hidden=hidden)
    desk.out.answer({"pod_id": pod_id_text(found), "hidden": hidden}, said)


def _carry(desk: Desk, pod_name: str, *, carried: bool, said: str, ask: str | None = None) -> None:
    with desk.pod() as pod:
        found = pod.authors.find(pod_name)
        if ask and desk.out.can_ask():
            desk.out.insist(ask.format(name=Names(pod).of(found)))
        pod.federation.block(MACHINE, found, blocked=not carried)
    desk.out.answer({"pod_id": pod_id_text(found), "carried": carried}, said)
