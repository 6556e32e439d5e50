"""One side of a pairing in the hands of a test: it speaks the wire protocol, and no more."""

import asyncio
import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from node.channel import Channel, dial
from node.listener import Caller, Listener
from protocol.handshake import Identity, Pair, Sync
from protocol.identity import Certificate, PodId
from protocol.introduction import read_address
from protocol.pairing import Introduction, PairingAnswer, PairingCall, Words
from tests.patience import PATIENCE_S

NAME = "Birch Road"


class Door:
    """Listens, lets every caller stay, and leaves the rest to the test."""

    def __init__(self, us: Identity) -> None:
        self.us = us
        self.channels: asyncio.Queue[Channel] = asyncio.Queue()
        self.address = ""
        self.done = asyncio.Event()

    async def meet(self, caller: Caller) -> None:
        channel = await caller.welcome(NAME)
        self.channels.put_nowait(channel)
        await self.done.wait()
        await channel.close("stopping")

    async def answer(self, nonce: bytes | None = None) -> tuple[Channel, Words]:
        """Answer the next call to pair, up to the words."""
        channel = await self.channels.get()
        peer = channel.peer
        assert isinstance(peer.purpose, Pair)
        answer = PairingAnswer(
            self.us.certificate,
            peer.certificate,
            peer.purpose.commitment,
            peer.tls_hash,
            nonce=nonce or os.urandom(32),
        )
        await channel.send(answer.challenge())
        return channel, answer.check(await heard(channel))[1]


@asynccontextmanager
async def open_door(us: Identity) -> AsyncIterator[Door]:
    async def superseded(_: Certificate) -> None:
        raise AssertionError("nobody has a later key of ours")

    door = Door(us)
    listener = Listener(lambda: us, door.meet, superseded)
    port = await listener.start(["127.0.0.1"], 0)
    door.address = f"127.0.0.1:{port}"
    try:
        async with asyncio.timeout(PATIENCE_S):
            yield door
    finally:
        door.done.set()
        await listener.stop()


class Line:
    """Dials nodes, and hangs up on all of them in the end."""

    def __init__(self) -> None:
        self._channels: list[Channel] = []

    async def call(
        self, address: str, us: Identity, nonce: bytes | None = None
    ) -> tuple[Channel, Words]:
        """Call a node that is in pairing mode, up to the words. LinkError if it will not pair."""
        calling = PairingCall(us.certificate, nonce=nonce or os.urandom(32))
        channel = await self.knock(address, us, calling.commitment)
        peer = channel.peer
        ours = Introduction(NAME, ())
        challenge = await heard(channel)
        reveal, words = calling.reveal(challenge, peer.certificate, peer.tls_hash, ours)
        await channel.send(reveal)
        return channel, words

    async def knock(self, address: str, us: Identity, commitment: bytes) -> Channel:
        """Call to pair, and say nothing more."""
        return self._kept(await dial(read_address(address), us, Pair(commitment), expect=None))

    async def visit(self, address: str, us: Identity, expect: PodId) -> Channel:
        """Dial as a neighbour does."""
        return self._kept(await dial(read_address(address), us, Sync(), expect=expect))

    def _kept(self, channel: Channel) -> Channel:
        self._channels.append(channel)
        return channel

    async def hang_up(self) -> None:
        for channel in self._channels:
            await channel.close("stopping")


async def heard(channel: Channel) -> bytes:
    message = await channel.receive()
    assert message is not None, f"closed: {channel.farewell}"
    return message


async def last_word(channel: Channel) -> str:
    """Return the reason with which a node closes."""
    while await channel.receive() is not None:
        pass
    return channel.farewell
