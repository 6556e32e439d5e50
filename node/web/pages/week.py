"""The week on one page, and which offers may fit which needs."""

from collections.abc import Sequence
from typing import Final, NamedTuple

from aiohttp import web

from node.aid.digest import Digest, digest
from node.aid.listings import BoardItem, BoardQuery
from node.aid.matching import LOOKED_AT as FARTHER
from node.aid.matching import Match
from node.pod import Pod
from node.web.pages.shown import Shown, listings_of, pod_names, shown
from node.web.pages.things import RID
from node.web.site import Route, Visit
from node.web.viewer import Viewer
from protocol.aid.house.rights import Right
from protocol.aid.listing import State

SHOWN: Final = 12
"""Of each part: the board has the others."""
FITTED: Final = 4
"""Listings for which the week looks what may fit; each has a page with all that does."""
FITS: Final = 3
LOOKED_AT: Final = 50
"""Newest listings of the category that are compared for the week; the page of one looks farther."""


class Week(NamedTuple):
    """A week for a page. fitted: what may be fitted, the visitor's own first."""

    new: list[Shown]
    ending: list[Shown]
    unanswered: list[Shown]
    digest: Digest
    names: dict[bytes, str]
    fitted: list[BoardItem]


class Fits(NamedTuple):
    """A listing, and what may fit it with the reasons."""

    it: Shown
    found: list[tuple[Shown, Match]]


async def show_week(visit: Visit) -> web.StreamResponse:
    """What is new, what ends, who meets, what nobody has answered, and what may fit."""
    week = await visit.do(_week, visit.viewer)
    # One by one, so that other visitors get a turn between.
    fits = [await visit.do(_fits, item, FITS, LOOKED_AT) for item in week.fitted]
    return visit.page("week.html", week=week, fits=_without_twice(fits))


def _without_twice(fits: Sequence[Fits]) -> list[Fits]:
    """Return each pair once, under whichever of the two comes first; only what something fits."""
    seen: set[frozenset[bytes]] = set()
    once = []
    for it, found in fits:
        new = [pair for pair in found if frozenset((it.rid, pair[0].rid)) not in seen]
        seen |= {frozenset((it.rid, other.rid)) for other, _ in new}
        if new:
            once.append(Fits(it, new))
    return once


def _week(pod: Pod, viewer: Viewer) -> Week:
    found = digest(pod, SHOWN)
    own = [it.item for it in listings_of(pod, viewer) if it.state is State.OPEN]
    of_pod = pod.listings.board(BoardQuery(author=pod.pod_id, limit=FITTED))
    first = {it.rid: it for it in (*own, *of_pod)}
    return Week(
        new=shown(pod, found.new),
        ending=shown(pod, found.ending),
        unanswered=shown(pod, found.unanswered),
        digest=found,
        names=pod_names(pod, (it.item.author for it in found.meetings)),
        fitted=list(first.values())[:FITTED],
    )


async def show_fits(visit: Visit) -> web.StreamResponse:
    """What may fit one listing, and why."""
    fits = await visit.do(_fits_of, visit.path["rid"])
    return visit.page("fits.html", **fits._asdict())


def _fits_of(pod: Pod, reference: str) -> Fits:
    return _fits(pod, pod.listings.find(reference))


def _fits(pod: Pod, item: BoardItem, limit: int = 20, looked_at: int = FARTHER) -> Fits:
    matches = pod.matching.for_listing(item, limit, looked_at)
    pairs = zip(shown(pod, [it.item for it in matches]), matches, strict=True)
    return Fits(shown(pod, [item])[0], list(pairs))


ROUTES = (
    Route("GET", "/week", show_week, Right.SEE_POD),
    Route("GET", f"/board/{RID}/fits", show_fits, Right.SEE_POD),
)
