"""`pod.invites`: how a neighbour joins with a code from a card. Pages: docs/house.md §1.3.

`look` changes nothing, however often a phone's preview asks; `join` uses the code. Whoever
serves codes to strangers also slows down those who guess (node/web).
"""

from typing import NamedTuple

from node.aid.people import People
from node.aid.steward_log import StewardLog
from node.keeper import Keeper
from protocol.aid.house.invite import CODE_BYTES, Invite, JoinsAs, code_hash, make_code
from protocol.aid.house.limits import INVITE_S, MAX_INVITE_S, MAX_INVITES, MAX_USES
from protocol.aid.house.member import Member
from protocol.aid.house.rights import Right, Role, Viewer, may, require
from protocol.errors import UserError
from store import Tx, meta
from store.house import decisions, invites


class Made(NamedTuple):
    """A fresh invite. code: shown now, and kept nowhere."""

    code: str
    invite: Invite


class Invites:
    """The invites of one pod."""

    def __init__(self, keeper: Keeper, people: People, log: StewardLog) -> None:
        self._keeper, self._store = keeper, keeper.store
        self._people, self._log = people, log

    def make(
        self,
        viewer: Viewer,
        *,
        uses: int = 1,
        valid_s: int = INVITE_S,
        joins_as: JoinsAs = "member",
    ) -> Made:
        """Make an invite: stewards may, and members if the pod's rules say so.

        Raises UserError (invalid, over_quota, not_allowed).
        """
        require(viewer, self._right())
        if not 1 <= uses <= MAX_USES:
            raise UserError(
                "invalid",
                "An invite is for 1 to {most} people.",
                "Make another for the rest.",
                most=MAX_USES,
            )
        if not 60 <= valid_s <= MAX_INVITE_S:
            raise UserError(
                "invalid", "An invite is good for 14 days at most.", "Make a fresh one then."
            )
        code = make_code(self._keeper.random_bytes(CODE_BYTES))
        running_ms = self._running_ms
        with self._store.atomic(self._keeper.now().wall_ms) as tx:
            invites.forget_used(tx, running_ms)
            self._check_room(tx, running_ms)
            ends_ms = running_ms + valid_s * 1000
            invite = Invite(0, joins_as, viewer.member, tx.now_ms, ends_ms, uses)
            invite = invites.add_invite(tx, code_hash(code), invite)
            self._log.note_in(tx, viewer, "invite_made", note=f"a {joins_as}")
        return Made(code, invite)

    def may_make(self, viewer: Viewer) -> bool:
        """Tell whether viewer may invite: a steward, or a member where the pod lets them."""
        return may(viewer, self._right())

    def _right(self) -> Right:
        lets_members = decisions.rules(self._store.connection).members_invite
        return Right.INVITE_IF_ALLOWED if lets_members else Right.INVITE

    def good(self, viewer: Viewer) -> list[Invite]:
        """Return the invites that are still good, without their codes: a member's own.

        Raises UserError (not_allowed).
        """
        require(viewer, self._right())
        found = invites.invites(self._store.connection, self._running_ms)
        return [it for it in found if may(viewer, Right.INVITE) or viewer.is_self(it.made_by)]

    def take_back(self, viewer: Viewer, number: int) -> None:
        """End an invite now: one's own, or any as a steward. Raises UserError."""
        numbers = {it.number for it in self.good(viewer)}
        with self._store.atomic(self._keeper.now().wall_ms) as tx:
            if number not in numbers or not invites.delete_invite(tx, number):
                raise UserError(
                    "not_found",
                    "There is no invite {number}.",
                    "See: pod invite list",
                    number=str(number),
                )
            self._log.note_in(tx, viewer, "invite_taken_back")

    def look(self, code: str) -> Invite | None:
        """Return the invite that a code stands for, if it is good; changes nothing.

        Raises UserError (invalid) for what cannot be a code.
        """
        return invites.invite(self._store.connection, code_hash(code), self._running_ms)

    def join(self, code: str, name: str, **fields: object) -> Member:
        """Take in somebody who has a code; fields as People.add. Nobody joins as a steward.

        Raises UserError (invalid, invite_unknown, conflict, over_quota).
        """
        hash_ = code_hash(code)
        with self._store.atomic(self._keeper.now().wall_ms) as tx:
            invite = invites.invite(tx.connection, hash_, self._running_ms)
            if invite is None:
                raise UserError(
                    "invite_unknown",
                    "This code is used up, has run out, or was never good.",
                    "Ask a steward of the pod for another.",
                )
            joined = self._people.add_in(tx, {"name": name, **fields}, Role(invite.joins_as))
            invites.use(tx, invite.number)
        return joined

    def running_s_left(self, invite: Invite) -> int:
        """Return for how many seconds of the node's running time an invite is still good."""
        return max(0, invite.expires_running_ms - self._running_ms) // 1000

    def _check_room(self, tx: Tx, running_ms: int) -> None:
        if len(invites.invites(tx.connection, running_ms)) >= MAX_INVITES:
            raise UserError(
                "over_quota",
                "There are {most} invites that nobody has used.",
                "Take some back: pod invite list",
                most=MAX_INVITES,
            )

    @property
    def _running_ms(self) -> int:
        return meta.get(self._store.connection, meta.RUNNING_MS) or 0
