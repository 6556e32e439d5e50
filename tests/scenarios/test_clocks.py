"""Wrong clocks of every kind on both sides: nothing is lost, and all agree once they are right."""

from itertools import product

import pytest

from protocol.clock import ClockState
from protocol.record import Scope
from tests.neighbourhood import DAY_S, Neighbourhood
from tests.street.house import START_MS, rid_of

DAY_MS = DAY_S * 1000
YEAR_2099_MS = 4_080_000_000_000
SHOWN = {
    "1970": 0,
    "three days slow": START_MS - 3 * DAY_MS,
    "forty days fast": START_MS + 40 * DAY_MS,
    "2099": YEAR_2099_MS,
}
CLOCKS = [
    pytest.param(shown, state, id=f"{name} {state}")
    for (name, shown), state in product(SHOWN.items(), ClockState)
]


@pytest.mark.parametrize(("shown_a", "state_a"), CLOCKS)
@pytest.mark.parametrize(("shown_b", "state_b"), CLOCKS)
def test_once_the_clocks_are_right_all_agree_and_nothing_was_lost(
    street: Neighbourhood,
    shown_a: int,
    state_a: ClockState,
    shown_b: int,
    state_b: ClockState,
) -> None:
    a, b, c = street.build("abc")
    street.line([a, b, c])
    for house in (a, b):
        house.write("stays")
        house.write("first", rid=rid_of("edited"))
        house.write("an offer", rid=rid_of("withdrawn"))
    street.settle(60)

    a.set_clock(shown_a, state_a)
    b.set_clock(shown_b, state_b)
    for house in (a, b):
        house.write(f"edited by {house.name}", rid=rid_of("edited"))
        house.withdraw(rid_of("withdrawn"))
        house.write(f"new at {house.name}")
        house.write(f"near {house.name}", scope=Scope.NEAR)
    street.settle(60)
    assert {"edited by a", "new at a", "near a", "stays"} <= a.notes()

    for house in (a, b):
        house.set_clock(None, ClockState.SYNCED)
    street.settle(150)
    for house in (a, b, c):
        assert {"edited by a", "new at a", "edited by b", "new at b"} <= house.notes()
        assert not {"first", "an offer"} & house.notes()
    street.assert_all_is_well()


def test_clock_that_is_believed_in_2099_ends_nothing_of_a_neighbour_that_is_away(
    street: Neighbourhood,
) -> None:
    """Not what it told, not what came through it: people may need days to see the wrong date."""
    a, b, c = street.build("abc")
    street.line([a, b, c])
    c.write("from the far end")
    street.settle(60)
    b.stop()
    a.set_clock(YEAR_2099_MS, ClockState.SYNCED)
    street.settle(300)
    a.set_clock(None, ClockState.SYNCED)
    street.settle(150)
    assert a.keeper.directory.distance(c.pod_id) == 2
    assert a.notes() == {"from the far end"}


def test_edit_under_a_slow_clock_survives_a_new_key_made_before_it_is_right(
    street: Neighbourhood,
) -> None:
    """A neighbour's shelf brings home what was held back: a later stamp, and earlier words."""
    a, b = street.build("ab")
    street.federate(a, b)
    rid = a.write("first words")
    street.settle(60)
    a.set_clock(START_MS - 30 * DAY_MS, ClockState.SYNCED)
    street.settle(60)
    a.write("last words", rid=rid)
    a.rotate()
    street.settle(60)
    a.set_clock(None, ClockState.SYNCED)
    street.settle(900)
    assert a.notes() == b.notes() == {"last words"}
    street.assert_all_is_well()
