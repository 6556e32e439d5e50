"""Processes that serve pages: a whole node with its members' pages, or one bare page beside it."""

import asyncio
import json
import sys
from pathlib import Path

from aiohttp import web

from node.config import Config
from node.run import look_for_cycles_rarely, serve
from node.serving import Serving, ServingPages

HOST = "127.0.0.1"


def node(folder: str) -> None:
    """Run the pod in folder, pages and all, until stdin ends."""
    look_for_cycles_rarely()
    asyncio.run(_serve(Path(folder)))


async def _serve(folder: Path) -> None:
    stop = asyncio.Event()
    config = Config(sync_port=0, web_port=0, listen=(HOST,), mdns=False)
    serving = asyncio.create_task(serve(folder, config, _say_ready, stop))
    ended = asyncio.create_task(end_of_stdin())
    await asyncio.wait({serving, ended}, return_when=asyncio.FIRST_COMPLETED)
    stop.set()
    await serving


def _say_ready(serving: Serving) -> None:
    pages = serving.pages
    assert isinstance(pages, ServingPages)  # noqa: S101  # the port was any free one
    _say({"base": _base(pages.port), "address": f"{HOST}:{serving.port}"})


def bare_page(size: int) -> None:
    """Answer every question with a page of so many bytes, as fast as aiohttp does."""
    asyncio.run(_answer(b"x" * size))


async def _answer(page: bytes) -> None:
    async def answer(_: web.Request) -> web.StreamResponse:
        return web.Response(body=page, content_type="text/html")

    app = web.Application()
    app.router.add_get("/{path:.*}", answer)
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    await web.TCPSite(runner, HOST, 0).start()
    _say({"base": _base(runner.addresses[0][1])})
    await end_of_stdin()
    await runner.cleanup()


def _base(port: int) -> str:
    return f"http://{HOST}:{port}"


def _say(ready: dict[str, str]) -> None:
    json.dump(ready, sys.stdout)
    sys.stdout.writelines("\n")
    sys.stdout.flush()


async def end_of_stdin() -> None:
    """Wait until whoever started this process closes its pipe."""
    reader = asyncio.StreamReader()
    loop = asyncio.get_running_loop()
    await loop.connect_read_pipe(lambda: asyncio.StreamReaderProtocol(reader), sys.stdin)
    await reader.read()
