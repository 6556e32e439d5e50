"""Pods on one LAN see each other: mDNS announces this one and hears of others.

Spec: docs/protocol.md §7.8; RFC 6762 and 6763. Anyone on the LAN can say anything, so what is
heard is a hint where to dial and nothing more: the handshake decides. The node runs as well
without all this.
"""

import asyncio
import ipaddress
import logging
import re
from collections.abc import Callable, Sequence
from functools import partial
from typing import Final, NamedTuple

from zeroconf import DNSQuestionType, IPVersion, ServiceStateChange, Zeroconf
from zeroconf.asyncio import AsyncServiceBrowser, AsyncServiceInfo, AsyncZeroconf

from node.clock import monotonic_ms
from protocol.introduction import Address
from protocol.limits import MAX_ADDRESSES, MAX_NEIGHBOURS

log = logging.getLogger(__name__)

SERVICE: Final = "_mutualpod._tcp.local."
VERSION: Final = b"1"
"""Of the protocol that pods on a channel speak; a service of another one is not for us."""

MAX_SEEN: Final = 64
"""Services remembered. Half of the places are for neighbours that we look for."""
MAX_TXT_BYTES: Final = 400
"""Ours takes 15. What is longer is not read."""
LOOK_UPS_AT_ONCE: Final = 4
FLOOD_NAMES: Final = 256
"""Names heard in one round, after which we begin with an empty cache: the library would repeat
ten thousand invented ones in each of its questions."""
ROUND_MS: Final = (20_000, 60_000)
"""Least and greatest time between two rounds: python-zeroconf asks four times at its start and
then never again of its own accord, and so two halves of a LAN that heal would stay apart."""
HOSTS_EVERY_MS: Final = 5_000
"""How soon another address of this machine is noticed."""
HOLDS_MS: Final = 10_000
"""What was looked up is not looked up again sooner: whoever floods us with news makes us dial
no more often than this."""
FORGET_MS: Final = 180_000
"""Addresses in mDNS live 120 s; one more round, and who is not heard any more is forgotten."""
LOOK_UP_MS: Final = 3_000

_TAG: Final = re.compile(r"[a-z2-7]{8}")
# Where a LAN can be (RFC 1918, 3927, 6598, 4193). A liar can make us knock at a door of the
# neighbourhood, but not at one in the internet.
_LANS: Final = tuple(
    [
        ipaddress.ip_network(lan)
        for lan in (
            *("10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "169.254.0.0/16", "100.64.0.0/10"),
            "fc00::/7",
        )
    ]
)

# It logs what strangers send, and errors of a cable that is out.
logging.getLogger("zeroconf").setLevel(logging.CRITICAL)


class Announcement(NamedTuple):
    """What a pod says of itself. tag: short_id of its pod id.  port: TCP, for neighbours."""

    tag: str
    port: int


class Seen(NamedTuple):
    """A service that says it is a pod. addresses: `host:port`, IPv4 first, at most 4.

    heard_ms: monotonic, when it was last looked up.
    """

    tag: str
    addresses: tuple[str, ...]
    heard_ms: int


class Around(NamedTuple):
    """What a running node knows of the LAN that it is on.

    seen: pods there, this one too.  is_looking: whether it looks at all, by its settings.
    trouble: why it sees nobody, if something is in the way.  places: where it is reached.
    """

    seen: tuple[Seen, ...] = ()
    is_looking: bool = False
    trouble: str | None = None
    places: tuple[str, ...] = ()


class Discovery:
    """Announces and browses. `run` it as a task; read `seen` at any time.

    trouble: why it does not work at present; None when it does, or is about to.
    """

    def __init__(
        self,
        hosts: Callable[[], Sequence[str]],
        *,
        chance: Callable[[], float],
        announcement: Announcement | None = None,
        is_sought: Callable[[str], bool] = lambda _: False,
        round_ms: tuple[int, int] = ROUND_MS,
    ) -> None:
        """hosts: our IPv4 addresses now; multicast is sent and heard at these alone.

        announcement: None only browses.  is_sought: whether this is the tag of a neighbour that
        we look for; strangers, however many, take no place from it.  round_ms: as ROUND_MS.
        """
        self.trouble: str | None = None
        self._hosts = hosts
        self._chance = chance
        self._announcement = announcement
        self._is_sought = is_sought
        self._round_ms = round_ms
        self._seen: dict[str, Seen] = {}
        self._look_ups: dict[str, asyncio.Task[None]] = {}
        self._turns = asyncio.Semaphore(LOOK_UPS_AT_ONCE)
        self._names_heard = 0

    @property
    def seen(self) -> list[Seen]:
        """What was seen lately, ourselves too if we announce; in the order of tags."""
        return sorted(self._seen.values())

    def addresses_of(self, tag: str) -> tuple[str, ...]:
        """Return where a pod with this tag may be, as far as has been heard."""
        return self._seen[tag].addresses if tag in self._seen else ()

    async def run(self) -> None:
        """Announce and browse until cancelled. What stands in the way is logged once."""
        while True:
            try:
                await self._serve(sorted(self._hosts()))
            except OSError as err:
                self._note_trouble(err.strerror or str(err))
            except Exception as err:  # noqa: BLE001  # the outermost loop of what a node can miss
                self._note_trouble(f"{type(err).__name__} {err}")
            await asyncio.sleep(HOSTS_EVERY_MS / 1000)

    def _note_trouble(self, trouble: str | None) -> None:
        if trouble != self.trouble:
            log.info("mdns works=%s why=%r", trouble is None, trouble)
        self.trouble = trouble

    async def _serve(self, hosts: list[str]) -> None:
        """Work at these addresses until we have others. Raises OSError and what zeroconf does."""
        if not hosts:
            raise OSError("no address in any LAN")
        mdns = AsyncZeroconf(interfaces=hosts, ip_version=IPVersion.V4Only)
        try:
            await mdns.zeroconf.async_wait_for_start()
            if not mdns.zeroconf.engine.senders:
                raise OSError("no interface takes multicast")
            self._note_trouble(None)
            await self._rounds(mdns, hosts)
        finally:
            for look_up in list(self._look_ups.values()):
                look_up.cancel()
            await mdns.async_close()

    async def _rounds(self, mdns: AsyncZeroconf, hosts: list[str]) -> None:
        service = self._announcement and service_of(self._announcement, hosts)
        if service:
            # Not asked for first, as names are that two machines may choose alike: ours is made
            # from a key, and whoever contests it shall not silence us.
            await (await mdns.async_register_service(service, cooperating_responders=True))
        self._names_heard = 0
        while self._names_heard <= FLOOD_NAMES:
            self._names_heard = 0
            # Asked by multicast: an answer by unicast would reach one of the programs on this
            # machine that listen at the port of mDNS, and avahi is often the other.
            browser = AsyncServiceBrowser(
                mdns.zeroconf, SERVICE, [self._hear], question_type=DNSQuestionType.QM
            )
            try:
                if await self._hosts_change_within_a_round(hosts):
                    return
            finally:
                await browser.async_cancel()
            self._forget()
            if service:
                await (await mdns.async_update_service(service))

    async def _hosts_change_within_a_round(self, hosts: list[str]) -> bool:
        due_ms = monotonic_ms() + length_ms(self._round_ms, self._chance())
        while (left_ms := due_ms - monotonic_ms()) > 0:
            await asyncio.sleep(min(left_ms, HOSTS_EVERY_MS) / 1000)
            if sorted(self._hosts()) != hosts:
                return True
        return False

    # --- What is heard ---

    def _hear(
        self, zeroconf: Zeroconf, service_type: str, name: str, state_change: ServiceStateChange
    ) -> None:
        self._names_heard += 1
        tag = name.removesuffix(f".{service_type}")
        if not _TAG.fullmatch(tag):
            return
        if state_change is ServiceStateChange.Removed:
            self._seen.pop(tag, None)
        elif self._is_worth_a_look(tag):
            look_up = asyncio.create_task(self._look_up(zeroconf, tag, name))
            self._look_ups[tag] = look_up
            look_up.add_done_callback(partial(self._end_look_up, tag))

    def _is_worth_a_look(self, tag: str) -> bool:
        if tag in self._look_ups:
            return False
        if tag in self._seen:
            return monotonic_ms() - self._seen[tag].heard_ms >= HOLDS_MS
        others = {*self._seen, *self._look_ups}
        strangers = sum(not self._is_sought(other) for other in others)
        return self._is_sought(tag) or strangers < MAX_SEEN - MAX_NEIGHBOURS

    async def _look_up(self, zeroconf: Zeroconf, tag: str, name: str) -> None:
        async with self._turns:
            info = AsyncServiceInfo(SERVICE, name)
            found = await info.async_request(zeroconf, LOOK_UP_MS, DNSQuestionType.QM)
            if found and (addresses := addresses_in(info, tag, self._hosts())):
                self._seen[tag] = Seen(tag, addresses, monotonic_ms())

    def _end_look_up(self, tag: str, look_up: asyncio.Task[None]) -> None:
        del self._look_ups[tag]
        if not look_up.cancelled() and (err := look_up.exception()):
            log.info("look_up failed=%s", type(err).__name__)

    def _forget(self) -> None:
        since_ms = monotonic_ms() - FORGET_MS
        self._seen = {tag: seen for tag, seen in self._seen.items() if seen.heard_ms >= since_ms}


def length_ms(round_ms: tuple[int, int], chance: float) -> int:
    """Return how long one round takes: a street that starts at once shall not speak in chorus."""
    least_ms, greatest_ms = round_ms
    return least_ms + int(chance * (greatest_ms - least_ms))


async def look_around(hosts: Callable[[], Sequence[str]], seconds: float) -> Discovery:
    """Browse for so long, and return what has come of it."""
    discovery = Discovery(hosts, chance=lambda: 0.5)
    try:
        async with asyncio.timeout(seconds):
            await discovery.run()
    except TimeoutError:
        pass
    return discovery


def service_of(announcement: Announcement, hosts: Sequence[str]) -> AsyncServiceInfo:
    """Return what is announced: nothing about people, and no name that people gave."""
    tag, port = announcement
    return AsyncServiceInfo(
        SERVICE,
        f"{tag}.{SERVICE}",
        port=port,
        # A host name of its own: that of the machine is avahi's, and says whose it is.
        server=f"pod-{tag}.local.",
        parsed_addresses=list(hosts),
        properties={"v": VERSION.decode(), "p": tag},
    )


def addresses_in(info: AsyncServiceInfo, tag: str, ours: Sequence[str]) -> tuple[str, ...]:
    """Return the addresses of a service that is a pod of this tag, those that may be dialled.

    ours: our own addresses. On loopback alone, loopback is the LAN.
    """
    text = info.text or b""
    if len(text) > MAX_TXT_BYTES or not info.port:
        return ()
    if (info.properties.get(b"v"), info.properties.get(b"p")) != (VERSION, tag.encode()):
        return ()
    only_here = all(ipaddress.ip_address(host).is_loopback for host in ours)
    found = [
        address
        for address in map(ipaddress.ip_address, info.parsed_addresses())
        if (address.is_loopback if only_here else any(address in lan for lan in _LANS))
    ]
    # In an order that stays: addresses that change are tried at once.
    found.sort(key=lambda address: (address.version, int(address)))
    return tuple([str(Address(str(address), info.port)) for address in found[:MAX_ADDRESSES]])
