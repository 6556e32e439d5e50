"""How far what is shared travels, in pods: what people are told instead of hops.

Spec: docs/protocol.md §6 (R2). Reckoned from the tables that neighbours told, so it names nobody
and asks nobody; pods farther away than a table tells of, or that shared nothing yet, are missing.
"""

from typing import NamedTuple

from node.keeper import Keeper
from protocol.aid.audience import Audience
from protocol.identity import PodId
from protocol.limits import REACH_HOPS
from protocol.trust import EMPTY_TABLE, told_distance


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


class Around(NamedTuple):
    """A pod that this one is known to reach. distance: 1 for a neighbour.

    through: the neighbour by whom we know of it, the nearest; None for a neighbour itself.
    """

    pod_id: PodId
    distance: int
    through: PodId | None


def neighbourhood(keeper: Keeper) -> list[Around]:
    """Return all pods that this one reaches as far as it knows, the nearest first.

    Which far pods are neighbours of each other nobody tells, so it is in no picture either.
    """
    told_by = keeper.directory.told_by
    nearest: dict[PodId, Around] = {}
    for teller in keeper.directory.neighbours:
        table = told_by.get(teller, EMPTY_TABLE)
        for entry in table.entries.values():
            distance = 1 + told_distance(table, teller, entry.pod_id)
            if entry.carried and distance <= REACH_HOPS:
                found = Around(entry.pod_id, distance, teller)
                nearest[entry.pod_id] = min(nearest.get(entry.pod_id, found), found, key=_nearness)
    for neighbour in keeper.directory.neighbours:
        nearest[neighbour] = Around(neighbour, 1, None)
    nearest.pop(keeper.pod_id, None)
    return sorted(nearest.values(), key=_nearness)


def _nearness(it: Around) -> tuple[int, bytes, bytes]:
    return it.distance, it.through or b"", it.pod_id
