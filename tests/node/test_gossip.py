"""Whom to dial when: patience with jitter, and one meeting a neighbour at a time."""

import asyncio
from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from node.clock import monotonic_ms
from node.engine import Dial
from node.gossip import (
    FIRST_WAIT_MS,
    HOLD_BACK_MS,
    HOPELESS,
    JITTER,
    LONGEST_WAIT_MS,
    Gossip,
    Try,
    first_try,
    next_try,
)
from protocol.errors import ERRORS, PeerError, StoreError
from protocol.identity import PodId
from tests.patience import PATIENCE_S

SMALL, GREAT = PodId(b"\x01" * 32), PodId(b"\xfe" * 32)


@pytest.mark.parametrize("chance", [0.0, 0.999])
def test_smaller_pod_id_dials_first(chance: float) -> None:
    ours = first_try(SMALL, GREAT, 5_000, lambda: chance)
    theirs = first_try(GREAT, SMALL, 5_000, lambda: chance)
    assert ours.due_ms < 5_000 + HOLD_BACK_MS <= theirs.due_ms


def test_waits_double_up_to_the_longest() -> None:
    waits, last = [], Try(0, 0)
    for _ in range(10):
        last = next_try(last, "unreachable", 0, lambda: 0.5)
        waits.append(last.due_ms)
    assert waits[:4] == [FIRST_WAIT_MS << n for n in range(4)]
    assert waits[-4:] == [LONGEST_WAIT_MS] * 4


@pytest.mark.parametrize("code", sorted(HOPELESS))
def test_what_people_must_change_is_tried_at_the_longest_wait_at_once(code: str) -> None:
    assert code in ERRORS
    assert next_try(Try(0, 0), code, 0, lambda: 0.5).due_ms == LONGEST_WAIT_MS


@given(
    failures=st.integers(0, 10_000),
    code=st.sampled_from(sorted(ERRORS)),
    now_ms=st.integers(0, 1 << 53),
    chance=st.floats(0, 1, exclude_max=True),
)
def test_no_wait_is_shorter_or_longer_than_the_bounds(
    failures: int, code: str, now_ms: int, chance: float
) -> None:
    wait_ms = next_try(Try(failures, 0), code, now_ms, lambda: chance).due_ms - now_ms
    assert FIRST_WAIT_MS * (1 - JITTER) <= wait_ms <= LONGEST_WAIT_MS * (1 + JITTER)


class Street:
    """Neighbours to dial, and what came of it."""

    def __init__(self, *dials: Dial) -> None:
        self.dials = list(dials)
        self.met: asyncio.Queue[Dial] = asyncio.Queue()
        self.met_ms: list[int] = []
        self.outcome: BaseException | None = PeerError("malformed")
        self.hold = asyncio.Event()
        self.hold.set()
        self.fault: StoreError | None = None
        self.looks = 0
        self.looked = asyncio.Event()

    async def wanted(self) -> Sequence[Dial]:
        self.looks += 1
        self.looked.set()
        if self.fault is not None:
            raise self.fault
        return self.dials

    async def meet(self, dial: Dial) -> None:
        self.met_ms.append(monotonic_ms())
        self.met.put_nowait(dial)
        await self.hold.wait()
        if self.outcome is not None:
            raise self.outcome

    def gossip(self) -> "asyncio.Task[None]":
        gossip = Gossip(
            SMALL, wanted=self.wanted, meet=self.meet, chance=lambda: 0.0, look_again_ms=20
        )
        return asyncio.create_task(gossip.run())


async def end(task: "asyncio.Task[None]") -> None:
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task


DIAL = Dial(GREAT, ("10.0.0.1:4781",))


async def test_neighbour_is_dialled_again_after_a_failure_and_not_before_its_time() -> None:
    street = Street(DIAL)
    task = street.gossip()
    async with asyncio.timeout(PATIENCE_S):
        assert await street.met.get() == DIAL
        assert await street.met.get() == DIAL
    first_ms, second_ms = street.met_ms  # each the moment in which it failed, or just before
    assert second_ms - first_ms >= FIRST_WAIT_MS * (1 - JITTER) - 1
    await end(task)


async def test_neighbour_is_met_once_at_a_time() -> None:
    street = Street(DIAL)
    street.hold.clear()
    task = street.gossip()
    async with asyncio.timeout(PATIENCE_S):
        await street.met.get()
        for _ in range(3):
            street.looked.clear()
            await street.looked.wait()
    assert street.met.empty()
    await end(task)


async def test_new_address_is_tried_at_once() -> None:
    street = Street(DIAL)
    street.outcome = PeerError("not_federated")  # the longest wait
    task = street.gossip()
    async with asyncio.timeout(PATIENCE_S):
        await street.met.get()
        moved = DIAL._replace(addresses=("10.0.0.2:4781",))
        street.dials = [moved]
        assert await street.met.get() == moved
    await end(task)


async def test_neighbour_that_was_met_begins_anew() -> None:
    street = Street(DIAL)
    street.outcome = PeerError("not_federated")
    task = street.gossip()
    async with asyncio.timeout(PATIENCE_S):
        await street.met.get()
        street.dials = []  # it has a session, dialled by the other side
        for _ in range(2):
            street.looked.clear()
            await street.looked.wait()
        street.dials = [DIAL]
        assert await street.met.get() == DIAL
    await end(task)


@pytest.mark.parametrize("outcome", [ZeroDivisionError(), None], ids=["a bug", "a session"])
async def test_whatever_a_meeting_comes_to_the_others_are_met(
    outcome: BaseException | None, caplog: pytest.LogCaptureFixture
) -> None:
    street = Street(DIAL)
    street.outcome = outcome
    task = street.gossip()
    async with asyncio.timeout(PATIENCE_S):
        await street.met.get()
        other = Dial(PodId(b"\xaa" * 32), ("10.0.0.3:4781",))
        street.dials = [DIAL, other]
        while await street.met.get() != other:
            continue
    await end(task)
    assert ("dial_fault" in caplog.text) is (outcome is not None)


async def test_store_that_cannot_be_read_is_asked_again_without_haste() -> None:
    street = Street(DIAL)
    street.fault = StoreError("busy", "Busy.", "Wait.")
    task = street.gossip()
    async with asyncio.timeout(PATIENCE_S):
        await street.looked.wait()
        assert street.looks == 1
        street.fault = None
        assert await street.met.get() == DIAL
    await end(task)


async def test_end_ends_what_was_begun() -> None:
    street = Street(DIAL)
    street.hold.clear()
    task = street.gossip()
    async with asyncio.timeout(PATIENCE_S):
        await street.met.get()
    before = len(asyncio.all_tasks())
    await end(task)
    assert len(asyncio.all_tasks()) == before - 2
