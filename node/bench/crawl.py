"""Which pages there are, found as people find them: by following links, and asking what forms ask.

So a page that is added is measured as soon as something leads to it.
"""

import re
from collections.abc import Awaitable, Callable, Iterable
from html import unescape
from typing import Final
from urllib.parse import parse_qsl, urlencode, urlsplit

from aiohttp import web

from node.web.site import Route

UNENDING: Final = frozenset(("/live",))
"""Answers that never end."""
TYPED: Final = "soup"
"""What is typed into every field of a search."""
_LINK: Final = re.compile(r'<a\b[^>]*?\bhref="(/[^"#]*)')
_FORM: Final = re.compile(
    r'<form\b[^>]*?method="get"[^>]*?action="(/[^"]*)"[^>]*>(.*?)</form>', re.S
)
_FIELD: Final = re.compile(r'<input\b[^>]*?\bname="(\w+)"')
_CHOICE: Final = re.compile(r'<select\b[^>]*?\bname="(\w+)".*?<option value="([^"]+)"', re.DOTALL)

Get = Callable[[str], Awaitable[str]]
"""Returns the page at a path, empty where none is."""


class Routes:
    """The paths of pages, told apart by the routes that answer there."""

    def __init__(self, routes: Iterable[Route]) -> None:
        router = web.UrlDispatcher()
        self.paths = [it.path for it in routes if it.method == "GET" and it.path not in UNENDING]
        self._patterns = [(it, _pattern(router.add_resource(it))) for it in self.paths]

    def route_of(self, path: str) -> str | None:
        """Return the path of the route that answers here, None if none of these does."""
        plain = urlsplit(path).path
        return next((it for it, pattern in self._patterns if pattern.fullmatch(plain)), None)

    def name_of(self, path: str) -> str | None:
        """Return the same with what is asked: /board?type."""
        route, asked = self.route_of(path), parse_qsl(urlsplit(path).query)
        names = "&".join(sorted({name for name, _ in asked}))
        return f"{route}?{names}" if route and names else route


def led_to(page: str) -> list[str]:
    """Return the paths to which a page leads, each once: its links, and one for each question."""
    found = [unescape(it) for it in _LINK.findall(page)]
    for action, fields in _FORM.findall(page):
        chosen = [(name, unescape(value)) for name, value in _CHOICE.findall(fields)]
        typed = [(name, TYPED) for name in _FIELD.findall(fields)]
        found += [f"{unescape(action)}?{urlencode([it])}" for it in (*typed, *chosen)]
    return list(dict.fromkeys(found))


async def crawl(get: Get, routes: Routes, begin: Iterable[str] = ("/",)) -> dict[str, str]:
    """Return a path for each page that can be come to, by its name: the first that was found."""
    found: dict[str, str] = {}
    ahead = list(begin)
    for path in ahead:
        name = routes.name_of(path)
        if name is not None and name not in found and (page := await get(path)):
            found[name] = path
            ahead += led_to(page)
    return found


def _pattern(resource: web.Resource) -> re.Pattern[str]:
    told = resource.get_info()
    return told.get("pattern") or re.compile(re.escape(told["path"]))
