"""The door to one kind of what travels: publish, change, withdraw, find, list.

Spec: docs/kinds.md §1. Each area of the pod (directory, meetups, ...) is one of these with what
is its own. Everything is saved when a call returns. For one thread.
"""

from collections.abc import Iterator
from dataclasses import replace
from itertools import islice
from typing import Any, ClassVar, Generic, TypeVar

from node.aid.writing import check_end, put_in, take_off_in
from node.keeper import Keeper
from node.references import digits_of
from protocol.aid.audience import Audience
from protocol.aid.body import Body
from protocol.aid.limits import MAX_OPEN_S, WARN_BEFORE_S
from protocol.errors import UserError
from protocol.record import RID_BYTES
from protocol.saying import N_, Word
from store.aid import Item, ItemQuery, items

__all__ = ["Item", "ItemQuery", "Items"]

B = TypeVar("B", bound=Body)


class Items(Generic[B]):
    """All bodies of one kind, and this pod's own among them."""

    BODY: type[B]
    WORD: ClassVar[str] = N_("item")
    """What people call one."""
    LIST: ClassVar[str] = "pod board"
    """The command that shows them."""

    def __init__(self, keeper: Keeper) -> None:
        self.keeper = keeper

    @property
    def now_s(self) -> int:
        return self.keeper.now().wall_ms // 1000

    # --- Writing ---

    def publish(
        self,
        body: B,
        *,
        audience: Audience,
        valid_until_s: int | None = None,
        rid: bytes | None = None,
    ) -> Item[B]:
        """Save a new body for this audience.

        valid_until_s: Unix time, UNTIL_I_SAY for no end, None for what is usual. A body that may
        stand under one rid only takes the place of an earlier one, whoever that was for.
        Raises UserError (invalid, over_quota, epoch_superseded).
        """
        now = self.keeper.now()
        said = getattr(body, "posted_s", None)
        if said is None and "posted_s" in type(body).model_fields:
            body = body.model_copy(update={"posted_s": now.wall_ms // 1000})
        if valid_until_s is None:
            valid_until_s = body.default_valid_until_s(now.wall_ms // 1000)
        check_end(valid_until_s, now, body.longest_s() or MAX_OPEN_S)
        rid = body.only_rid() or rid or self.keeper.random_bytes(RID_BYTES)
        with self.keeper.store.atomic(now.wall_ms) as tx:
            for before in self._found_own(rid):
                if before.audience is not audience:
                    take_off_in(self.keeper, tx, body.CODE, rid, before.audience, now)
            put_in(self.keeper, tx, rid, body, audience, valid_until_s, now)
        return self.own(rid)

    def edit(
        self,
        rid: bytes,
        body: B,
        *,
        audience: Audience | None = None,
        valid_until_s: int | None = None,
    ) -> Item[B]:
        """Put body in place of what rid says; None leaves audience and end as they are.

        Another audience is another slot (R1): it is withdrawn where it was, in the same act.
        Raises UserError (not_found, not_yours, invalid, ...).
        """
        item = self.own(rid)
        if "posted_s" in type(body).model_fields:
            body = body.model_copy(update={"posted_s": item.posted_s})
        if body.only_rid() not in (None, rid):
            raise UserError(
                "invalid",
                "That would be about something else: each {word} says one thing.",
                "Withdraw this one, and add another.",
                word=Word(self.WORD),
            )
        return self._replace(item, body, audience, valid_until_s)

    def renew(self, rid: bytes, valid_until_s: int | None = None) -> Item[B]:
        """Keep it for longer, said again now; None: as long again as is usual."""
        item, now_s = self.own(rid), self.now_s
        if valid_until_s is None:
            valid_until_s = item.body.default_valid_until_s(now_s)
        body = item.body
        if body.longest_s():  # whose life is counted from its posting
            body = body.model_copy(update={"posted_s": now_s})
        return self._replace(item, body, None, valid_until_s)

    def withdraw(self, rid: bytes) -> None:
        """Take it back, at all pods that have it. Raises UserError (not_found, not_yours)."""
        item, now = self.own(rid), self.keeper.now()
        with self.keeper.store.atomic(now.wall_ms) as tx:
            take_off_in(self.keeper, tx, self.BODY.CODE, rid, item.audience, now)

    def _replace(
        self, item: Item[B], body: B, audience: Audience | None, valid_until_s: int | None
    ) -> Item[B]:
        now = self.keeper.now()
        if valid_until_s is None:
            valid_until_s = item.valid_until_s
        else:
            check_end(valid_until_s, now, body.longest_s() or MAX_OPEN_S)
        wanted = audience or item.audience
        with self.keeper.store.atomic(now.wall_ms) as tx:
            if wanted is not item.audience:
                take_off_in(self.keeper, tx, body.CODE, item.rid, item.audience, now)
            put_in(self.keeper, tx, item.rid, body, wanted, valid_until_s, now)
        return self.own(item.rid)

    # --- Reading ---

    def find(self, reference: str) -> Item[B]:
        """Return the one that reference names: four or more digits that its rid begins with.

        Raises UserError (invalid, not_found, ambiguous).
        """
        digits = digits_of(reference)
        if digits is None:
            raise UserError(
                "invalid",
                "'{reference}' names no {word}.",
                "Copy it from: {command}",
                reference=reference,
                word=Word(self.WORD),
                command=self.LIST,
            )
        # Ours first: another pod may write under a rid of ours.
        found = self._found_own(digits) or self._found(digits)
        if not found:
            raise UserError(
                "not_found",
                "There is no {word} {digits} here (any more).",
                "See what there is: {command} --all",
                word=Word(self.WORD),
                digits=digits,
                command=self.LIST,
            )
        if len({(item.rid, item.author) for item in found}) > 1:
            raise UserError(
                "ambiguous",
                "More than one {word} begins with {digits}.",
                "Give more digits of the reference.",
                word=Word(self.WORD),
                digits=digits,
            )
        return found[0]

    def own(self, rid: bytes) -> Item[B]:
        """Return this pod's own. Raises UserError (not_found, not_yours)."""
        if ours := self._found_own(rid):
            return ours[0]
        if self._found(rid.hex()):
            raise UserError(
                "not_yours",
                "Another pod made this {word}; only that pod can change it.",
                "Speak with the people of that pod.",
                word=Word(self.WORD),
            )
        raise UserError(
            "not_found",
            "There is no such {word} here (any more).",
            "See: {command} --all",
            word=Word(self.WORD),
            command=self.LIST,
        )

    def page(self, query: ItemQuery) -> list[Item[B]]:
        """Return a page, newest first."""
        return items.page(self.keeper.store.connection, self.BODY, query)

    def each(self, query: ItemQuery) -> Iterator[Item[B]]:
        """Yield all pages, for an export."""
        while page := self.page(replace(query, limit=items.MAX_PAGE)):
            yield from page
            if len(page) < items.MAX_PAGE:
                break
            query = replace(query, after=page[-1].position)

    def first(self, query: ItemQuery, count: int) -> list[Item[B]]:
        """Return the newest of all pages, so many at most: more than a page may hold."""
        if count <= items.MAX_PAGE:
            return self.page(replace(query, limit=count))
        return list(islice(self.each(query), count))

    def count_pods(self) -> int:
        """Return how many pods said something of this kind, open or not."""
        return items.count_pods(self.keeper.store.connection, self.BODY)

    def count(self, query: ItemQuery) -> int:
        """Return how many all pages of query hold."""
        return items.count(self.keeper.store.connection, self.BODY, query)

    def ending(self) -> list[Item[B]]:
        """Return this pod's own that end soon, the soonest first: to be renewed, or not.

        Soon is a weekend; for what lives for hours, the last sixth of them.
        """
        now_s = self.now_s
        open_ = self.each(ItemQuery(author=self.keeper.pod_id, open_at_s=now_s))
        soon = [it for it in open_ if 0 < it.closes_s <= now_s + _warned_before_s(it.body)]
        return sorted(soon, key=lambda item: item.closes_s)

    def _found(self, digits: str, **narrower: Any) -> list[Item[B]]:
        return items.find(self.keeper.store.connection, self.BODY, digits, **narrower)

    def _found_own(self, rid: bytes | str) -> list[Item[B]]:
        digits = rid.hex() if isinstance(rid, bytes) else rid
        return self._found(digits, author=self.keeper.pod_id)


def _warned_before_s(body: Body) -> int:
    return body.longest_s() // 6 or WARN_BEFORE_S
