"""Sheets with people on them: only who agreed that a way to reach them may stand on paper.

Shown on a screen and printed are two consents (docs/house.md §1.1): paper is left in hallways. Of
who agreed to nothing, not even the name is printed; blank lines are there for a pen. What people
say of themselves beside their contacts is for screens alone.
"""

from collections.abc import Iterable, Mapping
from typing import Final, NamedTuple

from node.paper.job import Job
from node.words.labels import CHECK_INS, CONTACTS
from protocol.aid.house.member import Member
from protocol.aid.house.phone_tree import PhoneTree
from protocol.aid.house.rights import MemberId

SPARE_LINES: Final = 4
"""Blank lines of a list to tick: somebody always turns up."""


class InTree(NamedTuple):
    """A person on the phone tree. name: empty for who agreed to nothing on paper."""

    number: int
    name: str
    phones: tuple[str, ...]
    doors: tuple[str, ...]


def fill_addresses(job: Job) -> Mapping[str, object]:
    """Return the people who agreed to be printed, by name, with what they agreed to."""
    everybody = job.pod.people.printed(job.viewer)
    shown = [it for it in everybody if it.contacts]
    return {
        "people": [
            (it.name, [(job.words.gettext(CONTACTS[c.type]), c.value) for c in it.contacts])
            for it in shown
        ],
        "left_out": _left_out(len(everybody) - len(shown), "are not on it"),
    }


def fill_check_in(job: Job) -> Mapping[str, object]:
    """Return a row to tick for everybody, by the numbers of the phone tree, and spare ones."""
    _, people = _numbered(job)
    return {
        "people": list(people.values()),
        "spare": SPARE_LINES,
        "answers": [job.words.gettext(it) for it in CHECK_INS.values()],
        "left_out": _left_out(_unnamed(people.values()), "are a number and a line for a pen"),
    }


def fill_phone_tree(job: Job) -> Mapping[str, object]:
    """Return who rings whom. Who agreed to nothing on paper is a number and a line for a pen."""
    tree, people = _numbered(job)
    callers = dict.fromkeys([*(step.caller for step in tree.steps), *tree.call_backs])
    in_it = [people[id_] for id_ in (*tree.branches, *tree.not_reached)]
    return {
        "people": people,
        "first": people[tree.first] if tree.first else None,
        "callers": [
            {
                "caller": people[id_],
                "steps": [step for step in tree.steps if step.caller == id_],
                "calls_back": id_ in tree.call_backs,
            }
            for id_ in callers
        ],
        "not_reached": [people[id_] for id_ in tree.not_reached],
        "left_out": _left_out(_unnamed(in_it), "are a number and a line for a pen"),
    }


def _numbered(job: Job) -> tuple[PhoneTree, dict[MemberId, InTree]]:
    """Return the tree, and everybody in its order; last who is away, and so in no tree."""
    tree, members = job.pod.phone_trees.tree(job.viewer, on_paper=True)
    first = [tree.first] if tree.first else []
    order = dict.fromkeys([*first, *(it.to for it in tree.steps), *tree.not_reached, *members])
    return tree, {id_: _in_tree(number, members[id_]) for number, id_ in enumerate(order, start=1)}


def _in_tree(number: int, member: Member) -> InTree:
    """Return a person as the sheet shows them. member: with the contacts that may be printed."""
    return InTree(
        number=number,
        name=member.name if member.contacts else "",
        phones=tuple(it.value for it in member.contacts if it.type == "phone"),
        doors=tuple(it.value for it in member.contacts if it.type == "door"),
    )


def _unnamed(people: Iterable[InTree]) -> int:
    return sum(not it.name for it in people)


def _left_out(number: int, what: str) -> str:
    if not number:
        return ""
    who = "1 person agreed" if number == 1 else f"{number} people agreed"
    return f"{who} to nothing on paper, so they {what}. Each says it, contact by contact."
