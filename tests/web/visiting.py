"""Real pages of a real pod on the loopback interface, and people who visit them."""

import re
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

import aiohttp

from node.aid.devices import SignedIn
from node.config import Config
from node.pod import Pod
from node.web.app import Pages
from node.web.guard import COOKIE, FORM_TOKEN
from protocol.aid.house.rights import MACHINE, Role
from tests.nodes import make_pod

CONFIG: Final = Config(web_port=0, listen=("127.0.0.1",), mdns=False)


@dataclass(frozen=True)
class Answer:
    """What came back. headers: lower case."""

    status: int
    text: str
    headers: Mapping[str, str]

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

    def signed_in(self, by: SignedIn) -> "Visitor":
        return replace(self, token=by.token, form_token=by.device.form_token)

    async def _ask(
        self, method: str, path: str, form: Mapping[str, str] | None, headers: Mapping[str, str]
    ) -> Answer:
        sent = {name.replace("_", "-"): value for name, value in headers.items() if value}
        if self.token:
            sent["Cookie"] = f"{COOKIE}={self.token}"
        async with self.http.request(
            method, self.base + path, data=form, headers=sent, allow_redirects=False
        ) as answer:
            return Answer(
                answer.status,
                await answer.text(),
                {name.lower(): value for name, value in answer.headers.items()},
            )


@dataclass
class House:
    """A pod with its pages up. pod: opened once more, as a command has it."""

    pod: Pod
    pages: Pages
    stranger: Visitor

    @property
    def base(self) -> str:
        return self.stranger.base

    def somebody(self, name: str, role: Role = Role.MEMBER) -> Visitor:
        """Return a member with a phone; the first is a steward, whatever role says."""
        member = self.pod.people.add(MACHINE, name, role=role)
        return self.stranger.signed_in(self.pod.devices.sign_in(member.id, "phone"))


@asynccontextmanager
async def house(folder: Path, config: Config = CONFIG) -> AsyncIterator[House]:
    """Make a pod in folder and serve its pages."""
    with make_pod(folder) as pod:
        pages = await Pages.open(folder, config)
        try:
            base = f"http://127.0.0.1:{await pages.start(config)}"
            jar = aiohttp.DummyCookieJar()
            async with aiohttp.ClientSession(cookie_jar=jar) as http:
                yield House(pod, pages, Visitor(http, base))
        finally:
            await pages.close()


def form_token_in(page: str) -> str:
    """Return the token that the forms of a page hold."""
    found = re.search(rf'name="{FORM_TOKEN}" value="([^"]+)"', page)
    return found[1] if found else ""


def cookie_of(answer: Answer) -> str:
    """Return the token that an answer's cookie gives to the device."""
    found = re.match(rf"{COOKIE}=([^;]+)", answer.headers.get("set-cookie", ""))
    return found[1] if found else ""
