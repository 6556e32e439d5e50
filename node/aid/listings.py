"""Listings: what this pod offers and needs, and the board of all that it knows.

Spec: docs/kinds.md §2. A listing for this pod alone is a row of the house, any other a record;
here the two are written by one door and read as one board. Everything is saved when a call
returns. For one thread.
"""

from collections.abc import Callable, Iterator
from dataclasses import replace
from itertools import islice
from typing import TypeAlias

from node.aid.writing import check_end, put_in, take_off_in
from node.keeper import Keeper
from node.references import digits_of
from node.spreadsheet import Held
from protocol.aid.audience import Audience
from protocol.aid.life import Act, after, with_promises_of
from protocol.aid.limits import UNTIL_I_SAY
from protocol.aid.listing import LISTING, Listing
from protocol.clock import Now
from protocol.errors import UserError
from protocol.identity import PodId
from protocol.record import RID_BYTES
from store import Tx, aid
from store.aid import NO_BOUND, BoardItem, BoardQuery, Position
from store.house import answers

__all__ = ["BoardItem", "BoardQuery", "Listings", "Position"]


OnOver: TypeAlias = Callable[[Tx, bytes, bool], None]
"""Given the act, a rid, and whether it was withdrawn (else it is done)."""


class Listings:
    """The board, and this pod's own listings on it."""

    def __init__(self, keeper: Keeper) -> None:
        self.keeper = keeper
        self.on_over: list[OnOver] = []
        """Who has to know that a listing is done or withdrawn, told in the act that ends it."""

    def publish(
        self,
        listing: Listing,
        *,
        audience: Audience,
        valid_until_s: int | None = None,
        rid: bytes | None = None,
    ) -> BoardItem:
        """Put a new listing on the board, for this audience.

        valid_until_s: Unix time at which it closes, UNTIL_I_SAY for no end, None for what is
        usual of its type. Raises UserError (invalid, over_quota, epoch_superseded).
        """
        now = self.keeper.now()
        if listing.posted_s is None:
            listing = listing.model_copy(update={"posted_s": now.wall_ms // 1000})
        if valid_until_s is None:
            valid_until_s = listing.default_valid_until_s(now.wall_ms // 1000)
        check_end(valid_until_s, now)
        rid = rid or self.keeper.random_bytes(RID_BYTES)
        with self.keeper.store.atomic(now.wall_ms) as tx:
            self.put_in(tx, rid, Held(listing, audience, valid_until_s), now)
        return self.own(rid)

    def edit(
        self,
        rid: bytes,
        listing: Listing,
        *,
        audience: Audience | None = None,
        valid_until_s: int | None = None,
    ) -> BoardItem:
        """Put listing in place of what rid says; None leaves audience and end as they are.

        Another audience is another slot (R1): the listing is withdrawn where it was, in the
        same act. Raises UserError (not_found, not_yours, invalid, ...).
        """
        now = self.keeper.now()
        if valid_until_s is not None:
            check_end(valid_until_s, now)
        with self.keeper.store.atomic(now.wall_ms) as tx:
            item = self.own(rid)
            listing = with_promises_of(listing, item.listing)
            listing = listing.model_copy(update={"posted_s": item.posted_s})
            end_s = item.valid_until_s if valid_until_s is None else valid_until_s
            held = Held(listing, audience or item.audience, end_s)
            if held.audience is not item.audience:
                self.take_off_in(tx, rid, item.audience, now)
            self.put_in(tx, rid, held, now)
            answers.confirm(tx, rid)
        return self.own(rid)

    def do(self, rid: bytes, act: Act) -> BoardItem:
        """Pause, resume, finish or open a listing again. Raises UserError (conflict, ...)."""
        now = self.keeper.now()
        with self.keeper.store.atomic(now.wall_ms) as tx:
            item = self.own(rid)
            self.change_in(tx, item, after(item.listing, act), now)
        return self.own(rid)

    def renew(self, rid: bytes, valid_until_s: int | None = None) -> BoardItem:
        """Keep a listing open for longer; None: as long again as is usual of its type.

        One without an end stays so: its people have said that it is still true.
        """
        item = self.own(rid)
        if valid_until_s is None and item.valid_until_s != UNTIL_I_SAY:
            valid_until_s = item.listing.default_valid_until_s(self.keeper.now().wall_ms // 1000)
        return self.edit(rid, item.listing, valid_until_s=valid_until_s)

    def withdraw(self, rid: bytes) -> None:
        """Take a listing back, at all pods that have it. Raises UserError."""
        now = self.keeper.now()
        with self.keeper.store.atomic(now.wall_ms) as tx:
            self.withdraw_in(tx, self.own(rid), now)

    def find(self, reference: str) -> BoardItem:
        """Return the listing that reference names: four or more digits that its rid begins with.

        Raises UserError (invalid, not_found, ambiguous).
        """
        digits = digits_of(reference)
        if digits is None:
            raise UserError(
                "invalid",
                "'{reference}' does not name a listing.",
                "Copy the reference from the board: pod board",
                reference=reference,
            )
        connection = self.keeper.store.connection
        # Ours first: another pod may write a listing under a rid of ours.
        found = aid.find(connection, digits, author=self.keeper.pod_id) or aid.find(
            connection, digits
        )
        if not found:
            raise UserError(
                "not_found",
                "There is no listing {digits} here (any more).",
                "See what there is: pod board --all",
                digits=digits,
            )
        if len({item.rid for item in found}) > 1:
            raise UserError(
                "ambiguous",
                "More than one listing begins with {digits}.",
                "Give more digits of the reference.",
                digits=digits,
            )
        return found[0]

    def of(self, author: PodId, rid: bytes) -> BoardItem | None:
        """Return the listing of one pod under rid, None if it is not here (any more)."""
        found = aid.find(self.keeper.store.connection, rid.hex(), author=author)
        return found[0] if found else None

    def board(self, query: BoardQuery) -> list[BoardItem]:
        """Return a page of the board."""
        now_s = self.keeper.now().wall_ms // 1000
        return aid.board(self.keeper.store.connection, query, now_s=now_s)

    def count(self, query: BoardQuery, *, most: int = NO_BOUND) -> int:
        """Return how many listings all pages of query hold; `most` if there are as many or more."""
        now_s = self.keeper.now().wall_ms // 1000
        return aid.count(self.keeper.store.connection, query, now_s=now_s, most=most)

    def each(self, query: BoardQuery, *, at_once: int = aid.MAX_PAGE) -> Iterator[BoardItem]:
        """Yield all pages of the board, for an export. at_once: listings of each page."""
        while page := self.board(replace(query, limit=at_once)):
            yield from page
            if len(page) < at_once:
                break
            query = replace(query, after=page[-1].position)

    def first(self, query: BoardQuery, count: int) -> list[BoardItem]:
        """Return the newest of all pages, so many at most: more than a page may hold."""
        if count <= aid.MAX_PAGE:
            return self.board(replace(query, limit=count))
        return list(islice(self.each(query), count))

    # --- Writing one listing, inside an act ---

    def change_in(self, tx: Tx, item: BoardItem, listing: Listing, now: Now) -> None:
        """Put listing in place of what item says, with its audience and end."""
        self.put_in(tx, item.rid, Held(listing, item.audience, item.valid_until_s), now)

    def put_in(self, tx: Tx, rid: bytes, held: Held, now: Now) -> None:
        if held.listing.status == "done":
            self._tell_over(tx, rid, is_withdrawn=False)
        put_in(self.keeper, tx, rid, held.listing, held.audience, held.valid_until_s, now)

    def withdraw_in(self, tx: Tx, item: BoardItem, now: Now) -> None:
        """Take a listing back; whatever was said to it is gone."""
        self.take_off_in(tx, item.rid, item.audience, now)
        self._tell_over(tx, item.rid, is_withdrawn=True)

    def _tell_over(self, tx: Tx, rid: bytes, *, is_withdrawn: bool) -> None:
        for tell in self.on_over:
            tell(tx, rid, is_withdrawn)

    def take_off_in(self, tx: Tx, rid: bytes, audience: Audience, now: Now) -> None:
        take_off_in(self.keeper, tx, LISTING, rid, audience, now)

    def own(self, rid: bytes) -> BoardItem:
        connection = self.keeper.store.connection
        if ours := aid.find(connection, rid.hex(), author=self.keeper.pod_id):
            return ours[0]
        if aid.find(connection, rid.hex()):
            raise UserError(
                "not_yours",
                "Another pod made this listing; only that pod can change it.",
                "Speak with the people of that pod.",
            )
        raise UserError(
            "not_found", "There is no such listing here (any more).", "See: pod board --all"
        )
