"""`pod waiting`: what waits for this pod's people."""

from collections.abc import Callable, Sequence
from typing import Final

from cli import answers, items, words
from cli.desk import Desk, command, pass_desk
from cli.naming import Names
from cli.out import Json, Table
from node.aid.answers import Answer
from node.aid.waiting import Waits, Why

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
    """Show what waits for this pod's people: answers, ends, things lent out."""
    with desk.pod() as pod:
        names, now_s = Names(pod), pod.now().wall_ms // 1000
        found = pod.waiting.all()
        listed: list[Json] = [_waits_data(waits, names, now_s) for waits in found]
        shown = _waits_table(found, names, now_s) if found else "Nothing waits for anybody."
        desk.out.answer({"waiting": listed}, shown)


def _waits_data(waits: Waits, names: Names, now_s: int) -> Json:
    answer = answers.data(waits.answer, names) if waits.answer else None
    item = items.data(waits.item, names, now_s)
    return {"why": waits.why.value, "item": item, "answer": answer}


def _waits_table(found: Sequence[Waits], names: Names, now_s: int) -> Table:
    return Table(
        ("Ref", "Title", "Waits", "What to do"),
        [
            (
                items.reference(waits.item.rid),
                waits.item.listing.title,
                _waits_for(waits, names, now_s),
                _next(waits),
            )
            for waits in found
        ],
        fold=frozenset(("Title", "Waits")),
    )


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
    ref = items.reference(waits.item.rid)
    return WHY[waits.why](f"{ref} {waits.answer.number}" if waits.answer else ref)
