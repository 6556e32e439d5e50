"""Operations on the pod itself, and on whose token it is."""

from collections.abc import Mapping
from typing import Final

from node.shapes.plain import Json
from node.shapes.shape import Shape
from node.shapes.things import CARD, MEETING, item_data, meeting_data
from node.web.api.operation import Call, Operation
from node.web.api.reaching import WAY
from node.web.pages.public import public_of
from protocol.aid.house.rights import Right
from protocol.identity import pod_id_text


class About(Shape):
    """Whose API this is."""

    name: str
    pod_id: str
    now_s: int


class PublicShape(Shape):
    """What strangers see. asks: whether one can ask to join.  card: null before there is one."""

    card: CARD | None  # type: ignore[valid-type]
    ways: tuple[WAY, ...]  # type: ignore[valid-type]
    meetings: tuple[MEETING, ...]  # type: ignore[valid-type]
    asks: bool


def _about(call: Call) -> Mapping[str, Json]:
    pod = call.pod
    return About(name=pod.name, pod_id=pod_id_text(pod.pod_id), now_s=call.now_s).to_json()


def _public(call: Call) -> Mapping[str, Json]:
    found, card = public_of(call.pod), call.pod.card.of(call.pod.pod_id)
    ways: list[Json] = [it.model_dump(mode="json") for it in found.ways]
    return {
        "card": item_data(card, call.names) if card else None,
        "ways": ways,
        "meetings": [meeting_data(it, call.names) for it in found.meetings],
        "asks": found.may_ask,
    }


OPERATIONS: Final = (
    Operation(
        method="GET",
        path="/api/",
        may=Right.SEE_PUBLIC,
        summary="The name and id of the pod, and the time by its clock.",
        does=_about,
        tells=About,
    ),
    Operation(
        method="GET",
        path="/api/public",
        may=Right.SEE_PUBLIC,
        summary="What the pod says to everybody: its card, ways to reach it, meetups for all.",
        does=_public,
        tells=PublicShape,
    ),
)
