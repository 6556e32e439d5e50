"""Listings: what this pod offers and needs, and the board of all that it knows.

Spec: docs/kinds.md §2. A listing for this pod alone is a row of the house, any other a record;
here the two are written by one door and read as one board. Everything is saved when a call
returns. For one thread.
"""

from collections.abc import Iterator
from dataclasses import replace

from node.keeper import Draft, Keeper
from node.neighbours import MIN_DIGITS
from node.spreadsheet import Held
from protocol.aid.limits import MAX_OPEN_S, UNTIL_I_SAY
from protocol.aid.listing import LISTING, Audience, Listing, default_valid_until_s
from protocol.clock import Now
from protocol.errors import UserError
from protocol.limits import LIFETIME_S
from protocol.record import RID_BYTES
from store import Tx, aid
from store.aid import BoardItem, BoardQuery, Placed
from store.house import listings as here
from store.house.listings import HouseListing


class Listings:
    """The board, and this pod's own listings on it."""

    def __init__(self, keeper: Keeper) -> None:
        self.keeper = keeper

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
            valid_until_s = default_valid_until_s(listing, now.wall_ms // 1000)
        _check_end(valid_until_s, now)
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
        item, now = self.own(rid), self.keeper.now()
        if valid_until_s is None:
            valid_until_s = item.valid_until_s
        else:
            _check_end(valid_until_s, now)
        listing = listing.model_copy(update={"posted_s": item.posted_s})
        held = Held(listing, audience or item.audience, valid_until_s)
        with self.keeper.store.atomic(now.wall_ms) as tx:
            if held.audience is not item.audience:
                self.take_off_in(tx, rid, item.audience, now)
            self.put_in(tx, rid, held, now)
        return self.own(rid)

    def renew(self, rid: bytes, valid_until_s: int | None = None) -> BoardItem:
        """Keep a listing open for longer; None: as long again as is usual of its type."""
        item = self.own(rid)
        if valid_until_s is None:
            valid_until_s = default_valid_until_s(item.listing, self.keeper.now().wall_ms // 1000)
        return self.edit(rid, item.listing, valid_until_s=valid_until_s)

    def withdraw(self, rid: bytes) -> None:
        """Take a listing back, at all pods that have it. Raises UserError."""
        item, now = self.own(rid), self.keeper.now()
        with self.keeper.store.atomic(now.wall_ms) as tx:
            self.take_off_in(tx, rid, item.audience, now)

    def find(self, reference: str) -> BoardItem:
        """Return the listing that reference names: four or more digits that its rid begins with.

        Raises UserError (invalid, not_found, ambiguous).
        """
        digits = reference.strip().lower()
        if len(digits) < MIN_DIGITS or digits.strip("0123456789abcdef"):
            raise UserError(
                "invalid",
                f"{reference!r} does not name a listing.",
                "Copy the reference from the board: pod board",
            )
        connection = self.keeper.store.connection
        # Ours first: another pod may write a listing under a rid of ours.
        found = aid.find(connection, digits, author=self.keeper.pod_id) or aid.find(
            connection, digits
        )
        if not found:
            raise UserError(
                "not_found",
                f"There is no listing {digits} here (any more).",
                "See what there is: pod board --all",
            )
        if len({item.rid for item in found}) > 1:
            raise UserError(
                "ambiguous",
                f"More than one listing begins with {digits}.",
                "Give more digits of the reference.",
            )
        return found[0]

    def board(self, query: BoardQuery) -> list[BoardItem]:
        """Return a page of the board."""
        now_s = self.keeper.now().wall_ms // 1000
        return aid.board(self.keeper.store.connection, query, now_s=now_s)

    def count(self, query: BoardQuery) -> int:
        """Return how many listings all pages of query hold."""
        now_s = self.keeper.now().wall_ms // 1000
        return aid.count(self.keeper.store.connection, query, now_s=now_s)

    def each(self, query: BoardQuery) -> Iterator[BoardItem]:
        """Yield all pages of the board, for an export."""
        while page := self.board(replace(query, limit=aid.MAX_PAGE)):
            yield from page
            query = replace(query, after=page[-1].position)

    def forget_withdrawn(self) -> None:
        """Forget own withdrawals for this pod alone as old as those of records (R6)."""
        now_ms = self.keeper.now().wall_ms
        with self.keeper.store.atomic(now_ms) as tx:
            here.forget_withdrawn(tx, now_ms - LIFETIME_S * 1000)

    def kept_here(self, tx: Tx) -> Iterator[Placed]:
        """Yield what the board shows of this pod alone, to make it anew."""
        return filter(None, map(self._placed, here.listings(tx.connection)))

    # --- Writing one listing, inside an act ---

    def put_in(self, tx: Tx, rid: bytes, held: Held, now: Now) -> None:
        listing, audience, valid_until_s = held
        payload = listing.for_audience(audience).to_payload()
        if audience.scope is None:
            row = HouseListing(rid, now.wall_ms, valid_until_s, payload)
            here.put_listing(tx, row)
            aid.show(tx.connection, [p for p in [self._placed(row)] if p])
        else:
            draft = Draft(LISTING, rid, audience.scope, payload, valid_until_s)
            self.keeper.sign_in(tx, [draft], now)

    def take_off_in(self, tx: Tx, rid: bytes, audience: Audience, now: Now) -> None:
        if audience.scope is None:
            here.put_listing(tx, HouseListing(rid, now.wall_ms, UNTIL_I_SAY, None))
            aid.remove(tx.connection, [(self.keeper.pod_id, 0, LISTING, rid)])
        else:
            self.keeper.sign_in(tx, [Draft(LISTING, rid, audience.scope, None)], now)

    def _placed(self, row: HouseListing) -> Placed | None:
        if row.payload is None:
            return None
        return Placed(
            self.keeper.pod_id, 0, row.rid, None, row.stamp_ms, row.valid_until_s, row.payload
        )

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


def _check_end(valid_until_s: int, now: Now) -> None:
    """Refuse an end that has passed or is farther than a person can mean."""
    now_s = now.wall_ms // 1000
    if valid_until_s == UNTIL_I_SAY or now_s < valid_until_s <= now_s + MAX_OPEN_S:
        return
    raise UserError(
        "invalid",
        "A listing closes on a day between now and 400 days from now.",
        "Name such a day, or say that it is open until you say otherwise.",
    )
