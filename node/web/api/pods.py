"""Operations on other pods: neighbours and how things stand, and what stewards choose."""

from collections.abc import Callable, Mapping
from typing import Final

from node.aid.reach import neighbourhood
from node.shapes.names import Names
from node.shapes.plain import Json
from node.shapes.pods import (
    NeighbourDetail,
    NeighbourShape,
    neighbour_shape,
    standing_shape,
)
from node.shapes.shape import Shape, listed
from node.shapes.things import CARD, item_data
from node.standing import leaving_with, standing_of
from node.web.api.operation import Call, Given, Operation, get, post
from node.web.pages.pods import MOST, about_pod, known_pods
from node.web.pages.shown import pod_names
from protocol.aid.house.rights import Right
from protocol.identity import PodId, pod_id_text, short_id


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


class KnownPod(Chosen):
    """A pod that shows a card, or of which this one chose something. where: as its card says."""

    where: str


class PodDetail(Chosen):
    """One other pod. listings: how many of it are here.  card: null if it shows none."""

    neighbour: bool
    listings: int
    card: CARD | None  # type: ignore[valid-type]


class AroundShape(Shape):
    """A pod that this one reaches. distance: 1 for a neighbour.  through: by which neighbour."""

    pod_id: str
    name: str
    distance: int
    through: str | None


class ReachShape(Shape):
    """How far this pod reaches, as far as it knows. reach: so many pods get what is for all."""

    reach: int
    pods: tuple[AroundShape, ...]


class EndLook(Shape):
    """What goes with a neighbour: `near` at once; `behind`, of so many pods, if that is wished."""

    near: int
    behind: int
    behind_pods: int


def _neighbours(call: Call) -> Mapping[str, Json]:
    return {"items": [neighbour_shape(it).to_json() for it in call.pod.neighbours.all()]}


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


def _look_at_end(call: Call) -> Mapping[str, Json]:
    found = call.pod.neighbours.find(call.path["pod_id"])
    left = leaving_with(call.pod.keeper, found.pod_id)
    return EndLook(near=left.near, behind=left.behind, behind_pods=len(left.behind_pods)).to_json()


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
        pod, pod_id = call.pod, about_pod(call.pod, call.path["pod_id"]).pod_id
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


def _pods(call: Call) -> Mapping[str, Json]:
    items = [
        KnownPod(
            pod_id=it.id_text,
            name=it.name,
            hidden=it.is_hidden,
            carried=it.is_carried,
            where=it.about,
        )
        for it in known_pods(call.pod)[:MOST]
    ]
    return {"items": [it.to_json() for it in items]}


def _pod(call: Call) -> Mapping[str, Json]:
    found = about_pod(call.pod, call.path["pod_id"])
    card = call.pod.card.of(found.pod_id)
    return {
        "pod_id": found.id_text,
        "name": found.name,
        "hidden": found.is_hidden,
        "carried": found.is_carried,
        "neighbour": found.neighbour is not None,
        "listings": found.listings,
        "card": item_data(card, call.names) if card else None,
    }


def _reach(call: Call) -> Mapping[str, Json]:
    keeper, found = call.pod.keeper, neighbourhood(call.pod.keeper)[:MOST]
    names = pod_names(call.pod, (it.pod_id for it in found))
    return ReachShape(
        reach=keeper.directory.reach(call.pod.pod_id),
        pods=tuple(
            AroundShape(
                pod_id=pod_id_text(it.pod_id),
                name=names.get(it.pod_id, short_id(it.pod_id)),
                distance=it.distance,
                through=pod_id_text(it.through) if it.through else None,
            )
            for it in found
        ),
    ).to_json()


_STEWARDS: Final = Right.RUN_MACHINE
_ONE: Final = "/api/neighbours/{pod_id}"
_ANY: Final = "/api/pods/{pod_id}"
OPERATIONS: Final[tuple[Operation, ...]] = (
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
    get(
        f"{_ONE}/end",
        "What would go with the federation with a neighbour.",
        _look_at_end,
        EndLook,
        may=_STEWARDS,
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
    get("/api/reach", "The pods that this one reaches, the nearest first.", _reach, ReachShape),
    get(
        "/api/pods",
        "All pods that show a card, and those that are hidden or not carried here.",
        _pods,
        listed("Pods", KnownPod),
    ),
    get(_ANY, "One other pod, and what this one chose about it.", _pod, PodDetail),
    *(
        post(f"{_ANY}/{act}", summary, _choosing(does), Chosen, may=_STEWARDS)
        for act, summary, does in (
            ("hide", "Take what a pod writes off the board.", _hiding(hidden=True)),
            ("show", "Put what a pod writes on the board again.", _hiding(hidden=False)),
            ("block", "Carry nothing of a pod any more.", _blocking(blocked=True)),
            ("carry", "Carry what a pod shares again.", _blocking(blocked=False)),
        )
    ),
)
