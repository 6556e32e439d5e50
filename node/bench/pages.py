"""How long members wait for a page: twenty phones, a pod that holds much, and a first sync beside.

Beside each way of clicking stands the same with one bare page of the same size.
"""

import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from statistics import median
from typing import Final, NamedTuple

from node.bench import corpus, town
from node.bench.figures import Figures, Goal, Measured
from node.bench.lab import Lab
from node.pod import Pod
from store.aid import BoardQuery

LOCKSTEP_TIMES: Final = 3
"""Each page is asked for so often by all phones at once."""
ALONE_TIMES: Final = 5
"""And so often by one phone while no other asks: what a page takes by itself."""
CLICKING_S: Final = 120
"""With 150 pages each is asked for some thirty times."""
SYNCS: Final = 3
"""So many first syncs, one after the other, each of as many records as the pod holds."""
LOOK_AGAIN_S: Final = 0.05
PATIENCE_S: Final = 600
GOAL_MS: Final = 50
GOAL_IN_SYNC_MS: Final = 150

Took = Mapping[str, Sequence[float]]


class Asked(NamedTuple):
    """What phones ask. base: of the pages.  paths: by the page's name."""

    base: str
    tokens: Sequence[str]
    paths: Mapping[str, str]


def pages(lab: Lab, records: int) -> Measured:
    """Let twenty phones open every page of a pod, before and while it takes in records."""
    folder = lab.new_folder()
    with corpus.make_pod(folder, "pages") as pod:
        tokens = [it.token for it in town.settle(pod)]
        town.grow(pod, records)
    givers = [_giver(lab, folder, records, number) for number in range(SYNCS)]
    with lab.node(folder) as node:
        paths = lab.phones(way="find", base=node["base"], tokens=tokens[:1])
        asked = Asked(node["base"], tokens, paths)
        alone = _in_lockstep(lab, asked._replace(tokens=tokens[:1]), ALONE_TIMES)
        lockstep, people = _in_lockstep(lab, asked), _as_people(lab, asked)
        in_sync: dict[str, list[float]] = {}
        with lab.clicking(in_sync, **asked._asdict()):
            per_s = [records / _sync_s(lab, giver, folder, node["address"]) for giver in givers]
        size = lab.phones(way="weigh", **asked._asdict())["bytes"]
    with lab.bare_page(size) as bare:
        beside = asked._replace(base=bare["base"])
        floor_lockstep, floor_people = _in_lockstep(lab, beside), _as_people(lab, beside)
    figures = {
        "pages": float(len(paths)),
        "bytes_of_a_page": float(size),
        **_spread("alone", alone),
        **_spread("lockstep", lockstep),
        **_spread("lockstep_floor", floor_lockstep),
        **_spread("people", people),
        **_spread("people_floor", floor_people),
        **_spread("in_sync", in_sync),
        "in_sync_longest_ms": max(_all(in_sync)),
        "in_sync_clicks": float(len(_all(in_sync))),
        "sync_per_s": median(per_s),
    }
    for way in ("lockstep", "people"):
        figures[f"{way}_of_floor"] = figures[f"{way}_p50_ms"] / figures[f"{way}_floor_p50_ms"]
    # What no phone happened to open as people do is told as it was in lockstep.
    parts = {
        name: {
            "alone_p50_ms": median(alone[name]),
            **_spread("lockstep", {name: took}),
            "people_clicks": float(len(people.get(name, ()))),
            **_spread("people", {name: people.get(name, took)}),
        }
        for name, took in lockstep.items()
    }
    figures["slowest_page_p95_ms"] = max(it["people_p95_ms"] for it in parts.values())
    goals = (
        Goal("ms, p95 of the slowest page", figures["slowest_page_p95_ms"], GOAL_MS),
        Goal("ms, p95 during first syncs", figures["in_sync_p95_ms"], GOAL_IN_SYNC_MS),
    )
    return Measured("pages", records, lab.one_core, figures, goals, parts, _misses(parts))


def _misses(parts: Mapping[str, Figures]) -> tuple[str, ...]:
    """Return the pages that miss the goal as people click, the slowest first, each with why."""
    slow = [(name, it) for name, it in parts.items() if it["people_p95_ms"] > GOAL_MS]
    slow.sort(key=lambda part: part[1]["people_p95_ms"], reverse=True)
    rows = [
        f"| `{name}` | {it['people_p95_ms']:.0f} | {it['people_p50_ms']:.0f}"
        f" | {it['people_clicks']:.0f} | {it['alone_p50_ms']:.0f} | {_why(it)} |"
        for name, it in slow
    ]
    head = ("| page | p95 ms | half ms | clicks | alone ms | why |", "|---|---|---|---|---|---|")
    return (*head, *rows) if rows else ()


def _why(page: Figures) -> str:
    """Tell whether a page is slow by itself, or for what others have done before it."""
    alone, took = page["alone_p50_ms"], page["people_p95_ms"]
    return "its own work" if alone > took / 2 else "waits behind others"


def _in_lockstep(lab: Lab, asked: Asked, times: int = LOCKSTEP_TIMES) -> Took:
    return lab.phones(way="lockstep", times=times, **asked._asdict())


def _as_people(lab: Lab, asked: Asked) -> Took:
    took: dict[str, list[float]] = {}
    with lab.clicking(took, **asked._asdict()):
        time.sleep(CLICKING_S)
    return took


def _giver(lab: Lab, folder: Path, records: int, number: int) -> Path:
    """Make a neighbour of the pod in folder that has so many listings for it."""
    giver = lab.new_folder()
    with corpus.make_pod(giver, giver.name) as pod, corpus.open_pod(folder) as other:
        corpus.bring_into_reach(pod, pod.now())
        listings = corpus.unsigned(records, pod.now(), seed=1 + number, listings=True)
        corpus.fill(pod.keeper, listings, pod.now())
        corpus.befriend(pod, other)
    return giver


def _sync_s(lab: Lab, giver: Path, folder: Path, address: str) -> float:
    """Let a giver dial the pod in folder; return how long it took until all is on its disk."""
    with corpus.open_pod(giver) as pod:
        new = pod.listings.count(BoardQuery(open_only=False))
    with lab.station(giver) as station, corpus.open_pod(folder) as pod:
        wanted = _stored(pod) + new
        began_s = time.monotonic()
        station.ask("call", address=address, pod_id=pod.pod_id.hex())
        while (here := _stored(pod)) < wanted:
            if time.monotonic() > began_s + PATIENCE_S:
                raise TimeoutError(f"{wanted - here} records did not come")
            time.sleep(LOOK_AGAIN_S)
        took_s = time.monotonic() - began_s
        station.ask("hang_up")
    return took_s


def _stored(pod: Pod) -> int:
    found = pod.keeper.store.connection.execute("SELECT count(*) FROM record")
    return int(found.fetchone()[0])


def _spread(name: str, took: Took) -> Figures:
    times = sorted(_all(took))
    return {
        f"{name}_p50_ms": median(times),
        f"{name}_p95_ms": times[-(-len(times) * 95 // 100) - 1],
    }


def _all(took: Took) -> list[float]:
    return [ms for several in took.values() for ms in several]
