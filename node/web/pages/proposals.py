"""Deciding together: proposals, positions in words, and what comes of them."""

from collections.abc import Mapping
from typing import Final

from aiohttp import web

from node.aid.decisions import ProposalView
from node.pod import Pod
from node.web.pages.persons import ID, id_in, id_or_none
from node.web.pages.speakers import foreign, tongues
from node.web.site import Route, Visit
from node.web.viewer import Viewer
from protocol.aid.house.limits import MAX_POSITION_WORDS, MAX_TEXT, MAX_TITLE
from protocol.aid.house.member import Member
from protocol.aid.house.proposal import TAKES_POSITIONS, Agreement, Stand, State, may_become
from protocol.aid.house.rights import Right
from protocol.aid.sentences import WrongFields
from protocol.errors import UserError

MOVES: Final = (State.TALKING, State.TESTING, State.PARKED, State.WITHDRAWN)
"""Where people move a proposal; agreed and blocked come of the pod's rule alone."""
LONGEST: Final = {"title": MAX_TITLE, "text": MAX_TEXT, "words": MAX_POSITION_WORDS}


async def show_proposals(visit: Visit) -> web.StreamResponse:
    """All proposals, the one that changed last first."""
    found = await visit.do(lambda pod: pod.decisions.proposals(visit.viewer.looking))
    return visit.page("proposals.html", proposals=found)


# --- Putting one to the pod, and wording it anew ---


async def new_proposal(visit: Visit) -> web.StreamResponse:
    """A form for a proposal."""
    return await _form(visit, "/proposals/new", {}, {})


async def propose(visit: Visit) -> web.StreamResponse:
    """Put a proposal to the pod, or keep it as a draft."""
    given, whom = _given(visit), id_or_none(visit.form.text("removes"))
    is_draft = "draft" in visit.form
    try:
        made = await visit.do(
            lambda pod: pod.decisions.propose(
                visit.viewer.looking, given["title"], given["text"], draft=is_draft, removes=whom
            )
        )
    except WrongFields as wrong:
        return await _form(visit, "/proposals/new", given, visit.faults(wrong), 422)
    return visit.go(f"/proposals/{made.id.hex()}")


async def reword_form(visit: Visit) -> web.StreamResponse:
    """A proposal's words as a form."""
    it = (await visit.do(_view, visit.viewer, id_in(visit))).proposal
    return await _form(visit, _path(visit) + "/words", {"title": it.title, "text": it.text}, {})


async def reword(visit: Visit) -> web.StreamResponse:
    """Give a proposal other words: positions begin anew."""
    given, id_ = _given(visit), id_in(visit)
    try:
        await visit.do(lambda pod: pod.decisions.reword(visit.viewer.looking, id_, **_words(given)))
    except WrongFields as wrong:
        return await _form(visit, _path(visit) + "/words", given, visit.faults(wrong), 422)
    return visit.go(_path(visit))


def _given(visit: Visit) -> dict[str, str]:
    return {name: visit.form.text(name) for name in ("title", "text", "removes")}


def _words(given: Mapping[str, str]) -> dict[str, str]:
    return {"title": given["title"], "text": given["text"]}


async def _form(
    visit: Visit,
    action: str,
    given: Mapping[str, str],
    faults: Mapping[str, str],
    status: int = 200,
) -> web.StreamResponse:
    is_new = action == "/proposals/new"
    people = await visit.do(lambda pod: pod.people.members(visit.viewer.looking)) if is_new else []
    return visit.page(
        "propose.html",
        status=status,
        action=action,
        given=given,
        faults=faults,
        most=LONGEST,
        is_new=is_new,
        people=[it for it in people if it.id != visit.viewer.member_id],
    )


# --- One proposal ---


async def show_proposal(visit: Visit) -> web.StreamResponse:
    """One proposal with the positions on it."""
    return await _page(visit, {}, {})


async def _page(
    visit: Visit, given: Mapping[str, str], faults: Mapping[str, str], status: int = 200
) -> web.StreamResponse:
    view, people, names, agreement = await visit.do(_whole, visit.viewer, visit.path["id"])
    lang = (await visit.do(tongues, visit.viewer)).get(view.proposal.proposed_by or b"")
    state, mine = view.proposal.state, view.mine
    kept = {"stand": mine.stand.value, "words": mine.words or ""} if mine else {}
    return visit.page(
        "proposal.html",
        status=status,
        view=view,
        lang=lang,
        foreign=await foreign(visit, lang),
        moves=[to for to in MOVES if may_become(state, to) and _may_move(view, to)],
        takes_positions=state in TAKES_POSITIONS,
        people=people,
        names=names,
        agreement=agreement,
        is_closed_now=bool(visit.asked("closed")),
        given=given or kept,
        faults=faults,
        most=LONGEST,
    )


def _whole(
    pod: Pod, viewer: Viewer, digits: str
) -> tuple[ProposalView, list[Member], dict[bytes, str], Agreement | None]:
    """Return a proposal, whose position a steward can record, names, and what was written down."""
    looking, id_ = viewer.looking, bytes.fromhex(digits)
    view = pod.decisions.view(looking, id_)
    others = [it for it in pod.people.members(looking) if it.id != view.proposal.removes]
    kept = [it for it in pod.agreements.all(looking) if it.proposal == id_ and not it.ended_s]
    return view, others, pod.people.names(), next(iter(kept), None)


def _may_move(view: ProposalView, to: State) -> bool:
    return to is not State.WITHDRAWN or view.may_change


def _view(pod: Pod, viewer: Viewer, id_: bytes) -> ProposalView:
    return pod.decisions.view(viewer.looking, id_)


async def take_position(visit: Visit) -> web.StreamResponse:
    """Take a position, or change it."""
    given, id_ = _position_in(visit), id_in(visit)
    stand, words = _stand_of(given), given["words"] or None
    looking = visit.viewer.looking
    try:
        await visit.do(lambda pod: pod.decisions.take_position(looking, id_, stand, words))
    except WrongFields as wrong:
        return await _page(visit, given, visit.faults(wrong), 422)
    return visit.go(_path(visit) + "#positions")


async def record_position(visit: Visit) -> web.StreamResponse:
    """Write down where somebody stood at a meeting; it is shown as that."""
    given, id_ = _position_in(visit), id_in(visit)
    stand, words = _stand_of(given), given["words"] or None
    member = id_or_none(visit.form.text("member"))
    if member is None:
        raise UserError("not_found", "That person is not in this pod.")
    looking = visit.viewer.looking
    await visit.do(lambda pod: pod.decisions.record_position(looking, id_, member, stand, words))
    return visit.go(_path(visit) + "#positions")


def _position_in(visit: Visit) -> dict[str, str]:
    return {name: visit.form.text(name) for name in ("stand", "words")}


def _stand_of(given: Mapping[str, str]) -> Stand:
    if given["stand"] not in set(Stand):
        raise UserError("invalid", "Choose one of the positions.")
    return Stand(given["stand"])


async def move_proposal(visit: Visit) -> web.StreamResponse:
    """Talk, test, park or withdraw a proposal."""
    id_, said = id_in(visit), visit.form.text("state")
    if said not in set(MOVES):
        raise UserError("invalid", "A proposal does not become that.")
    await visit.do(lambda pod: pod.decisions.move(visit.viewer.looking, id_, State(said)))
    return visit.go(_path(visit))


async def close_proposal(visit: Visit) -> web.StreamResponse:
    """Apply the pod's rule, and say in words how it stands."""
    id_ = id_in(visit)
    await visit.do(lambda pod: pod.decisions.close(visit.viewer.looking, id_))
    return visit.go(_path(visit) + "?closed=1")


async def remove_form(visit: Visit) -> web.StreamResponse:
    """What is deleted if somebody is removed, as the pod agreed."""
    view, _, names, _ = await visit.do(_whole, visit.viewer, visit.path["id"])
    whom = names.get(view.proposal.removes or b"")
    if view.proposal.state is not State.AGREED or whom is None:
        raise UserError("not_found", "The pod has not agreed to remove anybody by this proposal.")
    return visit.page("remove.html", proposal=view.proposal, name=whom)


async def remove(visit: Visit) -> web.StreamResponse:
    """Do what an agreed proposal to remove somebody says."""
    id_ = id_in(visit)
    await visit.do(lambda pod: pod.decisions.remove_member(visit.viewer.looking, id_))
    return visit.go("/people?removed=1")


def _path(visit: Visit) -> str:
    return f"/proposals/{visit.path['id']}"


ROUTES = (
    Route("GET", "/proposals", show_proposals, Right.SEE_POD),
    Route("GET", "/proposals/new", new_proposal, Right.PROPOSE),
    Route("POST", "/proposals/new", propose, Right.PROPOSE),
    Route("GET", f"/proposals/{ID}", show_proposal, Right.SEE_POD),
    Route("GET", f"/proposals/{ID}/words", reword_form, Right.PROPOSE),
    Route("POST", f"/proposals/{ID}/words", reword, Right.PROPOSE),
    Route("POST", f"/proposals/{ID}/position", take_position, Right.TAKE_POSITION),
    Route("POST", f"/proposals/{ID}/recorded", record_position, Right.RECORD_POSITION),
    Route("POST", f"/proposals/{ID}/move", move_proposal, Right.PROPOSE),
    Route("POST", f"/proposals/{ID}/close", close_proposal, Right.PROPOSE),
    Route("GET", f"/proposals/{ID}/remove", remove_form, Right.REMOVE),
    Route("POST", f"/proposals/{ID}/remove", remove, Right.REMOVE),
)
