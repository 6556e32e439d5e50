"""What a caller asks for in a round, of whom, and when it gives up (§7.4)."""

from hashlib import sha256

from protocol.identity import PodId
from protocol.index import RecordIndex
from protocol.limits import (
    IDS_PER_FRAME,
    NEEDS_PER_ROUND,
    PATIENCE_MS,
    ROUND_SOON_MS,
    SHORT_ID_BYTES,
    WANTED_AT_ONCE,
)
from protocol.recent import RecentIds
from protocol.round import CallerRound, InFlight
from protocol.sets import Indexes, Line, PairSets

NOBODY = RecentIds(0)


def ids(count: int) -> list[bytes]:
    return [sha256(b"%d" % number).digest() for number in range(count)]


def a_round() -> CallerRound:
    nobody: frozenset[PodId] = frozenset()
    line = Line(PodId(bytes(32)), PodId(b"b" * 32), False, nobody, nobody, 0, None)
    sets = PairSets(line, Indexes(RecordIndex(), RecordIndex(), RecordIndex()), {})
    return CallerRound(1, sets, [])


def test_id_is_asked_of_one_neighbour_at_a_time() -> None:
    flight = InFlight()
    (one,) = ids(1)
    assert flight.claim([one], "a", 0) == [one]
    assert flight.claim([one], "b", PATIENCE_MS - 1) == []
    assert flight.claim([one], "b", PATIENCE_MS) == [one]


def test_only_who_asked_releases_an_id() -> None:
    flight = InFlight()
    flight.claim(ids(1), "a", 0)
    flight.release(ids(1), "b")
    assert flight.claim(ids(1), "b", 0) == []
    flight.release(ids(1), "a")
    assert flight.claim(ids(1), "b", 0) == ids(1)


def test_so_many_are_asked_for_at_once_and_the_rest_as_these_come() -> None:
    round_, flight = a_round(), InFlight()
    round_.note([], ids(WANTED_AT_ONCE + 100), NOBODY)
    asked: list[bytes] = []
    while some := round_.to_ask(flight, 0):
        assert len(some) <= IDS_PER_FRAME
        asked += some
    assert asked == ids(WANTED_AT_ONCE)
    round_.settle(asked[:IDS_PER_FRAME], flight)
    assert len(round_.to_ask(flight, 0)) == 100


def test_what_does_not_come_is_given_up_and_compared_again() -> None:
    round_, flight = a_round(), InFlight()
    round_.note([], ids(3), NOBODY)
    round_.to_ask(flight, 0)
    assert round_.next_due_ms == PATIENCE_MS
    round_.settle(ids(1), flight)
    round_.give_up(flight, PATIENCE_MS)
    assert round_.fetched
    assert round_.again_in_ms == PATIENCE_MS


def test_id_that_another_session_waits_for_is_left_to_it() -> None:
    round_, flight = a_round(), InFlight()
    flight.claim(ids(1), "other", 0)
    round_.note([], ids(2), NOBODY)
    assert round_.to_ask(flight, 0) == ids(2)[1:]
    assert round_.incomplete


def test_what_is_gone_is_not_waited_for() -> None:
    round_, flight = a_round(), InFlight()
    round_.note([], ids(2), NOBODY)
    round_.to_ask(flight, 0)
    round_.settle_gone([one[:SHORT_ID_BYTES] for one in ids(2)], flight)
    assert round_.fetched
    assert round_.again_in_ms is None


def test_id_named_twice_or_refused_for_good_is_not_asked_for_again() -> None:
    round_, never = a_round(), RecentIds(1, ids(1))
    for _ in range(2):
        round_.note(ids(4)[3:], ids(3), never)
    assert list(round_.needs) == ids(3)[1:]
    assert list(round_.haves) == ids(4)[3:]


def test_peer_that_makes_up_ids_costs_one_round_its_bound() -> None:
    round_ = a_round()
    round_.note([], [number.to_bytes(32, "big") for number in range(NEEDS_PER_ROUND + 1)], NOBODY)
    assert len(round_.needs) == NEEDS_PER_ROUND
    assert round_.again_in_ms == ROUND_SOON_MS
