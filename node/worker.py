"""The one thread that owns the store: coroutines hand it calls and await the answers.

SQLite's connection, the indexes and all sessions belong to this thread alone, so nothing in
them needs a lock. Calls run in the order in which they were handed over.
"""

import asyncio
import contextlib
from collections.abc import Callable
from queue import SimpleQueue
from threading import Thread
from typing import Any, NamedTuple, TypeVar

Result = TypeVar("Result")


class _Call(NamedTuple):
    function: Callable[..., Any]
    arguments: tuple[Any, ...]
    loop: asyncio.AbstractEventLoop
    answer: "asyncio.Future[Any]"


class Worker:
    """A thread and its queue. Use it in an `async with` block, or stop it."""

    def __init__(self, name: str = "store") -> None:
        self._calls: SimpleQueue[_Call | None] = SimpleQueue()
        self._thread = Thread(target=self._run, name=name)
        self._thread.start()

    async def do(self, function: Callable[..., Result], *arguments: Any) -> Result:
        """Run function on the thread; return what it returns, raise what it raises.

        A call that was handed over is made, even if the one that awaits it is cancelled.
        """
        loop = asyncio.get_running_loop()
        answer: asyncio.Future[Result] = loop.create_future()
        self._calls.put(_Call(function, arguments, loop, answer))
        return await answer

    async def stop(self) -> None:
        """Make the calls that are still queued, then end the thread. Once."""
        self._calls.put(None)
        await asyncio.get_running_loop().run_in_executor(None, self._thread.join)

    async def __aenter__(self) -> "Worker":
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.stop()

    def _run(self) -> None:
        while (call := self._calls.get()) is not None:
            result, error = None, None
            try:
                result = call.function(*call.arguments)
            except BaseException as err:  # noqa: BLE001  # raised again where it is awaited
                error = err
            # A loop that is closed awaits nothing any more.
            with contextlib.suppress(RuntimeError):
                call.loop.call_soon_threadsafe(_settle, call.answer, result, error)
            # What a call held must not live until the next one comes.
            del call, result, error


def _settle(answer: "asyncio.Future[Any]", result: Any, error: BaseException | None) -> None:
    if answer.cancelled():
        return
    if error is None:
        answer.set_result(result)
    else:
        answer.set_exception(error)
