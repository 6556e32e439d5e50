"""On what terms two pods exchange now: near records or not, tables, floor and ceiling.

Spec: docs/protocol.md §5.3, §5.4 and §6.3 (R6, R7, R9, R16). From them follows the line that
every round draws anew, and what may pass between rounds.
"""

from protocol.clock import Now, pair_ceiling_s, pair_floor_s
from protocol.errors import PeerError
from protocol.events import Body
from protocol.frames import BOUNDS_CHANGED, COMPARED, TABLES_STALE, Hello, Sets
from protocol.identity import PodId
from protocol.limits import CEILING_TOLERANCE_S
from protocol.record import RECORD_VERSION, Record, Scope
from protocol.sets import Line
from protocol.telling import Telling
from protocol.turns import Role


class Terms:
    """Those of us and one peer.

    near: whether our side lets near records pass yet (R16).  floor_s: our floor; set it anew
    when it moves.
    """

    def __init__(
        self, us: PodId, peer: PodId, role: Role, telling: Telling, *, near: bool, floor_s: int
    ) -> None:
        self.floor_s = floor_s
        self.peer_now: tuple[int, int] | None = None
        """What the peer last said of the time: its synced Unix seconds, our mono_ms then."""
        self._us = us
        self._peer = peer
        self._by_turn = (us, peer) if role is Role.CALLER else (peer, us)
        self._telling = telling
        self._near = near
        self._peer_floor_s = 0

    def take_hello(self, hello: Hello, now: Now) -> None:
        """Take what the peer greets with. Raises PeerError (unknown_version)."""
        if hello.version < RECORD_VERSION:
            raise PeerError("unknown_version", f"records of version {hello.version}")
        self._near = self._near and hello.near
        self._note_time(hello.floor_s, hello.now_s, now)
        self._telling.take_hello(hello)

    def take_time(self, floor_s: int, now_s: int | None, now: Now) -> bool:
        """Take what the peer says of the time; tell whether that moved the ceiling.

        The sets may differ then.
        """
        before_s = self.ceiling_s(now)
        self._note_time(floor_s, now_s, now)
        return _differ(before_s, self.ceiling_s(now))

    def _note_time(self, floor_s: int, now_s: int | None, now: Now) -> None:
        self.take_floor(floor_s)
        self.peer_now = None if now_s is None else (now_s, now.mono_ms)

    def take_floor(self, floor_s: int) -> None:
        """Take the peer's floor; no floor ever goes down (R6)."""
        self._peer_floor_s = max(self._peer_floor_s, floor_s)

    def ceiling_s(self, now: Now) -> int | None:
        """Return the stamp in seconds above which a record is in no set of the pair, if any."""
        theirs_s = None
        if self.peer_now is not None:
            now_s, heard_ms = self.peer_now
            theirs_s = now_s + (now.mono_ms - heard_ms) // 1000
        return pair_ceiling_s(now.synced_s, theirs_s)

    def line(self, now: Now) -> Line:
        """Return what the sets are now, as we see it."""
        return self.line_at(pair_floor_s(self.floor_s, self._peer_floor_s), self.ceiling_s(now))

    def line_at(self, floor_s: int, ceiling_s: int | None) -> Line:
        """Return the line between these bounds, which the caller of a round sets."""
        authors = self._telling.network_authors
        return Line(*self._by_turn, self._near, self._telling.pair, authors, floor_s, ceiling_s)

    def status_of(self, sets: Sets, now: Now) -> int:
        """Judge a round that the peer opens: COMPARED, or what it knows amiss."""
        if (sets.answerer_table, sets.caller_table) != self._telling.hashes:
            return TABLES_STALE
        ceiling_s = pair_ceiling_s(now.synced_s, None)
        # A caller that reckons our time on from an earlier word of ours may be a little off.
        is_late = ceiling_s is not None and (
            sets.ceiling_s is None or sets.ceiling_s > ceiling_s + CEILING_TOLERANCE_S
        )
        return BOUNDS_CHANGED if is_late or sets.floor_s < self.floor_s else COMPARED

    def may_take(self, record: Record) -> bool:
        """Tell whether the peer may send us this record (R9): it is in the pair's sets."""
        if record.author == self._us:
            return True
        if record.scope == Scope.NEAR:
            return self._near and record.author == self._peer
        return record.author == self._peer or record.author in self._telling.network_authors

    def may_push(self, body: Body, now: Now) -> bool:
        """Tell whether a live change may go to the peer: it is in the line that comes next.

        Near records are pushed by their author alone (R9).
        """
        if body.scope == Scope.NEAR and body.author != self._us:
            return False
        line = self.line(now)._replace(authors=self._telling.coming_authors)
        return line.holds(body.author, body.scope, body.stamp_ms, on_shelf=body.on_shelf)


def _differ(one_s: int | None, other_s: int | None) -> bool:
    """Tell whether two ceilings differ by more than clocks do that run on by themselves."""
    if one_s is None or other_s is None:
        return one_s is not other_s
    return abs(one_s - other_s) > CEILING_TOLERANCE_S
