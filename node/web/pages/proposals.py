"""Deciding together: proposals, positions in words, and what comes of them."""

from typing import Final

from aiohttp import web

from node.web.pages.persons import ID, id_in
from node.web.site import Route, Visit
from protocol.aid.house.proposal import Stand, State
from protocol.aid.house.rights import Right
from protocol.aid.sentences import WrongFields
from protocol.errors import UserError

MOVES: Final = (State.TALKING, State.TESTING, State.PARKED, State.WITHDRAWN)
"""Where people move a proposal; agreed and blocked come of the pod's rule alone."""


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


ROUTES = (
    Route("GET", "/proposals", show_proposals, Right.SEE_POD),
    Route("GET", "/proposals/new", new_proposal, Right.PROPOSE),
    Route("POST", "/proposals/new", propose, Right.PROPOSE),
    Route("GET", f"/proposals/{ID}", show_proposal, Right.SEE_POD),
    Route("POST", f"/proposals/{ID}/position", take_position, Right.TAKE_POSITION),
    Route("POST", f"/proposals/{ID}/move", move_proposal, Right.PROPOSE),
)
