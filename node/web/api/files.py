"""What programs fetch that is no JSON of ours: files, sheets to print, feeds, HSDS.

A token opens each beside a phone's cookie; here is what the document says of them.
"""

from collections.abc import Mapping
from typing import Final, Literal, NamedTuple

from node.paper import SHEETS
from node.shapes.plain import Json
from node.shapes.shape import Shape, listed
from node.web.api.operation import Call, Given, Operation, get
from node.web.pages.files import DOWNLOADS
from node.web.pages.office import sheets_for


class FileLine(NamedTuple):
    """A file at an address of its own. media: its type.  asks: what the address may give."""

    path: str
    media: str
    summary: str
    asks: type[Given] | None = None


class SheetAsked(Given):
    """paper, large: how it is printed.  item: the thing, for a sheet about one."""

    paper: Literal["A4", "Letter"] = "A4"
    large: Literal["1"] | None = None
    item: str | None = None


class ServicesAsked(Given):
    """Which page, of at most 100 services each."""

    page: int = 1
    per_page: int = 100


class FileShape(Shape):
    """A file that can be fetched."""

    path: str
    media: str
    label: str


class SheetShape(Shape):
    """A sheet that one may print, as a page at `path`. takes: an item, if it is about one thing."""

    name: str
    path: str
    title: str
    takes_item: bool


def _files(_: Call) -> Mapping[str, Json]:
    items: list[Json] = [
        FileShape(path=it.path, media=it.content_type, label=it.label).to_json() for it in DOWNLOADS
    ]
    return {"items": items}


def _sheets(call: Call) -> Mapping[str, Json]:
    items: list[Json] = [
        SheetShape(
            name=name,
            path=f"/print/{name}",
            title=str(SHEETS[name].title),
            takes_item="item" in SHEETS[name].takes,
        ).to_json()
        for name in sheets_for(call.viewer.looking)
    ]
    return {"items": items}


FILES: Final[tuple[FileLine, ...]] = (
    *(FileLine(it.path, it.content_type, f"{it.label}.") for it in DOWNLOADS),
    FileLine("/print/{sheet}", "text/html", "A sheet, to be printed by a browser.", SheetAsked),
    FileLine("/meetups.ics", "text/calendar", "The meetups, as a calendar."),
    FileLine("/meetups/{rid}.ics", "text/calendar", "One meetup, for a calendar."),
    FileLine("/feed.xml", "application/atom+xml", "What the pod says to all, as an Atom feed."),
    FileLine("/hsds/", "application/json", "Which HSDS this is."),
    FileLine(
        "/hsds/services", "application/json", "Services of the directory, as HSDS.", ServicesAsked
    ),
    FileLine("/hsds/services/{service}", "application/json", "One service, as HSDS."),
    FileLine("/hsds/taxonomy_terms", "application/json", "The categories, as HSDS terms."),
)
OPERATIONS: Final[tuple[Operation, ...]] = (
    get("/api/files", "The files that can be fetched.", _files, listed("Files", FileShape)),
    get("/api/sheets", "The sheets that one may print.", _sheets, listed("Sheets", SheetShape)),
)
