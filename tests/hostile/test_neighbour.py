"""A federated neighbour that breaks the rules: it is refused, bounded, and harms nobody else."""

import pytest

from node.engine import Refused as NotGreeted
from protocol.clock import ClockState
from protocol.frames import (
    SETS,
    Bye,
    Certificates,
    Gone,
    Hello,
    Ping,
    Pong,
    Ranges,
    Records,
    Refused,
    RoundDone,
    RoundWanted,
    Sets,
    SetsReply,
    TableFrame,
    Want,
)
from protocol.limits import (
    IDS_PER_FRAME,
    NEEDS_PER_ROUND,
    RANGES_PER_ROUND,
    REFUSED_PER_NEIGHBOUR,
    ROUNDS_IN_A_ROW,
    SHORT_ID_BYTES,
    STRIKES,
    WAITING_RECORDS,
)
from protocol.record import Record, Scope
from protocol.trust import Table
from store import peers
from tests.neighbourhood import House, Neighbourhood
from tests.street.guest import Guest, Keys
from tests.street.house import START_MS, rid_of

A_ROUND = 1


def house_of(street: Neighbourhood) -> House:
    (house,) = street.build(["house"])
    return house


def short(record: Record) -> bytes:
    return record.id[:SHORT_ID_BYTES]


# --- What may be asked for (R9) ---


def test_what_is_not_in_the_sets_of_this_round_is_gone_known_or_not(
    street: Neighbourhood,
) -> None:
    house = house_of(street)
    house.write("near", scope=Scope.NEAR)
    (near,) = house.records()
    guest = Guest(house)
    guest.connect(calls=True)
    guest.hello(near=False)
    guest.open_round()
    unknown = b"\x07" * SHORT_ID_BYTES
    assert guest.send(Want((short(near), unknown))) == [Gone((short(near), unknown))]


def test_shelf_of_another_is_gone(street: Neighbourhood) -> None:
    house = house_of(street)
    friend = Guest(house, "friend").meet(calls=True)
    old = friend.record("old", START_MS)
    friend.push(old)
    newer = Keys("friend", friend.certificate.epoch + 1)
    friend.send(Certificates((newer.certificate.wire,)))
    assert house.notes() == set()
    guest = Guest(house).meet(calls=True)
    guest.open_round()
    assert guest.send(Want((short(old),))) == [Gone((short(old),))]


def test_record_asked_for_before_any_round_is_out_of_turn(street: Neighbourhood) -> None:
    house = house_of(street)
    house.write("soup")
    guest = Guest(house).meet(calls=True)
    guest.send(Want((short(house.records()[0]),)))
    assert guest.closed == "out_of_turn"


# --- What may be sent (R9, R10) ---


def test_bad_copy_of_a_record_does_not_keep_the_good_one_out(street: Neighbourhood) -> None:
    house = house_of(street)
    good = Guest(house, "good").meet(calls=True)
    record = good.record("soup", START_MS)
    bad = Guest(house, "bad")
    bad.meet(calls=True, entries=[bad.entry(0), good.entry(1)])
    forged = record._replace(signature=bytes(32) + record.signature[32:])
    assert forged.id == record.id
    bad.push(forged)
    assert house.notes() == set()
    assert bad.closed is None
    good.push(record)
    assert house.notes() == {"soup"}


def test_bad_copy_that_was_asked_for_is_asked_of_another(street: Neighbourhood) -> None:
    """The round with the liar waits; what it was asked for is free again after 30 s."""
    house = house_of(street)
    author = Keys("author")
    record = author.record("soup", START_MS)
    liar = Guest(house, "liar")
    liar.meet(calls=False, entries=[liar.entry(0), author.entry(1)])
    liar.send(Certificates((author.certificate.wire,)))
    offer(liar, [record])
    assert wanted(liar) == [short(record)]
    liar.push(record._replace(signature=bytes(64)))
    honest = Guest(house, "honest")
    honest.meet(calls=False, entries=[honest.entry(0), author.entry(1)])
    offer(honest, [record])
    assert wanted(honest) == []
    for _ in range(7):
        liar.wait_s(9)
        liar.send(Pong(0, None))
        honest.send(Pong(0, None))
    offer(honest, [record])
    assert wanted(honest) == [short(record)]
    honest.push(record)
    assert house.notes() == {"soup"}


def offer(guest: Guest, records: list[Record]) -> None:
    """Answer the round that the house has opened: the network set here is records."""
    sets = next(frame for frame in reversed(guest.heard) if isinstance(frame, Sets))
    guest.answer_round(sets, [True, True, True, False])
    message = b"\x61\x00\x00\x02" + bytes([len(records)]) + b"".join(r.id for r in records)
    guest.send(Ranges(sets.round, SETS - 1, message))


def wanted(guest: Guest) -> list[bytes]:
    """Return the short ids asked for since the last round was opened."""
    last = max(n for n, frame in enumerate(guest.heard) if isinstance(frame, Sets))
    return [i for frame in guest.heard[last:] if isinstance(frame, Want) for i in frame.short_ids]


def test_near_record_is_taken_from_its_author_alone(street: Neighbourhood) -> None:
    house = house_of(street)
    friend = Guest(house, "friend").meet(calls=True)
    guest = Guest(house).meet(calls=True)
    near = friend.record("for neighbours", START_MS, scope=Scope.NEAR)
    guest.push(near)
    assert house.notes() == set()
    assert guest.live.strikes == 1
    friend.push(near)
    assert house.notes() == {"for neighbours"}


def test_near_record_is_not_taken_before_both_let_it_pass(street: Neighbourhood) -> None:
    house = house_of(street)
    guest = Guest(house)
    guest.connect(calls=True)
    guest.hello(near=False)
    guest.push(guest.record("for neighbours", START_MS, scope=Scope.NEAR))
    assert house.notes() == set()


def test_third_frame_that_no_honest_neighbour_sends_ends_the_session(
    street: Neighbourhood,
) -> None:
    house = house_of(street)
    guest = Guest(house).meet(calls=True)
    record = guest.record("soup", START_MS)
    forged = Records(((record.body, bytes(64)),) * 5)
    for _ in range(STRIKES - 1):
        guest.send(forged)
        assert guest.closed is None
    guest.send(forged)
    assert guest.closed == "bad_signature"
    assert guest.reasons() == ["bad_signature"]


def test_author_out_of_the_pairs_line_is_dropped_without_a_charge(street: Neighbourhood) -> None:
    house = house_of(street)
    guest, stranger = Guest(house).meet(calls=True), Keys("stranger")
    for number in range(10):
        guest.push(stranger.record(f"noise {number}", START_MS))
    assert guest.closed is None
    assert house.records() == []


def test_records_that_wait_for_a_certificate_are_bounded(street: Neighbourhood) -> None:
    house = house_of(street)
    guest, author = Guest(house), Keys("author")
    guest.meet(calls=True, entries=[guest.entry(0), author.entry(1)])
    many = [author.record(f"note {n}", START_MS) for n in range(WAITING_RECORDS + 50)]
    guest.push(*many)
    guest.send(Certificates((author.certificate.wire,)))
    assert len(house.notes()) == WAITING_RECORDS


def test_record_of_a_later_version_is_no_offence(street: Neighbourhood) -> None:
    house = house_of(street)
    guest = Guest(house).meet(calls=True)
    body = b"\x99\x02" + guest.record("soup", START_MS).body[2:]
    for _ in range(STRIKES + 1):
        guest.send(Records(((body, bytes(64)),)))
    assert guest.closed is None


# --- Turns ---


def test_answerer_that_opens_rounds_is_sent_away(street: Neighbourhood) -> None:
    house = house_of(street)
    guest = Guest(house).meet(calls=False)
    guest.open_round()
    assert guest.closed == "out_of_turn"


def test_answerer_that_asks_for_bodies_is_sent_away(street: Neighbourhood) -> None:
    house = house_of(street)
    guest = Guest(house).meet(calls=False)
    guest.send(Want((bytes(SHORT_ID_BYTES),)))
    assert guest.closed == "out_of_turn"


@pytest.mark.parametrize("reply", [0, 2, 1 << 50])
def test_reply_to_another_round_ends_the_session(street: Neighbourhood, reply: int) -> None:
    house = house_of(street)
    guest = Guest(house).meet(calls=False)
    guest.send(SetsReply(reply, 0, 0, None, (True,) * SETS))
    assert guest.closed == "out_of_turn"


def test_round_that_was_already_is_out_of_turn(street: Neighbourhood) -> None:
    house = house_of(street)
    guest = Guest(house).meet(calls=True)
    guest.open_round(5)
    guest.send(RoundDone(5))
    assert guest.closed is None
    guest.open_round(5)
    assert guest.closed == "out_of_turn"


LATE = (Ping(0, None), RoundDone(1), Hello(1, True, 0, None, bytes(32), bytes(32)))


@pytest.mark.parametrize("frame", LATE)
def test_nothing_is_taken_after_the_farewell(street: Neighbourhood, frame: Ping) -> None:
    house = house_of(street)
    guest = Guest(house).meet(calls=True)
    guest.send(Bye("stopping", None))
    before = len(guest.heard)
    guest.send(frame)
    street.run_s(60)
    assert len(guest.heard) == before
    assert guest.closed == "stopping"


# --- Tables, hellos and certificates ---


def test_table_that_its_hash_does_not_name_ends_the_session(street: Neighbourhood) -> None:
    house = house_of(street)
    guest = Guest(house).meet(calls=True)
    guest.send(TableFrame(None, (guest.entry(0),), (), bytes(32)))
    assert guest.closed == "table_mismatch"
    (told,) = house.keeper.directory.told_by.values()
    assert told.hash == guest.table.hash


def test_change_of_a_table_that_is_not_held_ends_the_session(street: Neighbourhood) -> None:
    house = house_of(street)
    guest = Guest(house).meet(calls=True)
    table = Table([guest.entry(0)])
    guest.send(TableFrame(bytes(32), (), (), table.hash))
    assert guest.closed == "table_mismatch"


def test_hello_of_an_older_version_is_refused(street: Neighbourhood) -> None:
    house = house_of(street)
    guest = Guest(house)
    guest.connect(calls=True)
    guest.send(Hello(0, True, 0, None, bytes(32), bytes(32)))
    assert guest.closed == "unknown_version"


def test_floor_and_time_of_a_neighbour_bound_the_pair_alone(street: Neighbourhood) -> None:
    """A liar can keep us from exchanging anything with it, and nothing else."""
    house, friend = street.build(["house", "friend"])
    street.federate(house, friend)
    house.write("soup")
    guest = Guest(house)
    guest.connect(calls=True)
    last_s = (1 << 40) - 1
    greeting = next(frame for frame in guest.heard if isinstance(frame, Hello))
    guest.send(Hello(1, True, last_s, 0, Table([guest.entry(0)]).hash, greeting.own_table))
    before_s = house.keeper.floor_s
    street.settle()
    assert house.keeper.floor_s <= before_s + 2 * 3600
    assert friend.notes() == house.notes() == {"soup"}
    friend.write("bread")
    street.settle()
    assert house.notes() == {"soup", "bread"}


def test_garbage_among_certificates_ends_the_session_and_leaves_none_of_them(
    street: Neighbourhood,
) -> None:
    house = house_of(street)
    guest, author = Guest(house), Keys("author")
    guest.meet(calls=True, entries=[guest.entry(0), author.entry(1)])
    guest.send(Certificates((author.certificate.wire, b"garbage")))
    assert guest.closed is not None
    assert author.pod_id not in house.keeper.directory.certificates


# --- Floods ---


def test_rounds_in_a_row_are_bounded(street: Neighbourhood) -> None:
    house = house_of(street)
    guest = Guest(house).meet(calls=True)
    for number in range(1, ROUNDS_IN_A_ROW + 1):
        guest.open_round(number)
        guest.send(RoundDone(number))
        assert guest.closed is None
    guest.open_round(ROUNDS_IN_A_ROW + 1)
    assert guest.closed == "too_fast"


def test_messages_of_one_round_are_bounded(street: Neighbourhood) -> None:
    house = house_of(street)
    house.write("soup")
    guest = Guest(house).meet(calls=True)
    guest.open_round()
    nothing_known = Ranges(A_ROUND, SETS - 1, b"\x61")
    for _ in range(RANGES_PER_ROUND):
        guest.send(nothing_known)
    assert guest.closed is None
    guest.send(nothing_known)
    assert guest.closed == "too_fast"


def test_ids_that_a_neighbour_makes_up_are_bounded(street: Neighbourhood) -> None:
    house = house_of(street)
    guest = Guest(house).meet(calls=False)
    sets = next(frame for frame in guest.heard if isinstance(frame, Sets))
    guest.answer_round(sets, [True, True, True, False])
    round_ = guest.live.session.rounds._under_way
    assert round_ is not None
    made_up = (number.to_bytes(32, "big") for number in range(2 * NEEDS_PER_ROUND))
    round_.note([], made_up, ())
    assert len(round_.needs) + len(round_.asked) == NEEDS_PER_ROUND
    assert round_.again_in_ms is not None


def test_ids_that_a_neighbour_refuses_are_bounded_in_memory_and_on_disk(
    street: Neighbourhood,
) -> None:
    house = house_of(street)
    guest = Guest(house).meet(calls=True)
    ids = (number.to_bytes(32, "big") for number in range(REFUSED_PER_NEIGHBOUR + 3000))
    while some := tuple(record_id for record_id, _ in zip(ids, range(IDS_PER_FRAME), strict=False)):
        guest.send(Refused(some))
    assert len(house.keeper.roster.refused_ids(guest.pod_id)) == REFUSED_PER_NEIGHBOUR
    on_disk = peers.refused(house.store.connection, guest.pod_id)
    assert len(on_disk) == REFUSED_PER_NEIGHBOUR


def test_answerer_that_always_wants_rounds_gets_one_each_two_seconds(
    street: Neighbourhood,
) -> None:
    house = house_of(street)
    guest = Guest(house).meet(calls=False)
    opened = 0
    for _ in range(100):
        for frame in guest.send(RoundWanted()) + guest.wait_s(0.1):
            if isinstance(frame, Sets):
                opened += 1
                guest.answer_round(frame, [True] * SETS)
    assert opened <= 6


def test_peer_that_cannot_agree_with_itself_is_asked_slowly(street: Neighbourhood) -> None:
    """Each round it says that tables are stale, and tells none."""
    house = house_of(street)
    guest = Guest(house).meet(calls=False)
    opened = 1
    sets = next(frame for frame in guest.heard if isinstance(frame, Sets))
    for _ in range(100):
        for frame in guest.send(SetsReply(sets.round, 1, 0, None, (False,) * SETS)) or [None]:
            if isinstance(frame, Sets):
                opened, sets = opened + 1, frame
                break
        else:
            for frame in guest.wait_s(0.2):
                if isinstance(frame, Sets):
                    opened, sets = opened + 1, frame
        if guest.closed:
            break
    assert guest.closed in (None, "out_of_turn")
    assert opened < 20


# --- Refusals that are not for ever ---


def test_record_refused_behind_one_from_the_future_is_taken_when_that_is_held_back(
    street: Neighbourhood,
) -> None:
    """Both remember what was refused; a wrong clock must not make that last."""
    house = house_of(street)
    house.set_clock(None, ClockState.GUESS)
    ahead_ms = START_MS + 40 * 86_400_000
    rid = rid_of("slot")
    guest = Guest(house).meet(calls=True)
    guest.push(guest.record("from the future", ahead_ms, rid=rid))
    guest.push(guest.record("true", START_MS, rid=rid))
    assert house.notes() == {"from the future"}
    assert not any(isinstance(frame, Refused) for frame in guest.heard)
    house.set_clock(None, ClockState.SYNCED)
    guest.push(guest.record("true", START_MS, rid=rid))
    assert house.notes() == {"true"}


def test_record_that_found_no_place_among_the_held_is_taken_when_it_is_due(
    street: Neighbourhood,
) -> None:
    house = house_of(street)
    guest = Guest(house).meet(calls=True)
    soon_ms = START_MS + 700_000
    guest.push(*[guest.record(f"note {number}", soon_ms) for number in range(80)])
    assert not any(isinstance(frame, Refused) for frame in guest.heard)
    for _ in range(15):
        street.run_s(9)
        guest.send(Ping(0, None))
    guest.push(*[guest.record(f"note {number}", soon_ms) for number in range(80)])
    assert len(house.notes()) == 80


# --- Before the session ---


def test_stranger_gets_no_session(street: Neighbourhood) -> None:
    house = house_of(street)
    stranger = Keys("stranger")
    answer = house.engine.greet(stranger.certificate, b"r" * 16, we_called=False, now=house.now())
    assert answer == NotGreeted("not_federated")
    assert stranger.pod_id not in house.keeper.directory.certificates


def test_lower_epoch_gets_no_session_and_is_told_why(street: Neighbourhood) -> None:
    house = house_of(street)
    guest = Guest(house)
    older = Keys("guest", guest.certificate.epoch - 1)
    answer = guest.connect(calls=True, certificate=older.certificate)
    assert answer == NotGreeted("epoch_superseded", guest.certificate.wire)
