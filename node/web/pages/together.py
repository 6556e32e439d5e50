"""Deciding together, and asking in a crisis whether everybody is all right."""

from typing import Final

from aiohttp import web

from node.pod import Pod
from node.web.pages.people import id_in
from node.web.site import Route, Visit
from node.web.viewer import Viewer
from protocol.aid.house.proposal import Stand, State
from protocol.aid.house.rights import MemberId, Right
from protocol.aid.house.roll_call import Answer
from protocol.aid.sentences import WrongFields
from protocol.errors import UserError

MOVES: Final = (State.TALKING, State.TESTING, State.PARKED, State.WITHDRAWN)
"""Where people move a proposal; agreed and blocked come of the pod's rule alone."""


# --- Proposals ---


async def show_proposals(visit: Visit) -> web.StreamResponse:
    """All proposals, and what was agreed."""
    proposals, agreements = await visit.do(
        lambda pod: (
            pod.decisions.proposals(visit.viewer.looking),
            [it for it in pod.agreements.all(visit.viewer.looking) if not it.ended_s],
        )
    )
    return visit.page("proposals.html", proposals=proposals, agreements=agreements)


async def new_proposal(visit: Visit) -> web.StreamResponse:
    """A form for a proposal."""
    return visit.page("propose.html", given={}, faults={}, action="/proposals/new")


async def propose(visit: Visit) -> web.StreamResponse:
    """Put a proposal to the pod."""
    given = {name: visit.form.text(name) for name in ("title", "text")}
    try:
        made = await visit.do(
            lambda pod: pod.decisions.propose(visit.viewer.looking, given["title"], given["text"])
        )
    except WrongFields as wrong:
        return visit.page(
            "propose.html",
            status=422,
            given=given,
            faults=visit.faults(wrong),
            action="/proposals/new",
        )
    return visit.go(f"/proposals/{made.id.hex()}")


async def show_proposal(visit: Visit) -> web.StreamResponse:
    """One proposal with the positions on it."""
    id_ = id_in(visit)
    view = await visit.do(lambda pod: pod.decisions.view(visit.viewer.looking, id_))
    state = view.proposal.state
    moves = [it for it in MOVES if it is not state]
    return visit.page("proposal.html", view=view, moves=moves, faults={}, given={})


async def take_position(visit: Visit) -> web.StreamResponse:
    """Take a position, or change it."""
    id_, said = id_in(visit), visit.form.text("stand")
    if said not in set(Stand):
        raise UserError("invalid", "Choose one of the positions.")
    stand, words = Stand(said), visit.form.text("words") or None
    try:
        await visit.do(
            lambda pod: pod.decisions.take_position(visit.viewer.looking, id_, stand, words)
        )
    except WrongFields as wrong:
        view = await visit.do(lambda pod: pod.decisions.view(visit.viewer.looking, id_))
        given = {"stand": said, "words": words or ""}
        return visit.page(
            "proposal.html",
            status=422,
            view=view,
            moves=[],
            faults=visit.faults(wrong),
            given=given,
        )
    return visit.go(f"/proposals/{id_.hex()}#positions")


async def move_proposal(visit: Visit) -> web.StreamResponse:
    """Talk, test, park or withdraw a proposal."""
    id_, said = id_in(visit), visit.form.text("state")
    if said not in set(MOVES):
        raise UserError("invalid", "A proposal does not become that.")
    await visit.do(lambda pod: pod.decisions.move(visit.viewer.looking, id_, State(said)))
    return visit.go(f"/proposals/{id_.hex()}")


# --- Roll calls ---


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


_ID = "{id:[0-9a-f]{32}}"
ROUTES = (
    Route("GET", "/proposals", show_proposals, Right.SEE_POD),
    Route("GET", "/proposals/new", new_proposal, Right.PROPOSE),
    Route("POST", "/proposals/new", propose, Right.PROPOSE),
    Route("GET", f"/proposals/{_ID}", show_proposal, Right.SEE_POD),
    Route("POST", f"/proposals/{_ID}/position", take_position, Right.TAKE_POSITION),
    Route("POST", f"/proposals/{_ID}/move", move_proposal, Right.PROPOSE),
    Route("GET", "/roll-call", show_roll_call, Right.SEE_POD),
    Route("POST", "/roll-call", open_roll_call, Right.OPEN_ROLL_CALL),
    Route("POST", "/roll-call/check-in", check_in, Right.CHECK_IN),
    Route("POST", "/roll-call/end", end_roll_call, Right.OPEN_ROLL_CALL),
    Route("POST", "/roll-call/renew", renew_roll_call, Right.OPEN_ROLL_CALL),
)
