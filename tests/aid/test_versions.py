"""What this pod said before, and taking it back in one step (R5)."""

from collections.abc import Iterator

import pytest

from node.pod import Pod
from protocol.aid.audience import Audience
from protocol.aid.house.ask import Ask
from protocol.aid.life import Turn
from protocol.aid.listing import Listing, write_listing
from protocol.aid.notice import Notice
from protocol.clock import ClockState
from protocol.errors import UserError
from protocol.record import Scope
from store import records
from store.aid import BoardQuery
from store.records import Doubt
from tests.aid.bodies import LEAST
from tests.aid.village import AidHouse, Village
from tests.neighbourhood import START_MS

POD, NEAR, NETWORK = Audience


@pytest.fixture(name="pod")
def pod_(village: Village) -> Iterator[Pod]:
    (house,) = village.houses_named("a")
    with house.as_pod() as opened:
        yield opened


def soup(**fields: object) -> Listing:
    return write_listing({"type": "offer", "category": "food", "title": "Soup", **fields})


def said_before(pod: Pod, rid: bytes) -> list[str]:
    thing = pod.versions.find(rid.hex())
    return [it.body.headline() for it in pod.versions.of(thing)]


def take_back(pod: Pod, rid: bytes, number: int) -> None:
    thing = pod.versions.find(rid.hex())
    pod.versions.take_back(thing, pod.versions.of(thing)[number - 1].record)


def test_each_text_is_listed_once_the_newest_first(pod: Pod) -> None:
    rid = pod.listings.publish(soup(), audience=NEAR).rid
    for title in ("Hot soup", "Cold soup"):
        pod.listings.edit(rid, soup(title=title))
    pod.listings.renew(rid)
    assert said_before(pod, rid) == ["Hot soup", "Soup"]
    newest = pod.versions.of(pod.versions.find(rid.hex()))[0]
    assert newest.changed == ("title",)


def test_version_is_taken_back_in_one_step_and_so_is_that(pod: Pod) -> None:
    rid = pod.listings.publish(soup(), audience=NEAR).rid
    pod.listings.edit(rid, soup(title="Hot soup", details="With leek"))
    take_back(pod, rid, 1)
    assert pod.listings.own(rid).listing.title == "Soup"
    assert pod.listings.own(rid).listing.details is None
    take_back(pod, rid, 1)
    assert pod.listings.own(rid).listing.details == "With leek"


def test_what_is_taken_back_stands_above_all_others(pod: Pod) -> None:
    rid = pod.listings.publish(soup(), audience=NEAR).rid
    pod.listings.edit(rid, soup(title="Hot soup"))
    slot = (pod.pod_id, int(Scope.NEAR), Listing.CODE, rid)
    before = records.slot_version(pod.keeper.store.connection, slot)
    take_back(pod, rid, 1)
    after = records.slot_version(pod.keeper.store.connection, slot)
    assert before is not None
    assert after is not None
    assert after.record.rank > before.record.rank


def test_what_was_withdrawn_comes_back_for_whom_it_was(pod: Pod) -> None:
    rid = pod.listings.publish(soup(qty=3, left=1), audience=NETWORK).rid
    pod.listings.withdraw(rid)
    assert said_before(pod, rid) == ["Soup"]
    take_back(pod, rid, 1)
    item = pod.listings.own(rid)
    assert (item.audience, item.listing.title, item.listing.left) == (NETWORK, "Soup", None)


def test_what_was_drawn_back_to_the_pod_is_not_shared_anew(pod: Pod) -> None:
    rid = pod.listings.publish(soup(), audience=NETWORK).rid
    pod.listings.edit(rid, soup(title="Soup at No. 4"), audience=POD)
    take_back(pod, rid, 1)
    item = pod.listings.own(rid)
    assert (item.audience, item.listing.title) == (POD, "Soup")


def test_promises_stand_whatever_is_taken_back(pod: Pod) -> None:
    rid = pod.listings.publish(soup(qty=3), audience=NEAR).rid
    pod.listings.edit(rid, soup(title="Hot soup", qty=3))
    answer = pod.answers.ask(rid, Ask(by="Bo", qty=2))
    pod.answers.turn(rid, answer.number, Turn.PROMISE)
    assert pod.listings.own(rid).listing.left == 1
    take_back(pod, rid, said_before(pod, rid).index("Soup") + 1)
    item = pod.listings.own(rid)
    assert (item.listing.title, item.listing.left) == ("Soup", 1)


def test_what_is_for_the_pod_alone_keeps_nothing(pod: Pod) -> None:
    rid = pod.listings.publish(soup(), audience=POD).rid
    pod.listings.edit(rid, soup(title="Hot soup"))
    assert pod.versions.of(pod.versions.thing(Listing.CODE, rid)) == []
    with pytest.raises(UserError, match="not_found"):
        pod.versions.find(rid.hex())


def test_every_kind_that_people_write_has_its_versions(pod: Pod) -> None:
    said = LEAST["notice"]
    rid = pod.notices_board.publish(Notice.write(said), audience=NEAR).rid
    pod.notices_board.edit(rid, Notice.write({**said, "title": "Otherwise"}))
    assert said_before(pod, rid) == [said["title"]]
    take_back(pod, rid, 1)
    assert pod.notices_board.own(rid).body.title == said["title"]
    pod.notices_board.withdraw(rid)
    take_back(pod, rid, 1)
    assert pod.notices_board.own(rid).audience is NEAR


def test_what_waits_for_word_after_a_theft_is_not_offered(pod: Pod) -> None:
    rid = pod.listings.publish(soup(), audience=NEAR).rid
    pod.listings.edit(rid, soup(title="Hot soup"))
    with pod.keeper.store.atomic(pod.now().wall_ms) as tx:
        tx.connection.execute("UPDATE own_version SET doubt = ?", (int(Doubt.THIEFS),))
    assert said_before(pod, rid) == []


def test_version_of_another_thing_is_not_taken(pod: Pod) -> None:
    one, other = (pod.listings.publish(soup(title=it), audience=NEAR).rid for it in ("A", "B"))
    for rid in (one, other):
        pod.listings.edit(rid, soup(title="Later"))
    foreign = pod.versions.of(pod.versions.find(other.hex()))[0]
    with pytest.raises(UserError, match="not_found"):
        pod.versions.take_back(pod.versions.find(one.hex()), foreign.record)


# --- After a clash: what this is kept for ---


def lived_twice(village: Village, *, withdrawn: bool) -> tuple[AidHouse, AidHouse, bytes]:
    """Return a pod whose card was restored, where an edit met a later word of its own."""
    a, b = village.houses_named("ab")
    village.federate(a, b)
    with a.as_pod() as pod:
        rid = pod.listings.publish(soup(), audience=NEAR).rid
    village.settle()
    backup = a.copy_disk()
    with a.as_pod() as pod:
        if withdrawn:
            pod.listings.withdraw(rid)
        else:
            pod.listings.edit(rid, soup(title="Later soup"))
    village.settle()
    a.stop()
    a.restore_disk(backup)
    a.set_clock(START_MS, ClockState.UNSET)
    a.start()
    with a.as_pod() as pod:
        pod.listings.edit(rid, soup(title="Sunday soup"))
    village.settle()
    a.set_clock(None, ClockState.SYNCED)
    village.settle()
    return a, b, rid


def on_board(house: AidHouse) -> list[str]:
    with house.as_pod() as pod:
        return [it.listing.title for it in pod.listings.board(BoardQuery())]


def test_edit_that_lost_to_a_withdrawal_is_taken_back_everywhere(village: Village) -> None:
    a, b, rid = lived_twice(village, withdrawn=True)
    assert on_board(a) == on_board(b) == []
    with a.as_pod() as pod:
        assert said_before(pod, rid)[0] == "Sunday soup"
        take_back(pod, rid, 1)
    village.settle()
    assert on_board(a) == on_board(b) == ["Sunday soup"]


def test_word_that_a_neighbour_brought_home_is_marked_and_taken_back(village: Village) -> None:
    a, b, rid = lived_twice(village, withdrawn=False)
    assert on_board(a) == on_board(b) == ["Sunday soup"]
    with a.as_pod() as pod:
        found = pod.versions.of(pod.versions.find(rid.hex()))
        brought = {it.body.headline(): it.came_home for it in found}
        assert brought == {"Later soup": True, "Soup": False}
        take_back(pod, rid, next(it.number for it in found if it.came_home))
    village.settle()
    assert on_board(a) == on_board(b) == ["Later soup"]


@pytest.mark.parametrize("wrong", ["", "abc", "xyzw", "0" * 33, "0" * 40, "'; --"])
def test_what_is_no_reference_names_nothing(pod: Pod, wrong: str) -> None:
    with pytest.raises(UserError, match=r"invalid|not_found"):
        pod.versions.find(wrong)
