"""One node of the bench: the real one on real sockets, with a stopwatch beside it.

It reads commands as JSON lines on stdin and answers each with a line on stdout, until stdin
ends. Times are of CLOCK_MONOTONIC, which all processes of a machine share.
"""

import asyncio
import json
import random
import resource
import sys
import time
from asyncio import CancelledError
from collections import Counter
from collections.abc import Sequence
from contextlib import AsyncExitStack, suppress
from functools import partial
from pathlib import Path
from socket import IPPROTO_TCP, TCP_INFO
from struct import Struct
from types import ModuleType
from typing import Any, Final

from node.bench.corpus import MADE_UP_KIND, made_up_payload
from node.channel import Channel, dial
from node.config import Config
from node.drafts import Draft
from node.engine import Engine
from node.federation import identity_of
from node.keeper import Keeper
from node.node import Node
from node.pod import Pod
from node.run import look_for_cycles_rarely
from node.serving import Serving
from node.worker import Worker
from protocol.clock import Now
from protocol.frames import Frame, Records
from protocol.handshake import Sync
from protocol.identity import VERIFIER, PodId
from protocol.intake import Opened
from protocol.introduction import read_address
from protocol.record import RID_BYTES, Scope
from store import hold_lock

_TCP_INFO_BYTES: Final = 192
_TCP_BYTES: Final = Struct("=120xQQ")
"""tcpi_bytes_acked and tcpi_bytes_received of Linux: all that TCP carried, TLS included."""


class Watched(Engine):
    """The engine of a node, noting when what has arrived is saved."""

    frames: Counter[str]
    records: int
    saved: list[tuple[int, int]]

    def __init__(self, keeper: Keeper, now: Now) -> None:
        super().__init__(keeper, random.SystemRandom().random, now)
        self.forget()

    def forget(self) -> None:
        """Begin to count anew."""
        self.frames, self.records, self.saved = Counter(), 0, []

    def receive(self, number: int, frame: Frame, opened: Sequence[Opened] | None, now: Now) -> None:
        """Take a frame; when this returns, what it brought is on the disk."""
        super().receive(number, frame, opened, now)
        self.frames[type(frame).__name__] += 1
        if isinstance(frame, Records):
            self.records += len(frame.wires)
            self.saved.append((time.monotonic_ns(), self.records))


class Station:
    """A node and what the bench does with it. Each public method is a command."""

    def __init__(self, pod: Pod, engine: Watched, worker: Worker) -> None:
        self._pod = pod
        self._engine = engine
        self.node = Node(pod, engine, worker)
        self._sessions: list[tuple[Channel, asyncio.Task[None]]] = []
        self._chance = random.Random(0)  # noqa: S311  # nothing secret is made of it

    async def call(self, address: str, pod_id: str) -> dict[str, Any]:
        """Dial a neighbour and let the session begin; tell when it was dialled and proved."""
        called_ns = time.monotonic_ns()
        channel = await dial(
            read_address(address),
            identity_of(self._pod.keeper),
            Sync(),
            expect=PodId(bytes.fromhex(pod_id)),
        )
        opened_ns, handshake = time.monotonic_ns(), _bytes_carried(channel)
        self._sessions.append((channel, asyncio.create_task(self._carry(channel))))
        return {"called_ns": called_ns, "opened_ns": opened_ns, "handshake_bytes": handshake}

    async def _carry(self, channel: Channel) -> None:
        async with self.node.driver.greeted(channel.peer) as number:
            if not isinstance(number, int):
                raise RuntimeError(number.code)
            await self.node.driver.run(channel, number)

    async def hang_up(self) -> dict[str, Any]:
        """End the last session; tell the bytes that TCP carried, ours and theirs."""
        channel, session = self._sessions.pop()
        carried = _bytes_carried(channel)
        session.cancel()
        with suppress(CancelledError):
            await session
        return {"bytes": carried}

    async def sign(self, count: int, every_ms: float) -> dict[str, Any]:
        """Sign records one by one, as pages do; tell when each was asked for."""
        asked_ns = []
        for _ in range(count):
            asked_ns.append(time.monotonic_ns())
            await self.node.driver.act(self._sign_one)
            await asyncio.sleep(every_ms / 1000)
        return {"asked_ns": asked_ns}

    def _sign_one(self, now: Now) -> None:
        chance = self._chance
        rid, payload = chance.randbytes(RID_BYTES), made_up_payload(chance)
        draft = Draft(MADE_UP_KIND, rid, Scope.NETWORK, payload)
        self._engine.published(self._pod.keeper.signer.sign([draft], now), now)

    async def forget(self) -> dict[str, Any]:
        """Begin to count anew."""
        await self.node.driver.act(lambda _: self._engine.forget())
        return {}

    async def report(self) -> dict[str, Any]:
        """Tell what has arrived since the last forget, and what this process has used."""
        used = resource.getrusage(resource.RUSAGE_SELF)
        return {
            "cpu_s": used.ru_utime + used.ru_stime,
            "frames": dict(self._engine.frames),
            "records": self._engine.records,
            "saved_ns": self._engine.saved[-1][0] if self._engine.saved else None,
        }

    async def saved(self) -> dict[str, Any]:
        """Tell when records were saved: (time, how many by then) for each frame of them."""
        return {"saved": self._engine.saved}

    async def modules(self) -> dict[str, Any]:
        """Tell what this process has imported."""
        there: dict[str, ModuleType | None] = dict(sys.modules)  # None: told not to be there
        return {"modules": [name for name, module in there.items() if module is not None]}


def serve(folder: str) -> None:
    """Serve the pod in folder until stdin ends."""
    look_for_cycles_rarely()
    asyncio.run(_serve(Path(folder)))


async def _serve(folder: Path) -> None:
    async with AsyncExitStack() as closing:
        closing.enter_context(hold_lock(folder))
        worker = await closing.enter_async_context(Worker())
        pod = await worker.do(partial(Pod.open, folder, as_node=True))
        closing.push_async_callback(worker.do, partial(pod.keeper.close, save=True))
        engine = await worker.do(lambda: Watched(pod.keeper, pod.now()))
        station = Station(pod, engine, worker)
        await station.node.start(Config(sync_port=0, listen=("127.0.0.1",), mdns=False), _say_ready)
        closing.push_async_callback(station.node.stop)
        await _obey(station)


def _say_ready(serving: Serving) -> None:
    _say(
        {
            "ready_ns": time.monotonic_ns(),
            "address": f"127.0.0.1:{serving.port}",
            "pod_id": serving.pod_id.hex(),
            "verifier": VERIFIER,
        }
    )


async def _obey(station: Station) -> None:
    loop = asyncio.get_running_loop()
    while line := await loop.run_in_executor(None, sys.stdin.readline):
        command, options = json.loads(line)
        _say(await getattr(station, command)(**options))


def _say(answer: dict[str, Any]) -> None:
    json.dump(answer, sys.stdout)  # a pipe: one line for one answer
    sys.stdout.writelines("\n")
    sys.stdout.flush()


def _bytes_carried(channel: Channel) -> tuple[int, int]:
    """Return the bytes that TCP has carried out and in, for the life of this connection."""
    info = channel.socket.getsockopt(IPPROTO_TCP, TCP_INFO, _TCP_INFO_BYTES)
    sent, received = _TCP_BYTES.unpack_from(info)
    return sent, received
