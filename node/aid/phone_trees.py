"""`pod.phone_trees`: who rings whom. Pages: docs/house.md §2.6.

The plan is mended in the act that changes the people, so that reading and printing change
nothing.
"""

from typing import NamedTuple

from node.keeper import Keeper
from protocol.aid.house.member import Member
from protocol.aid.house.phone_tree import Person, PhoneTree, Plan, grow, laid_out, persons
from protocol.aid.house.rights import MemberId, Right, Viewer, require
from store import Tx
from store.house import care, members, trees


class TreeView(NamedTuple):
    """A phone tree and its people, with the contacts that may be shown here."""

    tree: PhoneTree
    members: dict[MemberId, Member]


class PhoneTrees:
    """The one phone tree of a pod."""

    def __init__(self, keeper: Keeper) -> None:
        self._keeper, self._store = keeper, keeper.store

    def tree(self, viewer: Viewer, *, on_paper: bool = False) -> TreeView:
        """Return the tree as viewer may see it, or as it may be printed."""
        require(viewer, Right.SEE_POD)
        with self._store.reading() as connection:
            everybody = members.members(connection)
            plan = trees.plan(connection)
            people = self._people()
        shown = (it.printed() if on_paper else it.seen_by(viewer) for it in everybody)
        tree = laid_out(grow(plan, people), people)
        return TreeView(tree, {it.id: it for it in shown})

    def replant(self, viewer: Viewer) -> None:
        """Make the tree anew, as if nobody had a sheet. Raises UserError (not_allowed)."""
        require(viewer, Right.RUN_MACHINE)
        with self._store.atomic(self._keeper.now().wall_ms) as tx:
            trees.put_plan(tx, grow(Plan(), self._people()))

    def settle_in(self, tx: Tx, *, without: MemberId | None = None) -> None:
        """Mend the plan in an act that changes the people; without: who leaves in it."""
        people = [it for it in self._people() if it.id != without]
        was = trees.plan(tx.connection)
        now = grow(was, people)
        if now != was:
            trees.put_plan(tx, now)

    def place_anew_in(self, tx: Tx, id_: MemberId) -> None:
        """Let somebody who cannot ring be reached by another: by their new buddy."""
        was = trees.plan(tx.connection)
        quiet = {it: helper for it, helper in was.quiet.items() if it != id_}
        trees.put_plan(tx, grow(Plan(was.seats, quiet), self._people()))

    def _people(self) -> list[Person]:
        connection = self._store.connection
        return persons(members.members(connection), care.buddies(connection))
