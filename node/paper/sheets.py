"""The sheets that there are: what each is for, who may print it, what it may be asked."""

from collections.abc import Callable, Mapping
from dataclasses import fields
from typing import Final, NamedTuple, TypeAlias

from node.paper import board, decisions, directory, flyer, forms, meetup, people, recovery
from node.paper.frame import Printed, framed
from node.paper.job import Job, Options
from protocol.aid.house.rights import Right, require
from protocol.errors import UserError
from protocol.saying import N_

Fill: TypeAlias = Callable[[Job], Mapping[str, object]]


class Sheet(NamedTuple):
    """One sheet. right: who may print it; takes: the options that it heeds."""

    title: str
    summary: str
    fill: Fill
    right: Right = Right.SEE_POD
    takes: frozenset[str] = frozenset()


_WAY_IN: Final = frozenset({"wifi", "wifi_password", "addresses"})

SHEETS: Final[dict[str, Sheet]] = {
    "board": Sheet(
        N_("Offers and needs"),
        "Offers and needs, each with numbers to tear off.",
        board.fill,
        takes=frozenset({"inside", "limit"}),
    ),
    "flyer": Sheet(
        N_("Neighbours help each other here."),
        "A flyer: join the Wi-Fi, open the page; or knock.",
        flyer.fill,
        takes=_WAY_IN,
    ),
    "invitation-cards": Sheet(
        N_("Invitations"),
        "Cards to cut out for new members, or one for another pod.",
        flyer.fill_cards,
        takes=_WAY_IN | {"codes", "invitation"},
    ),
    "intake-slips": Sheet(
        N_("I offer, I could use"),
        "A blank slip for a listing, field for field; somebody types it in.",
        forms.fill_slip,
        Right.SEE_PUBLIC,
    ),
    "pod-map": Sheet(
        N_("Our pod map"),
        "A worksheet: who can help with what, filled in together by pen.",
        forms.fill_map,
        Right.SEE_PUBLIC,
    ),
    "phone-tree": Sheet(
        N_("Phone tree"),
        "Who rings whom in an emergency, at most three calls each.",
        people.fill_phone_tree,
    ),
    "address-sheet": Sheet(
        N_("How we reach each other"),
        "Who agreed to be on paper, and what of them.",
        people.fill_addresses,
    ),
    "check-in": Sheet(
        N_("Is everybody well?"),
        "A list to tick in an emergency; buddies and door-knockers carry it.",
        people.fill_check_in,
    ),
    "resources": Sheet(
        N_("Where to find help"),
        "The directory by category, with telephone numbers.",
        directory.fill,
        takes=frozenset({"inside", "limit"}),
    ),
    "event": Sheet(
        N_("Come by"),
        "A poster for one meetup.",
        meetup.fill,
        takes=frozenset({"item", "inside"}),
    ),
    "proposal": Sheet(
        N_("A proposal"),
        "One proposal, with lines on which each says where they stand.",
        decisions.fill,
        takes=frozenset({"item"}),
    ),
    "recovery": Sheet(
        N_("Recovery sheet"),
        "For stewards: pod id, neighbours, and lines for the 24 words.",
        recovery.fill,
        Right.RUN_MACHINE,
    ),
}


def print_sheet(job: Job, name: str) -> Printed:
    """Return a sheet, by its name in SHEETS. Reads alone: nothing in the pod changes.

    Raises UserError: not_allowed, invalid for an option that this sheet does not take.
    """
    sheet = SHEETS[name]
    require(job.viewer, sheet.right)
    _check(name, sheet, job.options)
    return framed(job, name, job.words.gettext(sheet.title), sheet.fill(job))


def _check(name: str, sheet: Sheet, asked: Options) -> None:
    plain = Options()
    for option in (field.name for field in fields(Options)):
        if getattr(asked, option) != getattr(plain, option) and option not in sheet.takes:
            raise UserError(
                "invalid",
                "The sheet {name} has nothing to do with {option}.",
                "What each sheet takes: pod print --help",
                name=name,
                option=option.replace("_", " "),
            )
