"""How far what is shared travels, in pods: what people are told instead of hops.

Spec: docs/protocol.md §6 (R2). Reckoned from the tables that neighbours told, so it names nobody
and asks nobody; pods farther away than a table tells of, or that shared nothing yet, are missing.
"""

from typing import NamedTuple

from node.keeper import Keeper
from protocol.aid.audience import Audience
from protocol.identity import PodId


class Reach(NamedTuple):
    """How many pods get something, its author left out.

    is_least: it comes from another pod, whose other neighbours nobody tells us of.
    """

    pods: int
    is_least: bool


def reach_of(keeper: Keeper, author: PodId, audience: Audience) -> Reach | None:
    """Return how far a thing by author for this audience travels; None where we cannot know.

    Of our own near things: to each neighbour whose name our people have seen (R16).
    """
    is_ours = author == keeper.pod_id
    if audience is Audience.NETWORK:
        return Reach(keeper.directory.reach(author), is_least=not is_ours)
    if audience is Audience.NEAR and is_ours:
        return Reach(sum(it.near_allowed for it in keeper.roster.neighbours()), is_least=False)
    return None
