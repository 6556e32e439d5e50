"""systemd is told what sd_notify(3) says, on a real datagram socket."""

import os
import socket
from collections.abc import Iterator
from pathlib import Path

import pytest

from node.notify import Notifier
from tests.patience import PATIENCE_S


@pytest.fixture(params=["a path", "an abstract name"])
def manager(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[tuple[socket.socket, str]]:
    """A service manager's socket, and what it puts into NOTIFY_SOCKET."""
    name = str(tmp_path / "notify") if request.param == "a path" else f"@mutualpod-{os.getpid()}"
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as there:
        there.bind(f"\0{name[1:]}" if name.startswith("@") else name)
        there.settimeout(PATIENCE_S)
        yield there, name


def test_each_state_is_one_datagram(manager: tuple[socket.socket, str]) -> None:
    there, name = manager
    notifier = Notifier({"NOTIFY_SOCKET": name})
    notifier.ready()
    notifier.alive()
    notifier.stopping()
    assert [there.recv(100) for _ in range(3)] == [b"READY=1", b"WATCHDOG=1", b"STOPPING=1"]


def test_the_watchdog_hears_twice_in_the_time_it_waits(tmp_path: Path) -> None:
    told = {"NOTIFY_SOCKET": str(tmp_path / "x"), "WATCHDOG_USEC": "60000000"}
    assert Notifier(told).alive_every_s == 30
    assert Notifier(told | {"WATCHDOG_PID": str(os.getpid())}).alive_every_s == 30


@pytest.mark.parametrize(
    "environment",
    [
        {},
        {"WATCHDOG_USEC": "60000000"},
        {"NOTIFY_SOCKET": "/x"},
        {"NOTIFY_SOCKET": "/x", "WATCHDOG_USEC": "soon"},
        {"NOTIFY_SOCKET": "/x", "WATCHDOG_USEC": "60000000", "WATCHDOG_PID": "1"},
    ],
)
def test_no_watchdog_where_none_waits_for_us(environment: dict[str, str]) -> None:
    assert Notifier(environment).alive_every_s is None


def test_without_a_manager_or_with_one_gone_nothing_happens(tmp_path: Path) -> None:
    Notifier({}).ready()
    Notifier({"NOTIFY_SOCKET": str(tmp_path / "gone")}).ready()
