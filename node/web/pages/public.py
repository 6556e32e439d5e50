"""What strangers see: the pod's card, what is public, and how to join. Nothing else."""

from collections.abc import Mapping
from typing import NamedTuple

from aiohttp import web

from node.aid.items import ItemQuery
from node.aid.meetups import Meeting
from node.pod import Pod
from node.web.site import Visit
from protocol.aid.audience import Audience
from protocol.aid.house.way import Way
from protocol.aid.pod_card import PodCard


class Public(NamedTuple):
    """may_ask: whether a stranger can ask to join: the pod takes people in, and has room."""

    card: PodCard | None
    ways: list[Way]
    meetings: list[Meeting]
    may_ask: bool


async def show_public(
    visit: Visit, given: Mapping[str, str], faults: Mapping[str, str], status: int = 200
) -> web.StreamResponse:
    """The page for strangers. given, faults: of what one typed who asks to join."""
    public = await visit.do(public_of)
    return visit.page(
        "public.html",
        status=status,
        **public._asdict(),
        given=given,
        faults=faults,
        has_asked=bool(visit.asked("asked")),
    )


def public_of(pod: Pod) -> Public:
    """Return what everybody on the Wi-Fi may see."""
    ahead = ItemQuery(author=pod.pod_id, audience=Audience.NETWORK)
    card = pod.card.get()
    takes_in = card is None or card.accepting != "no"
    return Public(
        card,
        pod.ways.public(),
        pod.meetups.upcoming(query=ahead, once=True, limit=5),
        takes_in and pod.join_requests.is_open and pod.people.count() > 0,
    )
