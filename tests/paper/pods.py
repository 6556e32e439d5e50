"""A pod for printing: fixed ids and time, and a mark on all that may not come to paper."""

from pathlib import Path
from typing import Any, Final

from node.keeper import Keeper, Surroundings
from node.paper import Job, Options, Paper, Style
from node.pod import Pod
from node.words import words_in
from protocol.aid import KINDS, limits
from protocol.aid.audience import Audience
from protocol.aid.event import Event
from protocol.aid.house import limits as house
from protocol.aid.house.proposal import Stand, State
from protocol.aid.house.rights import MACHINE
from protocol.aid.listing import write_listing
from protocol.aid.resource import Resource
from protocol.clock import ClockState, Now
from protocol.identity import PodKey
from protocol.kinds import KindTable
from store import aid

NOON_MS: Final = 1_796_040_000_000
"""30 November 2026, 12:00 UTC: the same day from Honolulu to Tokyo."""
PRIVATE: Final = "PRIVATE"
"""Stands in every text that its owner did not give for paper."""
ADDRESS: Final = "192.0.2.7:8080"
WIFI: Final = Options(wifi="Maple; Street", wifi_password="bread, roses", addresses=(ADDRESS,))
ASKED: Final = {
    "board": Options(inside=True),
    "flyer": WIFI,
    "invitation-cards": WIFI,
    "event": Options(item=b"e".hex() * 3),
    "proposal": Options(item="0000"),
    "resources": Options(inside=True),
}
"""What is asked of a sheet in these tests, where something is."""


class Noon:
    """A clock that stands still. state: how far it is believed."""

    def __init__(self, state: ClockState = ClockState.SYNCED) -> None:
        self.state = state

    def now(self) -> Now:
        return Now(1_000, NOON_MS, self.state)

    def confirm(self) -> None:
        self.state = ClockState.SYNCED

    def hear(self, told_ms: int, mono_ms: int) -> bool:  # noqa: ARG002
        return False


def open_pod(
    folder: Path, name: str = "Maple Street", state: ClockState = ClockState.SYNCED
) -> Pod:
    """Return the pod in folder, made with known keys if there is none."""
    clock, counted = Noon(state), iter(range(1, 1 << 30))
    if not (folder / "pod.db").exists():
        folder.mkdir(exist_ok=True)
        key = PodKey.from_seed(bytes(range(32)))
        Keeper.create(folder, name=name, pod_key=key, working_seed=bytes(32), now=Noon().now())
    around = Surroundings(
        kinds=KindTable(KINDS),
        projections=(aid,),
        clock=clock,
        random_bytes=lambda size: next(counted).to_bytes(size),
    )
    return Pod(Keeper.open(folder, around))


def fill(pod: Pod) -> None:
    """Put people and listings into an empty pod, as private as people are."""
    publish(pod, 1, Audience.NETWORK, title="Ladder <3 m>", mode="lend", qty=1, place="Shed & yard")
    publish(
        pod,
        2,
        Audience.NETWORK,
        type="need",
        title="Llevarme a la clínica",
        category="transport",
        details="El martes por la mañana.\nCon andador.",
        lang="es",
        urgency="days",
        when="martes",
        by=f"{PRIVATE} Rosa",
    )
    publish(pod, 3, Audience.NEAR, title="Spare key for No. 12", by=f"{PRIVATE} Ada")
    publish(pod, 4, Audience.POD, title="Who sits with Ana on Friday", by=f"{PRIVATE} Ana")
    ada = pod.people.add(MACHINE, "Ada", how_best=f"{PRIVATE}: hears little")
    contacts = [
        {"type": "phone", "value": "555-0101", "on_paper": True},
        {"type": "email", "value": f"{PRIVATE}@example.org", "on_screen": "pod"},
    ]
    pod.people.set_contacts(MACHINE, ada.id, contacts)
    bo = pod.people.add(MACHINE, "Bo")
    door = {"type": "door", "value": "blue door, second floor", "on_paper": True}
    pod.people.set_contacts(MACHINE, bo.id, [door])
    cy = pod.people.add(MACHINE, f"{PRIVATE} Cy", how_best=f"{PRIVATE}: ask the sister")
    shown = {"type": "phone", "value": f"{PRIVATE} 555-0102", "on_screen": "pod"}
    pod.people.set_contacts(MACHINE, cy.id, [shown])
    propose(pod)
    settle(pod)


def settle(pod: Pod) -> None:
    """Put a directory and a meetup into the pod, each with a part that is not for walls."""
    library = {
        "name": "Library <north>",
        "categories": ["safety", "learn-teach"],
        "phones": ["555-0150", "555-0151"],
        "hours": ["mo tu 09:00-17:00", "sa 10:00-12:00"],
        "cost": "free",
        "works_without_power": "yes",
        "last_checked": "2026-11-01",
    }
    well = {"name": "Well in Ana's yard", "categories": ["water"], "last_checked": "2025-01-01"}
    pod.directory.publish(Resource.write(library), audience=Audience.NETWORK, rid=b"r" * 16)
    pod.directory.publish(Resource.write(well), audience=Audience.POD, rid=b"w" * 16)
    meal = {
        "title": "Street meal",
        "start": "2026-12-05T18:00",
        "end": "2026-12-05T21:00",
        "tz": "Europe/Madrid",
        "gathering": "social",
        "repeats": "weekly",
        "place": "the yard",
        "about": "Bring a chair.",
        "provides": ["food", "step-free"],
    }
    pod.meetups.publish(Event.write(meal), audience=Audience.NETWORK, rid=b"e" * 16)
    wake = meal | {"title": "Wake for Ana"}
    pod.meetups.publish(Event.write(wake), audience=Audience.POD, rid=b"f" * 16)


def fill_to_the_brim(pod: Pod) -> None:
    """Put into an empty pod what is as long as it may be, and in letters that never break."""
    for number, unit in enumerate(("W", "\U0001f33b", "ẞ", "न"), start=1):
        publish(
            pod,
            number,
            Audience.NETWORK,
            title=unit * limits.MAX_TITLE,
            details=unit * limits.MAX_DETAILS,
            place=unit * limits.MAX_PLACE,
            when=unit * limits.MAX_WHEN,
            access=unit * limits.MAX_ACCESS,
            repeats_words=unit * limits.MAX_REPEATS_WORDS,
            unit=unit * limits.MAX_UNIT,
            qty=9999,
        )
    for number in range(20):
        member = pod.people.add(
            MACHINE, f"{number}".rjust(house.MAX_NAME, "W"), how_best="W" * house.MAX_HOW_BEST
        )
        kinds = ("phone", "phone", "door", "radio", "email", "chat", "other", "other")
        contacts = [
            {"type": it, "value": f"{at}".rjust(house.MAX_CONTACT, "W"), "on_paper": True}
            for at, it in enumerate(kinds)
        ]
        pod.people.set_contacts(MACHINE, member.id, contacts)
    words = "\n".join(["W" * 90] * 10)
    proposal = pod.decisions.propose(MACHINE, "W" * house.MAX_TITLE, words)
    pod.decisions.move(MACHINE, proposal.id, State.TESTING)
    library = {
        "name": "W" * limits.MAX_NAME,
        "org": "W" * limits.MAX_ORG,
        "about": "W" * limits.MAX_RESOURCE_ABOUT,
        "phones": [f"{it}".rjust(limits.MAX_PHONE, "5") for it in range(limits.MAX_PHONES)],
        "hours_words": "W" * limits.MAX_HOURS_WORDS,
        "eligibility": "W" * limits.MAX_ELIGIBILITY,
        "categories": ["elder-disability-care"],
        "last_checked": "2026-11-01",
    }
    pod.directory.publish(Resource.write(library), audience=Audience.NETWORK, rid=b"r" * 16)
    meal = {
        "title": "W" * limits.MAX_TITLE,
        "start": "2026-12-05T18:00",
        "end": "2026-12-25T21:00",
        "tz": "Europe/Madrid",
        "gathering": "social",
        "place": "W" * limits.MAX_WHERE,
        "about": "W" * limits.MAX_ABOUT,
        "access": "W" * limits.MAX_ACCESS,
    }
    pod.meetups.publish(Event.write(meal), audience=Audience.NETWORK, rid=b"e" * 16)


def propose(pod: Pod) -> None:
    """Put a proposal to the pod, with a position that its owner gave for no paper."""
    ada, *_ = pod.people.members(MACHINE)
    words = "A bench by the pump,\nso that nobody has to stand."
    proposal = pod.decisions.propose(MACHINE, "A bench", words)
    pod.decisions.move(MACHINE, proposal.id, State.TESTING)
    pod.decisions.record_position(MACHINE, proposal.id, ada.id, Stand.AGREE, f"{PRIVATE} words")


def publish(pod: Pod, number: int, audience: Audience = Audience.POD, /, **said: Any) -> None:
    """Put a listing on the board; number: from 1, it makes the reference."""
    listing = write_listing({"type": "offer", "category": "items", **said})
    end_s = NOON_MS // 1000 + 10 * 86_400
    pod.listings.publish(
        listing, audience=audience, valid_until_s=end_s, rid=number.to_bytes(1) * 16
    )


def job(
    pod: Pod, name: str, lang: str = "en", paper: Paper = Paper.A4, *, large: bool = False
) -> Job:
    """Return the job of printing a sheet as these tests ask for it."""
    style = Style(words=words_in(lang), paper=paper, large=large)
    return Job(pod=pod, style=style, options=ASKED.get(name, Options()))
