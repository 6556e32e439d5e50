"""The table of commands: where each is, and its line in `pod --help`.

A command's module is imported when it is asked for, so that `pod --help` and `pod status` answer
at once on a small machine. Each import is written out, for whoever reads what needs what.
"""

from collections.abc import Callable
from types import ModuleType
from typing import Final, NamedTuple


def _start() -> ModuleType:
    from cli import start

    return start


def _status() -> ModuleType:
    from cli import status

    return status


def _listings() -> ModuleType:
    from cli import listings

    return listings


def _answers() -> ModuleType:
    from cli import answers

    return answers


def _waiting() -> ModuleType:
    from cli import waiting

    return waiting


def _versions() -> ModuleType:
    from cli import versions

    return versions


def _digest() -> ModuleType:
    from cli import digest

    return digest


def _letters() -> ModuleType:
    from cli import letters

    return letters


def _sheets() -> ModuleType:
    from cli import sheets

    return sheets


def _neighbours() -> ModuleType:
    from cli import neighbours

    return neighbours


def _nearby() -> ModuleType:
    from cli import nearby

    return nearby


def _settings() -> ModuleType:
    from cli import settings

    return settings


def _clock() -> ModuleType:
    from cli import clock

    return clock


def _doctor() -> ModuleType:
    from cli import doctor

    return doctor


def _recovery() -> ModuleType:
    from cli import recovery

    return recovery


def _authors() -> ModuleType:
    from cli import authors

    return authors


def _keys() -> ModuleType:
    from cli import keys

    return keys


def _doubts() -> ModuleType:
    from cli import doubts

    return doubts


def _bundle() -> ModuleType:
    from cli import bundle

    return bundle


def _languages() -> ModuleType:
    from cli import languages

    return languages


def _paper() -> ModuleType:
    from cli import paper

    return paper


def _sample() -> ModuleType:
    from cli import sample

    return sample


def _demo() -> ModuleType:
    from cli import demo

    return demo


def _bench() -> ModuleType:
    from cli import bench

    return bench


def _people() -> ModuleType:
    from cli import people

    return people


def _invites() -> ModuleType:
    from cli import invites

    return invites


def _care() -> ModuleType:
    from cli import care

    return care


def _ways() -> ModuleType:
    from cli import ways

    return ways


def _tools() -> ModuleType:
    from cli import tools

    return tools


def _rollcall() -> ModuleType:
    from cli import rollcall

    return rollcall


def _proposals() -> ModuleType:
    from cli import proposals

    return proposals


def _agreements() -> ModuleType:
    from cli import agreements

    return agreements


def _split() -> ModuleType:
    from cli import split

    return split


def _directory() -> ModuleType:
    from cli import directory

    return directory


def _meetups() -> ModuleType:
    from cli import meetups

    return meetups


def _pod_words() -> ModuleType:
    from cli import pod_words

    return pod_words


def _crisis() -> ModuleType:
    from cli import crisis

    return crisis


def _card() -> ModuleType:
    from cli import card

    return card


def _files() -> ModuleType:
    from cli import files

    return files


class Entry(NamedTuple):
    """Where a command is, and its line in `pod --help`."""

    module: Callable[[], ModuleType]
    attribute: str
    summary: str


SECTIONS: Final[dict[str, dict[str, Entry]]] = {
    "Offers and needs": {
        "offer": Entry(_listings, "offer", "Offer something to your neighbours."),
        "need": Entry(_listings, "need", "Say what somebody could use."),
        "board": Entry(_listings, "board", "Show what is offered and needed."),
        "show": Entry(_listings, "show", "Show one listing in full."),
        "edit": Entry(_listings, "edit", "Change a listing of this pod."),
        "renew": Entry(_listings, "renew", "Keep a listing open for longer."),
        "withdraw": Entry(_listings, "withdraw", "Take a listing back, everywhere."),
        "reply": Entry(_letters, "reply", "Reply to a listing, of this pod or of another."),
        "mail": Entry(_letters, "mail", "Letters between this pod and others, sealed."),
        "answers": Entry(_answers, "answers", "Show what people say to this pod's listings."),
        "promise": Entry(_answers, "promise", "Promise somebody what they asked for."),
        "unpromise": Entry(_answers, "unpromise", "Take a promise back."),
        "decline": Entry(_answers, "decline", "Say no to an answer, kindly."),
        "unask": Entry(_answers, "unask", "Take an answer back for who asked."),
        "back": Entry(_answers, "back", "Note that what was lent is back home."),
        "done": Entry(_answers, "done", "Say that a listing is done."),
        "pause": Entry(_answers, "pause", "Take a rest from a listing."),
        "resume": Entry(_answers, "resume", "Open a paused listing again."),
        "reopen": Entry(_answers, "reopen", "Open a listing again that was done."),
        "versions": Entry(_versions, "versions", "Show what something said before; take it back."),
        "waiting": Entry(_waiting, "waiting", "Show what waits for this pod's people."),
        "match": Entry(_digest, "match", "Show which offers may fit which needs, and why."),
        "digest": Entry(_digest, "week", "Show the week on one page."),
        "import": Entry(_sheets, "import_sheet", "Take listings from a spreadsheet (CSV)."),
        "export": Entry(_sheets, "export_sheet", "Write this pod's listings as CSV or JSON."),
        "imports": Entry(_files, "imports", "Look at what files brought, and take it back."),
    },
    "What pods tell one another": {
        "resource": Entry(_directory, "resource", "Places and services, and if they are true."),
        "event": Entry(_meetups, "event", "Meetups: when people meet, and who comes."),
        "notice": Entry(_pod_words, "notice", "A few words: ideas, requests, alerts, thanks."),
        "reading": Entry(_pod_words, "reading", "What pods recommend to read, see and hear."),
        "crisis": Entry(_crisis, "crisis", "How pods are doing in a crisis."),
        "outcome": Entry(_pod_words, "outcome", "Where pods stand on a common question."),
        "card": Entry(_card, "card", "Who a pod is, for other pods."),
    },
    "On paper": {
        "print": Entry(_paper, "print_", "Write sheets to print: board, flyer, slips and more."),
        "language": Entry(_languages, "language", "The languages of pages and paper; add one."),
    },
    "The people of this pod; nothing of it leaves the pod": {
        "member": Entry(_people, "member", "Who is in this pod, and what they agreed to show."),
        "invite": Entry(_invites, "invite", "Codes with which people join this pod."),
        "tree": Entry(_ways, "tree", "Show who rings whom in an emergency."),
        "map": Entry(_care, "map_", "Show who can help with what, and the gaps."),
        "rollcall": Entry(_rollcall, "rollcall", "In a crisis, ask whether all are well."),
        "care": Entry(_care, "care", "What would help somebody, for those they name."),
        "buddy": Entry(_care, "buddy", "Pairs of people who look after each other."),
        "way": Entry(_ways, "way", "How people of this pod keep in touch."),
        "proposal": Entry(_proposals, "proposal", "Decide together."),
        "agreement": Entry(_agreements, "agreement", "What this pod has agreed on."),
        "rules": Entry(_agreements, "rules", "How this pod decides and takes people in."),
        "tool": Entry(_tools, "tool", "Programs that act for somebody, each by its token."),
        "log": Entry(_ways, "log", "What stewards did to the things of others."),
        "split": Entry(_split, "split", "Make two pods of a large one."),
    },
    "This pod": {
        "init": Entry(_start, "init", "Make a pod on this machine."),
        "up": Entry(_start, "up", "Start this pod's node; makes a pod first if there is none."),
        "status": Entry(_status, "status", "Say how this pod is, on one screen."),
        "neighbor": Entry(_neighbours, "neighbor", "Become neighbours with other pods, or stop."),
        "author": Entry(_authors, "author", "Hide or block what another pod writes."),
        "nearby": Entry(_nearby, "nearby", "Look which pods are on this LAN."),
        "bundle": Entry(_bundle, "bundle", "Carry what pods share on a USB stick."),
        "config": Entry(_settings, "config", "Show and change settings."),
        "clock": Entry(_clock, "clock", "See and confirm the time of this pod."),
        "doctor": Entry(_doctor, "doctor", "Check that everything is in order."),
        "recovery": Entry(_recovery, "recovery", "The 24 words that this pod is made again from."),
        "backup": Entry(_keys, "backup", "Write this whole pod to one sealed file."),
        "restore": Entry(_keys, "restore", "Put the pod of a backup on this machine."),
        "recover": Entry(_keys, "recover", "Make this pod again from its 24 words alone."),
        "rotate": Entry(_keys, "rotate", "Give this pod a fresh key: after a theft."),
        "doubt": Entry(_doubts, "doubt", "After a theft: say what is yours and what is not."),
    },
    "To try and to measure": {
        "demo": Entry(_demo, "demo", "Watch three pods share listings, on this machine alone."),
        "sample": Entry(_sample, "sample", "Fill an empty pod with a made-up street."),
        "bench": Entry(_bench, "bench", "Measure how fast pods are on this machine."),
    },
}
COMMANDS: Final = {name: entry for part in SECTIONS.values() for name, entry in part.items()}
OTHER_SPELLINGS: Final = {"neighbour": "neighbor", "ask": "reply"}
