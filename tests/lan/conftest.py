"""Labs for tests; skipped with the reason where there can be none."""

import os
from collections.abc import Callable, Generator, Iterator
from contextlib import ExitStack
from functools import partial
from pathlib import Path
from typing import Final

import pytest

from tests.lan.home import Home
from tests.lan.lab import Lab, why_not

LAST: Final = 5000
"""So much of each log is shown."""


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport() -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Show with a test that failed what the nodes have logged."""
    report = yield
    if report.failed:
        report.sections += [(f"log of {it.name}", it.log[-LAST:]) for it in Home.all]
    return report


Street = Callable[..., tuple[Lab, list[Home]]]


@pytest.fixture(scope="session")
def _lab_works() -> None:
    reason = why_not()
    if reason is not None and os.environ.get("LAB_REQUIRED") == "1":
        pytest.fail(f"LAB_REQUIRED=1, but no lab can be built: {reason}")
    if reason is not None:
        pytest.skip(reason)


@pytest.fixture
def street(_lab_works: None, tmp_path: Path) -> Iterator[Street]:
    """Give a function that builds a lab and a pod in each house, none of them running yet."""
    with ExitStack() as closing:
        yield partial(build, closing, tmp_path)


@pytest.fixture(scope="module")
def long_street(_lab_works: None, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Street]:
    """The same, for several tests that look at what one long day came to."""
    with ExitStack() as closing:
        yield partial(build, closing, tmp_path_factory.mktemp("street"))


def build(
    closing: ExitStack, folder: Path, *names: str, with_router: bool = False
) -> tuple[Lab, list[Home]]:
    lab = closing.enter_context(Lab(len(names), with_router=with_router))
    homes = [Home(lab, house, folder / name, name) for house, name in enumerate(names, start=1)]
    for home in homes:
        closing.enter_context(home)
    return lab, homes
