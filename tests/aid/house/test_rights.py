"""One table says who may do what; what it does not say is refused."""

import pytest

from protocol.aid.house import rights
from protocol.aid.house.rights import (
    MACHINE,
    RIGHTS,
    STRANGER,
    Right,
    Role,
    Viewer,
    may,
    require,
    require_own,
)
from protocol.errors import UserError

GUESTS = {Right.SEE_PUBLIC, Right.ASK_TO_JOIN, Right.EDIT_SELF}
MEMBERS = GUESTS | {
    Right.SEE_POD,
    Right.SEE_LOG,
    Right.POST,
    Right.POST_FOR_OTHERS,
    Right.INVITE_IF_ALLOWED,
    Right.PAIR_BUDDIES,
    Right.EDIT_WAYS,
    Right.PROPOSE,
    Right.TAKE_POSITION,
    Right.EDIT_AGREEMENTS,
    Right.OPEN_ROLL_CALL,
    Right.CHECK_IN,
    Right.CHECK_IN_OTHERS,
    Right.COME,
    Right.COME_FOR_OTHERS,
    Right.WRITE_LETTERS,
}
"""Said once more, by hand: a right that slips to a role it was not meant for fails here."""


def test_each_role_has_the_rights_that_are_listed_here_and_no_others() -> None:
    allowed = {role: {right for right in Right if may(Viewer(role), right)} for role in Role}
    assert allowed == {Role.GUEST: GUESTS, Role.MEMBER: MEMBERS, Role.STEWARD: set(Right)}


def test_what_the_table_lacks_is_nobodys(monkeypatch: pytest.MonkeyPatch) -> None:
    without = {right: roles for right, roles in RIGHTS.items() if right is not Right.SPLIT}
    monkeypatch.setattr(rights, "RIGHTS", without)
    assert not may(MACHINE, Right.SPLIT)


def test_a_refusal_says_what_and_whom_to_ask() -> None:
    with pytest.raises(UserError) as caught:
        require(STRANGER, Right.POST)
    assert caught.value.code == "not_allowed"
    assert caught.value.sentence == "A guest may not post."


def test_own_things_need_another_right_than_those_of_others() -> None:
    me = Viewer(Role.MEMBER, b"\x01" * 16)
    require_own(me, b"\x01" * 16, Right.EDIT_SELF, Right.EDIT_OTHERS)
    for whose in (b"\x02" * 16, None):
        with pytest.raises(UserError, match="not_allowed"):
            require_own(me, whose, Right.EDIT_SELF, Right.EDIT_OTHERS)


def test_whoever_is_at_the_machine_is_nobodys_self() -> None:
    assert not MACHINE.is_self(None)
    assert not MACHINE.is_self(b"\x01" * 16)
