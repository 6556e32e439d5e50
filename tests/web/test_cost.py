"""What a page costs does not grow with what the pod holds: no clock is asked, all is counted.

Of each page the steps of SQLite's machine are counted, the calls of Python on the pages' thread,
and the bytes of the answer, with some thousand records of others and with four times as many.
"""

import sys
from collections.abc import AsyncIterator, Callable, Mapping
from dataclasses import replace
from pathlib import Path
from types import FrameType
from typing import Any, Final, NamedTuple

import pytest

from node.bench import town
from node.bench.crawl import Routes, crawl
from node.pod import Pod
from node.web import site
from node.web.app import all_routes
from node.web.live import Live
from tests.web.test_rights import example
from tests.web.visiting import House, Visitor, house

ROUTES: Final = all_routes(Live(), "AAAA-AAAA")
FEW: Final = 5_000
"""Records of others at which every list is full."""
MANY: Final = 4 * FEW
WHOLE: Final = "/files/"
"""Files of all that the pod wrote: read in parts, and others have their turn between."""
HSDS: Final = "/hsds/services"
_BEGIN_OF_TURN: Final = site._on_what_is_there.__code__
MORE: Final = 1.3
"""Pages may cost so many times more with MANY: a tree of an index is a level deeper."""


class Cost(NamedTuple):
    """What one page costs. steps: of SQLite.  calls: of Python.  size: of the answer, bytes.

    turn: the most calls in one turn on the pages' thread, for which all others wait.
    """

    steps: int
    calls: int
    turn: int
    size: int

    def is_more(self, than: "Cost") -> bool:
        """Tell whether anything of it has grown."""
        return any(
            now > MORE * then + besides
            for now, then, besides in zip(self, than, BESIDES, strict=True)
        )


BESIDES: Final = Cost(30_000, 500, 500, 1_000)
"""And so much more: what is found by words is sorted while it is little, and then looked for."""


MOST: Final = Cost(90_000, 40_000, 38_000, 400_000)
"""What any page may cost: some 10 ms on the machine where performance.md measured."""


class Meter:
    """Counts what the pages' thread does."""

    def __init__(self, elm: House, visitor: Visitor) -> None:
        self._site = elm.pages._site
        self._visitor = visitor
        self._count = 0
        self._turns = [0]

    async def costs(self, paths: Mapping[str, str]) -> dict[str, Cost]:
        """Return what each page costs; a first visit, not counted, has made what is kept."""
        found = {}
        for name, path in paths.items():
            size = len((await self._visitor.get(path)).text)
            steps = await self._counted(path, self._watch_steps)
            self._turns = [0]
            calls = await self._counted(path, self._watch_calls)
            found[name] = Cost(steps, calls, max(self._turns), size)
        return found

    async def _counted(self, path: str, watch: Callable[[Pod, bool], None]) -> int:
        await self._site.do(watch, True)
        self._count = 0
        await self._visitor.get(path)
        await self._site.do(watch, False)
        return self._count

    def _watch_steps(self, pod: Pod, on: bool) -> None:
        pod.keeper.store.connection.set_progress_handler(self._step if on else None, 1)

    def _watch_calls(self, _: Pod, on: bool) -> None:
        sys.setprofile(self._called if on else None)

    def _step(self) -> int:
        self._count += 1
        return 0

    def _called(self, frame: FrameType, event: str, _argument: Any) -> None:
        if event not in ("call", "c_call"):
            return
        if event == "call" and frame.f_code is _BEGIN_OF_TURN:
            self._turns.append(0)
        self._count += 1
        self._turns[-1] += 1


async def pages_of(visitor: Visitor) -> dict[str, str]:
    """Return a path of every page by its name: of those that nothing leads to, an example."""

    async def get(path: str) -> str:
        answer = await visitor.get(path)
        return answer.text if answer.status == 200 else ""

    routes = Routes(ROUTES)
    met = await crawl(get, routes)
    led_to = {routes.route_of(path) for path in met.values()}
    others = {it.path: example(it) for it in ROUTES if it.path in {*routes.paths} - led_to}
    return met | others


@pytest.fixture(name="elm")
async def elm_(tmp_path: Path) -> AsyncIterator[House]:
    async with house(tmp_path / "elm") as it:
        yield it


def grown(few: Mapping[str, Cost], many: Mapping[str, Cost]) -> list[str]:
    """Return the pages that cost more with many records, each with both costs."""
    return [
        f"{name}: {few[name]}, {cost}"
        for name, cost in many.items()
        if _alike(name, cost, few[name]).is_more(few[name])
    ]


def _alike(name: str, many: Cost, few: Cost) -> Cost:
    """Return what is compared: of a file of all no more than the longest turn."""
    return few._replace(turn=many.turn) if name.startswith(WHOLE) else many


def too_much(costs: Mapping[str, Cost]) -> list[str]:
    """Return the pages that cost more than any may."""
    return [
        f"{name}: {it}"
        for name, it in costs.items()
        if any(now > most for now, most in zip(it, MOST, strict=True))
    ]


async def test_no_page_costs_more_with_four_times_as_many_records(elm: House) -> None:
    steward, *_ = town.settle(elm.pod)
    town.grow(elm.pod, FEW)
    visitors = [replace(elm.stranger, token=steward.token), elm.stranger]
    paths = await pages_of(visitors[0])
    assert {"/", "/board", "/board?words", "/board?after", "/directory?category"} <= paths.keys()
    meters = [Meter(elm, visitor) for visitor in visitors]
    few = [await meter.costs(paths) for meter in meters]
    town.grow(elm.pod, MANY - FEW)
    many = [await meter.costs(paths) for meter in meters]
    for name, c in sorted(many[0].items(), key=lambda x: -x[1].turn)[:25]:
        print("TURN", name, c)
    for name, c in sorted(many[0].items(), key=lambda x: -x[1].calls)[:15]:
        print("CALLS", name, c)
    for name, c in sorted(many[0].items(), key=lambda x: -x[1].steps)[:15]:
        print("STEPS", name, c)
    assert [too_much(it) for it in many] == [[], []]
    # HSDS wants to know how many services there are in all: SQLite counts them, and Python none.
    counts = few[0][HSDS]
    few[0][HSDS] = counts._replace(steps=many[0][HSDS].steps)
    assert [grown(*both) for both in zip(few, many, strict=True)] == [[], []]
    # And were there a page that reads all, it would be found: without its index, the board.
    elm.pod.keeper.store.connection.execute("DROP INDEX aid_listing_by_posted")
    assert grown(few[0], await meters[0].costs({"/board": "/board"}))
