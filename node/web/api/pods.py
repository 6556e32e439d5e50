"""Operations on pods: neighbours and how things stand, what waits, the week, this pod's state."""

from collections.abc import Callable, Mapping
from typing import Final

from node import health
from node.aid.digest import digest
from node.shapes.names import Names
from node.shapes.plain import Json
from node.shapes.pods import (
    DigestShape,
    MatchShape,
    NeighbourDetail,
    NeighbourShape,
    StatusShape,
    WaitingShape,
    digest_data,
    match_data,
    neighbour_shape,
    standing_shape,
    status_data,
    waiting_data,
)
from node.shapes.shape import Shape, listed
from node.standing import standing_of
from node.web.api.operation import Call, Given, Operation, get, post
from node.words import ENGLISH, labels, words_in
from protocol.aid.house.rights import Right
from protocol.identity import PodId, parse_pod_id, pod_id_text


class NeighbourName(Given):
    """What people here call it; empty: as it calls itself."""

    name: str = ""


class EndGiven(Given):
    """purge: delete at once what came through that neighbour alone; else it fades in 90 days."""

    purge: bool = False


class Ended(Shape):
    """A federation that is over. deleted, left_to_fade: how many things."""

    pod_id: str
    removed: bool
    deleted: int
    left_to_fade: int


class Chosen(Shape):
    """What this pod chose about another."""

    pod_id: str
    name: str
    hidden: bool
    carried: bool


def _neighbours(call: Call) -> Mapping[str, Json]:
    return {"items": [neighbour_shape(it).to_json() for it in call.pod.neighbours.all()]}


def _named(call: Call) -> PodId:
    return parse_pod_id(call.path["pod_id"])


def _neighbour(call: Call) -> Mapping[str, Json]:
    found = call.pod.neighbours.find(call.path["pod_id"])
    stands = standing_of(call.pod.keeper, found.pod_id)
    return neighbour_shape(found).to_json() | standing_shape(stands).to_json()


def _welcome(call: Call) -> Mapping[str, Json]:
    found = call.pod.neighbours.find(call.path["pod_id"])
    call.pod.federation.welcome(call.viewer.looking, found.pod_id)
    return _neighbour(call)


def _forgive(call: Call) -> Mapping[str, Json]:
    found = call.pod.neighbours.find(call.path["pod_id"])
    call.pod.federation.forgive(call.viewer.looking, found.pod_id)
    return _neighbour(call)


def _name(call: Call) -> Mapping[str, Json]:
    found = call.pod.neighbours.find(call.path["pod_id"])
    call.pod.federation.call(call.viewer.looking, found.pod_id, call.said.name)
    return _neighbour(call)


def _end(call: Call) -> Mapping[str, Json]:
    purge, found = call.said.purge, call.pod.neighbours.find(call.path["pod_id"])
    left = call.pod.federation.end(call.viewer.looking, found.pod_id, purge=purge)
    return Ended(
        pod_id=pod_id_text(found.pod_id),
        removed=True,
        deleted=left.near + (left.behind if purge else 0),
        left_to_fade=0 if purge else left.behind,
    ).to_json()


def _choosing(act: Callable[[Call, PodId], None]) -> Callable[[Call], Mapping[str, Json]]:
    def run(call: Call) -> Mapping[str, Json]:
        pod, pod_id = call.pod, call.pod.authors.find(call.path["pod_id"])
        act(call, pod_id)
        found = next((it for it in pod.authors.all() if it.pod_id == pod_id), None)
        return Chosen(
            pod_id=pod_id_text(pod_id),
            name=Names(pod).of(pod_id),
            hidden=found is not None and found.hidden,
            carried=found is None or found.carried,
        ).to_json()

    return run


def _hiding(*, hidden: bool) -> Callable[[Call, PodId], None]:
    return lambda call, pod_id: call.pod.federation.hide(call.viewer.looking, pod_id, hidden=hidden)


def _blocking(*, blocked: bool) -> Callable[[Call, PodId], None]:
    return lambda call, pod_id: call.pod.federation.block(
        call.viewer.looking, pod_id, blocked=blocked
    )


def _status(call: Call) -> Mapping[str, Json]:
    found = health.status(call.pod, call.pod.keeper.store.path.parent)
    return status_data(found)


def _waiting(call: Call) -> Mapping[str, Json]:
    pod, box = call.pod, call.pod.letterbox
    found = []
    for it in pod.waiting.all():
        if it.answer is None:
            found.append(it)
            continue
        [shown], _ = box.opened(call.viewer.looking, [it.answer], is_secret=call.is_secret)
        found.append(it._replace(answer=shown))
    old, ending = pod.directory.to_check(), pod.notices_board.ending()
    return waiting_data(found, old, ending, call.names, call.now_s)


def _digest(call: Call) -> Mapping[str, Json]:
    return digest_data(digest(call.pod), call.names, call.now_s)


def _matches(call: Call) -> Mapping[str, Json]:
    item = call.pod.listings.find(call.path["rid"])
    words = words_in(ENGLISH)
    items: list[Json] = [
        match_data(it, call.names, call.now_s, labels.why_it_fits(words, it.common))
        for it in call.pod.matching.for_listing(item)
    ]
    return {"items": items}


_STEWARDS: Final = Right.RUN_MACHINE
_ONE: Final = "/api/neighbours/{pod_id}"
_ANY: Final = "/api/pods/{pod_id}"
OPERATIONS: Final[tuple[Operation, ...]] = (
    get(
        "/api/digest",
        "The week: what is new, what ends, who meets, what nobody answered.",
        _digest,
        DigestShape,
    ),
    get(
        "/api/listings/{rid}/matches",
        "What may fit a listing, and why.",
        _matches,
        listed("Matches", MatchShape),
    ),
    get(
        "/api/neighbours",
        "The pods that this one is federated with.",
        _neighbours,
        listed("Neighbours", NeighbourShape),
    ),
    get(_ONE, "A neighbour, and how things stand with it.", _neighbour, NeighbourDetail),
    *(
        post(f"{_ONE}/{act}", summary, does, NeighbourDetail, may=_STEWARDS)
        for act, summary, does in (
            ("welcome", "Let it have what is for neighbouring pods.", _welcome),
            ("forgive", "Meet it again at once that broke the protocol.", _forgive),
        )
    ),
    post(
        f"{_ONE}/name",
        "Call a neighbour so, in this pod alone.",
        _name,
        NeighbourDetail,
        takes=NeighbourName,
        may=_STEWARDS,
    ),
    post(
        f"{_ONE}/end",
        "End the federation with a neighbour.",
        _end,
        Ended,
        takes=EndGiven,
        may=_STEWARDS,
    ),
    *(
        post(f"{_ANY}/{act}", summary, _choosing(does), Chosen, may=_STEWARDS)
        for act, summary, does in (
            ("hide", "Take what a pod writes off the board.", _hiding(hidden=True)),
            ("show", "Put what a pod writes on the board again.", _hiding(hidden=False)),
            ("block", "Carry nothing of a pod any more.", _blocking(blocked=True)),
            ("carry", "Carry what a pod shares again.", _blocking(blocked=False)),
        )
    ),
    get(
        "/api/waiting",
        "What waits for somebody of this pod.",
        _waiting,
        WaitingShape,
        may=_STEWARDS,
    ),
    get("/api/status", "How this pod is, on one screen.", _status, StatusShape, may=_STEWARDS),
)
