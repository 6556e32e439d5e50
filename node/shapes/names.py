"""How pods are named and shown.

A neighbour's name is that pod's own choice, so a name is never trusted alone: where two say
the same, or one says what only this pod may, the short id stands beside it.
"""

from collections import Counter
from typing import Final

from node.pod import Pod
from protocol.aid.fields import looks
from protocol.errors import UserError
from protocol.identity import PodId, parse_pod_id, short_id

THIS_POD: Final = "this pod"


class Names:
    """The names of one pod's neighbours at one moment."""

    def __init__(self, pod: Pod) -> None:
        self._us = pod.pod_id
        self._names = {it.pod_id: it.name for it in pod.neighbours.all()}
        self._said = Counter(looks(name) for name in self._names.values())
        self._said[THIS_POD] += 1
        self._said[""] += 1

    @property
    def us(self) -> str:
        """What a list calls this pod."""
        return THIS_POD

    def is_neighbour(self, pod_id: PodId) -> bool:
        """Tell whether a pod is this one or a neighbour, whose name people have seen."""
        return pod_id == self._us or pod_id in self._names

    def of(self, pod_id: PodId) -> str:
        """Return what a list calls a pod."""
        if pod_id == self._us:
            return THIS_POD
        name = self._names.get(pod_id)
        if name is None:
            return f"pod {short_id(pod_id)}"
        return name if self._said[looks(name)] == 1 else f"{name} ({short_id(pod_id)})".strip()

    def find(self, pod: Pod, text: str) -> PodId:
        """Return the pod that text names: this one, a neighbour, or any by its whole pod id."""
        if text.strip().casefold() == THIS_POD:
            return self._us
        try:
            return pod.neighbours.find(text).pod_id
        except UserError as err:
            try:
                return parse_pod_id(text)
            except UserError:
                raise err from None
