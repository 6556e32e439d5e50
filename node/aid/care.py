"""`pod.care`: what people can do, what would help them, who looks after whom, the pod map.

Pages: docs/house.md §2. Whoever may not read a care note is told the same as if there were none.
"""

from collections.abc import Mapping
from typing import NamedTuple

from node.aid.phone_trees import PhoneTrees
from node.aid.steward_log import StewardLog
from node.keeper import Keeper
from protocol.aid.form import fill
from protocol.aid.house.care import Ability, CareNote
from protocol.aid.house.limits import CARE_REVIEW_S, MAX_BUDDIES
from protocol.aid.house.member import Member
from protocol.aid.house.pod_map import MapRow, pod_map
from protocol.aid.house.rights import MemberId, Right, Viewer, require, require_own
from protocol.errors import UserError
from store import Tx
from store.house import care, members


class Noted(NamedTuple):
    """A care note that its viewer may read."""

    member: Member
    note: CareNote
    is_due: bool  # a year has gone: does it still hold?


class Care:
    """Abilities, care notes, buddies and the pod map."""

    def __init__(self, keeper: Keeper, log: StewardLog, tree: PhoneTrees) -> None:
        self._keeper, self._store, self._log = keeper, keeper.store, log
        self._tree = tree

    # --- What people can do ---

    def abilities(self, viewer: Viewer) -> dict[MemberId, list[Ability]]:
        """Return what everybody said that they can do."""
        require(viewer, Right.SEE_POD)
        return care.abilities(self._store.connection)

    def set_ability(
        self, viewer: Viewer, member: MemberId, fields: Mapping[str, object]
    ) -> Ability:
        """Save what somebody can do in one category. Raises UserError (invalid, not_allowed)."""
        require_own(viewer, member, Right.EDIT_SELF, Right.EDIT_OTHERS)
        ability = fill(Ability, fields)
        with self._store.atomic(self._now_ms) as tx:
            self._member(member)
            care.put_ability(tx, member, ability)
            self._log.note_in(tx, viewer, "ability_edited", about=member)
        return ability

    def delete_ability(self, viewer: Viewer, member: MemberId, category: str) -> None:
        """Delete what somebody said of a category. Raises UserError (not_found, not_allowed)."""
        require_own(viewer, member, Right.EDIT_SELF, Right.EDIT_OTHERS)
        with self._store.atomic(self._now_ms) as tx:
            if not care.delete_ability(tx, member, category):
                raise UserError("not_found", "That was not among what they can do.", "pod map")
            self._log.note_in(tx, viewer, "ability_edited", about=member)

    # --- What would help them ---

    def notes(self, viewer: Viewer) -> list[Noted]:
        """Return the care notes that viewer may read, by name; for nearly everybody, few."""
        now_s, kept = self._now_ms // 1000, care.notes(self._store.connection)
        return [
            Noted(member.seen_by(viewer), kept[member.id], kept[member.id].review_s <= now_s)
            for member in members.members(self._store.connection)
            if member.id in kept and kept[member.id].is_seen_by(viewer, member.id)
        ]

    def note(self, viewer: Viewer, member: MemberId) -> Noted:
        """Return one. Raises UserError (not_found), whether or not there is one to be hidden."""
        for noted in self.notes(viewer):
            if noted.member.id == member:
                return noted
        raise UserError(
            "not_found",
            "There is no care note here that you may read.",
            "Whose note it is can name you, or tick stewards.",
        )

    def write_note(
        self, viewer: Viewer, member: MemberId, fields: Mapping[str, object]
    ) -> CareNote:
        """Save somebody's care note in place of the one they had.

        viewer: the person, or a steward to whom they dictate it. fields: words, needs, viewers,
        stewards. Raises UserError (invalid, not_found, not_allowed).
        """
        require_own(viewer, member, Right.EDIT_SELF, Right.WRITE_CARE_FOR_OTHERS)
        now_s = self._now_ms // 1000
        whole = {**fields, "written_s": now_s, "review_s": now_s + CARE_REVIEW_S}
        note = fill(CareNote, whole)
        with self._store.atomic(self._now_ms) as tx:
            for named in (member, *note.viewers):
                self._member(named)
            care.put_note(tx, member, note)
            self._log.note_in(tx, viewer, "care_written", about=member)
        return note

    def confirm_note(self, viewer: Viewer) -> None:
        """Say that one's own note still holds, for another year."""
        if viewer.member is None:
            raise UserError("not_allowed", "Only the person can say that.", "Ask them.")
        note = self.note(viewer, viewer.member).note
        self.write_note(viewer, viewer.member, note.model_dump(exclude={"written_s", "review_s"}))

    def delete_note(self, viewer: Viewer, member: MemberId) -> None:
        """Delete somebody's care note, if there is one; what there was is not told."""
        require_own(viewer, member, Right.EDIT_SELF, Right.WRITE_CARE_FOR_OTHERS)
        with self._store.atomic(self._now_ms) as tx:
            if care.delete_note(tx, member):
                self._log.note_in(tx, viewer, "care_deleted", about=member)

    # --- Buddies ---

    def buddies(self, viewer: Viewer) -> dict[MemberId, tuple[MemberId, ...]]:
        """Return each person's buddies."""
        require(viewer, Right.SEE_POD)
        return care.buddies(self._store.connection)

    def pair(self, viewer: Viewer, one: MemberId, other: MemberId) -> None:
        """Make two people buddies: oneself and another, or two others as a steward.

        Raises UserError (invalid, over_quota, not_found, not_allowed).
        """
        self._check_pair(viewer, one, other)
        with self._store.atomic(self._now_ms) as tx:
            for id_ in (one, other):
                self._member(id_)
                already = set(care.buddies(tx.connection).get(id_, ())) - {one, other}
                if len(already) >= MAX_BUDDIES:
                    raise UserError(
                        "over_quota",
                        "Nobody has more than {most} buddies.",
                        "See who has how few: pod buddy list",
                        most=MAX_BUDDIES,
                    )
            care.pair(tx, one, other)
            for id_ in (one, other):
                self._tree.place_anew_in(tx, id_)
            self._note_buddies(tx, viewer, "buddies_paired", one, other)

    def part(self, viewer: Viewer, one: MemberId, other: MemberId) -> None:
        """Part two buddies. Raises UserError (not_found, not_allowed)."""
        self._check_pair(viewer, one, other)
        with self._store.atomic(self._now_ms) as tx:
            if not care.part(tx, one, other):
                raise UserError("not_found", "They are no buddies.", "See: pod buddy list")
            self._note_buddies(tx, viewer, "buddies_parted", one, other)

    # --- The pod map ---

    def map(self, viewer: Viewer) -> list[MapRow]:
        """Return categories by people, with the needs that viewer may see."""
        require(viewer, Right.SEE_POD)
        connection = self._store.connection
        everybody = [it.seen_by(viewer) for it in members.members(connection)]
        needs = {noted.member.id: noted.note.needs for noted in self.notes(viewer)}
        return pod_map(everybody, care.abilities(connection), needs)

    # --- Checks ---

    def _check_pair(self, viewer: Viewer, one: MemberId, other: MemberId) -> None:
        require(viewer, Right.PAIR_BUDDIES)
        if one == other:
            raise UserError("invalid", "Buddies are two people.", "Name two.")
        if not (viewer.is_self(one) or viewer.is_self(other)):
            require(viewer, Right.EDIT_OTHERS)

    def _note_buddies(
        self, tx: Tx, viewer: Viewer, what: str, one: MemberId, other: MemberId
    ) -> None:
        if not (viewer.is_self(one) or viewer.is_self(other)):
            self._log.note_in(tx, viewer, what, about=one)

    def _member(self, id_: MemberId) -> None:
        if members.member(self._store.connection, id_) is None:
            raise UserError("not_found", "That person is not in this pod.", "See: pod member list")

    @property
    def _now_ms(self) -> int:
        return self._keeper.now().wall_ms
