"""`pod answers`, `promise`, `unpromise`, `decline`, `back`, `unask`; `done`, `pause`, ...

What people say to this pod's listings, and what the pod says to them.
"""

from collections.abc import Sequence
from typing import Final

import click

from cli.desk import Desk, command, pass_desk
from cli.out import Pairs, Styled, Table
from node.aid.answers import Answer
from node.pod import Pod
from node.shapes.board import answer_data, listing_data
from node.shapes.names import Names
from node.shapes.plain import Json, reference_of
from protocol.aid.form import fill
from protocol.aid.house.ask import Ask
from protocol.aid.house.rights import MACHINE
from protocol.aid.life import Act, Standing, Turn
from protocol.aid.listing import State, state
from protocol.errors import UserError
from store.aid import BoardItem

WHO: Final = "NUMBER or NAME as `pod answers` shows them; may be left out if only one fits."
SAID: Final = {
    Standing.WAITING: "waits for your word",
    Standing.PROMISED: "promised",
    Standing.DECLINED: "declined",
    Standing.BACK_HOME: "back home",
    Standing.TAKEN_BACK: "taken back",
    Standing.GONE: "gone",
}


@command("answers")
@click.argument("reference", required=False)
@pass_desk
def answers(desk: Desk, *, reference: str | None) -> None:
    """Show what people say to this pod's listings.

    Without REFERENCE: all answers that are kept. With it: those to one listing, in full.
    """
    with desk.pod() as pod:
        names = Names(pod)
        if reference is None:
            found = pod.answers.all()
            listed: Json = [answer_data(answer, names) for answer in found]
            shown = _table(found, names) if found else "Nobody has answered a listing of this pod."
            desk.out.answer({"answers": listed}, shown)
            return
        item = pod.listings.find(reference)
        found = pod.answers.of(item.rid)
        unknown = pod.answers.unknown_promises(item)
        listed = [answer_data(answer, names) for answer in found]
        desk.out.answer(
            {"answers": listed, "left": pod.answers.room(item), "promised_unknown": unknown},
            f"{item.listing.title}: {_left(pod, item)}",
            *([_table(found, names), *_in_full(found)] if found else ["Nobody has answered yet."]),
            *_unknown(unknown, item),
        )


# --- What the pod says to an answer ---


def _turning(name: str, turn: Turn, help_: str) -> click.Command:
    """Return the command that makes this turn with one answer."""

    @command(name)
    @click.argument("reference")
    @click.argument("who", required=False)
    @pass_desk
    def run(desk: Desk, *, reference: str, who: str | None) -> None:
        with desk.pod() as pod:
            item = pod.listings.find(reference)
            answer = _chosen(pod, item, who, turn)
            changed = pod.answers.turn(item.rid, answer.number, turn)
            pod.people.note_listing_change(MACHINE, item.rid)
            _tell(desk, pod, item, changed)

    run.help = f"{help_}\n\nWHO: {WHO}"
    return run


@command("promise")
@click.argument("reference")
@click.argument("who", required=False)
@click.option("--qty", type=click.IntRange(1), help="So many, if not as many as were asked for.")
@click.option("--on", "day", metavar="DAY", help="For this day, if the listing repeats.")
@pass_desk
def promise(
    desk: Desk, *, reference: str, who: str | None, qty: int | None, day: str | None
) -> None:
    """Promise somebody what they asked for: what is left falls by as many.

    When nothing is left, the listing invites no more answers.
    WHO: NUMBER or NAME as `pod answers` shows them; may be left out if only one fits.

    \b
      pod promise 3f9a12bc Rosa
      pod promise 3f9a12bc 2 --qty 1
    """
    with desk.pod() as pod:
        item = pod.listings.find(reference)
        answer = _chosen(pod, item, who, Turn.PROMISE)
        asked = fill(Ask, {"qty": qty or answer.qty, "day": day})
        changed = pod.answers.promise(item.rid, answer.number, qty=asked.qty, day=asked.day)
        pod.people.note_listing_change(MACHINE, item.rid)
        _tell(desk, pod, item, changed)


unpromise = _turning(
    "unpromise",
    Turn.UNPROMISE,
    "Take a promise back. No reason is asked; what was promised is free again.",
)
decline = _turning("decline", Turn.DECLINE, "Say no to an answer, kindly: not this time.")
back = _turning("back", Turn.COME_HOME, "Note that what was lent is back home.")
unask = _turning(
    "unask", Turn.TAKE_BACK, "Take an answer back for who asked: they need it no longer."
)


def _chosen(pod: Pod, item: BoardItem, who: str | None, turn: Turn) -> Answer:
    """Return the answer that who means; without who, the one that this can be done with."""
    found = pod.answers.of(item.rid)
    names = Names(pod)
    if who is None:
        fitting = [it for it in found if pod.answers.can(it, turn)]
    elif who.isdecimal():
        return pod.answers.answer(item.rid, int(who))
    else:
        wanted = who.strip().casefold()
        fitting = [
            it
            for it in found
            if wanted in {(it.by or "").casefold(), who_asks(it, names).casefold()}
        ]
    if len(fitting) == 1:
        return fitting[0]
    see = f"Say which one, by its number: pod answers {reference_of(item.rid)}"
    if fitting:
        raise UserError("ambiguous", "More than one answer fits.", see)
    raise UserError("not_found", "No answer to this listing fits.", see)


def _tell(desk: Desk, pod: Pod, item: BoardItem, answer: Answer) -> None:
    now, names = pod.listings.find(item.rid.hex()), Names(pod)
    who = who_asks(answer, names)
    desk.out.answer(
        answer_data(answer, names) | {"left": pod.answers.room(now)},
        f"{SAID[answer.standing].capitalize()}: {item.listing.title}, {who}",
        _left(pod, now),
    )


# --- What the pod does with a listing ---


def _doing(name: str, act: Act, done: str, help_: str) -> click.Command:
    """Return the command that does this with a listing."""

    @command(name)
    @click.argument("reference")
    @pass_desk
    def run(desk: Desk, *, reference: str) -> None:
        with desk.pod() as pod:
            item = pod.listings.do(pod.listings.find(reference).rid, act)
            pod.people.note_listing_change(MACHINE, item.rid)
            now_s = pod.now().wall_ms // 1000
            desk.out.answer(listing_data(item, Names(pod), now_s), f"{done}: {item.listing.title}")

    run.help = help_
    return run


done = _doing(
    "done",
    Act.DONE,
    "Done",
    "Say that a listing is done. Who still waited is told that it is gone; nobody rates anybody.",
)
pause = _doing("pause", Act.PAUSE, "Paused", "Take a rest from a listing; `pod resume` ends it.")
resume = _doing("resume", Act.RESUME, "Open", "Open a paused listing again.")
reopen = _doing("reopen", Act.REOPEN, "Open", "Open a listing again that was done.")


# --- One answer ---


def who_asks(answer: Answer, names: Names) -> str:
    """Return who an answer is from."""
    who = answer.by or "someone"
    return f"{who} of {names.of(answer.pod)}" if answer.pod else who


def _called(answer: Answer, names: Names) -> set[str]:
    return {(answer.by or "someone").casefold(), who_asks(answer, names).casefold()}


def _table(found: Sequence[Answer], names: Names) -> Table:
    return Table(
        ("Ref", "No", "Title", "Who", "How many", "Day", "How it stands"),
        [
            (
                reference_of(answer.rid),
                str(answer.number),
                answer.title,
                who_asks(answer, names),
                str(answer.qty),
                answer.day or "",
                _standing(answer),
            )
            for answer in found
        ],
        fold=frozenset(("Title", "Who")),
    )


def _standing(answer: Answer) -> str | Styled:
    said = SAID[answer.standing] + (", came late" if answer.is_late else "")
    return said if answer.standing in (Standing.WAITING, Standing.PROMISED) else Styled(said, "dim")


def _in_full(found: Sequence[Answer]) -> list[str | Pairs]:
    """Return the words that go with answers."""
    full: list[str | Pairs] = []
    for answer in found:
        said = [("Message", answer.words or ""), ("Contact", answer.contact or "")]
        if any(text for _, text in said):
            full += ["", f"{answer.number}  {answer.by or 'someone'}", Pairs(said)]
    return full


def _left(pod: Pod, item: BoardItem) -> str:
    now_s = pod.now().wall_ms // 1000
    found = state(item.listing, item.valid_until_s, now_s)
    if found not in (State.OPEN, State.SPOKEN_FOR):
        return found.value
    if item.listing.repeats != "none":
        return "each day is promised by itself"
    room = pod.answers.room(item)
    return "there is plenty" if room is None else f"{room} left to promise" if room else found.value


def _unknown(unknown: int, item: BoardItem) -> list[str]:
    if not unknown:
        return []
    return [
        f"{unknown} promised to somebody this machine does not know, as after an old backup.",
        f"Ask around; if it is free after all: pod edit {reference_of(item.rid)} --left N",
    ]
