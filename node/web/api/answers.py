"""Operations on what people say to listings: asking, promising, and what follows."""

from collections.abc import Callable, Mapping
from typing import Annotated, Final

from pydantic import Field

from node.aid.answers import Answer, check_ask
from node.pod import Pod
from node.shapes.board import LISTING, AnswerShape, answer_data, listing_data
from node.shapes.plain import Json
from node.shapes.shape import Shape
from node.web.api.me import PersonId
from node.web.api.operation import Call, Given, Operation
from node.web.api.posting import whose_in
from node.web.pages.shown import listings_of, typed_by
from protocol.aid.form import fill
from protocol.aid.house.ask import Ask
from protocol.aid.house.rights import Right
from protocol.aid.life import Turn
from protocol.aid.limits import MAX_QTY


class Asking(Ask):
    """What is said to a listing; all of it may be left out. by: without it the person's name.

    whose: the id of the person for whom it is said, if it is not oneself.
    """

    whose: PersonId | None = None


class Promising(Given):
    """What is promised, if it is not what was asked for."""

    qty: Annotated[int, Field(ge=1, le=MAX_QTY)] | None = None
    day: Annotated[str, Field(max_length=10)] | None = None


class Asked(Shape):
    """What became of an ask. answer: of a listing of this pod.  letter: how far a sealed letter
    to another pod is."""

    answer: AnswerShape | None
    letter: str | None


class Answers(Shape):
    """What people say to one listing of this pod: all for who may change it, else one's own.

    left: how many can still be promised; null for plenty, or where each day is by itself.
    """

    answers: tuple[AnswerShape, ...]
    left: int | None


class Mine(Shape):
    """What one has on the board, open or not, and what one asked of listings of this pod.

    typed: what one put up for somebody else; what one asked for them is among the asked.
    """

    items: tuple[LISTING, ...]  # type: ignore[valid-type]
    typed: tuple[LISTING, ...]  # type: ignore[valid-type]
    asked: tuple[AnswerShape, ...]


def _answers(call: Call) -> Mapping[str, Json]:
    pod, viewer = call.pod, call.viewer
    item = pod.listings.own(pod.listings.find(call.path["rid"]).rid)
    may_change = pod.people.may_change(viewer.looking, item.rid)
    kept = pod.answers.of(item.rid)
    found = kept if may_change else pod.behalf.asked(kept, viewer.looking)
    left = pod.answers.room(item) if item.listing.repeats == "none" else None
    return {"answers": told_answers(call, found), "left": left}


def told_answers(call: Call, found: list[Answer]) -> list[Json]:
    """Return answers without what came in letters that are not for whose token it is."""
    box = call.pod.letterbox
    shown, _ = box.opened(call.viewer.looking, found, is_secret=call.is_secret)
    return [answer_data(it, call.names) for it in shown]


def _told(call: Call, it: Answer) -> Mapping[str, Json]:
    box = call.pod.letterbox
    [shown], _ = box.opened(call.viewer.looking, [it], is_secret=call.is_secret)
    return answer_data(shown, call.names)


def _mine(call: Call) -> Mapping[str, Json]:
    pod, viewer = call.pod, call.viewer
    asked = pod.behalf.given(viewer.looking)
    return {
        "items": [listing_data(it.item, call.names, call.now_s) for it in listings_of(pod, viewer)],
        "typed": [listing_data(it.item, call.names, call.now_s) for it in typed_by(pod, viewer)],
        "asked": [answer_data(it, call.names) for it in asked],
    }


def _ask(call: Call) -> Mapping[str, Json]:
    pod, item = call.pod, call.pod.listings.find(call.path["rid"])
    whose = whose_in(call)
    given = {name: it for name, it in call.given.items() if name != "whose"}
    said = fill(Ask, {"by": pod.people.names()[whose], **given})
    check_ask(item.listing, said)
    if item.author == pod.pod_id:
        answer = pod.behalf.ask(call.viewer.looking, item.rid, said, whose)
        return {"answer": answer_data(answer, call.names), "letter": None}
    letter = pod.letters.reply(
        item,
        member=call.me,
        qty=said.qty if item.listing.qty else None,
        message=said.words,
        contact=said.contact,
        from_label=said.by,
        on=said.day,
    )
    return {"answer": None, "letter": letter.state.name.lower()}


def _take_back(call: Call) -> Mapping[str, Json]:
    pod, rid, number = _named(call)
    pod.behalf.take_back(call.viewer.looking, rid, number)
    return answer_data(pod.answers.answer(rid, number), call.names)


def _promise(call: Call) -> Mapping[str, Json]:
    pod, rid, number = _named(call)
    pod.people.begin_change(call.viewer.looking, rid)
    asked = pod.answers.answer(rid, number)
    said = fill(Ask, {"qty": call.said.qty or asked.qty, "day": call.said.day})
    return _told(call, pod.answers.promise(rid, number, qty=said.qty, day=said.day))


def _turning(turn: Turn) -> Callable[[Call], Mapping[str, Json]]:
    def run(call: Call) -> Mapping[str, Json]:
        pod, rid, number = _named(call)
        pod.people.begin_change(call.viewer.looking, rid)
        return _told(call, pod.answers.turn(rid, number, turn))

    return run


def _named(call: Call) -> tuple[Pod, bytes, int]:
    pod = call.pod
    item = pod.listings.own(pod.listings.find(call.path["rid"]).rid)
    return pod, item.rid, int(call.path["number"])


_TURNS: Final = {
    "unpromise": (Turn.UNPROMISE, "Take a promise back; what was promised is free again."),
    "decline": (Turn.DECLINE, "Say no to an answer, kindly."),
    "back": (Turn.COME_HOME, "Note that what was lent is back home."),
}
_ONE: Final = "/api/listings/{rid}/answers/{number}"

OPERATIONS: Final = (
    Operation(
        method="GET",
        path="/api/mine",
        may=Right.POST,
        summary="What one has on the board, and what one asked for.",
        does=_mine,
        tells=Mine,
    ),
    Operation(
        method="GET",
        path="/api/listings/{rid}/answers",
        may=Right.SEE_POD,
        summary="What people say to a listing of this pod.",
        does=_answers,
        tells=Answers,
    ),
    Operation(
        method="POST",
        path="/api/listings/{rid}/answers",
        may=Right.POST,
        summary="Say that one would like it, or has it; to another pod by sealed letter.",
        does=_ask,
        takes=Asking,
        tells=Asked,
        status=201,
    ),
    Operation(
        method="POST",
        path=f"{_ONE}/take-back",
        may=Right.POST,
        summary="Take back what one asked.",
        does=_take_back,
        tells=AnswerShape,
    ),
    Operation(
        method="POST",
        path=f"{_ONE}/promise",
        may=Right.POST,
        summary="Promise what was asked for; what is left falls by as many.",
        does=_promise,
        takes=Promising,
        tells=AnswerShape,
    ),
    *(
        Operation(
            method="POST",
            path=f"{_ONE}/{word}",
            may=Right.POST,
            summary=summary,
            does=_turning(turn),
            tells=AnswerShape,
        )
        for word, (turn, summary) in _TURNS.items()
    ),
)
