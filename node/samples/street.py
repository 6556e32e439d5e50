"""Moves a made-up street into an empty pod: for trying out, for tests, for pictures.

What lives there is in street.toml; each thing goes through the door by which people would bring
it, as the person whose it is. Nothing of it is real, so no pod of real people ever gets it, nor a
pod that could tell real neighbours of it.
"""

import tomllib
from collections.abc import Callable, Mapping
from datetime import UTC, date, datetime, timedelta
from importlib.resources import files
from typing import Any, Final

from node.aid.items import B, Items
from node.pod import Pod
from protocol.aid.audience import Audience
from protocol.aid.event import Event
from protocol.aid.house.proposal import Stand, State
from protocol.aid.house.rights import MACHINE, MemberId, Role, Viewer
from protocol.aid.listing import write_listing
from protocol.aid.notice import Notice
from protocol.aid.pod_card import PodCard
from protocol.aid.reading import Reading
from protocol.aid.resource import Resource
from protocol.errors import UserError
from store.aid import BoardQuery

STREET: Final = "street.toml"
Said = dict[str, Any]


def read_street() -> Said:
    """Return the street, by the sections of its file."""
    return tomllib.loads(files(__package__).joinpath(STREET).read_text("utf-8"))


def move_in(pod: Pod) -> None:
    """Fill pod with the street. Raises UserError (conflict) unless it is empty and alone.

    Several acts: a power cut leaves a street half moved in, and a pod that is not empty any more.
    """
    check_empty(pod)
    said = read_street()
    Street(pod, said).move_in()


def check_empty(pod: Pod) -> None:
    """Raise UserError (conflict) if anything of real people is here, or could hear of it."""
    has_own = pod.listings.count(BoardQuery(author=pod.pod_id, open_only=False)) > 0
    if pod.people.count() or has_own or pod.neighbours.all():
        raise UserError(
            "conflict",
            "A made-up street moves into an empty pod alone, one without people and neighbours.",
            "Make another one to try with: pod --data street init",
        )


class Street:
    """The street while it moves in. Sections go in the order in which they need each other."""

    def __init__(self, pod: Pod, said: Said) -> None:
        self._pod, self._said = pod, said
        self._ids: dict[str, MemberId] = {}

    def move_in(self) -> None:
        """Bring everything in."""
        for section, bring in self.SECTIONS.items():
            found = self._said[section]
            for said in [found] if isinstance(found, dict) else found:
                bring(self, dict(said))

    def _card(self, said: Said) -> None:
        self._pod.card.put(PodCard.write({"name": self._pod.name, **_as_tuples(said)}))

    # --- People ---

    def _person(self, said: Said) -> None:
        contacts, name = said.pop("contacts"), said.pop("name")
        role = Role(said.pop("role", "member"))
        member = self._pod.people.add(MACHINE, name, role=role, **_as_tuples(said))
        self._ids[name] = member.id
        self._pod.people.set_contacts(self._as(name), member.id, contacts)

    def _ability(self, said: Said) -> None:
        who = said.pop("who")
        self._pod.care.set_ability(self._as(who), self._ids[who], said)

    def _care(self, said: Said) -> None:
        who = said.pop("who")
        said["viewers"] = tuple(self._ids[name] for name in said["viewers"])
        self._pod.care.write_note(self._as(who), self._ids[who], _as_tuples(said))

    def _buddies(self, said: Said) -> None:
        one, other = said["pair"]
        self._pod.care.pair(self._as(one), self._ids[one], self._ids[other])

    def _way(self, said: Said) -> None:
        self._pod.ways.put(MACHINE, said)

    # --- The board, and what they decide ---

    def _listing(self, said: Said) -> None:
        who, share = said.pop("who"), Audience(said.pop("share"))
        typed_by = said.pop("typed_by", who)
        item = self._pod.listings.publish(write_listing(said), audience=share)
        self._pod.people.note_whose(self._as(typed_by), item.rid, self._ids[who])

    def _proposal(self, said: Said) -> None:
        decisions = self._pod.decisions
        proposal = decisions.propose(self._as(said["who"]), said["title"], said["text"])
        if said.get("test"):
            decisions.move(self._as(said["who"]), proposal.id, State.TESTING)
        for taken in said.get("positions", ()):
            stand = Stand(taken["stand"])
            decisions.take_position(self._as(taken["who"]), proposal.id, stand, taken.get("words"))

    def _agreement(self, said: Said) -> None:
        self._pod.agreements.write(MACHINE, said["title"], said["text"])

    # --- What they know of ---

    def _resource(self, said: Said) -> None:
        today = self._today.isoformat()
        self._put(self._pod.directory, Resource.write, {"last_checked": today, **said})

    def _event(self, said: Said) -> None:
        day = self._today + timedelta(days=said.pop("in_days"))
        start = datetime.fromisoformat(f"{day}T{said.pop('at')}")
        end = start + timedelta(hours=said.pop("hours"))
        times = {"start": f"{start:%Y-%m-%dT%H:%M}", "end": f"{end:%Y-%m-%dT%H:%M}"}
        self._put(self._pod.meetups, Event.write, times | said)

    def _notice(self, said: Said) -> None:
        self._put(self._pod.notices_board, Notice.write, said)

    def _reading(self, said: Said) -> None:
        self._put(self._pod.readings, Reading.write, said)

    def _put(self, door: Items[B], write: Callable[[Said], B], said: Said) -> None:
        share = Audience(said.pop("share"))
        door.publish(write(_as_tuples(said)), audience=share)

    @property
    def _today(self) -> date:
        return datetime.fromtimestamp(self._pod.now().wall_ms / 1000, UTC).date()

    def _as(self, name: str) -> Viewer:
        return self._pod.people.viewer(self._ids[name])

    SECTIONS: Final = {
        "card": _card,
        "people": _person,
        "abilities": _ability,
        "care": _care,
        "buddies": _buddies,
        "ways": _way,
        "listings": _listing,
        "proposals": _proposal,
        "agreements": _agreement,
        "resources": _resource,
        "events": _event,
        "notices": _notice,
        "readings": _reading,
    }


def _as_tuples(said: Mapping[str, Any]) -> Said:
    """Return fields with tuples for lists, as values that cannot change have them."""
    return {name: tuple(it) if isinstance(it, list) else it for name, it in said.items()}
