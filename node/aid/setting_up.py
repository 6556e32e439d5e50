"""`pod.setting_up`: the first steps of a pod, until they are done or somebody puts them away."""

from enum import StrEnum
from typing import Final, NamedTuple

from node import recovery
from node.aid.people import People
from node.keeper import Keeper
from node.pod_name import default_name
from protocol.aid.house.rights import Right, Viewer, may, require
from store import meta
from store.house import members

FEW: Final = 3
"""People with whom a pod has begun."""


class First(StrEnum):
    """A first step, in the order in which to take them."""

    NAME = "name"
    PEOPLE = "people"
    STEWARD = "steward"
    SHEET = "sheet"
    BACKUP = "backup"


class Step(NamedTuple):
    """One of them, and whether it is done."""

    first: First
    is_done: bool


class SettingUp:
    """What a pod begins with."""

    def __init__(self, keeper: Keeper, people: People) -> None:
        self._keeper = keeper
        self._people = people

    def steps(self, viewer: Viewer) -> list[Step]:
        """Return the first steps; none if all are done, were put away, or are not the viewer's."""
        connection = self._keeper.store.connection
        if not may(viewer, Right.RUN_MACHINE) or meta.get(connection, meta.SET_UP_MS) is not None:
            return []
        steps = [Step(first, self._is_done(first)) for first in First]
        return steps if not all(it.is_done for it in steps) else []

    def put_away(self, viewer: Viewer) -> None:
        """Show the list to nobody any more."""
        require(viewer, Right.RUN_MACHINE)
        with self._keeper.store.atomic(self._keeper.now().wall_ms) as tx:
            meta.put(tx, meta.SET_UP_MS, tx.now_ms)

    def _is_done(self, first: First) -> bool:
        connection = self._keeper.store.connection
        match first:
            case First.NAME:
                return meta.get(connection, meta.NAME) != default_name(self._keeper.pod_id)
            case First.PEOPLE:
                return self._people.count() >= FEW
            case First.STEWARD:
                return members.stewards(connection) > 1
            case First.SHEET:
                return recovery.waiting_sheet(self._keeper.folder) is None
            case First.BACKUP:
                return meta.get(connection, meta.BACKUP_MS) is not None
