"""A real pod with three people in it."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from node.pod import Pod
from protocol.aid.house.rights import MACHINE, Role
from tests.aid.house.street import Street
from tests.nodes import make_pod


@pytest.fixture
def pod(tmp_path: Path) -> Iterator[Pod]:
    with make_pod(tmp_path / "maple") as made:
        yield made


@pytest.fixture
def street(pod: Pod) -> Street:
    """Rosa is a steward, Ben and Ana are members."""
    rosa = pod.people.add(MACHINE, "Rosa")
    ben, ana = pod.people.add(MACHINE, "Ben"), pod.people.add(MACHINE, "Ana")
    assert rosa.role is Role.STEWARD
    return Street(pod, {it.name: it.id for it in (rosa, ben, ana)})
