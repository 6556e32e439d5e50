"""An authenticated neighbour that lies, and what it gets by it (R2, R3, R8, R9, R10)."""

import pytest

from protocol.clock import ClockState
from protocol.frames import Certificates, Gone, Ranges, Records, Refused, Want, WantCertificates
from protocol.identity import PodId
from protocol.index import RecordIndex
from protocol.limits import AUTHOR_BURST, REACH_HOPS, SHORT_ID_BYTES
from protocol.reconcile import initiate
from protocol.record import Scope
from protocol.sets import NEAR, NETWORK
from protocol.trust import network_authors
from tests.neighbourhood import House, Neighbourhood
from tests.street.guest import Guest, Keys
from tests.street.house import START_MS

BAD = bytes(64)


@pytest.fixture
def house(street: Neighbourhood) -> House:
    (house,) = street.build("a")
    return house


def in_common(house: House, guest: Guest) -> frozenset[PodId]:
    """Return the network authors of house and guest, as their tables stand."""
    told = house.keeper.directory
    return network_authors(
        house.pod_id, told.told_to[guest.pod_id], guest.pod_id, told.told_by[guest.pod_id]
    )


def short(record_id: bytes) -> bytes:
    return record_id[:SHORT_ID_BYTES]


def test_near_record_of_another_neighbour_is_gone_for_a_third(
    street: Neighbourhood, house: House
) -> None:
    (friend,) = street.build("b")
    street.federate(house, friend)
    friend.write("only for a", scope=Scope.NEAR)
    street.settle()
    assert house.notes() == {"only for a"}
    (record,) = house.records()

    third = Guest(house, "third").meet(calls=True)
    third.open_round()
    said = third.send(Want((short(record.id),)))
    assert said == [Gone((short(record.id),))]
    answer = third.send(Ranges(1, NEAR, initiate(RecordIndex().view())))
    assert record.id not in b"".join(f.message for f in answer if isinstance(f, Ranges))


def test_near_record_of_another_is_refused_and_charged(house: House) -> None:
    author, guest = Keys("author"), Guest(house)
    guest.meet(calls=True, entries=[guest.entry(0), author.entry(1)])
    for number in range(3):
        guest.push(author.record(f"overheard {number}", START_MS, scope=Scope.NEAR))
    assert guest.closed == "bad_signature"
    assert house.notes() == set()


def test_bad_signature_before_the_good_record_does_not_hide_it(house: House) -> None:
    guest, honest = Guest(house, "bad"), Guest(house, "honest")
    author = Keys("author")
    for it in (guest, honest):
        it.meet(calls=True, entries=[it.entry(0), author.entry(1)])
    record = author.record("soup", START_MS)
    for it in (guest, honest):
        it.push(record)  # asks for the certificate
    guest.send(Records(((record.body, BAD),)))
    honest.send(_certificates(author))
    assert house.notes() == {"soup"}
    assert not house.keeper.roster.refused_ids(honest.pod_id)


def test_epoch_told_without_its_certificate_leaves_that_author_out_of_this_pair_alone(
    house: House,
) -> None:
    author = Keys("author")
    liar, honest = Guest(house, "liar"), Guest(house, "honest")
    honest.meet(calls=True, entries=[honest.entry(0), author.entry(1)])
    honest.send(_certificates(author))
    honest.push(author.record("soup", START_MS))
    assert house.notes() == {"soup"}

    told = author.entry(1)._replace(epoch=author.certificate.epoch + 99, tag=b"x" * 16)
    liar.connect(calls=True)
    said = liar.hello(entries=[liar.entry(0), told])
    assert WantCertificates((author.pod_id,)) in said
    assert author.pod_id not in in_common(house, liar)
    assert author.pod_id in in_common(house, honest)
    assert house.notes() == {"soup"}
    assert house.keeper.directory.certificates[author.pod_id] == author.certificate


def test_distance_0_is_believed_of_nobody_but_the_teller(house: House) -> None:
    author, guest = Keys("author"), Guest(house)
    guest.meet(calls=True, entries=[guest.entry(0), author.entry(0)])
    guest.send(_certificates(author))
    guest.push(author.record("from nowhere", START_MS))
    assert house.notes() == set()
    assert house.keeper.directory.distance(author.pod_id) == REACH_HOPS


def test_record_of_an_author_out_of_reach_is_not_taken(house: House) -> None:
    author, guest = Keys("author"), Guest(house)
    guest.meet(calls=True, entries=[guest.entry(0), author.entry(REACH_HOPS)])
    guest.send(_certificates(author))
    guest.push(author.record("too far", START_MS))
    assert house.notes() == set()


def test_superseded_version_is_refused_once_and_remembered(house: House) -> None:
    guest = Guest(house).meet(calls=True)
    newer, older = (
        guest.record("new", START_MS, rid=b"r" * 16),
        guest.record("old", START_MS - 1000, rid=b"r" * 16),
    )
    guest.push(newer)
    assert Refused((older.id,)) in guest.push(older)
    assert older.id in house.keeper.roster.refused_ids(guest.pod_id)
    house.restart()
    assert older.id in house.keeper.roster.refused_ids(guest.pod_id)


def test_stamp_ahead_of_a_synced_clock_is_held_and_shown_when_it_is_due(
    street: Neighbourhood, house: House
) -> None:
    guest = Guest(house).meet(calls=True)
    house.set_clock(None, ClockState.SYNCED)
    guest.push(guest.record("tomorrow", START_MS + 86_400_000))
    assert house.notes() == set()
    guest.house.engine.hang_up(guest.number, house.now())
    street.sleep_days(1)
    street.settle(120)
    assert house.notes() == {"tomorrow"}


def test_flood_of_one_author_is_delayed_and_not_refused(house: House) -> None:
    guest = Guest(house).meet(calls=True)
    flood = [
        guest.record(f"shout {number}", START_MS + number) for number in range(AUTHOR_BURST + 50)
    ]
    guest.push(*flood)
    assert len(house.notes()) == AUTHOR_BURST
    assert guest.closed is None
    assert not house.keeper.roster.refused_ids(guest.pod_id)


def test_ids_asked_for_outside_a_round_are_out_of_turn(house: House) -> None:
    guest = Guest(house).meet(calls=True)
    house.write("soup")
    (record,) = house.records()
    guest.send(Want((short(record.id),)))
    assert guest.closed == "out_of_turn"


def test_range_message_that_is_no_negentropy_ends_the_session_alone(house: House) -> None:
    bad, good = Guest(house, "bad").meet(calls=True), Guest(house, "good").meet(calls=True)
    bad.open_round()
    bad.send(Ranges(1, NETWORK, b"\x61\xff\xff\xff"))
    assert bad.closed == "malformed"
    good.push(good.record("still here", START_MS))
    assert house.notes() == {"still here"}


def _certificates(author: Keys) -> Certificates:
    return Certificates((author.certificate.wire,))
