"""One thread, calls in order, answers to those who await them."""

import asyncio
import gc
import threading
import weakref

import pytest

from node.worker import Worker


async def test_calls_run_on_one_thread_that_is_not_ours() -> None:
    async with Worker() as worker:
        threads = {await worker.do(threading.current_thread) for _ in range(10)}
    [thread] = threads
    assert thread is not threading.current_thread()
    assert not thread.is_alive()


async def test_calls_run_in_the_order_in_which_they_were_handed_over() -> None:
    seen: list[int] = []
    async with Worker() as worker:
        await asyncio.gather(*[worker.do(seen.append, number) for number in range(1000)])
    assert seen == list(range(1000))


async def test_error_is_raised_where_it_is_awaited() -> None:
    async with Worker() as worker:
        with pytest.raises(ZeroDivisionError):
            await worker.do(divmod, 1, 0)
        assert await worker.do(divmod, 7, 2) == (3, 1)


async def test_call_whose_awaiter_is_cancelled_is_made() -> None:
    hold, done = threading.Event(), threading.Event()
    async with Worker() as worker:
        first = asyncio.create_task(worker.do(hold.wait))
        second = asyncio.create_task(worker.do(done.set))
        await asyncio.sleep(0)  # both are handed over
        second.cancel()
        hold.set()
        assert await first
        with pytest.raises(asyncio.CancelledError):
            await second
    assert done.is_set()


async def test_stop_makes_what_is_queued_first() -> None:
    seen: list[int] = []
    worker = Worker()
    calls = [asyncio.create_task(worker.do(seen.append, number)) for number in range(100)]
    await asyncio.sleep(0)
    await worker.stop()
    await asyncio.gather(*calls)
    assert len(seen) == 100


async def test_the_loop_goes_on_while_the_thread_is_busy() -> None:
    hold = threading.Event()
    async with Worker() as worker:
        busy = asyncio.create_task(worker.do(hold.wait))
        for _ in range(100):
            await asyncio.sleep(0)
        assert not busy.done()
        hold.set()
        await busy


class Thing:
    """Something to keep alive by mistake."""


async def test_thread_keeps_nothing_of_a_call_that_was_made() -> None:
    async with Worker() as worker:
        thing = Thing()
        seen = weakref.ref(thing)
        assert await worker.do(id, thing)
        del thing
        gc.collect()
        assert seen() is None


def test_answer_for_a_loop_that_is_closed_goes_nowhere() -> None:
    hold, after = threading.Event(), threading.Event()
    worker = Worker()

    async def leave() -> None:
        waiting = asyncio.create_task(worker.do(hold.wait))
        await asyncio.sleep(0)
        waiting.cancel()

    async def finish() -> None:
        await worker.do(after.set)
        await worker.stop()

    asyncio.run(leave())
    hold.set()
    asyncio.run(finish())
    assert after.is_set()
