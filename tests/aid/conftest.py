"""A village for what travels between its pods."""

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from tests.aid.village import Village


@pytest.fixture
def village(memory_path: Path) -> Iterator[Village]:
    """A neighbourhood of pods with mutual aid, without houses yet."""
    with closing(Village(memory_path, seed=3)) as village:
        yield village
