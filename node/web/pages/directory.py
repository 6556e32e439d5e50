"""The directory: places and services, and what pods found of them."""

from collections.abc import Mapping
from datetime import UTC, date, datetime
from typing import Any, Final

from aiohttp import web

from node.aid.directory import Entry
from node.aid.items import ItemQuery
from node.pod import Pod
from node.web.pages.board import audience_of, audiences, categories
from node.web.pages.shown import pod_names
from node.web.site import Route, Visit
from protocol.aid.house.rights import Right
from protocol.aid.resource import Resource
from protocol.aid.sentences import WrongFields
from protocol.errors import UserError

PAGE: Final = 30
FINDINGS: Final = ("still-true", "changed", "closed")
_RESOURCE_FIELDS: Final = (
    *("name", "org", "about", "phones", "url", "email", "address", "hours_words"),
    *("eligibility", "access", "category", "cost", "works_without_power", "audience"),
)


async def show_directory(visit: Visit) -> web.StreamResponse:
    """Places and services, with how long ago somebody knew them to be true."""
    asked = {name: visit.asked(name)[:80] for name in ("words", "category")}
    query = ItemQuery(words=asked["words"], filed_under=asked["category"] or None, limit=PAGE)
    entries, names = await visit.do(_entries, query)
    return visit.page(
        "directory.html",
        entries=entries,
        names=names,
        asked=asked,
        categories=categories(visit.say),
    )


def _entries(pod: Pod, query: ItemQuery) -> tuple[list[Entry], dict[bytes, str]]:
    entries = list(pod.directory.entries(query))
    return entries, pod_names(pod, (it.item.author for it in entries))


async def show_resource(visit: Visit) -> web.StreamResponse:
    """One place or service, and what pods found, side by side."""
    entry, names, our_id = await visit.do(_entry, visit.path["rid"])
    return visit.page(
        "resource.html", entry=entry, names=names, is_ours=entry.item.author == our_id
    )


def _entry(pod: Pod, reference: str) -> tuple[Entry, dict[bytes, str], bytes]:
    entry = pod.directory.entry(pod.directory.find(reference))
    authors = [entry.item.author, *(it.author for it in entry.found)]
    return entry, pod_names(pod, authors), pod.pod_id


async def new_resource(visit: Visit) -> web.StreamResponse:
    """A form: a name and one way to reach it are enough."""
    return _resource_form(visit, {"audience": "network", "category": "other"}, {})


async def add_resource(visit: Visit) -> web.StreamResponse:
    """Put a place or service into the directory."""
    given = visit.form.texts(_RESOURCE_FIELDS)
    fields: dict[str, object] = {
        **{name: given[name] for name in _RESOURCE_FIELDS[:8] if name != "phones"},
        "eligibility": given["eligibility"],
        "access": given["access"],
        "phones": _lines(given["phones"]),
        "categories": (given["category"],),
        "cost": given["cost"] or None,
        "works_without_power": given["works_without_power"] or None,
        "public_place": bool(given["address"]),
        "last_checked": _today(visit),
        "lang": visit.words.tag,
    }
    try:
        body = Resource.write(fields)
    except WrongFields as wrong:
        return _resource_form(visit, given, visit.faults(wrong), 422)
    audience = audience_of(visit.form)
    item = await visit.do(lambda pod: pod.directory.publish(body, audience=audience))
    return visit.go(f"/directory/{item.rid.hex()}")


def _resource_form(
    visit: Visit, given: Mapping[str, str], faults: Mapping[str, str], status: int = 200
) -> web.Response:
    return visit.page(
        "resource_form.html",
        status=status,
        given=given,
        faults=faults,
        categories=categories(visit.say),
        audiences=audiences(visit.say),
    )


async def confirm_resource(visit: Visit) -> web.StreamResponse:
    """Say what one found: still true, changed, closed."""
    says = visit.form.text("says")
    if says not in FINDINGS:
        raise UserError("invalid", "Choose what you found.")
    note = visit.form.text("note") or None
    await visit.do(_confirm, visit.path["rid"], says, note, date.fromisoformat(_today(visit)))
    return visit.go(f"/directory/{visit.path['rid']}")


def _confirm(pod: Pod, reference: str, says: Any, note: str | None, today: date) -> None:
    item = pod.directory.find(reference)
    if item.author == pod.pod_id and says == "still-true":
        pod.directory.checked(item.rid, today)
    else:
        pod.directory.confirm(item, says, on=today, note=note)


async def remove_resource(visit: Visit) -> web.StreamResponse:
    """Take one of this pod's own out of the directory."""
    await visit.do(lambda pod: pod.directory.remove(pod.directory.find(visit.path["rid"]).rid))
    return visit.go("/directory")


def _lines(text: str) -> tuple[str, ...]:
    return tuple(it.strip() for it in text.replace(";", ",").split(",") if it.strip())


def _today(visit: Visit) -> str:
    return datetime.fromtimestamp(visit.viewer.now_s, UTC).astimezone().date().isoformat()


_RID = "{rid:[0-9a-f]{32}}"
ROUTES = (
    Route("GET", "/directory", show_directory, Right.SEE_POD),
    Route("GET", "/directory/new", new_resource, Right.POST),
    Route("POST", "/directory/new", add_resource, Right.POST),
    Route("GET", f"/directory/{_RID}", show_resource, Right.SEE_POD),
    Route("POST", f"/directory/{_RID}/confirm", confirm_resource, Right.POST),
    Route("POST", f"/directory/{_RID}/remove", remove_resource, Right.EDIT_OTHERS_LISTINGS),
)
