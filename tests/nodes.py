"""Whole nodes for tests: a pod on disk, and `serve` running it on the loopback interface."""

import asyncio
import hashlib
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Final

from node.channel import BOUNDS, Bounds
from node.clock import SystemClock
from node.config import Config
from node.pod import Pod
from node.run import serve
from node.serving import Serving
from tests.patience import PATIENCE_S

ANY_PORT: Final = Config(sync_port=0, listen=("127.0.0.1",), mdns=False, web=False)


def seed_of(name: str) -> bytes:
    return hashlib.sha256(name.encode()).digest()


def make_pod(folder: Path, *, name: str | None = None) -> Pod:
    """Make a pod whose keys follow from its folder's name, and open it as a command does."""
    folder.mkdir(mode=0o700)
    return Pod.create(
        folder,
        name=name or f"Pod {folder.name}",
        seed=seed_of(folder.name),
        working_seed=seed_of(f"{folder.name} working"),
        now=SystemClock(saved_ms=None, newest_own_stamp_ms=None).now(),
    )


@asynccontextmanager
async def serving(
    folder: Path, *, config: Config = ANY_PORT, bounds: Bounds = BOUNDS
) -> AsyncIterator[str]:
    """Run the pod in folder; yield its address. Leaving stops it cleanly."""
    async with running(folder, config=config, bounds=bounds) as found:
        yield f"127.0.0.1:{found.port}"


@asynccontextmanager
async def running(
    folder: Path,
    *,
    config: Config = ANY_PORT,
    bounds: Bounds = BOUNDS,
    patience_s: float = PATIENCE_S,
) -> AsyncIterator[Serving]:
    """Run the pod in folder; yield where it serves. Leaving stops it cleanly."""
    stop = asyncio.Event()
    ready: asyncio.Future[Serving] = asyncio.get_running_loop().create_future()
    node = asyncio.create_task(serve(folder, config, ready.set_result, stop, bounds=bounds))
    node.add_done_callback(lambda _: ready.done() or ready.cancel())
    try:
        found = await ready
    except asyncio.CancelledError:
        await node  # it did not come to serve: raise why
        raise
    try:
        async with asyncio.timeout(patience_s):
            yield found
    finally:
        stop.set()
        await node


async def until(condition: Callable[[], bool]) -> None:
    """Wait until condition holds: for what another thread writes to disk, which tells nobody."""
    async with asyncio.timeout(PATIENCE_S):
        while not condition():  # noqa: ASYNC110
            await asyncio.sleep(0.01)
