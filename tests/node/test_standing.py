"""How things stand with a neighbour: each limit and choice, and what goes when it goes."""

import pytest

from node.carrying import Carrying
from node.neighbours import Authors, Neighbours
from node.standing import Standing, leaving_with, standing_of
from protocol.frames import Certificates
from protocol.limits import MAX_TABLE_ENTRIES
from protocol.record import Scope
from protocol.trust import Entry
from store import conduct
from tests.neighbourhood import House, Neighbourhood
from tests.street.guest import Guest, Keys
from tests.street.house import DAY_S, START_MS

FAR = Keys("far")


@pytest.fixture
def house(street: Neighbourhood) -> House:
    (house,) = street.build("a")
    return house


@pytest.fixture
def guest(house: House) -> Guest:
    """A neighbour with a pod behind it, of which it brought a listing."""
    guest = Guest(house)
    guest.meet(calls=True, entries=[guest.entry(0), FAR.entry(1)])
    guest.send(Certificates((FAR.certificate.wire,)))
    guest.push(
        guest.record("for all", START_MS),
        guest.record("for neighbours", START_MS, scope=Scope.NEAR),
        FAR.record("from afar", START_MS),
    )
    assert house.notes() == {"for all", "for neighbours", "from afar"}
    return guest


def stands(house: House, guest: Guest) -> Standing:
    return standing_of(house.keeper, guest.pod_id)


def test_usual_neighbour_brings_something_and_nothing_is_amiss(house: House, guest: Guest) -> None:
    found = stands(house, guest)
    assert (found.authors.used, found.authors.limit) == (2, MAX_TABLE_ENTRIES)
    assert (found.slots, found.held.used, found.refused.used, found.shelf) == (2, 0, 0, 0)
    assert found.brings_bytes == sum(len(r.body) + 64 for r in house.records())
    amiss = (found.is_hidden, found.does_not_carry_us, found.not_carried, found.fault)
    assert not any((*amiss, found.branch_not_carried, found.does_not_carry))


def test_what_people_chose_and_what_the_neighbour_tells(house: House, guest: Guest) -> None:
    authors = Authors(house.keeper)
    authors.hide(guest.pod_id, hidden=True)
    authors.block(FAR.pod_id, blocked=True)
    guest.meet(calls=True, entries=[guest.entry(0), of_us(house), FAR.entry(1, carried=False)])
    found = stands(house, guest)
    assert found.is_hidden
    (blocked,) = found.branch_not_carried
    assert (blocked.pod_id, blocked.not_carried_why) == (FAR.pod_id, "block")
    assert blocked.not_carried_since_ms == house.now().wall_ms
    assert (found.does_not_carry_us, found.does_not_carry) == (True, 1)
    authors.block(guest.pod_id, blocked=True)
    itself = stands(house, guest).not_carried
    assert itself is not None
    assert itself.not_carried_why == "block"


def of_us(house: House) -> Entry:
    """Return what a table says of house, by somebody who does not carry it."""
    entry = house.keeper.directory.own_table.entries[house.pod_id]
    return entry._replace(distance=1, carried=False)


def test_what_did_not_fit_is_laid_to_the_branch_that_brought_it(house: House, guest: Guest) -> None:
    Carrying(house.keeper, budget_bytes=1).turn(house.now())
    (let_go,) = [it for it in Authors(house.keeper).all() if it.pod_id == FAR.pod_id]
    assert (let_go.not_carried_why, let_go.branch) == ("budget", guest.pod_id)
    house.engine.hang_up(guest.number, house.now())
    house.keeper.roster.end_federation(guest.pod_id, house.now())  # nobody tells of it any more
    assert let_go in stands(house, guest).branch_not_carried


def test_what_waits_for_its_time_and_what_stands_under_an_old_key(
    house: House, guest: Guest
) -> None:
    guest.push(guest.record("tomorrow", START_MS + DAY_S * 1000))
    assert stands(house, guest).held.used == 1
    newer = Keys("guest", guest.certificate.epoch + 1)
    house.keeper.learn([newer.certificate], house.now())
    assert (stands(house, guest).slots, stands(house, guest).shelf) == (0, 2)


def test_fault_and_refusals_are_counted(house: House, guest: Guest) -> None:
    rid = b"r" * 16
    guest.push(guest.record("newer", START_MS + 1, rid=rid))
    guest.push(guest.record("older", START_MS, rid=rid))
    assert stands(house, guest).refused.used == 1
    house.engine._conduct.note(guest.pod_id, "malformed", house.now())
    fault = stands(house, guest).fault
    assert fault is not None
    assert (fault.faults, fault.code) == (1, "malformed")
    assert fault.until_ms > house.now().wall_ms
    assert conduct.faults(house.store.connection) == {guest.pod_id: fault}


@pytest.mark.parametrize("purge", [False, True])
def test_end_deletes_what_was_near_and_if_people_want_what_came_no_other_way(
    house: House, guest: Guest, purge: bool
) -> None:
    other = Guest(house, "other")
    both = Keys("known to both")
    other.meet(calls=True, entries=[other.entry(0), both.entry(1)])
    guest.meet(calls=True, entries=[guest.entry(0), FAR.entry(1), both.entry(1)])
    guest.send(Certificates((both.certificate.wire,)))
    guest.push(both.record("known to both", START_MS))
    leaving = leaving_with(house.keeper, guest.pod_id)
    assert (leaving.near, leaving.behind) == (1, 2)
    assert leaving.behind_pods == {guest.pod_id, FAR.pod_id}
    with house.as_command() as keeper:
        assert Neighbours(keeper).remove(guest.pod_id, purge=purge) == leaving
    stays = set() if purge else {"for all", "from afar"}
    assert house.notes() == {"known to both"} | stays
