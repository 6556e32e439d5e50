"""What stewards keep in an envelope: who this pod is, whom it knows, and lines for the 24 words.

The words themselves are on no sheet: the pod does not have them (node/recovery.py). They are
shown once when it is made, and written by hand.
"""

from collections.abc import Mapping

from node.paper.job import Job
from node.recovery import WORDS
from protocol.identity import pod_id_text

GROUP = 7
"""Characters of a pod id between blanks: eight groups on two lines."""


def fill(job: Job) -> Mapping[str, object]:
    """Return the pod's id, its neighbours with their addresses, and how many words there are."""
    return {
        "pod_id": _in_groups(pod_id_text(job.pod.pod_id)),
        "numbers": range(1, WORDS + 1),
        "neighbours": [
            {
                "name": neighbour.name,
                "pod_id": _in_groups(pod_id_text(neighbour.pod_id)),
                "addresses": neighbour.addresses,
            }
            for neighbour in job.pod.neighbours.all()
        ],
    }


def _in_groups(text: str) -> str:
    return " ".join(text[start : start + GROUP] for start in range(0, len(text), GROUP))
