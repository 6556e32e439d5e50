"""kill -9 at any moment: what was acknowledged is there, and all that is there agrees.

MUTUALPOD_KILLS sets the number of cycles; ten thousand take about ten minutes.
"""

import os
import random
import select
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from struct import Struct

import pytest

from store import Store, changes
from store.records import take_in
from tests.store.authors import BEN, NOW_MS, US, Author, assert_whole, facts, pod

CYCLES = int(os.environ.get("MUTUALPOD_KILLS", "300"))
SLOTS = 1500
SAVED = Struct("<QQ")
"""What the child says of an act that is saved: its first and its last number."""


def author_of(number: int) -> Author:
    return US if number % 3 else BEN


def write_on(path: Path, number: int, chance: random.Random, out: int) -> None:
    """Write acts without end, and say of each, once it is saved, which numbers it wrote.

    Number n is a new version of slot n % SLOTS.
    """
    with pod(path, as_node=True) as store:
        loaded = changes.load_indexes(store)
        os.write(out, SAVED.pack(0, 0))
        while True:
            first, number = number, number + chance.choice([1, 1, 3, 40])
            batch = [author_of(n).record(n % SLOTS, NOW_MS + n) for n in range(first, number)]
            with store.atomic(NOW_MS) as tx:
                take_in(tx, batch, facts(signed_here=chance.random() < 0.5))
            os.write(out, SAVED.pack(first, number - 1))
            changes.catch_up(store, loaded)
            if chance.random() < 0.1:
                changes.save_indexes(store, loaded)


@contextmanager
def child(path: Path, number: int, chance: random.Random) -> Iterator[tuple[int, int]]:
    """Start a process that writes; yield its id and where it says what is saved."""
    reading, writing = os.pipe()
    process = os.fork()
    if process == 0:
        try:
            write_on(path, number, chance, writing)
        finally:
            os._exit(1)
    os.close(writing)
    try:
        yield process, reading
    finally:
        os.close(reading)


def last_saved_before_kill(path: Path, number: int, chance: random.Random) -> int:
    """Let a process write from number on, kill it, and return the last number it said."""
    with child(path, number, chance) as (process, reading):
        said = os.read(reading, SAVED.size)
        # Not a wait for something: the moment of the kill is drawn by lot.
        select.select([], [], [], chance.random() ** 2 * 0.06)
        os.kill(process, signal.SIGKILL)
        assert os.waitpid(process, 0)[1] == signal.SIGKILL
        while more := os.read(reading, 1 << 16):
            said += more
    whole = len(said) // SAVED.size
    saved = [SAVED.unpack_from(said, place * SAVED.size) for place in range(1, whole)]
    return saved[-1][1] if saved else number - 1


def newest_numbers(store: Store) -> dict[int, int]:
    """Return the newest number in each slot, earlier versions left out."""
    rows = store.connection.execute("SELECT rid, stamp_ms FROM record WHERE place = 1")
    newest: dict[int, int] = {}
    for rid, stamp_ms in rows:
        slot = int.from_bytes(rid, "big")
        newest[slot] = max(newest.get(slot, 0), stamp_ms - NOW_MS)
    return newest


@pytest.mark.slow
def test_nothing_acknowledged_is_lost_and_the_indexes_agree(path: Path) -> None:
    chance = random.Random(9)
    with pod(path):
        pass
    number, unclean = 0, 0
    for _ in range(CYCLES):
        saved = last_saved_before_kill(path, number, chance)
        with pod(path, as_node=True) as store:
            unclean += not store.was_clean
            newest = newest_numbers(store)
            last = max(newest.values(), default=-1)
            # Whole acts, and at most the one whose word was still on its way.
            assert saved <= last <= saved + 40
            for n in range(max(0, last - SLOTS + 1), last + 1):
                assert newest[n % SLOTS] == n
            assert_whole(store)
        number = last + 1
    assert unclean == CYCLES
    assert number > CYCLES
