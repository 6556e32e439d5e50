"""How things stand with one neighbour: what it brings, what this pod chose, what went wrong.

Spec: docs/protocol.md §6 and §7.6 (R8, R9, R10). Every limit that a neighbour can meet is in it
beside what is used of it. Nothing here changes anything.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Final

from node.keeper import Keeper
from protocol.identity import PodId
from protocol.limits import (
    HELD_PER_NEIGHBOUR,
    MAX_TABLE_ENTRIES,
    REACH_HOPS,
    REFUSED_PER_NEIGHBOUR,
)
from protocol.record import Scope
from protocol.trust import Table, branch_of, own_distance
from store import conduct, peers, records
from store.conduct import Fault
from store.peers import Author
from store.records import Place, Tally


@dataclass(frozen=True, slots=True)
class Share:
    """What is used of a limit."""

    used: int
    limit: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """How things stand with a neighbour.

    is_hidden, not_carried: what this pod chose, or had to, about the neighbour itself.
    branch_not_carried: pods nearest through it that are not carried here.
    does_not_carry_us: what it tells of this pod; does_not_carry: of how many others it tells so.
    authors: pods that it tells of.  brings: bytes of those nearest through it, of the budget.
    held: records ahead of our clock that it brought.  refused: ids refused for good.
    slots: its own things here.  shelf: those under an older key, kept for it.
    """

    neighbour: PodId
    is_hidden: bool
    not_carried: Author | None
    branch_not_carried: tuple[Author, ...]
    does_not_carry_us: bool
    does_not_carry: int
    authors: Share
    brings_bytes: int
    held: Share
    refused: Share
    slots: int
    shelf: int
    fault: Fault | None


def standing_of(keeper: Keeper, neighbour: PodId) -> Standing:
    """Return how things stand with a neighbour."""
    connection, heard = keeper.store.connection, keeper.directory.heard
    table = heard[neighbour].entries
    known = {it.pod_id: it for it in peers.authors(connection)}
    branch = {it for it in known if branch_of(heard, it) == neighbour} | {neighbour}
    tallies = records.counts(connection)
    itself, of_us = known.get(neighbour), table.get(keeper.pod_id)
    return Standing(
        neighbour=neighbour,
        is_hidden=itself is not None and itself.hidden,
        not_carried=itself if itself is not None and not itself.carried else None,
        branch_not_carried=tuple(
            it
            for it in known.values()
            if not it.carried
            and it.pod_id != neighbour
            # Once dropped it may be told by nobody here: then what was noted at that time counts.
            and (it.pod_id in branch or it.branch == neighbour)
        ),
        does_not_carry_us=of_us is not None and not of_us.carried,
        does_not_carry=sum(not it.carried for it in table.values() if it.pod_id != keeper.pod_id),
        authors=Share(len(table), MAX_TABLE_ENTRIES),
        brings_bytes=sum(it.size_bytes for it in tallies if it.author in branch),
        held=Share(records.held_from(connection, neighbour), HELD_PER_NEIGHBOUR),
        refused=Share(len(peers.refused(connection, neighbour)), REFUSED_PER_NEIGHBOUR),
        slots=sum(_of(tallies, neighbour, Place.SET)),
        shelf=sum(_of(tallies, neighbour, Place.SHELF)),
        fault=conduct.faults(connection).get(neighbour),
    )


def _of(tallies: Iterable[Tally], author: PodId, place: Place) -> Iterator[int]:
    return (it.records for it in tallies if it.author == author and it.place is place)


@dataclass(frozen=True, slots=True)
class Leaving:
    """What goes with a neighbour. near: records that it shared with its neighbours alone, always.

    behind, behind_pods: records that no other neighbour tells of, its own network ones with them,
    and whose they are: they go at once if people want that, else when their 90 days are over.
    """

    near: int
    behind: int
    behind_pods: frozenset[PodId]


def leaving_with(keeper: Keeper, neighbour: PodId) -> Leaving:
    """Return what is here through this neighbour alone."""
    others = {it: t for it, t in keeper.directory.heard.items() if it != neighbour}
    tallies = records.counts(keeper.store.connection)
    near = behind = 0
    pods: set[PodId] = set()
    for tally in tallies:
        if tally.author == neighbour and tally.scope == Scope.NEAR:
            near += tally.records
        elif _is_told_by_none(keeper, others, tally.author):
            behind += tally.records
            pods.add(tally.author)
    return Leaving(near, behind, frozenset(pods))


def _is_told_by_none(keeper: Keeper, told_by: Mapping[PodId, Table], author: PodId) -> bool:
    is_near = author == keeper.pod_id or author in told_by
    return not is_near and own_distance(keeper.pod_id, told_by, author) >= REACH_HOPS


SILENT_S: Final = 7 * 86_400
"""Since when a neighbour should be asked about: a week of a node that is off is no accident."""


def carries_us(keeper: Keeper, neighbour: PodId) -> bool:
    """Tell whether a neighbour carries what we share, as far as it tells."""
    heard = keeper.directory.heard.get(neighbour)
    told = heard.entries.get(keeper.pod_id) if heard else None
    return told is None or told.carried
