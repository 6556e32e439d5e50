"""A bundle of a pod that is no neighbour: let in by a person's yes, for 90 days (R13)."""

from pathlib import Path

import pytest

from node.bundle_intake import UNSEEN
from protocol.bundle import Inner
from protocol.errors import UserError
from protocol.frames import MailBatch, Records
from protocol.limits import MAX_CARRIED_NEIGHBOURS
from protocol.record import Scope
from protocol.trust import branch_of
from store.bundles import carried_neighbours
from tests.bundles import Author
from tests.neighbourhood import House, Neighbourhood
from tests.street.stick import Stick


@pytest.fixture
def stick(tmp_path: Path) -> Stick:
    (tmp_path / "stick").mkdir()
    return Stick(tmp_path / "stick")


@pytest.fixture
def places(street: Neighbourhood) -> list[House]:
    """Two pairs of neighbours that know nothing of one another: far, stranger; us, friend."""
    far, stranger, us, friend = houses = street.build(["far", "stranger", "us", "friend"])
    street.federate(far, stranger)
    street.federate(us, friend)
    far.write("from far")
    stranger.write("from the stranger")
    street.settle()
    return houses


def test_what_is_for_all_comes_in_and_goes_on_to_neighbours(
    street: Neighbourhood, places: list[House], stick: Stick
) -> None:
    far, stranger, us, friend = places
    stick.fill(stranger, "out")
    with pytest.raises(UserError) as refusal:
        stick.empty(us, "out")
    assert refusal.value.code == "not_federated"
    assert stick.empty(us, "out", carry=True).taken == 2
    street.settle()
    assert us.notes() == friend.notes() == {"from far", "from the stranger"}
    distances = [us.keeper.directory.distance(it.pod_id) for it in (stranger, far)]
    assert distances == [1, 2]
    assert [friend.keeper.directory.distance(it.pod_id) for it in (stranger, far)] == [2, 3]
    assert stranger.pod_id not in us.engine.lives.peers
    street.assert_agreement()


def test_no_yes_is_needed_again_for_90_days_and_then_it_is(
    street: Neighbourhood, places: list[House], stick: Stick
) -> None:
    _, stranger, us, friend = places
    stick.empty(us, stick.fill(stranger, "first").name, carry=True)
    street.sleep_days(89)
    stranger.write("later")
    assert stick.empty(us, stick.fill(stranger, "second").name).taken > 0
    assert "later" in us.notes()
    street.sleep_days(2)
    street.settle(600)
    assert us.keeper.directory.carried == {}
    assert us.keeper.directory.distance(stranger.pod_id) == 6
    with pytest.raises(UserError):
        stick.empty(us, stick.fill(stranger, "third").name)
    stick.empty(us, "third", carry=True)
    assert stranger.pod_id in us.keeper.directory.carried
    street.settle(600)
    assert "later" in friend.notes()
    street.assert_agreement()


def test_it_is_known_after_a_restart(places: list[House], stick: Stick) -> None:
    far, stranger, us, _ = places
    stick.empty(us, stick.fill(stranger, "out").name, carry=True)
    us.restart()
    assert us.keeper.directory.distance(far.pod_id) == 2


def test_an_older_bundle_renews_the_yes_and_not_the_table(
    street: Neighbourhood, places: list[House], stick: Stick
) -> None:
    _, stranger, us, _ = places
    stick.fill(stranger, "old")
    street.federate(stranger, street.build(["more"])[0])
    street.settle()
    stick.empty(us, stick.fill(stranger, "new").name, carry=True)
    told = us.keeper.directory.carried[stranger.pod_id].hash
    (before,) = carried_neighbours(us.store.connection)
    street.run_s(3600)
    stick.empty(us, "old", carry=True)
    (after,) = carried_neighbours(us.store.connection)
    assert us.keeper.directory.carried[stranger.pod_id].hash == told
    assert after.until_ms > before.until_ms


def test_only_what_is_for_all_comes_in(places: list[House], stick: Stick) -> None:
    _, stranger, us, _ = places
    stranger.write("near", scope=Scope.NEAR)
    near = tuple(record.wire for record in stranger.records() if record.scope == Scope.NEAR)
    parts: tuple[Inner, ...] = (Records(near), MailBatch((b"no mail",)))
    stick.forge(stranger, "leak", [], to=us, parts=parts)
    done = stick.empty(us, "leak", carry=True)
    assert (done.taken, done.left_out, done.mail) == (0, {UNSEEN: 1}, 0)


def test_a_carried_pod_that_becomes_a_neighbour_is_carried_no_longer(
    street: Neighbourhood, places: list[House], stick: Stick
) -> None:
    far, stranger, us, _ = places
    stick.empty(us, stick.fill(stranger, "out").name, carry=True)
    street.federate(us, stranger)
    street.settle()
    assert us.keeper.directory.carried == {}
    assert carried_neighbours(us.store.connection) == []
    assert us.keeper.directory.distance(far.pod_id) == 2
    street.assert_all_is_well()


def test_their_number_is_bounded(places: list[House], stick: Stick) -> None:
    _, stranger, us, _ = places
    stick.fill(stranger, "out")
    with us.as_command() as keeper:
        for number in range(MAX_CARRIED_NEIGHBOURS):
            one = Author(number + 1)
            table = keeper.directory.own_table
            keeper.roster.carry(one.pod_id, table, us.now().wall_ms + 1000, us.now())
    with pytest.raises(UserError) as refusal:
        stick.empty(us, "out", carry=True)
    assert refusal.value.code == "over_quota"
    assert stranger.pod_id not in us.keeper.directory.carried


def test_a_flood_on_its_stick_costs_its_own_branch(places: list[House], stick: Stick) -> None:
    """It is a branch of its own: what it brings is charged to it (R8)."""
    far, stranger, us, _ = places
    stick.empty(us, stick.fill(stranger, "out").name, carry=True)
    heard = us.keeper.directory.heard
    assert branch_of(heard, far.pod_id) == stranger.pod_id
    assert branch_of(us.keeper.directory.told_by, far.pod_id) is None


def test_mail_goes_by_neighbours_though_a_stick_makes_its_recipient_near(
    street: Neighbourhood, stick: Stick
) -> None:
    """us - friend - stranger: by the stick the stranger is as near as friend says that it is."""
    us, friend, stranger = street.build(["us", "friend", "stranger"])
    street.line([us, friend, stranger])
    stranger.show_card()
    street.settle()
    stick.empty(us, stick.fill(stranger, "out").name, carry=True)
    us.send(stranger, "through friend")
    street.settle(600)
    assert stranger.letters() == ["through friend"]
