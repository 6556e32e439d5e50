"""Who sits between two nodes that pair, on real sockets: the two screens differ (R11).

Eve is where each side believes the other to be; she has a key of her own, takes both names, and
may choose every nonce that is hers to choose, in any order of the two conversations.
"""

from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest

from node.pod import Pod
from protocol.codec import encode
from protocol.pairing import Words, commitment_of
from store.pairing import State
from tests.channels import identity
from tests.nodes import make_pod, serving, until
from tests.pairing import NAME, Line, heard, last_word, open_door

EVE = identity("eve")
CHOSEN = bytes(32)


@pytest.fixture
def a(tmp_path: Path) -> Iterator[Pod]:
    with make_pod(tmp_path / "a", name="Maple Street") as pod:
        yield pod


@pytest.fixture
def b(tmp_path: Path) -> Iterator[Pod]:
    with make_pod(tmp_path / "b", name="Elm Court") as pod:
        yield pod


@pytest.fixture
async def line() -> AsyncIterator[Line]:
    line = Line()
    yield line
    await line.hang_up()


async def on_screen(pod: Pod) -> Words:
    """Return the words that the people of a pod are shown."""

    def is_shown() -> bool:
        pairing = pod.pairing.look()
        return pairing is not None and pairing.state is State.COMPARING

    await until(is_shown)
    pairing = pod.pairing.look()
    assert pairing is not None
    return pairing.words


@pytest.mark.parametrize("first", ["a", "b"])
async def test_man_in_the_middle_cannot_make_two_screens_agree(
    tmp_path: Path, line: Line, a: Pod, b: Pod, first: str
) -> None:
    """A calls what it takes for B; Eve answers, and calls B. She ends with either of them first."""
    async with serving(tmp_path / "a"), serving(tmp_path / "b") as at_b, open_door(EVE) as door:
        b.pairing.begin()
        a.pairing.begin(addresses=[door.address])
        if first == "a":
            with_a, seen_a = await door.answer(nonce=CHOSEN)
            with_b, seen_b = await line.call(at_b, EVE, nonce=CHOSEN)
        else:
            with_b, seen_b = await line.call(at_b, EVE, nonce=CHOSEN)
            with_a, seen_a = await door.answer(nonce=CHOSEN)
        shown = await on_screen(a), await on_screen(b)
        assert shown == (seen_a, seen_b)  # she knows what both screens say
        assert shown[0] != shown[1]
        # People hear that, and say no: neither has a neighbour, and she is told.
        for pod in (a, b):
            pairing = pod.pairing.look()
            assert pairing is not None
            pod.pairing.decline(pairing.mode, pairing.attempt)
        assert await last_word(with_a) == await last_word(with_b) == "words_differ"
    assert a.neighbours.all() == b.neighbours.all() == []


async def test_words_of_one_side_cannot_be_brought_to_the_other(
    tmp_path: Path, line: Line, a: Pod, b: Pod
) -> None:
    """Eve answers with B's nonce, and passes on A's commitment and nonce as her own."""
    async with serving(tmp_path / "a"), serving(tmp_path / "b") as at_b, open_door(EVE) as door:
        b.pairing.begin()
        a.pairing.begin(addresses=[door.address])
        with_a = await door.channels.get()
        commitment = with_a.peer.purpose.commitment  # type: ignore[union-attr]
        with_b = await line.knock(at_b, EVE, commitment)
        await with_a.send(await heard(with_b))  # the nonce of B
        await with_b.send(await heard(with_a))  # the reveal of A
        await on_screen(a)
        assert await last_word(with_b) == "commitment_broken"
        await with_a.close("stopping")
        await until(lambda: (it := a.pairing.look()) is not None and it.failures == 1)
    assert a.neighbours.all() == b.neighbours.all() == []


async def test_a_nonce_chosen_after_the_answer_is_refused(
    tmp_path: Path, line: Line, a: Pod
) -> None:
    async with serving(tmp_path / "a") as at_a:
        a.pairing.begin()
        bound = commitment_of(CHOSEN, EVE.certificate)
        channel = await line.knock(at_a, EVE, bound)
        await heard(channel)
        await channel.send(encode(("reveal", b"better  " * 4, NAME, ())))
        assert await last_word(channel) == "commitment_broken"
        pairing = a.pairing.look()
        assert pairing is not None
        assert (pairing.state, pairing.failures, pairing.words) == (State.OPEN, 1, ())


async def test_who_reveals_before_the_answer_is_bound_all_the_same(
    tmp_path: Path, line: Line, a: Pod
) -> None:
    """What is revealed early is taken in its turn: it was bound before the answerer spoke."""
    async with serving(tmp_path / "a") as at_a:
        a.pairing.begin()
        bound = commitment_of(CHOSEN, EVE.certificate)
        channel = await line.knock(at_a, EVE, bound)
        await channel.send(encode(("reveal", CHOSEN, NAME, ())))
        await on_screen(a)
        nonce = await heard(channel)
    async with serving(tmp_path / "a") as at_a:
        a.pairing.begin()
        channel = await line.knock(at_a, EVE, bound)
        assert await heard(channel) != nonce  # fresh each time
