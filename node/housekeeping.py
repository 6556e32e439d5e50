"""What a node does for its file and its card when nothing else is to do.

Spec: docs/architecture.md, Storage. It begins a minute after the start, so that a start costs
nothing, and goes in small steps on the worker's thread, so that nobody waits for it.
"""

import asyncio
import logging
from collections.abc import Callable, Iterator
from typing import Final

from node.keeper import Keeper
from node.worker import Worker
from protocol.errors import StoreError
from store.upkeep import check_in_steps, free_ballast, keep_ballast

log = logging.getLogger(__name__)

BEGIN_AFTER_S: Final = 60
AGAIN_AFTER_S: Final = 3600
CHECK_EVERY: Final = 7 * 24
"""Turns between two checks of the whole file: a week."""


async def keep_house(worker: Worker, keeper: Keeper, also: Callable[[], None]) -> None:
    """Turn after turn, until cancelled. also: done on the worker's thread in each turn."""
    await asyncio.sleep(BEGIN_AFTER_S)
    turn = 0
    while True:
        if turn % CHECK_EVERY == 0:
            await _check(worker, keeper)
        await worker.do(also)
        await worker.do(keeper.store.give_back)
        await worker.do(mind_ballast, keeper)
        turn += 1
        await asyncio.sleep(AGAIN_AFTER_S)


async def _check(worker: Worker, keeper: Keeper) -> None:
    """Check the file one table at a time; people are told of what is wrong."""
    steps = check_in_steps(keeper.store)
    while (step := await worker.do(_next, steps)) is not None:
        table, wrong = step
        if wrong:
            log.error("check_failed table=%s first=%r", table, wrong[0][:100])
            await worker.do(_tell_damage, keeper)


def _next(steps: Iterator[tuple[str, list[str]]]) -> tuple[str, list[str]] | None:
    return next(steps, None)


def _tell_damage(keeper: Keeper) -> None:
    keeper.notice("damaged", keeper.pod_id, keeper.now())


def mind_ballast(keeper: Keeper) -> None:
    """Let the ballast go while the disk is full, and have it again when there is room.

    A full disk cannot be cleaned by SQL: even deleting needs room for its log.
    """
    space = keeper.space()
    if not space.lets_own_in:
        if free_ballast(keeper.folder):
            log.warning("ballast_let_go free_bytes=%d", space.free_bytes)
    elif space.lets_foreign_in:
        try:
            keep_ballast(keeper.folder)
        except StoreError as err:
            log.warning("ballast_missing code=%s", err.code)
