"""What happens by itself as days pass: renewal, the floor, better clocks (R4 to R7)."""

from itertools import pairwise

import pytest

from protocol.clock import ClockState
from protocol.limits import FLOOR_DAYS_PER_DAY, LIFETIME_S, RENEW_AFTER_S
from protocol.record import Record, Scope
from store import notices
from tests.neighbourhood import DAY_S, House, Neighbourhood
from tests.street.guest import Guest
from tests.street.house import START_MS, draft, rid_of

DAY_MS = DAY_S * 1000
TURN_S = 61


def stamps(house: House) -> set[int]:
    return {record.stamp_ms for record in house.records()}


def record_of(house: House, text: str) -> Record:
    (found,) = [record for record in house.records() if record.rid == rid_of(text)]
    return found


# --- Renewal (R5) ---


def test_what_is_alive_is_signed_again_at_thirty_days_and_the_rest_fades(
    street: Neighbourhood,
) -> None:
    a, b = street.build("ab")
    street.federate(a, b)
    a.write("alive")
    withdrawn = a.write("withdrawn")
    a.withdraw(withdrawn)
    closes_s = START_MS // 1000 + DAY_S
    a.sign([draft("closed", rid_of("closed"))._replace(valid_until_s=closes_s)])
    street.settle()
    for _ in range(60):
        street.sleep_days(1)
        street.settle()
    now_ms = a.now().wall_ms
    for house in (a, b):
        assert now_ms - record_of(house, "alive").stamp_ms < 1.2 * RENEW_AFTER_S * 1000
        assert record_of(house, "closed").stamp_ms < START_MS + DAY_MS
        assert record_of(house, "withdrawn").stamp_ms < START_MS + DAY_MS
    for _ in range(60):
        street.sleep_days(1)
        street.settle()
    assert b.notes() == {"alive"}
    assert len(b.records()) == 1


def test_many_are_renewed_over_twelve_days_and_not_at_once(street: Neighbourhood) -> None:
    (a,) = street.build("a")
    rids = [street.random.randbytes(16) for _ in range(200)]
    a.sign([draft(f"note {number}", rid) for number, rid in enumerate(rids)])
    renewed = []
    for _ in range(40):
        street.sleep_days(1)
        street.run_s(10 * TURN_S)
        renewed.append(sum(record.stamp_ms > START_MS + DAY_MS for record in a.records()))
    by_day = [after - before for before, after in pairwise(renewed)]
    assert renewed[22] == 0
    assert renewed[-1] == 200
    assert max(by_day) < 50


def test_nothing_is_signed_again_before_a_neighbour_was_heard(street: Neighbourhood) -> None:
    """It may know that what an old disk holds was withdrawn long ago."""
    a, b = street.build("ab")
    street.federate(a, b)
    rid = a.write("soup")
    street.settle()
    a.stop()
    backup = a.copy_disk()
    a.start()
    a.withdraw(rid)
    street.settle()
    a.stop()
    b.stop()
    street.sleep_days(31)
    a.restore_disk(backup)
    a.start()
    street.run_s(10 * TURN_S)
    assert stamps(a) == {START_MS}
    b.start()
    street.settle()
    assert a.notes() == b.notes() == set()
    street.assert_all_is_well()


def test_pod_whose_neighbours_ended_it_signs_its_own_again(street: Neighbourhood) -> None:
    a, b = street.build("ab")
    street.federate(a, b)
    a.write("soup")
    street.settle()
    street.unfederate(b, a)
    street.settle()
    a.stop()
    a.rotate()
    a.start()
    street.settle()
    assert a.notes() == {"soup"}


def test_what_is_older_than_a_lifetime_is_not_signed_again(street: Neighbourhood) -> None:
    """The withdrawal that killed it may be gone; people decide."""
    (a,) = street.build("a")
    a.write("soup")
    a.stop()
    street.sleep_days(91)
    a.start()
    street.run_s(10 * TURN_S)
    assert stamps(a) == {START_MS}


# --- After a new key (R4) ---


def test_after_a_new_key_withdrawals_are_signed_first(street: Neighbourhood) -> None:
    (a,) = street.build("a")
    a.sign([draft(f"note {n}", rid_of(f"note {n}")) for n in range(40)])
    gone = [rid_of(f"note {n}") for n in range(30, 40)]
    a.sign([draft(None, rid) for rid in gone])
    street.run_s(1)
    a.rotate()
    street.run_s(1)
    assert a.records() == []
    street.run_s(TURN_S)
    first = a.records()
    assert {record.rid for record in first if record.is_tombstone} == set(gone)
    assert len(first) < 40
    street.run_s(10 * TURN_S)
    assert len(a.records()) == 40
    assert {record.epoch for record in a.records()} == {a.keeper.certificate.epoch}


def test_withdrawal_found_later_on_another_shelf_replaces_what_was_signed_again(
    street: Neighbourhood,
) -> None:
    """Two neighbours keep two shelves of a pod that lost its disk; they differ by a tombstone."""
    a, b, c = street.build("abc")
    street.line([b, a, c])
    rid = a.write("soup")
    street.settle()
    street.split(a, b)
    a.withdraw(rid)
    street.settle()
    assert b.notes() == {"soup"}
    assert c.notes() == set()
    # The disk is lost; words and neighbours are not. Only b is there at first.
    a.crash()
    street.split(a, c)
    street.heal(a, b)
    a.begin_anew([b, c])
    street.settle(300)
    assert a.notes() == b.notes() == {"soup"}
    street.heal(a, c)
    street.settle(300)
    assert a.notes() == b.notes() == c.notes() == set()
    street.assert_all_is_well()


# --- The floor (R6) ---


def test_floor_follows_the_days_two_for_each_of_running(street: Neighbourhood) -> None:
    (a,) = street.build("a")
    a.set_clock(START_MS + 1000 * DAY_MS, ClockState.SYNCED)
    before_s = a.keeper.floor_s
    street.sleep_days(10)
    street.run_s(TURN_S)
    moved_s = a.keeper.floor_s - before_s
    assert 0 <= FLOOR_DAYS_PER_DAY * 10 * DAY_S - moved_s < 2 * 3600


def test_floor_jumps_when_people_confirmed_the_date(street: Neighbourhood) -> None:
    (a,) = street.build("a")
    a.set_clock(START_MS + 1000 * DAY_MS, ClockState.SYNCED)
    a.keeper.time.date_is_confirmed = True
    street.run_s(TURN_S)
    assert 0 <= a.now().wall_ms // 1000 - LIFETIME_S - a.keeper.floor_s < 2 * 3600


@pytest.mark.parametrize("state", [ClockState.UNSET, ClockState.GUESS])
def test_clock_that_is_not_synced_deletes_nothing(street: Neighbourhood, state: ClockState) -> None:
    a, b = street.build("ab")
    street.federate(a, b)
    b.write("soup")
    street.settle()
    before_s = a.keeper.floor_s
    a.set_clock(START_MS + 1000 * DAY_MS, state)
    street.sleep_days(100)
    street.run_s(TURN_S)
    assert a.keeper.floor_s == before_s
    assert a.notes() == {"soup"}


def test_floor_of_a_pair_is_the_higher_one_and_own_records_outlive_it(
    street: Neighbourhood,
) -> None:
    a, b = street.build("ab")
    street.federate(a, b)
    a.write("of a")
    b.write("of b")
    street.settle()
    a.keeper.time.date_is_confirmed = True
    a.set_clock(START_MS + 100 * DAY_MS, ClockState.SYNCED)
    b.stop()
    b.start()  # its first round in this run is with a clock of the past: nothing is renewed
    street.settle()
    assert a.notes() == {"of a"}
    assert b.notes() == {"of a", "of b"}
    street.assert_agreement()
    assert street.bodies_sent_in_rounds(3) == 0


# --- What an unset clock signed (R7) ---


@pytest.mark.parametrize("better", [ClockState.GUESS, ClockState.SYNCED])
def test_what_an_unset_clock_signed_is_signed_again_by_a_better_one(
    street: Neighbourhood, better: ClockState
) -> None:
    (a,) = street.build("a")
    a.set_clock(START_MS - 30 * DAY_MS, ClockState.UNSET)
    a.write("soup")
    a.write("bread", scope=Scope.NEAR)
    a.withdraw(rid_of("soup"))
    street.run_s(TURN_S)
    assert max(stamps(a)) < START_MS - 29 * DAY_MS
    a.set_clock(None, better)
    street.run_s(2 * TURN_S)
    assert min(stamps(a)) >= START_MS
    assert a.notes() == {"bread"}
    again = stamps(a)
    street.run_s(5 * TURN_S)
    assert stamps(a) == again


# --- Neighbours that stay away (R2) ---


@pytest.mark.parametrize(("days", "remembered"), [(89, True), (91, False)])
def test_tables_of_a_neighbour_are_void_after_ninety_days_without_contact(
    street: Neighbourhood, days: int, remembered: bool
) -> None:
    (a,) = street.build("a")
    guest = Guest(a).meet(calls=True)
    a.engine.hang_up(guest.number, a.now())
    street.sleep_days(days)
    street.run_s(TURN_S)
    assert bool(a.keeper.directory.told_by[guest.pod_id].entries) is remembered


def test_contact_is_not_forgotten_while_a_session_lasts(street: Neighbourhood) -> None:
    (a,) = street.build("a")
    guest = Guest(a).meet(calls=True)
    street.mono_ms += 91 * DAY_MS
    a.engine._tending.turn(a.now())
    assert a.keeper.directory.told_by[guest.pod_id].entries
    assert notices.notices(a.store.connection) == []
