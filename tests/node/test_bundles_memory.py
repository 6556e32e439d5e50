"""However many records a bundle holds, one part of it is in memory at a time."""

import tracemalloc
from collections.abc import Callable
from pathlib import Path

import pytest

from node import bundle_files, bundle_intake, bundles
from node.bench import corpus
from node.clock import first_now
from node.keeper import Keeper
from node.pod import Pod

FEW, MANY = 1_000, 5_000
ROOM_BYTES = 800_000
"""What MANY may take more than FEW: their ids, a few parts ahead. The records are 1.7 MB."""


def pods(folder: Path, count: int) -> tuple[Keeper, Keeper]:
    """Return two neighbours, the first of which holds count records."""
    now = first_now()
    one, other = (corpus.make_pod(folder / name, name) for name in ("one", "other"))
    corpus.befriend(one, other)
    corpus.bring_into_reach(one, now)
    corpus.fill(one.keeper, corpus.unsigned(count, now), now)
    one.close()
    other.close()
    return Pod.open(folder / "one").keeper, Pod.open(folder / "other").keeper


def peak_bytes(act: Callable[[], object]) -> int:
    tracemalloc.start()
    try:
        act()
        return tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()


def peaks(folder: Path, count: int) -> dict[str, int]:
    """Return the most bytes that each act with a bundle of count records had in use."""
    folder.mkdir()
    one, other = pods(folder, count)
    out, back = folder / "out", folder / "back"
    reports: list[bundle_intake.Imported] = []
    found = {
        "export": peak_bytes(lambda: bundles.export(one, out)),
        "look": peak_bytes(lambda: bundle_files.look_into(out, other.mail_key)),
        "import": peak_bytes(lambda: reports.append(bundle_intake.take_from(other, out))),
    }
    assert (reports[0].taken, reports[0].is_whole) == (count, True)

    def export_the_rest() -> None:
        known = bundle_files.summary_of(out, other.mail_key)
        assert bundles.export(other, back, known=known).known == count

    found["since"] = peak_bytes(export_the_rest)
    one.close()
    other.close()
    return found


@pytest.mark.slow
def test_memory_does_not_grow_with_the_number_of_records(tmp_path: Path) -> None:
    few, many = peaks(tmp_path / "few", FEW), peaks(tmp_path / "many", MANY)
    grown = {act: many[act] - few[act] for act in few}
    assert max(grown.values()) < ROOM_BYTES, grown
