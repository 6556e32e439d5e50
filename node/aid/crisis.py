"""`pod.crisis`: how pods are doing in a crisis. docs/kinds.md §9."""

from typing import Final

from node.aid.items import Items
from protocol.aid.audience import Audience
from protocol.aid.crisis_status import CRISIS_RID, CrisisStatus
from protocol.saying import N_
from store.aid import Item, ItemQuery

LOOKED_AT: Final = 30
"""Statuses that say whether there is a crisis: a first page shows it, so they are few."""


class Crisis(Items[CrisisStatus]):
    """The statuses of pods, this one's among them. Who is all right stays in pod.roll_calls."""

    BODY = CrisisStatus
    WORD = N_("crisis status")
    LIST = "pod crisis list"

    def say(self, status: CrisisStatus, audience: Audience) -> Item[CrisisStatus]:
        """Tell how this pod is, now, in place of what it said before."""
        said = status.model_copy(update={"posted_s": self.now_s})
        return self.publish(said, audience=audience)

    def statuses(self, limit: int = 1000) -> list[Item[CrisisStatus]]:
        """Return what pods said within the last two days, the newest first."""
        return self.page(ItemQuery(open_at_s=self.now_s, limit=limit))

    def is_on(self) -> bool:
        """Tell whether any of the pods that spoke last says that something is the matter."""
        return any(it.body.level != "over" for it in self.statuses(limit=LOOKED_AT))

    def get(self) -> Item[CrisisStatus] | None:
        """Return this pod's own, None if it says nothing or what it said is too old."""
        found = self.page(ItemQuery(author=self.keeper.pod_id, open_at_s=self.now_s, limit=1))
        return found[0] if found else None

    def take_back(self) -> None:
        """Say nothing any more. Raises UserError (not_found)."""
        self.withdraw(CRISIS_RID)
