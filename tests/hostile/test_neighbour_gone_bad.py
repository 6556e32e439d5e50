"""An authenticated neighbour that lies, and what it gets by it (R2, R3, R8, R9, R10)."""

import pytest

from protocol.clock import ClockState
from protocol.frames import Certificates, Gone, Ranges, Records, Refused, Want
from protocol.identity import PodId
from protocol.index import RecordIndex
from protocol.limits import SHORT_ID_BYTES
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


def test_range_message_that_is_no_negentropy_ends_the_session_alone(house: House) -> None:
    bad, good = Guest(house, "bad").meet(calls=True), Guest(house, "good").meet(calls=True)
    bad.open_round()
    bad.send(Ranges(1, NETWORK, b"\x61\xff\xff\xff"))
    assert bad.closed == "malformed"
    good.push(good.record("still here", START_MS))
    assert house.notes() == {"still here"}


def _certificates(author: Keys) -> Certificates:
    return Certificates((author.certificate.wire,))
