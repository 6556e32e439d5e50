"""`pod bench`: the command around node/bench; what is measured is tested there."""

import json
import subprocess
from pathlib import Path

import pytest

from tests.cli.terminal import command, environment

pytestmark = pytest.mark.slow


def test_a_measure_is_told_as_figures_and_goals(tmp_path: Path) -> None:
    done = subprocess.run(
        command("bench", "ingest", "--records", "100", "--verifier", "cryptography", "--json"),
        cwd=tmp_path,
        env=environment(tmp_path, TMPDIR=str(tmp_path)),
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    said = json.loads(done.stdout)
    assert said["verifier"] == "cryptography"
    (measure,) = said["measures"]
    assert (measure["measure"], measure["records"]) == ("ingest", 100)
    assert measure["figures"]
    for goal in measure["goals"]:
        is_reached = (
            goal["value"] <= goal["target"] if goal["at_most"] else goal["value"] >= goal["target"]
        )
        assert goal["reached"] is is_reached
    assert list(tmp_path.iterdir()) == []


def test_a_measure_that_is_none_is_refused_with_the_list(tmp_path: Path) -> None:
    done = subprocess.run(
        command("bench", "speed"),
        cwd=tmp_path,
        env=environment(tmp_path),
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 2
    assert "ingest" in done.stderr
