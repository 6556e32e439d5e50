"""`pod.versions`: earlier versions of what this pod shared, and taking one back in one step.

Spec: docs/protocol.md §4.6 (R5), docs/kinds.md §1.5. They are what this pod signed for others:
what is for its own people alone keeps no earlier versions.
"""

from collections.abc import Iterator, Sequence
from contextlib import suppress
from typing import Any, NamedTuple

from node.aid.items import Items
from node.aid.listings import Listings
from node.keeper import Keeper
from node.references import digits_of
from protocol.aid import parse
from protocol.aid.audience import Audience
from protocol.aid.body import Body
from protocol.aid.limits import MAX_OPEN_S, UNTIL_I_SAY
from protocol.aid.listing import Listing
from protocol.errors import UnfitBody, UserError
from protocol.record import Scope
from store import records
from store.aid import BoardItem, Item
from store.records import Doubt, Origin, OwnVersion


class Earlier(NamedTuple):
    """One earlier version. number: 1 is the newest of them, as a list shows it.

    record: its id.  audience: whose it was then.  signed_s: Unix time.  came_home: another machine
    with our key, or this one before a loss, signed it, and a neighbour brought it.
    changed: fields that say something else now; none if the thing is gone.
    """

    number: int
    record: bytes
    body: Body
    audience: Audience
    signed_s: int
    valid_until_s: int
    came_home: bool
    changed: tuple[str, ...]


class Thing(NamedTuple):
    """What has versions. now: as it is, None once it is withdrawn."""

    kind: int
    rid: bytes
    now: Body | None


class Versions:
    """Earlier versions of one pod's own listings, places, meetups, notices, readings, ..."""

    def __init__(self, keeper: Keeper, listings: Listings, doors: Sequence[Items[Any]]) -> None:
        self._keeper = keeper
        self._listings = listings
        self._doors = {door.BODY.CODE: door for door in doors}

    def find(self, reference: str) -> Thing:
        """Return the thing of this pod that reference names, withdrawn or not.

        Raises UserError (invalid, not_found, ambiguous).
        """
        digits = digits_of(reference)
        if digits is None:
            raise UserError(
                "invalid", "That names nothing of this pod.", "Copy the reference: pod board --mine"
            )
        connection, us = self._keeper.store.connection, self._keeper.pod_id
        found = [
            (kind, rid)
            for kind, rid in records.own_beginning(connection, us, digits)
            if kind == Listing.CODE or kind in self._doors
        ]
        if not found:
            raise UserError(
                "not_found",
                "This pod has shared nothing under {reference} in the last 90 days.",
                "What is for this pod alone keeps no earlier versions.",
                reference=digits,
            )
        if len(found) > 1:
            raise UserError(
                "ambiguous",
                "More than one thing begins with {reference}.",
                "Give more digits of the reference.",
                reference=digits,
            )
        return self.thing(*found[0])

    def thing(self, kind: int, rid: bytes) -> Thing:
        """Return one thing of this pod by its kind and rid."""
        item = self._own(kind, rid)
        if item is None:
            return Thing(kind, rid, None)
        return Thing(kind, rid, item.listing if isinstance(item, BoardItem) else item.body)

    def of(self, thing: Thing) -> list[Earlier]:
        """Return earlier versions, the newest first; each text once, however often signed."""
        us, connection = self._keeper.pod_id, self._keeper.store.connection
        slots = [(us, int(scope), thing.kind, thing.rid) for scope in Scope]
        every = [it for slot in slots for it in records.past_versions(connection, slot)]
        every.sort(key=lambda it: it.record.rank, reverse=True)
        seen = {_said(thing.now)} if thing.now is not None else set()
        found: list[Earlier] = []
        for version in every:
            body = _body(version)
            if body is None or _said(body) in seen:
                continue
            seen.add(_said(body))
            found.append(_earlier(len(found) + 1, version, body, thing.now))
        return found

    def take_back(self, thing: Thing, record: bytes) -> None:
        """Make an earlier version what this pod says now; a new version, above all others.

        Who sees it stays as it is: nothing is shared anew that was drawn back meanwhile; only what
        is gone comes back for whom it was. Promises that were given stand. An end that has passed
        is replaced by a usual one. Raises UserError (not_found, over_quota, ...).
        """
        was = next((it for it in self.of(thing) if it.record == record), None)
        if was is None:
            raise UserError(
                "not_found",
                "That version is not kept (any more).",
                "See what there is: pod versions REFERENCE",
            )
        door: Any = self._listings if thing.kind == Listing.CODE else self._doors[thing.kind]
        body, ends_s = was.body, self._end_of(was)
        if isinstance(body, Listing):  # what is left follows from what is promised now
            body = body.model_copy(update={"left": None})
        if thing.now is not None:
            door.edit(thing.rid, body, valid_until_s=ends_s)
            return
        door.publish(body, audience=was.audience, valid_until_s=ends_s, rid=thing.rid)

    def _end_of(self, was: Earlier) -> int:
        now_s = self._keeper.now().wall_ms // 1000
        longest_s = was.body.longest_s()
        if was.valid_until_s == UNTIL_I_SAY and not longest_s:
            return UNTIL_I_SAY
        if now_s < was.valid_until_s <= now_s + (longest_s or MAX_OPEN_S):
            return was.valid_until_s
        return was.body.default_valid_until_s(now_s)

    def _own(self, kind: int, rid: bytes) -> BoardItem | Item[Any] | None:
        with suppress(UserError):
            return self._listings.own(rid) if kind == Listing.CODE else self._doors[kind].own(rid)
        return None


def _earlier(number: int, version: OwnVersion, body: Body, now: Body | None) -> Earlier:
    record = version.record
    return Earlier(
        number=number,
        record=record.id,
        body=body,
        audience=Audience.of(record.scope),
        signed_s=record.stamp_ms // 1000,
        valid_until_s=record.valid_until_s,
        came_home=version.origin is Origin.ADOPTED,
        changed=tuple(_changed(body, now)),
    )


def _changed(was: Body, now: Body | None) -> Iterator[str]:
    if now is None:
        return
    says = now.model_dump()
    for name, value in was.model_dump().items():
        if name != "posted_s" and value != says[name]:
            yield name


def _body(version: OwnVersion) -> Body | None:
    """Return what a version says; None for a withdrawal, for what waits for people's word after a
    theft, and for what the rules of now refuse."""
    record = version.record
    if record.payload is None or version.doubt is not Doubt.NONE:
        return None
    with suppress(UnfitBody):
        return parse(record.kind, record.payload)
    return None


def _said(body: Body) -> bytes:
    """Return what a body says, whenever it was posted."""
    if "posted_s" in type(body).model_fields:
        body = body.model_copy(update={"posted_s": None})
    return body.to_payload()
