"""Patience with neighbours that break the protocol: each time in a row they wait longer.

Spec: docs/protocol.md §7.6. One fault may be a bad card, or a bug; a neighbour that goes on costs
this pod a few frames a day. It stays a neighbour: people see what is wrong, and decide.
"""

from typing import Final

from protocol.clock import Now
from protocol.identity import PodId
from protocol.limits import FAULT_WAIT_MS, GOOD_CONDUCT_MS, LONGEST_FAULT_WAIT_MS
from store import Store, conduct
from store.conduct import Fault

NO_FAULTS: Final = frozenset({"silent", "unknown_version"})
"""Ends that no neighbour is to blame for: a cut line, a program of another year."""


def wait_ms(faults: int) -> int:
    """Return how long a neighbour waits after so many faults in a row."""
    # Four times as long each time: a minute, four, sixteen ... a day after seven.
    return min(FAULT_WAIT_MS << 2 * (min(faults, 16) - 1), LONGEST_FAULT_WAIT_MS)


class Conduct:
    """The neighbours that wait, by this process's monotonic clock: a start begins the wait anew."""

    def __init__(self, store: Store, now: Now) -> None:
        self._store = store
        self._faults = conduct.faults(store.connection)
        self._due_ms = {it: now.mono_ms + wait_ms(f.faults) for it, f in self._faults.items()}

    def load(self) -> None:
        """Take up that a command forgave, or ended a federation."""
        here = conduct.faults(self._store.connection)
        for gone in self._faults.keys() - here.keys():
            del self._faults[gone], self._due_ms[gone]

    def waiting(self, now: Now) -> set[PodId]:
        """Return the neighbours that are not to be met yet."""
        return {it for it, due_ms in self._due_ms.items() if now.mono_ms < due_ms}

    def note(self, neighbour: PodId, code: str, now: Now) -> None:
        """Note that a session of neighbour ended with this code, by what it sent."""
        if code in NO_FAULTS:
            return
        known = self._faults.get(neighbour)
        faults = (known.faults if known else 0) + 1
        wait = wait_ms(faults)
        fault = Fault(neighbour, faults, code, now.wall_ms, now.wall_ms + wait)
        with self._store.atomic(now.wall_ms) as tx:
            conduct.note_fault(tx, fault)
        self._faults[neighbour] = fault
        self._due_ms[neighbour] = now.mono_ms + wait

    def note_session(self, neighbour: PodId, open_ms: int, now: Now) -> None:
        """Note that a session of neighbour is open for so long without a fault."""
        if neighbour in self._faults and open_ms >= GOOD_CONDUCT_MS:
            with self._store.atomic(now.wall_ms) as tx:
                conduct.forget_faults(tx, neighbour)
            del self._faults[neighbour], self._due_ms[neighbour]
