"""Begins with the mutants as soon as all tests are known, and judges them last."""

import os
from pathlib import Path

import pytest

from tests.mutants.running import Runs

RUNS = pytest.StashKey[Runs]()


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    items.sort(key=_is_ours)


def pytest_collection_finish(session: pytest.Session) -> None:
    ours = [it for it in session.items if _is_ours(it)]
    is_wanted = os.environ.get("CI") or os.environ.get("MUTANTS")
    if ours and is_wanted and not session.config.option.collectonly:
        calls = [it.callspec for it in ours if hasattr(it, "callspec")]
        # Several tests are about each mutant; it is run once.
        session.stash[RUNS] = Runs([*dict.fromkeys(it.params["mutant"] for it in calls)])


def pytest_sessionfinish(session: pytest.Session) -> None:
    if RUNS in session.stash:
        session.stash[RUNS].stop()


@pytest.fixture(scope="session")
def runs(request: pytest.FixtureRequest) -> Runs:
    """The runs of all mutants that were asked for, under way."""
    return request.session.stash[RUNS]


def _is_ours(item: pytest.Item) -> bool:
    return item.path.parent == Path(__file__).parent
