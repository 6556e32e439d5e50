"""`pod waiting`: what waits for this pod's people."""

from collections.abc import Callable
from typing import Final

from cli import answers, words
from cli.desk import Desk, command, pass_desk
from cli.out import Table
from node.aid.answers import Answer
from node.aid.directory import Entry
from node.aid.waiting import Waits, Why
from node.shapes.names import Names
from node.shapes.plain import reference_of
from node.shapes.pods import waiting_data
from protocol.aid.notice import Notice
from store.aid import Item

WHY: Final[dict[Why, Callable[[str], str]]] = {
    Why.ANSWER: lambda ref: f"pod promise {ref}",
    Why.ENDS_SOON: lambda ref: f"pod renew {ref}",
    Why.ENDED: lambda ref: f"pod renew {ref}, or pod done {ref}",
    Why.STILL_TRUE: lambda ref: f"pod renew {ref}, or pod done {ref}",
    Why.LENT_OUT: lambda ref: f"pod back {ref}",
}


@command("waiting")
@pass_desk
def waiting(desk: Desk) -> None:
    """Show what waits for this pod's people: answers, ends, things lent out, doubts."""
    with desk.pod() as pod:
        names, now_s = Names(pod), pod.now().wall_ms // 1000
        found = pod.waiting.all()
        old, ending = pod.directory.to_check(), pod.notices_board.ending()
        rows = [
            *[_row_of(waits, names, now_s) for waits in found],
            *[_look_again(entry) for entry in old],
            *[_ends(item, now_s) for item in ending],
        ]
        headings = ("Ref", "Title", "Waits", "What to do")
        table = Table(headings, rows, fold=frozenset(("Title", "Waits")))
        told = waiting_data(found, old, ending, names, now_s)
        desk.out.answer(told, table if rows else "Nothing waits for anybody.")


def _row_of(waits: Waits, names: Names, now_s: int) -> tuple[str, ...]:
    ref, title = reference_of(waits.item.rid), waits.item.listing.title
    return ref, title, _waits_for(waits, names, now_s), _next(waits)


def _look_again(entry: Entry) -> tuple[str, ...]:
    ref = reference_of(entry.item.rid)
    why = "somebody found otherwise" if entry.is_doubted else f"last true on {entry.last_true}"
    return ref, entry.item.body.name, why, f"pod resource confirm {ref}"


def _ends(item: Item[Notice], now_s: int) -> tuple[str, ...]:
    ref = reference_of(item.rid)
    return ref, item.body.title, words.until(item.closes_s, now_s), f"pod notice renew {ref}"


def _waits_for(waits: Waits, names: Names, now_s: int) -> str:
    match waits.why, waits.answer:
        case Why.ANSWER, Answer() as answer:
            return f"{answers.who_asks(answer, names)} asks, {words.ago(answer.came_s, now_s)}"
        case Why.LENT_OUT, Answer() as answer:
            return f"lent to {answers.who_asks(answer, names)}"
        case Why.STILL_TRUE, _:
            return "is it still true?"
    return words.until(waits.item.valid_until_s, now_s)


def _next(waits: Waits) -> str:
    ref = reference_of(waits.item.rid)
    return WHY[waits.why](f"{ref} {waits.answer.number}" if waits.answer else ref)
