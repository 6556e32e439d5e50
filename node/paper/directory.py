"""The directory on paper: where anybody finds what, by category, telephone numbers first."""

from collections.abc import Iterator, Mapping
from typing import NamedTuple

from node.aid.directory import Entry
from node.paper.job import Job
from node.words import labels
from protocol.aid.audience import Audience
from protocol.aid.categories import CATEGORIES
from protocol.aid.fields import fold
from store.aid import ItemQuery


class Place(NamedTuple):
    """One resource as paper shows it. sure: nobody found otherwise, and it was looked at lately."""

    name: str
    org: str
    phones: tuple[str, ...]
    facts: tuple[str, ...]
    about: str
    lang: str | None
    last_true: str
    sure: bool


def fill(job: Job) -> Mapping[str, object]:
    """Return the resources under the first of their categories, by name."""
    items = job.pod.directory.first(_query(job), job.options.limit)
    found = sorted(map(job.pod.directory.entry, items), key=lambda it: fold(it.item.body.name))
    by_category = {
        labels.category(job.words, id_): [
            _place(job, it) for it in found if it.item.body.categories[0] == id_
        ]
        for id_ in CATEGORIES
    }
    return {
        "categories": {name: places for name, places in by_category.items() if places},
        "inside": job.options.inside,
    }


def _query(job: Job) -> ItemQuery:
    """Whoever passes a wall reads it: without `inside` only what is for anybody is on it."""
    audience = None if job.options.inside else Audience.NETWORK
    return ItemQuery(audience=audience, open_at_s=job.pod.now().wall_ms // 1000)


def _place(job: Job, entry: Entry) -> Place:
    body = entry.item.body
    return Place(
        name=body.name,
        org=body.org or "",
        phones=body.phones,
        facts=tuple(filter(None, _facts(job, entry))),
        about=body.about or "",
        lang=body.lang,
        last_true=job.words.short_day(entry.last_true),
        sure=not (entry.is_old or entry.is_doubted),
    )


def _facts(job: Job, entry: Entry) -> Iterator[str]:
    words, body = job.words, entry.item.body
    yield from (labels.hours(words, it) for it in body.hours)
    yield from (body.hours_words or "", body.address or "", body.url or "", body.email or "")
    yield from (body.eligibility or "", body.access or "")
    yield words.gettext(labels.COSTS[body.cost]) if labels.COSTS[body.cost] else ""
    if body.works_without_power == "yes":
        yield words.gettext("works without power")
