"""Who may do what in a pod: one table, for commands and pages alike.

What is not in the table is refused. A role is what somebody is in the pod; a viewer is
somebody who looks at a screen now. `own` things (a profile, a listing, a care note) belong to
the member whose they are, whoever typed them.
"""

from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from protocol.errors import UserError

MemberId = bytes
"""16 random bytes; they stand in no record."""
MEMBER_ID_BYTES: Final = 16


class Role(StrEnum):
    """What somebody is in the pod. A steward looks after the machine and decides nothing."""

    GUEST = "guest"
    MEMBER = "member"
    STEWARD = "steward"


@dataclass(frozen=True, slots=True)
class Viewer:
    """Somebody before a screen. member: None for a stranger, and for whoever is at the machine."""

    role: Role
    member: MemberId | None = None

    def is_self(self, member: MemberId | None) -> bool:
        """Tell whether a thing of this member is the viewer's own."""
        return member is not None and self.member == member


STRANGER: Final = Viewer(Role.GUEST)
"""Anyone on the Wi-Fi who has not joined."""
MACHINE: Final = Viewer(Role.STEWARD)
"""Whoever types commands: a steward, and nobody knows which. So never somebody's own self."""


class Right(StrEnum):
    """One thing that a role may do; the words complete "may not …"."""

    SEE_PUBLIC = "see the pod's public page"
    ASK_TO_JOIN = "ask to join"
    SEE_POD = "see what the pod keeps for its members"
    SEE_LOG = "read the steward log"
    SEE_STEWARD_CONTACTS = "see contacts that are for stewards"
    POST = "post"
    POST_FOR_OTHERS = "post for somebody else"
    EDIT_OTHERS_LISTINGS = "change what somebody else posted"
    EDIT_SELF = "change what is kept about oneself"
    EDIT_OTHERS = "change what is kept about somebody else"
    ADD_MEMBER = "take somebody in"
    SET_ROLE = "make somebody a guest, a member or a steward"
    SUSPEND = "keep somebody out for three days"
    MERGE = "say that two entries are one person"
    REMOVE = "remove somebody"
    INVITE = "invite somebody"
    INVITE_IF_ALLOWED = "invite somebody where the pod lets its members"
    WRITE_CARE_FOR_OTHERS = "write down a care note that somebody dictates"
    PAIR_BUDDIES = "pair buddies"
    EDIT_WAYS = "change the ways in which the pod keeps in touch"
    PROPOSE = "propose"
    TAKE_POSITION = "take a position"
    RECORD_POSITION = "record a position that was taken at a meeting"
    EDIT_AGREEMENTS = "write down what was agreed"
    SET_RULES = "change the pod's rules"
    OPEN_ROLL_CALL = "begin or end a roll call"
    CHECK_IN = "check in"
    CHECK_IN_OTHERS = "check in somebody else"
    COME = "say whether one comes"
    COME_FOR_OTHERS = "say whether somebody else comes"
    WRITE_LETTERS = "write letters to other pods"
    SORT_LETTERS = "say whose a letter is"
    RUN_MACHINE = "look after the machine"
    SPLIT = "split the pod in two"


FOR_STRANGERS: Final = frozenset((Right.SEE_PUBLIC, Right.ASK_TO_JOIN))
"""What takes no name: the other rights of guests are over what is their own."""

_ALL: Final = frozenset(Role)
_MEMBERS: Final = frozenset((Role.MEMBER, Role.STEWARD))
_STEWARDS: Final = frozenset((Role.STEWARD,))

RIGHTS: Final[dict[Right, frozenset[Role]]] = {
    Right.SEE_PUBLIC: _ALL,
    Right.ASK_TO_JOIN: _ALL,
    Right.SEE_POD: _MEMBERS,
    Right.SEE_LOG: _MEMBERS,
    Right.SEE_STEWARD_CONTACTS: _STEWARDS,
    Right.POST: _MEMBERS,
    Right.POST_FOR_OTHERS: _MEMBERS,
    Right.EDIT_OTHERS_LISTINGS: _STEWARDS,
    Right.EDIT_SELF: _ALL,
    Right.EDIT_OTHERS: _STEWARDS,
    Right.ADD_MEMBER: _STEWARDS,
    Right.SET_ROLE: _STEWARDS,
    Right.SUSPEND: _STEWARDS,
    Right.MERGE: _STEWARDS,
    Right.REMOVE: _STEWARDS,
    Right.INVITE: _STEWARDS,
    Right.INVITE_IF_ALLOWED: _MEMBERS,
    Right.WRITE_CARE_FOR_OTHERS: _STEWARDS,
    Right.PAIR_BUDDIES: _MEMBERS,
    Right.EDIT_WAYS: _MEMBERS,
    Right.PROPOSE: _MEMBERS,
    Right.TAKE_POSITION: _MEMBERS,
    Right.RECORD_POSITION: _STEWARDS,
    Right.EDIT_AGREEMENTS: _MEMBERS,
    Right.SET_RULES: _STEWARDS,
    # Anyone in the pod can ask whether all are well: an emergency waits for no steward.
    Right.OPEN_ROLL_CALL: _MEMBERS,
    Right.CHECK_IN: _MEMBERS,
    Right.CHECK_IN_OTHERS: _MEMBERS,
    Right.COME: _MEMBERS,
    Right.COME_FOR_OTHERS: _MEMBERS,
    Right.WRITE_LETTERS: _MEMBERS,
    Right.SORT_LETTERS: _STEWARDS,
    Right.RUN_MACHINE: _STEWARDS,
    Right.SPLIT: _STEWARDS,
}


def may(viewer: Viewer, right: Right) -> bool:
    """Tell whether viewer has a right. A right that the table lacks is nobody's."""
    return viewer.role in RIGHTS.get(right, frozenset())


def require(viewer: Viewer, right: Right) -> None:
    """Raise UserError (not_allowed) unless viewer has a right."""
    if not may(viewer, right):
        raise UserError(
            "not_allowed",
            "A {role} may not {right}.",
            "Ask a steward of this pod.",
            role=viewer.role,
            right=right,
        )


def require_own(viewer: Viewer, member: MemberId | None, own: Right, others: Right) -> None:
    """Raise UserError unless viewer may touch a thing of member: their own, or another's."""
    require(viewer, own if viewer.is_self(member) else others)
