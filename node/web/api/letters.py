"""Operations on the letters of whose token it is: what other pods answered, and what one asked."""

from collections.abc import Callable, Mapping
from typing import Final, Literal

from node.aid.letterbox import reference
from node.aid.letters import Letter
from node.shapes.letters import LetterShape, letter_data
from node.shapes.plain import Json
from node.shapes.shape import Shape, listed
from node.web.api.me import PersonId
from node.web.api.operation import Call, Given, Operation, get, post
from node.web.api.paging import MOST
from node.web.pages.shown import pod_names
from protocol.aid.house.rights import Right
from protocol.aid.letter import Answer
from protocol.identity import pod_id_text, short_id


class VerdictGiven(Given):
    """What one says to a reply that came. accepted: it is promised."""

    verdict: Literal["accepted", "declined", "waiting"]
    message: str | None = None


class MessageGiven(Given):
    """More words."""

    message: str | None = None


class ReportGiven(Given):
    """What is wrong with a listing, for the people of the pod that made it."""

    reason: str
    message: str | None = None


class LetterThread(Shape):
    """All letters about one thing, the oldest first."""

    letters: tuple[LetterShape, ...]


class MemberGiven(Given):
    """member: the id of whose it is."""

    member: PersonId


class Orphan(Shape):
    """A letter that is nobody's, without what it says."""

    letter: str
    ours: bool
    pod: str
    pod_id: str
    written_s: int


class Others(Shape):
    """What a steward sees of letters that are not theirs: never what they say."""

    of_members: tuple[str, ...]
    of_nobody: tuple[Orphan, ...]


class Forgotten(Shape):
    """A letter that is kept no longer."""

    letter: str
    forgotten: bool


def _told(call: Call, found: list[Letter]) -> list[Json]:
    names = pod_names(call.pod, (it.kept.pod_id for it in found))
    people = call.pod.people.names()
    return [
        letter_data(
            it,
            reference(it),
            names.get(it.kept.pod_id, short_id(it.kept.pod_id)),
            people.get(it.kept.member or b""),
        )
        for it in found
    ]


def _letters(call: Call) -> Mapping[str, Json]:
    threads = call.pod.letterbox.threads(call.viewer.looking)
    return {"items": _told(call, [it for thread in threads for it in reversed(thread.letters)])}


def _open(call: Call) -> Mapping[str, Json]:
    box, named = call.pod.letterbox, call.path["letter"]
    thread = box.open(call.viewer.looking, named, is_secret=call.is_secret)
    return {"letters": _told(call, list(thread.letters))}


def _answer(call: Call) -> Mapping[str, Json]:
    said = call.said
    # Checked before anything is decided: a promise is not made by halves.
    Answer.write({"re": "0" * 32, "verdict": said.verdict, "message": said.message})
    call.pod.letterbox.answer(
        call.viewer.looking,
        call.path["letter"],
        said.verdict,
        said.message,
        is_secret=call.is_secret,
    )
    return _open(call)


def _unask(call: Call) -> Mapping[str, Json]:
    box, named = call.pod.letterbox, call.path["letter"]
    box.unask(call.viewer.looking, named, call.said.message, is_secret=call.is_secret)
    return _open(call)


def _retry(call: Call) -> Mapping[str, Json]:
    box, named = call.pod.letterbox, call.path["letter"]
    box.retry(call.viewer.looking, named, is_secret=call.is_secret)
    return _open(call)


def _report(call: Call) -> Mapping[str, Json]:
    item = call.pod.listings.find(call.path["rid"])
    said = call.said
    sent = call.pod.letterbox.report(call.viewer.looking, item, said.reason, said.message)
    return {"letters": _told(call, [sent])}


def _others(call: Call) -> Mapping[str, Json]:
    found = call.pod.letterbox.waiting(call.viewer.looking)
    names = pod_names(call.pod, (it.kept.pod_id for it in found.of_nobody))
    return Others(
        of_members=tuple(found.of_members),
        of_nobody=tuple(
            Orphan(
                letter=reference(it),
                ours=it.kept.is_ours,
                pod=names.get(it.kept.pod_id, short_id(it.kept.pod_id)),
                pod_id=pod_id_text(it.kept.pod_id),
                written_s=it.kept.written_s,
            )
            for it in found.of_nobody[:MOST]
        ),
    ).to_json()


def _give(call: Call) -> Mapping[str, Json]:
    member = bytes.fromhex(call.said.member)
    call.pod.letterbox.give(call.viewer.looking, call.path["letter"], member)
    return _others(call)


def _forget(call: Call) -> Mapping[str, Json]:
    box, named = call.pod.letterbox, call.path["letter"]
    box.forget(call.viewer.looking, named, is_secret=call.is_secret)
    return Forgotten(letter=named, forgotten=True).to_json()


_ONE: Final = "/api/letters/{letter}"
_ACTS: Final[
    tuple[tuple[str, str, Callable[[Call], Mapping[str, Json]], type[Given] | None], ...]
] = (
    (
        "/answer",
        "Answer a reply that came: promise, decline, or say that it waits.",
        _answer,
        VerdictGiven,
    ),
    ("/unask", "Take back what one asked of another pod.", _unask, MessageGiven),
    ("/retry", "Send a letter once more of which nobody heard that it arrived.", _retry, None),
)
OPERATIONS: Final[tuple[Operation, ...]] = (
    get(
        "/api/letters",
        "One's own letters from and to other pods, the newest thread first.",
        _letters,
        listed("Letters", LetterShape),
        may=Right.WRITE_LETTERS,
    ),
    get(
        "/api/letters/others",
        "Whose letters wait, and which are nobody's; never what they say.",
        _others,
        Others,
        may=Right.SORT_LETTERS,
    ),
    post(
        f"{_ONE}/give",
        "Say whose a letter is that is nobody's.",
        _give,
        Others,
        takes=MemberGiven,
        may=Right.SORT_LETTERS,
    ),
    get(
        _ONE,
        "A letter of one's own, with all about the same thing; it counts as looked at.",
        _open,
        LetterThread,
        may=Right.WRITE_LETTERS,
    ),
    *(
        post(f"{_ONE}{path}", summary, does, LetterThread, takes=takes, may=Right.WRITE_LETTERS)
        for path, summary, does, takes in _ACTS
    ),
    post(
        "/api/listings/{rid}/report",
        "Tell another pod that something is wrong with its listing, by sealed letter.",
        _report,
        LetterThread,
        takes=ReportGiven,
        may=Right.WRITE_LETTERS,
        status=201,
    ),
    post(
        _ONE,
        "Keep a letter no longer.",
        _forget,
        Forgotten,
        may=Right.WRITE_LETTERS,
        method="DELETE",
    ),
)
