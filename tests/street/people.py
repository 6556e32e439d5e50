"""Houses with people in them: whole pods, listings, letters and all, on the virtual clock.

What people do, they do in a process of their own, as commands are; then the node looks around.
"""

from collections.abc import Iterator
from contextlib import contextmanager

from node.engine import Engine
from node.keeper import Keeper, Surroundings
from node.pod import Pod
from protocol.aid import KINDS
from protocol.kinds import KindTable
from store import aid
from tests.neighbourhood import Neighbourhood
from tests.street.house import NO_POLLING_MS, House, HouseClock


class Home(House):
    """A house whose pod has listings and letters. pod: the one of the node that runs."""

    pod: Pod

    def around(self) -> Surroundings:
        return Surroundings(
            kinds=KindTable(KINDS),
            projections=(aid,),
            clock=HouseClock(self),
            random_bytes=self.street.random.randbytes,
        )

    def start(self) -> "Home":
        """Open the store as a new process does: another run id, nothing in memory."""
        self.starts += 1
        self.pod = Pod(Keeper.open(self.folder, self.around()))
        self.keeper = self.pod.keeper
        chance = self.street.random.random
        self.engine = Engine(self.keeper, chance, self.now(), poll_ms=NO_POLLING_MS)
        self.is_on = True
        self.street.wake(self)
        return self

    @contextmanager
    def people(self) -> Iterator[Pod]:
        """Yield the pod as a command of its people has it; then the node looks around."""
        with Pod(Keeper.open(self.folder, self.around())) as pod:
            yield pod
        self.look_around()


class Street(Neighbourhood):
    """A neighbourhood of homes."""

    def _make(self, name: str) -> Home:
        home = Home(self, name, self.random.randbytes(32), self.folder / name)
        home.make()
        return home
