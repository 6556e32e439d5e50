"""Around the pod: paper, and files for other programs."""

import asyncio
import base64
import json
import re
from hashlib import sha256
from typing import Final
from uuid import UUID

from aiohttp import web

from node.aid.items import Item, ItemQuery
from node.aid.meetups import Meetups
from node.aid.public import public_entries
from node.formats.calendar import write_calendar
from node.formats.feed import write_feed
from node.formats.hsds import Json, all_services, write_page, write_taxonomy_terms
from node.paper import SHEETS, Job, Options, Paper, Style, print_sheet
from node.paper.where import Pages as PaperPages
from node.pod import Pod
from node.web.guard import CSP
from node.web.pages.files import download
from node.web.site import Door, Route, Visit
from protocol.aid.audience import Audience
from protocol.aid.event import Event
from protocol.aid.house.rights import Right, may
from protocol.aid.house.rights import Viewer as Looking
from protocol.errors import UserError

MOST_SERVICES: Final = 100
NOT_HERE: Final = frozenset(("recovery",))
"""Sheets that are printed at the machine alone: this page may come over plain HTTP."""

ABOUT_ONE: Final = frozenset(name for name, sheet in SHEETS.items() if "item" in sheet.takes)
"""Sheets about one thing: the page of that thing leads to them."""


# --- Paper ---


async def show_sheets(visit: Visit) -> web.StreamResponse:
    """All sheets that this visitor may print."""
    names = [it for it in sheets_for(visit.viewer.looking) if it not in ABOUT_ONE]
    sheets = [(it, visit.words.gettext(SHEETS[it].title)) for it in names]
    return visit.page("sheets.html", sheets=sheets)


def sheets_for(looking: Looking) -> list[str]:
    """Return the names of all sheets that somebody may print here."""
    return [it for it, sheet in SHEETS.items() if it not in NOT_HERE and may(looking, sheet.right)]


async def show_sheet(visit: Visit) -> web.StreamResponse:
    """One sheet, to be printed by the browser. Its one style stands inside it."""
    name = visit.path["sheet"]
    if name not in SHEETS or name in NOT_HERE:
        raise UserError("not_found", "There is no such sheet.")
    large = bool(visit.asked("large"))
    paper = Paper.LETTER if visit.asked("paper") == Paper.LETTER else Paper.A4
    port = visit.request.url.port or 80
    style = Style(words=visit.words, languages=visit.site.view.languages, paper=paper, large=large)
    served, looking = PaperPages(port, visit.request.secure), visit.viewer.looking
    options = Options(item=visit.asked("item") or None)
    html = await visit.do(
        lambda pod: (
            print_sheet(
                Job(pod=pod, style=style, options=options, viewer=looking, pages=served), name
            ).html
        )
    )
    styles = re.findall(r"<style>(.*?)</style>", html, re.DOTALL)
    hashes = [base64.b64encode(sha256(it.encode()).digest()).decode() for it in styles]
    allowed = " ".join(f"'sha256-{it}'" for it in hashes)
    response = web.Response(text=html, content_type="text/html")
    policy = CSP.replace("style-src 'self'", f"style-src {allowed}")
    response.headers["Content-Security-Policy"] = policy
    return response


# --- Files for other programs ---


async def calendar_file(visit: Visit) -> web.StreamResponse:
    """The meetups as a calendar, or one of them."""
    rid = visit.path.get("rid")
    name_of_pod, items = await visit.do(_events, rid)
    # Beside the pages' thread: a zone that was not met yet takes as long as a page.
    content = await asyncio.to_thread(write_calendar, items, name=name_of_pod)
    name = f"{rid[:8]}.ics" if rid else "meetups.ics"
    return download(content, "text/calendar", name)


def _events(pod: Pod, rid: str | None) -> tuple[str, list[Item[Event]]]:
    door: Meetups = pod.meetups
    return pod.name, [door.find(rid)] if rid else door.for_calendar()


async def feed(visit: Visit) -> web.StreamResponse:
    """What this pod says to all, as a feed."""
    content = await visit.do(
        lambda pod: write_feed(
            public_entries(pod), pod_id=pod.pod_id, name=pod.name, now_s=visit.viewer.now_s
        )
    )
    return download(content, "application/atom+xml", "feed.xml")


async def hsds_about(_: Visit) -> web.StreamResponse:
    """Which HSDS this is: the first of the three endpoints that 3.0 requires."""
    return _json(
        {
            "version": "3.0",
            "profile": "https://docs.openreferral.org/en/v3.0.0/",
            "openapi_url": "https://docs.openreferral.org/en/v3.0.0/hsds/api_reference.html",
        }
    )


async def hsds_services(visit: Visit) -> web.StreamResponse:
    """A page of services. What is for this pod or its neighbours alone is not in it."""
    said = (visit.asked("page"), visit.asked("per_page"))
    page, size = (int(it) if it.isdecimal() and len(it) < 6 else 0 for it in said)
    size, page = min(size or MOST_SERVICES, MOST_SERVICES), max(1, page)
    query = ItemQuery(audience=Audience.NETWORK, skip=(page - 1) * size, limit=size)
    services, count = await visit.do(_page_of_services, query)
    return _json(write_page(services, items=count, page=page, size=size))


async def hsds_service(visit: Visit) -> web.StreamResponse:
    """One service."""
    try:
        query = ItemQuery(audience=Audience.NETWORK, uuid=UUID(visit.path["id"]), limit=1)
        (found,) = await visit.do(_services, query)
    except ValueError:
        return web.json_response({"error": "There is no such service."}, status=404)
    return _json(found)


async def hsds_terms(_: Visit) -> web.StreamResponse:
    """The categories as terms of a taxonomy."""
    terms = write_taxonomy_terms()
    return _json(write_page(terms, items=len(terms)))


def _services(pod: Pod, query: ItemQuery) -> list[Json]:
    return all_services(pod.directory.entries(query), pod_name=pod.name)


def _page_of_services(pod: Pod, query: ItemQuery) -> tuple[list[Json], int]:
    """Return a page of services, and how many there are in all."""
    return _services(pod, query), pod.directory.count(query)


def _json(said: Json) -> web.Response:
    return web.Response(text=json.dumps(said, ensure_ascii=False), content_type="application/json")


ROUTES = (
    Route("GET", "/print", show_sheets, Right.SEE_POD),
    Route("GET", "/print/{sheet}", show_sheet, Right.SEE_POD, door=Door.EITHER),
    Route("GET", "/meetups.ics", calendar_file, Right.SEE_POD, door=Door.EITHER),
    Route("GET", "/meetups/{rid:[0-9a-f]{32}}.ics", calendar_file, Right.SEE_POD, door=Door.EITHER),
    Route(
        "GET",
        "/calendar/{token:[A-Za-z0-9_-]{43}}.ics",
        calendar_file,
        Right.SEE_POD,
        door=Door.CALENDAR,
    ),
    Route("GET", "/feed.xml", feed, Right.SEE_POD, door=Door.EITHER),
    Route("GET", "/hsds/", hsds_about, Right.SEE_POD, door=Door.EITHER),
    Route("GET", "/hsds/services", hsds_services, Right.SEE_POD, door=Door.EITHER),
    Route(
        "GET", "/hsds/services/{id:[0-9a-f-]{36}}", hsds_service, Right.SEE_POD, door=Door.EITHER
    ),
    Route("GET", "/hsds/taxonomy_terms", hsds_terms, Right.SEE_POD, door=Door.EITHER),
)
