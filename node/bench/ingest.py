"""A process that signs records and stores them, as fast as one thread does."""

import json
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Final

from node.bench import corpus
from node.drafts import Draft
from protocol.limits import SLOTS_PER_AUTHOR
from protocol.record import Scope

ALONE: Final = 200
"""Records saved one by one, each on the disk before the next is signed."""


def ingest(folder: str, records: int) -> None:
    """Make pods in folder, and tell wall and CPU seconds a record of each way of filling one."""
    at, own = Path(folder), min(records, SLOTS_PER_AUTHOR)
    told = {
        "records": _of_others(at / "records", records, listings=False),
        "listings": _of_others(at / "listings", records, listings=True),
        "own": _own(at / "own", own, at_once=corpus.AT_ONCE),
        "alone": _own(at / "alone", min(own, ALONE), at_once=1),
    }
    json.dump(told, sys.stdout)


def _of_others(folder: Path, count: int, *, listings: bool) -> dict[str, float]:
    """Records of a hundred authors, each signed, packed and stored."""
    with corpus.make_pod(folder, "ingest") as pod:
        now = pod.now()
        corpus.bring_into_reach(pod, now)
        records = corpus.unsigned(count, now, listings=listings)
        return _timed(count, lambda: corpus.fill(pod.keeper, records, now))


def _own(folder: Path, count: int, *, at_once: int) -> dict[str, float]:
    """Records of the pod's own, through the door that its commands and pages use."""
    with corpus.make_pod(folder, "ingest") as pod:
        now = pod.now()
        drafts = [
            Draft(it.kind, it.rid, Scope.NETWORK, it.payload) for it in corpus.unsigned(count, now)
        ]

        def work() -> None:
            for start in range(0, count, at_once):
                pod.keeper.signer.sign(drafts[start : start + at_once], now)

        return _timed(count, work)


def _timed(count: int, work: Callable[[], None]) -> dict[str, float]:
    """Return wall and CPU seconds of work, for each of count records."""
    wall_s, cpu_s = time.perf_counter(), time.process_time()
    work()
    return {
        "records": count,
        "wall_s": (time.perf_counter() - wall_s) / count,
        "cpu_s": (time.process_time() - cpu_s) / count,
    }
