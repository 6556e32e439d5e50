"""The pod that sheets are printed of; nobody writes to it after it is filled."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from node.pod import Pod
from tests.paper import pods


@pytest.fixture(scope="session")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("maple")
    with pods.open_pod(folder) as pod:
        pods.fill(pod)
    return folder


@pytest.fixture(scope="session")
def pod(folder: Path) -> Iterator[Pod]:
    with pods.open_pod(folder) as pod:
        yield pod
