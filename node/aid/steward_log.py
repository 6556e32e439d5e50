"""`pod.steward_log`: stewards act on others' things in the open. Pages: docs/house.md §5."""

from node.keeper import Keeper
from protocol.aid.house.limits import MAX_LOG
from protocol.aid.house.rights import MemberId, Right, Role, Viewer, require
from protocol.aid.house.steward_log import PRIVATE, Entry
from store import Tx
from store.house import steward_log


class StewardLog:
    """What stewards did, for every member to read."""

    def __init__(self, keeper: Keeper) -> None:
        self._store = keeper.store

    def entries(self, viewer: Viewer, limit: int = 100) -> list[Entry]:
        """Return the newest entries first. Raises UserError (not_allowed)."""
        require(viewer, Right.SEE_LOG)
        found = steward_log.entries(self._store.connection, MAX_LOG)
        seen = [it for it in found if it.what not in PRIVATE or viewer.is_self(it.about)]
        return seen[:limit]

    def first_s(self, about: MemberId, what: str, *, since_s: int) -> int | None:
        """Return when stewards first did one thing about somebody since then; None if they did not.

        Times are Unix seconds.
        """
        found = steward_log.entries(self._store.connection, MAX_LOG)
        done_s = [it.at_ms // 1000 for it in found if (it.what, it.about) == (what, about)]
        return min((it for it in done_s if it > since_s), default=None)

    @staticmethod
    def note_in(
        tx: Tx, viewer: Viewer, what: str, *, about: MemberId | None = None, note: str = ""
    ) -> None:
        """Note in the act itself what a steward does to a thing of somebody else's.

        What people do to their own things, and what is no steward's doing, is not noted.
        """
        if viewer.role is Role.STEWARD and not viewer.is_self(about):
            steward_log.note(tx, what, by=viewer.member, about=about, note=note)
