"""Real pages of a real pod on the loopback interface, and people who visit them."""

import json
import re
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Final

import aiohttp

from node.aid.devices import SignedIn
from node.channel import BOUNDS, Bounds
from node.config import Config
from node.discovery import Around
from node.pod import Pod
from node.serving import ServingPages
from node.web.app import Pages
from node.web.guard import COOKIE, FORM_TOKEN, SECRET_COOKIE
from node.web.machine import Machine
from protocol.aid.house.rights import MACHINE, Role
from tests.nodes import make_pod, running
from tests.patience import PATIENCE_S

CONFIG: Final = Config(web_port=0, listen=("127.0.0.1",), mdns=False)


@dataclass(frozen=True)
class Answer:
    """What came back. headers: lower case."""

    status: int
    text: str
    headers: Mapping[str, str]

    @property
    def said(self) -> Any:
        """What came as JSON."""
        return json.loads(self.text)

    @property
    def location(self) -> str:
        return self.headers.get("location", "")


@dataclass(frozen=True)
class Visitor:
    """Somebody with a browser. token: of their cookie; form_token: of the forms made for them."""

    http: aiohttp.ClientSession
    base: str
    token: str = ""
    form_token: str = ""

    async def get(self, path: str, **headers: str) -> Answer:
        return await self._ask("GET", path, None, headers)

    async def post(self, path: str, fields: Mapping[str, str] = {}, **headers: str) -> Answer:
        """Send a form as a page of the pod would: with the Origin, and the token of its forms."""
        sent = {FORM_TOKEN: self.form_token, **fields}
        return await self._ask("POST", path, sent, {"Origin": self.base, **headers})

    async def call(self, method: str, path: str, body: object = None, **headers: str) -> Answer:
        """Ask as a program: by token alone, with a body as JSON."""
        sent = {"Authorization": f"Bearer {self.token}" if self.token else "", **headers}
        raw = body if isinstance(body, bytes | None) else json.dumps(body).encode()
        if raw is not None:
            sent = {"Content-Type": "application/json", **sent}
        return await self._send(method, path, raw, sent)

    async def upload(
        self, path: str, fields: Mapping[str, str], file: tuple[str, bytes] | None
    ) -> Answer:
        """Send a form that has a field for a file, as a browser would; None: nobody chose one."""
        sent = aiohttp.FormData({FORM_TOKEN: self.form_token, **fields}, default_to_multipart=True)
        name, content = file or ("", b"")
        sent.add_field("file", content, filename=name, content_type="application/octet-stream")
        return await self._ask("POST", path, sent, {"Origin": self.base})

    def signed_in(self, by: SignedIn) -> "Visitor":
        return replace(self, token=by.token, form_token=by.device.form_token)

    async def _ask(
        self,
        method: str,
        path: str,
        form: Mapping[str, str] | aiohttp.FormData | None,
        headers: Mapping[str, str],
    ) -> Answer:
        sent = {name.replace("_", "-"): value for name, value in headers.items() if value}
        if self.token:
            name = SECRET_COOKIE if self.base.startswith("https:") else COOKIE
            sent["Cookie"] = f"{name}={self.token}"
        return await self._send(method, path, form, sent)

    async def _send(
        self,
        method: str,
        path: str,
        body: Mapping[str, str] | aiohttp.FormData | bytes | None,
        headers: Mapping[str, str],
    ) -> Answer:
        sent = {name.replace("_", "-"): value for name, value in headers.items() if value}
        async with self.http.request(
            method, self.base + path, data=body, headers=sent, allow_redirects=False
        ) as answer:
            return Answer(
                answer.status,
                await answer.text(),
                {name.lower(): value for name, value in answer.headers.items()},
            )


@asynccontextmanager
async def at_address(visitor: Visitor, number: int) -> AsyncIterator[Visitor]:
    """Give the visitor from another address of the loopback interface: rates count by address."""
    connector = aiohttp.TCPConnector(local_addr=(f"127.0.1.{number}", 0))
    jar = aiohttp.DummyCookieJar()
    async with aiohttp.ClientSession(cookie_jar=jar, connector=connector) as http:
        yield replace(visitor, http=http)


@dataclass
class Home:
    """A pod that people visit. pod: opened once more, as a command has it."""

    pod: Pod
    stranger: Visitor

    @property
    def base(self) -> str:
        return self.stranger.base

    def tool_of(self, name: str, role: Role = Role.MEMBER) -> Visitor:
        """Return a program of a member's; the first member is a steward, whatever role says."""
        member = self.pod.people.add(MACHINE, name, role=role)
        return self.stranger.signed_in(self.pod.devices.add_tool(MACHINE, member.id, "tool"))

    def somebody(self, name: str, role: Role = Role.MEMBER) -> Visitor:
        """Return a member with a phone; the first is a steward, whatever role says."""
        member = self.pod.people.add(MACHINE, name, role=role)
        return self.stranger.signed_in(self.pod.devices.sign_in(member.id, "phone"))


@dataclass
class House(Home):
    """A pod with its pages up, and no node."""

    pages: Pages


@dataclass
class NodeHouse(Home):
    """A pod with its whole node up. address: where other nodes reach it."""

    address: str


@asynccontextmanager
async def house(
    folder: Path, config: Config = CONFIG, around: Callable[[], Around] = Around
) -> AsyncIterator[House]:
    """Make a pod in folder and serve its pages, without its node. around: as of Machine."""
    with make_pod(folder) as pod:
        pages = await Pages.open(Machine(folder, config, around))
        try:
            scheme = "https" if config.web_https else "http"
            base = f"{scheme}://127.0.0.1:{await pages.start()}"
            jar, any_certificate = aiohttp.DummyCookieJar(), aiohttp.TCPConnector(ssl=False)
            async with aiohttp.ClientSession(cookie_jar=jar, connector=any_certificate) as http:
                yield House(pod, Visitor(http, base), pages)
        finally:
            await pages.close()


@asynccontextmanager
async def node_house(
    folder: Path,
    name: str,
    *,
    bounds: Bounds = BOUNDS,
    patience_s: float = PATIENCE_S,
    **settings: Any,
) -> AsyncIterator[NodeHouse]:
    """Make a pod in folder and run its whole node on loopback, pages and all."""
    config = Config(sync_port=0, web_port=0, listen=("127.0.0.1",), **{"mdns": False, **settings})
    with make_pod(folder, name=name) as pod:
        async with running(folder, config=config, bounds=bounds, patience_s=patience_s) as serving:
            assert isinstance(serving.pages, ServingPages)
            base = f"http://127.0.0.1:{serving.pages.port}"
            jar = aiohttp.DummyCookieJar()
            async with aiohttp.ClientSession(cookie_jar=jar) as http:
                yield NodeHouse(pod, Visitor(http, base), f"127.0.0.1:{serving.port}")


def form_token_in(page: str) -> str:
    """Return the token that the forms of a page hold."""
    found = re.search(rf'name="{FORM_TOKEN}" value="([^"]+)"', page)
    return found[1] if found else ""


def cookie_of(answer: Answer) -> str:
    """Return the token that an answer's cookie gives to the device."""
    found = re.match(rf"(?:__Host-)?{COOKIE}=([^;]+)", answer.headers.get("set-cookie", ""))
    return found[1] if found else ""
