"""What goes wrong between houses is noticed, and mends itself: real nodes, real links.

One long day is shared by several tests, so that they wait at the same time and not in turn.
"""

import time
from typing import NamedTuple

import pytest

from protocol.limits import HEARTBEAT_MS, SILENCE_MS
from tests.lan.conftest import Street
from tests.lan.home import Home
from tests.lan.lab import wait_until
from tests.lan.test_discovery import ELSEWHERE

NOTICED_S = (HEARTBEAT_MS + SILENCE_MS) / 1000 + 10
"""A dead link is noticed in this time, on a machine that has other things to do."""


class Day(NamedTuple):
    """What became of two pairs of neighbours, on a LAN each, and of one that came late.

    alder and birch are parted by a switch that is silent: each link stays up.
    hazel's house loses its power, and maple is its neighbour.
    late moves in on birch's side while the LAN is parted, and knows no right address.
    """

    alder: Home
    birch: Home
    late: Home
    maple: Home
    hazel: Home
    noticed_s: dict[str, float]


@pytest.fixture(scope="module")
def day(long_street: Street) -> Day:
    # Apart from the others: when hazel comes back its questions make everybody speak up.
    other_lab, (maple, hazel) = long_street("maple", "hazel")
    lab, (alder, birch, late) = long_street("alder", "birch", "late")
    maple.befriend(hazel, hazel.address)
    alder.befriend(birch, birch.address)
    alder.befriend(late, ELSEWHERE)
    for home in (alder, birch, maple, hazel):
        home.start()
    alder.offer("before")
    hazel.offer("before")
    wait_until(lambda: "before" in birch.board & maple.board, "what was said before")

    parted_s = time.monotonic()
    lab.part(birch.house, late.house)
    other_lab.silence(hazel.house)
    hazel.kill()
    late.start()
    for home in (alder, birch, late, maple, hazel):
        home.offer(f"while parted, at {home.name}")
    noticed_s = time_to_miss(parted_s, (alder, birch), (birch, alder), (maple, hazel))
    lab.join()
    other_lab.join()
    hazel.start()
    return Day(alder, birch, late, maple, hazel, noticed_s)


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


def test_silence_and_a_power_cut_are_noticed_by_heartbeat(day: Day) -> None:
    assert {name for name, after_s in day.noticed_s.items() if after_s > NOTICED_S} == set()


def test_pods_agree_after_the_street_is_whole_again(day: Day) -> None:
    both = {"before", "while parted, at alder", "while parted, at birch"}
    wait_until(lambda: both <= day.alder.board & day.birch.board, "what was said on either side")


def test_a_pod_back_from_a_power_cut_is_met_again(day: Day) -> None:
    wait_until(lambda: day.maple.has_met(day.hazel, times=2), "hazel, met again")
    day.hazel.offer("after")
    wait_until(lambda: "after" in day.maple.board, "what hazel says now")
    assert day.maple.board == day.hazel.board


def test_a_pod_that_came_while_the_street_was_parted_is_found(day: Day) -> None:
    everything = day.alder.board | {"while parted, at late"}
    wait_until(lambda: day.late.board >= everything, "all of alder's board at late")
    wait_until(lambda: "while parted, at late" in day.birch.board, "what late says, through alder")


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
