"""The board on paper: offers and needs, each with numbers that passers-by tear off."""

from collections import Counter
from collections.abc import Mapping
from typing import Final, NamedTuple

from node.paper.frame import local
from node.paper.job import Job, Options
from node.pod import Pod
from node.words import Words, labels
from protocol.aid.audience import Audience
from protocol.aid.limits import UNTIL_I_SAY
from protocol.identity import PodId, short_id
from store.aid import BoardItem, BoardQuery

MANY: Final = 100
"""Listings are counted so far and no farther."""
REFERENCE_DIGITS: Final = 6
"""Of a rid: more than the least that names a listing, and narrow enough for a strip."""


class Entry(NamedTuple):
    """One listing as paper shows it. No name of a person: that was shown to screens alone.

    number: on the strips; reference: what `pod show` takes.
    """

    number: int
    reference: str
    title: str
    category: str
    facts: tuple[str, ...]
    details: str
    lang: str | None
    pod: str
    until: str


def fill(job: Job) -> Mapping[str, object]:
    """Return offers and needs, numbered through, the newest of each first."""
    pod, options, words = job.pod, job.options, job.words
    found = _items(pod, options)
    shown = sorted(found[: options.limit], key=lambda item: item.listing.type != "offer")
    names = _names(pod)
    entries = [
        _entry(number, item, names.get(item.author) or f"pod {short_id(item.author)}", words)
        for number, item in enumerate(shown, start=1)
    ]
    offers = sum(item.listing.type == "offer" for item in shown)
    return {
        "offers": entries[:offers],
        "needs": entries[offers:],
        "inside": options.inside,
        "more": len(found) > options.limit,
        "left_out": "" if options.inside else _left_out(pod),
    }


def _names(pod: Pod) -> dict[PodId, str]:
    """Return what pods are called here; each chose its own name, so two alike are told apart."""
    known = {it.pod_id: it.name for it in pod.neighbours.all() if it.name}
    said = Counter(name.casefold() for name in [pod.name, *known.values()])
    told = {
        id_: name if said[name.casefold()] == 1 else f"{name} ({short_id(id_)})"
        for id_, name in known.items()
    }
    return told | {pod.pod_id: pod.name}


def _items(pod: Pod, options: Options) -> list[BoardItem]:
    """Return what may be on such a sheet, the newest first, and one more if there is.

    Whoever passes a wall reads it. So without `inside` only what is for anybody is on it.
    """
    query = BoardQuery() if options.inside else BoardQuery(audience=Audience.NETWORK)
    return pod.listings.first(query, options.limit + 1)


def _left_out(pod: Pod) -> str:
    """Say how many listings such a sheet must not have, and how to print one that has them."""
    kept = sum(
        pod.listings.count(BoardQuery(audience=audience), most=MANY + 1)
        for audience in (Audience.POD, Audience.NEAR)
    )
    if not kept:
        return ""
    number = f"More than {MANY}" if kept > MANY else str(kept)
    which = "1 listing is" if kept == 1 else f"{number} listings are"
    return (
        f"{which} not for everybody, so not on a sheet that may hang on a wall. With them, for "
        "the pod's own room: --inside"
    )


def _entry(number: int, item: BoardItem, pod: str, words: Words) -> Entry:
    listing = item.listing
    facts = (
        labels.quantity(words, listing),
        words.gettext(labels.MODES[listing.mode]) if listing.mode else "",
        labels.when(words, listing),
        listing.place or "",
        listing.access or "",
        _urgency(words, listing.urgency),
    )
    return Entry(
        number=number,
        reference=item.rid.hex()[:REFERENCE_DIGITS],
        title=listing.title,
        category=labels.category(words, listing.category),
        facts=tuple(filter(None, facts)),
        details=listing.details or "",
        lang=listing.lang,
        pod=pod,
        until=_until(words, item.valid_until_s),
    )


def _urgency(words: Words, urgency: str | None) -> str:
    if urgency is None:
        return ""
    return words.gettext("how soon: %(soon)s") % {"soon": words.gettext(labels.URGENCIES[urgency])}


def _until(words: Words, end_s: int) -> str:
    """Return the last day on which it is open, in words."""
    if end_s == UNTIL_I_SAY:
        return ""
    # The end is the first second in which it is closed; people name the last open day.
    last = local((end_s - 1) * 1000).date()
    return words.gettext("until %(day)s") % {"day": words.short_day(last)}
