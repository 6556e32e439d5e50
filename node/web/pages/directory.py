"""The directory: places and services, and what pods found of them."""

from collections.abc import Mapping
from datetime import date
from typing import Any, Final

from aiohttp import web

from node.aid.directory import Directory, Entry
from node.aid.items import Item, ItemQuery
from node.pod import Pod
from node.web.pages.board import categories
from node.web.pages.fields import Given, fields_of, local_day
from node.web.pages.narrow import (
    PAGE,
    asked_in,
    category_in,
    is_narrowed,
    items_asked,
    next_path,
    pods_to_choose,
)
from node.web.pages.shown import may_change, pod_names
from node.web.pages.things import RID, Thing
from node.web.site import Route, Visit
from node.web.viewer import Viewer
from node.words import Words
from protocol.aid.fields import fold
from protocol.aid.house.rights import Right
from protocol.aid.resource import Resource
from protocol.errors import UserError

DOUBLES: Final = 50
"""Places of one category that are shown to choose from: which of them is the same?"""
FINDINGS: Final = ("still-true", "changed", "closed", "duplicate")


def _door(pod: Pod) -> Directory:
    return pod.directory


class _Place(Thing[Resource]):
    """A place or service: a name and one way to reach it are enough."""

    __slots__ = ()

    def begun(self, visit: Visit) -> Given:
        return {"last_checked": _today(visit).isoformat()}

    def told(self, item: Item[Resource]) -> Given:
        first, *also = item.body.categories
        return super().told(item) | {"category": first, "also": also}

    def read(self, visit: Visit, given: Given, kept: Mapping[str, Any]) -> dict[str, object]:
        is_hidden_now = bool(kept.get("address")) and not given["address"]
        was_public = bool(kept.get("public_place")) and not is_hidden_now
        return {
            **fields_of(Resource, given),
            "last_checked": given["last_checked"] or _today(visit).isoformat(),
            "categories": tuple(dict.fromkeys((given["category"], *given["also"]))),
            # An address that is written down is one that anybody may know: its label says so.
            "public_place": bool(given["address"]) or was_public,
            "point": None if is_hidden_now else kept.get("point"),
        }


PLACE: Final = _Place(
    path="/directory",
    door=_door,
    body=Resource,
    template="resource_form.html",
    names=(
        *("name", "category", "also", "phones", "org", "about", "address", "hours_words", "hours"),
        *("url", "email", "eligibility", "access", "cost", "works_without_power", "languages"),
        *("runs_on", "source", "last_checked"),
    ),
    first={"audience": "network", "category": "other", "cost": "unknown"},
    moved={"categories": "category", "public_place": "address", "point": "address"},
)


async def show_directory(visit: Visit) -> web.StreamResponse:
    """Places and services, with how long ago somebody knew them to be true."""
    asked = asked_in(visit, "category")
    query = items_asked(visit, asked, category_in(asked))
    entries, names, pods = await visit.do(_entries, query, visit.words)
    return visit.page(
        "directory.html",
        entries=entries[:PAGE],
        next=next_path("/directory", asked, [it.item for it in entries]),
        names=names,
        asked=asked,
        is_narrowed=is_narrowed(asked),
        pods=pods,
        categories=categories(visit.say),
    )


def _entries(
    pod: Pod, query: ItemQuery, words: Words
) -> tuple[list[Entry], dict[bytes, str], list[tuple[str, str]]]:
    entries = list(pod.directory.entries(query))
    names = pod_names(pod, (it.item.author for it in entries))
    return entries, names, pods_to_choose(pod, words.gettext("this pod"))


async def show_resource(visit: Visit) -> web.StreamResponse:
    """One place or service, and what pods found, side by side."""
    entry, names, others, is_mine = await visit.do(_entry, visit.viewer, visit.path["rid"])
    return visit.page("resource.html", entry=entry, names=names, others=others, may_change=is_mine)


def _entry(
    pod: Pod, viewer: Viewer, reference: str
) -> tuple[Entry, dict[bytes, str], list[Item[Resource]], bool]:
    """Return one entry, what to call pods, what it may be a double of, and if it may be changed."""
    item = pod.directory.find(reference)
    entry = pod.directory.entry(item)
    authors = [item.author, *(it.author for it in entry.found)]
    alike = pod.directory.page(ItemQuery(filed_under=item.body.categories[0], limit=DOUBLES))
    others = sorted((it for it in alike if it.rid != item.rid), key=lambda it: fold(it.body.name))
    is_mine = may_change(pod, viewer, item.author, item.rid)
    return entry, pod_names(pod, authors), others, is_mine


async def confirm_resource(visit: Visit) -> web.StreamResponse:
    """Say what one found: still true, changed, closed."""
    says = visit.form.text("says")
    if says not in FINDINGS:
        raise UserError("invalid", "Choose what you found.")
    double = visit.form.text("double") if says == "duplicate" else ""
    if says == "duplicate" and not double:
        raise UserError("invalid", "Choose which other one it is.")
    note = visit.form.text("note") or None
    await visit.do(_confirm, visit.path["rid"], says, note, double, _today(visit))
    return visit.go_on(f"/directory/{visit.path['rid']}")


def _confirm(
    pod: Pod, reference: str, says: Any, note: str | None, double: str, today: date
) -> None:
    item = pod.directory.find(reference)
    if item.author == pod.pod_id and says == "still-true":
        pod.directory.checked(item.rid, today)
    else:
        other = pod.directory.find(double) if double else None
        pod.directory.confirm(item, says, on=today, note=note, duplicate_of=other)


def _today(visit: Visit) -> date:
    return local_day(visit.viewer.now_s)


ROUTES = (
    Route("GET", "/directory", show_directory, Right.SEE_POD),
    *PLACE.routes(),
    Route("GET", f"/directory/{RID}", show_resource, Right.SEE_POD),
    Route("POST", f"/directory/{RID}/confirm", confirm_resource, Right.POST),
)
