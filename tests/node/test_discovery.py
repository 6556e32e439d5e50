"""Discovery on loopback: real mDNS between tasks of one process, and what liars can do with it.

Each test has loopback addresses of its own, since other programs may speak mDNS there too.
Real nodes on a real LAN: tests/lan/test_discovery.py.
"""

import asyncio
import os
import socket
import struct
from base64 import b32encode
from collections.abc import AsyncIterator, Callable, Iterable
from contextlib import asynccontextmanager, suppress
from pathlib import Path

import pytest
from zeroconf import IPVersion
from zeroconf.asyncio import AsyncServiceInfo, AsyncZeroconf

from node import discovery
from node.addresses import lan_hosts, own_hosts
from node.clock import monotonic_ms
from node.discovery import (
    FLOOD_NAMES,
    FORGET_MS,
    MAX_SEEN,
    MAX_TXT_BYTES,
    ROUND_MS,
    SERVICE,
    Announcement,
    Discovery,
    Seen,
    addresses_in,
    length_ms,
    look_around,
    service_of,
)
from node.pod import Pod
from node.recovery import new_seed
from protocol.clock import ClockState, Now
from protocol.identity import PodId
from protocol.limits import MAX_ADDRESSES, MAX_NEIGHBOURS
from tests.channels import identity
from tests.patience import PATIENCE_S

PORT = 4781
OURS_ALONE = b32encode(os.urandom(3)).decode().lower()[:4]
"""In each tag: the same tests may run at the same time in another process of this machine."""
LO = "127.{}.{}".format(*os.urandom(2))
"""And the beginning of each address."""
A, B = f"mapl{OURS_ALONE}", f"mill{OURS_ALONE}"
QUICK_MS = (300, 400)


@asynccontextmanager
async def running(
    host: str,
    tag: str | None = None,
    *,
    is_sought: Callable[[str], bool] = lambda tag: OURS_ALONE in tag,
    round_ms: tuple[int, int] = QUICK_MS,
) -> AsyncIterator[Discovery]:
    """Run it at host. What is not of these tests, however much, takes no place from what is."""
    found = Discovery(
        lambda: [host],
        chance=lambda: 0.5,
        announcement=Announcement(tag, PORT) if tag else None,
        is_sought=is_sought,
        round_ms=round_ms,
    )
    task = asyncio.create_task(found.run())
    try:
        yield found
    finally:
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task


@asynccontextmanager
async def liars(host: str, tags: Iterable[str]) -> AsyncIterator[AsyncZeroconf]:
    """Announce a pod under each of these tags, until the block ends without a goodbye."""
    mdns = AsyncZeroconf(interfaces=[host], ip_version=IPVersion.V4Only)
    try:
        services = [service_of(Announcement(tag, PORT), [host]) for tag in tags]
        said = [
            await mdns.async_register_service(service, cooperating_responders=True)
            for service in services
        ]
        await asyncio.gather(*said)
        yield mdns
    finally:
        mdns.zeroconf.registry.async_remove(mdns.zeroconf.registry.async_get_service_infos())
        await mdns.async_close()


async def until(holds: Callable[[], bool]) -> None:
    """Look again and again: what waits for the network has no event to wait for."""
    async with asyncio.timeout(PATIENCE_S):
        while not holds():  # noqa: ASYNC110
            await asyncio.sleep(0.02)


def numbered(count: int) -> list[str]:
    digits = "abcdefghijklmnopqrstuvwxyz234567"
    return [
        f"{OURS_ALONE}{digits[n // 1024]}{digits[n // 32 % 32]}{digits[n % 32]}2"
        for n in range(count)
    ]


# --- Who is seen ---


async def test_two_see_each_other_and_themselves() -> None:
    async with running(f"{LO}.1", A) as a, running(f"{LO}.2", B) as b:
        await until(lambda: bool(a.addresses_of(B) and b.addresses_of(A) and b.addresses_of(B)))
        assert a.addresses_of(B) == (f"{LO}.2:{PORT}",)
        assert b.addresses_of(A) == (f"{LO}.1:{PORT}",)
        assert a.addresses_of("nobody22") == ()
        assert a.trouble is b.trouble is None


async def test_who_stops_says_so_and_is_seen_no_more() -> None:
    async with running(f"{LO}.3", round_ms=(60_000, 60_000)) as watcher:
        async with running(f"{LO}.4", A):
            await until(lambda: bool(watcher.addresses_of(A)))
        await until(lambda: not watcher.addresses_of(A))


async def test_looking_around_ends_and_says_nothing_of_us() -> None:
    async with running(f"{LO}.5", A) as there:
        await until(lambda: bool(there.seen))
        while not (found := await look_around(lambda: [f"{LO}.6"], 1.5)).addresses_of(A):
            continue
        assert found.addresses_of(A) == (f"{LO}.5:{PORT}",)
        assert all(f"{LO}.6" not in address for it in there.seen for address in it.addresses)


async def test_what_is_announced_tells_of_a_pod_and_not_of_people() -> None:
    async with (
        running(f"{LO}.7", A) as there,
        liars(f"{LO}.8", []) as asker,
    ):
        await until(lambda: bool(there.seen))
        info = AsyncServiceInfo(SERVICE, f"{A}.{SERVICE}")
        assert await info.async_request(asker.zeroconf, 1000 * PATIENCE_S)
    assert info.properties == {b"v": b"1", b"p": A.encode()}
    assert info.port == PORT
    assert info.parsed_addresses() == [f"{LO}.7"]
    assert info.server == f"pod-{A}.local."


async def test_who_is_not_heard_any_more_is_forgotten() -> None:
    async with running(f"{LO}.16") as watcher:
        now_ms = monotonic_ms()
        watcher._seen["ghost222"] = Seen("ghost222", (f"{LO}.99:1",), now_ms - FORGET_MS)
        watcher._seen["lately22"] = Seen("lately22", (f"{LO}.99:1",), now_ms)
        await until(lambda: not watcher.addresses_of("ghost222"))
        assert watcher.addresses_of("lately22")


# --- What stands in the way ---


@pytest.mark.parametrize(("chance", "after_s"), [(0.0, 20), (0.5, 40), (1.0, 60)])
def test_rounds_are_twenty_to_sixty_seconds_apart(chance: float, after_s: int) -> None:
    assert length_ms(ROUND_MS, chance) == after_s * 1000


async def test_without_a_network_it_says_so_and_goes_on() -> None:
    alone = Discovery(list, chance=lambda: 0.5)
    task = asyncio.create_task(alone.run())
    await until(lambda: alone.trouble is not None)
    assert alone.trouble == "no address in any LAN"
    assert not task.done()
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)


# --- Liars ---


async def test_strangers_are_bounded_and_take_no_place_from_neighbours() -> None:
    strangers = MAX_SEEN - MAX_NEIGHBOURS
    async with (
        running(f"{LO}.9", is_sought=lambda tag: tag == A) as watcher,
        liars(f"{LO}.10", numbered(strangers + 8)),
    ):
        await until(lambda: len(watcher.seen) == strangers)
        async with running(f"{LO}.11", A):
            await until(lambda: bool(watcher.addresses_of(A)))
            assert len(watcher.seen) <= strangers + 1


async def test_news_made_up_quickly_makes_us_dial_no_more_often(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(discovery, "HOLDS_MS", 86_400_000)  # however slow this machine is
    async with (
        running(f"{LO}.14") as watcher,
        liars(f"{LO}.15", [A]) as liar,
    ):
        await until(lambda: bool(watcher.addresses_of(A)))
        elsewhere = service_of(Announcement(A, PORT), [f"{LO}.99"])
        await (await liar.async_update_service(elsewhere))
        # What is said after it has been heard.
        later = service_of(Announcement(B, PORT), [f"{LO}.15"])
        await liar.async_register_service(later, cooperating_responders=True)
        await until(lambda: bool(watcher.addresses_of(B)))
        assert watcher.addresses_of(A) == (f"{LO}.15:{PORT}",)


async def test_a_flood_of_names_is_not_repeated_in_our_questions() -> None:
    """What a liar said once, the library would send along with every question for an hour."""
    watching = f"{LO}.12"
    with mdns_at(watching) as ear, mdns_at(f"{LO}.13") as liar:
        async with running(watching) as watcher:

            def is_heard() -> bool:
                liar.sendto(flood(FLOOD_NAMES + 50), MDNS)
                return any(OURS_ALONE.encode() in packet for packet in questions(ear, watching))

            await until(is_heard)
            # It begins anew, and nobody repeats the names to it.
            repeated: list[bool] = []

            def asks_shortly() -> bool:
                asked = [it for it in questions(ear, watching) if ASKS in it]
                repeated.extend(OURS_ALONE.encode() in it for it in asked)
                return len(repeated) >= 4 and not any(repeated[-4:])

            await until(asks_shortly)
            assert watcher.trouble is None


MDNS = ("224.0.0.251", 5353)
ASKS = b"".join(bytes([len(it)]) + it.encode() for it in SERVICE.split(".")) + b"\0\x0c"
"""How a question for all pods begins: the name of the service, and PTR."""


def mdns_at(host: str) -> socket.socket:
    """Return a socket that hears all mDNS at host, and speaks there."""
    ear = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    ear.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    ear.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
    ear.setsockopt(socket.IPPROTO_IP, socket.IP_MULTICAST_IF, socket.inet_aton(host))
    ear.bind(("", MDNS[1]))
    group = socket.inet_aton(MDNS[0]) + socket.inet_aton(host)
    ear.setsockopt(socket.IPPROTO_IP, socket.IP_ADD_MEMBERSHIP, group)
    ear.setblocking(False)
    return ear


def flood(count: int) -> bytes:
    """Return one packet that names so many pods: it is heard whole, or not at all."""
    answer = struct.pack("!HHHHHH", 0, 0x8400, 0, count, 0, 0)
    named, hour_s = ASKS[:-2], 3600
    for tag in numbered(count):
        # Each name after the first one points at the service's, at byte 12.
        target = b"\x08" + tag.encode() + b"\xc0\x0c"
        answer += named + struct.pack("!HHIH", 12, 1, hour_s, len(target)) + target
        named = b"\xc0\x0c"
    return answer


def questions(ear: socket.socket, host: str) -> list[bytes]:
    """Return the packets of questions that host sent since the last time."""
    packets = []
    with suppress(BlockingIOError):
        while True:
            packet, (sender, _) = ear.recvfrom(65_535)
            is_answer = struct.unpack_from("!H", packet, 2)[0] & 0x8000
            if sender == host and not is_answer:
                packets.append(packet)
    return packets


def told(
    *addresses: str, version: str = "1", tag: str = A, port: int = PORT, **more: str
) -> AsyncServiceInfo:
    """Return a service as it may be told under the name of A. more: in its TXT."""
    return AsyncServiceInfo(
        SERVICE,
        f"{A}.{SERVICE}",
        port=port,
        parsed_addresses=list(addresses),
        properties={"v": version, "p": tag, **more},
    )


OURS = ["192.168.1.4"]


def test_hints_are_in_one_order_and_ipv4_comes_first() -> None:
    hints = ("fd00::1", "192.168.1.9", "10.0.0.2")
    expected = (f"10.0.0.2:{PORT}", f"192.168.1.9:{PORT}", f"[fd00::1]:{PORT}")
    assert addresses_in(told(*hints), A, OURS) == expected
    assert addresses_in(told(*reversed(hints)), A, OURS) == expected


@pytest.mark.parametrize(
    "elsewhere",
    [
        *("127.0.0.1", "0.0.0.0", "224.0.0.251", "8.8.8.8", "255.255.255.255", "203.0.113.9"),
        *("::1", "::", "fe80::1", "2001:db8::1", "ff02::fb", "::ffff:8.8.8.8"),
    ],
)
def test_no_hint_leads_out_of_the_neighbourhood_or_to_ourselves(elsewhere: str) -> None:
    assert addresses_in(told(elsewhere), A, OURS) == ()


def test_on_loopback_alone_loopback_is_the_neighbourhood() -> None:
    assert addresses_in(told("127.0.0.9", "10.0.0.1"), A, ["127.0.0.1"]) == (f"127.0.0.9:{PORT}",)


def test_few_addresses_are_taken_from_one() -> None:
    many = [f"10.0.0.{number}" for number in range(1, MAX_ADDRESSES + 2)]
    assert len(addresses_in(told(*many), A, OURS)) == MAX_ADDRESSES


@pytest.mark.parametrize(
    "odd",
    [
        told("10.0.0.1", version="2"),
        told("10.0.0.1", tag=B),
        told("10.0.0.1", port=0),
        AsyncServiceInfo(SERVICE, f"{A}.{SERVICE}", port=PORT, parsed_addresses=["10.0.0.1"]),
    ],
    ids=["another version", "another tag inside", "no port", "nothing inside"],
)
def test_what_is_not_said_as_a_pod_says_it_is_no_pod(odd: AsyncServiceInfo) -> None:
    assert addresses_in(odd, A, OURS) == ()


@pytest.mark.parametrize(("length", "is_read"), [(MAX_TXT_BYTES, True), (MAX_TXT_BYTES + 1, False)])
def test_a_long_text_is_not_read(length: int, is_read: bool) -> None:
    # Each key takes a byte for its length, its name and "="; two of them, as one ends at 255.
    rest = length - len(told("10.0.0.1").text)
    info = told("10.0.0.1", x="y" * 200, z="y" * (rest - 203 - 3))
    assert len(info.text) == length
    assert bool(addresses_in(info, A, OURS)) is is_read


# --- Where we are ---


def test_where_others_on_the_lan_reach_us() -> None:
    ipv4 = [host for host in own_hosts() if ":" not in host]
    assert lan_hosts([]) == lan_hosts(["::"]) == lan_hosts(["0.0.0.0"]) == ipv4
    assert lan_hosts(["192.168.1.4", "fd00::4"]) == ["192.168.1.4"]
    assert lan_hosts(["::1"]) == []


# --- What is remembered ---


def test_the_address_that_worked_is_tried_first_from_then_on(tmp_path: Path) -> None:
    now = Now(0, 1_800_000_000_000, ClockState.SYNCED)
    neighbour = identity("neighbour").certificate
    seeds = {"seed": new_seed(), "working_seed": new_seed()}
    with Pod.create(tmp_path, name="Maple Street", **seeds, now=now) as pod:

        def addresses() -> tuple[str, ...]:
            return pod.neighbours.all()[0].addresses

        pod.neighbours.add(neighbour, "Mill Lane", ["10.0.0.1:1", "10.0.0.2:1"], seen=True)
        pod.keeper.roster.note_address(neighbour.pod_id, "10.0.0.2:1", now)
        assert addresses() == ("10.0.0.2:1", "10.0.0.1:1")
        pod.keeper.roster.note_address(neighbour.pod_id, "10.0.0.3:1", now)
        assert addresses() == ("10.0.0.3:1", "10.0.0.2:1", "10.0.0.1:1")
        pod.keeper.roster.note_address(PodId(bytes(32)), "10.0.0.9:1", now)
        assert addresses() == ("10.0.0.3:1", "10.0.0.2:1", "10.0.0.1:1")
