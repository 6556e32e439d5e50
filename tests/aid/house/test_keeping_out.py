"""A steward alone keeps nobody out for good, and removes nobody: that is the pod's to decide."""

import pytest

from protocol.aid.house.limits import SUSPENSION_REST_S, SUSPENSION_S
from protocol.aid.house.rights import MACHINE
from protocol.clock import Now
from protocol.errors import UserError
from tests.aid.house.street import Street

HOUR_S = 3600


def after(street: Street, start: Now, seconds: int) -> None:
    """Let so much time have gone since start."""
    later = start._replace(wall_ms=start.wall_ms + seconds * 1000)
    street.pod.keeper.now = lambda: later  # type: ignore[method-assign]


def test_nobody_is_kept_out_for_longer_by_being_let_in_and_kept_out_again(street: Street) -> None:
    pod, ben, rosa = street.pod, street.ids["Ben"], street.as_("Rosa")
    start = pod.now()
    ends_s = pod.people.suspend(rosa, ben).suspended_until_s
    for hours in (1, 40, 71):
        after(street, start, hours * HOUR_S)
        pod.people.lift_suspension(rosa, ben)
        assert pod.people.suspend(rosa, ben).suspended_until_s == ends_s
    for seconds in (SUSPENSION_S, SUSPENSION_S + HOUR_S, SUSPENSION_REST_S - 1):
        after(street, start, seconds)
        for steward in (rosa, MACHINE):
            with pytest.raises(UserError, match="conflict"):
                pod.people.suspend(steward, ben)
        assert pod.people.viewer(ben).role == "member"


def test_somebody_can_be_kept_out_again_once_people_had_time_to_talk(street: Street) -> None:
    pod, ben = street.pod, street.ids["Ben"]
    start = pod.now()
    ends_s = pod.people.suspend(MACHINE, ben).suspended_until_s
    after(street, start, SUSPENSION_REST_S + 1)
    assert pod.people.suspend(MACHINE, ben).suspended_until_s > ends_s


def test_steward_cannot_say_of_somebody_with_a_phone_that_they_have_left(street: Street) -> None:
    pod, ben = street.pod, street.ids["Ben"]
    pod.devices.sign_in(ben, "phone")
    with pytest.raises(UserError, match="conflict"):
        pod.people.leave(street.as_("Rosa"), ben, withdraw=True)
    assert street.see("Rosa", "Ben").name == "Ben"
    pod.people.leave(street.as_("Ben"), ben, withdraw=True)
    assert pod.people.count() == len(street.ids) - 1


def test_steward_notes_that_somebody_without_a_phone_has_left(street: Street) -> None:
    street.pod.people.leave(street.as_("Rosa"), street.ids["Ben"], withdraw=True)
    assert street.pod.people.count() == len(street.ids) - 1
