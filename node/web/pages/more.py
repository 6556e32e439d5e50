"""The page of all pages that are not on the bar: what people look for, in the words they use."""

from typing import Final, NamedTuple

from aiohttp import web

from node.web.site import Route, Visit
from protocol.aid.house.rights import Right
from protocol.saying import N_


class Entry(NamedTuple):
    """A page to go to. icon: of static/icons.svg.  may: who sees the entry."""

    path: str
    icon: str
    label: str
    may: Right = Right.SEE_POD


GROUPS: Final[tuple[tuple[str, tuple[Entry, ...]], ...]] = (
    (
        N_("Around here"),
        (
            Entry("/week", "board", N_("This week")),
            Entry("/meetups", "calendar", N_("Meetups")),
            Entry("/notices", "bell", N_("Notices")),
            Entry("/directory", "paperwork-legal", N_("Directory")),
            Entry("/readings", "learn-teach", N_("To read, see and hear")),
        ),
    ),
    (
        N_("In an emergency"),
        (
            Entry("/roll-call", "bell", N_("Is everybody all right?")),
            Entry("/tree", "tech", N_("Phone tree")),
            Entry("/care", "health", N_("What would help me in an emergency")),
            Entry("/crisis", "health", N_("How pods are doing")),
        ),
    ),
    (
        N_("Who we are"),
        (
            Entry("/people", "people", N_("People")),
            Entry("/map", "organising", N_("Who can help with what")),
            Entry("/ways", "board", N_("How we keep in touch")),
            Entry("/proposals", "emotional-support", N_("Deciding together")),
            Entry("/agreements", "paperwork-legal", N_("What we agreed on")),
            Entry("/log", "paperwork-legal", N_("Steward log")),
        ),
    ),
    (
        N_("For me"),
        (
            Entry("/letters", "board", N_("My letters")),
            Entry("/me", "gear", N_("About me")),
            Entry("/devices", "tech", N_("My devices")),
        ),
    ),
    (
        N_("This pod"),
        (
            Entry("/neighbours", "housing", N_("Neighbouring pods")),
            Entry("/print", "print", N_("Print")),
            Entry("/files", "paperwork-legal", N_("Files")),
            Entry("/desk", "gear", N_("For stewards"), Right.RUN_MACHINE),
            Entry("/settings", "gear", N_("Settings of the pod"), Right.RUN_MACHINE),
        ),
    ),
)


async def show_more(visit: Visit) -> web.StreamResponse:
    """The entries that this visitor may open."""
    groups = [(title, [it for it in some if visit.viewer.may(it.may)]) for title, some in GROUPS]
    return visit.page("more.html", groups=groups)


ROUTES = (Route("GET", "/more", show_more, Right.SEE_POD),)
