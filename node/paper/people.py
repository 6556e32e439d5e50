"""Sheets with people on them: only who agreed that a way to reach them may stand on paper.

Shown on a screen and printed are two consents (docs/house.md §1.1): paper is left in hallways. Of
who agreed to nothing, not even the name is printed; blank lines are there for a pen.
"""

from collections.abc import Mapping
from typing import Final, NamedTuple

from node.paper.job import Job
from node.words.labels import CHECK_INS, CONTACTS
from protocol.aid.house.member import Member
from protocol.aid.house.rights import MemberId

SPARE_LINES: Final = 4
"""Blank lines beyond those for people who are not printed: somebody always turns up."""


class InTree(NamedTuple):
    """A person on the phone tree. name: empty for who agreed to nothing on paper."""

    number: int
    name: str
    phones: tuple[str, ...]
    doors: tuple[str, ...]


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
        "answers": [job.words.gettext(it) for it in CHECK_INS.values()],
        "left_out": _left_out(kept_off, "have a blank line to write on"),
    }


def fill_phone_tree(job: Job) -> Mapping[str, object]:
    """Return who rings whom. Who agreed to nothing on paper is a number and a line for a pen."""
    tree, members = job.pod.phone_trees.tree(job.viewer, on_paper=True)
    order = list(dict.fromkeys([*_from(tree.first), *(step.to for step in tree.steps)]))
    order += [id_ for id_ in members if id_ in tree.not_reached]
    people = {id_: _in_tree(number, members[id_]) for number, id_ in enumerate(order, start=1)}
    callers = dict.fromkeys([*(step.caller for step in tree.steps), *tree.call_backs])
    return {
        "people": people,
        "first": people.get(tree.first) if tree.first else None,
        "callers": [
            {
                "caller": people[id_],
                "steps": [step for step in tree.steps if step.caller == id_],
                "calls_back": id_ in tree.call_backs,
            }
            for id_ in callers
        ],
        "not_reached": [people[id_] for id_ in tree.not_reached],
        "left_out": _left_out(
            sum(not person.name for person in people.values()), "are a number and a line for a pen"
        ),
    }


def _from(first: MemberId | None) -> list[MemberId]:
    return [] if first is None else [first]


def _in_tree(number: int, member: Member) -> InTree:
    """Return a person as the sheet shows them. member: with the contacts that may be printed."""
    return InTree(
        number=number,
        name=member.name if member.contacts else "",
        phones=tuple(it.value for it in member.contacts if it.type == "phone"),
        doors=tuple(it.value for it in member.contacts if it.type == "door"),
    )


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
