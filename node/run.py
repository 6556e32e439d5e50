"""The one wiring place: a running node, from its data directory to its sockets and back.

Everything stands on the worker's thread (Pod, engine) or on the event loop (channels); here
the two are made, joined, and taken apart in the right order. Spec: docs/architecture.md.
"""

import asyncio
import gc
import logging
import random
import signal
from collections.abc import Callable, Sequence
from contextlib import AsyncExitStack
from functools import partial
from pathlib import Path
from typing import Final, NamedTuple

from node.addresses import lan_hosts
from node.channel import BOUNDS, Bounds, LinkError, dial
from node.config import Config
from node.discovery import Announcement, Around, Discovery
from node.engine import Dial, Engine
from node.federation import grant, identity_of
from node.gossip import Gossip
from node.housekeeping import keep_house
from node.introductions import Introductions
from node.listener import Caller, Listener
from node.notify import Notifier
from node.pod import Pod
from node.sync import Driver
from node.web.app import Pages
from node.web.machine import Machine
from node.worker import Worker
from protocol.clock import Now
from protocol.errors import ConfigError, PeerError
from protocol.handshake import Identity, Join, Pair, Peer, Refused, Sync
from protocol.identity import Certificate, PodId, short_id
from protocol.introduction import Address, read_address
from protocol.limits import MAX_ADDRESSES
from protocol.pairing import Introduction
from store import hold_lock

log = logging.getLogger(__name__)

_CHANCE: Final = random.SystemRandom().random


class ServingPages(NamedTuple):
    """Where members' pages are. port: TCP, the one really in use.

    setup_code: of the set-up page, as long as the pod has no people.
    """

    port: int
    is_https: bool
    setup_code: str | None


class Serving(NamedTuple):
    """What a node says when neighbours can reach it. port: TCP, the one really in use.

    pages: None where they are switched off, or why they cannot be served: neighbours are
    served all the same.
    """

    pod_id: PodId
    name: str
    port: int
    pages: ServingPages | ConfigError | None = None


def run(data_dir: Path, config: Config, ready: Callable[[Serving], None]) -> None:
    """Serve until SIGTERM or SIGINT; then stop cleanly. Raises as serve does."""
    logging.basicConfig(level=config.log_level.upper(), format="%(levelname)s %(name)s %(message)s")

    look_for_cycles_rarely()

    async def main() -> None:
        stop = asyncio.Event()
        loop = asyncio.get_running_loop()
        for number in (signal.SIGTERM, signal.SIGINT):
            loop.add_signal_handler(number, stop.set)
        await serve(data_dir, config, ready, stop)

    with asyncio.Runner(loop_factory=_loop_factory(config)) as runner:
        runner.run(main())


def look_for_cycles_rarely() -> None:
    """Have the garbage collector of this process leave the passing tuples alone.

    A record is some ten of them, and none is in a cycle: to look for one every 700 took a
    twelfth of a first sync. What is there already, modules above all, stays for good.
    """
    gc.freeze()
    gc.set_threshold(20_000, 10, 10)


async def serve(
    data_dir: Path,
    config: Config,
    ready: Callable[[Serving], None],
    stop: asyncio.Event,
    *,
    bounds: Bounds = BOUNDS,
) -> None:
    """Run the pod in data_dir until stop is set.

    ready: called once neighbours can reach it. Raises StoreError (locked, missing, damaged...)
    and ConfigError before that; leaves a whole file and a free port, however it ends.
    """
    async with AsyncExitStack() as closing:
        closing.enter_context(hold_lock(data_dir))
        worker = await closing.enter_async_context(Worker())
        pod = await worker.do(partial(Pod.open, data_dir, as_node=True))
        closing.push_async_callback(worker.do, partial(pod.keeper.close, save=True))
        node = Node(pod, await worker.do(_engine_of, pod), worker, bounds)
        pages = await _serve_pages(Machine(data_dir, config, node.around), closing)
        await node.start(config, lambda serving: ready(serving._replace(pages=pages)))
        if isinstance(pages, ConfigError):  # not before: a start that fails says one thing
            log.warning("pages code=%s", pages.code)
        manager = Notifier()
        manager.ready()
        tasks = [
            asyncio.create_task(_stay_watched(manager, worker, pod)),
            asyncio.create_task(keep_house(worker, pod.keeper, pod.tidy)),
        ]
        try:
            await node.until(stop)
        finally:
            manager.stopping()
            for task in tasks:
                task.cancel()
            await node.stop()
            await asyncio.gather(*tasks, return_exceptions=True)


async def _serve_pages(
    machine: Machine, closing: AsyncExitStack
) -> ServingPages | ConfigError | None:
    config = machine.config
    if not config.web:
        return None
    try:
        pages = await Pages.open(machine)
        closing.push_async_callback(pages.close)
        port = await pages.start()
    except ConfigError as err:
        return err
    return ServingPages(port, config.web_https, await pages.setup_code())


async def _stay_watched(manager: Notifier, worker: Worker, pod: Pod) -> None:
    """Tell the service manager that we live, as long as the event loop and the store do."""
    while (every_s := manager.alive_every_s) is not None:
        await worker.do(pod.keeper.store.data_version)
        manager.alive()
        await asyncio.sleep(every_s)


def _places(config: Config, port: int) -> tuple[str, ...]:
    """Return where other pods reach this one now: addresses come and go."""
    found = [str(Address(host, port)) for host in lan_hosts(config.listen)]
    return config.addresses or tuple(found[:MAX_ADDRESSES])


def _engine_of(pod: Pod) -> Engine:
    return Engine(pod.keeper, _CHANCE, pod.now())


def _loop_factory(config: Config) -> Callable[[], asyncio.AbstractEventLoop] | None:
    if not config.uvloop:
        return None
    try:
        import uvloop
    except ImportError:
        log.warning("uvloop missing=true")
        return None
    return uvloop.new_event_loop


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
        self._gossip = Gossip(pod.pod_id, wanted=self._wanted, meet=self._call, chance=_CHANCE)
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
                chance=_CHANCE,
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
