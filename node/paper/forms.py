"""Blank forms: the slip that a listing is typed in from, and the worksheet of the pod map."""

from collections.abc import Mapping
from typing import Final, NamedTuple

from node.paper.job import Job
from node.words import Words, labels
from protocol.aid.categories import CATEGORIES
from protocol.saying import N_

PEOPLE: Final = 8
"""Columns of the worksheet; bigger pods take a second sheet."""


class Blank(NamedTuple):
    """One field of the form on paper: lines to write on, boxes to tick, or both.

    lines: so many lines.  boxes: what may be ticked.
    """

    label: str
    lines: int = 0
    boxes: tuple[str, ...] = ()


BLANKS: Final[dict[str, Blank]] = {
    "type": Blank(N_("I"), boxes=(N_("can offer"), N_("could use"))),
    "title": Blank(N_("What, in a few words"), lines=1),
    "category": Blank(N_("What it is about (one box)"), boxes=tuple(CATEGORIES.values())),
    "details": Blank(N_("More about it"), lines=2),
    "tags": Blank(N_("Words to find it by"), lines=1),
    "mode": Blank(N_("It is"), boxes=tuple(labels.MODES.values())),
    "qty": Blank(N_("How many"), lines=1),
    "unit": Blank(N_("Of what: bags, litres, hours"), lines=1),
    "plenty": Blank("", boxes=(N_("plenty"),)),
    "date_from": Blank(N_("From which day and time"), lines=1),
    "date_to": Blank(N_("Until which day and time"), lines=1),
    "when": Blank(N_("Or when, in words"), lines=1),
    "repeats": Blank(N_("How often"), boxes=tuple(labels.REPEATS.values())),
    "repeats_words": Blank(N_("Or how often, in words"), lines=1),
    "urgency": Blank(N_("How soon"), boxes=tuple(labels.URGENCIES.values())),
    "lang": Blank(N_("Language"), lines=1),
    "place": Blank(N_("Where: a corner or a door, never an address"), lines=1),
    "access": Blank(N_("Stairs, pets, allergies, a ramp"), lines=1),
    "reply_via": Blank(N_("How to answer"), boxes=tuple(labels.REPLY_WAYS.values())),
    "by": Blank(N_("A name to show, only if you want one shown"), lines=1),
}
"""Every field of a listing that people fill in, by its name and in the order of the slip."""
NOT_ON_PAPER: Final = {
    "cell": "the square on the map is looked up by whoever types the slip in",
    "left": "nothing of a new listing is promised yet",
    "posted_s": "the pod notes when it was posted",
    "status": "a new listing is open",
}
"""Fields that no slip asks for, each with the reason; a test sees that none is forgotten."""


def fill_slip(job: Job) -> Mapping[str, object]:
    """Return the slip, said in these words. Its lines are empty: it knows nothing of the pod."""
    return {
        "blanks": {name: _said(blank, job.words) for name, blank in BLANKS.items()},
        "audiences": [job.words.gettext(label) for label in labels.AUDIENCES.values()],
    }


def fill_map(job: Job) -> Mapping[str, object]:
    """Return the worksheet. Nobody's name is on it: people write their own."""
    return {
        "categories": [labels.category(job.words, id_) for id_ in CATEGORIES],
        "people": PEOPLE,
    }


def _said(blank: Blank, words: Words) -> Blank:
    return blank._replace(
        label=words.gettext(blank.label) if blank.label else "",
        boxes=tuple(words.gettext(box) for box in blank.boxes),
    )
