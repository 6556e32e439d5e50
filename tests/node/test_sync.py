"""Sessions on real sockets: what is written at one place arrives at the other."""

import asyncio
import socket
import threading
from pathlib import Path

import pytest

from node.channel import Bounds, Channel, LinkError
from node.drafts import Draft
from node.engine import Engine
from node.keeper import Keeper, Surroundings
from node.sync import SMALL_FRAME_BYTES, Ahead, Prepared, joined, prepare
from node.worker import Worker
from protocol.clock import Now
from protocol.errors import PeerError, Refusal, StoreError
from protocol.frame_bytes import decode_frame, encode_frame
from protocol.frames import Bye, Records, Want
from protocol.intake import Opened
from protocol.kinds import KindTable
from protocol.limits import MAX_FRAME_BYTES
from protocol.record import Scope, seal
from tests.channels import identity
from tests.patience import PATIENCE_S
from tests.places import Place, at_place, two_neighbours
from tests.toy import TOY_NOTE, TOY_NOTE_CODE, note


async def end(session: "asyncio.Task[str]") -> None:
    session.cancel()
    await asyncio.gather(session, return_exceptions=True)


async def test_what_was_written_before_and_during_a_session_arrives_both_ways(
    tmp_path: Path,
) -> None:
    async with two_neighbours(tmp_path) as (a, b):
        await a.write("soup", "bread")
        await b.write("ladder")
        session = asyncio.create_task(a.call(b))
        await b.until("soup", "bread", "ladder")
        await a.until("soup", "bread", "ladder")
        await a.write("a live note")
        await b.until("soup", "bread", "ladder", "a live note")
        await b.write("another")
        await a.until("soup", "bread", "ladder", "a live note", "another")
        await end(session)


async def test_many_frames_of_records_arrive_whole(tmp_path: Path) -> None:
    texts = [f"{number} {'x' * 900}" for number in range(400)]
    async with two_neighbours(tmp_path) as (a, b):
        await a.write(*texts)
        session = asyncio.create_task(b.call(a))
        await b.until(*texts)
        await end(session)


async def test_one_pod_serves_several_neighbours_at_once(tmp_path: Path) -> None:
    async with two_neighbours(tmp_path) as (a, b), at_place(tmp_path / "c") as c:
        await a.befriend(c)
        await c.befriend(a)
        sessions = [asyncio.create_task(a.call(b)), asyncio.create_task(c.call(a))]
        await b.write("from b")
        await c.until("from b")
        await c.write("from c", scope=Scope.NEAR)
        await a.until("from b", "from c")
        assert await b.notes() == ["from b"]
        for session in sessions:
            await end(session)


async def test_what_another_process_writes_is_noticed(tmp_path: Path) -> None:
    async with two_neighbours(tmp_path) as (a, b), Worker() as command:
        session = asyncio.create_task(a.call(b))
        await b.write("first")
        await a.until("first")

        def write() -> None:
            around = Surroundings(kinds=KindTable([TOY_NOTE]))
            keeper = Keeper.open(tmp_path / "a", around)
            draft = Draft(TOY_NOTE_CODE, b"r" * 16, Scope.NETWORK, note("by a command"))
            keeper.signer.sign([draft], keeper.now())
            keeper.close()

        await command.do(write)
        await b.until("first", "by a command")
        await end(session)


# --- Ends ---


async def test_both_sides_learn_that_a_node_is_stopping(tmp_path: Path) -> None:
    async with two_neighbours(tmp_path) as (a, b):
        session = asyncio.create_task(a.call(b))
        await a.write("here")
        await b.until("here")
        await b.driver.stop()
        assert await session == "stopping"
        assert await b.reasons.get() == "stopping"


async def test_session_that_is_cancelled_says_farewell(tmp_path: Path) -> None:
    async with two_neighbours(tmp_path) as (a, b):
        session = asyncio.create_task(a.call(b))
        await a.write("here")
        await b.until("here")
        await end(session)
        assert await b.reasons.get() == "stopping"


async def test_cable_that_is_pulled_ends_the_session_at_both_ends(tmp_path: Path) -> None:
    async with two_neighbours(tmp_path) as (a, b):
        channel = await a.dial(b)
        session = asyncio.create_task(a.carry(channel))
        await a.write("here")
        await b.until("here")
        channel.abort()
        assert await session == "silent"
        assert await b.reasons.get() == "silent"
        assert await a.worker.do(list, a.engine.lives) == []
        assert await b.worker.do(list, b.engine.lives) == []


async def test_node_that_is_stopping_begins_no_session(tmp_path: Path) -> None:
    async with two_neighbours(tmp_path) as (a, b):
        await b.driver.stop()
        with pytest.raises(LinkError) as caught:
            await a.call(b)
        assert caught.value.code == "stopping"


async def test_stop_waits_for_a_session_that_is_just_beginning(tmp_path: Path) -> None:
    async with two_neighbours(tmp_path) as (a, b):
        channel = await a.dial(b)
        busy = threading.Event()
        held = asyncio.create_task(a.worker.do(busy.wait, PATIENCE_S))
        beginning = asyncio.create_task(a.carry(channel))
        stopping = asyncio.create_task(a.driver.stop())
        await asyncio.wait([a.driver.ticking])
        for _ in range(10):  # as often as a stop that waits for nothing could need
            await asyncio.sleep(0)
        is_early = stopping.done()  # the engine is asked, and cannot have answered
        busy.set()
        await asyncio.gather(held, stopping)
        assert not is_early
        assert a.driver._outboxes == {}
        assert await beginning == "stopping"
        assert await a.worker.do(list, a.engine.lives) == []
        await channel.close("stopping")


async def test_stranger_that_proves_itself_is_told_that_it_is_none_of_ours(
    tmp_path: Path,
) -> None:
    async with two_neighbours(tmp_path) as (a, _), at_place(tmp_path / "c") as c:
        with pytest.raises(LinkError) as caught:
            await c.dial(a)
        assert caught.value.code == "not_federated"


async def test_neighbour_that_was_removed_loses_its_session(tmp_path: Path) -> None:
    async with two_neighbours(tmp_path) as (a, b):
        session = asyncio.create_task(a.call(b))
        await a.write("here")
        await b.until("here")

        def remove(now: Now) -> None:
            b.keeper.roster.remove_neighbour(a.keeper.pod_id, now)
            b.engine.neighbours_changed(now)

        await b.driver.act(remove)
        assert await session == "not_federated"


async def test_of_two_connections_dialled_at_once_one_stays(tmp_path: Path) -> None:
    async with two_neighbours(tmp_path) as (a, b):
        channels = await asyncio.gather(a.dial(b), b.dial(a), return_exceptions=True)
        dialled = [
            (place, channel)
            for place, channel in zip((a, b), channels, strict=True)
            if isinstance(channel, Channel)
        ]
        sessions = [asyncio.create_task(place.carry(channel)) for place, channel in dialled]
        await a.write("once")
        await b.until("once")
        assert len(await a.worker.do(list, a.engine.lives)) == 1
        assert len(await b.worker.do(list, b.engine.lives)) == 1
        for session, (_, channel) in zip(sessions, dialled, strict=True):
            await end(session)
            await channel.close("stopping")


# --- A hostile neighbour ---


class Evil:
    """A proved neighbour of a place that says whatever a test wants."""

    def __init__(self, channel: Channel) -> None:
        self.channel = channel

    async def last_words(self) -> tuple[str, str]:
        """Return the codes of its bye frame and of its farewell."""
        code = ""
        while (frame := await self.channel.receive()) is not None:
            match decode_frame(frame):
                case Bye(code, _):
                    pass
        return code, self.channel.farewell


async def evil_at(a: Place, b: Place) -> Evil:
    return Evil(await a.dial(b))


@pytest.mark.parametrize(
    ("said", "code"),
    [
        (b"", "malformed"),
        (b"\xc1", "malformed"),
        (b"\x92\xcd\x00\x0e\x00", "not_canonical"),
        (b"\x91" * SMALL_FRAME_BYTES, "too_large"),
        (b"\xdd\x00\x10\x00\x00" + b"\x90" * (MAX_FRAME_BYTES - 5), "too_large"),
        (encode_frame(Want((bytes(8),))), "out_of_turn"),
    ],
    ids=["empty", "no value", "long form", "deep", "a million arrays", "out of turn"],
)
async def test_frame_that_none_may_send_ends_the_session_with_its_code(
    tmp_path: Path, said: bytes, code: str
) -> None:
    async with two_neighbours(tmp_path) as (a, b):
        evil = await evil_at(a, b)
        await evil.channel.send(said)
        assert await evil.last_words() == (code, code)
        assert await b.reasons.get() == code
        await evil.channel.close("stopping")
        await b.write("goes on")
        assert await b.notes() == ["goes on"]


async def test_long_and_short_frames_keep_their_order(tmp_path: Path) -> None:
    """A long frame, opened in a thread, is not overtaken by a short one that breaks the rules."""
    async with two_neighbours(tmp_path) as (a, b):
        evil = await evil_at(a, b)
        await evil.channel.send(b"\xc1" * (SMALL_FRAME_BYTES + 1))
        await evil.channel.send(encode_frame(Want((bytes(8),))))
        assert await evil.last_words() == ("malformed", "malformed")
        await evil.channel.close("stopping")


async def test_peer_that_never_reads_is_ended(tmp_path: Path) -> None:
    async with two_neighbours(tmp_path, bounds=Bounds(stall_s=0.2, close_s=0.2)) as (a, b):
        # As little as the system allows waits on the way; what b accepts has it from here.
        [door] = b.listener._sockets
        door.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 4096)
        channel = await a.dial(b)
        session = asyncio.create_task(a.carry(channel))
        await a.write("here")
        await b.until("here")
        channel._transport.pause_reading()
        while b.reasons.empty():
            await b.write(*[f"{number} {'x' * 900}" for number in range(200)])
        assert await b.reasons.get() == "silent"
        await end(session)
        await channel.close("stopping")


async def test_peer_that_asks_for_more_than_it_reads_is_not_served_on(tmp_path: Path) -> None:
    async with two_neighbours(tmp_path, unsent_bytes=10) as (a, b):
        channel = await a.dial(b)
        async with a.driver.greeted(channel.peer) as number:
            assert isinstance(number, int)
            outbox = a.driver._outboxes[number]
            assert outbox.unsent_bytes > 10  # our hello, which nobody has sent yet
            outbox.news.clear()
            ahead: asyncio.Queue[Ahead] = asyncio.Queue()
            ahead.put_nowait(b"\xc1")
            feeding = asyncio.create_task(a.driver._feed(channel, number, ahead, outbox))
            for _ in range(100):
                await a.worker.do(int)
            assert not outbox.news.is_set()
            outbox.take()
            await outbox.news.wait()
            assert outbox.ending == "malformed"
            ahead.put_nowait(None)
            await feeding
        await channel.close("stopping")


# --- What is posted is delivered ---


async def test_act_whose_awaiter_is_cancelled_is_sent_all_the_same(tmp_path: Path) -> None:
    async with two_neighbours(tmp_path) as (a, b):
        session = asyncio.create_task(a.call(b))
        await a.write("first")
        await b.until("first")
        writing = asyncio.create_task(a.write("second"))
        await asyncio.sleep(0)
        writing.cancel()
        await b.until("first", "second")
        await end(session)


async def test_act_that_fails_raises_where_it_is_awaited_and_the_rest_goes_on(
    tmp_path: Path,
) -> None:
    async with two_neighbours(tmp_path) as (a, b):
        session = asyncio.create_task(a.call(b))

        def fail(_: Now) -> None:
            raise StoreError("full", "The disk is full.", "Free some space.")

        with pytest.raises(StoreError):
            await a.driver.act(fail)
        await a.write("after it")
        await b.until("after it")
        await end(session)


class FaultyOnce(Engine):
    """An engine whose store cannot at its first tick."""

    faults = 1
    went_on = threading.Event()

    def tick(self, now: Now) -> None:
        if self.faults:
            self.faults -= 1
            raise StoreError("busy", "Busy.", "Wait.")
        super().tick(now)
        self.went_on.set()


async def test_tick_that_fails_is_logged_and_tried_again(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    async with two_neighbours(tmp_path, engine=FaultyOnce) as (a, b):
        session = asyncio.create_task(a.call(b))
        await a.write("here")
        await b.until("here")
        async with Worker() as other:
            assert await other.do(FaultyOnce.went_on.wait, PATIENCE_S)
        await end(session)
    assert "tick_failed code=busy" in caplog.text


# --- Opening frames ---


def test_records_are_opened_and_their_signatures_checked() -> None:
    ann = identity("ann")
    record = seal(
        ann.key,
        author=ann.certificate.pod_id,
        epoch=ann.certificate.epoch,
        kind=TOY_NOTE_CODE,
        rid=b"r" * 16,
        stamp_ms=1,
        scope=Scope.NETWORK,
        valid_until_s=0,
        payload=note("hello"),
    )
    data = encode_frame(Records((record.wire,)))
    right = prepare(data, lambda *_: (ann.key.public,))
    wrong = prepare(data, lambda *_: (identity("eve").key.public,))
    assert isinstance(right, Prepared)
    assert isinstance(wrong, Prepared)
    assert right.opened is not None
    assert wrong.opened is not None
    assert right.opened[0].refusal is None
    assert wrong.opened[0].refusal is Refusal.BAD_SIGNATURE


def test_what_is_no_frame_is_an_error_with_its_turn() -> None:
    error = prepare(b"\xc1", lambda *_: ())
    assert isinstance(error, PeerError)
    assert error.code == "malformed"


def opened_frame(*opened: Opened) -> Prepared:
    """A frame of records, in so far as it tells frames apart."""
    return Prepared(Records(tuple((bytes([at]), b"") for at, _ in enumerate(opened))), [*opened])


def test_frames_of_records_that_follow_each_other_are_one() -> None:
    good = Opened(None, None, b"key")
    want = Prepared(Want((bytes(8),)), None)
    items = [opened_frame(good), opened_frame(good, good), want, opened_frame(good)]
    assert list(joined(items)) == [
        Prepared(Records(((b"\0", b""), (b"\0", b""), (b"\1", b""))), [good] * 3),
        want,
        opened_frame(good),
    ]


def test_frame_that_is_charged_for_stays_alone() -> None:
    good, bad = Opened(None, None, b"key"), Opened(None, Refusal.BAD_SIGNATURE, None)
    items = [opened_frame(good), opened_frame(good, bad), opened_frame(bad), opened_frame(good)]
    assert list(joined(items)) == items
