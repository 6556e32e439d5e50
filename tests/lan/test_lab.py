"""The lab itself: what it parts is parted, and nothing of it leaves or stays."""

import subprocess
import sys
from pathlib import Path

import pytest

from tests.lan.conftest import Street
from tests.lan.lab import Lab, LabError

KNOCK = "import socket, sys; socket.create_connection((sys.argv[1], int(sys.argv[2])), 1)"
LISTEN = """
import socket
server = socket.create_server(("", 9))
print("listens", flush=True)
while True:
    server.accept()
"""


def knock(lab: Lab, house: int, host: str, port: int = 9) -> str:
    """Return what the system says to a house that connects to a host."""
    try:
        return lab.run(house, sys.executable, "-c", KNOCK, host, str(port))
    except LabError as err:
        return str(err)


def machine() -> str:
    return subprocess.check_output(["ip", "-brief", "address"], text=True)


def test_lab_parts_and_joins_and_leaves_nothing(street: Street) -> None:
    before = machine()
    lab, _ = street("a", "b", "c")
    assert machine() == before
    with lab.running(2, sys.executable, "-c", LISTEN):
        assert knock(lab, 1, lab.host(2)) == ""
        lab.part(2, 3)
        assert knock(lab, 3, lab.host(2)) == ""
        assert "timed out" in knock(lab, 1, lab.host(2))
        lab.join()
        assert knock(lab, 1, lab.host(2)) == ""
        lab.silence(2)
        assert "timed out" in knock(lab, 1, lab.host(2))
        lab.close()
    assert machine() == before
    assert list(Path("/run/netns").glob(f"{lab.name}-*")) == []


@pytest.mark.parametrize(("with_router", "said"), [(False, "unreachable"), (True, "timed out")])
def test_no_way_leads_out(street: Street, with_router: bool, said: str) -> None:
    lab, _ = street("a", with_router=with_router)
    assert said in knock(lab, 1, "203.0.113.1")


def test_a_spoiled_cable_is_late(street: Street) -> None:
    lab, _ = street("a", "b")
    lab.spoil(2, delay_ms=200, loss_percent=0)
    # No port is open there: the answer is a refusal, and it took its time to come.
    timed = f"import time; start = time.monotonic()\ntry:\n    {KNOCK}\nexcept OSError as err:\n"
    timed += "    print(err, time.monotonic() - start >= 0.4)"
    said = lab.run(1, sys.executable, "-c", timed, lab.host(2), "9")
    assert "refused True" in said
