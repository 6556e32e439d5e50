"""Connections come about twice, break in silence, and come back (R12)."""

import pytest

from protocol.frames import Hello, Sets
from tests.neighbourhood import Neighbourhood
from tests.street.truth import assert_nobody_is_charged


@pytest.mark.parametrize("seed", range(8))
def test_when_both_sides_dial_at_once_one_connection_stays(
    street: Neighbourhood, seed: int
) -> None:
    street.random.seed(seed)
    a, b = street.build("ab")
    street.federate(a, b, delay_ms=50)
    street.run_s(5)
    assert len(street.wires.open) == 1
    assert len([*a.engine.lives]) == len([*b.engine.lives]) == 1
    a.write("soup")
    street.run_s(1)
    assert b.notes() == {"soup"}
    street.run_s(600)
    assert sum(isinstance(frame, Hello) for *_, frame in street.wires.frames) <= 6
    assert a.notices() == b.notices() == set()
    street.assert_all_is_well()


def test_cable_that_is_pulled_is_noticed_by_the_heartbeat_and_dialled_again(
    street: Neighbourhood,
) -> None:
    a, b = street.build("ab")
    street.federate(a, b)
    street.settle()
    street.split(a, b)
    street.run_s(25)
    assert not [*a.engine.lives, *b.engine.lives]
    a.write("soup")
    street.heal(a, b)
    street.run_s(10)
    assert b.notes() == {"soup"}
    street.assert_all_is_well()


def test_power_cut_loses_nothing_that_was_acknowledged(street: Neighbourhood) -> None:
    a, b = street.build("ab")
    street.federate(a, b)
    street.settle()
    for number in range(20):
        a.write(f"note {number}")
        if number % 3 == 0:
            a.restart()
        if number % 5 == 0:
            b.restart()
        street.run_s(street.chance())
    street.settle()
    assert a.notes() == b.notes() == {f"note {number}" for number in range(20)}
    street.assert_all_is_well()


def test_only_the_caller_opens_rounds(street: Neighbourhood) -> None:
    houses = street.build("abcd")
    street.line(houses)
    for house in houses:
        house.write(house.name)
    street.run_s(1500)
    callers = {
        frozenset((sender, receiver)): sender
        for _, sender, receiver, frame in street.wires.frames
        if isinstance(frame, Sets)
    }
    for _, sender, receiver, frame in street.wires.frames:
        if isinstance(frame, Sets):
            assert callers[frozenset((sender, receiver))] is sender
    assert len(callers) == 3


def test_neighbours_that_agree_say_little(street: Neighbourhood) -> None:
    """Ten minutes of agreement: heartbeats, and a round of two small frames."""
    a, b = street.build("ab")
    street.federate(a, b)
    a.write("soup")
    street.settle()
    assert street.busy_frames(700) == []


def test_what_a_neighbour_sends_again_never_comes_before_its_hello(street: Neighbourhood) -> None:
    """Channels close and open while old frames still come again: that is nobody's fault."""
    a, b = street.build("ab")
    street.federate(a, b, delay_ms=300, replay_chance=1.0)
    street.settle()
    for number in range(30):
        a.write(f"note {number}")
        street.run_s(0.1)
    for _ in range(40):
        street.run_s(1)
        street.part(a)
        street.run_s(2)
        assert_nobody_is_charged(street)
