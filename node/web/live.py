"""Tells open pages that something changed, so that they look again (server-sent events).

Spec: docs/pages.md; WHATWG HTML §9.2. One look at the file's version serves all streams. A
stream says only that there was a change, never what: the page that it renews is made with the
rights of whoever asks for it.
"""

import asyncio
from contextlib import suppress
from typing import Final

from aiohttp import web

from node.pod import Pod
from node.web.guard import HEADERS, Denied
from node.web.site import Site, Visit
from node.web.viewer import as_of, viewer_of
from protocol.aid.house.rights import Right

LOOK_S: Final = 0.5
REST_S: Final = 3
"""A first sync changes something without end; pages look again this often and no oftener."""
SPREAD_S: Final = 1
"""In which all pages are told: twenty phones that ask at one moment wait for each other."""
MAX_STREAMS: Final = 40
MAX_OF_DEVICE: Final = 4
ALIVE_S: Final = 20
"""A comment this often keeps routers from forgetting a silent connection."""


class Live:
    """All open streams of one site."""

    def __init__(self) -> None:
        self._streams: dict[asyncio.Event, int] = {}  # to the number of its device
        self._has_ended = False

    async def watch(self, site: Site) -> None:
        """Wake the streams at each change, until cancelled."""
        seen = await site.do(Pod.version)
        while True:
            await asyncio.sleep(LOOK_S)
            now = await site.do(Pod.version)
            if now != seen:
                seen = now
                await self._tell()
                await asyncio.sleep(REST_S)

    def end(self) -> None:
        """End all streams: the pages close, and nobody shall have to wait for open phones."""
        self._has_ended = True
        for stream in self._streams:
            stream.set()

    async def _tell(self) -> None:
        """Wake the streams, the first one at once, and the others soon after."""
        streams = tuple(self._streams)
        for stream in streams:
            stream.set()
            if stream is not streams[-1]:
                await asyncio.sleep(SPREAD_S / len(streams))

    async def stream(self, visit: Visit) -> web.StreamResponse:
        """Say `changed` whenever the pod's file changed, as long as the device is signed in.

        A page names the state that it shows as `since`: what changed before its stream began, while
        the page was on its way, is told at once.
        """
        device = visit.viewer.device
        if device is None:
            raise Denied(403, "sign-in")
        alike = sum(number == device.number for number in self._streams.values())
        if len(self._streams) >= MAX_STREAMS or alike >= MAX_OF_DEVICE:
            raise Denied(429, "often")
        changed = asyncio.Event()
        self._streams[changed] = device.number
        try:
            return await self._carry(visit, changed)
        finally:
            del self._streams[changed]

    async def _carry(self, visit: Visit, changed: asyncio.Event) -> web.StreamResponse:
        response = web.StreamResponse(headers={**HEADERS, "Cache-Control": "no-store"})
        response.content_type = "text/event-stream"
        response.force_close()
        with suppress(ConnectionError):
            await response.prepare(visit.request)
            await response.write(b"retry: 3000\n\n")
            if visit.asked("since") not in ("", await visit.do(as_of)):
                changed.set()
            while True:
                await _wait(changed)
                if self._has_ended:
                    break
                if not (await visit.do(viewer_of, visit.by)).may(Right.SEE_POD):
                    break  # signed out or suspended meanwhile: the stream ends with the session
                await response.write(b"event: changed\ndata:\n\n" if changed.is_set() else b":\n\n")
                changed.clear()
        return response


async def _wait(changed: asyncio.Event) -> None:
    """Wait until something changed, or until it is time for a sign of life."""
    with suppress(TimeoutError):
        async with asyncio.timeout(ALIVE_S):
            await changed.wait()
