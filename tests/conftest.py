"""What holds for every test: hypothesis judges answers, never the speed of the machine."""

import os
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

import pytest
from hypothesis import settings

from tests.neighbourhood import Neighbourhood

if TYPE_CHECKING:
    from tests.browser.chromium import Browser

settings.register_profile("mutualpod", deadline=None)
settings.load_profile("mutualpod")

MEMORY = "/dev/shm"  # a file system in memory, where there is one


@pytest.fixture
def memory_path() -> Iterator[Path]:
    """A folder that no disk slows down: a simulated street syncs thousands of times."""
    with TemporaryDirectory(dir=MEMORY if os.access(MEMORY, os.W_OK) else None) as folder:
        yield Path(folder)


@pytest.fixture
def street(memory_path: Path) -> Iterator[Neighbourhood]:
    """A neighbourhood without houses yet."""
    with closing(Neighbourhood(memory_path, seed=7)) as street:
        yield street


@pytest.fixture(scope="session")
def browser() -> "Iterator[Browser]":
    """The distribution's Chromium, once for all tests; see tests/browser/chromium.py."""
    from tests.browser.chromium import Browser  # half a second that other tests need not wait

    browser = Browser()
    yield browser
    browser.close()
