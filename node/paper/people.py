"""Sheets with people on them: only who agreed that a way to reach them may stand on paper.

Shown on a screen and printed are two consents (docs/house.md §1.1): paper is left in hallways. Of
who agreed to nothing, not even the name is printed; blank lines are there for a pen.
"""

from collections.abc import Mapping
from typing import Final

from node.paper.job import Job
from node.words.labels import CONTACTS, N_
from protocol.aid.house.member import Member

SPARE_LINES: Final = 4
"""Blank lines beyond those for people who are not printed: somebody always turns up."""
ANSWERS: Final = (N_("OK"), N_("Needs help"), N_("Is helping"), N_("Away"))
"""What a check-in may say, in the order of the boxes."""


def fill_addresses(job: Job) -> Mapping[str, object]:
    """Return the people who agreed to be printed, by name, with what they agreed to."""
    shown, kept_off = _people(job)
    words = job.words
    return {
        "people": [
            {
                "name": it.name,
                "how_best": it.how_best or "",
                "contacts": [(words.gettext(CONTACTS[c.type]), c.value) for c in it.contacts],
            }
            for it in shown
        ],
        "left_out": _left_out(kept_off, "are not on it"),
    }


def fill_check_in(job: Job) -> Mapping[str, object]:
    """Return a row to tick for each person who agreed, and blank ones for all others."""
    shown, kept_off = _people(job)
    return {
        "names": [it.name for it in shown],
        "blank": kept_off + SPARE_LINES,
        "answers": [job.words.gettext(it) for it in ANSWERS],
        "left_out": _left_out(kept_off, "have a blank line to write on"),
    }


def _people(job: Job) -> tuple[list[Member], int]:
    """Return who may be printed, with what of them may be, and how many may not."""
    everybody = job.pod.people.printed(job.viewer)
    shown = [it for it in everybody if it.contacts]
    return shown, len(everybody) - len(shown)


def _left_out(number: int, what: str) -> str:
    if not number:
        return ""
    who = "1 person agreed" if number == 1 else f"{number} people agreed"
    return f"{who} to nothing on paper, so they {what}. Each says it, contact by contact."
