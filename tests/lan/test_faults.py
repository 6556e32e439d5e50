"""What goes wrong between houses is noticed, and mends itself: real nodes, real links.

One long day is shared by several tests, so that they wait at the same time and not in turn.
"""

import time
from pathlib import Path
from typing import NamedTuple

import pytest

from protocol.limits import HEARTBEAT_MS, SILENCE_MS
from store.aid import BoardQuery
from tests.lan.conftest import Street
from tests.lan.home import PORT, Home
from tests.lan.lab import SUBNET, wait_until
from tests.lan.test_discovery import ELSEWHERE

NOTICED_S = (HEARTBEAT_MS + SILENCE_MS) / 1000 + 60
"""A dead link is noticed in this time, on a machine that has other things to do; TCP by itself
takes a quarter of an hour."""
SECONDS_S = 1.5 * HEARTBEAT_MS / 1000
"""What ends a connection, as the end of a process does, is noticed without any heartbeat; by one,
between HEARTBEAT_MS and HEARTBEAT_MS + SILENCE_MS."""


class Day(NamedTuple):
    """What became of five pairs of neighbours, on a LAN each, and of one that came late.

    alder and birch are parted by a switch that is silent: each link stays up.
    hazel's house loses its power, and maple is its neighbour.
    elm's house gets another address, and ash is its neighbour.
    gum's node stands still for a while, and fir is its neighbour.
    jay's cable is pulled, and ivy is its neighbour.
    late moves in on birch's side while the LAN is parted, and knows no right address.
    """

    alder: Home
    birch: Home
    late: Home
    maple: Home
    hazel: Home
    ash: Home
    elm: Home
    fir: Home
    gum: Home
    ivy: Home
    jay: Home
    noticed_s: dict[str, float]


NEW_HOST = f"{SUBNET}.99"


@pytest.fixture(scope="module")
def day(long_street: Street) -> Day:
    # Apart from each other: a node that starts asks, and everybody who is asked speaks up.
    split, (alder, birch, late) = long_street("alder", "birch", "late")
    dark, (maple, hazel) = long_street("maple", "hazel")
    moved, (ash, elm) = long_street("ash", "elm")
    _, (fir, gum) = long_street("fir", "gum")
    pulled, (ivy, jay) = long_street("ivy", "jay")
    for us, them in ((alder, birch), (maple, hazel), (ash, elm), (fir, gum), (ivy, jay)):
        us.befriend(them, them.address)
        us.offer("before")
        us.start()
        them.start()
    alder.befriend(late, ELSEWHERE)
    far = (birch, hazel, elm, gum, jay)
    wait_until(lambda: all("before" in it.board for it in far), "all that was before")

    now_s = time.monotonic()
    split.part(birch.house, late.house)
    dark.silence(hazel.house)
    hazel.kill()
    moved.give_address(elm.house, NEW_HOST)
    gum.freeze()
    pulled.unplug(jay.house)
    late.start()
    for home in (alder, birch, late, maple, hazel, ash, elm, fir, gum, ivy, jay):
        home.offer(f"after, at {home.name}")
    missed = ((alder, birch), (birch, alder), (maple, hazel), (fir, gum), (ivy, jay), (jay, ivy))
    noticed_s = time_to_miss(now_s, *missed)
    for lab in (split, dark, pulled):
        lab.join()
    gum.thaw()
    hazel.start()
    return Day(alder, birch, late, maple, hazel, ash, elm, fir, gum, ivy, jay, noticed_s)


def time_to_miss(since_s: float, *pairs: tuple[Home, Home]) -> dict[str, float]:
    """Wait until the first of each pair has given up the second; return after how long."""
    noticed_s: dict[str, float] = {}

    def all_noticed() -> bool:
        for us, them in pairs:
            if us.has_missed(them):
                noticed_s.setdefault(us.name, time.monotonic() - since_s)
        return len(noticed_s) == len(pairs)

    wait_until(all_noticed, "that the others are gone")
    return noticed_s


def test_who_is_gone_in_whatever_way_is_missed_by_heartbeat(
    day: Day,
) -> None:
    assert {name for name, after_s in day.noticed_s.items() if after_s > NOTICED_S} == set()


def test_pods_agree_after_the_street_is_whole_again(day: Day) -> None:
    both = {"before", "after, at alder", "after, at birch"}
    wait_until(lambda: both <= day.alder.board & day.birch.board, "what was said on either side")


def test_a_pod_back_from_a_power_cut_is_met_again(day: Day) -> None:
    both = {"before", "after, at maple", "after, at hazel"}
    wait_until(lambda: both == day.maple.board == day.hazel.board, "what was said meanwhile")
    assert day.maple.has_met(day.hazel, times=2)


def test_a_peer_that_stopped_reading_is_met_again(day: Day) -> None:
    both = {"before", "after, at fir", "after, at gum"}
    wait_until(lambda: both == day.fir.board == day.gum.board, "what was said meanwhile")


def test_a_cable_plugged_in_again_brings_everything(day: Day) -> None:
    both = {"before", "after, at ivy", "after, at jay"}
    wait_until(lambda: both == day.ivy.board == day.jay.board, "what was said meanwhile")


def test_a_peer_that_is_killed_is_missed_in_seconds_and_met_again(street: Street) -> None:
    _, (alder, birch) = street("alder", "birch")
    alder.befriend(birch, birch.address)
    alder.start()
    birch.start()
    alder.offer("before")
    wait_until(lambda: "before" in birch.board, "what was before")
    birch.kill()
    wait_until(lambda: alder.was_left_by(birch), "that birch is gone", SECONDS_S)
    birch.offer("after")
    birch.start()
    wait_until(lambda: alder.board == {"before", "after"}, "what was said meanwhile")


def test_a_neighbour_with_a_new_address_is_met_there(day: Day) -> None:
    both = {"before", "after, at ash", "after, at elm"}
    wait_until(lambda: both == day.ash.board == day.elm.board, "what was said after the move")
    # The one that dialled last time has stored where.
    stored = {day.ash.stored["elm"][0], day.elm.stored["ash"][0]}
    assert stored & {f"{NEW_HOST}:{PORT}", day.ash.address}
    assert stored != {day.elm.address}


def test_a_pod_that_came_while_the_street_was_parted_is_found(day: Day) -> None:
    everything = {"before", "after, at alder", "after, at birch", "after, at late"}
    wait_until(lambda: day.late.board == everything, "all of the street at late")
    wait_until(lambda: day.birch.board == everything, "what late says, through alder")


def test_three_pods_in_a_line_share_through_the_one_between(street: Street) -> None:
    _, (alder, birch, cedar) = street("alder", "birch", "cedar")
    alder.befriend(birch, birch.address)
    birch.befriend(cedar, cedar.address)
    alder.offer("soup")
    for home in (alder, birch, cedar):
        home.start()
    wait_until(lambda: "soup" in cedar.board, "soup, two hops away")
    cedar.offer("bread")
    wait_until(lambda: "bread" in alder.board, "bread, live over two hops")
    assert not cedar.has_met(alder)


def test_a_late_and_lossy_cable_carries_everything(street: Street) -> None:
    lab, (alder, birch) = street("alder", "birch")
    lab.spoil(2, delay_ms=50, loss_percent=5)
    alder.befriend(birch, ELSEWHERE)  # to be found by what gets through of mDNS
    titles = {f"jar {number}" for number in range(200)}
    for title in titles:
        alder.offer(title)
    alder.start()
    birch.start()
    wait_until(lambda: birch.board == titles, "two hundred listings")


def test_nothing_that_people_wrote_can_be_read_on_the_way(street: Street, tmp_path: Path) -> None:
    secret = "Quetzalcoatlus"  # a word that nothing else on the LAN holds
    lab, (alder, birch) = street(f"alder {secret}", f"birch {secret}")
    lab.record(1, tmp_path / "frames")
    alder.befriend(birch, birch.address)
    alder.start()
    birch.start()
    for home in (alder, birch):
        home.offer(f"{secret}, at {home.name}")
    wait_until(lambda: len(alder.board) == len(birch.board) == 2, "both listings at both")
    to = birch.pod.pod_id

    def can_be_written_to() -> bool:
        alder.pod.catch_up()
        return alder.pod.letters.hindrance(to) is None

    wait_until(can_be_written_to, "a card to seal a letter by")
    [theirs] = alder.pod.listings.board(BoardQuery(author=to))
    alder.pod.letters.reply(theirs, message=f"{secret}, please", from_label=secret)
    wait_until(lambda: birch.pod.letters.unseen() == 1, "the letter at the other pod")
    frames = (tmp_path / "frames").read_bytes()
    # What mDNS says and what TLS hides were recorded, so this is the place to look.
    assert alder.tag.encode() in frames
    assert b"\x17\x03\x03" in frames
    assert secret.encode() not in frames
    assert bytes(alder.pod.pod_id) not in frames
