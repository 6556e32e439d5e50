"""What is measured, one function each: two real nodes, and the raw limit of the same minutes.

A figure says what was measured; a goal says what it should be. Where a goal is a ratio, both of
its sides were measured here in turn, so that a machine busy with other things slows both.
"""

import time
from collections.abc import Callable, Sequence
from pathlib import Path
from statistics import median, quantiles
from typing import Final

from node.bench import corpus
from node.bench.corpus import Unsigned
from node.bench.figures import Figures, Goal, Measured
from node.bench.lab import Answer, Lab, StationAt
from node.bench.pages import pages
from node.clock import first_now
from node.keeper import DATABASE
from protocol.aid.pod_card import POD_CARD

TIMES: Final = 3
"""Each measure is taken so often, and the median told."""
DIFFERENCES: Final = 50
"""Records that each side of a delta-sync has and the other lacks."""
DELTAS: Final = 7
"""Delta-syncs, one after the other; each of what was signed in another quarter of an hour."""
DELTA_MS: Final = 900_000
LIVE_RECORDS: Final = 200
LIVE_EVERY_MS: Final = 20
SMALL: Final = 10_000
"""What a delta-sync of more records is compared with."""
SETTLE_S: Final = 0.6
"""A node looks for what other processes wrote each quarter of a second."""

# --- Writing ---

WAYS: Final = {"records": "make", "listings": "make", "own": "make", "alone": "alone"}
"""The ways of node/bench/ingest.py, each with the floor that it is compared with."""


def ingest(lab: Lab, records: int) -> Measured:
    """Sign records and store them, on one thread."""
    runs = [(lab.floor(records), lab.ingest(records)) for _ in range(TIMES)]
    figures: Figures = {}
    for limit in ("make", "alone"):
        figures[f"floor_{limit}_per_s"] = median([1 / floor[limit]["wall_s"] for floor, _ in runs])
    for way, limit in WAYS.items():
        pairs = [(floor[limit], ours[way]) for floor, ours in runs]
        figures[f"{way}_per_s"] = median([1 / ours["wall_s"] for _, ours in pairs])
        for side in ("wall", "cpu"):
            ratios = [floor[f"{side}_s"] / ours[f"{side}_s"] for floor, ours in pairs]
            figures[f"{way}_of_floor_{side}"] = median(ratios)
    rate = Goal(
        "rate, of sign + pack + insert", figures["records_of_floor_wall"], 0.75, at_most=False
    )
    return Measured("ingest", records, lab.one_core, figures, (rate,))


# --- First sync ---


def first_sync(lab: Lab, records: int) -> Measured:
    """Let an empty pod fetch everything from one that it has just met."""
    giver = _pod_with(lab, corpus.unsigned(records, first_now()))
    runs = [_first_sync(lab, giver, records) for _ in range(TIMES)]
    figures = {name: median([run[name] for run in runs]) for name in runs[0]}
    least = 0.85 if lab.one_core else 1.3
    return Measured(
        "first-sync",
        records,
        lab.one_core,
        figures,
        (
            Goal("rate, of the floor", figures["of_floor"], least, at_most=False),
            Goal("receiver's CPU, of the floor's", figures["receiver_cpu_of_floor"], 1.15),
            Goal("bytes on the wire a record", figures["bytes_per_record"], 450),
        ),
    )


def _first_sync(lab: Lab, giver: Path, records: int) -> Figures:
    floor = lab.floor(records)["take"]
    taker = _pod_with(lab, ())
    _befriend(giver, taker)
    with lab.station(giver) as sender, lab.station(taker, measured=True) as receiver:
        used = [station.ask("report")["cpu_s"] for station in (sender, receiver)]
        call = receiver.ask("call", address=sender.address, pod_id=sender.pod_id)
        report = receiver.wait_for(records)
        sent, received = receiver.ask("hang_up")["bytes"]
        sender_s = sender.ask("report")["cpu_s"] - used[0]
    _check_same(giver, taker)
    wall_s, receiver_s = (report["saved_ns"] - call["called_ns"]) / 1e9, report["cpu_s"] - used[1]
    return {
        "floor_per_s": 1 / floor["wall_s"],
        "per_s": records / wall_s,
        "of_floor": floor["wall_s"] * records / wall_s,
        "wall_s": wall_s,
        "connection_s": (call["opened_ns"] - call["called_ns"]) / 1e9,
        "receiver_cpu_s": receiver_s,
        "sender_cpu_s": sender_s,
        "floor_cpu_us_per_record": 1e6 * floor["cpu_s"],
        "receiver_cpu_us_per_record": 1e6 * receiver_s / records,
        "receiver_cpu_of_floor": receiver_s / records / floor["cpu_s"],
        "sender_cpu_us_per_record": 1e6 * sender_s / records,
        "bytes_to_receiver": received,
        "bytes_to_sender": sent,
        "bytes_per_record": (sent + received) / records,
        "comparing_round_trips": report["frames"].get("Ranges", 0),
    }


# --- Delta sync ---


def delta_sync(lab: Lab, records: int) -> Measured:
    """Let two pods that hold the same find out what is new at either side."""
    figures = _deltas(lab, records)
    goals = [
        Goal("ms with the connection", figures["ms"], 60),
        Goal("ms on an open one", figures["ms_open"], 25),
        Goal("bytes in all", figures["bytes"], 50_000),
        Goal("bytes if nothing differs", figures["bytes_if_equal"], 1_000),
    ]
    if records > SMALL:
        figures[f"ms_at_{SMALL}"] = _deltas(lab, SMALL)["ms"]
        figures[f"ms_of_ms_at_{SMALL}"] = figures["ms"] / figures[f"ms_at_{SMALL}"]
        goals.append(Goal(f"ms, of those at {SMALL:,}", figures[f"ms_of_ms_at_{SMALL}"], 1.3))
    return Measured("delta-sync", records, lab.one_core, figures, tuple(goals))


def _deltas(lab: Lab, records: int) -> Figures:
    now = first_now()
    first = now._replace(wall_ms=now.wall_ms - DELTAS * DELTA_MS)
    one, other = _pods_with(lab, corpus.unsigned(records, first))
    with lab.station(one) as answerer, lab.station(other, measured=True) as caller:
        runs = []
        for turn in range(1, DELTAS + 1):
            then = first._replace(wall_ms=first.wall_ms + turn * DELTA_MS)
            _write(caller, corpus.unsigned(DIFFERENCES, then, seed=2 * turn, span_ms=DELTA_MS))
            _write(
                answerer, corpus.unsigned(DIFFERENCES, then, seed=2 * turn + 1, span_ms=DELTA_MS)
            )
            time.sleep(SETTLE_S)
            runs.append(_met(caller, answerer, lambda it: it["records"] >= DIFFERENCES))
        equal = _met(caller, answerer, lambda it: it["frames"].get("SetsReply", 0) > 0)
    _check_same(one, other)
    figures = {name: median([run[name] for run in runs]) for name in runs[0]}
    return figures | {"ms_first": runs[0]["ms"], "bytes_if_equal": equal["bytes_after_handshake"]}


def _write(station: StationAt, records: Sequence[Unsigned]) -> None:
    """Store records at a running node, as another process of its pod."""
    with corpus.open_pod(station.folder) as pod:
        corpus.fill(pod.keeper, records, pod.now())


def _met(caller: StationAt, answerer: StationAt, is_done: Callable[[Answer], bool]) -> Figures:
    """Let caller dial answerer, and tell how it went until it is done there and back."""
    for station in (caller, answerer):
        station.ask("forget")
    used = [station.ask("report")["cpu_s"] for station in (caller, answerer)]
    call = caller.ask("call", address=answerer.address, pod_id=answerer.pod_id)
    done = caller.wait(is_done)
    there = answerer.wait_for(done["records"])
    time.sleep(SETTLE_S)  # a round that ends says so
    carried = caller.ask("hang_up")["bytes"]
    ended_ns = max(done["saved_ns"] or 0, there["saved_ns"] or 0)
    return {
        "ms": (ended_ns - call["called_ns"]) / 1e6,
        "ms_open": (ended_ns - call["opened_ns"]) / 1e6,
        "caller_cpu_ms": 1e3 * (done["cpu_s"] - used[0]),
        "answerer_cpu_ms": 1e3 * (there["cpu_s"] - used[1]),
        "bytes": sum(carried),
        "bytes_of_handshake": sum(call["handshake_bytes"]),
        "bytes_after_handshake": sum(carried) - sum(call["handshake_bytes"]),
        "comparing_round_trips": done["frames"].get("Ranges", 0),
    }


# --- Live ---


def live(lab: Lab, records: int) -> Measured:
    """Sign records one by one at one pod, and see when each is saved at another."""
    floor = lab.floor(records)["alone"]
    one, other = _pods_with(lab, corpus.unsigned(records, first_now()))
    with lab.station(one) as writer, lab.station(other, measured=True) as reader:
        writer.ask("call", address=reader.address, pod_id=reader.pod_id)
        writer.wait(lambda report: report["frames"].get("SetsReply", 0) > 0)
        before = [station.ask("report")["cpu_s"] for station in (writer, reader)]
        asked = writer.ask("sign", count=LIVE_RECORDS, every_ms=LIVE_EVERY_MS)["asked_ns"]
        reader.wait_for(LIVE_RECORDS)
        saved = reader.ask("saved")["saved"]
        used = [station.ask("report")["cpu_s"] for station in (writer, reader)]
        carried = writer.ask("hang_up")["bytes"]
    _check_same(one, other)
    times_ms = sorted(_latencies_ms(asked, saved))
    figures = {
        "median_ms": median(times_ms),
        "p95_ms": quantiles(times_ms, n=20)[-1],
        "longest_ms": times_ms[-1],
        "floor_ms": 2 * 1e3 * floor["wall_s"],  # two commits, one after the other
        "median_of_floor": median(times_ms) / (2 * 1e3 * floor["wall_s"]),
        "writer_cpu_ms_per_record": 1e3 * (used[0] - before[0]) / LIVE_RECORDS,
        "reader_cpu_ms_per_record": 1e3 * (used[1] - before[1]) / LIVE_RECORDS,
        "bytes_in_all": sum(carried),
    }
    goals = (Goal("ms, median", figures["median_ms"], 1.5), Goal("ms, p95", figures["p95_ms"], 4))
    return Measured("live", records, lab.one_core, figures, goals)


def _latencies_ms(asked_ns: Sequence[int], saved: Sequence[tuple[int, int]]) -> list[float]:
    """Return for each record how long it took. saved: (time, how many by then), in order."""
    saved_ns: list[int] = []
    for at_ns, by_then in saved:
        saved_ns += [at_ns] * (by_then - len(saved_ns))
    return [(then - at) / 1e6 for at, then in zip(asked_ns, saved_ns, strict=True)]


# --- Search ---


def search(lab: Lab, records: int) -> Measured:
    """Search a board of listings for words that few, many and no listings have."""
    told = lab.search(records)
    figures: Figures = {}
    for name, it in told.items():
        figures |= {f"{name}_ms": it["ms"], f"{name}_floor_ms": it["floor_ms"]}
    slowest = max(told, key=lambda name: told[name]["ms"])
    figures["slowest_ms"] = told[slowest]["ms"]
    figures["slowest_of_floor"] = told[slowest]["ms"] / told[slowest]["floor_ms"]
    goal = Goal("ms, the slowest search", figures["slowest_ms"], 50)
    return Measured("search", records, lab.one_core, figures, (goal,))


# --- Footprint ---


def footprint(lab: Lab, records: int) -> Measured:
    """Start a node that holds records and let it idle; beside it, a process that only imports."""
    folder = _pod_with(lab, corpus.unsigned(records, first_now()))
    with lab.station(folder) as station:  # the indexes are made here, and saved at its end
        modules = station.ask("modules")["modules"]
    runs = []
    for _ in range(TIMES):
        imports = lab.imports(modules)
        with lab.station(folder, measured=True) as station:
            time.sleep(SETTLE_S)
            runs.append((imports, station.start_s, station.rss_bytes))
    figures = {
        "rss_mb": median([rss for _, _, rss in runs]) / 1e6,
        "rss_of_imports_mb": median([imports["rss_bytes"] for imports, _, _ in runs]) / 1e6,
        "start_s": median([start_s for _, start_s, _ in runs]),
        "start_of_imports_s": median([imports["took_s"] for imports, _, _ in runs]),
        "disk_bytes_per_record": (folder / DATABASE).stat().st_size / records,
    }
    rss_mb = figures["rss_mb"] - figures["rss_of_imports_mb"]
    start_s = figures["start_s"] - figures["start_of_imports_s"]
    return Measured(
        "footprint",
        records,
        lab.one_core,
        figures,
        (
            Goal("MB of memory above the imports'", rss_mb, 20),
            Goal("seconds to start above the imports'", start_s, 0.15),
            Goal("bytes of disk a record", figures["disk_bytes_per_record"], 1_000),
        ),
    )


# --- Pods ---


def _pod_with(lab: Lab, records: Sequence[Unsigned]) -> Path:
    """Make a pod that holds records, and has their authors within its reach if there are any."""
    folder = lab.new_folder()
    with corpus.make_pod(folder, folder.name) as pod:
        if records:
            corpus.bring_into_reach(pod, pod.now())
            corpus.fill(pod.keeper, records, pod.now())
    return folder


def _pods_with(lab: Lab, records: Sequence[Unsigned]) -> tuple[Path, Path]:
    """Make two neighbours that hold the same records."""
    one, other = _pod_with(lab, records), _pod_with(lab, records)
    _befriend(one, other)
    return one, other


def _befriend(one: Path, other: Path) -> None:
    with corpus.open_pod(one) as here, corpus.open_pod(other) as there:
        corpus.befriend(here, there)


def _check_same(one: Path, other: Path) -> None:
    """Raise unless both pods' databases hold the same records: a figure without that is none."""
    if _held(one) != _held(other):
        raise RuntimeError("the two pods do not hold the same records")


def _held(folder: Path) -> list[bytes]:
    """Return the ids of what a pod holds, but for pods' cards: each signs its own when it likes."""
    query = "SELECT id FROM record WHERE kind <> ? ORDER BY id"
    with corpus.open_pod(folder) as pod:
        found = pod.keeper.store.connection.execute(query, (POD_CARD,))
        return [record_id for (record_id,) in found]


MEASURES: Final[dict[str, Callable[[Lab, int], Measured]]] = {
    "ingest": ingest,
    "first-sync": first_sync,
    "delta-sync": delta_sync,
    "live": live,
    "search": search,
    "pages": pages,
    "footprint": footprint,
}
