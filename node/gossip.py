"""Whom to dial when: every neighbour without a session, again and again, ever more patiently.

Spec: docs/protocol.md §7.7 (R12). first_try and next_try are pure; Gossip is the loop around
them. Both sides of a pair dial; the one with the greater pod id holds back a little, so that
mostly one connection comes about, and the engine decides when two do.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Sequence
from typing import Final, NamedTuple

from node.clock import monotonic_ms
from node.engine import Dial
from protocol.errors import PodError
from protocol.identity import PodId, short_id

log = logging.getLogger(__name__)

Chance = Callable[[], float]
"""Numbers in [0, 1), evenly spread."""

HOLD_BACK_MS: Final = 1_000
"""The smaller pod id's dial is through before the greater one's begins."""
FIRST_WAIT_MS: Final = 1_000
"""After one failure: a pod that was just restarted is back."""
LONGEST_WAIT_MS: Final = 60_000
"""A neighbour that comes home after a week is met within a minute; a try costs one packet."""
JITTER: Final = 0.25
"""After a power cut a whole street starts at once; this spreads who knocks when."""
LOOK_AGAIN_MS: Final = 1_000
"""How soon a neighbour is noticed that a command added, or whose session has ended."""

_LEAST_PAUSE_MS: Final = 10
"""A store that cannot be read must not make this loop spin."""

HOPELESS: Final = frozenset(
    {"not_federated", "epoch_superseded", "wrong_pod", "unknown_version", "backing_off"}
)
"""Answers that people or hours must change: tried again at the longest wait, at once."""


class Try(NamedTuple):
    """The next try of a neighbour. failures: in a row so far.  due_ms: monotonic."""

    failures: int
    due_ms: int


def first_try(us: PodId, neighbour: PodId, now_ms: int, chance: Chance) -> Try:
    """Return when to dial a neighbour that has just been found without a session."""
    held_back_ms = HOLD_BACK_MS if us > neighbour else 0
    return Try(0, now_ms + held_back_ms + int(chance() * HOLD_BACK_MS * JITTER))


def next_try(last: Try, code: str, now_ms: int, chance: Chance) -> Try:
    """Return when to dial again after a try that ended with this code of ERRORS."""
    # 2^16 s is longer than the longest wait; a greater power would only grow for ever.
    failures = min(last.failures + 1, 16)
    wait_ms = min(FIRST_WAIT_MS << (failures - 1), LONGEST_WAIT_MS)
    if code in HOPELESS:
        wait_ms = LONGEST_WAIT_MS
    return Try(failures, now_ms + int(wait_ms * (1 + JITTER * (2 * chance() - 1))))


class Gossip:
    """Keeps dialling. Run it as a task; cancelled, it ends what it has begun."""

    def __init__(
        self,
        us: PodId,
        *,
        wanted: Callable[[], Awaitable[Sequence[Dial]]],
        meet: Callable[[Dial], Awaitable[None]],
        chance: Chance,
        look_again_ms: int = LOOK_AGAIN_MS,
    ) -> None:
        """wanted: the neighbours without a session now.

        meet: dials one and carries the session to its end; raises PodError if none came about.
        """
        self._us = us
        self._wanted = wanted
        self._meet = meet
        self._chance = chance
        self._look_again_ms = look_again_ms
        self._tries: dict[PodId, tuple[Try, Dial]] = {}
        self._meetings: dict[PodId, asyncio.Task[None]] = {}

    async def run(self) -> None:
        """Dial who is due, for ever."""
        try:
            while True:
                now_ms = monotonic_ms()
                await self._look(now_ms)
                await asyncio.sleep(self._pause_ms(now_ms) / 1000)
        finally:
            meetings = list(self._meetings.values())
            for meeting in meetings:
                meeting.cancel()
            await asyncio.gather(*meetings, return_exceptions=True)

    async def _look(self, now_ms: int) -> None:
        try:
            wanted = {dial.pod_id: dial for dial in await self._wanted()}
        except PodError as err:
            log.error("look_failed code=%s detail=%r", err.code, err.detail[:100])
            return
        # Whoever has a session, or is no neighbour any more, begins anew the next time.
        self._tries = {p: known for p, known in self._tries.items() if p in wanted}
        for pod_id, dial in wanted.items():
            known = self._tries.get(pod_id)
            if known is None or known[1].addresses != dial.addresses:
                self._tries[pod_id] = first_try(self._us, pod_id, now_ms, self._chance), dial
            if pod_id not in self._meetings and self._tries[pod_id][0].due_ms <= now_ms:
                self._meetings[pod_id] = asyncio.create_task(self._try(dial))

    def _pause_ms(self, now_ms: int) -> int:
        due = [known.due_ms for p, (known, _) in self._tries.items() if p not in self._meetings]
        soonest_ms = min([due_ms - now_ms for due_ms in due], default=LONGEST_WAIT_MS)
        return min(max(soonest_ms, _LEAST_PAUSE_MS), self._look_again_ms)

    async def _try(self, dial: Dial) -> None:
        code = "silent"
        try:
            await self._meet(dial)
        except PodError as err:
            code = err.code
            log.debug("dial_failed peer=%s code=%s", short_id(dial.pod_id), code)
        except Exception:  # a task's outermost loop: one neighbour's fault is not the others'
            log.exception("dial_fault peer=%s", short_id(dial.pod_id))
        finally:
            del self._meetings[dial.pod_id]
        if (known := self._tries.get(dial.pod_id)) is not None:
            again = next_try(known[0], code, monotonic_ms(), self._chance)
            self._tries[dial.pod_id] = again, dial
