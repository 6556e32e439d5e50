"""`pod proposal`: what the pod decides together."""

from pathlib import Path
from typing import Final

import click

from cli import persons, words
from cli.desk import Desk, Group, pass_desk
from cli.given import text_in
from cli.out import Block, Pairs, Table
from node.aid.decisions import ProposalView
from node.pod import Pod
from node.shapes.plain import Json
from node.shapes.together import proposal_data, proposal_detail_data
from protocol.aid.house import limits
from protocol.aid.house.proposal import Proposal, Stand, State
from protocol.aid.house.rights import MACHINE

DIGITS: Final = 8
STANDS: Final = {
    "agree": Stand.AGREE,
    "reservations": Stand.RESERVATIONS,
    "aside": Stand.ASIDE,
    "block": Stand.BLOCK,
    "not-yet": Stand.NOT_YET,
}
MOVES: Final = {
    "talking": State.TALKING,
    "testing": State.TESTING,
    "parked": State.PARKED,
    "withdrawn": State.WITHDRAWN,
}
from_file: Final = click.option(
    "--file",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="Take the text from this file.",
)


@click.group("proposal", cls=Group)
def proposal() -> None:
    """Decide together. One block holds; nothing is won by numbers."""


@proposal.command("list")
@click.option("--all", "all_", is_flag=True, help="Also what is agreed or withdrawn.")
@pass_desk
def list_proposals(desk: Desk, *, all_: bool) -> None:
    """List the proposals, the one that changed last first."""
    with desk.pod() as pod:
        found = [
            it
            for it in pod.decisions.proposals(MACHINE)
            if all_ or it.state not in (State.AGREED, State.WITHDRAWN)
        ]
        now_s = _now_s(pod)
    if not found:
        desk.out.answer([], "There is no open proposal.", 'Make one: pod proposal add "TITLE"')
        return
    data: list[Json] = [proposal_data(it) for it in found]
    rows = [(_ref(it), it.title, it.state, words.day(it.changed_s, now_s)) for it in found]
    desk.out.answer(data, Table(("Ref", "Title", "State", "Since"), rows, frozenset(("Title",))))


@proposal.command("add")
@click.argument("title")
@click.option("--text", help="What is proposed; without it, the title says all.")
@from_file
@click.option("--removes", metavar="NAME", help="It is to remove this person.")
@click.option("--draft", is_flag=True, help="Keep it here, unseen, until: pod proposal move.")
@pass_desk
def add(
    desk: Desk,
    *,
    title: str,
    text: str | None,
    file: Path | None,
    removes: str | None,
    draft: bool,
) -> None:
    """Put a proposal to the pod.

    \b
      pod proposal add "Open the yard door until ten" --text "On summer evenings."
    """
    with desk.pod() as pod:
        whom = persons.find(pod, removes).id if removes else None
        said = text_of(text, file) or title
        made = pod.decisions.propose(MACHINE, title, said, draft=draft, removes=whom)
        _told(desk, pod, made)


@proposal.command("show")
@click.argument("reference")
@pass_desk
def show(desk: Desk, *, reference: str) -> None:
    """Show a proposal, where people stand, and how it stands by the pod's rule."""
    with desk.pod() as pod:
        _told(desk, pod, pod.decisions.find(MACHINE, reference))


@proposal.command("reword")
@click.argument("reference")
@click.option("--title", help="Another title.")
@click.option("--text", help="Another text.")
@from_file
@pass_desk
def reword(
    desk: Desk, *, reference: str, title: str | None, text: str | None, file: Path | None
) -> None:
    """Give it another wording. Positions begin anew, and people talk again."""
    with desk.pod() as pod:
        found = pod.decisions.find(MACHINE, reference)
        said = text_of(text, file)
        _told(desk, pod, pod.decisions.reword(MACHINE, found.id, title=title, text=said))


@proposal.command("move")
@click.argument("reference")
@click.argument("state", type=click.Choice(list(MOVES)))
@pass_desk
def move(desk: Desk, *, reference: str, state: str) -> None:
    """Talk about it, test it, park it or withdraw it. Agreed and blocked come of the rule."""
    with desk.pod() as pod:
        found = pod.decisions.find(MACHINE, reference)
        _told(desk, pod, pod.decisions.move(MACHINE, found.id, MOVES[state]))


@proposal.command("position")
@click.argument("reference")
@click.argument("name")
@click.argument("stand", type=click.Choice(list(STANDS)))
@click.option("--words", "words_", metavar="WORDS", help="Beside it; a block needs them.")
@pass_desk
def position(desk: Desk, *, reference: str, name: str, stand: str, words_: str | None) -> None:
    """Write down where somebody stood at a meeting. It is shown as recorded there.

    \b
      pod proposal position 3f9a12bc Ana aside --words "I move out in May."
    """
    with desk.pod() as pod:
        found = pod.decisions.find(MACHINE, reference)
        who = persons.find(pod, name)
        pod.decisions.record_position(MACHINE, found.id, who.id, STANDS[stand], words_)
        _told(desk, pod, found)


@proposal.command("close")
@click.argument("reference")
@pass_desk
def close(desk: Desk, *, reference: str) -> None:
    """Apply the pod's rule to a proposal that is tested. A node does so by itself in time."""
    with desk.pod() as pod:
        found = pod.decisions.find(MACHINE, reference)
        pod.decisions.close(MACHINE, found.id)
        _told(desk, pod, found)


def text_of(text: str | None, file: Path | None) -> str | None:
    """Return what was given as words or as a file."""
    return text_in(file, 4 * limits.MAX_TEXT) if file else text


def _told(desk: Desk, pod: Pod, found: Proposal) -> None:
    view = pod.decisions.view(MACHINE, found.id)
    desk.out.answer(proposal_detail_data(view), *_view_said(view, _now_s(pod)))


def _view_said(view: ProposalView, now_s: int) -> list[Block]:
    it = view.proposal
    ends = words.minute(it.test_ends_s, now_s) if it.test_ends_s else ""
    blocks: list[Block] = [
        it.title,
        *([it.text] if it.text != it.title else []),
        Pairs(
            [
                ("Reference", _ref(it)),
                ("State", it.state),
                ("Test ends", ends),
                ("Stands", view.standing or ""),
                ("Wording", f"{it.wording}; positions began anew" if it.wording > 1 else ""),
                ("Not yet said", ", ".join(view.silent)),
            ]
        ),
    ]
    if view.positions:
        rows = [
            (
                it.name or "somebody",
                it.position.stand,
                it.position.words or "",
                "recorded at a meeting" if it.position.recorded else "",
            )
            for it in view.positions
        ]
        blocks.append(Table(("Name", "Stands", "Words", ""), rows, fold=frozenset(("Words",))))
    return blocks


def _ref(it: Proposal) -> str:
    return it.id.hex()[:DIGITS]


def _now_s(pod: Pod) -> int:
    return pod.now().wall_ms // 1000
