"""The members' pages of a running node: wired, started and stopped here. See node/run.py."""

import asyncio
import secrets
from contextlib import AsyncExitStack
from functools import partial
from typing import Self

from aiohttp import web

from node.pod import Pod
from node.web.api import table
from node.web.assets import Asset, answer_with, load_assets
from node.web.hosts import own_names
from node.web.https import tls_in
from node.web.live import Live
from node.web.machine import Machine
from node.web.pages import (
    agreements,
    board,
    buddies,
    care,
    coming,
    crisis,
    desk,
    directory,
    entry,
    files,
    home,
    invitations,
    invites,
    letters,
    listing,
    meetups,
    merging,
    mine,
    more,
    nearby,
    notices,
    office,
    people,
    pods,
    posting,
    profile,
    proposals,
    roll_call,
    rsvps,
    settings,
    versions,
    ways,
    week,
)
from node.web.pages.imports import Uploads
from node.web.server import WebServer
from node.web.site import Door, Route, Site, Visit
from node.web.view import View
from node.words import WORDS, Languages
from node.worker import Worker
from protocol.aid.house.invite import CODE_BYTES, make_code
from protocol.aid.house.rights import Right
from protocol.identity import short_id


class Pages:
    """The members' pages, served. Made by open, ended by close."""

    def __init__(
        self, site: Site, server: WebServer, live: Live, code: str, closing: AsyncExitStack
    ) -> None:
        self._config = site.machine.config
        self._code = code
        self._site = site
        self._server = server
        self._live = live
        self._closing = closing

    @classmethod
    async def open(cls, machine: Machine) -> Self:
        """Open the machine's pod once more, for pages alone.

        Raises StoreError, and ConfigError for a certificate that cannot be used.
        """
        data_dir, config = machine.data_dir, machine.config
        code = make_code(secrets.token_bytes(CODE_BYTES))
        async with AsyncExitStack() as closing:
            worker = await closing.enter_async_context(Worker("pages"))
            pod = await worker.do(partial(Pod.open, data_dir))
            # What flyers and mDNS call this machine, whatever its system calls it.
            names = own_names([*config.web_names, f"pod-{short_id(pod.pod_id)}.local"])
            tls = tls_in(data_dir, names) if config.web_https else None
            closing.push_async_callback(worker.do, pod.close)
            assets, live = load_assets(), Live()
            routes = (*all_routes(live, code), *map(_asset_route, assets.values()))
            view = View(assets, Languages(data_dir / WORDS))
            site = Site(machine, pod, worker, view, names, routes)
            return cls(site, WebServer(site.app, tls), live, code, closing.pop_all())
        raise AssertionError  # the stack swallows nothing

    async def start(self) -> int:
        """Serve; return the port in use. Raises ConfigError as WebServer.start."""
        found = await self._server.start(self._config.listen, self._config.web_port)
        watching = asyncio.create_task(self._live.watch(self._site))
        self._closing.callback(watching.cancel)
        return found

    async def setup_code(self) -> str | None:
        """Return the code of the set-up page, as long as the pod has no people."""
        return self._code if await self._site.do(lambda pod: pod.people.count() == 0) else None

    async def close(self) -> None:
        """Serve nobody any more, and close the pod."""
        self._live.end()
        await self._server.stop()
        await self._closing.aclose()


def all_routes(live: Live, setup_code: str) -> tuple[Route, ...]:
    """Return the whole table of routes, but for assets."""
    return (
        *home.ROUTES,
        *more.ROUTES,
        *entry.routes(setup_code),
        *board.ROUTES,
        *posting.ROUTES,
        *versions.ROUTES,  # before the acts of a listing, which may have any name
        *letters.ROUTES,  # before what ends in any word
        *listing.ROUTES,
        *mine.ROUTES,
        *people.ROUTES,
        *merging.ROUTES,
        *profile.ROUTES,
        *invites.ROUTES,
        *care.ROUTES,
        *buddies.ROUTES,
        *coming.ROUTES,
        *ways.ROUTES,
        *proposals.ROUTES,
        *agreements.ROUTES,
        *roll_call.ROUTES,
        *crisis.ROUTES,
        *week.ROUTES,
        *directory.ROUTES,
        *meetups.ROUTES,
        *rsvps.ROUTES,
        *notices.ROUTES,
        *office.ROUTES,
        *files.ROUTES,
        *Uploads().routes(),
        *desk.ROUTES,
        *nearby.ROUTES,
        *pods.ROUTES,
        *settings.ROUTES,
        *invitations.ROUTES,
        *table.ROUTES,
        Route("GET", "/live", live.stream, Right.SEE_POD),
        Route("GET", "/api/live", live.stream, Right.SEE_POD, door=Door.TOOL),
        Route("GET", "/healthz", _say_healthy, Right.SEE_PUBLIC),
    )


async def _say_healthy(visit: Visit) -> web.StreamResponse:
    """Say that pages and their store live; for whoever watches the machine."""
    await visit.do(Pod.version)
    return web.Response(text="ok\n")


def _asset_route(asset: Asset) -> Route:
    async def answer(_: Visit) -> web.StreamResponse:
        return answer_with(asset)

    return Route("GET", asset.path, answer, Right.SEE_PUBLIC)
