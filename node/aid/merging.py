"""`pod.merging`: two entries of one person become one. Pages: docs/house.md §1.6, ADR 0039.

A steward says that two entries are one person; whoever signs in as one of them says yes, on
their own phone. So nobody gets at another's things by a word of their own, and a steward sees of
both no more than before.
"""

import json
from contextlib import suppress
from typing import NamedTuple

from node.aid.listings import Listings
from node.aid.people import People
from node.aid.phone_trees import PhoneTrees
from node.aid.steward_log import StewardLog
from node.keeper import Keeper
from protocol.aid.house.care import Ability
from protocol.aid.house.limits import (
    MAX_MEMBERS,
    MAX_MERGE_OFFERS,
    MERGE_KEPT_S,
    MERGE_OFFER_S,
)
from protocol.aid.house.member import Member
from protocol.aid.house.merging import put_together, taken_apart
from protocol.aid.house.rights import (
    MEMBER_ID_BYTES,
    MemberId,
    Right,
    Role,
    Viewer,
    require,
    require_own,
)
from protocol.clock import ClockState
from protocol.errors import UserError
from store import Tx
from store.house import care, devices, members, merges, steward_log
from store.house.merges import Merge, Offer

__all__ = ["Done", "Look", "Merging", "Offer", "Side"]


class Side(NamedTuple):
    """One of two entries, as far as the viewer may see it. things: titles on the board."""

    member: Member
    abilities: list[Ability]
    buddies: list[str]
    things: list[str]


class Look(NamedTuple):
    """What becomes of two entries. becomes: who stays, as the viewer would see them.

    offer: what was said already, None for nothing.
    """

    stays: Side
    goes: Side
    becomes: Member
    offer: Offer | None

    @property
    def ends(self) -> Role | None:
        """The role that ends, if that of the entry that goes may do more."""
        roles = list(Role)  # each may do more than the one before
        role = self.goes.member.role
        is_more = roles.index(role) > roles.index(self.stays.member.role)
        return role if is_more else None


class Done(NamedTuple):
    """Two entries that were put together. name: of the one that went. moved: of which tables."""

    number: int
    name: str
    done_s: int
    moved: tuple[str, ...]


class Merging:
    """The entries of one pod that are one person's."""

    def __init__(
        self,
        keeper: Keeper,
        people: People,
        listings: Listings,
        tree: PhoneTrees,
        log: StewardLog,
    ) -> None:
        self._keeper, self._store = keeper, keeper.store
        self._people, self._listings, self._tree, self._log = people, listings, tree, log

    # --- What would be ---

    def look(self, viewer: Viewer, goes: MemberId, stays: MemberId) -> Look:
        """Return what becomes of two entries; for a steward, and for whose one of them is.

        Raises UserError (invalid, not_found, over_quota, not_allowed).
        """
        offer = self._offer(goes, stays)
        is_asked = offer is not None and (viewer.is_self(goes) or viewer.is_self(stays))
        require(viewer, Right.SEE_POD if is_asked else Right.MERGE)
        if goes == stays:
            raise UserError("invalid", "Those are not two.", "Choose the other entry.")
        one, other = self._member(stays), self._member(goes)
        becomes = put_together(one, other).seen_by(viewer)
        return Look(self._side(viewer, one), self._side(viewer, other), becomes, offer)

    def offers(self, viewer: Viewer) -> list[Offer]:
        """Return what waits for a yes: all for a steward, else what is about the viewer."""
        found = merges.offers(self._store.connection)
        is_steward = viewer.role is Role.STEWARD
        return [it for it in found if is_steward or self._asks(viewer, it)]

    def asks(self, viewer: Viewer) -> list[Offer]:
        """Return what waits for the viewer's own yes."""
        return [it for it in merges.offers(self._store.connection) if self._asks(viewer, it)]

    def _asks(self, viewer: Viewer, offer: Offer) -> bool:
        is_goes = viewer.is_self(offer.goes) and not offer.goes_yes
        return is_goes or (viewer.is_self(offer.stays) and not offer.stays_yes)

    def names(self) -> dict[MemberId, str]:
        """Return what everybody is called. For members' eyes."""
        return self._people.names()

    # --- Saying so ---

    def say(self, viewer: Viewer, goes: MemberId, stays: MemberId) -> Offer | None:
        """Say that two entries are one person; return what waits, None if it is done.

        It waits for a yes of each entry as which somebody is signed in. Raises UserError
        (invalid, conflict, not_found, over_quota, not_allowed).
        """
        require(viewer, Right.MERGE)
        look = self.look(viewer, goes, stays)
        self._check_sayer(viewer, look)
        self._check_last_steward(look.goes.member, look.stays.member)
        if look.offer is None and len(merges.offers(self._store.connection)) >= MAX_MERGE_OFFERS:
            raise UserError(
                "over_quota",
                "{most} of these wait already.",
                "Settle one of them first.",
                most=MAX_MERGE_OFFERS,
            )
        now_ms = self._now_ms
        with self._store.atomic(now_ms) as tx:
            offer = look.offer or Offer(goes, stays, viewer.member, now_ms // 1000)
            merges.put_offer(tx, offer)
            self._log.note_in(tx, viewer, "said_twice", about=stays)
            return self._settle_in(tx, offer)

    def say_yes(self, viewer: Viewer, goes: MemberId, stays: MemberId) -> Offer | None:
        """Say that one is both; return what waits still, None if it is done.

        viewer: signed in as one of the two. Raises UserError (conflict, not_found, over_quota,
        not_allowed).
        """
        offer = self._own_offer(viewer, goes, stays)
        offer = offer._replace(
            goes_yes=offer.goes_yes or viewer.is_self(goes),
            stays_yes=offer.stays_yes or viewer.is_self(stays),
        )
        with self._store.atomic(self._now_ms) as tx:
            merges.put_offer(tx, offer)
            return self._settle_in(tx, offer)

    def say_no(self, viewer: Viewer, goes: MemberId, stays: MemberId) -> None:
        """Say that they are two; for either of them, and for stewards.

        Raises UserError (not_found, not_allowed).
        """
        if viewer.is_self(goes) or viewer.is_self(stays):
            offer = self._own_offer(viewer, goes, stays)
        else:
            require(viewer, Right.MERGE)
            offer = self._found_offer(goes, stays)
        with self._store.atomic(self._now_ms) as tx:
            merges.delete_offer(tx, offer)

    # --- Done, and taken apart again ---

    def done(self, viewer: Viewer, id_: MemberId) -> list[Done]:
        """Return what was put together into one entry, and can be taken apart again.

        Raises UserError (not_allowed).
        """
        require_own(viewer, id_, Right.EDIT_SELF, Right.MERGE)
        connection = self._store.connection
        # Of what only they may see, nobody else hears that there is any.
        is_own = viewer.is_self(id_)
        return [
            Done(
                it.number,
                str(it.was["goes"]["name"]),
                it.done_s,
                merges.moved(connection, it.number) if is_own else (),
            )
            for it in merges.merges(connection)
            if it.stays == id_
        ]

    def undo(self, viewer: Viewer, number: int) -> Member:
        """Take two entries apart again; return the one that comes back, as a member at most.

        For whose it is, and for stewards. Raises UserError (conflict, not_found, over_quota,
        not_allowed).
        """
        found = next(
            (it for it in merges.merges(self._store.connection) if it.number == number), None
        )
        if found is None:
            raise UserError("not_found", "That cannot be taken apart (any more).")
        require_own(viewer, found.stays, Right.EDIT_SELF, Right.MERGE)
        stays, goes = taken_apart(self._member(found.stays), *_before(found))
        if goes.role is Role.STEWARD:  # what became of the role since is the pod's to say
            goes = goes.model_copy(update={"role": Role.MEMBER})
        self._check_room(goes)
        with self._store.atomic(self._now_ms) as tx:
            for member in (stays, goes):
                members.put_member(tx, member)
                members.put_contacts(tx, member.id, member.contacts)
            merges.move_back(tx, found)
            merges.forget(tx, number)
            self._tree.settle_in(tx)
            self._log.note_in(tx, viewer, "merge_undone", about=stays.id)
        return goes.seen_by(viewer)

    def tidy(self) -> None:
        """Forget what nobody answered, and after a while how to take apart."""
        now = self._keeper.now()
        if now.state is not ClockState.UNSET:
            now_s = now.wall_ms // 1000
            with self._store.atomic(now.wall_ms) as tx:
                merges.forget_old(tx, now_s - MERGE_OFFER_S, now_s - MERGE_KEPT_S)

    # --- Inside ---

    def _settle_in(self, tx: Tx, offer: Offer) -> Offer | None:
        """Put two entries together if nobody's yes is missing; else return what waits."""
        for id_, has_said in ((offer.goes, offer.goes_yes), (offer.stays, offer.stays_yes)):
            if not has_said and devices.of_member(tx.connection, id_):
                return offer
        goes, stays = self._member(offer.goes), self._member(offer.stays)
        self._check_last_steward(goes, stays)
        becomes = put_together(stays, goes)
        was = {"stays": _dumped(stays), "goes": _dumped(goes)}
        number = merges.begin(tx, stays.id, goes.id, was)
        self._tree.settle_in(tx, without=goes.id)
        merges.move(tx, number, stays.id, goes.id)
        members.delete_member(tx, goes.id)
        members.put_member(tx, becomes)
        members.put_contacts(tx, stays.id, becomes.contacts)
        self._tree.settle_in(tx)
        steward_log.note(tx, "merged", by=offer.said_by, about=stays.id)
        return None

    def _side(self, viewer: Viewer, member: Member) -> Side:
        connection = self._store.connection
        names = self._people.names()
        buddies = care.buddies(connection).get(member.id, ())
        return Side(
            member.seen_by(viewer),
            care.abilities(connection).get(member.id, []),
            sorted(names[it] for it in buddies),
            self._titles_of(member.id),
        )

    def _titles_of(self, id_: MemberId) -> list[str]:
        found = []
        for rid in members.listings_of(self._store.connection, id_):
            with suppress(UserError):
                found.append(self._listings.own(rid).listing.title)
        return sorted(found)

    def _check_sayer(self, viewer: Viewer, look: Look) -> None:
        """Let nobody say it of themselves: one person says it, and another one's phone yes."""
        two = (look.goes.member, look.stays.member)
        if any(viewer.is_self(it.id) for it in two):
            raise UserError(
                "not_allowed",
                "Nobody says that of themselves.",
                "Ask another steward to say it; with one alone, name a second one first.",
            )
        if viewer.member is None and any(it.role is Role.STEWARD for it in two):
            raise UserError(
                "not_allowed",
                "Of a steward another one says it, on a page: here nobody knows who types.",
                "On their phone: People, the entry that goes, The same person twice.",
            )

    def _check_last_steward(self, goes: Member, stays: Member) -> None:
        is_only = members.stewards(self._store.connection) == 1
        if goes.role is Role.STEWARD and stays.role is not Role.STEWARD and is_only:
            raise UserError(
                "conflict",
                "{name} is the only steward.",
                "Let the steward's entry be the one that stays.",
                name=goes.name,
            )

    def _check_room(self, goes: Member) -> None:
        connection = self._store.connection
        if members.count(connection) >= MAX_MEMBERS:
            raise UserError("over_quota", "A pod keeps at most {most} people.", most=MAX_MEMBERS)
        taken = members.member_named(connection, goes.name)
        if taken is not None:
            raise UserError(
                "conflict",
                "There is a {name} in this pod already.",
                "Give them another name first; then take the two apart.",
                name=taken.name,
            )

    def _offer(self, goes: MemberId, stays: MemberId) -> Offer | None:
        found = merges.offers(self._store.connection)
        return next((it for it in found if it[:2] == (goes, stays)), None)

    def _found_offer(self, goes: MemberId, stays: MemberId) -> Offer:
        offer = self._offer(goes, stays)
        if offer is None:
            raise UserError("not_found", "Nobody says that of these two (any more).")
        return offer

    def _own_offer(self, viewer: Viewer, goes: MemberId, stays: MemberId) -> Offer:
        """Return what was said, to one of the two. Raises UserError (not_found, not_allowed)."""
        require(viewer, Right.SEE_POD)
        if not (viewer.is_self(goes) or viewer.is_self(stays)):
            raise UserError(
                "not_allowed", "Only whose entry it is says that.", "Ask them, on their own phone."
            )
        return self._found_offer(goes, stays)

    def _member(self, id_: MemberId) -> Member:
        found = members.member(self._store.connection, id_)
        if found is None:
            raise UserError("not_found", "That person is not in this pod (any more).")
        return found

    @property
    def _now_ms(self) -> int:
        return self._keeper.now().wall_ms


def _read(said: dict[str, object], id_: MemberId) -> Member:
    read = Member.model_validate_json(json.dumps(said | {"id": "." * MEMBER_ID_BYTES}))
    return read.model_copy(update={"id": id_})


def _dumped(member: Member) -> dict[str, object]:
    return member.model_dump(mode="json", exclude={"id"})


def _before(merge: Merge) -> tuple[Member, Member]:
    """Return both entries as they were: who stays, who goes."""
    return _read(merge.was["stays"], merge.stays), _read(merge.was["goes"], merge.goes)
