"""People from a file, taken in together, and back again as long as nothing came of it.

Spec: docs/formats.md §6. Who said or did something since then, or whose profile was changed, is
nobody's import any more: they stay, and leave as people do.
"""

from collections.abc import Iterable
from hashlib import sha256
from typing import Final, NamedTuple

from node.aid.people import People
from node.aid.steward_log import StewardLog
from node.formats.people import Read
from node.keeper import Keeper
from protocol.aid.fields import fold
from protocol.aid.house.member import Member
from protocol.aid.house.rights import MemberId, Right, Role, Viewer, require
from store.house import imports, members

_NO_TRACE: Final = frozenset(
    # What was written with them, follows from that, or says that they came.
    ("house_contact", "house_tree", "house_import_person", "house_steward_log")
)


class Planned(NamedTuple):
    """What a file would bring. here: how many of it are in the pod already, by name."""

    new: list[Read]
    here: int


class PeopleImports:
    """Imports of people into one pod."""

    def __init__(self, keeper: Keeper, people: People, log: StewardLog) -> None:
        self._keeper, self._store = keeper, keeper.store
        self._people, self._log = people, log

    def plan(self, viewer: Viewer, found: Iterable[Read]) -> Planned:
        """Return who of a file is new here, each once; who is here stays as they are."""
        here = {fold(it.name) for it in self._people.members(viewer)}
        named = {fold(it.name): it for it in found}
        new = [it for name, it in named.items() if name not in here]
        return Planned(new, len(named) - len(new))

    def take_in(self, viewer: Viewer, new: Iterable[Read], file: str) -> int | None:
        """Take people in, all or none; return the import's number, None for nobody.

        The first person of a pod is its steward; nobody else is by a file. Raises UserError
        (conflict, over_quota, not_allowed).
        """
        require(viewer, Right.ADD_MEMBER)
        number = None
        with self._store.atomic(self._keeper.now().wall_ms) as tx:
            for person in new:
                if number is None:
                    number = imports.begin(tx, imports.PEOPLE, file)
                is_first = members.count(tx.connection) == 0
                role = Role.STEWARD if is_first else Role.MEMBER
                added = self._people.add_in(
                    tx, {**person.fields, "name": person.name}, role, person.contacts
                )
                imports.note_person(tx, number, added.id, _hash_of(added))
                self._log.note_in(tx, viewer, "member_added", about=added.id)
        return number

    def staying(self, number: int) -> list[Member]:
        """Return who of an import would stay: something came of them, or they are needed."""
        going = {it.id for it in self._going(number)}
        return [it for it, _ in self._taken(number) if it.id not in going]

    def take_back(self, viewer: Viewer, number: int) -> int:
        """Let those go of whom nothing came; return how many. Raises UserError (not_allowed)."""
        require(viewer, Right.EDIT_OTHERS)
        going = self._going(number)
        for member in sorted(going, key=lambda it: it.role is Role.STEWARD):
            self._people.leave(viewer, member.id, withdraw=True)
        return len(going)

    def _going(self, number: int) -> list[Member]:
        """Return who of an import leaves with it; a pod that goes on keeps its only steward."""
        connection = self._store.connection
        going = [it for it, is_as_came in self._taken(number) if is_as_came]
        stewards = [it for it in going if it.role is Role.STEWARD]
        goes_on = members.count(connection) > len(going)
        if goes_on and stewards and len(stewards) == members.stewards(connection):
            going.remove(stewards[0])
        return going

    def _taken(self, number: int) -> list[tuple[Member, bool]]:
        """Return who of an import is here, by name, and whether they are as they came."""
        connection = self._store.connection
        came = imports.people(connection, number)
        here = members.members(connection)
        return [(it, self._is_as_came(it, came[it.id])) for it in here if it.id in came]

    def _is_as_came(self, member: Member, as_came: bytes) -> bool:
        is_changed = _hash_of(member) != as_came
        return not is_changed and not self._is_mentioned(member.id)

    def _is_mentioned(self, id_: MemberId) -> bool:
        return members.is_mentioned(self._store.connection, id_, but_in=_NO_TRACE)


def _hash_of(member: Member) -> bytes:
    said = member.model_dump_json(exclude={"id", "joined_s"})
    return sha256(said.encode()).digest()
