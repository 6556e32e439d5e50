"""All open sessions of a node, and which of two with one neighbour stays.

Spec: docs/protocol.md §7.1 and §7.7 (R12).
"""

from collections.abc import Iterator

from node.live import Live, Output, Probe
from protocol.clock import Now
from protocol.identity import Certificate, PodId
from protocol.session import Session


class Lives:
    """By the number that the driver knows each by; iterating, those that are ending too."""

    def __init__(self, us: PodId) -> None:
        self._us = us
        self._lives: dict[int, Live] = {}
        self._probes: dict[int, Probe] = {}
        self._next_number = 1

    def __iter__(self) -> Iterator[Live]:
        return iter(list(self._lives.values()))

    def get(self, number: int) -> Live | None:
        return self._lives.get(number)

    def probe(self, number: int) -> Probe | None:
        """Return the old connection of this number that is asked for a sign of life, if it is."""
        return self._probes.get(number)

    def in_turn(self) -> list[Live]:
        """Return the sessions that go on."""
        return [live for live in self._lives.values() if live.closing is None]

    @property
    def peers(self) -> frozenset[PodId]:
        return frozenset(live.peer for live in self._lives.values())

    def add(
        self, session: Session, peer: Certificate, run_id: bytes, now: Now, *, near: bool
    ) -> Live:
        """Take a new session in. near: whether our hello lets near records pass."""
        number, self._next_number = self._next_number, self._next_number + 1
        live = Live(number, session, peer, run_id, near, now.mono_ms)
        self._lives[number] = live
        return live

    def make_room(self, peer: PodId, run_id: bytes, now: Now, *, we_called: bool) -> bool:
        """Tell whether a new session with peer may begin: older ones have made room (R12)."""
        rivals = [live for live in self.in_turn() if live.peer == peer]
        return all(self._gives_way(rival, run_id, now, we_called=we_called) for rival in rivals)

    def _gives_way(self, rival: Live, run_id: bytes, now: Now, *, we_called: bool) -> bool:
        if rival.run_id == run_id:
            # Both sides dialled at once: the one dialled by the smaller pod id stays.
            smaller_is_us = self._us < rival.peer
            if rival.we_called == we_called or we_called == smaller_is_us:
                rival.end("replaced")
                return True
            return False
        # Another process with the same key: dead connection, or a clone that still answers.
        del self._lives[rival.number]
        rival.session.close()
        self._probes[rival.number] = Probe(rival.number, rival.peer, now)
        return True

    def remove(self, number: int) -> Live | None:
        """Forget what is behind this number; return the session, if it was one."""
        self._probes.pop(number, None)
        return self._lives.pop(number, None)

    def outputs(self, now: Now) -> list[Output]:
        """Return what to send on each channel, and which to close."""
        outputs = [
            Output(live.number, frames, live.closing)
            for live in self._lives.values()
            if (frames := live.session.outgoing(now)) or live.closing
        ]
        return outputs + [it.output() for it in self._probes.values() if it.has_output]

    def end_probes(self, now: Now) -> list[PodId]:
        """End the old connections that have answered or will not; return whose are clones."""
        over = [probe for probe in self._probes.values() if probe.is_over(now)]
        for probe in over:
            probe.is_ended = True
        return [probe.peer for probe in over if probe.answered]

    @property
    def deadlines_ms(self) -> list[int]:
        """Monotonic times at which a session or an old connection has something to do."""
        due = [live.session.deadline_ms for live in self._lives.values()]
        return due + [probe.due_ms for probe in self._probes.values()]
