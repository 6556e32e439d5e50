"""What a pod carries for others is bounded, and what it lets go is told, not forgotten."""

from node.carrying import Carrying
from protocol.limits import REACH_HOPS
from protocol.record import Scope
from store import notices
from store.upkeep import Space, foreign_bytes
from tests.neighbourhood import Neighbourhood


def test_over_budget_the_branch_that_brought_most_loses_its_largest_author(
    street: Neighbourhood,
) -> None:
    middle, quiet, loud, behind = street.build(["middle", "quiet", "loud", "behind"])
    street.federate(middle, quiet)
    street.line([middle, loud, behind])
    quiet.write("one loaf")
    loud.write("one word")
    for number in range(20):
        behind.write(f"shout {number}")
    street.settle()
    assert len(middle.notes()) == 22

    used = foreign_bytes(middle.keeper.store.connection, middle.pod_id)
    assert Carrying(middle.keeper, budget_bytes=used - 1).turn(middle.now())
    middle.engine.neighbours_changed(middle.now())
    street.settle()

    assert middle.notes() == {"one loaf", "one word"}
    assert middle.keeper.directory.not_carried == {behind.pod_id}
    told = notices.notices(middle.keeper.store.connection)
    assert [(notice.code, notice.pod_id) for notice in told] == [("budget", loud.pod_id)]

    assert street.bodies_sent_in(5000) == 0


def test_within_the_budget_nothing_is_let_go(street: Neighbourhood) -> None:
    a, b = street.build(["a", "b"])
    street.federate(a, b)
    b.write("soup")
    street.settle()
    used = foreign_bytes(a.keeper.store.connection, a.pod_id)
    assert not Carrying(a.keeper, budget_bytes=used).turn(a.now())
    assert a.notes() == {"soup"}


def test_with_no_room_on_the_disk_nothing_of_others_is_taken_and_nothing_offered_twice(
    street: Neighbourhood,
) -> None:
    a, b = street.build(["a", "b"])
    street.federate(a, b)
    street.settle()
    full = Space(free_bytes=100 << 20, total_bytes=1 << 40)  # enough for our own
    a.keeper.space_at = lambda _: full
    street.run_s(61)
    assert not a.keeper.directory.has_room
    b.write("far")
    b.write("close", scope=Scope.NEAR)
    a.write("ours goes on")
    street.settle()
    assert a.notes() == {"ours goes on"}
    assert b.notes() == {"far", "close", "ours goes on"}
    assert street.bodies_sent_in(5000) == 0

    roomy = Space(free_bytes=1 << 40, total_bytes=1 << 41)
    a.keeper.space_at = lambda _: roomy
    street.settle()
    assert a.notes() == {"far", "close", "ours goes on"}


def test_tables_of_a_neighbour_end_after_90_days_without_contact(street: Neighbourhood) -> None:
    a, b, c = street.build(["a", "b", "c"])
    street.line([a, b, c])
    c.write("far away")
    street.settle()
    assert a.keeper.directory.distance(c.pod_id) == 2
    b.stop()
    street.sleep_days(89)
    street.settle()
    assert a.keeper.directory.distance(c.pod_id) == 2
    street.sleep_days(2)
    street.settle()
    assert a.keeper.directory.distance(c.pod_id) == REACH_HOPS
    b.start()
    street.settle()
    assert a.keeper.directory.distance(c.pod_id) == 2
