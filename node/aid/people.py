"""`pod.people`: who is in the pod, how to reach them, and who looks at what.

Pages: docs/house.md §1. Every call says who asks; rights.py says whether they may. What comes
back holds what this viewer may see, and nothing else.
"""

import difflib
from collections.abc import Callable, Mapping, Sequence
from typing import NamedTuple

from node.aid.answers import Answers
from node.aid.phone_trees import PhoneTrees
from node.aid.steward_log import StewardLog
from node.finding import Check
from node.keeper import Keeper
from node.spreadsheet import Held
from protocol.aid.fields import looks
from protocol.aid.form import fill
from protocol.aid.house.limits import LARGE_POD, MAX_MEMBERS, SUSPENSION_REST_S, SUSPENSION_S
from protocol.aid.house.member import PROFILE, Contact, Member
from protocol.aid.house.rights import (
    MEMBER_ID_BYTES,
    STRANGER,
    MemberId,
    Right,
    Role,
    Viewer,
    may,
    require,
    require_own,
)
from protocol.clock import Now
from protocol.errors import UserError
from protocol.saying import N_
from store import Tx, aid
from store.house import decisions, devices, members, typed


class Whose(NamedTuple):
    """Whose a listing is. typed_for: somebody else typed it for them. typist: who, if known."""

    member: Member
    typed_for: bool
    typist: MemberId | None


class People:
    """The people of one pod."""

    def __init__(self, keeper: Keeper, log: StewardLog, answers: Answers, tree: PhoneTrees) -> None:
        self._keeper, self._store, self._log = keeper, keeper.store, log
        self._answers, self._listings, self._tree = answers, answers.listings, tree
        self.on_leaving: list[Callable[[Tx, MemberId], None]] = []
        """Who has to let go of what is somebody's, told in the act in which they leave."""

    # --- Who is here ---

    def members(self, viewer: Viewer) -> list[Member]:
        """Return all people, by name, as viewer may see them. Raises UserError (not_allowed)."""
        require(viewer, Right.SEE_POD)
        return [it.seen_by(viewer) for it in members.members(self._store.connection)]

    def member(self, viewer: Viewer, id_: MemberId) -> Member:
        """Return one person. Raises UserError (not_found, not_allowed)."""
        require_own(viewer, id_, Right.EDIT_SELF, Right.SEE_POD)
        return self._member(id_).seen_by(viewer)

    def find(self, viewer: Viewer, name: str) -> Member:
        """Return the person of that name, whatever case and accents.

        Raises UserError (not_found, not_allowed).
        """
        require(viewer, Right.SEE_POD)
        found = members.member_named(self._store.connection, name.strip())
        if found is None:
            names = [it.name for it in members.members(self._store.connection)]
            near = difflib.get_close_matches(name, names, n=2)
            if near:
                raise UserError(
                    "not_found",
                    "Nobody here is called '{name}'. Did you mean {near}?",
                    "See: pod member list",
                    name=name,
                    near=" / ".join(near),
                )
            raise UserError(
                "not_found", "Nobody here is called '{name}'.", "See: pod member list", name=name
            )
        return found.seen_by(viewer)

    def printed(self, viewer: Viewer) -> list[Member]:
        """Return all people, by name, with the contacts that they agreed may be printed."""
        require(viewer, Right.SEE_POD)
        return [it.printed() for it in members.members(self._store.connection)]

    def names(self) -> dict[MemberId, str]:
        """Return the name of everybody, for sentences about people. For members' eyes."""
        return {it.id: it.name for it in members.members(self._store.connection)}

    def viewer(self, id_: MemberId) -> Viewer:
        """Return a person as a viewer, for whoever proved to be that person.

        One who has left is a stranger; one who is suspended is a guest.
        """
        found = members.member(self._store.connection, id_)
        return STRANGER if found is None else found.viewer(self._now_s)

    def count(self) -> int:
        """Return how many people the pod has."""
        return members.count(self._store.connection)

    # --- Taking in, and what is kept ---

    def add(
        self, viewer: Viewer, name: str, *, role: Role = Role.MEMBER, **fields: object
    ) -> Member:
        """Take somebody in; the first person of a pod is its first steward.

        fields: of PROFILE. Raises UserError (invalid, conflict, over_quota,
        not_allowed).
        """
        require(viewer, Right.ADD_MEMBER)
        with self._store.atomic(self._now_ms) as tx:
            first = members.count(tx.connection) == 0
            added = self.add_in(tx, {"name": name, **fields}, Role.STEWARD if first else role)
            self._log.note_in(tx, viewer, "member_added", about=added.id)
        return added

    def add_in(
        self,
        tx: Tx,
        fields: Mapping[str, object],
        role: Role,
        contacts: tuple[Contact, ...] = (),
    ) -> Member:
        """Take somebody in, inside an act of somebody who may. fields: of PROFILE."""
        if members.count(tx.connection) >= MAX_MEMBERS:
            raise UserError(
                "over_quota",
                "A pod keeps at most {most} people; this one has as many.",
                "A street of that size is several pods.",
                most=MAX_MEMBERS,
            )
        said = {key: value for key, value in fields.items() if key in PROFILE}
        id_ = self._keeper.random_bytes(MEMBER_ID_BYTES)
        whole = {**said, "id": id_, "role": role, "joined_s": tx.now_ms // 1000}
        added = fill(Member, whole | {"contacts": contacts})
        self._check_name(tx, added)
        members.put_member(tx, added)
        members.put_contacts(tx, id_, added.contacts)
        self._tree.settle_in(tx)
        return added

    def edit(self, viewer: Viewer, id_: MemberId, changes: Mapping[str, object]) -> Member:
        """Change what is kept about a person. changes: of PROFILE; None empties a field.

        Raises UserError (invalid, conflict, not_found, not_allowed).
        """
        require_own(viewer, id_, Right.EDIT_SELF, Right.EDIT_OTHERS)
        said = {key: value for key, value in changes.items() if key in PROFILE}
        with self._store.atomic(self._now_ms) as tx:
            was = self._member(id_)
            kept = was.model_dump(exclude={"contacts"}) | said
            now = fill(Member, kept)
            self._check_name(tx, now)
            members.put_member(tx, now)
            self._tree.settle_in(tx)
            self._log.note_in(tx, viewer, "member_edited", about=id_)
        return self._member(id_).seen_by(viewer)

    def set_contacts(
        self, viewer: Viewer, id_: MemberId, contacts: Sequence[Mapping[str, object]]
    ) -> Member:
        """Put these contacts in place of all that viewer could see; what they could not, stays.

        Raises UserError (invalid, not_found, not_allowed).
        """
        require_own(viewer, id_, Right.EDIT_SELF, Right.EDIT_OTHERS)
        checked = [fill(Contact, it) for it in contacts]
        with self._store.atomic(self._now_ms) as tx:
            was = self._member(id_)
            seen = was.seen_by(viewer).contacts
            unseen = [it for it in was.contacts if it not in seen]
            kept = fill(
                Member, was.model_dump(exclude={"contacts"}) | {"contacts": (*checked, *unseen)}
            )
            members.put_contacts(tx, id_, kept.contacts)
            self._tree.settle_in(tx)
            self._log.note_in(tx, viewer, "contacts_edited", about=id_)
        return self._member(id_).seen_by(viewer)

    def set_role(self, viewer: Viewer, id_: MemberId, role: Role) -> Member:
        """Make somebody a guest, a member or a steward. The last steward stays one.

        Raises UserError (conflict, not_found, not_allowed).
        """
        require(viewer, Right.SET_ROLE)
        with self._store.atomic(self._now_ms) as tx:
            was = self._member(id_)
            if role is not Role.STEWARD:
                self._check_stewards(was)
            members.put_member(tx, was.model_copy(update={"role": role}))
            self._log.note_in(tx, viewer, "role_set", about=id_, note=role.value)
        return self._member(id_).seen_by(viewer)

    # --- Keeping out, leaving ---

    def suspend(self, viewer: Viewer, id_: MemberId) -> Member:
        """Keep somebody out at once, for 72 hours, where all can read of it.

        Once in 14 days: after that it is the pod's to decide. Raises UserError (conflict,
        not_found, not_allowed).
        """
        require(viewer, Right.SUSPEND)
        return self._suspend(viewer, id_, self._end_of_suspension_s(id_), "member_suspended")

    def lift_suspension(self, viewer: Viewer, id_: MemberId) -> Member:
        """Let somebody in again before their suspension ends."""
        return self._suspend(viewer, id_, 0, "suspension_lifted")

    def leave(self, viewer: Viewer, id_: MemberId, *, withdraw: bool) -> None:
        """Delete all that is kept of a person, who leaves or has gone.

        withdraw: their listings are withdrawn at other pods too; else they stay, as the pod's.
        Raises UserError (conflict, not_found, not_allowed).
        """
        require_own(viewer, id_, Right.EDIT_SELF, Right.EDIT_OTHERS)
        self._check_may_let_go(viewer, id_)
        self._delete(viewer, id_, withdraw=withdraw, what="member_left")

    def remove(self, viewer: Viewer, id_: MemberId) -> None:
        """Delete all that is kept of somebody, as the pod decided. See Decisions.remove_member."""
        require(viewer, Right.REMOVE)
        self._delete(viewer, id_, withdraw=True, what="member_removed")

    def _delete(self, viewer: Viewer, id_: MemberId, *, withdraw: bool, what: str) -> None:
        gone = self._member(id_)
        now = self._keeper.now()
        with self._store.atomic(now.wall_ms) as tx:
            self._check_stewards(gone)
            for rid in members.listings_of(tx.connection, id_):
                self._let_go(tx, rid, now, withdraw=withdraw)
            self._tree.settle_in(tx, without=id_)
            decisions.delete_drafts(tx, id_)
            self._answers.forget_member_in(tx, id_, now)
            for let_go in self.on_leaving:
                let_go(tx, id_)
            members.delete_member(tx, id_)
            if not viewer.is_self(id_):
                self._log.note_in(tx, viewer, what)

    def _let_go(self, tx: Tx, rid: bytes, now: Now, *, withdraw: bool) -> None:
        """Withdraw a listing of somebody who leaves, or take their name out of it."""
        try:
            item = self._listings.own(rid)
        except UserError:
            return  # it has gone before them
        if withdraw:
            self._listings.withdraw_in(tx, item, now)
        elif item.listing.by is not None:
            nameless = item.listing.model_copy(update={"by": None})
            self._listings.put_in(tx, rid, Held(nameless, item.audience, item.valid_until_s), now)

    # --- Whose a listing, or another thing of the pod, is ---

    def note_whose(self, viewer: Viewer, rid: bytes, id_: MemberId) -> None:
        """Note whose a new thing of this pod is: the viewer's, or somebody's without a phone."""
        require_own(viewer, id_, Right.POST, Right.POST_FOR_OTHERS)
        with self._store.atomic(self._now_ms) as tx:
            self._member(id_)
            members.note_whose(tx, rid, id_, typed_for=not viewer.is_self(id_))
            if viewer.member is not None and not viewer.is_self(id_):
                typed.note_thing(tx, rid, viewer.member)
            self._log.note_in(tx, viewer, "posted_for", about=id_)

    def listings_of(self, viewer: Viewer, id_: MemberId) -> list[bytes]:
        """Return the rids of a person's listings; some may have gone from the board."""
        require_own(viewer, id_, Right.POST, Right.EDIT_OTHERS_LISTINGS)
        return members.listings_of(self._store.connection, id_)

    def whose(self, viewer: Viewer, rid: bytes) -> Whose | None:
        """Return whose a thing of this pod is, for its members alone; None: nobody said."""
        if not may(viewer, Right.SEE_POD):
            return None
        found = members.whose(self._store.connection, rid)
        if found is None:
            return None
        member, typed_for = found
        typist = typed.typist(self._store.connection, rid) if typed_for else None
        # Who typed it for an entry that turned out to be their own typed it for themselves.
        typed_for = typed_for and typist != member
        return Whose(self._member(member).seen_by(viewer), typed_for, typist)

    def may_change(self, viewer: Viewer, rid: bytes) -> bool:
        """Tell whether viewer may change a thing of the pod.

        It is theirs, they typed it for whose it is, or they may change others'.
        """
        found = members.whose(self._store.connection, rid)
        own = found is not None and viewer.is_self(found[0])
        if not own and found is not None and found[1]:
            own = viewer.is_self(typed.typist(self._store.connection, rid))
        return may(viewer, Right.POST if own else Right.EDIT_OTHERS_LISTINGS)

    def begin_change(self, viewer: Viewer, rid: bytes) -> None:
        """Let a thing of the pod be changed by whose it is, and by a steward in the open.

        Raises UserError (not_allowed).
        """
        if not self.may_change(viewer, rid):
            require(viewer, Right.EDIT_OTHERS_LISTINGS)
        self.note_listing_change(viewer, rid)

    def note_listing_change(self, viewer: Viewer, rid: bytes) -> None:
        """Note that a steward changes, answers or takes down a listing of somebody else's."""
        found = members.whose(self._store.connection, rid)
        if found is not None:
            with self._store.atomic(self._now_ms) as tx:
                self._log.note_in(tx, viewer, "listing_changed", about=found[0])

    def forget_whose(self) -> None:
        """Forget whose things were that are no longer here."""
        connection, us = self._store.connection, self._keeper.pod_id
        known = members.every_listing_of(connection)
        gone = [rid for rid in known if not aid.is_shown(connection, us, rid)]
        if gone:
            with self._store.atomic(self._now_ms) as tx:
                for rid in gone:
                    members.forget_whose(tx, rid)

    # --- Advice ---

    def advice(self) -> list[Check]:
        """Return what a pod should hear of now, in soft words; most pods hear nothing."""
        people, stewards = self.count(), members.stewards(self._store.connection)
        said = []
        if people and not stewards:
            said.append(
                Check(
                    "steward",
                    None,
                    N_("Nobody is this pod's steward."),
                    "Name one: pod member role NAME steward",
                    N_("At the machine: pod member role NAME steward"),
                )
            )
        elif people > 1 and stewards < 2:
            said.append(
                Check(
                    "steward",
                    None,
                    N_("One steward is too few: if they are away, nobody can help."),
                    "Name a second one: pod member role NAME steward",
                    N_("Ask somebody to be the second, and say so on their page under People."),
                )
            )
        if people >= LARGE_POD:
            said.append(
                Check(
                    "large",
                    None,
                    N_("This pod has {people} members. Some pods of that size become two."),
                    "Talk about it, and see: pod split --help",
                    N_("Talk about it when you meet."),
                    {"people": people},
                )
            )
        return said

    # --- Checks ---

    def _suspend(self, viewer: Viewer, id_: MemberId, until_s: int, what: str) -> Member:
        require(viewer, Right.SUSPEND)
        with self._store.atomic(self._now_ms) as tx:
            was = self._member(id_)
            members.put_member(tx, was.model_copy(update={"suspended_until_s": until_s}))
            self._log.note_in(tx, viewer, what, about=id_)
        return self._member(id_).seen_by(viewer)

    def _end_of_suspension_s(self, id_: MemberId) -> int:
        """Return until when somebody can be kept out without the pod. Raises UserError (conflict).

        The open log tells when they last were: who is let in and kept out again gets no new days.
        """
        now_s, name = self._now_s, self._member(id_).name
        begun_s = self._log.first_s(id_, "member_suspended", since_s=now_s - SUSPENSION_REST_S)
        ends_s = SUSPENSION_S + (now_s if begun_s is None else begun_s)
        if now_s < ends_s:
            return ends_s
        raise UserError(
            "conflict",
            "{name} was kept out for three days not long ago. More is the pod's to decide.",
            "Put it to the pod: pod proposal add --removes NAME",
            name=name,
        )

    def _check_may_let_go(self, viewer: Viewer, id_: MemberId) -> None:
        """Let a steward note that somebody left who could not say so: nobody is removed like that.

        Whoever is at the machine could delete the file too: what they do is theirs to answer for.
        """
        if viewer.member is None or viewer.is_self(id_):
            return
        if any(
            it.use is devices.Use.PHONE for it in devices.of_member(self._store.connection, id_)
        ):
            raise UserError(
                "conflict",
                "{name} has a phone that is signed in, and can leave by it. To remove somebody who "
                "stays is the pod's to decide.",
                "Put it to the pod: pod proposal add --removes NAME",
                name=self._member(id_).name,
            )

    def _member(self, id_: MemberId) -> Member:
        found = members.member(self._store.connection, id_)
        if found is None:
            raise UserError(
                "not_found", "That person is not in this pod (any more).", "See: pod member list"
            )
        return found

    def _check_name(self, tx: Tx, wanted: Member) -> None:
        """Two people whose names look alike could be mistaken for each other on every sheet."""
        alike = looks(wanted.name)
        others = (it for it in members.members(tx.connection) if it.id != wanted.id)
        other = next((it for it in others if looks(it.name) == alike), None)
        if other is not None:
            raise UserError(
                "conflict",
                "There is a {name} in this pod already.",
                'Add what tells them apart: "{wanted} from No. 4"',
                name=other.name,
                wanted=wanted.name,
            )

    def _check_stewards(self, gone: Member) -> None:
        only = gone.role is Role.STEWARD and members.stewards(self._store.connection) == 1
        if only and self.count() > 1:
            raise UserError(
                "conflict",
                "{name} is the only steward.",
                "Make somebody else a steward first: pod member role NAME steward",
                name=gone.name,
            )

    @property
    def _now_ms(self) -> int:
        return self._keeper.now().wall_ms

    @property
    def _now_s(self) -> int:
        return self._now_ms // 1000
