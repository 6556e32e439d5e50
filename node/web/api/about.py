"""Operations on the pod itself, and on whose token it is."""

from collections.abc import Mapping
from typing import Final

from node.shapes.plain import Json
from node.shapes.shape import Shape
from node.web.api.operation import Call, Operation
from protocol.aid.house.rights import Right
from protocol.identity import pod_id_text


class About(Shape):
    """Whose API this is."""

    name: str
    pod_id: str
    now_s: int


def _about(call: Call) -> Mapping[str, Json]:
    pod = call.pod
    return About(name=pod.name, pod_id=pod_id_text(pod.pod_id), now_s=call.now_s).to_json()


OPERATIONS: Final = (
    Operation(
        method="GET",
        path="/api/",
        may=Right.SEE_PUBLIC,
        summary="The name and id of the pod, and the time by its clock.",
        does=_about,
        tells=About,
    ),
)
