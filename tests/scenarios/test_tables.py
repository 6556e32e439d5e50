"""Tables change while rounds go on, lie, or fall silent: what a pair shares follows from both."""

import pytest

from protocol.frames import (
    Certificates,
    Frame,
    Ranges,
    Records,
    RoundDone,
    Sets,
    SetsReply,
    WantCertificates,
)
from protocol.limits import REACH_HOPS
from protocol.record import Scope
from protocol.trust import Entry, Table
from store import peers
from tests.neighbourhood import House, Neighbourhood
from tests.street.guest import Guest, Keys
from tests.street.house import START_MS, draft, rid_of
from tests.street.truth import hops

# --- How far records go ---


def test_network_records_go_six_hops_and_near_ones_one(street: Neighbourhood) -> None:
    houses = street.build([f"h{number}" for number in range(9)])
    street.line(houses)
    houses[0].write("far")
    houses[0].write("near", scope=Scope.NEAR)
    street.settle()
    has_far = ["far" in house.notes() for house in houses]
    has_near = ["near" in house.notes() for house in houses]
    assert has_far == [True] * (REACH_HOPS + 1) + [False] * 2
    assert has_near == [True, True] + [False] * 7
    street.assert_all_is_well()


def test_distance_is_the_shortest_over_all_federations(street: Neighbourhood) -> None:
    houses = street.build("abcdefgh")
    street.line(houses)
    street.federate(houses[7], houses[0])
    for house in houses:
        house.write(f"of {house.name}")
    street.settle()
    for house in houses:
        for other, distance in hops(street, house).items():
            assert house.keeper.directory.distance(other.pod_id) == distance
    street.assert_all_is_well()


def test_distances_do_not_depend_on_who_is_switched_on(street: Neighbourhood) -> None:
    a, b, c = street.build("abc")
    street.line([a, b, c])
    a.write("soup")
    street.settle()
    a.stop()
    c.restart()
    b.restart()
    street.settle()
    assert c.keeper.directory.distance(a.pod_id) == 2
    c.write("bread")
    street.settle()
    assert b.notes() == c.notes() == {"soup", "bread"}
    assert street.bodies_sent_in_rounds(3) == 0


# --- A table changes in the middle of a round ---


@pytest.mark.parametrize("moment", [Sets, SetsReply, Ranges, Records, RoundDone])
def test_table_that_changes_in_the_middle_of_each_round_costs_no_agreement(
    street: Neighbourhood, moment: type[Frame]
) -> None:
    """a stops and goes on carrying the pods behind it whenever such a frame passes."""
    a, b, c, d = street.build("abcd")
    street.line([a, b])
    street.line([c, a, d])
    for house in (c, d):
        house.sign([draft(f"{house.name} {n}", rid_of(f"{house.name} {n}")) for n in range(60)])
    changes = 0

    def change(_: House, receiver: House, frame: Frame) -> None:
        nonlocal changes
        if receiver in (a, b) and isinstance(frame, moment) and changes < 30:
            changes += 1
            author = (c, d)[changes % 2].pod_id
            carried = author in a.keeper.directory.not_carried
            with a.store.atomic(a.now().wall_ms) as tx:
                peers.set_carried(tx, author, carried=carried)
            a.keeper.roster.load_authors()
            a.engine.neighbours_changed(a.now())

    street.watch = change
    a.write("of a")
    b.write("of b")
    street.settle(300)
    assert changes
    street.watch = None
    for house in (c, d):
        with a.store.atomic(a.now().wall_ms) as tx:
            peers.set_carried(tx, house.pod_id, carried=True)
    a.keeper.roster.load_authors()
    a.engine.neighbours_changed(a.now())
    street.settle(700)
    assert b.notes() == a.notes() == c.notes() | d.notes() | {"of a", "of b"}
    street.assert_all_is_well()


def test_new_authors_record_is_preceded_by_table_and_certificate(street: Neighbourhood) -> None:
    """At d, to whom nobody has told of a so far."""
    a, b, c, d = houses = street.build("abcd")
    street.line(houses)
    street.settle()
    assert a.pod_id not in d.keeper.directory.told_by[c.pod_id].entries
    seen = len(street.wires.frames)
    a.write("soup")
    street.run_s(1)
    to_d = [f for _, _, receiver, f in street.wires.frames[seen:] if receiver is d]
    kinds = [type(frame).__name__ for frame in to_d]
    assert kinds.index("TableFrame") < kinds.index("Certificates") < kinds.index("Records")
    assert b.notes() == d.notes() == {"soup"}


# --- Not carried ---


def test_what_one_side_does_not_carry_is_in_no_set_of_the_pair(street: Neighbourhood) -> None:
    a, b, c = street.build("abc")
    street.line([a, b, c])
    with b.store.atomic(b.now().wall_ms) as tx:
        peers.set_carried(tx, a.pod_id, carried=False, why="block")
    b.keeper.roster.load_authors()
    b.engine.neighbours_changed(b.now())
    a.write("soup")
    a.write("near", scope=Scope.NEAR)
    c.write("bread")
    street.settle()
    assert b.notes() == c.notes() == {"bread"}
    assert a.notes() == {"soup", "near", "bread"}
    street.assert_agreement()
    assert street.bodies_sent_in_rounds(5) == 0


def test_neighbour_that_is_not_carried_cannot_push_its_own(street: Neighbourhood) -> None:
    (house,) = street.build("a")
    guest = Guest(house).meet(calls=True)
    with house.store.atomic(house.now().wall_ms) as tx:
        peers.set_carried(tx, guest.pod_id, carried=False, why="block")
    house.keeper.roster.load_authors()
    house.engine.neighbours_changed(house.now())
    guest.push(guest.record("shout", START_MS))
    guest.push(guest.record("near shout", START_MS, scope=Scope.NEAR))
    assert house.notes() == set()


# --- Tables that lie ---


def test_greater_epoch_told_without_a_certificate_leaves_the_author_out_of_this_pair_only(
    street: Neighbourhood,
) -> None:
    a, b, house = street.build(["a", "b", "house"])
    street.line([a, house, b])
    a.write("soup")
    street.settle()
    guest = Guest(house)
    false = Entry(a.pod_id, 99_000_000_000, b"\x99" * 16, 1, True)
    said = []
    guest.connect(calls=True)
    said += guest.hello(entries=[guest.entry(0), false])
    assert WantCertificates((a.pod_id,)) in said
    assert a.pod_id not in guest.live.session._telling.network_authors
    a.write("more soup")
    street.run_s(5)
    assert b.notes() == house.notes() == {"soup", "more soup"}
    assert not any(isinstance(frame, Records) for frame in guest.heard)
    street.assert_agreement()


def test_certificate_that_does_not_keep_a_tables_word_ends_the_session(
    street: Neighbourhood,
) -> None:
    (house,) = street.build("a")
    guest = Guest(house).meet(calls=True)
    guest.send(Certificates((guest.certificate.wire[:-1] + b"\x00",)))
    assert guest.closed == "bad_signature"


def test_distance_0_told_for_another_counts_as_out_of_reach(street: Neighbourhood) -> None:
    (house,) = street.build("a")
    guest, author = Guest(house), Keys("author")
    guest.meet(calls=True, entries=[guest.entry(0), author.entry(0)])
    guest.send(Certificates((author.certificate.wire,)))
    guest.push(author.record("I am here", START_MS))
    assert house.notes() == set()
    assert house.keeper.directory.distance(author.pod_id) == REACH_HOPS
    guest.tell(Table([guest.entry(0), author.entry(1)]))
    guest.push(author.record("I am there", START_MS))
    assert house.notes() == {"I am there"}


def test_what_a_neighbour_tells_of_us_changes_nothing(street: Neighbourhood) -> None:
    (house,) = street.build("a")
    house.write("soup")
    guest = Guest(house)
    us = house.certificate
    told = [guest.entry(0), Entry(house.pod_id, us.epoch, us.tag16, 3, True)]
    guest.meet(calls=True, entries=told)
    assert house.keeper.directory.distance(house.pod_id) == 0
    assert house.keeper.directory.own_table.entries[house.pod_id].distance == 0


@pytest.mark.parametrize("distance", [REACH_HOPS - 1, REACH_HOPS])
def test_author_at_the_rim_is_taken_and_one_beyond_it_is_not(
    street: Neighbourhood, distance: int
) -> None:
    (house,) = street.build("a")
    guest, author = Guest(house), Keys("author")
    guest.meet(calls=True, entries=[guest.entry(0), author.entry(distance)])
    guest.send(Certificates((author.certificate.wire,)))
    guest.push(author.record("far away", START_MS))
    assert house.notes() == ({"far away"} if distance < REACH_HOPS else set())
