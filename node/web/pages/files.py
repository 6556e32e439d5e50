"""What this pod wrote, as files to keep or to take along: tables, contacts."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any, Final, NamedTuple, TypeVar

from aiohttp import web

from node.aid.items import Item, ItemQuery, Items
from node.aid.listings import BoardItem, BoardQuery, Position
from node.formats.contacts import write_contacts
from node.formats.sheet import write_sheet
from node.pod import Pod
from node.spreadsheet import to_csv, to_json
from node.web.site import Door, Handler, Route, Visit
from protocol.aid.house.rights import Right, Viewer
from protocol.saying import N_

P = TypeVar("P", BoardItem, Item[Any])
AT_ONCE: Final = 100
"""Things that are read at once; other visitors have their turn between."""
Write = Callable[[Visit], Awaitable[bytes]]


class Download(NamedTuple):
    """One file. label: what people read of it."""

    name: str
    content_type: str
    label: str
    write: Write

    @property
    def path(self) -> str:
        return f"/files/{self.name}"


async def _listings_csv(visit: Visit) -> bytes:
    found = await _all_of(visit, _listings_after)
    return await asyncio.to_thread(to_csv, found, mark=True)


async def _listings_json(visit: Visit) -> bytes:
    found = await _all_of(visit, _listings_after)
    return f"{await asyncio.to_thread(to_json, found)}\n".encode()


def _listings_after(pod: Pod, after: Position | None) -> list[BoardItem]:
    query = BoardQuery(author=pod.pod_id, open_only=False, after=after, limit=AT_ONCE)
    return pod.listings.board(query)


def _table_of(door: Callable[[Pod], Items[Any]]) -> Write:
    """Return how all of one kind is written that this pod said."""

    def some_after(pod: Pod, after: Position | None) -> list[Item[Any]]:
        query = ItemQuery(author=pod.pod_id, after=after, limit=AT_ONCE)
        return door(pod).page(query)

    async def write(visit: Visit) -> bytes:
        kind = (await visit.do(door)).BODY
        return await asyncio.to_thread(write_sheet, kind, await _all_of(visit, some_after))

    return write


async def _all_of(visit: Visit, some_after: Callable[[Pod, Position | None], list[P]]) -> list[P]:
    found: list[P] = []
    part = await visit.do(some_after, None)
    while part:
        found += part
        part = await visit.do(some_after, part[-1].position)
    return found


async def _people(visit: Visit) -> bytes:
    return await visit.do(_contacts, visit.viewer.looking)


def _contacts(pod: Pod, viewer: Viewer) -> bytes:
    people = [it for it in pod.people.printed(viewer) if it.contacts]
    return write_contacts(people, pod_name=pod.name, now_s=pod.now().wall_ms // 1000)


DOWNLOADS: Final = (
    Download("listings.csv", "text/csv", N_("Our offers and needs, as a table"), _listings_csv),
    Download(
        "listings.json",
        "application/json",
        N_("Our offers and needs, for programs"),
        _listings_json,
    ),
    Download(
        "directory.csv",
        "text/csv",
        N_("Our places and services, as a table"),
        _table_of(lambda pod: pod.directory),
    ),
    Download(
        "meetups.csv",
        "text/csv",
        N_("Our meetups, as a table"),
        _table_of(lambda pod: pod.meetups),
    ),
    Download(
        "notices.csv",
        "text/csv",
        N_("Our notices, as a table"),
        _table_of(lambda pod: pod.notices_board),
    ),
    Download(
        "readings.csv",
        "text/csv",
        N_("What we recommend, as a table"),
        _table_of(lambda pod: pod.readings),
    ),
    Download(
        "people.vcf",
        "text/vcard",
        N_("Numbers of those who agreed to be printed, for a phone"),
        _people,
    ),
)


async def show_files(visit: Visit) -> web.StreamResponse:
    """All files that there are."""
    say = visit.words.gettext
    return visit.page("files.html", files=[(it.path, say(it.label)) for it in DOWNLOADS])


def download(content: bytes, content_type: str, name: str) -> web.Response:
    """Return a file that a browser saves."""
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    return web.Response(body=content, content_type=content_type, charset="utf-8", headers=headers)


def _answerer(it: Download) -> Handler:
    async def answer(visit: Visit) -> web.StreamResponse:
        return download(await it.write(visit), it.content_type, it.name)

    return answer


ROUTES = (
    Route("GET", "/files", show_files, Right.SEE_POD),
    *(Route("GET", it.path, _answerer(it), Right.SEE_POD, door=Door.EITHER) for it in DOWNLOADS),
)
