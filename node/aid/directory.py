"""`pod.directory`: places and services, and what pods found. Spec: docs/kinds.md §4, §5."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime

from node.aid.items import Items
from node.keeper import Keeper
from protocol.aid import limits
from protocol.aid.body import day_of_looking
from protocol.aid.confirmation import Confirmation, Says
from protocol.aid.house.limits import DAY_S
from protocol.aid.reference import refer, referred
from protocol.aid.resource import Resource
from protocol.errors import UserError
from protocol.saying import N_
from store.aid import Item, ItemQuery, items, looks


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """A resource with what is known of whether it is true.

    found: by all pods, side by side, the newest first.  last_true: the last day on which anybody
    knew it to be as it says.  is_old: that was too long ago.  is_doubted: somebody found
    otherwise after that day.
    """

    item: Item[Resource]
    found: tuple[Item[Confirmation], ...]
    last_true: date
    is_old: bool
    is_doubted: bool


class Confirmations(Items[Confirmation]):
    """What pods say of resources."""

    BODY = Confirmation
    WORD = N_("confirmation")
    LIST = "pod resource list"


class Directory(Items[Resource]):
    """The resources that this pod knows, its own and those of others."""

    BODY = Resource
    WORD = N_("resource")
    LIST = "pod resource list"

    def __init__(self, keeper: Keeper) -> None:
        super().__init__(keeper)
        self.confirmations = Confirmations(keeper)

    def entry(self, item: Item[Resource]) -> Entry:
        """Return a resource with what pods found."""
        return self._with_finds([item])[0]

    def entries(self, query: ItemQuery) -> list[Entry]:
        """Return a page of the directory with what pods found."""
        return self._with_finds(self.page(query))

    def _with_finds(self, places: Sequence[Item[Resource]]) -> list[Entry]:
        """Return resources with what pods found, asked for all at once."""
        connection = self.keeper.store.connection
        references = [refer(it.author, it.rid) for it in places]
        said = items.about(connection, Confirmation, references, limits.MAX_FINDS_SHOWN)
        return [self._entry(it, said[of]) for it, of in zip(places, references, strict=True)]

    def _entry(self, item: Item[Resource], said: Sequence[Item[Confirmation]]) -> Entry:
        found = sorted(said, key=lambda it: (_looked(it), it.stamp_ms), reverse=True)
        last_true = max(
            day_of_looking(item.body.last_checked, item.stamp_ms),
            *[_looked(it) for it in found if it.body.says == "still-true"],
            date.min,
        )
        today = datetime.fromtimestamp(self.now_s, UTC).date()
        return Entry(
            item=item,
            found=tuple(found),
            last_true=last_true,
            is_old=(today - last_true).days > limits.STALE_DAYS,
            is_doubted=any(
                it.body.says != "still-true" and _looked(it) >= last_true for it in found
            ),
        )

    def to_check(self, limit: int = 50) -> list[Entry]:
        """Return this pod's own that are old or doubted, the oldest first.

        Of either no more is looked through than MAX_LOOKED_THROUGH, however much there is.
        """
        us, most = self.keeper.pod_id, limits.MAX_LOOKED_THROUGH
        midnight_s = self.now_s - self.now_s % DAY_S
        with self.keeper.store.reading() as connection:
            before_s = midnight_s - limits.STALE_DAYS * DAY_S
            old = looks.longest_ago(connection, Resource, us, before_s, most)
            rids = [referred(it)[1] for it in looks.doubted(connection, us, most)]
            doubted = [item for rid in rids for item in self._found_own(rid)]
            once = {it.rid: it for it in (*old, *doubted)}
            found = self._with_finds([*once.values()])
        wanting = [entry for entry in found if entry.is_old or entry.is_doubted]
        return sorted(wanting, key=lambda entry: entry.last_true)[:limit]

    def confirm(
        self,
        item: Item[Resource],
        says: Says,
        *,
        on: date,
        note: str | None = None,
        duplicate_of: Item[Resource] | None = None,
    ) -> Item[Confirmation]:
        """Say what this pod found, to those who may see the resource; in place of its last word.

        Raises UserError (invalid, ...).
        """
        if on > datetime.fromtimestamp(self.now_s + 86_400, UTC).date():
            raise UserError("invalid", "That day is still to come.", "Name the day of looking.")
        said = Confirmation.write(
            {
                "target": refer(item.author, item.rid),
                "says": says,
                "date": on.isoformat(),
                "note": note,
                "duplicate_of": duplicate_of and refer(duplicate_of.author, duplicate_of.rid),
            }
        )
        return self.confirmations.publish(said, audience=item.audience)

    def checked(self, rid: bytes, on: date) -> Item[Resource]:
        """Note that one of this pod's own is as it says, on that day."""
        body = self.own(rid).body
        return self.edit(rid, body.model_copy(update={"last_checked": on.isoformat()}))

    def withdraw(self, rid: bytes) -> None:
        """Take one of this pod's own out of the directory, with this pod's word on it."""
        about = refer(self.keeper.pod_id, rid)
        super().withdraw(rid)
        for word in self.confirmations.page(ItemQuery(author=self.keeper.pod_id, subject=about)):
            self.confirmations.withdraw(word.rid)


def _looked(found: Item[Confirmation]) -> date:
    return day_of_looking(found.body.date, found.stamp_ms)
