"""A real pod whose clock a test sets: for what happens after days."""

from dataclasses import dataclass, field
from pathlib import Path

from node.keeper import Keeper, Surroundings
from node.pod import Pod
from protocol.aid import KINDS
from protocol.clock import ClockState, Now
from protocol.kinds import KindTable
from store import aid
from tests.nodes import make_pod

DAY_S = 86_400
START_S = 1_800_000_000


@dataclass
class SetClock:
    """Shows what it is told to show."""

    now_s: int = START_S
    state: ClockState = ClockState.SYNCED
    started_s: int = field(default=START_S, init=False)

    def now(self) -> Now:
        return Now((self.now_s - self.started_s) * 1000, self.now_s * 1000, self.state)

    def confirm(self) -> None:
        self.state = ClockState.SYNCED

    def hear(self, told_ms: int, mono_ms: int) -> bool:  # noqa: ARG002
        return False

    def pass_days(self, days: float) -> None:
        self.now_s += int(days * DAY_S)


def clocked_pod(folder: Path, clock: SetClock, *, name: str | None = None) -> Pod:
    """Return an open pod in folder that goes by clock; it is made if it is not there."""
    if not folder.exists():
        make_pod(folder, name=name).close()
    around = Surroundings(kinds=KindTable(KINDS), projections=(aid,), clock=clock)
    return Pod(Keeper.open(folder, around))
