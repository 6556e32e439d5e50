"""Neighbours that break the protocol wait, ever longer; others do not notice (§7.6)."""

import pytest

from node.conduct import wait_ms
from protocol.handshake import Refused
from protocol.limits import (
    FAULT_WAIT_MS,
    GOOD_CONDUCT_MS,
    LONGEST_FAULT_WAIT_MS,
    SILENCE_MS,
    STRIKES,
)
from protocol.record import Scope
from store import conduct
from tests.neighbourhood import House, Neighbourhood
from tests.street.guest import Guest, Keys
from tests.street.house import START_MS

MINUTE_S = FAULT_WAIT_MS // 1000


def misbehave(guest: Guest) -> None:
    """Send what no honest neighbour sends, until the session is ended."""
    other = Keys("other")
    for number in range(STRIKES):
        guest.push(other.record(f"overheard {number}", START_MS, scope=Scope.NEAR))
    assert guest.closed == "bad_signature"


def knock(guest: Guest) -> int | Refused:
    house = guest.house
    return house.engine.greet(guest.certificate, guest.run_id, we_called=False, now=house.now())


def faults(house: House, guest: Guest) -> int:
    found = conduct.faults(house.store.connection).get(guest.pod_id)
    return 0 if found is None else found.faults


@pytest.mark.parametrize("faults", [1, 2, 3, 7, 8, 100, 10**9])
def test_waits_grow_fourfold_up_to_a_day(faults: int) -> None:
    assert wait_ms(faults) == min(FAULT_WAIT_MS * 4 ** min(faults - 1, 20), LONGEST_FAULT_WAIT_MS)


def test_neighbour_that_broke_the_protocol_is_neither_answered_nor_called_for_a_while(
    street: Neighbourhood,
) -> None:
    (house,) = street.build("a")
    bad, good = Guest(house, "bad").meet(calls=True), Guest(house, "good").meet(calls=True)
    misbehave(bad)
    assert knock(bad) == Refused("backing_off")
    assert bad.pod_id not in {dial.pod_id for dial in house.engine.to_dial()}
    good.push(good.record("still here", START_MS))
    assert house.notes() == {"still here"}
    street.run_s(MINUTE_S + 1)
    assert bad.pod_id in {dial.pod_id for dial in house.engine.to_dial()}
    bad.meet(calls=True)
    misbehave(bad)
    street.run_s(2 * MINUTE_S)
    assert knock(bad) == Refused("backing_off")
    street.run_s(2 * MINUTE_S + 1)
    assert isinstance(knock(bad), int)


def test_start_of_the_node_begins_the_wait_anew_and_forgets_no_fault(
    street: Neighbourhood,
) -> None:
    (house,) = street.build("a")
    guest = Guest(house).meet(calls=True)
    misbehave(guest)
    street.run_s(MINUTE_S - 5)
    house.restart()
    street.run_s(10)
    assert knock(guest) == Refused("backing_off")
    street.run_s(MINUTE_S)
    guest.meet(calls=True)
    misbehave(guest)
    assert faults(house, guest) == 2


def test_hour_without_a_fault_ends_it(street: Neighbourhood) -> None:
    a, b = street.build("ab")
    street.federate(a, b)
    street.settle()
    a.engine._conduct.note(b.pod_id, "malformed", a.now())
    street.run_s(GOOD_CONDUCT_MS // 1000 + 120)
    assert not conduct.faults(a.store.connection)


def test_people_can_forgive(street: Neighbourhood) -> None:
    (house,) = street.build("a")
    guest = Guest(house).meet(calls=True)
    misbehave(guest)
    with house.as_command() as keeper, keeper.store.atomic(house.now().wall_ms) as tx:
        conduct.forget_faults(tx, guest.pod_id)
    assert isinstance(knock(guest), int)


def test_cut_line_is_nobodys_fault(street: Neighbourhood) -> None:
    (house,) = street.build("a")
    guest = Guest(house).meet(calls=True)
    street.run_s(3 * SILENCE_MS / 1000)
    assert guest.closed == "silent"
    assert faults(house, guest) == 0


def test_end_of_a_federation_ends_its_faults(street: Neighbourhood) -> None:
    (house,) = street.build("a")
    guest = Guest(house).meet(calls=True)
    misbehave(guest)
    house.keeper.roster.remove_neighbour(guest.pod_id, house.now())
    assert faults(house, guest) == 0
    house.engine._conduct.note(guest.pod_id, "malformed", house.now())
    assert faults(house, guest) == 0
