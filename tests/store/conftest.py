"""A pod of ours in a folder of its own."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from store import Store
from tests.store.authors import pod


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "pod.db"


@pytest.fixture
def store(path: Path) -> Iterator[Store]:
    with pod(path) as opened:
        yield opened
