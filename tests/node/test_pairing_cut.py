"""Wherever the line breaks in a pairing, both are neighbours in the end, or neither is (R11)."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import ExitStack, asynccontextmanager
from pathlib import Path
from typing import Final

import pytest

from node.pod import Pod
from store.pairing import State
from tests.nodes import make_pod, serving, until

CHUNKS: Final = range(6, 15)
"""After so many chunks, both ways together, the line breaks: from within the handshake to past
the last message. How many make a message depends on how busy the machine is."""


class Cable:
    """Carries connections to an address; of the first one, so many chunks and no more."""

    def __init__(self, to: str, chunks: int) -> None:
        self.host, _, port = to.partition(":")
        self.port = int(port)
        self.left = chunks
        self.is_first = True
        self.was_cut = False

    async def carry(self, near: asyncio.StreamReader, back: asyncio.StreamWriter) -> None:
        is_first, self.is_first = self.is_first, False
        far, forth = await asyncio.open_connection(self.host, self.port)
        ends = (back, forth)
        await asyncio.gather(
            self._pump(near, forth, ends, is_first), self._pump(far, back, ends, is_first)
        )

    async def _pump(
        self,
        source: asyncio.StreamReader,
        sink: asyncio.StreamWriter,
        ends: tuple[asyncio.StreamWriter, ...],
        is_first: bool,
    ) -> None:
        try:
            while data := await source.read(65_536):
                if is_first and self.left == 0:
                    self.was_cut = True
                    break
                self.left -= is_first
                sink.write(data)
                await sink.drain()
        except ConnectionError:
            pass  # the other direction ended it
        for end in ends:
            end.transport.abort()


@asynccontextmanager
async def cable(to: str, chunks: int) -> AsyncIterator[tuple[str, Cable]]:
    made = Cable(to, chunks)
    server = await asyncio.start_server(made.carry, "127.0.0.1", 0)
    try:
        yield f"127.0.0.1:{server.sockets[0].getsockname()[1]}", made
    finally:
        server.close()


@pytest.fixture
def pods(tmp_path: Path) -> Iterator[tuple[Pod, Pod]]:
    with ExitStack() as closing:
        a, b = (closing.enter_context(make_pod(tmp_path / name)) for name in "ab")
        yield a, b


def state(pod: Pod) -> State:
    pairing = pod.pairing.look()
    assert pairing is not None
    return pairing.state


def is_over(pod: Pod) -> bool:
    """Tell whether nothing more comes of it here without the other side."""
    pairing = pod.pairing.look()
    assert pairing is not None
    is_lost = pairing.state is State.AGREED and pairing.code != ""
    return is_lost or pairing.failures > 0 or pairing.state is State.PAIRED


def say_yes(pod: Pod) -> None:
    pairing = pod.pairing.look()
    if pairing is not None and pairing.state is State.COMPARING:
        pod.pairing.agree(pairing.mode, pairing.attempt)


def have_each_other(a: Pod, b: Pod) -> tuple[bool, bool]:
    return bool(a.neighbours.all()), bool(b.neighbours.all())


async def pair_over(pods: tuple[Pod, Pod], at_b: str, chunks: int) -> tuple[bool, bool, bool]:
    """Pair with a line that is cut; return whether it was, and who has whom in the end."""
    a, b = pods
    async with cable(at_b, chunks) as (address, line):
        b.pairing.begin()
        a.pairing.begin(addresses=[address])

        def settled() -> bool:
            for pod in pods:
                say_yes(pod)
            if line.was_cut and is_over(a) and not a.neighbours.all():
                a.pairing.end(a.pairing.look().mode)  # type: ignore[union-attr]  # call no more
            return is_over(a) and (is_over(b) or state(b) is State.OPEN)

        await until(settled)
        # A yes that was lost is made good by whoever of the two became a neighbour.
        if any(have_each_other(a, b)):
            await until(lambda: all(have_each_other(a, b)))
        was_cut = line.was_cut
    return was_cut, *have_each_other(a, b)


async def test_both_are_neighbours_or_neither_wherever_the_line_breaks(
    tmp_path: Path, pods: tuple[Pod, Pod]
) -> None:
    a, b = pods
    outcomes: set[tuple[bool, bool, bool]] = set()
    async with serving(tmp_path / "a"), serving(tmp_path / "b") as at_b:
        for chunks in CHUNKS:
            outcomes.add(await pair_over(pods, at_b, chunks))
            for pod, other in ((a, b), (b, a)):
                pod.neighbours.remove(other.pod_id)
    assert {(of_a, of_b) for _, of_a, of_b in outcomes} == {(True, True), (False, False)}
    assert (True, True, True) in outcomes  # cut, and made good
