"""Two nodes pair while their people compare words; nothing is half done (R11)."""

import asyncio
import sqlite3
from collections.abc import AsyncIterator, Iterator
from contextlib import AsyncExitStack, closing
from pathlib import Path

import pytest

from node.channel import Bounds, LinkError
from node.engine import Engine
from node.federation import accept, invite
from node.introductions import Introductions
from node.pairing import is_same, spoken
from node.pod import Pod
from node.sync import Driver
from node.worker import Worker
from protocol.codec import encode
from protocol.errors import UserError
from protocol.handshake import Sync
from protocol.identity import Certificate, short_id
from protocol.limits import MAX_NEIGHBOURS, PAIRING_FAILURES
from protocol.pairing import Agreement, Introduction, Words
from store import meta, notices
from store.pairing import Pairing, State
from tests.channels import identity
from tests.nodes import make_pod, serving, until
from tests.pairing import NAME, Line, heard, last_word, open_door

EVE = identity("eve")
QUICK = Bounds(step_s=0.5, comparing_s=0.5)


@pytest.fixture
def a(tmp_path: Path) -> Iterator[Pod]:
    """A pod as its people's commands open it."""
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


def now_at(pod: Pod) -> Pairing:
    pairing = pod.pairing.look()
    assert pairing is not None
    return pairing


async def comparing(*pods: Pod) -> list[Pairing]:
    """Wait until words stand on these pods' screens."""
    await until(lambda: all(now_at(pod).state is State.COMPARING for pod in pods))
    return [now_at(pod) for pod in pods]


def say_yes(*pods: Pod) -> None:
    for pod in pods:
        assert pod.pairing.agree(now_at(pod).mode, now_at(pod).attempt)


async def test_two_nodes_pair_when_the_people_of_both_say_so(
    tmp_path: Path, a: Pod, b: Pod
) -> None:
    async with serving(tmp_path / "a"), serving(tmp_path / "b") as at_b:
        b.pairing.begin()
        a.pairing.begin(addresses=[at_b])
        at_as, at_bs = await comparing(a, b)
        assert (at_as.name, at_as.pod_id) == ("Elm Court", b.pod_id)
        assert (at_bs.name, at_bs.pod_id) == ("Maple Street", a.pod_id)
        assert at_as.words == at_bs.words
        say_yes(a)
        assert a.neighbours.all() == b.neighbours.all() == []  # one yes is none
        say_yes(b)
        await until(lambda: now_at(a).state is now_at(b).state is State.PAIRED)
        [of_a], [of_b] = a.neighbours.all(), b.neighbours.all()
        assert (of_a.pod_id, of_b.pod_id) == (b.pod_id, a.pod_id)
        assert of_a.near_allowed
        assert of_b.near_allowed
        assert of_a.addresses == (at_b,)
        assert of_b.addresses  # where the caller says that it is
        await until(lambda: a.neighbours.all()[0].last_contact_ms is not None or _in_session(b))


def _in_session(pod: Pod) -> bool:
    with closing(sqlite3.connect(pod.keeper.store.path)) as file:
        row = file.execute("SELECT told_hash FROM neighbour").fetchone()
    return row is not None and row[0] is not None


async def test_both_may_call_at_once(tmp_path: Path, a: Pod, b: Pod) -> None:
    async with serving(tmp_path / "a") as at_a, serving(tmp_path / "b") as at_b:
        a.pairing.begin(addresses=[at_b])
        b.pairing.begin(addresses=[at_a])
        at_as, at_bs = await comparing(a, b)
        assert at_as.words == at_bs.words
        assert at_as.failures == at_bs.failures == 0
        say_yes(a, b)
        await until(lambda: now_at(a).state is now_at(b).state is State.PAIRED)


async def test_a_pod_is_meant_by_the_beginning_of_its_id(tmp_path: Path, a: Pod, b: Pod) -> None:
    async with serving(tmp_path / "a"), serving(tmp_path / "b") as at_b:
        b.pairing.begin(tag=short_id(EVE.certificate.pod_id))
        a.pairing.begin(addresses=[at_b])
        await until(lambda: now_at(a).code == "not_pairing")  # b's people mean another
        a.pairing.begin(tag=short_id(EVE.certificate.pod_id), addresses=[at_b])
        b.pairing.begin()
        await until(lambda: now_at(a).code == "wrong_pod")  # and so do a's
        b.pairing.begin()
        a.pairing.begin(tag=short_id(b.pod_id), addresses=[at_b])
        await comparing(a, b)


async def test_a_pod_that_people_named_is_looked_for_among_strangers(
    tmp_path: Path, a: Pod
) -> None:
    """What is seen on a LAN is bounded: strangers take no place from who is sought."""
    tag = short_id(EVE.certificate.pod_id)
    async with AsyncExitStack() as closing:
        worker = await closing.enter_async_context(Worker())
        pod = await worker.do(Pod.open, tmp_path / "a")
        closing.push_async_callback(worker.do, pod.close)
        engine = await worker.do(lambda: Engine(pod.keeper, lambda: 0.5, pod.now()))
        driver = await closing.enter_async_context(Driver(engine, worker, pod.now))
        introductions = Introductions(
            pod.pairing,
            driver,
            us=lambda: identity("a"),
            ours=lambda: Introduction("Maple Street", ()),
            seen=list,
            settle=never,
        )
        looking = asyncio.create_task(introductions.run())
        closing.callback(looking.cancel)
        a.pairing.begin(tag=tag)
        await until(lambda: introductions.is_sought(tag))
        assert not introductions.is_sought("aaaaaaaa")
        a.pairing.end(now_at(a).mode)
        await until(lambda: not introductions.is_sought(tag))


async def never(_: Certificate) -> None:
    raise AssertionError("nobody agreed")


# --- Off, over, elsewhere ---


async def test_a_pod_that_is_not_in_pairing_mode_says_nothing(
    tmp_path: Path, line: Line, a: Pod
) -> None:
    async with serving(tmp_path / "a") as at_a:
        with pytest.raises(LinkError) as caught:
            await line.knock(at_a, EVE, bytes(32))
        assert caught.value.code == "not_pairing"
    assert a.pairing.look() is None


async def test_a_pod_does_not_pair_with_itself(tmp_path: Path, a: Pod) -> None:
    async with serving(tmp_path / "a") as at_a:
        a.pairing.begin(addresses=[at_a])
        await until(lambda: now_at(a).code == "wrong_pod")
        assert now_at(a).failures == 0


async def test_one_attempt_at_a_time(tmp_path: Path, line: Line, a: Pod) -> None:
    async with serving(tmp_path / "a") as at_a:
        a.pairing.begin()
        first = await line.knock(at_a, EVE, bytes(32))
        await heard(first)  # and no word is shown yet
        with pytest.raises(LinkError) as caught:
            await line.call(at_a, identity("mallory"))
        assert caught.value.code == "not_pairing"
        await first.close("stopping")
        await until(lambda: now_at(a).failures == 1)
        await line.call(at_a, EVE)
        await comparing(a)
        with pytest.raises(LinkError) as caught:
            await line.call(at_a, identity("mallory"))
        assert caught.value.code == "not_pairing"


async def test_the_mode_ends_by_itself(tmp_path: Path, line: Line, a: Pod) -> None:
    async with serving(tmp_path / "a", bounds=Bounds(pairing_s=0.3)) as at_a:
        a.pairing.begin()
        await until(lambda: now_at(a).state is State.ENDED)
        with pytest.raises(LinkError) as caught:
            await line.call(at_a, EVE)
        assert caught.value.code == "not_pairing"


async def test_the_mode_ends_with_the_node(tmp_path: Path, a: Pod) -> None:
    async with serving(tmp_path / "a"):
        a.pairing.begin()
    async with serving(tmp_path / "a"):
        await until(lambda: now_at(a).state is State.ENDED)


def test_no_neighbour_more_than_there_may_be(a: Pod) -> None:
    for number in range(MAX_NEIGHBOURS):
        a.neighbours.add(identity(f"pod {number}").certificate, f"Pod {number}", [], seen=True)
    with pytest.raises(UserError) as caught:
        a.pairing.begin()
    assert caught.value.code == "over_quota"
    a.pairing.begin(tag=short_id(identity("pod 3").certificate.pod_id))  # one that there is


async def test_a_superseded_pod_is_shown_its_greater_certificate(
    tmp_path: Path, line: Line, a: Pod
) -> None:
    later = identity("eve", epoch=1_800_000_000)
    a.neighbours.add(later.certificate, "Eve Court", [], seen=True)
    async with serving(tmp_path / "a") as at_a, open_door(EVE) as door:
        a.pairing.begin(addresses=[door.address])
        with pytest.raises(LinkError) as caught:
            await line.call(at_a, EVE)
        assert caught.value.code == "epoch_superseded"
        assert caught.value.certificate == later.certificate.wire
        await until(lambda: now_at(a).code == "epoch_superseded")  # and where we called
        assert now_at(a).failures == 0


# --- Failed attempts ---


async def break_commitment(line: Line, address: str) -> str:
    channel = await line.knock(address, EVE, bytes(32))
    await heard(channel)
    await channel.send(encode(("reveal", bytes(32), NAME, ())))
    return await last_word(channel)


async def test_the_third_failed_attempt_ends_pairing_mode(
    tmp_path: Path, line: Line, a: Pod
) -> None:
    async with serving(tmp_path / "a") as at_a:
        a.pairing.begin()
        for number in range(PAIRING_FAILURES):
            assert now_at(a).failures == number
            assert await break_commitment(line, at_a) == "commitment_broken"
            await until(lambda expected=number + 1: now_at(a).failures == expected)
        assert now_at(a).state is State.ENDED
        with pytest.raises(LinkError) as caught:
            await line.call(at_a, EVE)
        assert caught.value.code == "not_pairing"
    assert a.neighbours.all() == []


async def test_who_looks_at_the_nonce_and_goes_has_failed_too(
    tmp_path: Path, line: Line, a: Pod
) -> None:
    async with serving(tmp_path / "a") as at_a:
        a.pairing.begin()
        channel = await line.knock(at_a, EVE, bytes(32))
        await heard(channel)
        await channel.close("stopping")
        await until(lambda: now_at(a).failures == 1)


async def test_who_answers_looks_and_goes_has_failed_too(tmp_path: Path, a: Pod) -> None:
    async with serving(tmp_path / "a"), open_door(EVE) as door:
        a.pairing.begin(addresses=[door.address])
        channel, _ = await door.answer()
        await channel.close("stopping")
        await until(lambda: now_at(a).failures == 1)
        assert now_at(a).code == "stopping"


async def test_silence_is_a_failed_attempt(tmp_path: Path, line: Line, a: Pod) -> None:
    async with serving(tmp_path / "a", bounds=QUICK) as at_a:
        a.pairing.begin()
        await line.knock(at_a, EVE, bytes(32))
        await until(lambda: now_at(a).failures == 1)
        await line.call(at_a, EVE)
        await until(lambda: now_at(a).failures == 2)  # nobody compared in time
        assert now_at(a).code == "silent"


async def test_a_reveal_is_worth_nothing_a_second_time(tmp_path: Path, line: Line, a: Pod) -> None:
    nonce = b"once " * 6 + b"!!"
    async with serving(tmp_path / "a") as at_a:
        a.pairing.begin()
        channel, first = await line.call(at_a, EVE, nonce)
        await comparing(a)
        await channel.close("stopping")
        await until(lambda: now_at(a).failures == 1)
        _, second = await line.call(at_a, EVE, nonce)
        [shown] = await comparing(a)
        assert shown.words == second != first


async def test_no_on_one_side_is_heard_on_the_other(tmp_path: Path, a: Pod, b: Pod) -> None:
    async with serving(tmp_path / "a"), serving(tmp_path / "b") as at_b:
        b.pairing.begin()
        a.pairing.begin(addresses=[at_b])
        await comparing(a, b)
        say_yes(a)
        b.pairing.decline(now_at(b).mode, now_at(b).attempt)
        await until(lambda: now_at(a).failures == now_at(b).failures == 1)
        assert now_at(a).code == now_at(b).code == "words_differ"
    assert a.neighbours.all() == b.neighbours.all() == []


async def test_an_answer_is_to_one_attempt(tmp_path: Path, line: Line, a: Pod) -> None:
    async with serving(tmp_path / "a") as at_a:
        a.pairing.begin()
        channel, _ = await line.call(at_a, EVE)
        [first] = await comparing(a)
        await channel.close("stopping")
        await until(lambda: now_at(a).state is State.OPEN)
        await line.call(at_a, EVE)
        await comparing(a)
        assert not a.pairing.agree(first.mode, first.attempt)
        assert now_at(a).state is State.COMPARING


# --- Stopped, lost, killed ---


@pytest.mark.parametrize("agreed", ["neither", "a", "b"])
async def test_stopped_before_both_have_agreed_nothing_is_changed(
    tmp_path: Path, a: Pod, b: Pod, agreed: str
) -> None:
    async with serving(tmp_path / "a"), serving(tmp_path / "b") as at_b:
        b.pairing.begin()
        a.pairing.begin(addresses=[at_b])
        await comparing(a, b)
        if agreed != "neither":
            say_yes(a if agreed == "a" else b)
        stops, other = (b, a) if agreed == "a" else (a, b)
        assert stops.pairing.end(now_at(stops).mode)
        await until(lambda: now_at(other).failures == 1)
        assert now_at(other).code == "stopping"
        assert now_at(other).state is State.OPEN
    assert a.neighbours.all() == b.neighbours.all() == []


async def lost_after_our_yes(line: Line, at_a: str, a: Pod) -> Words:
    """Have Eve's connection break when a's people have agreed, and before she says a word."""
    channel, words = await line.call(at_a, EVE)
    await comparing(a)
    say_yes(a)
    Agreement().hear(await heard(channel))
    channel.abort()
    await until(lambda: now_at(a).code == "silent")
    return words


async def test_a_yes_that_was_lost_makes_neighbours_when_the_other_comes_as_one(
    tmp_path: Path, line: Line, a: Pod
) -> None:
    """She had said yes too: her side was done, and ours could not know."""
    async with serving(tmp_path / "a") as at_a:
        a.pairing.begin()
        await lost_after_our_yes(line, at_a, a)
        assert a.neighbours.all() == []
        with pytest.raises(LinkError) as caught:
            await line.visit(at_a, identity("mallory"), a.pod_id)
        assert caught.value.code == "not_federated"
        await line.visit(at_a, EVE, a.pod_id)
        assert now_at(a).state is State.PAIRED
        [eve] = a.neighbours.all()
        assert (eve.name, eve.pod_id, eve.near_allowed) == (NAME, EVE.certificate.pod_id, True)
    [notice] = notices.notices(a.keeper.store.connection)  # nobody looks at that screen any more
    assert (notice.code, notice.pod_id) == ("paired_late", eve.pod_id)


async def test_a_yes_that_was_lost_outlives_the_node(tmp_path: Path, line: Line, a: Pod) -> None:
    async with serving(tmp_path / "a") as at_a:
        a.pairing.begin()
        await lost_after_our_yes(line, at_a, a)
    async with serving(tmp_path / "a") as at_a:
        await line.visit(at_a, EVE, a.pod_id)
    assert len(a.neighbours.all()) == 1


async def test_the_other_is_sought_after_a_yes_that_was_lost(tmp_path: Path, a: Pod) -> None:
    async with serving(tmp_path / "a"), open_door(EVE) as door:
        a.pairing.begin(addresses=[door.address])
        channel, _ = await door.answer()
        await comparing(a)
        say_yes(a)
        await heard(channel)
        channel.abort()
        again = await door.channels.get()  # welcome as a neighbour: her people agreed
        assert isinstance(again.peer.purpose, Sync)
        await until(lambda: now_at(a).state is State.PAIRED)
    assert [it.pod_id for it in a.neighbours.all()] == [EVE.certificate.pod_id]


async def test_a_yes_is_over_when_the_other_said_no_or_people_begin_anew(
    tmp_path: Path, line: Line, a: Pod
) -> None:
    async with serving(tmp_path / "a") as at_a:
        a.pairing.begin()
        channel, _ = await line.call(at_a, EVE)
        await comparing(a)
        say_yes(a)
        await heard(channel)
        await channel.close("words_differ")
        await until(lambda: now_at(a).failures == 1)
        with pytest.raises(LinkError) as caught:
            await line.visit(at_a, EVE, a.pod_id)
        assert caught.value.code == "not_federated"
        await lost_after_our_yes(line, at_a, a)
        a.pairing.begin()
        with pytest.raises(LinkError) as caught:
            await line.visit(at_a, EVE, a.pod_id)
        assert caught.value.code == "not_federated"
    assert a.neighbours.all() == []


async def test_a_yes_that_was_lost_holds_for_a_day(tmp_path: Path, line: Line, a: Pod) -> None:
    async with serving(tmp_path / "a") as at_a:
        a.pairing.begin()
        await lost_after_our_yes(line, at_a, a)
        store = a.keeper.store
        with store.atomic(a.now().wall_ms) as tx:
            meta.put(tx, meta.RUNNING_MS, now_at(a).agreed_until_ms)
        with pytest.raises(LinkError) as caught:
            await line.visit(at_a, EVE, a.pod_id)
        assert caught.value.code == "not_federated"
    assert a.neighbours.all() == []


async def test_a_yes_without_comparison_is_none(tmp_path: Path, line: Line, a: Pod) -> None:
    async with serving(tmp_path / "a") as at_a:
        a.pairing.begin()
        channel, _ = await line.call(at_a, EVE)
        await comparing(a)
        await channel.send(Agreement().agree())
        with pytest.raises(LinkError) as caught:
            await line.visit(at_a, EVE, a.pod_id)
        assert caught.value.code == "not_federated"
        assert now_at(a).state is State.COMPARING
        await channel.close("stopping")
    assert a.neighbours.all() == []


# --- Neighbours already ---


async def test_neighbours_by_invitation_may_make_sure_of_each_other(
    tmp_path: Path, a: Pod, b: Pod
) -> None:
    async with serving(tmp_path / "a") as at_a, serving(tmp_path / "b"):
        await accept(b, invite(a, [at_a], 3600), our_addresses=["127.0.0.1:9"])
        [invited] = a.neighbours.all()
        assert not invited.near_allowed
        a.pairing.begin()
        b.pairing.begin(tag=short_id(a.pod_id), addresses=[at_a])
        await comparing(a, b)
        assert not a.neighbours.all()[0].near_allowed  # the name on a screen is not yet a yes
        say_yes(a, b)
        await until(lambda: now_at(a).state is now_at(b).state is State.PAIRED)
    [sure] = a.neighbours.all()
    assert sure.near_allowed
    assert (sure.pod_id, sure.since_ms) == (invited.pod_id, invited.since_ms)


# --- Words ---


def test_words_are_known_however_they_are_written() -> None:
    words = (0, 1, 2, 2045, 2046, 2047)
    assert spoken(words) == ("abandon", "ability", "able", "zero", "zone", "zoo")
    assert is_same("abandon ability able zero zone zoo", words)
    assert is_same(" 1. Abandon, 2. ABILITY\n3 able - zero; zone zoo", words)
    assert not is_same("abandon ability able zero zone", words)
    assert not is_same("ability abandon able zero zone zoo", words)
    assert not is_same("", words)
