"""Joining with a code from a card."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from node.pod import Pod
from protocol.aid.house.invite import ALPHABET, CODE_BYTES, code_hash, make_code
from protocol.aid.house.limits import MAX_INVITE_S, MAX_INVITES, MAX_USES
from protocol.aid.house.rights import MACHINE, STRANGER, Role
from protocol.errors import UserError
from store import meta
from tests.aid.house.street import Street


def run_for(pod: Pod, seconds: int) -> None:
    """Let the node have run for so long in all."""
    with pod.keeper.store.atomic(pod.now().wall_ms) as tx:
        meta.put(tx, meta.RUNNING_MS, seconds * 1000)


def refusal(pod: Pod, code: str, name: str = "Eve") -> str:
    with pytest.raises(UserError) as caught:
        pod.invites.join(code, name)
    return caught.value.code


@given(st.binary(min_size=CODE_BYTES, max_size=CODE_BYTES))
def test_a_code_is_known_again_however_it_is_typed(random: bytes) -> None:
    code = make_code(random)
    assert set(code) <= {*ALPHABET, "-"}
    assert code_hash(code) == code_hash(f" {code.lower().replace('-', ' ')} ")


@pytest.mark.parametrize("said", ["", "ABCD-EFG", "ABCD-EFGHJ", "ABCD-EFGI", "ABCD-EFG1"])
def test_what_cannot_be_a_code_is_said_so(said: str) -> None:
    with pytest.raises(UserError, match="8 letters"):
        code_hash(said)


def test_a_code_takes_in_as_many_as_it_says(pod: Pod) -> None:
    code = pod.invites.make(MACHINE, uses=2).code
    assert pod.invites.join(code, "Ben").role is Role.MEMBER
    assert pod.invites.join(code.lower(), "Ana").name == "Ana"
    assert refusal(pod, code) == "invite_unknown"


def test_looking_at_a_code_uses_nothing_up(pod: Pod) -> None:
    code = pod.invites.make(MACHINE).code
    seen = [pod.invites.look(code) for _ in range(5)]
    assert seen[0] is not None
    assert all(it == seen[0] for it in seen)
    assert pod.invites.join(code, "Ben").name == "Ben"
    assert pod.invites.look(code) is None


def test_a_code_ends_by_the_time_that_the_node_ran(pod: Pod) -> None:
    code = pod.invites.make(MACHINE, valid_s=3600).code
    run_for(pod, 3599)
    assert pod.invites.look(code) is not None
    run_for(pod, 3600)
    assert pod.invites.look(code) is None
    assert refusal(pod, code) == "invite_unknown"


def test_no_code_makes_a_steward(pod: Pod) -> None:
    """Not even the first person of a pod: a code is not the machine."""
    code = pod.invites.make(MACHINE).code
    assert pod.invites.join(code, "Eve", role="steward").role is Role.MEMBER


def test_a_code_can_be_for_a_guest(pod: Pod) -> None:
    code = pod.invites.make(MACHINE, joins_as="guest").code
    assert pod.invites.join(code, "Eve").role is Role.GUEST


def test_a_code_taken_back_is_good_no_more(pod: Pod) -> None:
    made = pod.invites.make(MACHINE)
    pod.invites.take_back(MACHINE, made.invite.number)
    assert refusal(pod, made.code) == "invite_unknown"
    with pytest.raises(UserError, match="not_found"):
        pod.invites.take_back(MACHINE, made.invite.number)


def test_the_code_itself_is_kept_nowhere(pod: Pod) -> None:
    code = pod.invites.make(MACHINE).code
    kept = "\n".join(pod.keeper.store.connection.iterdump())
    assert code not in kept
    assert code.replace("-", "") not in kept
    assert code_hash(code).hex() in kept.lower()


def test_who_could_not_be_taken_in_used_nothing_up(street: Street) -> None:
    code = street.pod.invites.make(MACHINE).code
    assert refusal(street.pod, code, "Ben") == "conflict"
    assert street.pod.invites.join(code, "Ben from No. 4").name == "Ben from No. 4"


@pytest.mark.parametrize(
    ("uses", "valid_s"), [(0, 3600), (MAX_USES + 1, 3600), (1, 59), (1, MAX_INVITE_S + 1)]
)
def test_an_invite_keeps_its_bounds(pod: Pod, uses: int, valid_s: int) -> None:
    with pytest.raises(UserError, match="invalid"):
        pod.invites.make(MACHINE, uses=uses, valid_s=valid_s)
    assert pod.invites.make(MACHINE, uses=MAX_USES, valid_s=MAX_INVITE_S)


def test_invites_have_an_end_and_make_room_when_used(pod: Pod) -> None:
    codes = [pod.invites.make(MACHINE).code for _ in range(MAX_INVITES)]
    with pytest.raises(UserError, match="over_quota"):
        pod.invites.make(MACHINE)
    pod.invites.join(codes[0], "Ben")
    assert pod.invites.make(MACHINE)
    assert len(pod.invites.good(MACHINE)) == MAX_INVITES


def test_only_stewards_invite(street: Street) -> None:
    for viewer in (STRANGER, street.as_("Ben")):
        with pytest.raises(UserError, match="not_allowed"):
            street.pod.invites.make(viewer)
    assert street.pod.invites.make(street.as_("Rosa")).invite.made_by == street.ids["Rosa"]
