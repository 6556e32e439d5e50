"""Two or more nodes of the sync core on real sockets: keeper, engine, driver, door. No aid."""

import asyncio
import secrets
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from functools import partial
from hashlib import sha256
from pathlib import Path

from node.channel import BOUNDS, Bounds, Channel, dial
from node.clock import SystemClock
from node.drafts import Draft
from node.engine import Engine, Refused
from node.federation import identity_of
from node.keeper import Keeper, Surroundings
from node.listener import Caller, Listener
from node.sync import Driver
from node.worker import Worker
from protocol.clock import Now
from protocol.codec import decode
from protocol.handshake import Identity, Sync
from protocol.handshake import Refused as ChannelRefused
from protocol.identity import Certificate, PodKey
from protocol.introduction import Address
from protocol.kinds import KindTable
from protocol.limits import UNSENT_BYTES
from protocol.record import Scope
from store.records import each_in_set
from tests.patience import PATIENCE_S
from tests.toy import MAX_NOTE_BYTES, TOY_NOTE, TOY_NOTE_CODE, note


class Bell:
    """A projection that shows nothing: it rings when the set has changed."""

    def __init__(self) -> None:
        self.rung = asyncio.Event()
        self._loop = asyncio.get_running_loop()

    def apply(self, _connection: object, _taken: object, _gone: object) -> None:
        self._loop.call_soon_threadsafe(self.rung.set)


class Place:
    """One node. Made by at_place; every call of the keeper or engine goes to its worker."""

    def __init__(self, keeper: Keeper, worker: Worker, bell: Bell, bounds: Bounds) -> None:
        self.keeper = keeper
        self._bell = bell
        self.worker = worker
        self.bounds = bounds
        self.engine: Engine
        self.driver: Driver
        self.listener = Listener(self._us, self._meet, self._hear, bounds)
        self.address: Address
        self.reasons: asyncio.Queue[str] = asyncio.Queue()

    @property
    def certificate(self) -> Certificate:
        return self.keeper.certificate

    def _us(self) -> Identity:
        return identity_of(self.keeper)

    async def open(self, engine: type[Engine], unsent_bytes: int) -> None:
        make = partial(engine, self.keeper, lambda: 0.5, self.keeper.now())
        self.engine = await self.worker.do(make)
        self.driver = Driver(self.engine, self.worker, self.keeper.now, unsent_bytes=unsent_bytes)
        port = await self.listener.start(["127.0.0.1"], 0)
        self.address = Address("127.0.0.1", port)

    async def close(self) -> None:
        await self.driver.stop()
        await self.listener.stop()

    async def befriend(self, other: "Place") -> None:
        """Make other our neighbour, as its people and ours agreed."""

        def add(now: Now) -> None:
            self.keeper.roster.add_neighbour(other.certificate, "other", (), now)
            self.engine.neighbours_changed(now)

        await self.driver.act(add)

    async def dial(self, other: "Place") -> Channel:
        expect = other.certificate.pod_id
        return await dial(other.address, self._us(), Sync(), expect=expect, bounds=self.bounds)

    async def call(self, other: "Place") -> str:
        """Dial other and carry the session to its end; return why it ended."""
        channel = await self.dial(other)
        try:
            return await self.carry(channel)
        finally:
            await channel.close("stopping")

    async def carry(self, channel: Channel) -> str:
        async with self.driver.greeted(channel.peer) as answer:
            if isinstance(answer, Refused):
                return answer.code
            return await self.driver.run(channel, answer)

    async def _meet(self, caller: Caller) -> None:
        async with self.driver.greeted(caller.peer) as answer:
            if isinstance(answer, Refused):
                await caller.refuse(ChannelRefused(*answer))
            else:
                channel = await caller.welcome("place")
                self.reasons.put_nowait(await self.driver.run(channel, answer))

    async def _hear(self, certificate: Certificate) -> None:
        raise AssertionError(certificate)

    async def write(self, *texts: str, scope: Scope = Scope.NETWORK) -> None:
        """Sign notes in one act, and have them sent. The same text has the same slot."""
        drafts = [
            Draft(TOY_NOTE_CODE, sha256(text.encode()).digest()[:16], scope, note(text))
            for text in texts
        ]

        def publish(now: Now) -> None:
            self.engine.published(self.keeper.signer.sign(drafts, now), now)

        await self.driver.act(publish)

    async def notes(self) -> list[str]:
        return await self.worker.do(self._notes)

    def _notes(self) -> list[str]:
        texts = []
        for record in each_in_set(self.keeper.store.connection, fit=False):
            if record.payload is not None:
                match decode(record.payload, max_bytes=MAX_NOTE_BYTES):
                    case {"text": str() as text}:
                        texts.append(text)
        return sorted(texts)

    async def until(self, *texts: str) -> None:
        """Wait until just these notes are here."""
        wanted = sorted(texts)
        while True:
            self._bell.rung.clear()
            if await self.notes() == wanted:
                return
            await self._bell.rung.wait()


def _make_pod(folder: Path) -> None:
    if not folder.exists():
        folder.mkdir()
        Keeper.create(
            folder,
            name="place",
            pod_key=PodKey.from_seed(secrets.token_bytes(32)),
            working_seed=secrets.token_bytes(32),
            now=SystemClock(saved_ms=None, newest_own_stamp_ms=None).now(),
        )


@asynccontextmanager
async def at_place(
    folder: Path,
    *,
    bounds: Bounds = BOUNDS,
    engine: type[Engine] = Engine,
    unsent_bytes: int = UNSENT_BYTES,
) -> AsyncIterator[Place]:
    """Make a pod in folder if there is none, and run its core. unsent_bytes: see Driver."""
    bell = Bell()
    around = Surroundings(kinds=KindTable([TOY_NOTE]), projections=(bell,))
    async with AsyncExitStack() as closing:
        worker = await closing.enter_async_context(Worker())
        await worker.do(_make_pod, folder)
        keeper = await worker.do(Keeper.open, folder, around)
        closing.push_async_callback(worker.do, keeper.close)
        place = Place(keeper, worker, bell, bounds)
        await place.open(engine, unsent_bytes)
        closing.push_async_callback(place.close)
        yield place


@asynccontextmanager
async def two_neighbours(
    folder: Path,
    *,
    bounds: Bounds = BOUNDS,
    engine: type[Engine] = Engine,
    unsent_bytes: int = UNSENT_BYTES,
) -> AsyncIterator[tuple[Place, Place]]:
    """Run two neighbours. engine: of the second one."""
    async with (
        at_place(folder / "a", bounds=bounds, unsent_bytes=unsent_bytes) as a,
        at_place(folder / "b", bounds=bounds, engine=engine, unsent_bytes=unsent_bytes) as b,
        asyncio.timeout(PATIENCE_S),
    ):
        await a.befriend(b)
        await b.befriend(a)
        yield a, b
