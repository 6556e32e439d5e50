"""The floor is short enough to be checked by eye, and stands on the bare libraries."""

import ast
import json
import subprocess
import sys
from pathlib import Path

import pytest

from node.bench.lab import FLOOR

MAX_LINES = 40
OURS = {"protocol", "store", "node", "cli", "tests"}


def test_floor_is_at_most_forty_lines() -> None:
    assert len(FLOOR.read_text(encoding="utf-8").splitlines()) <= MAX_LINES


def test_floor_imports_nothing_of_ours() -> None:
    found: set[str] = set()
    for node in ast.walk(ast.parse(FLOOR.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            found |= {alias.name.partition(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0
            found.add((node.module or "").partition(".")[0])
    assert found
    assert not found & OURS


@pytest.mark.parametrize("verifier", ["cryptography", "PyNaCl"])
def test_floor_tells_seconds_a_record(tmp_path: Path, verifier: str) -> None:
    told = subprocess.run(
        [sys.executable, str(FLOOR), "20", verifier, str(tmp_path)],
        capture_output=True,
        check=True,
        text=True,
    )
    limits = json.loads(told.stdout)
    assert set(limits) == {"make", "take", "alone"}
    for limit in limits.values():
        assert set(limit) == {"wall_s", "cpu_s"}
        assert min(limit.values()) > 0
