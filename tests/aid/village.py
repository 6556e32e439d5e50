"""A neighbourhood whose pods know mutual aid: real doors, real sessions, a virtual clock."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace

from node.keeper import Keeper, Surroundings
from node.pod import Pod
from protocol.aid import KINDS
from protocol.kinds import Kind, KindTable
from store import aid
from tests.neighbourhood import Neighbourhood
from tests.street.house import House


class AidHouse(House):
    """A pod with its doors. kinds: those that its version knows; without one it shows nothing."""

    kinds: tuple[Kind, ...] = KINDS

    def around(self) -> Surroundings:
        shown = (aid,) if self.kinds == KINDS else ()
        return replace(super().around(), kinds=KindTable(self.kinds), projections=shown)

    def start(self) -> "AidHouse":
        if self.kinds == KINDS:
            Pod(Keeper.open(self.folder, self.around())).close()  # makes the tables
        super().start()
        return self

    @contextmanager
    def as_pod(self) -> Iterator[Pod]:
        """Yield the doors, as a command has them; then the node looks around."""
        with self.as_command() as keeper:
            yield Pod(keeper)


class Village(Neighbourhood):
    """Houses of people who help one another."""

    def _make(self, name: str) -> AidHouse:
        house = AidHouse(self, name, self.random.randbytes(32), self.folder / name)
        house.make()
        return house

    def houses_named(self, names: str) -> list[AidHouse]:
        """Make and start a house for each letter."""
        return [house for house in self.build(names) if isinstance(house, AidHouse)]
