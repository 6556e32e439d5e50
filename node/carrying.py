"""How much this pod carries for others, and what it lets go when that is too much.

Spec: docs/protocol.md §6.1 (R8): an author over a limit is told as not carried, and the round
goes on. Our own records are never counted nor let go.
"""

from typing import Final

from node.keeper import Keeper
from protocol.clock import Now
from protocol.identity import PodId
from protocol.trust import branch_of
from store import Tx, notices, peers, records
from store.upkeep import FOREIGN_BUDGET_BYTES, Space, foreign_bytes

KEPT_PERCENT: Final = 90
"""What of the budget stays filled when authors are let go: so that it does not happen daily."""


class Carrying:
    """Watches the budget on disk and the room that is left. budget_bytes: for all others."""

    def __init__(self, keeper: Keeper, budget_bytes: int = FOREIGN_BUDGET_BYTES) -> None:
        self._keeper = keeper
        self._budget_bytes = budget_bytes

    def turn(self, now: Now) -> bool:
        """Look at both; tell whether what we tell our neighbours must change."""
        return self._mind_room(self._keeper.space()) | self._mind_budget(now)

    def _mind_room(self, space: Space) -> bool:
        directory = self._keeper.directory
        was, directory.has_room = directory.has_room, space.lets_foreign_in
        return was != directory.has_room

    def _mind_budget(self, now: Now) -> bool:
        """Let go the largest authors of the branch that brought most, until there is room.

        A flood behind one neighbour costs that neighbour's share and nobody else's. People
        are told which neighbour it was, and can carry an author again.
        """
        keeper = self._keeper
        surplus = foreign_bytes(keeper.store.connection, keeper.pod_id) - self._budget_bytes
        if surplus <= 0:
            return False
        surplus += self._budget_bytes * (100 - KEPT_PERCENT) // 100
        with keeper.store.atomic(now.wall_ms) as tx:
            while surplus > 0 and (heaviest := self._heaviest(tx)):
                author, size = heaviest
                self._let_go(tx, author)
                surplus -= size
        keeper.roster.load_authors()
        return True

    def _heaviest(self, tx: Tx) -> tuple[PodId, int] | None:
        """Return the largest author of the branch that holds most, with its bytes."""
        keeper = self._keeper
        by_branch: dict[PodId, dict[PodId, int]] = {}
        for tally in records.counts(tx.connection):
            if tally.author != keeper.pod_id:
                branch = branch_of(keeper.directory.heard, tally.author) or tally.author
                sizes = by_branch.setdefault(branch, {})
                sizes[tally.author] = sizes.get(tally.author, 0) + tally.size_bytes
        if not by_branch:
            return None
        sizes = max(by_branch.values(), key=lambda sizes: sum(sizes.values()))
        return max(sizes.items(), key=lambda item: (item[1], item[0]))

    def _let_go(self, tx: Tx, author: PodId) -> None:
        branch = branch_of(self._keeper.directory.heard, author) or author
        peers.set_carried(tx, author, carried=False, why="budget", branch=branch)
        records.drop_author(tx, author)
        notices.note(tx, "budget", branch)
