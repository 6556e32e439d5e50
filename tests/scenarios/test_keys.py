"""Keys stolen, machines doubled, disks a hundred days old (R3 to R6)."""

import pytest

from protocol.limits import LIFETIME_S
from tests.neighbourhood import House, Neighbourhood
from tests.street.house import rid_of

MINUTE_S = 61


def epochs_of(holder: House, author: House) -> set[int]:
    return {record.epoch for record in holder.records() if record.author == author.pod_id}


@pytest.mark.parametrize("order", ["greater first", "lesser first"])
def test_of_two_certificates_of_one_epoch_the_greater_wins_everywhere(
    street: Neighbourhood, order: str
) -> None:
    """A machine and a copy of its disk both get a new key in one second, in two places."""
    one, b, c, d = street.build(["one", "b", "c", "d"])
    street.line([b, one, d])
    street.line([b, c, d])
    one.write("before")
    street.settle()
    two = street.double(one, "two")
    street.part(one)
    for machine, left, right in ((one, b, d), (two, d, b)):
        street.link(machine, left).is_up = True
        street.link(machine, right).is_up = False
    street.split(b, c)
    street.split(c, d)
    one.rotate()
    two.rotate()
    two.start()
    assert one.certificate.epoch == two.certificate.epoch
    assert one.certificate.hash != two.certificate.hash
    one.write("of one")
    two.write("of two")
    street.settle()
    assert "of one" in b.notes()
    assert "of two" in d.notes()

    winner = max(one, two, key=lambda house: house.certificate.rank)
    loser = two if winner is one else one
    known_first, known_later = (b, d) if (winner is one) == (order == "greater first") else (d, b)
    street.heal(c, known_first)
    street.settle()
    street.heal(c, known_later)
    street.settle()
    assert loser.notices() >= {"superseded"}
    loser.stop()
    street.houses.remove(loser)
    for neighbour in (b, d):
        street.heal(winner, neighbour)
    street.settle(300)
    for house in (winner, b, c, d):
        assert house.notes() == {"before", "of one", "of two"}, house
        assert house.keeper.directory.certificates[one.pod_id] == winner.certificate
    winner.said.update(loser.said)
    street.assert_all_is_well()


def test_new_epoch_displaces_the_old_one_whoever_knew_it_for_how_long(
    street: Neighbourhood,
) -> None:
    """A thief signs on with the stolen key, far ahead in time; part of the street learns late."""
    a, b, c, d, e = houses = street.build("abcde")
    street.line(houses)
    a.write("soup")
    street.settle()
    thief = street.double(a, "thief")
    street.split(c, d)
    street.split(a, b)
    street.links[frozenset((thief, e))] = street.links.pop(frozenset((thief, b)))
    thief.start()
    street.befriend(thief, e)
    thief.skew_ms = 500_000
    thief.write("poison", rid=rid_of("soup"))
    thief.write("more poison")
    street.settle()
    assert d.notes() == e.notes() == {"poison", "more poison"}

    a.rotate()
    street.heal(a, b)
    street.settle()
    assert c.notes() == {"soup"}
    street.heal(c, d)
    street.settle(300)
    assert "superseded" in thief.notices()
    thief.stop()
    street.houses.remove(thief)
    for house in houses:
        assert epochs_of(house, a) == {a.certificate.epoch}, house
        assert house.notes() == {"soup"}, house
    street.assert_agreement()
    assert street.bodies_sent_in_rounds(5) == 0


def test_backup_of_day_0_restored_on_day_100(street: Neighbourhood) -> None:
    a, b, c = street.build("abc")
    street.line([a, b, c])
    a.write("withdrawn on day 5")
    a.write("still alive")
    b.write("b withdrew it too")
    street.settle()
    a.stop()
    backup = a.copy_disk()
    a.start()
    for day in range(1, 101):
        street.sleep_days(1)
        street.run_s(2 * MINUTE_S)
        if day == 5:
            a.withdraw(rid_of("withdrawn on day 5"))
            b.withdraw(rid_of("b withdrew it too"))
        if day == 50:
            a.write("since the backup")
    street.settle()
    assert c.notes() == {"still alive", "since the backup"}
    a.stop()
    a.restore_disk(backup)
    a.start()
    street.settle(300)
    assert b.notes() == c.notes() == {"still alive", "since the backup"}
    assert {"still alive", "since the backup"} <= a.notes()
    street.assert_agreement()
    assert street.bodies_sent_in_rounds(5) == 0
    # What only the old disk has is in no set of any pair. It goes with the floor, at once when
    # people confirm the date; our own waits for people.
    a.keeper.time.date_is_confirmed = True
    street.settle()
    assert a.notes() == {"still alive", "since the backup", "withdrawn on day 5"}
    oldest_ms = a.now().wall_ms - LIFETIME_S * 1000
    assert [r.rid for r in a.records() if r.stamp_ms < oldest_ms] == [rid_of("withdrawn on day 5")]
    street.assert_agreement()
