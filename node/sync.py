"""Sessions on sockets: channels on the event loop's side, the engine on the worker's.

Spec: docs/protocol.md §7. One channel is one session of the engine. A frame is read, opened
(decoded, its signatures checked) and handed to the engine in the order of its session; what the
engine wants sent goes to the outbox of its session, and a timer waits for its next deadline.
Nothing is decided here.
"""

import asyncio
import logging
import os
from collections import deque
from collections.abc import AsyncIterator, Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager, suppress
from functools import partial
from typing import Final, NamedTuple, TypeAlias, TypeVar

from node.channel import Channel
from node.clock import monotonic_ms
from node.engine import Engine
from node.live import Output
from node.worker import Worker
from protocol.clock import Now
from protocol.errors import PeerError, PodError
from protocol.frame_bytes import decode_frame
from protocol.frames import Frame, Records, Wire
from protocol.handshake import Peer, Refused
from protocol.intake import KeysOf, Opened, open_batch
from protocol.limits import FRAMES_AHEAD, UNSENT_BYTES

log = logging.getLogger(__name__)

Result = TypeVar("Result")

SMALL_FRAME_BYTES: Final = 4096
"""Opened on the worker itself: a live record or two cost less than another change of threads."""
_AFTER_FAULT_MS: Final = 1000
"""How soon the engine's timer is tried again after the store could not."""


class Prepared(NamedTuple):
    """A frame, and its records opened if it is one of records."""

    frame: Frame
    opened: list[Opened] | None


_Opening: TypeAlias = "asyncio.Future[Prepared | PeerError]"
"""A long frame in the hands of a thread."""
Ahead: TypeAlias = "bytes | list[_Opening] | PeerError | None"
"""What was read and waits for its turn: a short frame, long ones that came one after the other,
what was no frame, and None for the end."""


def prepare(data: bytes, keys_of: KeysOf) -> Prepared | PeerError:
    """Open one frame; for any thread. An error is a value: it has its turn in the order."""
    try:
        frame = decode_frame(data)
    except PeerError as err:
        return err
    return Prepared(frame, open_batch(frame.wires, keys_of) if type(frame) is Records else None)


def joined(items: Iterable[Prepared | PeerError]) -> Iterator[Prepared | PeerError]:
    """Yield frames in order, those of records that follow each other as one.

    One act takes them in: the store then writes a page once that all of them touch, and waits
    once for the disk. A frame with a record that is refused stays alone: it is charged for.
    """
    wires: list[Wire] = []
    opened: list[Opened] = []
    for item in items:
        match item:
            case Prepared(Records(some), list() as ready) if _all_good(ready):
                wires += some
                opened += ready
                continue
        if opened:
            yield Prepared(Records(tuple(wires)), opened)
            wires, opened = [], []
        yield item
    if opened:
        yield Prepared(Records(tuple(wires)), opened)


def _all_good(opened: Iterable[Opened]) -> bool:
    return all(one.refusal is None for one in opened)


class _Outbox:
    """What waits to be sent in one session. ending: why it ends once that is sent.

    room: set while at most full_bytes wait.
    """

    def __init__(self, full_bytes: int) -> None:
        self.full_bytes = full_bytes
        self.frames: deque[bytes] = deque()
        self.unsent_bytes = 0
        self.ending: str | None = None
        self.news = asyncio.Event()
        self.room = asyncio.Event()
        self.room.set()

    def put(self, output: Output) -> None:
        self.frames.extend(output.frames)
        self.unsent_bytes += sum(map(len, output.frames))
        if self.unsent_bytes > self.full_bytes:
            self.room.clear()
        if output.close is not None:
            self.end(output.close)
        self.news.set()

    def take(self) -> bytes:
        frame = self.frames.popleft()
        self.unsent_bytes -= len(frame)
        if self.unsent_bytes <= self.full_bytes:
            self.room.set()
        return frame

    def end(self, code: str) -> None:
        """End the session once what waits is sent; the first reason counts."""
        if self.ending is None:
            self.ending = code
        self.news.set()


class Driver:
    """Runs the engine's sessions. Use it in an `async with` block.

    ticking: the loop that keeps its deadlines; it ends only by a bug of ours.
    now: the time, read on the worker's thread.  unsent_bytes: while more waits for a peer, no
    frame of it is acted on.
    """

    def __init__(
        self,
        engine: Engine,
        worker: Worker,
        now: Callable[[], Now],
        *,
        unsent_bytes: int = UNSENT_BYTES,
    ) -> None:
        self._engine = engine
        self._worker = worker
        self._now = now
        self._loop = asyncio.get_running_loop()
        self._unsent_bytes = unsent_bytes
        self._outboxes: dict[int, _Outbox] = {}
        self._sessions: set[asyncio.Event] = set()
        """For each that was greeted or is about to be: set when it is over."""
        self._is_stopping = False
        self.ticking = asyncio.create_task(self._tick())
        self._sooner = asyncio.Event()
        self._due_ms = 0
        # libsodium and OpenSSL let go of the interpreter while they verify.
        self._openers = ThreadPoolExecutor(os.cpu_count(), thread_name_prefix="open")

    async def __aenter__(self) -> "Driver":
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.stop()

    async def stop(self) -> None:
        """Say farewell on every channel, and wait until every session has ended."""
        self._is_stopping = True
        self.ticking.cancel()
        for outbox in self._outboxes.values():
            outbox.frames.clear()
            outbox.end("stopping")
        await asyncio.gather(*[over.wait() for over in self._sessions])
        await asyncio.gather(self.ticking, return_exceptions=True)
        self._openers.shutdown(wait=False, cancel_futures=True)

    async def act(self, function: Callable[[Now], Result]) -> Result:
        """Call function on the worker's thread with the time; send what the engine then has.

        For whatever reads or writes through the engine or its Pod: what a call publishes is on
        its way to neighbours when this returns.
        """
        return await self._worker.do(self._on_worker, function)

    @asynccontextmanager
    async def greeted(self, peer: Peer) -> AsyncIterator[int | Refused]:
        """Ask the engine for a session with peer: its number, or why not. Ends it at the exit."""
        if self._is_stopping:
            yield Refused("stopping")
            return
        over = asyncio.Event()
        self._sessions.add(over)
        try:
            async with self._session(peer) as answer:
                yield answer
        finally:
            self._sessions.discard(over)
            over.set()

    @asynccontextmanager
    async def _session(self, peer: Peer) -> AsyncIterator[int | Refused]:
        answer = await self.act(
            lambda now: self._engine.greet(
                peer.certificate, peer.run_id, we_called=peer.we_called, now=now
            )
        )
        if isinstance(answer, Refused):
            yield answer
            return
        outbox = self._outbox(answer)
        if self._is_stopping:
            outbox.end("stopping")
        try:
            yield answer
        finally:
            try:
                await self.act(partial(self._engine.hang_up, answer))
            finally:
                # Calls are made in order: nothing comes for this session any more.
                self._outboxes.pop(answer, None)

    async def run(self, channel: Channel, number: int) -> str:
        """Carry a greeted session over a channel until either ends; close it, say why."""
        outbox = self._outboxes[number]
        ahead: asyncio.Queue[Ahead] = asyncio.Queue(1)
        helpers = [
            asyncio.create_task(self._read(channel, ahead)),
            asyncio.create_task(self._feed(channel, number, ahead, outbox)),
        ]
        try:
            await self._write(channel, number, outbox)
        except ConnectionError:
            outbox.end("silent")
        finally:
            reason = outbox.ending or "stopping"
            for helper in helpers:
                helper.cancel()
            ends = await asyncio.gather(*helpers, return_exceptions=True)
            await channel.close(reason)
        for end in ends:
            if isinstance(end, Exception):
                raise end
        return reason

    # --- One session ---

    async def _read(self, channel: Channel, ahead: "asyncio.Queue[Ahead]") -> None:
        """Read frames and have the long ones opened, FRAMES_AHEAD at most before their turn."""
        together: list[_Opening] = []
        try:
            while (data := await channel.receive()) is not None:
                if len(data) <= SMALL_FRAME_BYTES:
                    together = []
                    await ahead.put(data)
                elif 0 < len(together) < FRAMES_AHEAD:
                    together.append(self._open(data))
                else:
                    together = [self._open(data)]
                    await ahead.put(together)
            await ahead.put(None)
        except PeerError as err:
            await ahead.put(err)

    def _open(self, data: bytes) -> _Opening:
        return self._loop.run_in_executor(self._openers, prepare, data, self._engine.keys_of)

    async def _feed(
        self, channel: Channel, number: int, ahead: "asyncio.Queue[Ahead]", outbox: _Outbox
    ) -> None:
        """Hand what was read to the engine, one after the other."""
        try:
            while (item := await ahead.get()) is not None:
                # A peer that asks for more than it reads waits until it has read.
                await outbox.room.wait()
                if isinstance(item, list):
                    # The list may grow while it is waited for; emptied, it is not added to.
                    opened = [await opening for opening in item]
                    item.clear()
                    for one in joined(opened):
                        await self.act(partial(self._take, number, one))
                else:
                    await self.act(partial(self._take, number, item))
        finally:
            outbox.end(channel.farewell or "silent")

    def _take(self, number: int, item: bytes | Prepared | PeerError, now: Now) -> None:
        if isinstance(item, bytes):
            item = prepare(item, self._engine.keys_of)
        if isinstance(item, PeerError):
            self._engine.refuse_frame(number, item)
        else:
            self._engine.receive(number, item.frame, item.opened, now)

    async def _write(self, channel: Channel, number: int, outbox: _Outbox) -> None:
        """Send what the engine wants sent; tell it each time when all is."""
        while True:
            await outbox.news.wait()
            outbox.news.clear()
            while outbox.frames:
                await channel.send(outbox.take())
            if outbox.ending is not None:
                return
            await self.act(partial(self._engine.drained, number))

    # --- The engine ---

    def _on_worker(self, function: Callable[[Now], Result]) -> Result:
        now = self._now()
        try:
            return function(now)
        finally:
            # Posted from here, not by who awaits: that one may have been cancelled meanwhile.
            outputs, due_ms = self._engine.collect(now), self._engine.deadline_ms
            self._loop.call_soon_threadsafe(self._deliver, outputs, due_ms)

    def _deliver(self, outputs: list[Output], due_ms: int) -> None:
        for output in outputs:
            self._outbox(output.session).put(output)
        if due_ms < self._due_ms:
            self._sooner.set()
        self._due_ms = due_ms

    def _outbox(self, number: int) -> _Outbox:
        """Return the outbox of a session; the engine speaks first, before we know the number."""
        if number not in self._outboxes:
            self._outboxes[number] = _Outbox(self._unsent_bytes)
        return self._outboxes[number]

    async def _tick(self) -> None:
        """Wake the engine when its deadline has come."""
        while True:
            self._sooner.clear()
            with suppress(TimeoutError):
                async with asyncio.timeout(max(0, self._due_ms - monotonic_ms()) / 1000):
                    await self._sooner.wait()
            if self._due_ms > monotonic_ms():
                continue
            try:
                await self.act(self._engine.tick)
            except PodError as err:
                log.error("tick_failed code=%s detail=%r", err.code, err.detail[:100])
                self._due_ms = monotonic_ms() + _AFTER_FAULT_MS
