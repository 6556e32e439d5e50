"""In a crisis: is everybody all right?"""

from aiohttp import web

from node.pod import Pod
from node.web.site import Route, Visit
from node.web.viewer import Viewer
from protocol.aid.house.rights import MemberId, Right
from protocol.aid.house.roll_call import Answer
from protocol.errors import UserError


async def show_roll_call(visit: Visit) -> web.StreamResponse:
    """The board of a roll call, the silent first; or how to begin one."""
    board, names = await visit.do(
        lambda pod: (pod.roll_calls.board(visit.viewer.looking), pod.people.names())
    )
    return visit.page("roll_call.html", board=board, names=names, answers=list(Answer))


async def open_roll_call(visit: Visit) -> web.StreamResponse:
    """Ask everybody whether they are all right."""
    question = visit.form.text("question")
    await visit.do(lambda pod: pod.roll_calls.open(visit.viewer.looking, question))
    return visit.go("/roll-call")


async def check_in(visit: Visit) -> web.StreamResponse:
    """Answer for oneself, or for somebody whom one has seen or heard."""
    said, words = visit.form.text("answer"), visit.form.text("words") or None
    member = _member_in(visit)
    if said not in set(Answer):
        raise UserError("invalid", "Choose one of the answers.")
    await visit.do(_check_in, visit.viewer, member, Answer(said), words)
    return visit.go("/roll-call")


def _check_in(
    pod: Pod, viewer: Viewer, member: MemberId, answer: Answer, words: str | None
) -> None:
    pod.roll_calls.check_in(viewer.looking, member, answer, words=words)


def _member_in(visit: Visit) -> MemberId:
    said = visit.form.text("member")
    try:
        return bytes.fromhex(said) if said else visit.viewer.member_id
    except ValueError:
        raise UserError("not_found", "That person is not in this pod.") from None


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
    Route("POST", "/roll-call", open_roll_call, Right.OPEN_ROLL_CALL),
    Route("POST", "/roll-call/check-in", check_in, Right.CHECK_IN),
    Route("POST", "/roll-call/end", end_roll_call, Right.OPEN_ROLL_CALL),
    Route("POST", "/roll-call/renew", renew_roll_call, Right.OPEN_ROLL_CALL),
)
