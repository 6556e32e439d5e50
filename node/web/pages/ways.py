"""How the people of the pod keep in touch, who rings whom, and what stewards did."""

from collections.abc import Mapping
from typing import Final

from aiohttp import web

from node.web.site import Route, Visit
from protocol.aid.house.limits import MAX_WAYS
from protocol.aid.house.phone_tree import Step
from protocol.aid.house.rights import MemberId, Right
from protocol.aid.house.steward_log import sentence
from protocol.aid.sentences import WrongFields
from protocol.errors import UserError

_TICKS: Final = ("without_internet", "without_power", "public")


async def show_ways(visit: Visit) -> web.StreamResponse:
    """In which ways the pod keeps in touch."""
    found = await visit.do(lambda pod: pod.ways.ways(visit.viewer.looking))
    return visit.page("ways.html", ways=found)


async def new_way(visit: Visit) -> web.StreamResponse:
    """A form for a way."""
    return await _form(visit, {"sort": "analog"}, {})


async def edit_way(visit: Visit) -> web.StreamResponse:
    """A way as a form."""
    place = int(visit.path["number"])
    found = await visit.do(lambda pod: pod.ways.ways(visit.viewer.looking))
    if not 1 <= place <= len(found):
        raise UserError("not_found", "There is no such way (any more).")
    it = found[place - 1]
    ticks = {name: "yes" * getattr(it, name) for name in _TICKS}
    given = {"name": it.name, "was": it.name, "how": it.how or "", "sort": it.sort}
    return await _form(visit, given | ticks | {"place": str(place)}, {})


async def save_way(visit: Visit) -> web.StreamResponse:
    """Save a way, in place of the one that the form was made for."""
    form = visit.form
    given = {name: form.text(name) for name in ("name", "was", "how", "sort", "place", *_TICKS)}
    fields: dict[str, object] = {name: given[name] for name in ("name", "how", "sort")}
    fields |= {name: bool(given[name]) for name in _TICKS}
    place = int(given["place"]) if given["place"] in map(str, range(1, MAX_WAYS + 1)) else None
    looking, was = visit.viewer.looking, given["was"] or None
    try:
        await visit.do(lambda pod: pod.ways.put(looking, fields, place=place, was=was))
    except WrongFields as wrong:
        return await _form(visit, given, visit.faults(wrong), 422)
    except UserError as err:
        if err.code != "conflict":
            raise
        return await _form(visit, given, {"name": err.sentence_in(visit.words)}, 422)
    return visit.go("/ways")


async def remove_way(visit: Visit) -> web.StreamResponse:
    """Take a way off the list."""
    name = visit.form.text("was")
    await visit.do(lambda pod: pod.ways.remove(visit.viewer.looking, name))
    return visit.go("/ways")


async def _form(
    visit: Visit, given: Mapping[str, str], faults: Mapping[str, str], status: int = 200
) -> web.StreamResponse:
    found = await visit.do(lambda pod: pod.ways.ways(visit.viewer.looking))
    count = len(found) + (0 if given.get("was") else 1)
    return visit.page(
        "way.html",
        status=status,
        given={"place": str(count)} | dict(given),
        faults=faults,
        places=[(str(it), str(it)) for it in range(1, count + 1)],
    )


async def show_tree(visit: Visit) -> web.StreamResponse:
    """Who rings whom."""
    view = await visit.do(lambda pod: pod.phone_trees.tree(visit.viewer.looking))
    calls: dict[MemberId, list[Step]] = {}  # in the order of the tree, whoever begins first
    for step in view.tree.steps:
        calls.setdefault(step.caller, []).append(step)
    return visit.page("tree.html", view=view, calls=calls)


async def plant_anew(visit: Visit) -> web.StreamResponse:
    """Make the tree anew, as if no sheet of it hung anywhere."""
    await visit.do(lambda pod: pod.phone_trees.replant(visit.viewer.looking))
    return visit.go("/tree")


async def show_log(visit: Visit) -> web.StreamResponse:
    """What stewards did to things of others, for all to read."""
    entries, names = await visit.do(
        lambda pod: (pod.steward_log.entries(visit.viewer.looking), pod.people.names())
    )
    return visit.page(
        "log.html", entries=[(it.at_ms // 1000, sentence(it, names, visit.words)) for it in entries]
    )


ROUTES = (
    Route("GET", "/ways", show_ways, Right.SEE_POD),
    Route("GET", "/ways/new", new_way, Right.EDIT_WAYS),
    Route("GET", "/ways/{number:[0-9]{1,9}}", edit_way, Right.EDIT_WAYS),
    Route("POST", "/ways", save_way, Right.EDIT_WAYS),
    Route("POST", "/ways/remove", remove_way, Right.EDIT_WAYS),
    Route("GET", "/tree", show_tree, Right.SEE_POD),
    Route("POST", "/tree/anew", plant_anew, Right.RUN_MACHINE),
    Route("GET", "/log", show_log, Right.SEE_LOG),
)
