"""`pod rollcall`: in a crisis, is everybody all right?"""

from typing import Final

import click

from cli import persons, words
from cli.desk import Desk, Group, pass_desk
from cli.out import Block, Styled, Table
from node.aid.roll_calls import Board
from node.pod import Pod
from node.shapes.plain import Json
from node.shapes.together import board_data, check_in_shape, roll_call_data
from protocol.aid.house.rights import MACHINE
from protocol.aid.house.roll_call import Answer, BoardLine, CheckIn, RollCall
from protocol.errors import UserError

ANSWERS: Final = {
    "ok": Answer.OK,
    "need-help": Answer.NEED_HELP,
    "helping": Answer.HELPING,
    "away": Answer.AWAY,
}


@click.group("rollcall", cls=Group)
def rollcall() -> None:
    """Ask everybody whether they are all right. Nothing of it leaves this pod."""


@rollcall.command("open")
@click.argument("question")
@click.option("--by", "deadline", metavar="TIME", help="Hear from all within: 30m, 2h.")
@pass_desk
def open_(desk: Desk, *, question: str, deadline: str | None) -> None:
    """Begin to ask. It ends by itself after 72 hours.

    \b
      pod rollcall open "Storm: is everybody dry and warm?" --by 2h
    """
    within_s = words.length_s(deadline) if deadline else 0
    with desk.pod() as pod:
        ends_s = _now_s(pod) + within_s if within_s else 0
        opened = pod.roll_calls.open(MACHINE, question, deadline_s=ends_s)
        _told(desk, pod, opened, "The roll call is on.")


@rollcall.command("check-in")
@click.argument("name")
@click.argument("answer", type=click.Choice(list(ANSWERS)))
@click.option("--words", "words_", metavar="WORDS", help="What they say.")
@click.option("--seen-by", metavar="NAME", help="Who knocked and saw them.")
@pass_desk
def check_in(
    desk: Desk, *, name: str, answer: str, words_: str | None, seen_by: str | None
) -> None:
    """Type in somebody's answer, from paper or as somebody who knocked tells it.

    \b
      pod rollcall check-in Ben ok
      pod rollcall check-in Ana need-help --words "no water" --seen-by Rosa
    """
    with desk.pod() as pod:
        found = persons.find(pod, name)
        by = persons.find(pod, seen_by).id if seen_by else None
        noted = pod.roll_calls.check_in(
            MACHINE, found.id, ANSWERS[answer], words=words_, seen_by=by
        )
        data = check_in_shape(noted, pod.people.names()).to_json()
        desk.out.answer({"name": found.name, **data}, f"{found.name}: {_said(noted, pod)}")


@rollcall.command("list")
@pass_desk
def list_(desk: Desk) -> None:
    """List the roll calls whose answers are still kept, the newest first."""
    with desk.pod() as pod:
        kept, now_s = pod.roll_calls.kept(MACHINE), _now_s(pod)
    if not kept:
        desk.out.answer([], "There was no roll call lately.", 'pod rollcall open "Storm"')
        return
    data: list[Json] = [roll_call_data(it) for it in kept]
    rows = [
        (
            str(it.number),
            it.question,
            words.minute(it.opened_s, now_s),
            "on" if it.is_on(now_s) else f"ended {words.minute(it.ends_s, now_s)}",
        )
        for it in kept
    ]
    headings = ("", "Question", "Asked", "")
    desk.out.answer(data, Table(headings, rows, fold=frozenset(("Question",))))


@rollcall.command("board")
@click.argument("number", type=int, required=False)
@pass_desk
def board(desk: Desk, *, number: int | None) -> None:
    """Show who was not yet heard from first, then who needs help, then the others.

    NUMBER as in: pod rollcall list; without it, the newest.
    """
    with desk.pod() as pod:
        found = pod.roll_calls.board(MACHINE, number)
        if found is None and number is not None:
            raise UserError(
                "not_found", "No answers of that roll call are kept.", "pod rollcall list"
            )
        if found is None:
            raise UserError(
                "not_found", "There was no roll call lately.", 'pod rollcall open "Storm"'
            )
        desk.out.answer(board_data(found, pod.people.names()), *_board_said(found, pod))


@rollcall.command("renew")
@pass_desk
def renew(desk: Desk) -> None:
    """Let it go on for 72 hours from now."""
    with desk.pod() as pod:
        _told(desk, pod, pod.roll_calls.renew(MACHINE), "The roll call goes on.")


@rollcall.command("end")
@pass_desk
def end(desk: Desk) -> None:
    """End it. The answers are deleted 30 days after."""
    with desk.pod() as pod:
        ended = pod.roll_calls.end(MACHINE)
    desk.out.answer(
        roll_call_data(ended), "The roll call has ended. Its answers are deleted in 30 days."
    )


def _told(desk: Desk, pod: Pod, roll_call: RollCall, what: str) -> None:
    until = words.minute(roll_call.ends_s, _now_s(pod))
    desk.out.answer(roll_call_data(roll_call), what, f"It ends {until} unless somebody renews it.")


def _said(check_in: CheckIn, pod: Pod) -> str:
    by = pod.people.names().get(check_in.by or b"", "")
    words_ = f" — {check_in.words}" if check_in.words else ""
    return f"{check_in.answer}{words_} ({' '.join(filter(None, (check_in.how, by)))})"


def _board_said(found: Board, pod: Pod) -> list[Block]:
    names, now_s = pod.people.names(), _now_s(pod)
    ends = words.minute(found.roll_call.ends_s, now_s)
    table = Table(
        ("Name", "Heard", "Reached by", "Buddies"),
        [
            (
                it.member.name,
                _heard(it, pod),
                names.get(it.caller or b"", ""),
                ", ".join(names[other] for other in it.buddies),
            )
            for it in found.lines
        ],
        fold=frozenset(("Heard",)),
    )
    state = "on until" if found.is_on else "ended"
    blocks: list[Block] = [f"{found.roll_call.question} ({state} {ends})"]
    if found.roll_call.deadline_s:
        blocks.append(f"Hear from all by {words.minute(found.roll_call.deadline_s, now_s)}.")
    return [*blocks, table]


def _heard(line: BoardLine, pod: Pod) -> str | Styled:
    if line.check_in is None:
        return Styled("not yet heard from", "yellow")
    return _said(line.check_in, pod)


def _now_s(pod: Pod) -> int:
    return pod.now().wall_ms // 1000
