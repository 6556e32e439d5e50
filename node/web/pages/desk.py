"""Ten minutes of a steward: what waits for somebody, and how the machine is, each with a next step.

It asks for what waits, never for all that there is: a pod with thousands of listings opens it as
fast as one with ten.
"""

from collections.abc import Sequence
from typing import Any, Final, NamedTuple

from aiohttp import web

from node import VERSION, health
from node.aid.listings import BoardItem
from node.aid.waiting import Waits, Why
from node.finding import Check
from node.neighbours import Neighbour
from node.pod import Pod
from node.standing import carries_us
from node.web.machine import Machine
from node.web.site import Route, Visit
from protocol.aid.house.rights import Right
from protocol.aid.house.rights import Viewer as Looking
from protocol.clock import ClockState
from protocol.identity import pod_id_text

SHOWN: Final = 8
"""Of each reason, what is shown first; ten minutes are no more."""
MOST: Final = 200
"""Of one reason on a page of its own."""
_BY_CLOCK: Final = "clock"


class Copy(NamedTuple):
    """What of ours one neighbour is known to hold. missing: so many things it may not have yet."""

    path: str
    neighbour: Neighbour
    is_present: bool
    missing: int
    is_willing: bool

    @property
    def is_whole(self) -> bool:
        was_heard = self.is_present or self.neighbour.last_contact_ms is not None
        return was_heard and self.is_willing and not self.missing


class Row(NamedTuple):
    """One listing that waits. since_s: since when an answer does, 0 if none; waiting: so many do.

    home: the number of the answer whose thing is out, 0 if none is.
    """

    item: BoardItem
    since_s: int = 0
    waiting: int = 0
    home: int = 0


class Heap(NamedTuple):
    """What waits for one reason. more: so many are not shown."""

    why: Why
    rows: Sequence[Row]
    more: int


async def show_desk(visit: Visit) -> web.StreamResponse:
    """What waits, and whether the machine is well."""
    values = await visit.do(_desk, visit.machine, visit.viewer.looking)
    return visit.page("desk.html", **values)


def _desk(pod: Pod, machine: Machine, looking: Looking) -> dict[str, Any]:
    clock, found = pod.now(), health.quick_checks(pod, machine.data_dir)
    return {
        "heaps": _heaps(pod.waiting.all(), SHOWN),
        "to_check": pod.directory.to_check(20),
        "ending": pod.notices_board.ending()[:20],
        "letters": pod.letters.unseen(),
        "asking": len(pod.join_requests.waiting(looking)),
        "advice": pod.people.advice(),
        # The clock and copies elsewhere stand among the facts, in the reader's own way.
        "checks": sorted(
            (it for it in found if it.name not in (_BY_CLOCK, "neighbours")), key=_is_fine
        ),
        "clock_is_right": clock.state is ClockState.SYNCED,
        "clock_means": health.CLOCK_WORDS[clock.state],
        "clock_s": clock.wall_ms // 1000,
        "copies": _copies(pod),
        "kept_bytes": health.kept_bytes(pod),
        "version": VERSION,
    }


def _copies(pod: Pod) -> list[Copy]:
    """Return where else what this pod shares is, as far as rounds have shown."""
    found = []
    for it in pod.neighbours.all():
        stands, willing = pod.touch.of(it), carries_us(pod.keeper, it.pod_id)
        path = f"/pods/{pod_id_text(it.pod_id)}"
        found.append(Copy(path, it, stands.is_present, stands.changes, willing))
    return sorted(found, key=lambda it: it.is_whole)


def _is_fine(check: Check) -> bool:
    return check.ok is True


def _heaps(waits: Sequence[Waits], shown: int) -> list[Heap]:
    """Return what waits in heaps by reason, the most pressing first."""
    by_why = [(why, _rows([it for it in waits if it.why is why])) for why in Why]
    return [Heap(why, found[:shown], len(found[shown:])) for why, found in by_why if found]


def _rows(waits: Sequence[Waits]) -> list[Row]:
    """Return a row for each listing, however many ask for it; one for each thing that is out."""
    rows: dict[tuple[bytes, int], Row] = {}
    for it in waits:
        if it.answer is None:
            rows[it.item.rid, 0] = Row(it.item)
            continue
        home = it.answer.number if it.why is Why.LENT_OUT else 0
        before = rows.get((it.item.rid, home))
        since_s = min(before.since_s, it.answer.came_s) if before else it.answer.came_s
        rows[it.item.rid, home] = Row(it.item, since_s, before.waiting + 1 if before else 1, home)
    return list(rows.values())


async def show_heap(visit: Visit) -> web.StreamResponse:
    """All that waits for one reason."""
    why = next(it for it in Why if it.name.lower() == visit.path["why"])
    rows = _rows(await visit.do(lambda pod: [it for it in pod.waiting.all() if it.why is why]))
    return visit.page("heap.html", heap=Heap(why, rows[:MOST], len(rows[MOST:])))


_WHY: Final = "|".join([it.name.lower() for it in Why])
ROUTES = (
    Route("GET", "/desk", show_desk, Right.RUN_MACHINE),
    Route("GET", f"/desk/{{why:{_WHY}}}", show_heap, Right.RUN_MACHINE),
)
