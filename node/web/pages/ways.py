"""How the people of the pod keep in touch, who rings whom, and what stewards did."""

from aiohttp import web

from node.web.site import Route, Visit
from protocol.aid.house.phone_tree import Step
from protocol.aid.house.rights import MemberId, Right
from protocol.aid.house.steward_log import sentence


async def show_ways(visit: Visit) -> web.StreamResponse:
    """In which ways the pod keeps in touch."""
    found = await visit.do(lambda pod: pod.ways.ways(visit.viewer.looking))
    return visit.page("ways.html", ways=found)


async def show_tree(visit: Visit) -> web.StreamResponse:
    """Who rings whom."""
    view = await visit.do(lambda pod: pod.phone_trees.tree(visit.viewer.looking))
    calls: dict[MemberId, list[Step]] = {}  # in the order of the tree, whoever begins first
    for step in view.tree.steps:
        calls.setdefault(step.caller, []).append(step)
    return visit.page("tree.html", view=view, calls=calls)


async def show_log(visit: Visit) -> web.StreamResponse:
    """What stewards did to things of others, for all to read."""
    entries, names = await visit.do(
        lambda pod: (pod.steward_log.entries(visit.viewer.looking), pod.people.names())
    )
    return visit.page(
        "log.html", entries=[(it.at_ms // 1000, sentence(it, names)) for it in entries]
    )


ROUTES = (
    Route("GET", "/ways", show_ways, Right.SEE_POD),
    Route("GET", "/tree", show_tree, Right.SEE_POD),
    Route("GET", "/log", show_log, Right.SEE_LOG),
)
