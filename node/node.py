"""A pod among others: its door, its dials, its sessions, on the event loop.

Spec: docs/protocol.md §7.1, §7.7 and §10. Whoever dials or is dialled is proved first; what
follows from a purpose, to sync, to join or to pair, is decided on the worker's thread.
"""

import asyncio
import random
from collections.abc import Callable, Sequence
from functools import partial
from typing import Final

from node.addresses import lan_hosts
from node.channel import BOUNDS, Bounds, LinkError, dial
from node.config import Config
from node.discovery import Announcement, Around, Discovery
from node.engine import Dial, Engine
from node.federation import grant, identity_of
from node.gossip import Gossip
from node.introductions import Introductions
from node.listener import Caller, Listener
from node.pod import Pod
from node.serving import Serving
from node.sync import Driver
from node.worker import Worker
from protocol.clock import Now
from protocol.errors import PeerError
from protocol.handshake import Identity, Join, Pair, Peer, Refused, Sync
from protocol.identity import Certificate, PodId, short_id
from protocol.introduction import Address, read_address
from protocol.limits import MAX_ADDRESSES
from protocol.pairing import Introduction

CHANCE: Final = random.SystemRandom().random


class Node:
    """A pod that others can reach: its door, its dials, its sessions."""

    def __init__(self, pod: Pod, engine: Engine, worker: Worker, bounds: Bounds = BOUNDS) -> None:
        self.driver = Driver(engine, worker, pod.now)
        self._pod = pod
        self._engine = engine
        self._bounds = bounds
        self._us: Identity
        self._name: str
        self._listener = Listener(lambda: self._us, self._meet, self._hear, bounds)
        self._gossip = Gossip(pod.pod_id, wanted=self._wanted, meet=self._call, chance=CHANCE)
        self._discovery: Discovery | None = None
        self._where: Callable[[], tuple[str, ...]] = tuple
        self._introductions = Introductions(
            pod.pairing,
            self.driver,
            us=lambda: self._us,
            ours=lambda: Introduction(self._name, self._where()),
            seen=lambda: self._discovery.seen if self._discovery else (),
            settle=self._settle,
            bounds=bounds,
        )
        self._sought: frozenset[str] = frozenset()
        self._tasks: list[asyncio.Task[None]] = []

    async def start(self, config: Config, ready: Callable[[Serving], None]) -> None:
        """Open the door, begin to dial, and to look who is near."""
        try:
            await self._wanted()
            await self.driver.act(lambda _: self._pod.pairing.wake())
            port = await self._listener.start(config.listen, config.sync_port)
        except BaseException:
            await self._listener.stop()
            await self.driver.stop()
            raise
        self._where = partial(_places, config, port)
        self._tasks.append(asyncio.create_task(self._gossip.run()))
        self._tasks.append(asyncio.create_task(self._introductions.run()))
        if config.mdns:
            self._discovery = Discovery(
                partial(lan_hosts, config.listen),
                chance=CHANCE,
                announcement=Announcement(short_id(self._pod.pod_id), port),
                is_sought=lambda tag: tag in self._sought or self._introductions.is_sought(tag),
            )
            self._tasks.append(asyncio.create_task(self._discovery.run()))
        ready(Serving(self._pod.pod_id, self._name, port))

    def around(self) -> Around:
        """Return who is seen on the LAN now, and where this node is. On the event loop."""
        found = self._discovery
        if found is None:
            return Around(places=self._where())
        return Around(tuple(found.seen), True, found.trouble, self._where())

    async def until(self, stop: asyncio.Event) -> None:
        """Wait until stop is set. Raises what a bug of ours raised in one of the node's loops.

        A node without its clock or its dials looks alive and is not; whoever starts it starts
        it anew.
        """
        stopping = asyncio.create_task(stop.wait())
        loops = {stopping, self.driver.ticking, *self._tasks}
        try:
            ended, _ = await asyncio.wait(loops, return_when=asyncio.FIRST_COMPLETED)
            for task in ended:
                task.result()
        finally:
            stopping.cancel()

    async def stop(self) -> None:
        """Say farewell to everyone, and wait until nothing is under way."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, self.driver.stop(), return_exceptions=True)
        await self._listener.stop()

    # --- Dialling ---

    async def _wanted(self) -> Sequence[Dial]:
        """Return whom to dial; take up on the way who we are now (a key may be replaced)."""
        dials, self._us, self._name = await self.driver.act(
            lambda _: (self._to_dial(), identity_of(self._pod.keeper), self._pod.name)
        )
        self._sought = frozenset(short_id(dial.pod_id) for dial in dials)
        return [Dial(dial.pod_id, self._addresses_of(dial)) for dial in dials]

    def _to_dial(self) -> list[Dial]:
        """Return the neighbours without a session; and who may be one since a pairing was cut."""
        pending = self._pod.pairing.pending()
        return [*self._engine.to_dial(), *([Dial(*pending)] if pending else [])]

    def _addresses_of(self, dial: Dial) -> tuple[str, ...]:
        """Return where to look for a neighbour: where it is seen now, then where it was."""
        seen = self._discovery.addresses_of(short_id(dial.pod_id)) if self._discovery else ()
        return tuple(dict.fromkeys([*seen, *dial.addresses]))

    async def _call(self, wanted: Dial) -> None:
        """Dial a neighbour at one address after the other, and carry the session to its end."""
        failure: LinkError | PeerError = LinkError("unreachable", "No address is known.", "")
        for text in wanted.addresses:
            try:
                await self._call_at(read_address(text), wanted.pod_id)
                return
            except (LinkError, PeerError) as err:
                failure = err
                await self._note_failure(wanted.pod_id, err)
        raise failure

    async def _call_at(self, address: Address, pod_id: PodId) -> None:
        known = self._pod.keeper.directory.certificates.get(pod_id)
        channel = await dial(
            address, self._us, Sync(), expect=pod_id, known=known, bounds=self._bounds
        )
        try:
            await self._settle(channel.peer.certificate)
            async with self.driver.greeted(channel.peer) as answer:
                if isinstance(answer, Refused):
                    await channel.close(answer.code)
                else:
                    await self.driver.act(partial(self._note_address, pod_id, address))
                    await self.driver.run(channel, answer)
        finally:
            await channel.close("stopping")  # closed twice, a channel says nothing more

    def _note_address(self, pod_id: PodId, address: Address, now: Now) -> None:
        self._pod.keeper.roster.note_address(pod_id, str(address), now)

    async def _note_failure(self, pod_id: PodId, error: LinkError | PeerError) -> None:
        certificate = error.certificate if isinstance(error, LinkError) else None
        if certificate is not None or error.code == "not_federated":
            refused = Refused(error.code, certificate)
            await self.driver.act(partial(self._engine.not_greeted, pod_id, refused))

    # --- Answering ---

    async def _meet(self, caller: Caller) -> None:
        peer = caller.peer
        if isinstance(peer.purpose, Join):
            await self._let_join(caller, peer.purpose)
            return
        if isinstance(peer.purpose, Pair):
            await self._introductions.answer(caller, peer.purpose)
            return
        await self._settle(peer.certificate)
        async with self.driver.greeted(peer) as answer:
            if isinstance(answer, Refused):
                await caller.refuse(answer)
            else:
                await self.driver.run(await caller.welcome(self._name), answer)

    async def _let_join(self, caller: Caller, join: Join) -> None:
        refused = await self.driver.act(partial(self._federate, caller.peer, join))
        if refused is not None:
            await caller.refuse(refused)
            return
        channel = await caller.welcome(self._name)
        # It has what it came for, and says so by going; sessions are dialled anew.
        try:
            async with asyncio.timeout(self._bounds.step_s):
                await channel.receive()
        finally:
            await channel.close("stopping")

    async def _settle(self, peer: Certificate) -> None:
        """Make a pod a neighbour whose people have agreed, if ours have (R11).

        Who comes as a neighbour, or answers as one, shows that its people have.
        """

        def settle(now: Now) -> None:
            if self._pod.pairing.settle(peer, now):
                self._engine.neighbours_changed(now)

        await self.driver.act(settle)

    def _federate(self, peer: Peer, join: Join, now: Now) -> Refused | None:
        refused = grant(self._pod, peer, join)
        if refused is None:
            self._engine.neighbours_changed(now)
        return refused

    async def _hear(self, certificate: Certificate) -> None:
        """Take up that our own key was replaced elsewhere, as a caller has shown."""
        refused = Refused("epoch_superseded", certificate.wire)
        await self.driver.act(partial(self._engine.not_greeted, self._pod.pod_id, refused))


def _places(config: Config, port: int) -> tuple[str, ...]:
    """Return where other pods reach this one now: addresses come and go."""
    found = [str(Address(host, port)) for host in lan_hosts(config.listen)]
    return config.addresses or tuple(found[:MAX_ADDRESSES])
