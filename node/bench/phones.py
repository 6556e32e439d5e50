"""A process that is twenty phones: they find the pages of a pod, and ask for them in two ways.

`lockstep`: all phones ask for the same page at one moment, page after page, as when something has
changed. `human`: each phone by itself opens one page after another, with time to read between.
One JSON line on stdin says what to do; one on stdout tells how long each answer took.
"""

import asyncio
import json
import random
import sys
import time
from collections.abc import Awaitable, Mapping, Sequence
from contextlib import suppress
from statistics import median
from typing import Any, Final

import aiohttp

from node.bench.crawl import Routes, crawl
from node.bench.served import end_of_stdin
from node.web.app import all_routes
from node.web.guard import COOKIE
from node.web.live import Live

READS_S: Final = 0.5
"""A phone opens a page this often on average: some six times as often as people do."""
FOR_PROGRAMS: Final = ("/healthz", "/meetups.ics", "/feed.xml", "/hsds/services")

Took = dict[str, list[float]]


class Phones:
    """The phones, each with a connection and a cookie of its own. took: ms by the page's name."""

    def __init__(self, phones: Sequence[aiohttp.ClientSession]) -> None:
        self._phones = phones
        self._chance = random.Random(0)  # noqa: S311  # nothing secret is made of it
        self.took: Took = {}

    async def find(self) -> dict[str, str]:
        """Return a path of every page that the first phone, a steward's, can come to."""

        async def get(path: str) -> str:
            async with self._phones[0].get(path, allow_redirects=False) as answer:
                return await answer.text() if answer.status == 200 else ""

        return await crawl(get, Routes(all_routes(Live(), "")), ("/", *FOR_PROGRAMS))

    async def usual_size(self, paths: Mapping[str, str]) -> int:
        """Return the size in bytes of half of the pages."""
        sizes = []
        for path in paths.values():
            async with self._phones[0].get(path, allow_redirects=False) as answer:
                sizes.append(len(await answer.read()))
        return int(median(sizes))

    async def ask(self, phone: aiohttp.ClientSession, name: str, path: str) -> None:
        """Ask for a page and read it whole. Raises RuntimeError if it is refused or fails."""
        began = time.perf_counter()
        async with phone.get(path, allow_redirects=False) as answer:
            await answer.read()
        # Some pages are for stewards, and some are of what the first phone's owner alone has.
        if answer.status not in (200, 403, 404):
            raise RuntimeError(f"{path} was answered with {answer.status}")
        self.took.setdefault(name, []).append(1e3 * (time.perf_counter() - began))

    async def in_lockstep(self, paths: Mapping[str, str], times: int) -> None:
        """Ask for page after page, all phones at one moment."""
        for _ in range(times):
            for name, path in paths.items():
                await asyncio.gather(*[self.ask(phone, name, path) for phone in self._phones])

    async def as_people(self, paths: Mapping[str, str], until: Awaitable[object]) -> None:
        """Open pages, each phone by itself, until that has come about."""
        over = asyncio.Event()
        async with asyncio.TaskGroup() as opening:
            for phone in self._phones:
                opening.create_task(self._open(phone, paths, over))
            await until
            over.set()

    async def _open(
        self, phone: aiohttp.ClientSession, paths: Mapping[str, str], over: asyncio.Event
    ) -> None:
        names = [*paths]
        await asyncio.sleep(READS_S * self._chance.random())
        while True:  # each phone opens one page at least, however soon it is over
            name = self._chance.choice(names)
            await self.ask(phone, name, paths[name])
            with suppress(TimeoutError):
                async with asyncio.timeout(self._chance.expovariate(1 / READS_S)):
                    await over.wait()
            if over.is_set():
                break


def phones() -> None:
    """Do what the line on stdin says, until that is done or stdin ends."""
    said = json.loads(sys.stdin.readline())
    json.dump(asyncio.run(_carry_out(**said)), sys.stdout)


async def _carry_out(
    base: str, tokens: Sequence[str], way: str, paths: Mapping[str, str] = {}, times: int = 0
) -> dict[str, Any]:
    made = [_phone(base, token) for token in tokens]
    try:
        them = Phones(made)
        if way == "find":
            return await them.find()
        if way == "weigh":
            return {"bytes": await them.usual_size(paths)}
        if way == "lockstep":
            await them.in_lockstep(paths, times)
        else:
            sys.stdout.writelines("\n")  # from here on they click
            sys.stdout.flush()
            await them.as_people(paths, end_of_stdin())
        return them.took
    finally:
        for phone in made:
            await phone.close()


def _phone(base: str, token: str) -> aiohttp.ClientSession:
    cookie = {"Cookie": f"{COOKIE}={token}"}
    return aiohttp.ClientSession(base, headers=cookie, cookie_jar=aiohttp.DummyCookieJar())
