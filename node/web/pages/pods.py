"""Other pods: neighbours, what each stands for here, and what stewards decide about them."""

from collections.abc import Callable
from typing import Final, NamedTuple

from aiohttp import web

from node.aid.items import ItemQuery
from node.aid.listings import BoardQuery
from node.aid.reach import neighbourhood
from node.aid.touch import OneOf
from node.neighbours import Author, Neighbour
from node.pod import Pod
from node.standing import Leaving, Standing, leaving_with, standing_of
from node.web.drawing import Rings, draw_rings
from node.web.pages.shown import pod_names
from node.web.site import Route, Visit
from protocol.aid.house.rights import Right
from protocol.aid.pod_card import PodCard
from protocol.errors import UserError
from protocol.identity import PodId, parse_pod_id, pod_id_text, short_id

_POD: Final = "{pod:[a-z2-7]{56}}"
MOST: Final = 200
"""Pods that one page lists."""


class About(NamedTuple):
    """One other pod. neighbour, stands: None if it is none. author: None if it signed nothing."""

    pod_id: PodId
    name: str
    card: PodCard | None
    neighbour: Neighbour | None
    stands: Standing | None
    author: Author | None
    listings: int

    @property
    def id_text(self) -> str:
        return pod_id_text(self.pod_id)

    @property
    def tag(self) -> str:
        return short_id(self.pod_id)

    @property
    def is_hidden(self) -> bool:
        return self.author is not None and self.author.hidden

    @property
    def is_carried(self) -> bool:
        return self.author is None or self.author.carried


class Near(NamedTuple):
    """A neighbour in a list. touch: whether it is there, and what it is not known to hold."""

    id_text: str
    neighbour: Neighbour
    touch: OneOf
    is_hidden: bool
    is_carried: bool


class Known(NamedTuple):
    """A pod in a list."""

    id_text: str
    name: str
    about: str
    is_hidden: bool
    is_carried: bool


# --- Lists ---


class Around(NamedTuple):
    """What is known of other pods. names: by pod id, of the drawn ones that have told one."""

    found: list[Near]
    reach: int
    pod_id: str
    rings: Rings
    names: dict[bytes, str]


async def show_neighbours(visit: Visit) -> web.StreamResponse:
    """The pods that this one is federated with, and how far it reaches, as a picture too."""
    around = await visit.do(_around)
    return visit.page("neighbours.html", **around._asdict(), short=short_id)


def _around(pod: Pod) -> Around:
    hidden = {it.pod_id for it in pod.authors.all() if it.hidden}
    refused = {it.pod_id for it in pod.authors.all() if not it.carried}
    found = [
        Near(
            pod_id_text(it.pod_id),
            it,
            pod.touch.of(it),
            it.pod_id in hidden,
            it.pod_id not in refused,
        )
        for it in pod.neighbours.all()
    ]
    rings = draw_rings(neighbourhood(pod.keeper))
    names = pod_names(pod, (it.around.pod_id for it in rings.dots))
    reach = pod.keeper.directory.reach(pod.pod_id)
    return Around(found, reach, pod_id_text(pod.pod_id), rings, names)


async def show_pods(visit: Visit) -> web.StreamResponse:
    """All pods that show a card, and those that are hidden or not carried here."""
    found = await visit.do(known_pods)
    return visit.page("pods.html", found=found[:MOST], more=len(found) > MOST)


def known_pods(pod: Pod) -> list[Known]:
    """Return all pods that show a card, those first of which this one chose something."""
    authors = {it.pod_id: it for it in pod.authors.all()}
    cards = {it.author: it.body for it in pod.card.page(ItemQuery(limit=MOST + 1))}
    cards.pop(pod.pod_id, None)
    chosen = [it for it, author in authors.items() if author.hidden or not author.carried]
    names = pod_names(pod, chosen[:MOST])
    found = []
    for pod_id in dict.fromkeys([*chosen, *cards]):
        author, card = authors.get(pod_id), cards.get(pod_id)
        name = names.get(pod_id) or (card.name if card else short_id(pod_id))
        where = card.zone_name if card else ""
        hidden, carried = (author.hidden, author.carried) if author else (False, True)
        found.append(Known(pod_id_text(pod_id), name, where, hidden, carried))
    return found


# --- One pod ---


async def show_pod(visit: Visit) -> web.StreamResponse:
    """What is known of one pod, and what stewards can decide about it."""
    about = await visit.do(about_pod, visit.path["pod"])
    return visit.page("pod.html", it=about, given=_given_of(about), faults={})


def _given_of(about: About) -> dict[str, str]:
    it = about.neighbour
    return {"name": it.name if it is not None and it.name != it.own_name else ""}


def about_pod(pod: Pod, said: str) -> About:
    """Return what is known of the pod of an id. Raises UserError (not_found, invalid)."""
    pod_id = parse_pod_id(said)
    author = next((it for it in pod.authors.all() if it.pod_id == pod_id), None)
    neighbour = next((it for it in pod.neighbours.all() if it.pod_id == pod_id), None)
    if author is None and neighbour is None:
        raise UserError("not_found", "That pod is not known here.", "See: pod board")
    item = pod.card.of(pod_id)
    card = item.body if item else None
    name = (neighbour.name if neighbour else "") or (card.name if card else "")
    stands = standing_of(pod.keeper, pod_id) if neighbour else None
    count = pod.listings.count(BoardQuery(author=pod_id))
    return About(pod_id, name or short_id(pod_id), card, neighbour, stands, author, count)


async def welcome(visit: Visit) -> web.StreamResponse:
    """Let a neighbour have what is for neighbouring pods."""

    def decide(pod: Pod, who: PodId) -> None:
        pod.federation.welcome(visit.viewer.looking, who)

    return await _decide(visit, decide)


async def call(visit: Visit) -> web.StreamResponse:
    """Choose what a neighbour is called here."""
    said = visit.form.text("name")
    try:
        return await _decide(
            visit, lambda pod, who: pod.federation.call(visit.viewer.looking, who, said)
        )
    except UserError as err:
        if err.code != "invalid":
            raise
        about = await visit.do(about_pod, visit.path["pod"])
        values = {"given": {"name": said}, "faults": {"name": visit.told(err)}}
        return visit.page("pod.html", status=422, it=about, **values)


async def forgive(visit: Visit) -> web.StreamResponse:
    """Meet a neighbour again at once."""

    def decide(pod: Pod, who: PodId) -> None:
        pod.federation.forgive(visit.viewer.looking, who)

    return await _decide(visit, decide)


async def hide(visit: Visit) -> web.StreamResponse:
    """Take what a pod writes off the board."""
    return await _decide(
        visit, lambda pod, who: pod.federation.hide(visit.viewer.looking, who, hidden=True)
    )


async def unhide(visit: Visit) -> web.StreamResponse:
    """Put what a pod writes on the board again."""
    return await _decide(
        visit, lambda pod, who: pod.federation.hide(visit.viewer.looking, who, hidden=False)
    )


async def block(visit: Visit) -> web.StreamResponse:
    """Carry nothing of a pod any more, and delete what is here."""
    return await _decide(
        visit, lambda pod, who: pod.federation.block(visit.viewer.looking, who, blocked=True)
    )


async def carry(visit: Visit) -> web.StreamResponse:
    """Carry a pod again."""
    return await _decide(
        visit, lambda pod, who: pod.federation.block(visit.viewer.looking, who, blocked=False)
    )


async def _decide(visit: Visit, decide: Callable[[Pod, PodId], None]) -> web.Response:
    """Decide about a pod that is known here: none is made up by an address."""
    await visit.do(lambda pod: decide(pod, about_pod(pod, visit.path["pod"]).pod_id))
    return visit.go(f"/pods/{visit.path['pod']}")


# --- What is asked twice ---


async def ask_block(visit: Visit) -> web.StreamResponse:
    """Say what not carrying a pod means, before it is done."""
    about = await visit.do(about_pod, visit.path["pod"])
    return visit.page("block.html", it=about)


async def ask_end(visit: Visit) -> web.StreamResponse:
    """Say what goes with a neighbour, before it goes."""
    about, leaving = await visit.do(_leaving, visit.path["pod"])
    return visit.page("end.html", it=about, leaving=leaving, pods=len(leaving.behind_pods))


def _leaving(pod: Pod, said: str) -> tuple[About, Leaving]:
    about = about_pod(pod, said)
    if about.neighbour is None:
        raise UserError("not_found", "That pod is no neighbour.", "See: pod neighbor list")
    return about, leaving_with(pod.keeper, about.pod_id)


async def end(visit: Visit) -> web.StreamResponse:
    """End a federation."""
    purge = "purge" in visit.form
    about, _ = await visit.do(_leaving, visit.path["pod"])
    await visit.do(lambda pod: pod.federation.end(visit.viewer.looking, about.pod_id, purge=purge))
    return visit.go("/neighbours")


ROUTES = (
    Route("GET", "/neighbours", show_neighbours, Right.SEE_POD),
    Route("GET", "/pods", show_pods, Right.SEE_POD),
    Route("GET", f"/pods/{_POD}", show_pod, Right.SEE_POD),
    Route("POST", f"/pods/{_POD}/welcome", welcome, Right.RUN_MACHINE),
    Route("POST", f"/pods/{_POD}/name", call, Right.RUN_MACHINE),
    Route("POST", f"/pods/{_POD}/forgive", forgive, Right.RUN_MACHINE),
    Route("POST", f"/pods/{_POD}/hide", hide, Right.RUN_MACHINE),
    Route("POST", f"/pods/{_POD}/show", unhide, Right.RUN_MACHINE),
    Route("GET", f"/pods/{_POD}/block", ask_block, Right.RUN_MACHINE),
    Route("POST", f"/pods/{_POD}/block", block, Right.RUN_MACHINE),
    Route("POST", f"/pods/{_POD}/carry", carry, Right.RUN_MACHINE),
    Route("GET", f"/pods/{_POD}/end", ask_end, Right.RUN_MACHINE),
    Route("POST", f"/pods/{_POD}/end", end, Right.RUN_MACHINE),
)
