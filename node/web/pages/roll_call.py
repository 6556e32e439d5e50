"""In a crisis: is everybody all right?"""

from collections.abc import Mapping
from typing import Final

from aiohttp import web

from node.aid.roll_calls import Board
from node.pod import Pod
from node.web.pages.persons import id_or_none
from node.web.site import Route, Visit
from node.web.viewer import Viewer
from protocol.aid.house.limits import MAX_CHECK_IN_WORDS, MAX_TITLE
from protocol.aid.house.rights import MemberId, Right
from protocol.aid.house.roll_call import Answer, RollCall
from protocol.aid.sentences import WrongFields
from protocol.errors import UserError

LONGEST: Final = {"question": MAX_TITLE, "words": MAX_CHECK_IN_WORDS}
WITHIN_S: Final = {"30m": 1800, "1h": 3600, "2h": 7200, "6h": 21_600}
"""In how long people may want to have heard from all."""
Seen = tuple[Board | None, list[RollCall], dict[MemberId, str]]


async def show_roll_call(visit: Visit) -> web.StreamResponse:
    """The board of the newest roll call, the silent first; or how to begin one."""
    return await _page(visit, {}, {})


async def show_earlier(visit: Visit) -> web.StreamResponse:
    """The board of a roll call that has ended, as long as it is kept."""
    number = int(visit.path["number"])
    board, _, names = await visit.do(_seen, visit.viewer, number)
    if board is None:
        raise UserError("not_found", "No answers of that roll call are kept.")
    return visit.page("roll_call_ended.html", board=board, names=names)


async def _page(
    visit: Visit, given: Mapping[str, str], faults: Mapping[str, str], status: int = 200
) -> web.StreamResponse:
    board, kept, names = await visit.do(_seen, visit.viewer, None)
    return visit.page(
        "roll_call.html",
        status=status,
        board=board,
        earlier=[it for it in kept if not it.is_on(visit.viewer.now_s)],
        names=names,
        answers=list(Answer),
        within=_within(visit),
        given=given,
        faults=faults,
        most=LONGEST,
        is_noted=bool(visit.asked("noted")),
    )


def _seen(pod: Pod, viewer: Viewer, number: int | None) -> Seen:
    board = pod.roll_calls.board(viewer.looking, number)
    return board, pod.roll_calls.kept(viewer.looking), pod.people.names()


def _within(visit: Visit) -> list[tuple[str, str]]:
    say = visit.words.gettext
    return [
        ("", say("when they can")),
        ("30m", say("within half an hour")),
        ("1h", say("within an hour")),
        ("2h", say("within two hours")),
        ("6h", say("within six hours")),
    ]


async def open_roll_call(visit: Visit) -> web.StreamResponse:
    """Ask everybody whether they are all right."""
    given = {name: visit.form.text(name) for name in ("question", "within")}
    within_s = WITHIN_S.get(given["within"], 0)
    by_s = visit.viewer.now_s + within_s if within_s else 0
    looking = visit.viewer.looking
    try:
        await visit.do(lambda pod: pod.roll_calls.open(looking, given["question"], deadline_s=by_s))
    except WrongFields as wrong:
        return await _page(visit, given, visit.faults(wrong), 422)
    return visit.go("/roll-call")


async def check_in(visit: Visit) -> web.StreamResponse:
    """Answer for oneself, or for somebody who was seen or heard."""
    form = visit.form
    said, words = form.text("answer"), form.text("words")
    if said not in set(Answer):
        raise UserError("invalid", "Choose one of the answers.")
    member = _person(form.text("member"))
    seen_by = _person(form.text("seen_by"))
    try:
        await visit.do(_check_in, visit.viewer, member, Answer(said), words, seen_by)
    except WrongFields as wrong:
        return await _page(visit, {"words": words}, visit.faults(wrong), 422)
    return visit.go("/roll-call?noted=1")


def _check_in(
    pod: Pod,
    viewer: Viewer,
    member: MemberId | None,
    answer: Answer,
    words: str,
    seen_by: MemberId | None,
) -> None:
    whose = member or viewer.member_id
    by = None if viewer.looking.is_self(whose) else seen_by
    pod.roll_calls.check_in(viewer.looking, whose, answer, words=words or None, seen_by=by)


def _person(text: str) -> MemberId | None:
    """Return whom a field names, None if it is empty. Raises UserError for what is no person."""
    found = id_or_none(text)
    if text and found is None:
        raise UserError("not_found", "That person is not in this pod.")
    return found


async def end_roll_call(visit: Visit) -> web.StreamResponse:
    """End the roll call that is on."""
    await visit.do(lambda pod: pod.roll_calls.end(visit.viewer.looking))
    return visit.go("/roll-call")


async def renew_roll_call(visit: Visit) -> web.StreamResponse:
    """Let the roll call that is on go on."""
    await visit.do(lambda pod: pod.roll_calls.renew(visit.viewer.looking))
    return visit.go("/roll-call")


ROUTES = (
    Route("GET", "/roll-call", show_roll_call, Right.SEE_POD),
    Route("GET", "/roll-call/{number:[0-9]{1,9}}", show_earlier, Right.SEE_POD),
    Route("POST", "/roll-call", open_roll_call, Right.OPEN_ROLL_CALL),
    Route("POST", "/roll-call/check-in", check_in, Right.CHECK_IN),
    Route("POST", "/roll-call/end", end_roll_call, Right.OPEN_ROLL_CALL),
    Route("POST", "/roll-call/renew", renew_roll_call, Right.OPEN_ROLL_CALL),
)
