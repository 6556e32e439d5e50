"""Keys, shelves and disks: what an epoch displaces, what comes home, what never comes back."""

import pytest

from protocol.record import Scope
from tests.neighbourhood import Neighbourhood
from tests.street.house import rid_of

NOTHING: set[str] = set()


def test_change_of_scope_withdraws_where_it_was_and_reaches_whom_it_is_for(
    street: Neighbourhood,
) -> None:
    a, b, c = street.build("abc")
    street.line([a, b, c])
    rid = a.write("for all")
    street.settle()
    assert c.notes() == {"for all"}
    a.change_scope(rid, "for you", Scope.NEAR)
    street.settle()
    assert b.notes() == {"for you"}
    assert c.notes() == NOTHING
    a.change_scope(rid, "for all again", Scope.NETWORK)
    street.settle()
    assert b.notes() == c.notes() == {"for all again"}
    street.assert_all_is_well()


def test_a_rotation_displaces_the_old_epoch_everywhere_with_nothing_signed_again_yet(
    street: Neighbourhood,
) -> None:
    a, b, c, d = street.build("abcd")
    street.line([a, b, c, d])
    a.write("under the old key")
    street.settle()
    street.split(c, d)
    street.settle(60)
    a.rotate()
    street.settle(30)
    for house in (a, b, c):
        assert house.notes() == NOTHING, house
    assert d.notes() == {"under the old key"}
    street.heal(c, d)
    street.settle(30)
    assert "under the old key" not in c.notes() or a.notes() == {"under the old key"}
    street.settle(300)
    for house in (a, b, c, d):
        assert house.notes() == {"under the old key"}, house
        (record,) = house.records()
        assert record.epoch == a.certificate.epoch
    street.assert_all_is_well()


def test_a_withdrawal_on_another_shelf_replaces_what_was_signed_again(
    street: Neighbourhood,
) -> None:
    a, b, c = street.build("abc")
    street.federate(a, b)
    street.federate(a, c)
    rid = a.write("a cot")
    a.write("a chair")
    street.settle()
    street.split(a, c)
    street.settle(60)
    a.withdraw(rid)
    street.settle()
    assert b.notes() == {"a chair"}
    assert c.notes() == {"a cot", "a chair"}
    a.stop()
    street.split(a, b)
    street.heal(a, c)
    a.begin_anew([b, c])
    street.settle(300)
    assert a.notes() == {"a cot", "a chair"}  # all that the first shelf knows
    street.heal(a, b)
    street.settle(300)
    for house in (a, b, c):
        assert house.notes() == {"a chair"}, house
    street.assert_agreement()


@pytest.mark.parametrize("days", [59, 89])
def test_a_backup_of_day_0_put_back_later_undoes_no_delete_and_loses_no_edit(
    street: Neighbourhood, days: int
) -> None:
    a, b = street.build("ab")
    street.federate(a, b)
    gone = a.write("withdrawn later")
    edited = a.write("first words", rid=rid_of("edited"))
    street.settle()
    a.stop()
    backup = a.copy_disk()
    a.start()
    street.settle()
    street.sleep_days(days - 20)
    street.settle(600)
    a.withdraw(gone)
    a.write("last words", rid=edited)
    street.settle()
    street.sleep_days(20)
    street.settle(600)
    a.stop()
    a.restore_disk(backup)
    a.start()
    street.settle(900)
    assert a.notes() == b.notes() == {"last words"}
    street.assert_agreement()


@pytest.mark.parametrize("days", [59, 89, 91])
def test_a_pod_that_comes_back_with_old_versions_brings_nothing_back(
    street: Neighbourhood, days: int
) -> None:
    a, b, c = street.build("abc")
    street.line([a, b, c])
    gone = a.write("withdrawn while c was away")
    a.write("goes on")
    street.settle()
    c.stop()
    a.withdraw(gone)
    street.settle()
    for _ in range(days):
        street.sleep_days(1)
        street.settle(180)
    c.start()
    street.settle(900)
    assert a.notes() == b.notes() == {"goes on"}
    street.assert_agreement()
    # What c held past its time is in no pair's sets; it goes when people say that the date is
    # right, or two days of it with each day that c is on (R6).
    c.keeper.time.date_is_confirmed = True
    street.settle(900)
    assert c.notes() == {"goes on"}


def test_an_edit_made_before_a_neighbour_was_heard_stands_above_what_comes_home(
    street: Neighbourhood,
) -> None:
    a, b = street.build("ab")
    street.federate(a, b)
    rid = a.write("first")
    street.settle()
    a.stop()
    backup = a.copy_disk()
    a.start()
    street.settle()
    a.write("second", rid=rid)
    street.settle()
    a.stop()
    a.restore_disk(backup)
    street.split(a, b)
    # The card is old, and so is its clock: what is written now has the lesser stamp.
    a.set_clock(None, a.state)
    a.skew_ms -= 600_000
    a.start()
    a.write("third", rid=rid)
    street.heal(a, b)
    street.settle(300)
    assert a.notes() == b.notes() == {"third"}


def test_an_edit_made_before_a_neighbour_was_heard_stays_below_a_withdrawal(
    street: Neighbourhood,
) -> None:
    a, b = street.build("ab")
    street.federate(a, b)
    rid = a.write("first")
    street.settle()
    a.stop()
    backup = a.copy_disk()
    a.start()
    street.settle()
    a.withdraw(rid)
    street.settle()
    a.stop()
    a.restore_disk(backup)
    street.split(a, b)
    a.skew_ms -= 600_000
    a.start()
    a.write("once more", rid=rid)
    street.heal(a, b)
    street.settle(300)
    assert a.notes() == b.notes() == NOTHING
    assert "withdrawn_elsewhere" in a.notices()


def test_a_removed_federation_ends_on_both_sides_and_takes_the_near_records_with_it(
    street: Neighbourhood,
) -> None:
    a, b = street.build("ab")
    street.federate(a, b)
    a.write("near a", scope=Scope.NEAR)
    b.write("near b", scope=Scope.NEAR)
    b.write("for all")
    street.settle()
    assert a.notes() == b.notes() == {"near a", "near b", "for all"}
    street.unfederate(a, b)
    street.settle()
    assert a.notes() == {"near a", "for all"}
    assert b.notes() == {"near b", "for all"}
    assert not a.engine.lives.peers
    assert not b.engine.lives.peers
