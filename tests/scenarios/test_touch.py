"""What a pod knows of who is there and who holds what it shared: on the simulator, for people."""

from pathlib import Path

import pytest

from node.aid.touch import OneOf, Touch
from protocol.aid.audience import Audience
from protocol.clock import ClockState
from protocol.frames import Sets
from protocol.limits import ROUND_EVERY_MS, ROUNDS_FOR_WORD
from store.aid import BoardQuery
from tests.aid.listings import soup
from tests.street.people import Home, Street

A_ROUND_S = 1.2 * ROUND_EVERY_MS / 1000


@pytest.fixture
def street(tmp_path: Path) -> Street:
    return Street(tmp_path, seed=5)


def lane(street: Street, names: str) -> list[Home]:
    homes = [home for home in street.build(names) if isinstance(home, Home)]
    street.line(homes)
    street.settle(A_ROUND_S)
    return homes


def post(home: Home, audience: Audience = Audience.NETWORK) -> None:
    with home.people() as pod:
        pod.listings.publish(soup(), audience=audience)


def touch(home: Home) -> Touch:
    with home.people() as pod:
        return pod.touch.now()


def of(home: Home, other: Home) -> OneOf:
    with home.people() as pod:
        [found] = [it for it in pod.neighbours.all() if it.pod_id == other.pod_id]
        return pod.touch.of(found)


@pytest.mark.parametrize("audience", [Audience.NEAR, Audience.NETWORK])
def test_what_was_posted_while_alone_waits_until_a_neighbour_holds_it(
    street: Street, audience: Audience
) -> None:
    a, b = lane(street, "ab")
    assert (touch(a).is_alone, touch(a).changes) == (False, 0)
    street.split(a, b)
    street.run_s(60)
    assert (touch(a).is_alone, touch(a).changes) == (True, 0)
    post(a, audience)
    post(a, audience)
    assert touch(a).changes == 2
    assert of(a, b) == OneOf(is_present=False, changes=2)
    street.heal(a, b)
    street.settle(ROUNDS_FOR_WORD * 60)
    assert (touch(a).is_alone, touch(a).changes) == (False, 0)
    assert of(a, b) == OneOf(is_present=True, changes=0)


def test_what_a_neighbour_was_sent_live_is_known_to_be_there_within_minutes(
    street: Street,
) -> None:
    a, b = lane(street, "ab")
    post(a)
    street.run_s(5)
    assert of(a, b).changes == 1  # pushed; that it came is not known yet
    street.run_s(ROUNDS_FOR_WORD * 60)
    assert of(a, b).changes == 0


def test_round_that_differs_shows_nothing(street: Street) -> None:
    """What it sent may still be lost: only an equal one says that the neighbour holds it."""
    a, b = lane(street, "ab")
    street.split(a, b)
    street.run_s(60)
    post(a)
    street.heal(a, b)
    for _ in range(600):
        street.run_s(0.1)
        if not touch(a).is_alone:
            break
    street.run_s(2)
    assert of(b, a).is_present
    with b.people() as pod:
        assert pod.listings.count(BoardQuery()) == 1
    assert touch(a).changes == 1


def test_what_is_for_this_pod_alone_waits_for_nobody(street: Street) -> None:
    a, b = lane(street, "ab")
    street.split(a, b)
    street.run_s(60)
    post(a, Audience.POD)
    assert touch(a).changes == 0


def test_one_neighbour_that_holds_it_is_enough_and_each_is_known_by_itself(
    street: Street,
) -> None:
    a, b, c = lane(street, "abc")
    street.split(b, c)
    street.run_s(60)
    post(b)
    street.run_s(ROUNDS_FOR_WORD * 60)
    assert touch(b).changes == 0
    assert (of(b, a).changes, of(b, c).changes) == (0, 1)
    assert not touch(b).is_alone


def test_rounds_for_word_are_few(street: Street) -> None:
    """What lies ahead of the pair's clocks is in no round: to ask for more would not help."""
    a, _ = lane(street, "ab")
    a.set_clock(a.now().wall_ms + 1_800_000, ClockState.SYNCED)
    street.settle(A_ROUND_S)
    post(a)
    street.wires.keeps_frames = True
    street.run_s(1200)
    asked = [it for *_, it in street.wires.frames if isinstance(it, Sets)]
    assert ROUNDS_FOR_WORD <= len(asked) <= 4 * ROUNDS_FOR_WORD


def test_pod_without_neighbours_is_not_called_alone(street: Street) -> None:
    [a] = [home for home in street.build("a") if isinstance(home, Home)]
    street.run_s(60)
    assert (touch(a).neighbours, touch(a).is_alone) == (0, False)
