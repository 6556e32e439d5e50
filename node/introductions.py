"""Pairing on sockets: the node calls and answers while its people have pairing mode on.

Spec: docs/protocol.md §10.4 (R11). Commands write what people want into the store; this looks
there four times a second, carries one attempt at a time over one channel, and writes back what
comes of it. What counts as what, node/pairing.py decides.
"""

import asyncio
import logging
import os
from collections.abc import Awaitable, Callable, Sequence
from functools import partial
from typing import Final, NamedTuple

from node.attempt import Attempt, Over, farewell_of, heard
from node.channel import BOUNDS, Bounds, Channel, LinkError, dial
from node.clock import monotonic_ms
from node.discovery import Seen
from node.listener import Caller
from node.pairing import PairingMode, View
from node.sync import Driver
from protocol.errors import PeerError, PodError
from protocol.handshake import NONCE_BYTES, Identity, Pair, Refused
from protocol.identity import Certificate, short_id
from protocol.introduction import read_address
from protocol.pairing import Introduction, PairingAnswer, PairingCall, Words
from store.pairing import Pairing, State

log = logging.getLogger(__name__)

LOOK_MS: Final = 250
"""How often people's word is looked for while pairing mode is on."""
LOOK_IDLE_MS: Final = 500
"""And while it is not: how soon after the command pairing mode is on."""
CALL_AGAIN_MS: Final = 2_000
"""Between two rounds of calls: the other steward is still typing."""


class Exchanged(NamedTuple):
    """What the three messages of an attempt came to."""

    theirs: Introduction
    words: Words


class Introductions:
    """Calls and answers. Run it as a task."""

    def __init__(
        self,
        pairing: PairingMode,
        driver: Driver,
        *,
        us: Callable[[], Identity],
        ours: Callable[[], Introduction],
        seen: Callable[[], Sequence[Seen]],
        settle: Callable[[Certificate], Awaitable[None]],
        bounds: Bounds = BOUNDS,
    ) -> None:
        """us, ours, seen: who we are, what we say of ourselves, and who is on the LAN, now.

        settle: makes a pod that was proved and agreed to a neighbour.
        """
        self._pairing = pairing
        self._driver = driver
        self._us = us
        self._ours = ours
        self._seen = seen
        self._settle = settle
        self._bounds = bounds
        self._attempt: Attempt | None = None
        self._call: asyncio.Task[None] | None = None
        self._is_calling = False
        """Whether the call has not come to an attempt: until then it can be given up."""
        self._call_due_ms = 0
        self._mode = 0
        self._tag = ""
        self._ends_ms = 0

    def is_sought(self, tag: str) -> bool:
        """Tell whether people named this pod: strangers seen on the LAN take no place from it."""
        return tag == self._tag

    async def run(self) -> None:
        """Do what people want, until cancelled."""
        try:
            while True:
                is_on = False
                try:
                    is_on = await self._look()
                except PodError as err:
                    log.error("look_failed code=%s detail=%r", err.code, err.detail[:100])
                busy = is_on or self._attempt is not None
                await asyncio.sleep((LOOK_MS if busy else LOOK_IDLE_MS) / 1000)
        finally:
            if self._call is not None:
                self._call.cancel()
                await asyncio.gather(self._call, return_exceptions=True)

    async def _look(self) -> bool:
        """Take up what people want now; tell whether pairing mode is on."""
        view = await self._driver.act(lambda _: self._pairing.view())
        pairing = view.pairing
        if self._attempt is not None:
            self._attempt.take(pairing)
        self._tag = pairing.tag if pairing is not None and pairing.is_on else ""
        if pairing is None or not pairing.is_on:
            self._stop_calling()
            return False
        if pairing.mode != self._mode:
            self._stop_calling()
            self._mode, self._call_due_ms = pairing.mode, 0
            self._ends_ms = monotonic_ms() + int(self._bounds.pairing_s * 1000)
        if self._attempt is None and monotonic_ms() >= self._ends_ms:
            await self._driver.act(lambda _: self._pairing.end(pairing.mode, "silent"))
        elif self._attempt is None and self._call is None and pairing.state is State.OPEN:
            self._call_if_due(view, pairing)
        return True

    # --- Calling ---

    def _stop_calling(self) -> None:
        if self._call is not None and self._is_calling:
            self._call.cancel()

    def _call_if_due(self, view: View, pairing: Pairing) -> None:
        places = self._places(view, pairing)
        if places and monotonic_ms() >= self._call_due_ms:
            self._is_calling = True
            self._call = asyncio.create_task(self._call_in_turn(pairing, places))
            self._call.add_done_callback(self._called)

    def _called(self, call: "asyncio.Task[None]") -> None:
        self._call, self._is_calling = None, False
        self._call_due_ms = monotonic_ms() + CALL_AGAIN_MS
        if not call.cancelled() and (err := call.exception()) is not None:
            log.error("call_fault", exc_info=err)

    def _places(self, view: View, pairing: Pairing) -> list[str]:
        """Return where to call: what people named, and where who they mean is seen."""
        us = short_id(self._us().certificate.pod_id)

        def is_meant(tag: str) -> bool:
            if pairing.tag:
                return tag == pairing.tag
            return not pairing.addresses and tag != us and tag not in view.known

        seen = [address for it in self._seen() if is_meant(it.tag) for address in it.addresses]
        return list(dict.fromkeys([*seen, *pairing.addresses]))

    async def _call_in_turn(self, pairing: Pairing, places: Sequence[str]) -> None:
        """Call at one place after the other, until one answers that is in pairing mode."""
        for place in places:
            try:
                await self._call_at(pairing, place)
                return
            except (LinkError, PeerError) as err:
                log.debug("call_failed code=%s", err.code)
                await self._driver.act(partial(self._note, pairing.mode, err.code))

    def _note(self, mode: int, code: str, _: object) -> None:
        self._pairing.note(mode, code)

    async def _call_at(self, pairing: Pairing, place: str) -> None:
        call = PairingCall(self._us().certificate, nonce=os.urandom(NONCE_BYTES))
        purpose = Pair(call.commitment)
        channel = await dial(
            read_address(place), self._us(), purpose, expect=None, bounds=self._bounds
        )
        if self._attempt is not None:  # somebody's call came in meanwhile
            await channel.close("already_connected")
            return
        attempt = self._attempt = Attempt(pairing.mode)
        self._is_calling = False
        peer = channel.peer.certificate
        try:
            unsuited = await self._driver.act(lambda _: self._pairing.suits(peer, pairing.tag))
            if unsuited:
                await channel.close(unsuited)
                raise PeerError(unsuited)
            await self._carry(attempt, channel, self._reveal(channel, call, place))
        finally:
            self._release(attempt)

    async def _reveal(self, channel: Channel, call: PairingCall, place: str) -> Exchanged:
        peer, ours = channel.peer, self._ours()
        challenge = await heard(channel)
        message, words = call.reveal(challenge, peer.certificate, peer.tls_hash, ours)
        await channel.send(message)
        return Exchanged(Introduction(peer.name, (place,)), words)

    # --- Answering ---

    async def answer(self, caller: Caller, pair: Pair) -> None:
        """Answer a pod that calls to pair; the attempt is over when this returns."""
        peer = caller.peer.certificate
        admitted = await self._driver.act(lambda _: self._pairing.admits(peer))
        if not isinstance(admitted, Refused):
            admitted = self._make_way(peer) or admitted
        if isinstance(admitted, Refused):
            await caller.refuse(admitted)
            return
        attempt = self._attempt = Attempt(admitted)
        try:
            channel = await caller.welcome(self._ours().name)
            await self._carry(attempt, channel, self._check(channel, pair))
        finally:
            self._release(attempt)

    def _make_way(self, peer: Certificate) -> Refused | None:
        """Give up our own call for that of a caller; or return why the caller has to wait.

        Both sides may call at once: the call of the smaller pod id goes on.
        """
        if self._attempt is not None:
            return Refused("not_pairing")
        if self._is_calling and self._us().certificate.pod_id < peer.pod_id:
            return Refused("already_connected")
        self._stop_calling()
        return None

    async def _check(self, channel: Channel, pair: Pair) -> Exchanged:
        us, peer = self._us().certificate, channel.peer
        answer = PairingAnswer(
            us, peer.certificate, pair.commitment, peer.tls_hash, nonce=os.urandom(NONCE_BYTES)
        )
        await channel.send(answer.challenge())
        return Exchanged(*answer.check(await heard(channel)))

    # --- Both ---

    async def _carry(
        self, attempt: Attempt, channel: Channel, exchange: Awaitable[Exchanged]
    ) -> None:
        """Carry one attempt to its end, and say what came of it."""
        code = ""
        try:
            async with asyncio.timeout(self._bounds.step_s):
                exchanged = await exchange
            await self._compare(attempt, channel, exchanged)
            await self._settle(channel.peer.certificate)
        except (Over, PodError) as err:
            code = err.code
        except (TimeoutError, ConnectionError):
            code = farewell_of(channel)
        finally:
            self._release(attempt)
            if code:
                await self._driver.act(partial(self._fail, attempt.mode, code))
            await channel.close(code or "stopping")

    def _release(self, attempt: Attempt) -> None:
        if self._attempt is attempt:
            self._attempt = None

    def _fail(self, mode: int, code: str, _: object) -> None:
        self._pairing.fail(mode, code)

    async def _compare(self, attempt: Attempt, channel: Channel, exchanged: Exchanged) -> None:
        """Show the words to our people, and wait for theirs and ours. Raises as Attempt does."""
        peer = channel.peer.certificate
        attempt.number = await self._driver.act(
            lambda _: self._pairing.show(attempt.mode, peer, *exchanged)
        )
        if attempt.number is None:
            raise Over("stopping")
        await attempt.compare(channel, self._bounds.comparing_s)
