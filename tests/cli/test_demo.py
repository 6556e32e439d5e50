"""The demonstration: it shows what happened, finds what is wrong, and leaves nothing behind."""

import contextlib
import json
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from node.demo import Story
from node.demo_house import House, TooSlow, wait_until
from node.demo_outage import _holds
from node.samples import sample_sheet
from node.spreadsheet import read_sheet
from tests.cli.terminal import Terminal, command, environment
from tests.patience import PATIENCE_S

pytestmark = pytest.mark.slow


def processes_about(folder: Path) -> list[str]:
    """Return the command lines of living processes that name folder."""
    found = []
    for entry in Path("/proc").glob("[0-9]*/cmdline"):
        with contextlib.suppress(OSError):
            words = entry.read_bytes().split(b"\0")
            if any(str(folder).encode() in word for word in words):
                found.append(b" ".join(words).decode())
    return found


def test_check_tells_in_one_object_that_all_agree(tmp_path: Path) -> None:
    done = subprocess.run(
        command("demo", "--check", "--json"),
        cwd=tmp_path,
        env=environment(tmp_path, TMPDIR=str(tmp_path)),
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.stderr == ""
    assert done.returncode == 0
    said = json.loads(done.stdout)
    assert said["agreed"] is True
    assert all(check["ok"] for check in said["checks"])
    assert {check["name"] for check in said["checks"]} == {
        *("near", "at home", "cut", "sets", "signed", "boards", "withdrawn", "edited", "crossed"),
        *("discovery", "pairing", "letter", "sealed", "stick", "stick sealed", "theft"),
    }
    assert 0 < said["took_s"] < PATIENCE_S
    assert said["imported"]["listings"] == len(read_sheet(sample_sheet()).rows)
    assert len(set(said["network_records"].values())) == 1
    assert 0 < said["live"][0]["to_mill_ms"] <= said["live"][0]["to_river_ms"]
    assert processes_about(tmp_path) == []
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("end", [Terminal.interrupt, Terminal.terminate])
def test_an_early_end_leaves_no_process_and_no_folder(tmp_path: Path, end: object) -> None:
    with Terminal("demo", folder=tmp_path, TMPDIR=str(tmp_path)) as terminal:
        terminal.expect("Three pods are up")
        assert len(processes_about(tmp_path)) == 3
        assert callable(end)
        end(terminal)
        assert terminal.status() in (130, 143)
        assert "Traceback" not in terminal.screen
    assert processes_about(tmp_path) == []
    assert list(tmp_path.iterdir()) == []


def test_demo_shows_how_listings_travel_and_keeps_its_folder_if_asked(tmp_path: Path) -> None:
    with Terminal("demo", "--keep", "three", folder=tmp_path) as terminal:
        terminal.expect("Maple Street imports a spreadsheet")
        terminal.expect("River Court  has the first after")
        terminal.expect("Soup at noon")
        terminal.expect("Mill Lane's machine is switched off")
        terminal.expect("All three agree again after")
        terminal.expect("River Court and Hill Farm read aloud")
        terminal.expect("River Court replies to Maple Street in a sealed letter")
        terminal.expect("Somebody walks there with a USB stick")
        terminal.expect("the thief's is refused")
        terminal.expect("All agree.")
        assert terminal.status() == 0
    assert sorted(it.name for it in (tmp_path / "three").iterdir()) == [
        *("hill-farm", "maple-street", "mill-lane", "river-court", "stolen-hill-farm"),
        *("to-hill-farm.bundle", "to-river-court.bundle"),
    ]
    again = subprocess.run(
        command("demo", "--keep", "three"),
        cwd=tmp_path,
        env=environment(tmp_path),
        capture_output=True,
        text=True,
        check=False,
    )
    assert again.returncode == 2
    assert "File exists" in again.stderr


def test_words_on_a_disk_are_found(tmp_path: Path) -> None:
    (tmp_path / "pod").mkdir()
    (tmp_path / "pod" / "pod.db-wal").write_bytes(b"\x00at the back door\x00")
    assert _holds(tmp_path, "at the back door")
    assert not _holds(tmp_path, "at the front door")


@pytest.fixture
def story(tmp_path: Path) -> Iterator[Story]:
    """Three pods that never meet: what is said about them must be that they do not agree."""
    houses = [House(tmp_path, name, port) for port, name in enumerate(("A", "B", "C"), start=1)]
    yield Story(*houses, lambda _: None, lambda _: contextlib.nullcontext())
    for house in houses:
        house.close()


def test_pods_that_differ_are_told_apart(story: Story) -> None:
    story._post(story.maple, "Candles for the power cut")
    story.compare()
    verdicts = {check.name: check.ok for check in story.outcome.checks}
    assert verdicts == {
        "sets": False,
        "signed": True,
        "boards": False,
        "withdrawn": True,
        "edited": False,
        "crossed": False,
    }
    assert not story.outcome.agreed


def test_what_was_withdrawn_and_is_still_shown_is_found(story: Story) -> None:
    story._post(story.river, "Soup at noon")
    story.compare()
    assert not {check.name: check.ok for check in story.outcome.checks}["withdrawn"]


def test_an_outcome_without_checks_is_no_agreement(story: Story) -> None:
    assert not story.outcome.agreed


def test_waiting_ends() -> None:
    with pytest.raises(TooSlow, match="the soup got cold"):
        wait_until(lambda: False, [], "the soup got cold", patience_s=0)
