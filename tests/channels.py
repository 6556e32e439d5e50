"""Both ends of a channel for tests: identities, a door with a simple policy, a raw stranger."""

import asyncio
import hashlib
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from typing import Final

import aiohttp

from node.channel import PATH, Bounds, Channel
from node.listener import Caller, Listener
from node.tls import make_client_tls, peer_certificate_hash
from protocol.handshake import Identity, Peer, Refused
from protocol.identity import Certificate, PodId, PodKey, WorkingKey
from protocol.introduction import Address
from tests.patience import PATIENCE_S

EPOCH: Final = 1_700_000_000
SHORT: Final = Bounds(step_s=0.8, stall_s=0.2, close_s=0.2)
"""Bounds of a test in which a stranger runs into one, once TLS and maybe a step went well."""
SHORT_TLS: Final = replace(SHORT, tls_s=0.4)
"""The same, where no TLS comes about."""


def seed(text: str) -> bytes:
    return hashlib.sha256(text.encode()).digest()


def identity(name: str, *, epoch: int = EPOCH, run: int = 0) -> Identity:
    """Return the identity of the pod of this name; another epoch is another working key."""
    key = WorkingKey.from_seed(seed(f"{name} working {epoch}"))
    certificate = PodKey.from_seed(seed(name)).certify(epoch, key.public, EPOCH)
    return Identity(certificate, key, seed(f"{name} run {run}")[:16])


class Door:
    """A real Listener that lets everyone stay and sends each frame back, or refuses all."""

    def __init__(self, us: Identity, refusal: Refused | None, bounds: Bounds) -> None:
        self.us = us
        self.listener = Listener(lambda: self.us, self._meet, self._superseded, bounds)
        self.callers: list[Peer] = []
        self.channels: asyncio.Queue[Channel] = asyncio.Queue()
        self.superseded_by: asyncio.Queue[Certificate] = asyncio.Queue()
        self.ended: asyncio.Queue[BaseException | None] = asyncio.Queue()
        self.echo = True
        self.address: Address
        self._refusal = refusal

    @property
    def pod_id(self) -> PodId:
        return self.us.certificate.pod_id

    async def _superseded(self, certificate: Certificate) -> None:
        self.superseded_by.put_nowait(certificate)

    async def _meet(self, caller: Caller) -> None:
        if self._refusal is not None:
            await caller.refuse(self._refusal)
            return
        self.callers.append(caller.peer)
        channel = await caller.welcome("Maple Street")
        self.channels.put_nowait(channel)
        error: BaseException | None = None
        try:
            while (frame := await channel.receive()) is not None:
                if self.echo:
                    await channel.send(frame)
        except Exception as err:
            error = err
            raise
        finally:
            self.ended.put_nowait(error)


@asynccontextmanager
async def open_door(
    us: Identity, *, refusal: Refused | None = None, bounds: Bounds | None = None
) -> AsyncIterator[Door]:
    door = Door(us, refusal, bounds or Bounds())
    port = await door.listener.start(["127.0.0.1"], 0)
    door.address = Address("127.0.0.1", port)
    try:
        async with asyncio.timeout(PATIENCE_S):
            yield door
    finally:
        await door.listener.stop()


class Stranger:
    """A WebSocket client that says whatever a test wants."""

    def __init__(self, ws: aiohttp.ClientWebSocketResponse) -> None:
        self.ws = ws
        self.tls_hash = peer_certificate_hash(ws.get_extra_info("ssl_object"))

    async def say(self, message: bytes) -> None:
        await self.ws.send_bytes(message)

    async def hear(self) -> bytes:
        return await self.ws.receive_bytes()

    async def last_word(self) -> str:
        """Return the reason with which the other side closes; "" if the line just went dead."""
        message = await self.ws.receive()
        return str(message.extra or "") if message.type is aiohttp.WSMsgType.CLOSE else ""


@asynccontextmanager
async def stranger_at(address: Address) -> AsyncIterator[Stranger]:
    async with (
        aiohttp.ClientSession() as session,
        session.ws_connect(
            f"wss://{address}{PATH}",
            ssl=make_client_tls(),
            timeout=aiohttp.ClientWSTimeout(ws_close=SHORT.close_s),
        ) as ws,
    ):
        yield Stranger(ws)
