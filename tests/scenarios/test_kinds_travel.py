"""Every kind travels from pod to pod, changes, and is gone again. docs/kinds.md §1 to §10."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from node.aid.items import Items
from node.pod import Pod
from protocol.aid import BODIES, Listing, limits
from protocol.aid.audience import Audience
from protocol.aid.body import Body
from store.aid import BoardQuery, ItemQuery
from tests.aid.bodies import LEAST
from tests.aid.village import AidHouse, Village

NETWORK, NEAR = Audience.NETWORK, Audience.NEAR
DOORS = {
    "pod_card": "card",
    "resource": "directory",
    "confirmation": "confirmations",
    "event": "meetups",
    "notice": "notices_board",
    "reading": "readings",
    "crisis_status": "crisis",
    "outcome": "outcomes",
}
EVENT = {"start": "2027-03-31T18:00"}
"""In the time of the village, which begins in January 2027."""


@pytest.fixture
def village(memory_path: Path) -> Iterator[Village]:
    with closing(Village(memory_path, seed=5)) as village:
        yield village


def door(pod: Pod, kind: str) -> Items[Any]:
    if kind == "confirmation":
        return pod.directory.confirmations
    found: Items[Any] = getattr(pod, DOORS[kind])
    return found


def least(kind: str, **fields: Any) -> Body:
    said = LEAST[kind] | (EVENT if kind == "event" else {}) | fields
    return door_body(kind).write(said)


def door_body(kind: str) -> type[Body]:
    return next(body for body in BODIES.values() if kind == body.NAME)


def headlines(house: AidHouse, kind: str) -> list[str]:
    with house.as_pod() as pod:
        return [item.body.headline() for item in door(pod, kind).page(ItemQuery())]


CHANGED: dict[str, dict[str, Any]] = {
    "pod_card": {"name": "Elm Row"},
    "resource": {"name": "Soup kitchen"},
    "confirmation": {"says": "closed"},
    "event": {"title": "Seed swap"},
    "notice": {"title": "Another idea"},
    "reading": {"title": "Another book"},
    "crisis_status": {"level": "over"},
    "outcome": {"title": "Two phone trees?"},
}


@pytest.mark.parametrize("kind", [*DOORS])
def test_kind_travels_over_a_neighbour_changes_in_one_field_and_is_gone(
    village: Village, kind: str
) -> None:
    a, b, c = village.houses_named("abc")
    village.line([a, b, c])
    village.settle()
    with a.as_pod() as pod:
        item = door(pod, kind).publish(least(kind), audience=NETWORK)
    village.settle()
    assert headlines(c, kind) == [least(kind).headline()]
    changed = least(kind, **CHANGED[kind])
    with a.as_pod() as pod:
        door(pod, kind).edit(item.rid, changed)
    village.settle()
    assert headlines(c, kind) == headlines(b, kind) == [changed.headline()]
    with a.as_pod() as pod:
        door(pod, kind).withdraw(item.rid)
    village.settle()
    assert headlines(a, kind) == headlines(b, kind) == headlines(c, kind) == []
    village.assert_all_is_well()


def test_near_ones_stop_at_the_neighbour_and_those_of_the_pod_at_its_door(
    village: Village,
) -> None:
    a, b, c = village.houses_named("abc")
    village.line([a, b, c])
    with a.as_pod() as pod:
        for audience in Audience:
            said = least("notice", title=audience.value)
            pod.notices_board.publish(said, audience=audience)
    village.settle()
    assert sorted(headlines(a, "notice")) == ["near", "network", "pod"]
    assert sorted(headlines(b, "notice")) == ["near", "network"]
    assert headlines(c, "notice") == ["network"]


def test_older_node_carries_kinds_that_it_does_not_know_and_shows_them_after_an_upgrade(
    village: Village,
) -> None:
    a, b, c = village.houses_named("abc")
    b.stop()
    b.kinds = (Listing.kind(),)
    with closing(sqlite3.connect(b.folder / "pod.db")) as file, file as made_by_older:
        made_by_older.execute("UPDATE aid_layout SET version = 1")
    b.start()
    village.line([a, b, c])
    with a.as_pod() as pod:
        for kind in DOORS:
            door(pod, kind).publish(least(kind), audience=NETWORK)
    village.settle()
    for kind in DOORS:
        assert headlines(c, kind) == [least(kind).headline()]
    b.stop()
    del b.kinds
    b.start()
    for kind in DOORS:
        assert headlines(b, kind) == [least(kind).headline()]
    village.assert_agreement()


def test_wider_audience_takes_the_place_of_the_narrow_one_everywhere(village: Village) -> None:
    a, b = village.houses_named("ab")
    village.federate(a, b)
    with a.as_pod() as pod:
        item = pod.readings.publish(least("reading"), audience=NEAR)
    village.settle()
    with a.as_pod() as pod:
        pod.readings.edit(item.rid, item.body, audience=NETWORK)
    village.settle()
    with b.as_pod() as pod:
        assert [it.audience for it in pod.readings.page(ItemQuery())] == [NETWORK]
    with a.as_pod() as pod:
        pod.readings.edit(item.rid, item.body, audience=Audience.POD)
    village.settle()
    assert headlines(b, "reading") == []
    assert headlines(a, "reading") == ["Mutual Aid"]


def test_two_pods_words_on_one_resource_stand_side_by_side(village: Village) -> None:
    a, b, c = village.houses_named("abc")
    village.line([a, b, c])
    with a.as_pod() as pod:
        item = pod.directory.publish(least("resource"), audience=NETWORK)
    village.settle()
    for house, says in ((b, "closed"), (c, "still-true")):
        with house.as_pod() as pod:
            entry = pod.directory.find(item.rid.hex())
            pod.directory.confirm(entry, says, on=date(2027, 1, 15))
    village.settle()
    with a.as_pod() as pod:
        found = pod.directory.entry(pod.directory.own(item.rid)).found
        assert {(it.author, it.body.says) for it in found} == {
            (b.pod_id, "closed"),
            (c.pod_id, "still-true"),
        }


def test_alert_is_gone_after_three_days_and_a_crisis_status_after_two(village: Village) -> None:
    a, b = village.houses_named("ab")
    village.federate(a, b)
    with a.as_pod() as pod:
        pod.notices_board.publish(least("notice", topic="alert"), audience=NETWORK)
        pod.crisis.say(door_body("crisis_status").write({"level": "active"}), NETWORK)  # type: ignore[arg-type]
    village.settle()
    with b.as_pod() as pod:
        assert len(pod.notices_board.alerts()) == len(pod.crisis.statuses()) == 1
    village.sleep_days(2.1)
    with b.as_pod() as pod:
        assert (len(pod.notices_board.alerts()), len(pod.crisis.statuses())) == (1, 0)
    village.sleep_days(1)
    with b.as_pod() as pod:
        assert pod.notices_board.alerts() == []


def test_listings_are_still_on_the_board_beside_all_others(village: Village) -> None:
    a, b = village.houses_named("ab")
    village.federate(a, b)
    with a.as_pod() as pod:
        listing = Listing.write(LEAST["listing"])
        pod.listings.publish(listing, audience=NETWORK)
        pod.notices_board.publish(least("notice"), audience=NETWORK)
    village.settle()
    with b.as_pod() as pod:
        assert [it.listing.title for it in pod.listings.board(BoardQuery())] == ["Hot soup"]


def test_hidden_pod_is_not_shown_and_still_carried(village: Village) -> None:
    a, b, c = village.houses_named("abc")
    village.line([a, b, c])
    village.settle()
    with b.as_pod() as pod:
        pod.authors.hide(a.pod_id, hidden=True)
    with a.as_pod() as pod:
        pod.notices_board.publish(least("notice"), audience=NETWORK)
    village.settle()
    assert headlines(b, "notice") == []
    assert headlines(c, "notice") == ["A seed swap?"]


def test_flood_of_events_of_one_pod_leaves_room_for_all_others(village: Village) -> None:
    a, b, c = village.houses_named("abc")
    village.line([a, b, c])
    with a.as_pod() as pod:
        for number in range(limits.MAX_EVENTS_OF_EACH + 5):
            pod.meetups.publish(least("event", title=f"Buy {number}"), audience=NETWORK)  # type: ignore[arg-type]
    with c.as_pod() as pod:
        pod.meetups.publish(least("event", start="2027-03-31T19:00"), audience=NETWORK)  # type: ignore[arg-type]
    village.settle()
    with b.as_pod() as pod:
        pod.meetups.publish(least("event", title="Ours"), audience=Audience.POD)  # type: ignore[arg-type]
        found = pod.meetups.upcoming(ahead_s=366 * 86_400, limit=1000)
        titles = [it.item.body.title for it in found]
        assert {"Potluck", "Ours"} < set(titles)
        assert len(titles) == limits.MAX_EVENTS_OF_EACH + 2
        assert len(pod.meetups.for_calendar()) == limits.MAX_EVENTS_OF_EACH + 2
        assert len(pod.meetups.page(ItemQuery(author=a.pod_id, limit=1000))) == len(titles) + 3
