"""Real nodes on a real LAN see each other by mDNS, and neighbours meet where they are seen."""

import sys
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor

from tests.lan.conftest import Street
from tests.lan.home import PORT, Home
from tests.lan.lab import wait_until

ELSEWHERE = f"203.0.113.9:{PORT}"
"""Where a neighbour is not: the router takes what goes there, and no answer ever comes."""


Sights = dict[str, tuple[str, list[str]]]
"""By tag: what a pod is, and where."""


def seen_by(*homes: Home, with_: Iterable[str]) -> list[Sights]:
    """Return what `pod nearby` says in each of these houses, once these tags are among it."""
    with ThreadPoolExecutor() as threads:
        return list(threads.map(lambda home: seen_with(home, {*with_}), homes))


def seen_with(home: Home, tags: set[str]) -> Sights:
    found: Sights = {}

    def are_there() -> bool:
        found.clear()
        found.update(seen_at(home))
        return tags <= found.keys()

    wait_until(are_there, f"{tags} seen at {home.name}")
    return found


def seen_at(home: Home) -> Sights:
    said = home.ask("nearby", "--seconds", "2")
    assert said["trouble"] is None
    return {it["tag"]: (it["is"], it["addresses"]) for it in said["seen"]}


def test_pods_see_each_other_and_what_each_is(street: Street) -> None:
    _, (maple, mill, river) = street("maple", "mill", "river")
    maple.befriend(mill, mill.address)
    for home in (maple, mill, river):
        home.start()
    every_tag = {it.tag for it in (maple, mill, river)}
    at_maple, at_mill, at_river = seen_by(maple, mill, river, with_=every_tag)
    assert at_maple == {
        maple.tag: ("this pod", [maple.address]),
        mill.tag: ("neighbour", [mill.address]),
        river.tag: ("unknown", [river.address]),
    }
    assert {tag: what for tag, (what, _) in at_mill.items()} == {
        maple.tag: "neighbour",
        mill.tag: "this pod",
        river.tag: "unknown",
    }
    assert at_river.keys() == at_maple.keys()
    # Unknown pods are shown, and left alone.
    assert not river.has_met(maple)
    assert not maple.has_met(river)


def test_a_pod_that_stops_is_seen_no_more_and_looks_around_all_the_same(street: Street) -> None:
    _, (maple, mill) = street("maple", "mill")
    maple.start()
    mill.start()
    seen_by(maple, with_=[mill.tag])
    mill.stop()
    at_maple, at_mill = seen_by(maple, mill, with_=[maple.tag])
    assert at_maple.keys() == {maple.tag}
    assert at_mill.keys() == {maple.tag}


def test_neighbours_with_wrong_addresses_meet_where_they_are_seen(street: Street) -> None:
    _, (maple, mill) = street("maple", "mill", with_router=True)
    maple.befriend(mill, ELSEWHERE)
    maple.offer("soup")
    mill.offer("bread")
    maple.start()
    mill.start()
    both = {"soup", "bread"}
    wait_until(lambda: maple.board == both == mill.board, "what is on both boards")
    # The one that dialled has learnt where the other is.
    first = {maple.stored["mill"][0], mill.stored["maple"][0]}
    assert first & {maple.address, mill.address}


def test_nothing_is_said_and_nobody_is_sought_with_mdns_off(street: Street) -> None:
    _, (maple, mill) = street("maple", "mill")
    maple.befriend(mill, mill.address)
    for home in (maple, mill):
        home.ask("config", "set", "mdns", "false")
        home.start()
    maple.offer("soup")
    wait_until(lambda: "soup" in mill.board, "soup, by the stored address")
    assert seen_at(maple) == {}


LIAR = """
import asyncio, sys
from node.discovery import Announcement, Discovery
host, *tags = sys.argv[1:]
async def lie():
    lies = [Announcement(tag, 4781) for tag in tags]
    liars = [Discovery(lambda: [host], chance=lambda: 0, announcement=it) for it in lies]
    print("lies", flush=True)
    await asyncio.gather(*[liar.run() for liar in liars])
asyncio.run(lie())
"""


def test_a_liar_under_a_neighbours_name_is_no_neighbour(street: Street) -> None:
    """It claims to be each of the two, at a port where a third pod answers."""
    lab, (maple, mill, river) = street("maple", "mill", "river")
    maple.befriend(mill, mill.address)
    river.start()
    with lab.running(3, sys.executable, "-c", LIAR, lab.host(3), maple.tag, mill.tag):
        wait_until(lambda: {maple.tag, mill.tag} <= seen_at(river).keys(), "the lies")
        maple.offer("soup")
        maple.start()
        mill.start()
        wait_until(lambda: "soup" in mill.board, "soup at mill, whatever the liar says")
        assert river.address not in {*maple.stored["mill"], *mill.stored["maple"]}
        assert river.board == set()


HOLD = """
import socket
holder = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
holder.bind(("", 5353))
print("holds", flush=True)
while True:
    holder.recv(1)
"""


def test_a_port_taken_by_another_program_is_said_once_and_borne(street: Street) -> None:
    lab, (maple, mill) = street("maple", "mill")
    maple.befriend(mill, mill.address)
    with lab.running(1, sys.executable, "-c", HOLD):
        for home in (maple, mill):
            home.start()
        maple.offer("soup")
        wait_until(lambda: "soup" in mill.board, "soup, without mDNS")
        assert maple.log.count("mdns works=False why='Address already in use'") == 1
        assert maple.ask("nearby", "--seconds", "1")["trouble"] == "Address already in use"
    wait_until(lambda: "mdns works=True" in maple.log, "mDNS, when the port is free")


def test_a_machine_without_a_network_serves_until_it_has_one(street: Street) -> None:
    lab, (maple, mill) = street("maple", "mill")
    maple.befriend(mill, ELSEWHERE)
    mill.start()
    lab.take_address(1)
    maple.start()
    wait_until(lambda: "mdns works=False why='no address in any LAN'" in maple.log, "the reason")
    maple.offer("soup")
    lab.give_address(1, lab.host(50))
    wait_until(lambda: "soup" in mill.board, "soup at mill")
