"""One attempt to pair, once its words are there: what the people of both sides say, and who goes.

Spec: docs/protocol.md §10.4 (R11). On the event loop; node/introductions.py begins it and takes
to it what our people have said meanwhile.
"""

import asyncio
from contextlib import suppress

from node.channel import Channel
from protocol.errors import ERRORS, PodError
from protocol.pairing import Agreement
from store.pairing import Pairing, State


class Over(Exception):
    """An attempt has ended by us. code: of ERRORS, told to the other side."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


class Attempt:
    """One attempt under way. number: None until its words are shown."""

    def __init__(self, mode: int) -> None:
        self.mode = mode
        self.number: int | None = None
        self._agreement = Agreement()
        self._may_agree = False
        self._over = ""
        self._news = asyncio.Event()

    def take(self, pairing: Pairing | None) -> None:
        """Take what our people have said or done meanwhile."""
        if pairing is None or pairing.mode != self.mode or pairing.state is State.ENDED:
            self._over = "stopping"
        elif pairing.attempt == self.number and pairing.state is State.DECLINED:
            self._over = "words_differ"
        elif pairing.attempt == self.number and pairing.state is State.AGREED:
            self._may_agree = True
        self._news.set()

    async def compare(self, channel: Channel, within_s: float) -> None:
        """Wait until the people of both sides have agreed.

        Raises Over, PeerError, ConnectionError, and TimeoutError after within_s.
        """
        hearing = asyncio.create_task(self._hear(channel))
        hearing.add_done_callback(lambda _: self._news.set())
        try:
            async with asyncio.timeout(within_s):
                while not self._agreement.stands:
                    if hearing.done():
                        hearing.result()  # says why there is nothing more to hear
                    await self._news.wait()
                    self._news.clear()
                    await self._answer(channel)
        finally:
            hearing.cancel()
            with suppress(asyncio.CancelledError, PodError, ConnectionError):
                await hearing

    async def _answer(self, channel: Channel) -> None:
        """Tell the other side that our people agree, once they do."""
        if self._may_agree and not self._agreement.ours:
            # If it has gone, what it said last tells why.
            with suppress(ConnectionError):
                await channel.send(self._agreement.agree())
        elif self._over:
            raise Over(self._over)

    async def _hear(self, channel: Channel) -> None:
        """Hear the other side out: that it agrees, and then that it goes."""
        while True:
            self._agreement.hear(await heard(channel))
            self._news.set()


async def heard(channel: Channel) -> bytes:
    """Return the next message. Raises ConnectionError when there is none, and PeerError."""
    message = await channel.receive()
    if message is None:
        raise ConnectionResetError("closed")
    return message


def farewell_of(channel: Channel) -> str:
    """Return why the other side has gone, as far as it said a reason that there is."""
    return channel.farewell if channel.farewell in ERRORS else "silent"
