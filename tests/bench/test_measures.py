"""Every measure runs between real nodes, and says what docs/performance.md says it does.

Few records and one turn of each: that the figures are good, no test asserts; they are read.
"""

import math

import pytest

from node.bench import measures, pages, town
from node.bench.figures import Goal, Measured
from node.bench.lab import Lab
from node.bench.measures import MEASURES
from tests.pages import ROOT, named_rows

pytestmark = pytest.mark.slow
RECORDS = 300
PAGE = (ROOT / "docs" / "performance.md").read_text("utf-8")


@pytest.fixture(autouse=True)
def _little(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(measures, "TIMES", 1)
    monkeypatch.setattr(measures, "DELTAS", 1)
    monkeypatch.setattr(measures, "LIVE_RECORDS", 5)
    monkeypatch.setattr(measures, "SMALL", RECORDS - 100)
    monkeypatch.setattr(pages, "ALONE_TIMES", 1)
    monkeypatch.setattr(pages, "LOCKSTEP_TIMES", 1)
    monkeypatch.setattr(pages, "GOAL_MS", 0)
    monkeypatch.setattr(pages, "CLICKING_S", 1)
    monkeypatch.setattr(pages, "SYNCS", 1)
    monkeypatch.setattr(town, "PHONES", 3)


def measured(name: str, verifier: str = "cryptography", *, one_core: bool = False) -> Measured:
    with Lab.opened(verifier, one_core=one_core) as lab:
        found = MEASURES[name](lab, RECORDS)
    assert not lab.folder.exists()
    return found


def documented(name: str) -> set[str]:
    """Return the figures that the page names for a measure."""
    _, _, text = PAGE.partition(f"\n### {name}\n")
    return set(named_rows(text.partition("\n#")[0]))


@pytest.mark.parametrize("name", [name for name in MEASURES if name != "first-sync"])
def test_measure_tells_the_figures_that_its_page_names(name: str) -> None:
    found = measured(name)
    assert (found.measure, found.records, found.one_core) == (name, RECORDS, False)
    assert {figure.replace("200", "10000") for figure in found.figures} == documented(name)
    assert all(math.isfinite(value) for value in found.figures.values())
    assert found.goals
    if name == "pages":  # each by itself too
        assert {"/", "/board", "/meetups.ics"} <= found.parts.keys()
        worst = max(it["people_p95_ms"] for it in found.parts.values())
        assert found.figures["slowest_page_p95_ms"] == worst
        rows = [line.split("|")[1].strip() for line in found.misses]
        assert sorted(rows[2:]) == sorted(f"`{name}`" for name in found.parts)
        assert {line.split("|")[-2].strip() for line in found.misses[2:]} <= {
            "its own work",
            "waits behind others",
        }


@pytest.mark.parametrize("one_core", [False, True])
@pytest.mark.parametrize("verifier", ["cryptography", "PyNaCl"])
def test_first_sync_is_measured_with_both_libraries_and_on_one_core(
    verifier: str, *, one_core: bool
) -> None:
    found = measured("first-sync", verifier, one_core=one_core)
    figures = found.figures
    assert set(figures) == documented("first-sync")
    assert found.one_core is one_core
    # Both sides of each ratio are of this run.
    assert figures["of_floor"] == pytest.approx(figures["per_s"] / figures["floor_per_s"])
    assert figures["receiver_cpu_of_floor"] == pytest.approx(
        figures["receiver_cpu_us_per_record"] / figures["floor_cpu_us_per_record"]
    )
    both_ways = figures["bytes_to_receiver"] + figures["bytes_to_sender"]
    assert figures["bytes_per_record"] == both_ways / RECORDS


def test_each_goal_is_told_reached_by_its_own_direction() -> None:
    assert Goal("ms", 25, 25).is_reached
    assert not Goal("ms", 26, 25).is_reached
    assert Goal("rate", 0.85, 0.85, at_most=False).is_reached
    assert not Goal("rate", 0.84, 0.85, at_most=False).is_reached
