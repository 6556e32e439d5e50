"""A proposal on paper: its words, and lines on which each person says where they stand.

Positions that were taken are not on it: they are shown as names, and names have a consent of
their own on paper. Who signs writes their own.
"""

from collections.abc import Mapping
from typing import Final

from node.paper.frame import local
from node.paper.job import Job
from node.words.labels import STANDS
from protocol.aid.house.proposal import TAKES_POSITIONS
from protocol.errors import UserError

SPARE_LINES: Final = 3


def fill(job: Job) -> Mapping[str, object]:
    """Return a proposal and a line for each person. Raises UserError (invalid, not_found)."""
    if job.options.item is None:
        raise UserError(
            "invalid",
            "Which proposal is it to be?",
            "Give the start of its reference: pod print proposal --item REF",
        )
    decisions = job.pod.decisions
    proposal = decisions.find(job.viewer, job.options.item)
    if proposal.state not in TAKES_POSITIONS:
        raise UserError(
            "conflict",
            "That proposal is {state}: nobody takes a position on it now.",
            "See the others: pod proposal list",
            state=proposal.state,
        )
    return {
        "proposal": proposal,
        "stands": [job.words.gettext(it) for it in STANDS.values()],
        "hidden": job.pod.agreements.rules().hide_names,
        "lines": job.pod.people.count() + SPARE_LINES,
        "ends": local(proposal.test_ends_s * 1000).date() if proposal.test_ends_s else None,
    }
