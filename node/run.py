"""The one wiring place: a running node, from its data directory to its sockets and back.

Everything stands on the worker's thread (Pod, engine) or on the event loop (channels); here
the two are made, joined, and taken apart in the right order. Spec: docs/architecture.md.
"""

import asyncio
import gc
import logging
import signal
from collections.abc import Callable
from contextlib import AsyncExitStack
from functools import partial
from pathlib import Path

from node.channel import BOUNDS, Bounds
from node.config import Config
from node.engine import Engine
from node.housekeeping import keep_house
from node.node import CHANCE, Node
from node.notify import Notifier
from node.pod import Pod
from node.serving import Serving, ServingPages
from node.web.app import Pages
from node.web.machine import Machine
from node.worker import Worker
from protocol.errors import ConfigError
from store import hold_lock

log = logging.getLogger(__name__)


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


def _engine_of(pod: Pod) -> Engine:
    return Engine(pod.keeper, CHANCE, pod.now())


def _loop_factory(config: Config) -> Callable[[], asyncio.AbstractEventLoop] | None:
    if not config.uvloop:
        return None
    try:
        import uvloop
    except ImportError:
        log.warning("uvloop missing=true")
        return None
    return uvloop.new_event_loop
