"""`pod.splitting`: a large pod becomes two. Pages: docs/house.md §7.

`start_data` is what the people who go take along, as far as stewards may see it: no care note
and no contact that is for nobody. The new pod takes it in; then they leave the old one. The
file is handed over by people, and never sent.
"""

import json
from collections.abc import Mapping, Sequence
from typing import Any, Final, NamedTuple

from node.aid.listings import Listings
from node.aid.people import People
from node.aid.phone_trees import PhoneTrees
from node.aid.steward_log import StewardLog
from node.keeper import Keeper
from node.spreadsheet import Held
from protocol.aid.audience import Audience
from protocol.aid.form import fill
from protocol.aid.house.care import Ability
from protocol.aid.house.limits import (
    DAY_S,
    MAX_AGREEMENTS,
    MAX_BUDDIES,
    MAX_CONTACTS,
    MAX_MEMBERS,
    MAX_WAYS,
)
from protocol.aid.house.member import PROFILE, Contact, Member
from protocol.aid.house.proposal import Agreement, PodRules
from protocol.aid.house.rights import MEMBER_ID_BYTES, MemberId, Right, Role, Viewer, require
from protocol.aid.house.way import Way
from protocol.aid.listing import write_listing
from protocol.clock import Now
from protocol.errors import UserError
from protocol.record import RID_BYTES
from store import Tx
from store.house import care, decisions, members, ways

FORMAT: Final = "mutualpod-split"
VERSION: Final = 1
MAX_SPLIT_BYTES: Final = 4 << 20
"""Longest start data that is read: a whole pod with all its agreements takes a tenth."""


class Taken(NamedTuple):
    """What a new pod took in."""

    people: int
    listings: int


class Splitting:
    """The two halves of a split."""

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

    def start_data(self, viewer: Viewer, ids: Sequence[MemberId]) -> bytes:
        """Return what these people, who all agreed, take along. Raises UserError (not_allowed)."""
        require(viewer, Right.SPLIT)
        connection = self._store.connection
        going = [it for it in self._people.members(viewer) if it.id in ids]
        abilities = care.abilities(connection)
        names = {it.id: it.name for it in going}
        pairs = [
            [names[one], names[other]]
            for one, others in care.buddies(connection).items()
            for other in others
            if one < other and one in names and other in names
        ]
        said = {
            "format": FORMAT,
            "version": VERSION,
            "members": [
                {
                    **it.model_dump(mode="json", include=set(PROFILE)),
                    "steward": it.role is Role.STEWARD,
                    "contacts": [contact.model_dump(mode="json") for contact in it.contacts],
                    "abilities": [can.model_dump() for can in abilities.get(it.id, ())],
                    "listings": self._listings_of(it.id),
                }
                for it in going
            ],
            "buddies": pairs,
            "ways": [it.model_dump(mode="json") for it in ways.ways(connection)],
            "rules": decisions.rules(connection).model_dump(),
            "agreements": [
                {"title": it.title, "text": it.text}
                for it in decisions.agreements(connection)
                if not it.ended_s
            ],
        }
        with self._store.atomic(self._keeper.now().wall_ms) as tx:
            self._log.note_in(tx, viewer, "pod_split")
        return json.dumps(said, ensure_ascii=False, indent=1).encode()

    def take(self, viewer: Viewer, data: bytes) -> Taken:
        """Take in what start_data of another pod gave: all of it, or nothing.

        Raises UserError (invalid, conflict, over_quota, not_allowed).
        """
        require(viewer, Right.SPLIT)
        said, now = _read(data), self._keeper.now()
        with self._store.atomic(now.wall_ms) as tx:
            try:
                taken = self._take_in(tx, said, now)
            except (KeyError, TypeError, ValueError, AttributeError) as err:
                raise _invalid() from err
            self._log.note_in(tx, viewer, "pod_taken")
        return taken

    def _take_in(self, tx: Tx, said: Mapping[str, Any], now: Now) -> Taken:
        ids: dict[str, MemberId] = {}
        posted = 0
        for person in _list(said, "members", MAX_MEMBERS):
            added = self._take_person(tx, person)
            ids[added.name] = added.id
            posted += self._post(tx, added.id, _list(person, "listings", 1000), now)
        for one, other in _list(said, "buddies", MAX_MEMBERS * MAX_BUDDIES):
            care.pair(tx, ids[one], ids[other])
        self._take_common(tx, said)
        self._tree.settle_in(tx)
        return Taken(len(ids), posted)

    def _take_person(self, tx: Tx, person: Mapping[str, Any]) -> Member:
        fields = {name: person.get(name) for name in PROFILE}
        fields["languages"] = tuple(person.get("languages") or ())
        role = Role.STEWARD if person.get("steward") is True else Role.MEMBER
        added = self._people.add_in(tx, fields, role)
        contacts = tuple(fill(Contact, it) for it in _list(person, "contacts", MAX_CONTACTS))
        members.put_contacts(tx, added.id, contacts)
        for ability in _list(person, "abilities", MAX_CONTACTS * 10):
            care.put_ability(tx, added.id, fill(Ability, ability))
        return added

    def _take_common(self, tx: Tx, said: Mapping[str, Any]) -> None:
        """Take what both pods have: ways, rules, agreements; what is here already stays."""
        if not ways.ways(tx.connection):
            ways.put_ways(tx, [fill(Way, it) for it in _list(said, "ways", MAX_WAYS)])
        decisions.put_rules(tx, fill(PodRules, said["rules"]))
        now_s = tx.now_ms // 1000
        for it in _list(said, "agreements", MAX_AGREEMENTS):
            whole = {
                "id": self._keeper.random_bytes(MEMBER_ID_BYTES),
                "title": it["title"],
                "text": it["text"],
                "agreed_s": now_s,
                "review_s": now_s + 90 * DAY_S,  # a new pod looks at it soon
            }
            decisions.put_agreement(tx, fill(Agreement, whole))

    # --- Listings ---

    def _listings_of(self, id_: MemberId) -> list[dict[str, Any]]:
        found = []
        for rid in members.listings_of(self._store.connection, id_):
            try:
                item = self._listings.own(rid)
            except UserError:
                continue
            fields = item.listing.model_dump(mode="json", exclude_defaults=True)
            found.append({"audience": item.audience.value, "fields": fields})
        return found

    def _post(self, tx: Tx, id_: MemberId, listed: list[Any], now: Now) -> int:
        for it in listed:
            fields = {
                name: tuple(value) if isinstance(value, list) else value
                for name, value in it["fields"].items()
            }
            listing = write_listing(fields)
            rid = self._keeper.random_bytes(RID_BYTES)
            ends_s = listing.default_valid_until_s(now.wall_ms // 1000)
            self._listings.put_in(tx, rid, Held(listing, Audience(it["audience"]), ends_s), now)
            members.note_whose(tx, rid, id_, typed_for=False)
        return len(listed)


def _read(data: bytes) -> dict[str, Any]:
    """Return start data by its names. Raises UserError (invalid)."""
    if len(data) > MAX_SPLIT_BYTES:
        raise _invalid()
    try:
        said = json.loads(data)
    except (ValueError, RecursionError) as err:
        raise _invalid() from err
    if not isinstance(said, dict) or said.get("format") != FORMAT or said.get("version") != VERSION:
        raise _invalid()
    return said


def _list(said: Mapping[str, Any], name: str, most: int) -> list[Any]:
    found = said.get(name, [])
    if not isinstance(found, list) or len(found) > most:
        raise _invalid()
    return found


def _invalid() -> UserError:
    return UserError(
        "invalid",
        "The file is not what `pod split write` makes, or was changed.",
        "Write it again in the old pod: pod split write FILE NAME…",
    )
